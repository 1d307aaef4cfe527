"""A walk over the archive as everybody sees it: who asked for it, how far it is, how it ended.

All of it is in the database: another web process shows the same, and a walk whose process died is told as interrupted
and can be started again.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from bot.domain.errors import Conflict, NotAllowed
from bot.domain.judging import RescreenRun, RunState
from bot.domain.people import EVERYWHERE, Person, Role, require
from bot.store import archive, policies, rescreens
from bot.usecases.parts import Parts
from bot.usecases.rescreen import Progress, Span, rescreen_draft
from bot.usecases.rescreen_report import Report


def begin(parts: Parts, policy_id: int, span: Span, *, by: Person, now: datetime) -> RescreenRun:
    """Writes down that a walk begins. Conflict while one under the same draft is alive."""
    require(by, Role.ADMIN, EVERYWHERE, now.date())
    with parts.store.begin() as tx:
        found = policies.get(tx, policy_id)
        if not found.waits:
            raise NotAllowed(
                f"Version {policy_id} is {found.state.value}; only a draft or a proposal is tried."
            ).worded("problem.settled")
        last = rescreens.newest(tx, policy_id)
        if last is not None and last.alive(now):
            raise Conflict("This draft is being held against the archive already.").worded("problem.rescreen-running")
        return rescreens.add(
            tx,
            policy_id,
            since=span.since,
            until=span.until,
            account=span.account,
            by=by.login,
            total=archive.count_between(tx, since=span.since, until=span.until, account=span.account),
            at=now,
        )


def work(
    parts: Parts, run: RescreenRun, *, by: Person, progress: Progress = lambda done, total: None, **more: Any
) -> Report:
    """Walks; ``more`` goes to the rescreen. However it ends is written down, Ctrl-C too."""
    halted = False

    def tell(done: int, total: int) -> None:
        nonlocal halted
        with parts.store.begin() as tx:
            halted = rescreens.note(tx, run.id, done=done, at=parts.clock())
        progress(done, total)

    span = Span(run.since, run.until, run.account)
    try:
        report = rescreen_draft(
            parts, run.policy, span, by=by, now=parts.clock(), progress=tell, stopped=lambda: halted, **more
        )
    except BaseException as exc:
        _end(parts, run, RunState.FAILED if isinstance(exc, Exception) else RunState.STOPPED, type(exc).__name__)
        raise
    _end(parts, run, RunState.DONE if report.whole else RunState.STOPPED)
    return report


def stop(parts: Parts, policy_id: int, *, by: Person, now: datetime) -> None:
    """Ends the walk at its next thousand, in whatever process it is; nothing is kept of it."""
    require(by, Role.ADMIN, EVERYWHERE, now.date())
    with parts.store.begin() as tx:
        last = rescreens.newest(tx, policy_id)
        if last is not None and last.alive(now):
            rescreens.ask_to_stop(tx, last.id)


def _end(parts: Parts, run: RescreenRun, state: RunState, why: str = "") -> None:
    with parts.store.begin() as tx:
        rescreens.end(tx, run.id, state, at=parts.clock(), why=why)

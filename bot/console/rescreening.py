"""Rescreens that run behind a page: one thread each, its progress in memory, its report kept with the draft."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field

import structlog
from starlette.applications import Starlette

from bot.domain.errors import Conflict
from bot.domain.people import Person
from bot.usecases.parts import Parts
from bot.usecases.rescreen import Span, rescreen_draft

log = structlog.get_logger()


@dataclass(slots=True)
class Run:
    """One rescreen. ``failed`` names the kind of error; nothing is kept of a run that was stopped or failed."""

    done: int = 0
    total: int = 0
    ended: bool = False
    failed: str = ""
    stop: threading.Event = field(default_factory=threading.Event)

    def note(self, done: int, total: int) -> None:
        self.done, self.total = done, total


def runs_of(web: Starlette) -> dict[int, Run]:
    """The runs of this process by draft; a restart forgets them and the draft simply has no report yet."""
    if not hasattr(web.state, "rescreens"):
        web.state.rescreens = {}
    found: dict[int, Run] = web.state.rescreens
    return found


def start(web: Starlette, parts: Parts, policy_id: int, span: Span, by: Person) -> Run:
    """Begins a run and returns at once; Conflict while one of the same draft is under way."""
    runs = runs_of(web)
    now = runs.get(policy_id)
    if now is not None and not now.ended:
        raise Conflict("This draft is being held against the archive already.").worded("problem.rescreen-running")
    run = runs[policy_id] = Run()
    threading.Thread(target=_work, args=(run, parts, policy_id, span, by), daemon=True).start()
    return run


def _work(run: Run, parts: Parts, policy_id: int, span: Span, by: Person) -> None:
    try:
        rescreen_draft(parts, policy_id, span, by=by, now=parts.clock(), progress=run.note, stopped=run.stop.is_set)
    except Exception as exc:  # a thread has nobody above it: the page tells
        run.failed = type(exc).__name__
        log.error("rescreen_failed", policy=policy_id, error=run.failed)  # noqa: TRY400  a trace could hold words
    finally:
        run.ended = True

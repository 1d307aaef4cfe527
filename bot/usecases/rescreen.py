"""Hold the archive against a draft: what would be newly flagged, freed or moved. A report; nothing is changed.

Replies are streamed in batches to as many processes as there are processors; it can be stopped at any batch.
"""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from bot.domain.cases import KeptReply
from bot.domain.errors import KouhouError
from bot.domain.people import EVERYWHERE, Person, Role, require
from bot.store import archive, audit, policies
from bot.store.database import Tx
from bot.usecases.parts import Parts
from bot.usecases.rescreen_report import EXAMPLES, Labels, Report
from bot.usecases.screen_replies import reply_to_screen
from moderation import criticism
from moderation.categories import Category
from moderation.drafts import read_draft, screener_under
from moderation.model import Official, Reply, Verdict
from moderation.screen import Screener

BATCH: Final = 1000
Progress = Callable[[int, int], None]
Judged = tuple[Labels, str]
"""What a worker gives back for one reply: its labels under the draft, and its language."""


@dataclass(frozen=True, slots=True)
class Span:
    """Which replies are looked at: collected from ``since`` up to ``until``, of one account or all."""

    since: datetime
    until: datetime
    account: str = ""


def rescreen(
    parts: Parts,
    text: str,
    span: Span,
    *,
    progress: Progress = lambda done, total: None,
    stopped: Callable[[], bool] = lambda: False,
    workers: int | None = None,
    model: bool | None = None,
) -> Report:
    """The report of a text over a span. ``stopped`` is asked after every batch.

    ``model`` False goes by rules alone, None as the version in force does.
    """
    draft = read_draft(text)
    model = parts.screener().modelled if model is None else model
    report = Report(draft.policy.version, parts.screener().policy.version)
    with parts.store.read() as tx:
        total = archive.count_between(tx, since=span.since, until=span.until, account=span.account)
    progress(0, total)
    officials = tuple(parts.registry().officials())
    screener = screener_under(text, officials, model=model)
    for batch, judged in _judged(parts, span, text, screener, officials, _processes(workers, total)):
        with parts.store.read() as tx:
            for (reply, before), (after, language) in zip(batch, judged, strict=True):
                report.count(reply, before, as_judged(tx, reply, before, after), language)
        progress(report.looked_at, total)
        if stopped():
            report.whole = report.looked_at >= total
            break
    if report.whole:
        report.criticism = _criticism(parts.screener(), screener)
    return report


def rescreen_draft(parts: Parts, policy_id: int, span: Span, *, by: Person, now: datetime, **more: Any) -> Report:
    """The same for a kept draft; a whole report is written down with it, which proposing it needs."""
    require(by, Role.ADMIN, EVERYWHERE, now.date())
    with parts.store.read() as tx:
        found = policies.get(tx, policy_id)
    report = rescreen(parts, found.text, span, **more)
    if not report.whole:
        return report
    with parts.store.begin() as tx:
        kept = report.as_dict() | {"since": span.since.isoformat(), "until": span.until.isoformat()}
        kept["account"] = span.account
        found = policies.get(tx, policy_id)
        if not found.waits:
            return report  # it was decided on meanwhile: what was decided by stays written
        policies.change(tx, policy_id, found.state, report=kept, reported_at=parts.clock())
        audit.append(
            tx,
            by,
            "policy.rescreened",
            f"policy:{policy_id}",
            at=now,
            version=report.version,
            replies=report.looked_at,
            flagged=report.flagged.total,
            freed=report.freed.total,
            moved=report.moved.total,
        )
    return report


Batch = list[tuple[KeptReply, Labels]]


def _judged(
    parts: Parts, span: Span, text: str, screener: Screener, officials: Sequence[Official], processes: int
) -> Iterator[tuple[Batch, list[Judged]]]:
    """Batches with their judgements in the order of the archive; one batch per process is read ahead."""
    if processes <= 1:
        for batch, rows in _batches(parts, span):
            yield batch, screen_rows(screener, rows)
        return
    context = multiprocessing.get_context("spawn")  # threads and open connections must not be forked
    pool = ProcessPoolExecutor(processes, context, initializer=_begin, initargs=(text, officials, screener.modelled))
    waiting: list[tuple[Batch, Future[list[Judged]]]] = []
    try:
        for batch, rows in _batches(parts, span):
            waiting.append((batch, pool.submit(_work, rows)))
            if len(waiting) > 2 * processes:
                first, future = waiting.pop(0)
                yield first, future.result()
        for first, future in waiting:
            yield first, future.result()
    finally:
        pool.shutdown(wait=False, cancel_futures=True)


def _batches(parts: Parts, span: Span) -> Iterator[tuple[Batch, list[Reply]]]:
    """Kept replies with their present labels, and what a screener is shown of them."""
    after, posts_seen = 0, dict[tuple[str, str, str], str]()
    while True:
        with parts.store.read() as tx:
            batch = archive.between(
                tx, since=span.since, until=span.until, account=span.account, after_id=after, limit=BATCH
            )
            if not batch:
                return
            rows = [_row(parts, tx, reply, posts_seen) for reply, _ in batch]
        after = batch[-1][0].id
        yield batch, rows


def _row(parts: Parts, tx: Tx, reply: KeptReply, seen: dict[tuple[str, str, str], str]) -> Reply:
    """Posts are read once: a thread has hundreds of replies."""
    key = (reply.account, reply.conversation_id, reply.parent_id)
    known = seen.get(key)
    made = reply_to_screen(parts, tx, reply, post=known)
    seen[key] = made.post
    return made


_screener: Screener | None = None


def _begin(text: str, officials: Sequence[Official], model: bool) -> None:
    """Once in each worker process."""
    global _screener  # noqa: PLW0603  a worker process has exactly one
    os.environ["OMP_NUM_THREADS"] = "1"
    _screener = screener_under(text, officials, model=model)


def _work(rows: list[Reply]) -> list[Judged]:
    if _screener is None:
        raise KouhouError("The worker was not begun; start the rescreen again.").worded("problem.rescreen-again")
    return screen_rows(_screener, rows)


def screen_rows(screener: Screener, rows: Sequence[Reply]) -> list[Judged]:
    """Labels and language of each, in order."""
    found: list[Judged] = []
    for start in range(0, len(rows), 256):
        verdicts = screener.screen_many(rows[start : start + 256])
        found += [(tuple(int(label) for label in each.labels), _language(each)) for each in verdicts]
    return found


def _language(verdict: Verdict) -> str:
    """Empty where it is more guessed than known: an address in a Japanese reply reads like Portuguese."""
    return verdict.language if verdict.language_doubt < 0.6 else ""


def _processes(workers: int | None, total: int) -> int:
    """Starting a process costs as much as screening some thousand replies."""
    wanted = workers if workers is not None else (os.cpu_count() or 1)
    return wanted if total >= 5 * BATCH else 1


def as_judged(tx: Tx, reply: KeptReply, before: Labels, after: Labels) -> Labels:
    """A flood was counted when it came and is no matter of the policy's text."""
    nine = int(Category.OTHER_UNSUITABLE)
    if nine in before and nine not in after and archive.was_flood(tx, reply.id):
        return tuple(sorted({*after, nine}))
    return after


def _criticism(now: Screener, then: Screener) -> dict[str, Any]:
    """How both do on the labelled criticism; ids of rows that are flagged newly."""
    before, after = criticism.flagged(now), criticism.flagged(then)
    news = sorted(after - before)[:EXAMPLES]
    return {"of": len(criticism.rows()), "before": len(before), "after": len(after), "examples": news}

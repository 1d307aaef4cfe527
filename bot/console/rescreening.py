"""Rescreens that run behind a page: one thread each; how far they are stands in the database."""

from __future__ import annotations

import threading

import structlog

from bot.domain.judging import RescreenRun
from bot.domain.people import Person
from bot.usecases import rescreen_runs
from bot.usecases.parts import Parts
from bot.usecases.rescreen import Span

log = structlog.get_logger()


def start(parts: Parts, policy_id: int, span: Span, by: Person) -> None:
    """Begins a walk and returns at once; Conflict while one under the same draft is under way."""
    run = rescreen_runs.begin(parts, policy_id, span, by=by, now=parts.clock())
    threading.Thread(target=_work, args=(parts, run, by), daemon=True).start()


def _work(parts: Parts, run: RescreenRun, by: Person) -> None:
    try:
        rescreen_runs.work(parts, run, by=by)
    except Exception as exc:  # a thread has nobody above it: the page tells
        log.error("rescreen_failed", run=run.id, error=type(exc).__name__)  # noqa: TRY400  a trace could hold words

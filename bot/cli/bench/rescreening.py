"""Holding an archive against a draft: varied replies under posts of ours, sealed as ever, two processes."""

from __future__ import annotations

import multiprocessing
import os
import resource
import tempfile
import time
from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from bot import settings
from bot.bootstrap import build
from bot.cli.bench import fill
from bot.cli.bench.screening import shipped_rows
from bot.cli.bench.shared import timed
from bot.usecases.rescreen import Span, rescreen
from moderation.drafts import shipped_text

_POSTS = 1000
_WORKERS = 2


def measure(replies: int) -> dict[str, Any]:
    """Seconds of wall and of processor time for so many replies under a draft with one more term."""
    draft = shipped_text().replace('name = "2026-11"', 'name = "bench"') + '\n[terms.insult]\nja = "のんびり役所"\n'
    with tempfile.TemporaryDirectory() as home:
        url = f"sqlite:///{home}/archive.db"
        app = build(replace(settings.environment(), home=Path(home), database_url=url), practice_platforms=False)
        try:
            fill.posts(app, _POSTS)
            fill.replies(app, replies, words=[reply.text for reply in shipped_rows()])
            now = app.parts.clock()
            span = Span(now - timedelta(days=3650), now + timedelta(days=1))
            app.parts.screener()
            before = _processor_s()
            seconds, report = timed(lambda: rescreen(app.parts, draft, span, workers=_WORKERS))
            busy = _processor_s() - before
        finally:
            app.close()
    return {
        "replies": report.looked_at,
        "workers": _WORKERS,
        "seconds": round(seconds, 1),
        "processor_seconds": round(busy, 1),
        "load": round(os.getloadavg()[0], 1),
    }


def lines(found: dict[str, Any]) -> Iterable[str]:
    yield (
        f"{found['replies']:,} replies rescreened, {found['workers']} processes {found['seconds']:8.1f} s  (bar: 60 s)"
    )
    yield f"  by processor time, all of them  {found['processor_seconds']:8.1f} s  (load of the machine: {found['load']})"


def _processor_s() -> float:
    """Of this process and of its ended children."""
    for _ in range(200):  # a child counts once it has ended
        if not multiprocessing.active_children():
            break
        time.sleep(0.05)
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(each.ru_utime + each.ru_stime for each in used)

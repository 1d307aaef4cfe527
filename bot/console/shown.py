"""That words were shown to somebody is written down once: the same words within ten minutes are the same reading.

What was told lately is remembered by the process; another process, or a new start, tells it again. Pages that show
nothing new write nothing, so that a list which is opened all day does not wait for the disk.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Final

from bot.console.visit import Visit
from bot.usecases.exposure import LOG_AGAIN_AFTER, note_shown

MOST: Final = 50_000
"""Readings that are remembered; beyond it everything is forgotten, and told again."""


def note(visit: Visit, page: str, shown: Iterable[int], what: str = "reply") -> None:
    """Before a page is sent that shows the words of these replies, or of what else ``what`` says."""
    state = visit.request.app.state
    if not hasattr(state, "shown") or len(state.shown) > MOST:
        state.shown = {}
    told: dict[tuple[str, str, int], datetime] = state.shown
    fresh = [each for each in shown if not _is_known(told.get((visit.by.login, what, each)), visit.now)]
    note_shown(visit.parts, page, fresh, by=visit.by, now=visit.now, what=what)
    told.update({(visit.by.login, what, each): visit.now for each in fresh})


def _is_known(at: datetime | None, now: datetime) -> bool:
    return at is not None and now - at < LOG_AGAIN_AFTER

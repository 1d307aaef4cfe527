"""Figures over whole months, worked out once and kept for five minutes: everybody who looks meanwhile sees the same."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Final, TypeVar

from bot.console.visit import Visit

T = TypeVar("T")
KEPT_S: Final = 300
MOST: Final = 64


def kept(visit: Visit, what: Hashable, make: Callable[[], T]) -> T:
    """What ``make`` gives; ``what`` has to name everything that the figures depend on, the offices included."""
    state = visit.request.app.state
    if not hasattr(state, "kept"):
        state.kept = {}
    shelf: dict[tuple[Hashable, int], T] = state.kept
    key = (what, int(visit.now.timestamp()) // KEPT_S)
    found = shelf.get(key)
    if found is None:
        found = make()
        if len(shelf) >= MOST:
            shelf.clear()
        shelf[key] = found
    return found

"""The lint's findings on a post before it is submitted."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bot.usecases.compose import Wish
from bot.usecases.parts import Parts


@dataclass(frozen=True, slots=True)
class Said:
    """One finding: ``start``/``end`` are code points of the text; ``fix`` replaces them."""

    rule: str
    severity: str
    start: int
    end: int
    message: str
    fix: str | None = None


def findings(parts: Parts, wish: Wish, *, due_at: datetime | None, now: datetime) -> tuple[Said, ...]:
    return ()

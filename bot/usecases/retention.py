"""Retention: every class of words has its term, as data; what is due is erased by itself, legal holds excepted."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Final

from bot.domain.cases import Case
from bot.domain.people import SERVICE
from bot.store import archive, cases, commands, pushes, replies
from bot.usecases.erase import erase_in
from bot.usecases.parts import Parts
from moderation.cases import CaseState

_DATA: Final = Path(__file__).with_name("retention.toml")


@dataclass(frozen=True, slots=True)
class Term:
    """How long one class of words is kept, and why."""

    name: str
    days: int
    why: str


@cache
def terms() -> dict[str, Term]:
    """The classes by name: unflagged, dismissed, acted, open, attempts."""
    table = tomllib.loads(_DATA.read_text(encoding="utf-8"))["class"]
    return {name: Term(name, row["days"], row["why"]) for name, row in table.items()}


def class_of(case: Case | None) -> str:
    """Under which term a reply falls."""
    if case is None:
        return "unflagged"
    if case.state in (CaseState.DISMISSED, CaseState.REVERSED):
        return "dismissed"
    return "acted" if case.acted_at is not None else "open"


def is_due(case: Case | None, collected_at: datetime, now: datetime) -> bool:
    """Counted from the end of the case, or from the collecting where there is none or it has not ended."""
    if case is not None and case.state is CaseState.APPEALED:
        return False  # somebody waits for a judgement on these words
    begins = (case.closed_at or case.acted_at or case.opened_at) if case else collected_at
    return now >= begins + timedelta(days=terms()[class_of(case)].days)


def purge(parts: Parts, *, now: datetime, batch: int = 500) -> int:
    """The daily job: erases what is due, in batches so that nobody waits for it. Returns how many replies."""
    shortest = min(term.days for term in terms().values() if term.name != "attempts")
    erased, last = 0, 0
    while True:
        with parts.store.begin() as tx:
            before = now - timedelta(days=shortest)
            old = archive.older_than(tx, collected_before=before, after_id=last, limit=batch)
            if not old:
                commands.forget_authors(tx)
                pushes.forget(tx, before=now - timedelta(days=terms()["attempts"].days))
                return erased
            about, kept = cases.of_replies(tx, old), replies.many(tx, old)
            due = [each for each in old if is_due(about.get(each), kept[each].collected_at, now)]
            erased += erase_in(tx, due, why="retention", by=SERVICE, now=now)
            last = old[-1]

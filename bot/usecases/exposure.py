"""Who read what, and how much a person may bear: reads of personal data are logged, harsh cases are counted."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from bot.domain.cases import Case, KeptVerdict
from bot.domain.errors import NotAllowed
from bot.domain.people import Person, Role
from bot.store import audit, judging, people
from bot.store.database import Tx
from bot.usecases.parts import Parts
from moderation.categories import Category
from moderation.model import SignalKind

READERS: Final = (Role.MODERATOR, Role.REVIEWER, Role.AUDITOR)
LOG_AGAIN_AFTER: Final = timedelta(minutes=10)
"""Opening the same case again within this time is the same read."""
HARSH_A_DAY: Final = 60
"""Harsh cases that one person should see within 24 hours; beyond it every case says that it is time for a colleague. A
proposal: agree on it with the people who do the work."""
_HARSH: Final = frozenset({Category.ILLEGAL_OR_INDECENT, Category.DEFAMATION})
_HARSH_SIGNALS: Final = frozenset({SignalKind.CRISIS, SignalKind.THREAT_TO_LIFE})


@dataclass(frozen=True, slots=True)
class Exposure:
    """Harsh cases seen within the last 24 hours."""

    seen: int
    budget: int = HARSH_A_DAY

    @property
    def left(self) -> int:
        return max(0, self.budget - self.seen)

    @property
    def used_up(self) -> bool:
        return self.left == 0


def may_read(parts: Parts, case: Case, by: Person, now: datetime) -> None:
    """NotAllowed for anybody who is neither moderator, reviewer nor auditor of the case's office."""
    today = parts.today(parts.registry().office(case.office), now)
    if not any(by.may(role, case.office, today) for role in READERS):
        raise NotAllowed("This case belongs to another office; ask an admin.").worded("problem.other-office")


def note_read(tx: Tx, case: Case, verdict: KeptVerdict, by: Person, *, now: datetime) -> bool:
    """Logs that this person opened the case; False while an earlier opening still counts."""
    last = judging.last_read(tx, case.id, by.login)
    if last is not None and now - last < LOG_AGAIN_AFTER:
        return False
    judging.note_read(tx, case.id, by.login, at=now, harsh=is_harsh(case, verdict))
    audit.append(tx, by, "case.read", f"case:{case.id}", at=now, office=case.office)
    return True


def note_shown(
    parts: Parts, page: str, shown: Iterable[int], *, by: Person, now: datetime, what: str = "reply"
) -> None:
    """Logs that a page shows the words of these replies, or of what else ``what`` says: one event, numbers only."""
    numbers = sorted(set(shown))
    if numbers:
        with parts.store.begin() as tx:
            audit.append(tx, by, f"{what}.read", f"page:{page}", at=now, shown=numbers)


def is_harsh(case: Case, verdict: KeptVerdict) -> bool:
    """Whether the words may weigh on who reads them: blurred by default, counted in the budget."""
    return bool(_HARSH & set(case.labels)) or any(signal.kind in _HARSH_SIGNALS for signal in verdict.signals)


def set_blur(parts: Parts, *, blurs: bool, by: Person, now: datetime) -> None:
    """Everybody chooses for themselves whether harsh words are blurred at first."""
    with parts.store.begin() as tx:
        people.set_blurs(tx, by.login, blurs=blurs)
        audit.append(tx, by, "user.blurs", f"user:{by.login}", at=now, blurs=blurs)


def of_person(tx: Tx, by: Person, *, now: datetime) -> Exposure:
    """How much of the budget this person has used."""
    return Exposure(judging.harsh_read(tx, by.login, since=now - timedelta(hours=24)))

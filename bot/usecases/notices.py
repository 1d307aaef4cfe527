"""What a person should know: addressed to them, to their offices, or to a role they hold."""

from __future__ import annotations

from datetime import date

from bot.domain.people import EVERYWHERE, Person
from bot.store import service
from bot.store.database import Tx
from bot.store.service import Notice


def addresses(person: Person, today: date) -> list[str]:
    """The names under which notices reach this person."""
    living = [grant for grant in person.grants if grant.until is None or today <= grant.until]
    offices = {f"office:{grant.office}" for grant in living if grant.office != EVERYWHERE}
    return [person.login, *sorted(offices), *sorted({f"role:{grant.role.value}" for grant in living})]


def for_person(tx: Tx, person: Person, today: date, *, limit: int = 20) -> list[Notice]:
    """Unread notices, newest first."""
    return service.notices(tx, addresses(person, today), limit=limit)

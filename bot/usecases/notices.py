"""What a person should know: addressed to them, to their offices, or to a role they hold."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from bot.domain.people import EVERYWHERE, Person
from bot.store import people, service
from bot.store.database import Tx
from bot.store.service import Notice
from bot.usecases.parts import Parts


@dataclass(frozen=True, slots=True)
class Group:
    """Notices of one kind, newest first: twenty urgent cases are one thing to know."""

    kind: str
    notices: tuple[Notice, ...]


def addresses(person: Person, today: date) -> list[str]:
    """The names under which notices reach this person."""
    living = [grant for grant in person.grants if grant.until is None or today <= grant.until]
    offices = {f"office:{grant.office}" for grant in living if grant.office != EVERYWHERE}
    return [person.login, *sorted(offices), *sorted({f"role:{grant.role.value}" for grant in living})]


def for_person(tx: Tx, person: Person, today: date, *, limit: int = 20) -> list[Notice]:
    """Notices that this person has not put away, newest first."""
    after = people.notices_read(tx, person.login)
    return service.notices(tx, addresses(person, today), after=after, limit=limit)


def grouped(notices: Sequence[Notice]) -> list[Group]:
    """By kind, in the order of each kind's newest notice."""
    kinds = dict.fromkeys(each.kind for each in notices)
    return [Group(kind, tuple(each for each in notices if each.kind == kind)) for kind in kinds]


def put_away(parts: Parts, newest: int, *, by: Person) -> None:
    """Up to the notice ``newest``, for this person alone; the trail keeps what happened."""
    with parts.store.begin() as tx:
        people.put_notices_away(tx, by.login, min(newest, service.newest_notice(tx)))

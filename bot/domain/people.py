"""Who may do what, and where: roles, grants with end dates, and the person behind an act."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

from bot.domain.errors import NotAllowed

EVERYWHERE: Final = "*"


class Role(StrEnum):
    """What a person is trusted with; several may be held, each for its own offices."""

    STAFF = "staff"  # writes and submits posts
    APPROVER = "approver"  # approves, returns, holds, releases
    MODERATOR = "moderator"  # decides cases
    REVIEWER = "reviewer"  # second person, appeals, quality
    ADMIN = "admin"  # roster, people, policy
    AUDITOR = "auditor"  # reads everything, changes nothing


@dataclass(frozen=True, slots=True)
class Grant:
    """One role in one office (``*``: everywhere) until a day, that day included."""

    role: Role
    office: str = EVERYWHERE
    until: date | None = None

    def holds(self, role: Role, office: str, on: date) -> bool:
        return self.role is role and self.office in (EVERYWHERE, office) and (self.until is None or on <= self.until)


@dataclass(frozen=True, slots=True)
class Person:
    """A member of staff as an act sees them; ``address`` is where the request came from, for the trail.

    ``reads`` are tags of the languages they read; ``blurs``: harsh words are shown to them blurred at first.
    """

    login: str
    name: str = ""
    grants: tuple[Grant, ...] = ()
    locale: str = "ja"
    address: str = ""
    id: int = 0
    reads: tuple[str, ...] = ("ja",)
    blurs: bool = True

    def may(self, role: Role, office: str, on: date) -> bool:
        return any(grant.holds(role, office, on) for grant in self.grants)

    def offices(self, role: Role, on: date) -> frozenset[str]:
        """Offices in which the person holds ``role`` on that day; ``{"*"}`` stands for all."""
        held = (g for g in self.grants if g.role is role and (g.until is None or on <= g.until))
        return frozenset(grant.office for grant in held)

    def roles(self, on: date) -> tuple[Role, ...]:
        held = {g.role for g in self.grants if g.until is None or on <= g.until}
        return tuple(role for role in Role if role in held)


def require(person: Person, role: Role, office: str, on: date) -> None:
    """Raises NotAllowed, in words that say whom to ask."""
    if not person.may(role, office, on):
        raise NotAllowed(
            f"This needs the role '{role.value}' for the office '{office}'; ask an admin to grant it to {person.login}."
        ).worded("problem.need-role", role=role.value, office=office)


SERVICE: Final = Person(login="kouhou", name="kouhou")
"""The service itself, for what it does on its own: claims, holds, reconciles, collects, screens."""

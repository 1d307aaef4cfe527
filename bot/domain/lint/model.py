"""What the lint looks at and what it says: frozen values; a notice folds its text and reads its dates once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from functools import cached_property
from typing import TYPE_CHECKING

from bot.domain.accounts import Account, Office, Registry
from bot.domain.hours import local
from bot.domain.lint.folding import even
from bot.domain.lint.hosts import Hosts
from moderation.context import Surroundings

if TYPE_CHECKING:
    from bot.domain.lint.dates import Mention
    from bot.domain.lint.links import Link
    from bot.domain.lint.offices import OfficeNames


class Severity(StrEnum):
    """``error``: do not send it like this. ``warning``: look again. ``hint``: could be easier to read."""

    ERROR = "error"
    WARNING = "warning"
    HINT = "hint"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing to look at: ``start``/``end`` are code points of the text, ``fix`` replaces them, None if nobody can know.

    ``reason`` picks the sentence for people, ``facts`` fill it. What concerns slot or pictures has the span 0, 0.
    """

    rule: str
    severity: Severity
    start: int
    end: int
    reason: str
    facts: Mapping[str, str] = field(default_factory=dict)
    fix: str | None = None


@dataclass(frozen=True, slots=True)
class Picture:
    """An attached file as named by its author, with its alternative text."""

    path: str
    alt: str = ""


@dataclass(frozen=True, slots=True)
class Around:
    """What is the same for every notice; ``now`` is aware.

    ``numbers`` are digits that public bodies publish, ``phones`` those of the roster with number as printed and owner,
    ``names`` what each office is called.
    """

    registry: Registry
    hosts: Hosts
    numbers: frozenset[str]
    phones: Mapping[str, tuple[str, str]]
    names: OfficeNames
    screening: Surroundings
    now: datetime


@dataclass(frozen=True)
class Notice:
    """A text on its way to one account. ``at`` is its slot, aware, None while nobody chose one."""

    id: str
    account: Account
    office: Office
    text: str
    around: Around
    at: datetime | None = None
    media: tuple[Picture, ...] = ()
    lang: str = "ja"
    reason: str = ""

    @cached_property
    def even(self) -> str:
        """The text with digits, width and dashes evened out, character for character."""
        return even(self.text)

    @cached_property
    def sent(self) -> datetime:
        """When readers see it, on the office's wall clock; without a slot that is now."""
        return local(self.office, self.at or self.around.now)

    @property
    def day(self) -> date:
        return self.sent.date()

    @cached_property
    def dates(self) -> tuple[Mention, ...]:
        """Every date that the text names, in order."""
        from bot.domain.lint.dates import read_dates

        return read_dates(self.even, self.day)

    @cached_property
    def links(self) -> tuple[Link, ...]:
        """Every link of the text, in order."""
        from bot.domain.lint.links import read_links

        return read_links(self.even, self.around.hosts)


Rule = Callable[[Notice], Iterable[Finding]]
"""Looks at one notice and yields what it saw; never raises, whatever the text holds."""

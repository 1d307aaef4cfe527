"""An office: what it is called, when its counter is open, who approves there. Values only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, time
from enum import StrEnum

LANGUAGES = ("ja", "en", "zh-Hans", "vi")
"""BCP 47 tags that every office is named in; further ones are welcome."""


class Certainty(StrEnum):
    """How far a fact can be trusted. ``unknown`` is a value, never a gap to be filled by a guess."""

    CONFIRMED = "confirmed"  # by the office itself
    SOURCED = "sourced"  # a published source, no contradiction found
    UNCERTAIN = "uncertain"  # sources disagree or are weak
    UNKNOWN = "unknown"
    SET_BY_HAND = "set-by-hand"  # an admin set it and signed, until the office confirms


class OfficeKind(StrEnum):
    """The agency's four kinds of office."""

    AGENCY = "agency"
    REGIONAL_BUREAU = "regional-bureau"
    DISTRICT_OFFICE = "district-office"
    CENTRE = "centre"


class DisasterRule(StrEnum):
    """How an urgent notice leaves the house: two people before, or one before and one within 24 hours after."""

    SECOND_PERSON = "second-person"
    REVIEW_AFTER = "review-after"


@dataclass(frozen=True, slots=True)
class Names:
    """One name in several languages, keyed by BCP 47 tag, in the order of the roster."""

    pairs: tuple[tuple[str, str], ...] = ()

    @classmethod
    def of(cls, names: Mapping[str, str]) -> Names:
        return cls(tuple(names.items()))

    def get(self, tag: str) -> str | None:
        """The name in exactly this language."""
        return dict(self.pairs).get(tag)

    def best(self, tag: str) -> str:
        """The name for a reader of ``tag``: that language, its base language, English, Japanese, any; else empty."""
        named = dict(self.pairs)
        wanted = (tag, tag.partition("-")[0], "en", "ja", *named)
        return next((named[each] for each in wanted if each in named), "")

    def all(self) -> tuple[str, ...]:
        """Each distinct name once."""
        return tuple(dict.fromkeys(name for _, name in self.pairs))

    @property
    def ja(self) -> str:
        return self.best("ja")

    @property
    def en(self) -> str:
        return self.best("en")


NO_NAMES = Names()


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """Open from ``opens`` to just before ``closes``, wall time of the office."""

    opens: time
    closes: time

    def __str__(self) -> str:
        return f"{self.opens:%H:%M}-{self.closes:%H:%M}"


@dataclass(frozen=True, slots=True)
class OtherHours:
    """What another source says, kept so that a reader can judge the choice."""

    text: str
    source: str


@dataclass(frozen=True, slots=True)
class Hours:
    """Counter hours: seven tuples of spans, Monday first. Empty ``week`` with certainty ``unknown``: nobody knows.

    Unknown hours are never open by themselves: a post needs an exception, or an admin sets hours by hand and signs.
    """

    week: tuple[tuple[Span, ...], ...] = ()
    certainty: Certainty = Certainty.UNKNOWN
    source: str = ""
    checked_on: date | None = None
    signed_by: str = ""
    note: str = ""
    alternatives: tuple[OtherHours, ...] = ()

    @property
    def known(self) -> bool:
        return self.certainty is not Certainty.UNKNOWN and any(self.week)

    def on(self, weekday: int) -> tuple[Span, ...]:
        """Spans of a weekday (Monday is 0), before closed days are taken out."""
        return self.week[weekday] if self.known else ()


UNKNOWN_HOURS = Hours()


@dataclass(frozen=True, slots=True)
class Closure:
    """An office closed on its own, first and last day included: a move, a disaster, an election."""

    first: date
    last: date
    reason: str


@dataclass(frozen=True, slots=True)
class Opening:
    """Hours of one day instead of the weekly pattern, closed days included: a Sunday counter, a shorter day."""

    day: date
    spans: tuple[Span, ...]
    reason: str


@dataclass(frozen=True, slots=True)
class Duty:
    """A staff id who has a task until a day, that day included; the spring transfers make dates necessary."""

    staff: str
    until: date | None = None

    def holds_on(self, day: date) -> bool:
        return self.until is None or day <= self.until


@dataclass(frozen=True, slots=True)
class Phone:
    """A number that the public may be given, as printed."""

    number: str
    label: str
    hours: str = ""
    source: str = ""


@dataclass(frozen=True, slots=True)
class Fee:
    """A fee in yen in force from a day; for the preflight check and for templates."""

    what: str
    yen: int
    since: date
    source: str


@dataclass(frozen=True, slots=True)
class Office:
    """One office: who approves there, when its counter is open, what it is called."""

    id: str
    kind: OfficeKind
    names: Names
    short: Names = NO_NAMES
    parent: str | None = None
    hours: Hours = UNKNOWN_HOURS
    zone: str = "Asia/Tokyo"
    closures: tuple[Closure, ...] = ()
    openings: tuple[Opening, ...] = ()
    approval_steps: int = 1
    approvers: tuple[Duty, ...] = ()
    deputies: tuple[Duty, ...] = ()
    disaster: DisasterRule = DisasterRule.SECOND_PERSON
    phones: tuple[Phone, ...] = ()
    fees: tuple[Fee, ...] = ()
    statistics_code: str | None = None
    aliases: tuple[str, ...] = ()

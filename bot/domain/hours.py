"""When an office may post by itself: counter hours in its own zone, minus closed days, plus special openings.

Instants are aware UTC in and out; naive ones raise ``ValueError``. Spans are open from their first minute to just
before their last. An office with unknown hours is never open: each of its posts needs an exception with a reason,
or an admin sets hours by hand and signs them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from bot.domain.accounts import Office, Span
from bot.domain.calendar import ClosedDay, closed_day

HORIZON_DAYS = 400
"""How far ahead an opening is looked for; longer than any closure we would call an office for."""


class Shut(StrEnum):
    """Why an office is not open at an instant."""

    UNKNOWN_HOURS = "unknown-hours"
    CLOSED_DAY = "closed-day"
    NO_COUNTER = "no-counter"  # a working day on which this counter does not open
    BEFORE_OPENING = "before-opening"
    BREAK = "break"
    AFTER_CLOSING = "after-closing"


@dataclass(frozen=True, slots=True, order=True)
class Window:
    """One stretch of opening, aware UTC, ``closes`` excluded."""

    opens: datetime
    closes: datetime

    def holds(self, at: datetime) -> bool:
        return self.opens <= at < self.closes


@dataclass(frozen=True, slots=True)
class Standing:
    """Whether an office is open at an instant; when not, why, and on a closed day which."""

    open: bool
    shut: Shut | None = None
    closed: ClosedDay | None = None


def local(office: Office, at: datetime) -> datetime:
    """The instant on the office's wall clock."""
    if at.tzinfo is None or at.utcoffset() is None:
        raise ValueError("an instant needs its zone: a naive datetime was given")
    return at.astimezone(ZoneInfo(office.zone))


def spans_on(office: Office, day: date) -> tuple[Span, ...]:
    """Opening spans of a calendar day, wall time; a special opening replaces everything else."""
    special = next((each for each in office.openings if each.day == day), None)
    if special:
        return special.spans
    return () if closed_day(day, office) else office.hours.on(day.weekday())


def windows_on(office: Office, day: date) -> tuple[Window, ...]:
    """The same spans as instants."""
    zone = ZoneInfo(office.zone)
    return tuple(
        Window(
            datetime.combine(day, span.opens, zone).astimezone(UTC),
            datetime.combine(day, span.closes, zone).astimezone(UTC),
        )
        for span in spans_on(office, day)
    )


def is_open(office: Office, at: datetime) -> bool:
    return any(window.holds(at) for window in windows_on(office, local(office, at).date()))


def closing_time(office: Office, at: datetime) -> datetime | None:
    """When the current window ends, be it for lunch or for the day; None while the office is not open."""
    windows = windows_on(office, local(office, at).date())
    return next((window.closes for window in windows if window.holds(at)), None)


def next_open(office: Office, at: datetime) -> datetime | None:
    """``at`` itself if the office is open, else its next opening; None if it does not open within 400 days."""
    return next((max(window.opens, at.astimezone(UTC)) for window in upcoming(office, at)), None)


def next_slot(
    office: Office, at: datetime, *, taken: Iterable[datetime] = (), apart: timedelta, step: timedelta
) -> datetime | None:
    """The first open instant from ``at`` on a multiple of ``step`` and at least ``apart`` from every taken one.

    ``step`` counts from each window's opening, so that slots read 9:00, 9:05, 9:10. None as in ``next_open``.
    """
    if step <= timedelta(0) or apart < timedelta(0):
        raise ValueError("step must be longer than zero and apart must not be negative")
    others = sorted(taken)
    for window in upcoming(office, at):
        for slot in _steps(window, at, step):
            if all(abs(slot - other) >= apart for other in others):
                return slot
    return None


def upcoming(office: Office, at: datetime) -> Iterator[Window]:
    """Windows that have not ended at ``at``, in order, as far as the horizon."""
    first = local(office, at).date()
    if not office.hours.known and not office.openings:
        return
    for offset in range(HORIZON_DAYS):
        yield from (w for w in windows_on(office, first + timedelta(days=offset)) if w.closes > at)


def standing(office: Office, at: datetime) -> Standing:
    """Open or not, with the reason that a person is told."""
    wall = local(office, at)
    spans = spans_on(office, wall.date())
    if not spans:
        return _shut_all_day(office, wall.date())
    now = wall.time().replace(tzinfo=None)
    if any(span.opens <= now < span.closes for span in spans):
        return Standing(True)
    if now < spans[0].opens:
        return Standing(False, Shut.BEFORE_OPENING)
    return Standing(False, Shut.AFTER_CLOSING if now >= spans[-1].closes else Shut.BREAK)


def _shut_all_day(office: Office, day: date) -> Standing:
    closed = closed_day(day, office)
    if closed:
        return Standing(False, Shut.CLOSED_DAY, closed)
    return Standing(False, Shut.NO_COUNTER if office.hours.known else Shut.UNKNOWN_HOURS)


def _steps(window: Window, at: datetime, step: timedelta) -> Iterator[datetime]:
    passed = max(at - window.opens, timedelta(0))
    slot = window.opens + step * -(-passed // step)
    while slot < window.closes:
        yield slot
        slot += step

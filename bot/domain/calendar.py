"""Days on which government offices are closed: Act on Holidays of Administrative Organs (Act 91 of 1988), article 1.

Saturdays and Sundays, national holidays (with substitute and sandwiched days, by jpholiday) and 29 December to
3 January. The Act does not forbid work on these days, so an office may still open on one (``Office.openings``).
The two equinox days are fixed each February for the next year: later ones are a forecast.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from functools import lru_cache

import jpholiday

from bot.domain.accounts import Office

FIRST_YEAR, LAST_YEAR = 1990, 2050
"""Years in which two holiday libraries were compared day by day; outside them we refuse rather than guess."""


class ClosedBy(StrEnum):
    """Why a day is closed, the strongest reason first."""

    CLOSURE = "closure"
    HOLIDAY = "holiday"
    YEAR_END = "year-end"
    SATURDAY = "saturday"
    SUNDAY = "sunday"


@dataclass(frozen=True, slots=True)
class ClosedDay:
    """A closed day and its reason; ``name`` is the holiday's Japanese name or the closure's own words."""

    day: date
    by: ClosedBy
    name: str = ""


def closed_day(day: date, office: Office | None = None) -> ClosedDay | None:
    """Why this day is closed everywhere, or at ``office``; None on a working day. A date of the office's zone."""
    own = _own_closure(day, office) if office else None
    return own or _closed_everywhere(_plain(day))


def is_working_day(day: date, office: Office | None = None) -> bool:
    return closed_day(day, office) is None


def next_working_day(day: date, office: Office | None = None) -> date:
    """The day itself if it is a working day, else the next one (as article 2 moves a deadline)."""
    while not is_working_day(day, office):
        day += timedelta(days=1)
    return day


def holiday_name(day: date) -> str | None:
    """The national holiday's Japanese name, substitute and sandwiched days included."""
    closed = _closed_everywhere(_plain(day))
    return closed.name if closed and closed.by is ClosedBy.HOLIDAY else None


def _plain(day: date) -> date:
    if isinstance(day, datetime):
        raise TypeError("a calendar day is a date of the office's zone, not an instant")
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise ValueError(f"the holiday calendar is known for {FIRST_YEAR} to {LAST_YEAR}, not for {day.year}")
    return day


def _own_closure(day: date, office: Office) -> ClosedDay | None:
    for closure in office.closures:
        if closure.first <= day <= closure.last:
            return ClosedDay(day, ClosedBy.CLOSURE, closure.reason)
    return None


@lru_cache(maxsize=4096)
def _closed_everywhere(day: date) -> ClosedDay | None:
    name = jpholiday.is_holiday_name(day)
    if name:
        return ClosedDay(day, ClosedBy.HOLIDAY, name)
    if (day.month, day.day) >= (12, 29) or (day.month, day.day) <= (1, 3):
        return ClosedDay(day, ClosedBy.YEAR_END, "年末年始")
    weekend = {5: ClosedBy.SATURDAY, 6: ClosedBy.SUNDAY}.get(day.weekday())
    return ClosedDay(day, weekend) if weekend else None

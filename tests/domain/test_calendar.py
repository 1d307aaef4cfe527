"""Closed days of government offices, held against dates from the law and a second library."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import holidays
import pytest

from bot.domain.accounts import Closure, Names, Office, OfficeKind
from bot.domain.calendar import (
    FIRST_YEAR,
    LAST_YEAR,
    ClosedBy,
    closed_day,
    holiday_name,
    is_working_day,
    next_working_day,
)

OFFICE = Office("harbour", OfficeKind.CENTRE, Names.of({"ja": "港センター"}))


def days(first: date, last: date) -> list[date]:
    return [first + timedelta(days=n) for n in range((last - first).days + 1)]


@pytest.mark.parametrize(("year", "working"), [(2026, 240), (2027, 242), (2028, 244)])
def test_a_year_has_as_many_working_days_as_counted_by_hand(year: int, working: int) -> None:
    assert sum(is_working_day(day) for day in days(date(year, 1, 1), date(year, 12, 31))) == working


@pytest.mark.parametrize(
    ("first", "last"),
    [
        (date(2026, 9, 19), date(2026, 9, 23)),  # weekend, holiday, sandwiched day, equinox
        (date(2026, 5, 2), date(2026, 5, 6)),  # Saturday to the substitute for Sunday 3 May
        (date(2026, 12, 29), date(2027, 1, 3)),  # year end
        (date(2027, 3, 20), date(2027, 3, 22)),  # equinox on a Sunday, substitute on Monday
        (date(2028, 4, 29), date(2028, 4, 30)),  # a Saturday holiday has no substitute
    ],
)
def test_a_closed_stretch_begins_and_ends_where_the_law_says(first: date, last: date) -> None:
    assert not any(is_working_day(day) for day in days(first, last))
    assert is_working_day(first - timedelta(days=1))
    assert is_working_day(last + timedelta(days=1))
    assert next_working_day(first) == last + timedelta(days=1)


@pytest.mark.parametrize(
    ("day", "by", "name"),
    [
        (date(2026, 11, 23), ClosedBy.HOLIDAY, "勤労感謝の日"),
        (date(2026, 9, 22), ClosedBy.HOLIDAY, "国民の休日"),
        (date(2026, 12, 30), ClosedBy.YEAR_END, "年末年始"),
        (date(2026, 12, 5), ClosedBy.SATURDAY, ""),
        (date(2026, 12, 6), ClosedBy.SUNDAY, ""),
    ],
)
def test_a_closed_day_says_why(day: date, by: ClosedBy, name: str) -> None:
    closed = closed_day(day)
    assert closed is not None
    assert (closed.by, closed.name) == (by, name)


@pytest.mark.parametrize("day", [date(2026, 12, 28), date(2027, 1, 4), date(2026, 6, 23), date(2027, 3, 23)])
def test_ordinary_days_are_working_days(day: date) -> None:
    assert closed_day(day) is None  # 23 June is a day of remembrance in Okinawa, no national holiday
    assert holiday_name(day) is None


def test_an_office_can_be_closed_alone() -> None:
    moving = replace(OFFICE, closures=(Closure(date(2026, 12, 7), date(2026, 12, 8), "移転"),))
    closed = closed_day(date(2026, 12, 8), moving)
    assert closed is not None
    assert (closed.by, closed.name) == (ClosedBy.CLOSURE, "移転")
    assert is_working_day(date(2026, 12, 8), OFFICE)
    assert next_working_day(date(2026, 12, 7), moving) == date(2026, 12, 9)


@pytest.mark.parametrize("year", [FIRST_YEAR - 1, LAST_YEAR + 1, 9999])
def test_a_year_beyond_the_known_calendar_is_refused_not_guessed(year: int) -> None:
    with pytest.raises(ValueError, match=str(year)):
        closed_day(date(year, 6, 1))


def test_an_instant_is_no_calendar_day() -> None:
    with pytest.raises(TypeError):
        closed_day(datetime(2026, 12, 1, tzinfo=UTC))


def test_two_holiday_libraries_agree_on_every_day() -> None:
    other = holidays.country_holidays("JP", years=range(FIRST_YEAR, LAST_YEAR + 1))
    ours = [day for day in days(date(FIRST_YEAR, 1, 1), date(LAST_YEAR, 12, 31)) if holiday_name(day)]
    assert ours == sorted(other)

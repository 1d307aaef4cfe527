"""An office posts by itself only in its own hours, on its own wall clock, on its own days."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.accounts import Certainty, Closure, Hours, Names, Office, OfficeKind, Opening, Span
from bot.domain.calendar import closed_day
from bot.domain.hours import (
    Shut,
    Window,
    closing_time,
    is_open,
    next_open,
    next_slot,
    standing,
    windows_on,
)

NAIVE = datetime.fromisoformat
JST = timezone(timedelta(hours=9))
ALL_DAY = (Span(time(9), time(16)),)
WITH_LUNCH = (Span(time(9), time(12)), Span(time(13), time(16)))


def office(*spans: Span, certainty: Certainty = Certainty.SOURCED) -> Office:
    week = (tuple(spans),) * 5 + ((), ())
    return Office("pier", OfficeKind.CENTRE, Names.of({"ja": "埠頭"}), hours=Hours(week, certainty))


def jst(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=JST)


STRAIGHT = office(*ALL_DAY)
LUNCH = office(*WITH_LUNCH)
UNKNOWN = Office("fog", OfficeKind.CENTRE, Names.of({"ja": "霧"}))


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        ("2026-12-01T08:59:59", False),
        ("2026-12-01T09:00:00", True),
        ("2026-12-01T11:59:59", True),
        ("2026-12-01T12:00:00", False),  # the first minute of lunch is lunch
        ("2026-12-01T13:00:00", True),
        ("2026-12-01T16:00:00", False),  # the closing minute is closed
        ("2026-12-05T10:00:00", False),  # Saturday
        ("2026-11-23T10:00:00", False),  # Monday, a holiday
        ("2026-12-28T15:59:59", True),  # last working day of the year
        ("2026-12-29T10:00:00", False),
        ("2027-01-04T09:00:00", True),
    ],
)
def test_open_means_within_a_span_of_a_working_day(at: str, expected: bool) -> None:
    assert is_open(LUNCH, jst(at)) is expected


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        ("2026-12-01T07:00", "2026-12-01T09:00"),
        ("2026-12-01T10:30", "2026-12-01T10:30"),  # open now
        ("2026-12-01T12:15", "2026-12-01T13:00"),
        ("2026-12-28T16:00", "2027-01-04T09:00"),  # over the year end
        ("2026-09-18T17:00", "2026-09-24T09:00"),  # five closed days in a row
        ("2026-05-01T16:00", "2026-05-07T09:00"),
    ],
)
def test_the_next_opening_skips_nights_lunches_and_closed_days(at: str, expected: str) -> None:
    assert next_open(LUNCH, jst(at)) == jst(expected)


def test_windows_are_instants_of_the_offices_own_zone() -> None:
    assert windows_on(STRAIGHT, date(2026, 12, 1)) == (
        Window(datetime(2026, 12, 1, 0, 0, tzinfo=UTC), datetime(2026, 12, 1, 7, 0, tzinfo=UTC)),
    )
    assert windows_on(STRAIGHT, date(2026, 12, 6)) == ()


def test_a_morning_in_japan_is_the_evening_before_elsewhere() -> None:
    assert is_open(STRAIGHT, datetime(2026, 11, 30, 19, 30, tzinfo=timezone(timedelta(hours=-5))))


def test_unknown_hours_are_never_open_by_themselves() -> None:
    noon = jst("2026-12-01T10:00")
    assert not is_open(UNKNOWN, noon)
    assert next_open(UNKNOWN, noon) is None
    assert next_slot(UNKNOWN, noon, apart=timedelta(0), step=timedelta(minutes=5)) is None
    assert standing(UNKNOWN, noon).shut is Shut.UNKNOWN_HOURS


def test_hours_set_by_hand_open_the_office() -> None:
    assert is_open(office(*ALL_DAY, certainty=Certainty.SET_BY_HAND), jst("2026-12-01T10:00"))


@pytest.mark.parametrize(
    ("at", "shut"),
    [
        ("2026-12-01T08:00", Shut.BEFORE_OPENING),
        ("2026-12-01T12:30", Shut.BREAK),
        ("2026-12-01T16:00", Shut.AFTER_CLOSING),
        ("2026-12-06T10:00", Shut.CLOSED_DAY),
        ("2026-12-01T10:00", None),
    ],
)
def test_a_person_is_told_why_an_office_is_shut(at: str, shut: Shut | None) -> None:
    assert standing(LUNCH, jst(at)).shut is shut


def test_a_counter_without_wednesdays_is_shut_on_a_wednesday() -> None:
    week = (ALL_DAY, ALL_DAY, (), ALL_DAY, ALL_DAY, (), ())
    pier = replace(STRAIGHT, hours=replace(STRAIGHT.hours, week=week))
    assert standing(pier, jst("2026-12-02T10:00")).shut is Shut.NO_COUNTER


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        ("2026-12-01T10:00", "2026-12-01T12:00"),
        ("2026-12-01T15:59", "2026-12-01T16:00"),
        ("2026-12-01T12:00", None),
    ],
)
def test_lunch_and_evening_both_close_the_window(at: str, expected: str | None) -> None:
    assert closing_time(LUNCH, jst(at)) == (jst(expected) if expected else None)


def test_a_closed_office_opens_again_after_its_closure() -> None:
    flooded = replace(STRAIGHT, closures=(Closure(date(2026, 12, 1), date(2026, 12, 3), "浸水"),))
    assert next_open(flooded, jst("2026-12-01T10:00")) == jst("2026-12-04T09:00")


def test_an_office_closed_for_good_has_no_next_opening() -> None:
    closed = replace(STRAIGHT, closures=(Closure(date(2026, 12, 1), date(2029, 1, 1), "閉所"),))
    assert next_open(closed, jst("2026-12-01T10:00")) is None


def test_a_sunday_counter_opens_even_where_weekly_hours_are_unknown() -> None:
    sunday = Opening(date(2026, 12, 6), (Span(time(10), time(12)),), "日曜窓口")
    assert is_open(replace(UNKNOWN, openings=(sunday,)), jst("2026-12-06T10:00"))
    assert not is_open(replace(STRAIGHT, openings=(replace(sunday, day=date(2026, 12, 1)),)), jst("2026-12-01T09:30"))


def test_the_next_slot_keeps_its_distance_and_its_grid() -> None:
    taken = [jst("2026-12-01T11:50"), jst("2026-12-01T11:58")]
    slot = next_slot(
        LUNCH, jst("2026-12-01T11:42"), taken=taken, apart=timedelta(minutes=10), step=timedelta(minutes=5)
    )
    assert slot == jst("2026-12-01T13:00")


def test_a_slot_on_the_grid_is_taken_as_it_is() -> None:
    slot = next_slot(LUNCH, jst("2026-12-01T09:10"), apart=timedelta(0), step=timedelta(minutes=5))
    assert slot == jst("2026-12-01T09:10")


@pytest.mark.parametrize("ask", [is_open, next_open, closing_time, standing])
def test_a_naive_instant_is_refused(ask: object) -> None:
    assert callable(ask)
    with pytest.raises(ValueError, match="zone"):
        ask(STRAIGHT, NAIVE("2026-12-01T10:00"))


MINUTES = st.integers(0, 24 * 60 - 1)
INSTANTS = st.datetimes(NAIVE("2026-01-01"), NAIVE("2030-12-31"), timezones=st.just(UTC))


@st.composite
def offices(draw: st.DrawFn) -> Office:
    edges = sorted(draw(st.lists(MINUTES, min_size=2, max_size=6, unique=True)))
    clock = [time(m // 60, m % 60) for m in edges]
    return office(*(Span(a, b) for a, b in zip(clock[::2], clock[1::2], strict=False)))


@given(offices(), INSTANTS)
def test_law_the_next_opening_is_open_and_nothing_before_it_is(pier: Office, at: datetime) -> None:
    opens = next_open(pier, at)
    assert opens is not None
    assert is_open(pier, opens)
    assert opens >= at
    halfway = at + (opens - at) / 2
    assert opens == at or not is_open(pier, halfway)


@given(offices(), INSTANTS, st.integers(-12 * 60, 12 * 60))
def test_law_the_same_instant_in_another_zone_gets_the_same_answer(pier: Office, at: datetime, shift: int) -> None:
    elsewhere = at.astimezone(timezone(timedelta(minutes=shift)))
    assert is_open(pier, elsewhere) == is_open(pier, at)
    assert next_open(pier, elsewhere) == next_open(pier, at)
    assert closing_time(pier, elsewhere) == closing_time(pier, at)


@given(offices(), INSTANTS)
def test_law_open_standing_and_closing_time_tell_one_story(pier: Office, at: datetime) -> None:
    closes = closing_time(pier, at)
    assert standing(pier, at).open is is_open(pier, at) is (closes is not None)
    assert closes is None or (closes > at and not is_open(replace(pier, hours=Hours()), at))


@given(offices(), INSTANTS)
def test_law_no_office_is_open_on_a_closed_day(pier: Office, at: datetime) -> None:
    assert closed_day(at.astimezone(JST).date()) is None or not is_open(pier, at)


@given(offices(), INSTANTS, st.lists(INSTANTS, max_size=3), st.integers(1, 30))
def test_law_a_slot_is_open_and_far_from_its_neighbours(
    pier: Office, at: datetime, taken: list[datetime], minutes: int
) -> None:
    apart = timedelta(minutes=minutes)
    slot = next_slot(pier, at, taken=taken, apart=apart, step=timedelta(minutes=5))
    assert slot is not None
    assert slot >= at
    assert is_open(pier, slot)
    assert all(abs(slot - other) >= apart for other in taken)

"""The calendar: closed days and hours drawn, collisions shown, posts moved with and without a new approval."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from bot.bootstrap import App
from bot.domain.posts import PostState
from bot.usecases import calendar
from bot.usecases.calendar import Light, Warn
from tests.console.rig import visit_as
from tests.console.staff_desk import NORTH, come
from tests.house import APPROVER, JAPAN, STAFF, House


def days(house: House, first: date, count: int, office: str = "tokyo") -> list[calendar.Day]:
    with house.store.read() as tx:
        return calendar.days(
            house.parts, tx, first=first, count=count, offices=[house.registry.office(office)], accounts=None, now=house.now
        )  # fmt: skip


@pytest.mark.parametrize(
    ("day", "name"),
    [
        (date(2026, 12, 5), ""),  # a Saturday
        (date(2026, 11, 3), "文化の日"),
        (date(2026, 9, 22), "国民の休日"),
        (date(2027, 3, 22), "春分の日 振替休日"),
        (date(2026, 12, 30), "年末年始"),
    ],
)
def test_a_closed_day_is_drawn_closed_with_its_name(sqlite_house: House, day: date, name: str) -> None:
    [drawn] = days(sqlite_house, day, 1)
    assert drawn.closed is not None
    assert set(drawn.lights) == {Light.SHUT}
    assert drawn.spans == ""
    assert drawn.closed.name.split()[0] == name.split(maxsplit=1)[0] if name else drawn.closed.name == ""


def test_counter_hours_are_drawn_hour_by_hour(sqlite_house: House) -> None:
    [drawn] = days(sqlite_house, date(2026, 12, 2), 1)
    assert [hour for hour in range(24) if drawn.lights[hour] is Light.OPEN] == list(range(9, 16))
    assert drawn.spans == "9-16"


@pytest.mark.parametrize(
    ("minutes", "warns"),
    [((0, 3), {Warn.COLLIDES}), ((0, 5), set()), ((0, 20, 40), {Warn.BUNCHED}), ((0, 60, 120), set())],
)
def test_collisions_and_bunches_of_one_account_are_shown(
    sqlite_house: House, minutes: tuple[int, ...], warns: set[Warn]
) -> None:
    start = datetime(2026, 12, 3, 10, 0, tzinfo=JAPAN)
    for number, late in enumerate(minutes):
        sqlite_house.draft("IMMI_TOKYO", f"お知らせの{number}です。", at=start + timedelta(minutes=late))
    [drawn] = days(sqlite_house, date(2026, 12, 3), 1)
    assert {warn for entry in drawn.entries for warn in entry.warns} == warns


def test_a_slot_outside_hours_is_shown_with_and_without_its_reason(sqlite_house: House) -> None:
    night = datetime(2026, 12, 3, 22, 0, tzinfo=JAPAN)
    sqlite_house.draft("IMMI_TOKYO", "理由なし", at=night)
    sqlite_house.draft("IMMI_OSAKA", "理由あり", at=night, reason="停電のため")
    [drawn] = days(sqlite_house, date(2026, 12, 3), 1)
    assert [entry.warns for entry in drawn.entries] == [(Warn.OUTSIDE,), (Warn.EXCEPTION,)]
    assert calendar.shown_hours([drawn]).stop == 23


@pytest.mark.parametrize(
    ("day", "first", "count"),
    [(date(2026, 12, 2), date(2026, 11, 30), 35), (date(2027, 2, 1), date(2027, 2, 1), 28), (date(2026, 8, 31), date(2026, 7, 27), 42)],
)  # fmt: skip
def test_a_month_is_a_sheet_of_whole_weeks(day: date, first: date, count: int) -> None:
    assert calendar.month_of(day) == (first, count)


def test_a_writers_move_needs_a_new_approval_and_an_approvers_does_not(app: App, sqlite_house: House) -> None:
    house = sqlite_house
    for person, state in ((STAFF, PostState.SUBMITTED), (APPROVER, PostState.SCHEDULED)):
        post = house.scheduled("IMMI_TOKYO", f"{person.login}が動かす文です。", at=house.now.replace(day=3))
        fields = {"at": "2026-12-04T11:00", "version": str(post.version), "back": "week"}
        done = visit_as(app, person).post(f"/posts/{post.id}/move", fields)
        assert done.status_code == 303
        assert "day=2026-12-04" in done.headers["location"]
        assert house.post(post).revision.slot.due_at == datetime(2026, 12, 4, 2, 0, tzinfo=UTC)
        assert house.state(post) is state


@pytest.mark.parametrize("at", ["2026-12-05T10:00", "2026-12-02T22:00", "2026-12-01T10:00", "x"])
def test_a_scheduled_post_is_not_moved_to_a_closed_or_past_time(app: App, sqlite_house: House, at: str) -> None:
    post = sqlite_house.scheduled("IMMI_TOKYO", at=sqlite_house.now.replace(day=3))
    answer = visit_as(app, APPROVER).post(f"/posts/{post.id}/move", {"at": at, "version": str(post.version)})
    assert answer.status_code == 422
    assert sqlite_house.post(post) == post


def test_a_move_over_somebody_elses_change_is_refused(app: App, sqlite_house: House) -> None:
    post = sqlite_house.draft("IMMI_TOKYO", at=sqlite_house.now.replace(day=3))
    hanako = visit_as(app, STAFF)
    fields = {"at": "2026-12-04T11:00", "version": str(post.version)}
    assert hanako.post(f"/posts/{post.id}/move", fields).status_code == 303
    assert hanako.post(f"/posts/{post.id}/move", {**fields, "at": "2026-12-04T12:00"}).status_code == 422


def test_the_next_free_slot_is_one_click(app: App, sqlite_house: House) -> None:
    sqlite_house.draft("IMMI_TOKYO", "先の文", at=sqlite_house.now + timedelta(minutes=5))
    post = sqlite_house.draft("IMMI_TOKYO", "後の文", at=sqlite_house.now.replace(day=8))
    visit_as(app, STAFF).post(f"/posts/{post.id}/move", {"do": "next", "version": str(post.version)})
    assert sqlite_house.post(post).revision.slot.due_at == sqlite_house.now + timedelta(minutes=10)


def test_a_post_can_be_moved_without_a_mouse(app: App, sqlite_house: House) -> None:
    post = sqlite_house.draft("IMMI_TOKYO", at=sqlite_house.now.replace(day=3))
    page = visit_as(app, STAFF).get("/calendar", move=str(post.id), day="2026-12-03").text
    assert f'action="/posts/{post.id}/move"' in page
    assert 'value="2026-12-04T10:00"' in page  # a day later


@pytest.mark.parametrize(
    "query", [{"day": "nonsense"}, {"day": "9999-12-31"}, {"view": "x"}, {"move": "77"}, {"office": "x"}]
)
def test_a_strange_address_shows_a_calendar_all_the_same(app: App, query: dict[str, str]) -> None:
    assert visit_as(app, STAFF).get("/calendar", **query).status_code == 200


def test_a_person_of_one_office_sees_its_hours(app: App, sqlite_house: House) -> None:
    page = come(app, sqlite_house, NORTH).get("/calendar").text
    assert "札幌" in page
    assert "大阪" not in page

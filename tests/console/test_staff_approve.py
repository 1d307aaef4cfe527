"""Approval: bound to what was seen, several steps, deputies, two people at once, reminders in time."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import date, timedelta

import pytest

from bot.bootstrap import App
from bot.domain.people import Grant, Person, Role
from bot.domain.posts import PostState
from bot.store import people, posts, service
from bot.usecases.remind import remind
from tests.console.rig import enrol, visit_as
from tests.console.staff_desk import approval
from tests.house import APPROVER, SECOND, STAFF, House


def told(house: House, login: str) -> list[str]:
    with house.store.read() as tx:
        return [notice.kind for notice in service.notices(tx, [login])]


def steps_of(house: House, number: int) -> None:
    """The roster as if Tokyo asked for this many approvals."""
    changed = tuple(
        replace(office, approval_steps=number) if office.id == "tokyo" else office for office in house.registry.offices
    )
    house.registry = replace(house.registry, offices=changed)


def test_the_approver_sees_the_very_words_and_approves_them(app: App, sqlite_house: House) -> None:
    post = sqlite_house.submitted("IMMI_TOKYO", "見たままの文です。")
    taro = visit_as(app, APPROVER)
    for page in (taro.get("/approve").text, taro.get(f"/posts/{post.id}").text):
        assert "見たままの文です。" in page
        assert post.revision.digest in page
    assert taro.post(f"/posts/{post.id}/approve", approval(post)).status_code == 303
    assert sqlite_house.state(post) is PostState.SCHEDULED


def test_words_edited_after_the_look_are_not_approved(app: App, sqlite_house: House) -> None:
    post = sqlite_house.submitted("IMMI_TOKYO", "はじめの文です。")
    fields = {"text": "あとで直した文です。", "at": "2026-12-02T10:00", "do": "save", "version": str(post.version)}
    assert visit_as(app, STAFF).post(f"/posts/{post.id}/edit", fields).status_code == 303
    late = visit_as(app, APPROVER).post(f"/posts/{post.id}/approve", approval(post))
    assert late.status_code == 422
    assert "あとで直した文です。" in late.text
    assert sqlite_house.state(post) is PostState.SUBMITTED


@pytest.mark.parametrize("missing", ["digest", "version"])
def test_a_forged_digest_or_version_approves_nothing(app: App, sqlite_house: House, missing: str) -> None:
    post = sqlite_house.submitted()
    forged = {**approval(post), missing: "1234"}
    assert visit_as(app, APPROVER).post(f"/posts/{post.id}/approve", forged).status_code == 422
    assert sqlite_house.state(post) is PostState.SUBMITTED


def test_nobody_approves_their_own_post_and_the_page_says_why(app: App, sqlite_house: House) -> None:
    post = sqlite_house.submitted("IMMI_TOKYO", by=APPROVER)
    taro = visit_as(app, APPROVER)
    page = taro.get(f"/posts/{post.id}").text
    assert f'action="/posts/{post.id}/approve"' not in page
    assert "自分の投稿は承認できません" in page
    assert taro.post(f"/posts/{post.id}/approve", approval(post)).status_code == 422


@pytest.mark.parametrize("steps", [1, 2])
def test_two_approvers_at_the_same_moment_both_hear_the_truth(app: App, sqlite_house: House, steps: int) -> None:
    """One step: the first is enough and the second is told. Two steps: both count."""
    steps_of(sqlite_house, steps)
    post = sqlite_house.submitted()
    start, answers = threading.Barrier(2), {}

    def click(person: Person) -> None:
        visitor = visit_as(app, person)
        start.wait()
        answers[person.login] = visitor.post(f"/posts/{post.id}/approve", approval(post)).status_code

    clicks = [threading.Thread(target=click, args=(person,)) for person in (APPROVER, SECOND)]
    for each in clicks:
        each.start()
    for each in clicks:
        each.join()
    assert sorted(answers.values()) == ([303, 422] if steps == 1 else [303, 303])
    assert sqlite_house.state(post) is PostState.SCHEDULED
    assert len(sqlite_house.post(post).approvals) == steps


def test_a_double_click_on_approve_is_one_approval(app: App, sqlite_house: House) -> None:
    steps_of(sqlite_house, 3)
    post = sqlite_house.submitted()
    taro = visit_as(app, APPROVER)
    assert [taro.post(f"/posts/{post.id}/approve", approval(post)).status_code for _ in range(2)] == [303, 303]
    assert len(sqlite_house.post(post).approvals) == 1
    assert "1 / 3" in taro.get(f"/posts/{post.id}").text


@pytest.mark.parametrize(("until", "may"), [(date(2026, 12, 2), True), (date(2026, 12, 1), False), (None, True)])
def test_a_deputy_approves_until_the_last_day(app: App, sqlite_house: House, until: date | None, may: bool) -> None:
    deputy = Person("dairi", "代理 五郎", (Grant(Role.APPROVER, "tokyo", until), Grant(Role.STAFF, "tokyo")))
    enrol(sqlite_house, deputy)
    post = sqlite_house.submitted()
    answer = visit_as(app, deputy).post(f"/posts/{post.id}/approve", approval(post))
    assert (answer.status_code == 303) is may
    page = visit_as(app, STAFF).get(f"/posts/{post.id}").text
    assert ("代理 五郎" in page) is (may and until is None) or may


def test_the_page_says_until_when_a_deputy_may_approve(app: App, sqlite_house: House) -> None:
    enrol(sqlite_house, Person("dairi", "代理 五郎", (Grant(Role.APPROVER, "tokyo", date(2026, 12, 28)),)))
    post = sqlite_house.submitted()
    assert "2026年12月28日(月)まで" in visit_as(app, STAFF).get(f"/posts/{post.id}").text


def test_a_return_needs_a_comment_and_keeps_it(app: App, sqlite_house: House) -> None:
    post = sqlite_house.submitted()
    taro = visit_as(app, APPROVER)
    assert taro.post(f"/posts/{post.id}/return", {"comment": " "}).status_code == 422
    assert taro.post(f"/posts/{post.id}/return", {"comment": "場所を書いてください"}).status_code == 303
    assert "場所を書いてください" in visit_as(app, STAFF).get(f"/posts/{post.id}").text
    assert told(sqlite_house, "hanako") == ["post.returned"]


def test_what_another_x_account_already_says_is_blocked_at_approval(app: App, sqlite_house: House) -> None:
    same = "年末年始は、すべての窓口をお休みします。手続はお早めにお済ませください。"
    sqlite_house.scheduled("IMMI_OSAKA", same)
    post = sqlite_house.submitted("IMMI_TOKYO", same)
    answer = visit_as(app, APPROVER).post(f"/posts/{post.id}/approve", approval(post))
    assert answer.status_code == 422
    assert sqlite_house.state(post) is PostState.SUBMITTED


@pytest.mark.parametrize(
    ("minutes", "kinds"),
    [(70, []), (60, ["post.approve-soon.60"]), (20, ["post.approve-soon.60"]), (15, ["post.approve-soon.15"]), (5, ["post.approve-soon.15"])],
)  # fmt: skip
def test_approvers_are_reminded_in_time_and_once(app: App, sqlite_house: House, minutes: int, kinds: list[str]) -> None:
    sqlite_house.submitted("IMMI_TOKYO", at=sqlite_house.now + timedelta(minutes=minutes))
    for _ in range(3):
        remind(sqlite_house.parts, now=sqlite_house.now)
    assert told(sqlite_house, "taro") == kinds
    assert told(sqlite_house, "jiro") == kinds
    assert told(sqlite_house, "hanako") == []


def test_an_author_who_may_approve_is_not_reminded_of_their_own_post(app: App, sqlite_house: House) -> None:
    sqlite_house.submitted("IMMI_TOKYO", at=sqlite_house.now + timedelta(minutes=10), by=APPROVER)
    remind(sqlite_house.parts, now=sqlite_house.now)
    assert told(sqlite_house, "taro") == []
    assert told(sqlite_house, "jiro") == ["post.approve-soon.15"]


def test_an_approver_switched_off_has_no_session_and_no_approval(app: App, sqlite_house: House) -> None:
    post = sqlite_house.submitted()
    taro = visit_as(app, APPROVER)
    with sqlite_house.store.begin() as tx:
        people.set_active(tx, "taro", active=False)
    assert taro.post(f"/posts/{post.id}/approve", approval(post)).status_code != 200
    with sqlite_house.store.read() as tx:
        assert posts.get(tx, post.id).state is PostState.SUBMITTED

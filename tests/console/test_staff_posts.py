"""The queue and a post's page: only one's own offices, filters, what can be done, exports."""

from __future__ import annotations

import csv
import io
import json

import pytest
from icalendar import Calendar

from bot.bootstrap import App
from bot.domain.people import Person
from bot.domain.posts import PostState
from bot.store import queue
from bot.usecases import exporting, importing
from tests.console.rig import AUDITOR, visit_as
from tests.console.staff_desk import NORTH, NORTH_APPROVER, SOUTH, approval, come
from tests.house import ADMIN, APPROVER, MODERATOR, SECOND, STAFF, House

PAGES = (
    "/posts",
    "/posts?view=all",
    "/approve",
    "/calendar",
    "/calendar?view=month",
    "/held",
    "/posts/export?as=jsonl&view=all",
)


@pytest.mark.parametrize("path", PAGES)
def test_a_post_is_seen_in_its_own_office_and_in_no_other(app: App, sqlite_house: House, path: str) -> None:
    house = sqlite_house
    house.submitted("IMMI_SAPPORO", "札幌だけのお知らせです。", by=STAFF)
    assert "札幌だけの" in come(app, house, NORTH_APPROVER).get(path).text or path == "/held" or "calendar" in path
    assert "札幌だけの" not in come(app, house, SOUTH).get(path).text


def test_another_offices_post_cannot_be_told_from_one_that_does_not_exist(app: App, sqlite_house: House) -> None:
    post = sqlite_house.submitted("IMMI_SAPPORO")
    south = come(app, sqlite_house, SOUTH)
    theirs, none = south.get(f"/posts/{post.id}"), south.get("/posts/999")
    assert theirs.status_code == none.status_code == 404
    assert theirs.text.replace(f"投稿 {post.id} ", "投稿 999 ").replace(f"/posts/{post.id}", "/posts/999") == none.text


@pytest.mark.parametrize("step", ["approve", "return", "reject", "cancel", "hold", "release", "withdraw", "move", "edit", "submit", "resend", "give-up", "review", "look"])  # fmt: skip
def test_no_step_is_taken_on_another_offices_post(app: App, sqlite_house: House, step: str) -> None:
    post = sqlite_house.submitted("IMMI_SAPPORO")
    south = come(app, sqlite_house, SOUTH)
    fields = {"comment": "x", "reason": "x", "do": "save", "text": "盗んだ", "at": "2026-12-03T10:00", **approval(post)}
    assert south.post(f"/posts/{post.id}/{step}", fields).status_code == 404
    assert sqlite_house.post(post) == post


def test_nobody_writes_for_an_account_of_another_office(app: App, sqlite_house: House) -> None:
    tokyo = sqlite_house.registry.by_handle("IMMI_TOKYO")
    assert tokyo
    fields = {"notice": "a-form-token-of-tests", "text": "盗んだ", "to": tokyo.id, "do": "save"}
    assert come(app, sqlite_house, NORTH).post("/compose", fields).status_code == 422


@pytest.mark.parametrize(
    ("person", "sees"), [(STAFF, 200), (APPROVER, 200), (ADMIN, 200), (AUDITOR, 200), (MODERATOR, 403)]
)
def test_each_role_finds_the_queue_open_or_closed(app: App, person: Person, sees: int) -> None:
    assert visit_as(app, person).get("/posts").status_code == sees


def test_an_auditor_looks_and_has_no_button(app: App, sqlite_house: House) -> None:
    post = sqlite_house.submitted()
    auditor = visit_as(app, AUDITOR)
    page = auditor.get(f"/posts/{post.id}").text
    assert 'action="/posts/' not in page
    assert auditor.post(f"/posts/{post.id}/approve", approval(post)).status_code == 403


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({}, {"待つ文"}),
        ({"view": "drafts"}, {"書きかけ"}),
        ({"view": "out"}, {"出た文"}),
        ({"view": "look"}, {"止めた文"}),
        ({"view": "all"}, {"待つ文", "書きかけ", "出た文", "止めた文"}),
        ({"state": "held"}, {"止めた文"}),
        ({"view": "all", "words": "かけ"}, {"書きかけ"}),
        ({"view": "all", "words": "%"}, set()),
        ({"view": "all", "from": "2026-12-03"}, set()),
        ({"view": "all", "to": "2026-12-02"}, {"待つ文", "書きかけ", "出た文", "止めた文"}),
        ({"view": "all", "account": "nobody"}, set()),
        ({"view": "nonsense", "from": "nonsense", "page": "-1"}, {"待つ文", "書きかけ", "出た文", "止めた文"}),
    ],
)
def test_the_queue_shows_what_was_asked_for(
    app: App, sqlite_house: House, query: dict[str, str], found: set[str]
) -> None:
    house = sqlite_house
    house.published("IMMI_TOKYO", "出た文")
    house.draft("IMMI_OSAKA", "書きかけ")
    house.submitted("IMMI_NAGOYA", "待つ文")
    held = house.submitted("IMMI_SENDAI", "止めた文")
    visit_as(app, APPROVER).post(f"/posts/{held.id}/hold", {"reason": "確認中"})
    page = visit_as(app, STAFF).get("/posts", **query).text
    assert {text for text in ("出た文", "書きかけ", "待つ文", "止めた文") if text in page} == found


def test_the_page_tells_the_exact_bytes_the_attempt_and_the_story(app: App, sqlite_house: House) -> None:
    post = sqlite_house.published("IMMI_TOKYO", "<b>窓口</b>は9時に開きます。")
    page = visit_as(app, STAFF).get(f"/posts/{post.id}").text
    assert "&lt;b&gt;窓口" in page and "<b>窓口" not in page
    assert post.revision.digest in page
    assert post.permalink in page
    assert "送信の記録" in page and "&#34;text&#34;" in page


def test_an_unknown_outcome_says_not_to_post_by_hand(app: App, sqlite_house: House) -> None:
    sqlite_house.sandbox.fault("hang_after", platform="x", route="create", seconds=3)
    post = sqlite_house.scheduled()
    sqlite_house.publish()
    assert sqlite_house.state(post) is PostState.UNKNOWN
    page = visit_as(app, APPROVER).get(f"/posts/{post.id}").text
    assert "手で投稿しないでください" in page
    assert "10:40" in page
    assert "/look" in page and "/resend" not in page
    sqlite_house.sandbox.clear_faults()
    visit_as(app, APPROVER).post(f"/posts/{post.id}/look")
    assert sqlite_house.state(post) is PostState.PUBLISHED


def test_a_published_post_is_withdrawn_with_a_reason_and_written_anew(app: App, sqlite_house: House) -> None:
    post = sqlite_house.published("IMMI_TOKYO", "曜日がちがう文です。")
    taro = visit_as(app, APPROVER)
    assert taro.post(f"/posts/{post.id}/withdraw", {"reason": ""}).status_code == 422
    done = taro.post(f"/posts/{post.id}/withdraw", {"reason": "曜日の誤り", "again": "1"})
    assert done.headers["location"] == f"/posts/{post.id}/copy"
    assert sqlite_house.state(post) is PostState.WITHDRAWN
    assert "曜日がちがう文です。" in taro.get(f"/posts/{post.id}/copy").text
    assert "曜日の誤り" in taro.get(f"/posts/{post.id}").text


def test_a_double_click_takes_a_step_once(app: App, sqlite_house: House) -> None:
    post = sqlite_house.published()
    taro = visit_as(app, APPROVER)
    answers = [taro.post(f"/posts/{post.id}/withdraw", {"reason": "誤り"}).status_code for _ in range(2)]
    assert answers == [303, 303]
    story = taro.get(f"/posts/{post.id}").text
    assert story.count("<b>取り下げ</b>") == 1


def test_what_somebody_else_did_first_is_not_forgiven_but_told(app: App, sqlite_house: House) -> None:
    post = sqlite_house.submitted()
    taro, jiro = visit_as(app, APPROVER), visit_as(app, SECOND)
    assert taro.post(f"/posts/{post.id}/return", {"comment": "時刻を直してください"}).status_code == 303
    late = jiro.post(f"/posts/{post.id}/approve", approval(post))
    assert late.status_code == 422
    assert "時刻を直してください" in late.text


def test_an_export_can_be_imported_again(app: App, sqlite_house: House) -> None:
    house = sqlite_house
    later = house.now.replace(day=3)
    house.submitted("IMMI_TOKYO", '一行目\n二行目, "引用"', at=later)
    house.submitted("IMMI_OSAKA", "=計算ではない文", at=later)
    hanako = visit_as(app, STAFF)
    for kind in ("csv", "jsonl"):
        raw = hanako.get("/posts/export", **{"as": kind}).content
        plan = importing.check(house.parts, raw, f"queue.{kind}", by=STAFF, now=house.now)
        assert [problem.message for problem in plan.problems] == []
        assert {row.wish.content.text.removeprefix("'") for row in plan.rows} == {
            '一行目\n二行目, "引用"',
            "=計算ではない文",
        }
        assert {row.wish.due_at for row in plan.rows} == {later}


def test_an_exported_table_runs_nothing_in_a_spreadsheet(app: App, sqlite_house: House) -> None:
    sqlite_house.submitted("IMMI_TOKYO", "=HYPERLINK(1)")
    raw = visit_as(app, STAFF).get("/posts/export", **{"as": "csv"}).content.decode("utf-8-sig")
    [row] = list(csv.DictReader(io.StringIO(raw)))
    assert row["text"] == "'=HYPERLINK(1)"


def test_an_exported_calendar_opens_in_a_calendar(app: App, sqlite_house: House) -> None:
    post = sqlite_house.submitted("IMMI_TOKYO", "カレンダーの文")
    raw = visit_as(app, STAFF).get("/posts/export", **{"as": "ics"}).content
    [event] = Calendar.from_ical(raw).walk("VEVENT")
    assert str(event["DESCRIPTION"]) == "カレンダーの文"
    assert event.decoded("DTSTART") == post.revision.slot.due_at


def test_an_exported_line_of_json_names_the_account_and_the_zone(app: App, sqlite_house: House) -> None:
    sqlite_house.submitted("IMMI_TOKYO")
    row = json.loads(visit_as(app, STAFF).get("/posts/export", **{"as": "jsonl"}).text)
    assert (row["account"], row["publish_at"]) == ("IMMI_TOKYO", "2026-12-02T10:00:00+09:00")


def test_an_unknown_kind_of_export_is_refused(app: App) -> None:
    assert visit_as(app, STAFF).get("/posts/export", **{"as": "exe"}).status_code == 422


def test_the_shell_exports_what_the_page_exports(app: App, sqlite_house: House) -> None:
    sqlite_house.submitted("IMMI_TOKYO", "同じ行になる文です。")
    with sqlite_house.store.read() as tx:
        found = queue.every(tx, queue.Filter())
        pieces = list(exporting.export(sqlite_house.parts, found, "jsonl", now=sqlite_house.now))
    assert "".join(pieces) == visit_as(app, STAFF).get("/posts/export", **{"as": "jsonl", "view": "all"}).text

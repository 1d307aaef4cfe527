"""Imports: every row is looked at before anything is stored, and a no leaves nothing behind."""

from __future__ import annotations

import json
import time
from datetime import timedelta

import pytest

from bot.bootstrap import App
from bot.domain.posts import PostState
from bot.store import audit, posts
from bot.usecases.verify_audit import verify
from tests.console.rig import Visitor, visit_as
from tests.console.staff_desk import NORTH, come
from tests.house import APPROVER, STAFF, House

HEAD = "account,text,publish_at\n"
GOOD = HEAD + "IMMI_TOKYO,一つ目のお知らせです。,2026-12-08T10:00:00+09:00\nIMMI_OSAKA,二つ目のお知らせです。,\n"


def upload(who: Visitor, text: str | bytes, name: str = "posts.csv") -> str:
    """The preview's address."""
    raw = text.encode() if isinstance(text, str) else text
    answer = who.post("/imports", files=[("file", (name, raw, "text/csv"))])
    assert answer.status_code == 303, answer.text
    return str(answer.headers["location"])


def count(house: House) -> int:
    with house.store.read() as tx:
        return sum(posts.count_by_state(tx).values())


@pytest.mark.parametrize(("order", "state"), [("drafts", PostState.DRAFT), ("submit", PostState.SUBMITTED)])
def test_nothing_is_stored_before_the_yes(app: App, sqlite_house: House, order: str, state: PostState) -> None:
    hanako = visit_as(app, STAFF)
    where = upload(hanako, GOOD)
    page = hanako.get(where).text
    assert "一つ目のお知らせです。" in page and "2行すべて" in page
    assert count(sqlite_house) == 0
    assert hanako.post(where, {"do": order}).status_code == 303
    with sqlite_house.store.read() as tx:
        assert posts.count_by_state(tx) == {state: 2}


def test_a_no_leaves_nothing_behind(app: App, sqlite_house: House) -> None:
    hanako = visit_as(app, STAFF)
    where = upload(hanako, GOOD)
    with sqlite_house.store.read() as tx:
        before = audit.head(tx)
    assert hanako.post(where, {"do": "cancel"}).status_code == 303
    assert count(sqlite_house) == 0
    assert hanako.get(where).status_code == 404
    assert hanako.post(where, {"do": "drafts"}).status_code == 404
    with sqlite_house.store.read() as tx:
        assert audit.head(tx) == before


def test_a_double_click_takes_the_file_in_once(app: App, sqlite_house: House) -> None:
    hanako = visit_as(app, STAFF)
    where = upload(hanako, GOOD)
    answers = [hanako.post(where, {"do": "drafts"}).status_code for _ in range(2)]
    assert answers == [303, 404]
    assert count(sqlite_house) == 2


def test_an_upload_is_its_senders_alone(app: App, sqlite_house: House) -> None:
    where = upload(visit_as(app, STAFF), GOOD)
    taro = visit_as(app, APPROVER)
    assert taro.get(where).status_code == 404
    assert taro.post(where, {"do": "drafts"}).status_code == 404


def test_an_upload_nobody_answers_is_forgotten_after_a_day(app: App, sqlite_house: House) -> None:
    hanako = visit_as(app, STAFF)
    where = upload(hanako, GOOD)
    sqlite_house.clock.advance(timedelta(days=1, minutes=1).total_seconds())
    again = visit_as(app, STAFF)
    upload(again, GOOD)
    assert again.get(where).status_code == 404


def test_every_bad_row_is_named_and_the_good_ones_wait(app: App, sqlite_house: House) -> None:
    text = (
        HEAD
        + "IMMI_TOKYO,よい行です。,2026-12-08T10:00:00+09:00\n"
        + "NOBODY,知らないアカウント,\n"
        + "IMMI_TOKYO,,\n"
        + "IMMI_TOKYO,夜の投稿,2026-12-08T22:00:00+09:00\n"
        + f"IMMI_TOKYO,{'長' * 141},\n"
        + "IMMI_TOKYO,日付でない,あした\n"
    )
    hanako = visit_as(app, STAFF)
    where = upload(hanako, text)
    page = hanako.get(where)
    assert page.status_code == 422
    assert "5行に直すところ" in page.text
    assert hanako.get(where, bad="1").text.count('class="error"') == 5
    assert hanako.post(where, {"do": "submit"}).status_code == 422
    assert count(sqlite_house) == 0


def test_a_row_of_another_office_is_a_bad_row(app: App, sqlite_house: House) -> None:
    kita = come(app, sqlite_house, NORTH)
    where = upload(kita, HEAD + "IMMI_TOKYO,よその官署,\n")
    assert kita.get(where).status_code == 422
    assert kita.post(where, {"do": "drafts"}).status_code == 422
    assert count(sqlite_house) == 0


@pytest.mark.parametrize(
    ("name", "raw"),
    [
        ("a.exe", b"MZ"),
        ("a.csv", b"\xff\xfe\x00"),
        ("a.csv", b"account,text\nIMMI_TOKYO,\x00\n"),
        ("a.csv", b"words\nx\n"),
        ("a.ics", b"nonsense"),
        ("", b"x"),
    ],
)
def test_a_file_that_is_none_is_refused_at_the_door(app: App, sqlite_house: House, name: str, raw: bytes) -> None:
    answer = visit_as(app, STAFF).post("/imports", files=[("file", (name, raw, "text/csv"))])
    assert answer.status_code == 422


@pytest.mark.parametrize("extension", ["jsonl", "ics"])
def test_other_kinds_of_file_are_read_as_well(app: App, sqlite_house: House, extension: str) -> None:
    rows = {
        "jsonl": json.dumps({"account": "IMMI_TOKYO", "text": "行の文です。"}, ensure_ascii=False),
        "ics": "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nLOCATION:IMMI_TOKYO\r\nDTSTART:20261208T010000Z\r\n"
        "DESCRIPTION:行の文です。\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n",
    }
    hanako = visit_as(app, STAFF)
    assert "行の文です。" in hanako.get(upload(hanako, rows[extension], f"posts.{extension}")).text


def test_ten_thousand_rows_take_at_most_ten_seconds(app: App, sqlite_house: House) -> None:
    """Of this process's own time: upload and preview with a row error; then the mended upload and the yes."""
    handles = [each.handle for each in sqlite_house.registry.active()]
    rows = [f"{handles[n % len(handles)]},お知らせの{n}番です。," for n in range(9_999)]
    known = [row for row in rows if _has_hours(sqlite_house, row.split(",")[0])]
    rows = (known * 3)[:9_999]
    hanako, took = visit_as(app, STAFF), []
    began = time.process_time()
    bad = upload(hanako, HEAD + "\n".join([*rows, "NOBODY,x,"]))
    assert "1行に直すところ" in hanako.get(bad).text
    took.append(time.process_time() - began)
    began = time.process_time()
    where = upload(hanako, HEAD + "\n".join([*rows, rows[0]]))
    assert hanako.post(where, {"do": "submit"}).status_code == 303
    took.append(time.process_time() - began)
    assert count(sqlite_house) == 10_000
    assert max(took) <= 10, took
    assert verify(sqlite_house.parts).whole


def _has_hours(house: House, handle: str) -> bool:
    found = house.registry.by_handle(handle)
    return found is not None and house.registry.office_of(found).hours.known

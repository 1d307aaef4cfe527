"""Altered posts: what was changed is named; quotes, extracts and corrections stay free; the archive finds the post."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from moderation import text
from moderation.alignment import align
from moderation.archive import Archive
from moderation.categories import Category
from moderation.model import Reply
from moderation.screen import load_screener
from tests.moderation.roster import OFFICIALS

POST = (
    "Kobe: the counter is open from 9:00 to 16:00 on 3 March. The fee is 6,000 yen. "
    "You do not need a reservation. See https://kobe.example/visit or @IMMI_TOKYO."
)

CHANGES = [
    ("on 3 March", "on 5 March", "date"),
    ("9:00 to 16:00", "9:00 to 12:00", "hour"),
    ("6,000 yen", "9,000 yen", "fee"),
    ("https://kobe.example/visit", "https://kobe-pay.example/visit", "url"),
    ("@IMMI_TOKYO", "@IMMI_T0KYO_", "handle"),
    ("do not need", "do need", "negation"),
    ("6,000 yen.", "6,000 yen, paid 2 days before.", "words-put-in"),
]


@pytest.mark.parametrize(("was", "now", "kind"), CHANGES)
def test_each_change_is_named_with_both_sides(was: str, now: str, kind: str) -> None:
    reply = text.fold(POST.replace(was, now))

    found = align(reply, text.fold(POST))

    assert kind in {change.kind for change in found.changes}
    assert all(0 <= change.start < change.end <= len(reply) for change in found.changes)


WEEKDAYS = [
    ("12月8日({})は午後2時に窓口を閉めます。", "火", "水"),
    ("The counter is closed on {} 8 December because of works.", "Tue", "Wed"),
    ("我们将于12月8日(星期{})下午2点关闭窗口。", "二", "三"),
    ("12월 8일({}) 오후 2시에 창구를 닫습니다. 예약은 필요하지 않습니다.", "화", "수"),
    ("Quầy đóng cửa lúc 14 giờ thứ {} ngày 8 tháng 12.", "ba", "tư"),
]


@pytest.mark.parametrize(("post", "was", "now"), WEEKDAYS)
def test_a_changed_weekday_is_told_as_a_date_and_weighs_what_words_weigh(post: str, was: str, now: str) -> None:
    (change,) = align(text.fold(post.format(now)), text.fold(post.format(was))).changes

    assert (change.told, change.kind, change.weight) == ("date", "words", 0.4)


def test_a_number_word_is_no_weekday_without_the_word_for_week() -> None:
    (change,) = align("我们将于本月第三次关闭窗口办理业务", "我们将于本月第二次关闭窗口办理业务").changes

    assert change.told == "words"


FAITHFUL = [
    POST,
    POST.partition(". ")[0],
    "Kobe: the counter is open from 9:00 to 16:00 on 3 March. You do not need a reservation.",
    POST.upper(),
]


@pytest.mark.parametrize("reply", FAITHFUL)
def test_quotes_and_extracts_change_nothing(reply: str) -> None:
    found = align(text.fold(reply), text.fold(POST))

    assert found.covered >= 0.9
    assert found.changes == ()


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=200), st.text(max_size=200))
def test_alignment_takes_any_text(reply: str, post: str) -> None:
    found = align(text.fold(reply), text.fold(post))

    assert 0 <= found.covered <= 1


@settings(max_examples=100, deadline=None)
@given(st.text(min_size=30, max_size=200))
def test_a_text_is_its_own_faithful_quote(post: str) -> None:
    folded = text.fold(post)

    assert align(folded, folded).changes == ()


def posts(count: int) -> list[str]:
    """Invented notices, each with its own office, date and fee."""
    return [
        f"Office {n}: closed on day {n % 28 + 1} because of work on line {n * 7919 % 100003}; fee desk {n % 97} moves"
        for n in range(count)
    ]


def test_the_archive_finds_the_post_among_a_hundred_thousand() -> None:
    archive = Archive([*posts(100_000), POST])
    altered = text.fold(POST.replace("6,000", "9,000").replace("3 March", "5 March"))

    started = time.perf_counter()
    found = list(archive.near(altered))

    assert time.perf_counter() - started < 0.2
    assert found[0] == text.fold(POST)


def test_the_archive_is_silent_about_a_text_that_quotes_nothing() -> None:
    assert list(Archive(posts(1000)).near(text.fold("I waited four hours and then went home."))) == []


def test_a_quote_of_an_earlier_post_is_held_against_it() -> None:
    screener = load_screener(OFFICIALS, archive=Archive([*posts(50), POST]))
    reply = Reply(POST.replace("6,000 yen", "16,000 yen"), post="Another notice about something else altogether.")

    verdict = screener.screen(reply)

    assert Category.ALTERED_POST in verdict.labels
    (change,) = [f for f in verdict.findings if f.category is Category.ALTERED_POST and f.reason == "changed-fee"]
    assert (change.detail["was"], change.detail["now"]) == ("6,000", "16,000")

"""The crowd answers every post, in many languages, with every kind of behaviour, and not without end."""

from __future__ import annotations

import time
from collections import Counter
from random import Random

import pytest

from bot.sandbox import Crowd, Sandbox, SettableClock
from bot.sandbox.alter import altered_copy, imitating_handle
from bot.sandbox.crowd import lines
from moderation.categories import Category
from tests.sandbox.conftest import NAGOYA, TOKYO, X

NOTICE = "【お知らせ】12月8日（火）は9:00から16:00まで、窓口は3番です。"
LANGUAGES = {"ja", "ja-Hira", "en", "zh-Hans", "zh-Hant", "vi", "ko", "pt-BR", "th", "es", "id", "ne", "tl"}


@pytest.fixture
def crowded(clock: SettableClock) -> Sandbox:
    return Sandbox(clock, 5, [TOKYO, NAGOYA], crowd=Crowd(5, least=4, most=8))


def test_all_languages_and_all_nine_behaviours_are_there() -> None:
    kinds = Counter(line.kind for line in lines())
    behaviours = {category.slug for category in Category} - {Category.ALTERED_POST.slug}
    assert {line.lang for line in lines()} == LANGUAGES
    assert set(kinds) == behaviours | {"altered", "imitation", "crisis", "thanks", "question", "criticism"}
    assert len(lines()) >= 120
    assert len({line.text for line in lines()}) == len(lines())


@pytest.mark.parametrize("account", [TOKYO.handle, NAGOYA.handle])
def test_a_post_is_answered_within_seconds_and_not_without_end(
    crowded: Sandbox, clock: SettableClock, account: str
) -> None:
    post = crowded.people.post_by_hand(account, NOTICE)
    crowded.tick()
    assert crowded.people.replies() == []
    for _ in range(25):
        clock.advance(1)
        crowded.tick()
    said = len(crowded.people.replies())
    assert 3 <= said <= 8
    assert any(item.parent_id == post for item in crowded.people.replies())
    clock.advance(86_400)
    crowded.tick()
    assert len(crowded.people.replies()) == said


def test_after_many_posts_every_line_has_been_said(crowded: Sandbox, clock: SettableClock) -> None:
    for number in range(60):
        crowded.people.post_by_hand((TOKYO.handle, NAGOYA.handle)[number % 2], f"{NOTICE} {number}")
        clock.advance(30)
        crowded.tick()
        clock.advance(30)
        crowded.tick()
    said = [item.text for item in crowded.people.replies()]
    plain = [line.text for line in lines() if "{" not in line.text]
    missing = [text for text in plain if not any(text in item for item in said)]
    assert missing == []
    assert any("MMI_" in item.author for item in crowded.people.replies())  # never the account itself


def test_nobody_answers_a_deleted_post(crowded: Sandbox, clock: SettableClock) -> None:
    post = crowded.people.post_by_hand(TOKYO.handle, NOTICE)
    crowded.tick()
    crowded.people.delete(post)
    clock.advance(60)
    assert crowded.tick() == 0


def test_a_blocked_visitor_stays_silent(crowded: Sandbox, clock: SettableClock) -> None:
    everybody = {
        f"renshu_{lang}_{number}"[:15]
        for lang in (line.lang.replace("-", "").lower() for line in lines())
        for number in range(1, 8)
    }
    for handle in everybody:
        crowded.people.block_by_hand(TOKYO.handle, handle)
    crowded.people.post_by_hand(TOKYO.handle, "番号のないお知らせ")
    crowded.tick()
    clock.advance(60)
    crowded.tick()
    assert {item.author for item in crowded.people.replies()} & everybody == set()


def test_on_a_started_server_the_crowd_speaks_by_itself(clock: SettableClock) -> None:
    with Sandbox(clock, 5, [TOKYO], crowd=Crowd(5)) as sandbox:
        x = X(sandbox)
        x.post(NOTICE)
        x.wire.close()
        deadline = time.monotonic() + 5
        while not sandbox.people.replies() and time.monotonic() < deadline:
            clock.advance(5)
            time.sleep(0.05)
        assert sandbox.people.replies()


@pytest.mark.parametrize(
    "text",
    [NOTICE, "受付は９：００から", "open from 9:30", "closed on December 8", "窓口は3番です", "午前10時から"],
)
def test_an_altered_copy_differs_in_a_number_and_in_nothing_else(text: str) -> None:
    for seed in range(20):
        changed = altered_copy(text, Random(seed))
        assert changed != text
        assert [sign for sign in changed if not sign.isdigit()] == [sign for sign in text if not sign.isdigit()]


@pytest.mark.parametrize("text", ["番号のないお知らせ", "", "https://www.moj.go.jp/isa/12"])
def test_a_text_without_numbers_is_left_alone(text: str) -> None:
    assert altered_copy(text, Random(1)) == ""


@pytest.mark.parametrize("handle", ["IMMI_TOKYO", "MOJ_IMMI", "abcdefghijklmno", "nagoya.nyukan"])
def test_an_imitating_handle_is_near_and_never_the_same(handle: str) -> None:
    for seed in range(20):
        forged = imitating_handle(handle, Random(seed))
        assert forged != handle
        assert len(forged) <= 15

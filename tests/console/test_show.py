"""How values are shown; above all, that other people's words have no power on a page."""

from __future__ import annotations

import unicodedata
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import Markup

from bot.console.diff import COMPARED_AT_MOST, marks
from bot.console.show import SHOWN_AT_MOST, note_of, outside, safe_words, show_day, show_moment
from bot.console.words import words_for
from bot.domain.posts import Content, Post, PostState, Revision, Slot
from bot.usecases import wall_times

HOSTILE = [
    ("<script>alert(1)</script>", "&lt;script&gt;alert(1)&lt;/script&gt;"),
    ('"><img src=x onerror=alert(1)>', "&#34;&gt;&lt;img src=x onerror=alert(1)&gt;"),
    ("{{ visit.csrf }}", "{{ visit.csrf }}"),
    ("abc\u202egnp.exe", "abc⟨U+202E⟩gnp.exe"),  # right-to-left override
    ("admin\u200bistrator", "admin⟨U+200B⟩istrator"),  # zero width
    ("line\x00\x1b[31mred", "line⟨U+0000⟩⟨U+001B⟩[31mred"),
    ("\ud800", "\ufffd"),  # half a character, which no page can hold
    ("\U000e0041", "⟨U+E0041⟩"),  # invisible tag letters
]
INNOCENT = ["ありがとうございます。\nまた来ます。", "Xin cảm ơn 🙏", "हालचाल", "ขอบคุณ", "👨‍👩‍👧", "50% off & more"]


@pytest.mark.parametrize(("text", "shown"), HOSTILE)
def test_hostile_words_are_shown_and_do_nothing(text: str, shown: str) -> None:
    assert safe_words(text) == Markup(f'<bdi class="words">{shown}</bdi>')


@pytest.mark.parametrize("text", INNOCENT)
def test_innocent_words_stay_readable(text: str) -> None:
    shown = safe_words(text)
    assert all(char in shown for char in text if char not in "&\u200d")


@given(st.text(max_size=200))
def test_no_words_leave_their_box(text: str) -> None:
    inside = str(safe_words(text)).removeprefix('<bdi class="words">').removesuffix("</bdi>")
    assert not set(inside) & set("<>\"'")
    assert not any(unicodedata.category(char) in ("Cc", "Cf", "Cs", "Co") for char in inside if char != "\n")


def test_long_words_are_cut_and_the_rest_is_counted() -> None:
    shown = safe_words("あ" * (SHOWN_AT_MOST + 7))
    assert shown.count("あ") == SHOWN_AT_MOST
    assert "+7" in shown


def test_what_the_service_wrote_beside_a_post_is_told_in_the_readers_words() -> None:
    content = Content("a")
    slot = Slot(datetime(2026, 12, 1, tzinfo=UTC), datetime(2026, 12, 2, tzinfo=UTC))
    post = Post(1, "x-isa", "hanako", PostState.HELD, Revision(1, "hanako", content, slot, "", slot.due_at), 1)
    japanese = words_for("ja")
    assert note_of(japanese, replace(post, note=wall_times.NOTE)).endswith("日時を入れ直してください。")
    failed = note_of(japanese, replace(post, state=PostState.FAILED, note="plan: <b>X lacks this call."))
    assert failed.startswith("契約しているプランではできない")
    assert "&lt;b&gt;X lacks" in failed
    assert note_of(japanese, replace(post, note="課長が確認中")) == safe_words("課長が確認中")


def test_erased_words_are_shown_as_erased() -> None:
    assert safe_words(None) == Markup('<em class="erased">—</em>')


@pytest.mark.parametrize(
    ("link", "kept"),
    [
        ("https://x.com/IMMI_TOKYO/status/1", "https://x.com/IMMI_TOKYO/status/1"),
        ("http://example.jp/", "http://example.jp/"),
        ("javascript:alert(1)", ""),
        ("data:text/html,x", ""),
        (" javascript:alert(1)", ""),
        ("//evil.example", ""),
        ("", ""),
    ],
)
def test_only_web_addresses_become_links(link: str, kept: str) -> None:
    assert outside(link) == kept


@pytest.mark.parametrize(
    ("at", "locale", "shown"),
    [
        (datetime(2026, 12, 8, 1, 0, tzinfo=UTC), "ja", "2026年12月8日(火)"),
        (datetime(2026, 12, 8, 15, 0, tzinfo=UTC), "ja", "2026年12月9日(水)"),  # already the next day in Japan
        (date(2027, 1, 1), "easy", "2027年1月1日(金)"),
        (date(2026, 12, 8), "en", "Tue 8 December 2026"),
        (None, "ja", "–"),
    ],
)
def test_days_carry_their_weekday(at: datetime | date | None, locale: str, shown: str) -> None:
    assert show_day(at, locale) == shown


def test_moments_are_wall_time_in_japan_and_readable_by_machines() -> None:
    at = datetime(2026, 12, 8, 1, 3, tzinfo=UTC)
    assert show_moment(at, "ja") == Markup('<time datetime="2026-12-08T10:03+09:00">2026年12月8日(火) 10:03</time>')


@given(st.text(max_size=60), st.text(max_size=60))
def test_a_diff_loses_nothing_of_either_side(old: str, new: str) -> None:
    left, right = marks(old, new)
    assert "".join(text for text, _ in left) == old
    assert "".join(text for text, _ in right) == new
    assert "".join(t for t, other in left if not other) == "".join(t for t, other in right if not other)


def test_a_diff_points_at_the_changed_number() -> None:
    left, right = marks("手数料は6000円です", "手数料は9000円です")
    assert [text for text, other in left if other] == ["6"]
    assert [text for text, other in right if other] == ["9"]


def test_what_is_too_long_to_compare_is_marked_whole_but_its_frame_is_not() -> None:
    long = "い" * (COMPARED_AT_MOST + 1)
    assert marks(long, long) == ([(long, False)], [(long, False)])
    assert marks(f"前{long}後", "前あ後") == (
        [("前", False), (long, True), ("後", False)],
        [("前", False), ("あ", True), ("後", False)],
    )

"""Lengths as the platforms count them."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.accounts import Account, Platform, Status
from bot.domain.length import facebook_length, full_text, length_of, urls_in, x_length
from bot.domain.posts import Content, Media

WEIGHTS = [
    ("", 0, "nothing"),
    ("あ" * 140, 280, "kana weigh two"),
    ("あ" * 141, 282, "one too many"),
    ("a" * 280, 280, "latin letters weigh one"),
    ("a" * 281, 281, "one too many"),
    ("、。", 4, "Japanese punctuation"),
    ("\u3000", 2, "ideographic space"),
    ("ﾊﾟ", 4, "half-width kana are not folded"),
    ("か\u3099", 2, "composed first"),
    ("“”", 2, "curly quotes weigh one"),
    ("—–", 2, "dashes weigh one"),
    ("…•①￥〜Ａ", 12, "these weigh two each"),
    ("¥~§°\u200b\u00a0", 6, "these weigh one each"),
    ("👩‍👩‍👧", 2, "a family is one emoji"),
    ("🇯🇵", 2, "a flag is one emoji"),
    ("1️⃣👍🏽❤️", 6, "keycap, skin tone, heart"),
    ("Cục Quản lý xuất nhập cảnh", 31, "Vietnamese letters with two marks weigh two"),
    ("สวัสดี", 6, "Thai letters weigh one"),
    ("မြန်မာ", 6, "Burmese letters weigh one"),
    ("Привет", 6, "Cyrillic letters weigh one"),
    ("ភាសា", 8, "Khmer letters weigh two"),
    ("안녕", 4, "Hangul weighs two"),
    ("汉字", 4, "Han weighs two"),
    ("\u200f", 2, "right-to-left mark"),
    ("https://www.moj.go.jp/isa/applications/procedures/index.html?a=1#b", 23, "any link weighs 23"),
    ("http://a.jp", 23, "a short one too"),
    ("www.nta.go.jp", 23, "also without a scheme"),
    ("isa.go.jp", 23, "a bare domain is a link"),
    ("file.py", 23, "an accidental link"),
    ("詳細はhttps://example.jp/こちら", 35, "kana end a link"),
    ("株式会社example.co.jp", 31, "a domain after kanji"),
    ("令和8.jp", 27, "a digit makes a domain"),
    ("2.0.1", 5, "a version number is no link"),
    ("03-5796-7112", 12, "nor is a telephone number"),
    ("info-tokyo@i.moj.go.jp", 22, "nor a mail address"),
    ("\ud800", 2, "half a character"),
    ("a\r\nb", 3, "line ends count once"),
]


@pytest.mark.parametrize(("text", "weight", "why"), WEIGHTS, ids=[row[2] for row in WEIGHTS])
def test_x_weighs(text: str, weight: int, why: str) -> None:
    assert x_length(text) == weight, why


@given(st.text(max_size=60))
def test_composing_first_changes_no_weight(text: str) -> None:
    assert x_length(text) == x_length(unicodedata.normalize("NFC", text))


@given(st.text(max_size=60))
def test_no_text_fails_or_weighs_less_than_nothing(text: str) -> None:
    assert x_length(text) >= 0
    assert facebook_length(text) <= max(3 * len(text), 0)


def test_facebook_counts_composed_characters() -> None:
    assert facebook_length("か\u3099あ👍") == 3


def test_links_are_found_in_order() -> None:
    assert urls_in("isa.go.jp と https://www.moj.go.jp/isa/ と 2.0.1") == ("isa.go.jp", "https://www.moj.go.jp/isa/")


def an_account(platform: Platform, *, long_posts: bool = False) -> Account:
    return Account("t", platform, "IMMI_T", "https://x.example/t", "tokyo", Status.ACTIVE, long_posts=long_posts)


X, FACEBOOK = an_account(Platform.X), an_account(Platform.FACEBOOK)


def test_the_limit_is_the_accounts() -> None:
    text = Content("あ" * 141)
    assert (length_of(text, X).ok, length_of(text, X).left) == (False, -2)
    assert length_of(text, an_account(Platform.X, long_posts=True)).ok
    assert length_of(text, FACEBOOK).ok
    assert length_of(Content("あ" * 63_206), FACEBOOK).ok
    assert not length_of(Content("あ" * 63_207), FACEBOOK).ok
    assert not length_of(Content("a" * 25_001), an_account(Platform.X, long_posts=True)).ok


def test_nothing_is_too_short() -> None:
    assert not length_of(Content(""), X).ok
    assert not length_of(Content(""), FACEBOOK).ok


def test_a_link_in_its_own_field_counts_on_x_only() -> None:
    content = Content("点検", link="https://www.moj.go.jp/isa/")
    assert length_of(content, X).used == 4 + 1 + 23
    assert length_of(content, FACEBOOK).used == 2


@pytest.mark.parametrize(
    ("content", "platform", "wanted"),
    [
        (Content("点検", link="https://a.jp"), Platform.X, "点検\nhttps://a.jp"),
        (Content("点検 https://a.jp", link="https://a.jp"), Platform.X, "点検 https://a.jp"),
        (Content("", link="https://a.jp"), Platform.X, "https://a.jp"),
        (Content("点検"), Platform.X, "点検"),
        (Content("点検", link="https://a.jp"), Platform.FACEBOOK, "点検"),
        (
            Content("点検", link="https://a.jp", media=(Media("a", "0", "image/png"),)),
            Platform.FACEBOOK,
            "点検\nhttps://a.jp",
        ),
    ],
)
def test_the_link_stands_where_the_platform_has_room(content: Content, platform: Platform, wanted: str) -> None:
    assert full_text(content, platform) == wanted

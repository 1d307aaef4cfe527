"""Where links lead and how they are written: hits and as many innocents."""

from __future__ import annotations

import pytest

from tests.notices import findings, mended, notice, seen

SHORTENED = [
    "詳しくは https://bit.ly/3xYz へ", "http://tinyurl.com/abc", "bit.ly/abc", "https://t.co/AbCdEf", "HTTPS://BIT.LY/A",
    "https://x.gd/abc", "https://onl.sc/abc", "ｈｔｔｐｓ：／／ｂｉｔ．ｌｙ／ａ", "https://goo.gl/maps/abc", "(https://is.gd/a)",
    "https://maps.app.goo.gl/abc", "https://ow.ly/abc", "https://lnkd.in/abc", "https://buff.ly/abc", "https://t.ly/x",
]  # fmt: skip
NOT_SHORTENED = [
    "https://www.isa.go.jp/", "短縮URL(bit.ly など)は使いません", "https://www.moj.go.jp/isa/bit.ly/", "https://notbit.ly.example/",
    "https://orbit.lyon.example/", "https://x.com/MOJ_IMMI", "https://www.t.co.go.jp/",
]  # fmt: skip
ELSEWHERE = [
    "https://example.com/", "www.example.com", "example.com/page", "https://www.isa.go.jp.evil.example/",
    "https://www.isa.go.jp@evil.example/", "https://isa-go.jp/", "https://notgo.jp/", "https://x.com/someone/status/1",
    "https://www.facebook.com/someone", "https://youtube.com/watch?v=1", "https://www.isa.gо.jp/", "http://192.0.2.1/",
    "https://www.example.ac.jp/", "https://immi-moj.com/", "https://xn--isa-0x.jp/", "https://go.jp.example/",
]  # fmt: skip
OFFICIAL = [
    "https://www.isa.go.jp/ja/", "https://www.moj.go.jp/isa/", "https://www.moj.go.jp:443/isa/", "https://www.city.osaka.lg.jp/",
    "https://www.pref.aichi.jp/", "https://www.metro.tokyo.jp/", "https://x.com/IMMI_TOKYO", "https://twitter.com/moj_immi/status/1",
    "https://www.facebook.com/ImmigrationServicesAgency.MOJ/", "moj.go.jp", "https://www.gov.uk/", "https://houterasu.or.jp/",
    "午前10.5時", "Ver.2.0", "info-tokyo@i.moj.go.jp", "e.g. this", "第1.2項", "「https://www.isa.go.jp/」", "3.14",
]  # fmt: skip


@pytest.mark.parametrize("text", SHORTENED)
def test_a_shortener_is_an_error_and_nothing_else(text: str) -> None:
    (found,) = findings("shortener", notice(text))
    assert found.severity == "error"
    assert seen("non-government-link", notice(text)) == []


@pytest.mark.parametrize("text", NOT_SHORTENED)
def test_other_links_are_no_shorteners(text: str) -> None:
    assert seen("shortener", notice(text)) == []


@pytest.mark.parametrize("text", ELSEWHERE)
def test_a_link_to_elsewhere_is_told(text: str) -> None:
    assert len(seen("non-government-link", notice(text))) == 1


@pytest.mark.parametrize("text", OFFICIAL)
def test_official_links_are_left_alone(text: str) -> None:
    assert seen("non-government-link", notice(text)) == []


def test_a_link_ends_where_the_japanese_sentence_goes_on() -> None:
    made = notice("http://www.moj.go.jp/isa/をご覧ください(https://example.com/a)。")
    assert seen("insecure-link", made) == ["http://www.moj.go.jp/isa/"]
    assert seen("glued-link", made) == ["http://www.moj.go.jp/isa/"]
    assert seen("non-government-link", made) == ["https://example.com/a"]
    assert mended(made, "insecure-link").startswith("https://www.moj.go.jp/isa/を")


def test_a_word_that_x_would_link_is_a_hint_on_x_only() -> None:
    assert seen("accidental-link", notice("file.pyを見る")) == ["file.py"]
    assert seen("accidental-link", notice("file.pyを見る", "ImmigrationServicesAgency.MOJ")) == []
    assert seen("accidental-link", notice("https://www.isa.go.jp/a.html を見る")) == []

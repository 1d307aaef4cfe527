"""What was sent and what came back are compared in one form."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.accounts import Platform
from bot.domain.normal_form import ShownUrl, came_back_as_sent, normal_form, sent_form, unfold_x, x_form
from bot.domain.posts import Content, Media

LINK = "https://www.moj.go.jp/isa/tenken"
SHORT = ShownUrl("https://t.co/abc", LINK)
LONGER = ShownUrl("https://t.co/abcd", "https://www.moj.go.jp/other")
PICTURE = ShownUrl("https://t.co/pic", "https://x.com/IMMI/status/1/photo/1", is_media=True)
MEDIA = (Media("a.png", "0" * 64, "image/png"),)

SAME = [
    ("は\u3099", "ば", "composed and decomposed"),
    ("a  b\n\tc ", "a b c", "white space runs"),
    ("a\u3000b", "a b", "ideographic space"),
    ("詳細は isa.go.jp へ", "詳細は http://isa.go.jp へ", "X adds a scheme to a bare domain"),
    ("https://www.moj.go.jp", "https://www.moj.go.jp/", "a closing slash is added"),
]
DIFFERENT = [
    ("ISA", "isa", "letter case stays"),
    ("ABC", "ＡＢＣ", "width stays"),
    ("12月8日", "12月9日", "other words"),
    ("a b", "ab", "white space is not dropped"),
    ("https://a.jp/x", "https://a.jp/y", "other links"),
    ("&amp;", "&", "what the author typed stays"),
]


@pytest.mark.parametrize(("one", "other"), [row[:2] for row in SAME], ids=[row[2] for row in SAME])
def test_these_are_the_same(one: str, other: str) -> None:
    assert normal_form(one) == normal_form(other)


@pytest.mark.parametrize(("one", "other"), [row[:2] for row in DIFFERENT], ids=[row[2] for row in DIFFERENT])
def test_these_are_different(one: str, other: str) -> None:
    assert normal_form(one) != normal_form(other)


@given(st.text(max_size=40) | st.text(alphabet="htps:/ a.\u3099か\n", max_size=30))
def test_the_normal_form_of_a_normal_form_is_itself(text: str) -> None:
    assert normal_form(normal_form(text)) == normal_form(text)


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=40))
def test_what_x_escapes_comes_back_as_it_was_written(text: str) -> None:
    escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    assert x_form(escaped) == normal_form(text.strip())


def test_short_links_become_the_typed_ones_and_media_links_go() -> None:
    returned = "点検 &amp; 停止 https://t.co/abcd https://t.co/abc https://t.co/pic"
    assert unfold_x(returned, [SHORT, LONGER, PICTURE]) == f"点検 & 停止 https://www.moj.go.jp/other {LINK}"


def test_an_unexplained_short_link_stays() -> None:
    assert unfold_x("a https://t.co/zzz", [SHORT]) == "a https://t.co/zzz"


def test_the_sent_form_holds_the_link_once() -> None:
    assert sent_form(Content("点検", link=LINK)) == "点検 www.moj.go.jp/isa/tenken"
    assert sent_form(Content(f"点検 {LINK}", link=LINK)) == sent_form(Content("点検", link=LINK))
    assert sent_form(Content("点検")) == "点検"


CAME_BACK = [
    (Content("点検", link=LINK), "点検\nhttps://t.co/abc", True),
    (Content("点検", link=LINK), "点検", False),
    (Content("点検"), "点検", True),
    (Content("点検"), "点検中", False),
    (Content("1 < 2 & 3"), "1 &lt; 2 &amp; 3", True),
    (Content("地図", media=MEDIA), "地図 https://t.co/pic", True),
    (Content("地図", media=MEDIA), "地図", True),
    (Content("地図"), "地図 https://t.co/pic", False),
    (Content("A isa.go.jp B"), "A https://t.co/abc B", True),
    (Content("A isa.go.jp B"), "A https://t.co/abc C", False),
    (Content("(.*)"), "(.*)", True),
    (Content("(.*)"), "abc", False),
    (Content("はい"), "", True),
]


@pytest.mark.parametrize(("sent", "returned", "same"), CAME_BACK)
def test_the_answer_to_a_create_is_recognised(sent: Content, returned: str, same: bool) -> None:
    assert came_back_as_sent(sent, returned, Platform.X) is same


def test_facebook_returns_the_message_as_it_is() -> None:
    content = Content("点検", link=LINK)
    assert came_back_as_sent(content, "点検", Platform.FACEBOOK)
    assert came_back_as_sent(content, "", Platform.FACEBOOK)
    assert not came_back_as_sent(content, "別の言葉", Platform.FACEBOOK)

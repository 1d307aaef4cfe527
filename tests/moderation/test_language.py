"""Language and script with honest doubt."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from moderation.language import identify

SURE = [
    ("在留カードの更新はいつからできますか", "ja"),
    ("When does the counter open on Monday? I have to work.", "en"),
    ("请问这个手续需要多长时间?谢谢", "zh-Hans"),
    ("請問這個手續需要多久?謝謝", "zh-Hant"),
    ("Cho em hỏi khi nào có thẻ mới ạ", "vi"),
    ("창구는 언제 열리나요?", "ko"),
    ("เปิดกี่โมงคะ", "th"),
    ("Quando vocês abrem o balcão? Não sei o que fazer", "pt-BR"),
    ("¿Cuándo abre la ventanilla? No sé qué hacer con los papeles", "es"),
    ("Kapan loketnya buka? Saya tidak bisa datang hari ini", "id"),
    ("Kailan po magbubukas ang counter? Hindi ko alam kung saan", "tl"),
    ("काउन्टर कहिले खुल्छ?", "ne"),
]


@pytest.mark.parametrize(("written", "tag"), SURE)
def test_covered_languages_are_told_apart(written: str, tag: str) -> None:
    language = identify(written)

    assert language.tag == tag
    assert language.covered


@pytest.mark.parametrize(
    ("written", "tag"), [("Когда откроется окно?", "ru"), ("متى يفتح المكتب؟", "ar"), ("ဘယ်တော့ဖွင့်မလဲ", "my")]
)
def test_other_languages_are_not_covered(written: str, tag: str) -> None:
    language = identify(written)

    assert language.tag == tag
    assert not language.covered


@pytest.mark.parametrize("written", ["", "12345", "🎉🎉", "???"])
def test_nothing_can_be_said_without_letters(written: str) -> None:
    assert identify(written).doubt == 1.0


def test_kanji_alone_leave_doubt() -> None:
    assert identify("外国人在留管理").doubt >= 0.4


@given(st.text())
def test_doubt_is_a_share(written: str) -> None:
    assert 0 <= identify(written).doubt <= 1

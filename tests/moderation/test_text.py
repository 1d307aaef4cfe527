"""Foldings: what they undo, and the laws that hold for every text."""

from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from moderation import text

DISGUISES = [
    ("ＵＨ１２３４", "uh1234"),  # full width
    ("ﾚｽﾊﾞﾄﾙ", "れすばとる"),  # half-width kana
    ("０９０-१२३-๔๕๖", "090-123-456"),  # digits of other scripts
    ("p\u200ba\u202es\u2060s", "pass"),  # zero-width and bidi controls
    ("0️⃣6️⃣0️⃣", "060"),  # keycaps
    ("簽證代辦", "签证代办"),  # Traditional
    ("🇦🇧", "ab"),  # letters drawn as emoji
    ("①②", "12"),
    ("z̷͠a̡l̸g̕o", "zalgo"),  # stacked marks
]


@pytest.mark.parametrize(("written", "folded"), DISGUISES)
def test_plain_folding_evens_out_writing(written: str, folded: str) -> None:
    assert text.fold(written) == folded


LOOSENED = [
    "i d i o t s",
    "id1ots",
    "іdіоts",  # Cyrillic
    "i.d.i.o.t.s",
    "iddioootss",
    "id🐷iots",
    "ıdıots",
    "ⓘⓓⓘⓞⓣⓢ",
]


@pytest.mark.parametrize("written", LOOSENED)
def test_loose_folding_undoes_disguise(written: str) -> None:
    view = text.loose(text.bare(text.plain(written)))

    assert view.text == text.fold_loose("idiots")


@pytest.mark.parametrize(
    ("trap", "meant"),
    [("カ一ド", "カード"), ("ニ七", "二七"), ("口座", "ロ座"), ("テレグラ厶", "テレグラム"), ("イ寸", "付")],
)
def test_japanese_traps_look_the_same(trap: str, meant: str) -> None:
    assert text.fold_loose(trap) == text.fold_loose(meant)


@pytest.mark.parametrize("innocent", ["Good morning", "在留カードの更新はいつですか", "Xin chào các bạn", "สวัสดีครับ"])
def test_ordinary_writing_does_not_look_disguised(innocent: str) -> None:
    assert not text.looks_disguised(text.fold(innocent))


def test_vietnamese_without_diacritics_is_met_by_the_bare_folding() -> None:
    assert text.fold_bare("thẻ giả") == "the gia"


@settings(max_examples=500, deadline=None)
@given(st.text())
@example("ᄀ\u0301ᅡ")
@example("か\u034f\u0301\u3099")
@example("Σ")
@example("ﷺ")
def test_folding_twice_is_folding_once(written: str) -> None:
    assert text.fold(text.fold(written)) == text.fold(written)
    assert text.fold_bare(text.fold_bare(written)) == text.fold_bare(written)


@settings(max_examples=500, deadline=None)
@given(st.text())
def test_every_folded_character_knows_where_it_came_from(written: str) -> None:
    plain = text.plain(written)
    for view in (plain, text.bare(plain), text.loose(text.bare(plain))):
        assert len(view.origins()) == len(view.text)
        assert all(0 <= start < end <= len(written) for start, end in view.origins())
        starts = [start for start, _ in view.origins()]
        assert starts == sorted(starts)


@settings(max_examples=300, deadline=None)
@given(st.text(), st.text())
def test_a_line_break_folds_apart(left: str, right: str) -> None:
    assert text.fold(left + "\n" + right) == text.fold(left) + "\n" + text.fold(right)


@settings(max_examples=300, deadline=None)
@given(st.text(alphabet="ab cd.、un1🐷"), st.text(alphabet="ab cd.、un1🐷"), st.sampled_from(["。", "! ", "? ", "\n"]))
def test_no_folding_joins_two_sentences(left: str, right: str, end: str) -> None:
    view = text.loose(text.bare(text.plain(left + end + right)))

    kept = [view.text[place] for place, (start, _) in enumerate(view.origins()) if start == len(left)]
    assert kept == [end[0]]


@settings(max_examples=200, deadline=None)
@given(st.text(min_size=1), st.data())
def test_a_span_maps_back_inside_the_original(written: str, data: st.DataObject) -> None:
    view = text.plain(written)
    start = data.draw(st.integers(0, len(view.text)))
    end = data.draw(st.integers(start, len(view.text)))

    first, last = view.span(start, end)

    assert 0 <= first <= last <= len(written)


def test_a_span_names_the_exact_place() -> None:
    written = "番号は ＵＨ\u200b１２３ です"

    view = text.plain(written)
    start = view.text.index("uh123")

    first, last = view.span(start, start + 5)
    assert written[first:last] == "ＵＨ\u200b１２３"

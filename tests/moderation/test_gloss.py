"""Glosses: every term has one in both languages, every place is right, and the list stays short and quiet."""

from __future__ import annotations

import random
import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from moderation import gloss, text
from moderation.drafts import shipped_terms
from moderation.gloss import MOST_WORDS, KnownWord, known_words
from moderation.screen import MOST_CHARACTERS

LANGUAGES = sorted({term.language for term in shipped_terms()})


def meant(written: str, language: str, reader: str = "ja") -> list[tuple[str, str]]:
    return [(written[each.start : each.end], each.meaning(reader)) for each in known_words(written, language)]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_term_has_a_gloss_and_every_gloss_a_term(language: str) -> None:
    table = tomllib.loads(Path(gloss.HERE, f"{language}.toml").read_text(encoding="utf-8"))
    assert all(table[key] for key in ("source", "licence", "reviewed"))
    terms = {term.text for term in shipped_terms() if term.language == language}
    glossed = {text.fold(term): said for term, said in table["glosses"].items()}
    assert sorted(terms - set(glossed)) == [], f"add these to moderation/glosses/{language}.toml"
    assert sorted(set(glossed) - terms) == [], (
        f"no lexicon has these; take them out of moderation/glosses/{language}.toml"
    )
    wrong = [term for term, said in glossed.items() if len(said) != 2 or not all(0 < len(each) <= 60 for each in said)]
    assert wrong == [], "write one Japanese and one English gloss of at most 60 characters"


def test_no_file_of_glosses_is_left_over() -> None:
    assert sorted(path.stem for path in gloss.HERE.glob("*.toml")) == LANGUAGES


@pytest.mark.parametrize(
    ("written", "language", "word", "part"),
    [
        ("去死吧,狗官", "zh-Hans", "狗官", "役人"),
        ("đồ óc lợn", "vi", "óc lợn", "豚"),
        ("you are s.c.u.m", "en", "s.c.u.m", "くず"),
        ("狗·官", "zh-Hans", "狗·官", "役人"),
        ("FUCK YOU", "en", "FUCK YOU", "く"),
        ("野菜🥦 手押し", "ja", "手押し", "手渡し"),
    ],
)
def test_a_known_word_is_explained_where_it_stands(written: str, language: str, word: str, part: str) -> None:
    found = dict(meant(written, language))
    assert part in found[word]


def test_the_longest_word_counts_and_each_is_told_once() -> None:
    assert meant("fake residence card, fake residence card", "en", "ja")[0][0] == "fake residence"
    assert [word for word, _ in meant("死ね死ね 死ね", "ja")] == ["死ね"]


def test_readers_are_not_told_everyday_words_of_their_own_language() -> None:
    [visa] = known_words("visa", "en")
    assert visa.meaning("en") == ""
    assert visa.meaning("ja") == "ビザ"
    [slang] = [each for each in known_words("手押し", "ja") if each.term == "手押し"]
    assert slang.meaning("ja")


def test_names_of_accounts_and_links_are_no_words() -> None:
    assert meant("@IMMI_TOKYO https://visa.example/scum", "en") == []
    assert meant("@line", "th")  # a word of its own: where to be reached


def test_a_long_text_gives_a_short_list() -> None:
    chance = random.Random(7)
    stuffed = " ".join(chance.choice(shipped_terms()).text for _ in range(3000))
    found = known_words(stuffed)
    assert len(found) == MOST_WORDS
    assert found[-1].end <= MOST_CHARACTERS


_WAYS = (
    str.upper,
    ".".join,
    " ".join,
    "\u200b".join,
    lambda word: word.replace("a", "а").replace("o", "0").replace("e", "3"),
    lambda word: "".join(chr(ord(char) + 0xFEE0) if "!" <= char <= "~" else char for char in word),
    str,
)
_WRITTEN = st.builds(lambda term, way: way(term.text), st.sampled_from(shipped_terms()), st.sampled_from(_WAYS))
_TEXTS = st.lists(st.one_of(_WRITTEN, st.text(max_size=4)), max_size=6)


@given(_TEXTS, st.sampled_from([" ", "", "。", "é", "ﬁ", "\n"]), st.sampled_from(["ja", "zh-Hans", "vi", "en", "und"]))
def test_every_place_lies_in_the_text_and_folds_to_its_term(parts: list[str], joint: str, language: str) -> None:
    written, last = joint.join(parts), 0
    for each in known_words(written, language):
        assert last <= each.start < each.end <= len(written)
        assert _folds_to(each, written[each.start : each.end])
        last = each.end


def _folds_to(word: KnownWord, quoted: str) -> bool:
    """The quoted text may hold a little more: a whole ligature of which the term is a part."""
    plainly = text.fold_bare(word.term) in text.fold_bare(quoted)
    return plainly or text.fold_loose(word.term) in text.fold_loose(quoted)

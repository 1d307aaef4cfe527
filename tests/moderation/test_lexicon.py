"""Terms: word boundaries, diacritics, disguise, and files that say what is wrong with them."""

from __future__ import annotations

from pathlib import Path

import pytest

from moderation import text
from moderation.lexicon import Lexicon, LexiconError, default_lexicon, lexicon_files, read_terms

FILE = """
source = "made for a test"
licence = "CC0"
[terms.animal]
en = "cat, wolf*"
vi = "chó"
ja = "ねこ"
es = "gato"
"""


@pytest.fixture
def lexicon(tmp_path: Path) -> Lexicon:
    path = tmp_path / "animals.toml"
    path.write_text(FILE, encoding="utf-8")
    return Lexicon(list(read_terms(path)))


def met(lexicon: Lexicon, written: str, language: str = "en") -> list[str]:
    plain = text.plain(written)
    return [hit.term.text for hit in lexicon.find(plain, text.bare(plain), language)]


def test_a_latin_term_is_a_word(lexicon: Lexicon) -> None:
    assert met(lexicon, "a cat sat") == ["cat"]
    assert met(lexicon, "concatenate") == []


def test_a_star_lets_a_term_go_on(lexicon: Lexicon) -> None:
    assert met(lexicon, "wolves and wolfish") == ["wolf"]


def test_a_term_without_spaces_is_met_inside(lexicon: Lexicon) -> None:
    assert met(lexicon, "うちのねこです", "ja") == ["ねこ"]


def test_other_diacritics_are_another_word(lexicon: Lexicon) -> None:
    assert met(lexicon, "con chó", "vi") == ["chó"]
    assert met(lexicon, "con cho", "vi") == ["chó"]  # written without diacritics
    assert met(lexicon, "cho em", "vi") == ["chó"]
    assert met(lexicon, "chờ em", "vi") == []


def test_a_short_latin_word_belongs_to_its_language(lexicon: Lexicon) -> None:
    assert met(lexicon, "gato", "es") == ["gato"]
    assert met(lexicon, "gato", "id") == []


def test_a_disguised_term_is_met_and_mapped_back(lexicon: Lexicon) -> None:
    written = "xx w 0 l f xx"
    view = text.loose(text.bare(text.plain(written)))

    (hit,) = lexicon.find_disguised(view, "en")

    start, end = hit.span()
    assert written[start:end] == "w 0 l f"


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        ("source = ", "not readable as TOML"),
        ('source = "x"\n[terms.a]\nen = "b"', "licence"),
        ('source = "x"\nlicence = "y"\n[terms.a]\nen = ["b"]', "terms.a.en"),
    ],
)
def test_a_broken_file_is_named(tmp_path: Path, content: str, complaint: str) -> None:
    path = tmp_path / "broken.toml"
    path.write_text(content, encoding="utf-8")

    with pytest.raises(LexiconError, match=rf"broken\.toml.*{complaint}"):
        list(read_terms(path))


def test_the_shipped_lexicons_cover_every_language() -> None:
    terms = [term for path in lexicon_files() for term in read_terms(path)]

    assert {"ja", "en", "zh", "vi", "ko", "th", "pt", "es", "id", "tl", "ne"} <= {term.language for term in terms}
    assert len(terms) > 8_000
    assert default_lexicon() is default_lexicon()

"""What known words mean, for readers who do not know the language. It judges nothing and is no part of any verdict.

The words are those of the lexicons, met in the same foldings as in screening, so that disguised writing is read too.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from moderation import text
from moderation.lexicon import Hit, default_lexicon
from moderation.screen import MOST_CHARACTERS

HERE: Final = Path(__file__).parent / "glosses"
MOST_WORDS: Final = 40
_NO_WORDS: Final = re.compile(r"[@\uff20][A-Za-z0-9_]+|https?://[!-~]+")
"""Accounts and links: what stands inside them is no word of the text."""


@dataclass(frozen=True, slots=True)
class Gloss:
    """What a term means in a few words of Japanese and of English."""

    ja: str
    en: str


@dataclass(frozen=True, slots=True)
class KnownWord:
    """A term as it stands in a text: ``start``/``end`` are code points of the original; ``term`` is folded."""

    start: int
    end: int
    term: str
    language: str
    gloss: Gloss

    @property
    def is_word(self) -> bool:
        """False for emoji and other signs."""
        return self.language != "sign"

    def meaning(self, reader: str) -> str:
        """The gloss for a reader of ``ja`` or ``en``; empty where it says no more than the reader's own word."""
        said = self.gloss.en if reader == "en" else self.gloss.ja
        return "" if self.language == reader and text.fold(said) == self.term else said


def known_words(written: str, language: str = "und", *, most: int = MOST_WORDS) -> list[KnownWord]:
    """The glossed terms of a text, each once, where it first stands; where terms overlap the longest counts.

    ``language`` is the text's BCP 47 tag, ``und`` where it is in doubt.
    """
    own = language.partition("-")[0]
    found: dict[tuple[str, str], KnownWord] = {}
    for start, end, hit in _apart(_placed_hits(written[:MOST_CHARACTERS], own), own):
        term = hit.term
        gloss = glosses(term.language).get(term.text)
        if gloss is not None:
            found.setdefault((term.language, term.text), KnownWord(start, end, term.text, term.language, gloss))
    return list(found.values())[:most]


@cache
def glosses(language: str) -> dict[str, Gloss]:
    """Glosses of one language by folded term, read when first asked for; empty for a language without a file."""
    path = HERE / f"{language}.toml"
    if not path.is_file():
        return {}
    table = tomllib.loads(path.read_text(encoding="utf-8"))
    return {text.fold(term): Gloss(*said) for term, said in table["glosses"].items()}


def _placed_hits(written: str, language: str) -> list[tuple[int, int, Hit]]:
    plain = text.plain(written)
    bare = text.bare(plain)
    found = list(default_lexicon().find(plain, bare, language))
    if text.looks_disguised(bare.text):
        found += default_lexicon().find_disguised(text.loose(bare), language)
    inside = {at for match in _NO_WORDS.finditer(written) for at in range(match.start() + 1, match.end())}
    return [(start, end, hit) for hit in found for start, end in [hit.span()] if start not in inside]


def _apart(placed: list[tuple[int, int, Hit]], own: str) -> list[tuple[int, int, Hit]]:
    """Hits that do not overlap, in the order of the text: long before short, the text's own language before others."""
    placed.sort(key=lambda each: (each[0] - each[1], each[2].term.language != own, each[0]))
    taken: set[int] = set()
    kept = []
    for start, end, hit in placed:
        if start < end and taken.isdisjoint(range(start, end)):
            taken.update(range(start, end))
            kept.append((start, end, hit))
    return sorted(kept, key=lambda each: each[0])

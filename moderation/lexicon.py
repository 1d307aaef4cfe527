"""Reviewed terms per concept and language, found in one automaton pass over the whole text."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

from ahocorasick_rs import AhoCorasick, Implementation

from moderation import text
from moderation.text import View

HERE: Final = Path(__file__).parent / "lexicons"

_UNSPACED: Final = frozenset({"ja", "zh", "ko", "th", "sign"})


class LexiconError(ValueError):
    """A lexicon file cannot be used; the message names file and key and says what to write instead."""


@dataclass(frozen=True, slots=True)
class Term:
    """One term of a group (``insult``, ``forged-document``); ``word`` asks for Latin word boundaries."""

    group: str
    language: str
    text: str
    bare: str
    opens: bool
    closes: bool
    marked: bool
    anywhere: bool

    def speaks(self, language: str) -> bool:
        """Whether the term may be meant in a text of this language: a short Latin word is another word in the next."""
        if self.anywhere or self.language == language:
            return True
        if self.language == "en" or language == "und":
            return len(self.bare) >= (7 if self.marked else 4)
        return False


@dataclass(frozen=True, slots=True)
class Hit:
    """Where a term was met, in code points of the folded ``view``."""

    term: Term
    start: int
    end: int
    view: View

    def span(self) -> tuple[int, int]:
        """The same place in the original text."""
        return self.view.span(self.start, self.end)


class Lexicon:
    """All terms of all languages behind two automata: one for plain writing, one for disguised writing."""

    def __init__(self, terms: Sequence[Term]) -> None:
        self._open: list[list[Term]] = []
        self._loose: list[list[Term]] = []
        self._plain_automaton = _automaton(((term.bare, term) for term in terms), self._open)
        disguised = ((text.fold_loose(term.text), term) for term in terms)
        long_enough = ((key, term) for key, term in disguised if len(key) >= (4 if key.isascii() else 2))
        self._loose_automaton = _automaton(long_enough, self._loose)

    def find(self, plain: View, bare: View, language: str) -> Iterator[Hit]:
        """Terms in a text without disguise; a term with diacritics is not met by other diacritics."""
        marks = plain.text != bare.text
        for index, start, end in self._plain_automaton.find_matches_as_indexes(bare.text, overlapping=True):
            for term in self._open[index]:
                exact = term.marked and plain.text[start:end] == term.text
                if not exact and not term.speaks(language):
                    continue
                if _bounded(bare.text, start, end, term) and _same_marks(plain.text, start, end, term, marks):
                    yield Hit(term, start, end, bare)

    def find_disguised(self, loose: View, language: str) -> Iterator[Hit]:
        """Terms in a text whose disguise was undone."""
        for index, start, end in self._loose_automaton.find_matches_as_indexes(loose.text, overlapping=True):
            for term in self._loose[index]:
                if not term.speaks(language):
                    continue
                if end - start >= 8 or _bounded(loose.text, start, end, term):
                    yield Hit(term, start, end, loose)


@cache
def default_lexicon() -> Lexicon:
    """The shipped lexicons, read once."""
    return Lexicon([term for path in lexicon_files() for term in read_terms(path)])


def lexicon_files() -> list[Path]:
    """The shipped files in the order in which the policy version hashes them."""
    return sorted(HERE.glob("*.toml"))


def read_terms(path: Path) -> Iterator[Term]:
    """Terms of one file: ``[group.language]`` lines of text, one term a line; ``term*`` may go on, ``*term`` begin."""
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise LexiconError(f"{path.name}: not readable as TOML ({error}); correct the file.") from error
    for key in ("source", "licence"):
        if not table.get(key):
            raise LexiconError(f"{path.name}: {key}: say where the terms come from.")
    yield from terms_in(path.name, table.get("terms", {}))


def terms_in(file: str, groups: Mapping[str, Any]) -> Iterator[Term]:
    """Terms of a table of groups; ``file`` is what errors call it."""
    for group, languages in groups.items():
        if not isinstance(languages, Mapping):
            raise LexiconError(f"{file}: terms.{group}: write one line per language.")
        yield from _group(file, group, languages)


def _group(file: str, group: str, languages: Mapping[str, Any]) -> Iterator[Term]:
    for language, lines in languages.items():
        if not isinstance(lines, str):
            raise LexiconError(f"{file}: terms.{group}.{language}: write one text, terms separated by commas.")
        for written in lines.replace("\n", ",").split(","):
            if written.strip(" *"):
                if not text.fold_bare(written.strip(" *")):
                    raise LexiconError(f"{file}: terms.{group}.{language}: {written.strip()!r} has no letter in it.")
                yield _term(group, language, written.strip())


def _term(group: str, language: str, written: str) -> Term:
    word = written.strip("*").strip()
    plain = text.fold(word)
    bare = text.fold_bare(word)
    return Term(
        group=group,
        language=language,
        text=plain,
        bare=bare,
        opens=not written.startswith("*") and _alphabetic(bare[0]),
        closes=not written.endswith("*") and _alphabetic(bare[-1]),
        marked=plain != bare,
        anywhere=not bare.isascii() or language in _UNSPACED or len(bare) >= 9,
    )


def _alphabetic(char: str) -> bool:
    return char.isalnum() and ord(char) < 0x0590


def _automaton(keyed: Iterator[tuple[str, Term]], slots: list[list[Term]]) -> AhoCorasick:
    by_key: dict[str, list[Term]] = {}
    for key, term in keyed:
        by_key.setdefault(key, []).append(term)
    slots.extend(by_key.values())
    return AhoCorasick(list(by_key), implementation=Implementation.ContiguousNFA)


def _bounded(folded: str, start: int, end: int, term: Term) -> bool:
    if term.opens and start > 0 and _alphabetic(folded[start - 1]):
        return False
    return not (term.closes and end < len(folded) and _alphabetic(folded[end]))


def _same_marks(plain: str, start: int, end: int, term: Term, marks: bool) -> bool:
    """Whether the diacritics agree: none may stand for all of them, but short words only in a text without any."""
    seen = plain[start:end]
    if seen == term.text or not term.bare.isascii():
        return True
    return seen.isascii() and (not term.marked or not marks or len(seen) >= 7)

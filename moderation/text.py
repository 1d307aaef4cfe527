"""Foldings of a text, each with an exact map back to the original, built only when a span is asked for.

``plain`` evens out writing (width, case, kana, digits, Traditional characters, invisible controls), ``bare`` also
drops Latin diacritics, ``loose`` also undoes disguise (look-alikes, leet, spaced and doubled letters, split kanji).
No folding deletes a line break or a sentence end (。！？!?), so a term never matches across two sentences.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Sequence
from functools import cache, lru_cache
from typing import Final, Literal, overload

from moderation import tables

FOLDING_VERSION: Final = "1"
"""Part of the policy version: raise it whenever a folding gives another result."""

_WORD: Final = rf"\w{tables.MARKED_SCRIPTS}"
_JOINTS: Final = re.compile(
    rf"(?<=[{_WORD}])[^{_WORD}\s。!?]+(?=[{_WORD}])"  # di.sgu-ise*d, 杀·人, pi🐷g
    rf"|(?<=(?<![{_WORD}])[{_WORD}])[ \u3000]{{1,2}}(?=[{_WORD}](?![{_WORD}]))"  # s p a c e d
)
_DOUBLES: Final = re.compile(r"(?<=(\w))\1+")
_SPLIT_KANJI: Final = re.compile("|".join(map(re.escape, tables.components())))
_BANG: Final = re.compile("(?<=[a-z])!(?=[a-z])")  # f!lth; any other exclamation mark ends a sentence
_DISGUISE: Final = re.compile(
    rf"[a-z][0-9@$|!€£]+[a-z]|[a-z][0-9@$]{{1,2}}\b|\b[0-9@$][a-z]{{2}}"
    rf"|(?<![{_WORD}])[{_WORD}][ ._*\-·・/|]{{1,2}}[{_WORD}][ ._*\-·・/|]{{1,2}}[{_WORD}](?![a-z]{{2}})"
    rf"|[{_WORD}][.·・*_|~^'`]+[{_WORD}]|(\w)\1\1|[\u3040-\u9fff][^\w\s、。「」『』()・!?,:~-][\u3040-\u9fff]"
    rf"|[{_WORD}] [{_WORD}] [{_WORD}](?![{_WORD}])|≡|[ー一厶口力二][a-z]|[a-z][-][a-z][-][a-z]"
)
_TWO_ALPHABETS: Final = re.compile("[а-яα-ω][a-z]")


class View:
    """A folded text that knows where each of its characters came from."""

    __slots__ = ("_make", "_origins", "text")

    def __init__(self, text: str, make: Callable[[], Sequence[tuple[int, int]]]) -> None:
        self.text = text
        self._make = make
        self._origins: Sequence[tuple[int, int]] | None = None

    def origins(self) -> Sequence[tuple[int, int]]:
        """For each folded character the code points ``[start, end)`` of the original that it came from."""
        if self._origins is None:
            self._origins = self._make()
        return self._origins

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Code points of the original that folded ``[start, end)`` came from; an empty span stays empty."""
        origins = self.origins()
        if start >= end or start >= len(origins):
            last = origins[-1][1] if origins else 0
            return (last, last)
        return origins[start][0], origins[min(end, len(origins)) - 1][1]


def plain(text: str) -> View:
    """Writing evened out; the folding that identifiers and comparisons work on."""
    folded = fold(text)
    return View(folded, lambda: _plain_origins(text, folded))


def bare(parent: View) -> View:
    """``plain`` without Latin diacritics, character for character."""
    return View(without_marks(parent.text), parent.origins)


def loose(parent: View) -> View:
    """``bare`` with disguise undone; only worth building when :func:`looks_disguised`."""
    whole, halves = _merge_split_kanji(parent.text)
    letters = _BANG.sub("i", whole).translate(tables.loose())
    joined = _JOINTS.sub("", letters)

    def origins() -> list[tuple[int, int]]:
        before, kept = parent.origins(), _kept(letters, _JOINTS)
        places = [kept[i] for i in _kept(joined, _DOUBLES)]
        spans = [halves[i] for i in places] if halves else [(i, i + 1) for i in places]
        return [(before[start][0], before[end - 1][1]) for start, end in spans]

    return View(_DOUBLES.sub("", joined), origins)


def fold(text: str) -> str:
    """The text of :func:`plain` alone, for terms and keys; folding twice gives the same."""
    if text.isascii():
        return text.lower()
    seen = text.translate(tables.invisible()) if _touched("invisible").search(text) else text
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", seen).casefold())
    if not _touched("plain").search(folded):
        return folded
    return unicodedata.normalize("NFKC", folded.translate(tables.plain()))


def fold_bare(text: str) -> str:
    """:func:`fold` without Latin diacritics."""
    return without_marks(fold(text))


def without_marks(folded: str) -> str:
    """A folded text without Latin diacritics, character for character."""
    return folded if folded.isascii() or not _touched("bare").search(folded) else folded.translate(tables.bare())


def fold_loose(text: str) -> str:
    """A term as :func:`loose` would show it."""
    whole = View(fold_bare(text), list)
    return loose(whole).text


def looks_disguised(folded: str) -> bool:
    """Whether a plain or bare text has any mark of disguise; errs on the side of yes."""
    return _DISGUISE.search(folded) is not None or (not folded.isascii() and _TWO_ALPHABETS.search(folded) is not None)


def _merge_split_kanji(text: str) -> tuple[str, list[tuple[int, int]]]:
    """The text with kanji made whole, and where each character stood; no places when nothing was merged."""
    if text.isascii() or not _SPLIT_KANJI.search(text):
        return text, []
    spans = [(i, i + 1) for i in range(len(text))]
    out: list[str] = []
    where: list[tuple[int, int]] = []
    at = 0
    for match in _SPLIT_KANJI.finditer(text):
        out.append(text[at : match.start()] + tables.components()[match.group()])
        where.extend(spans[at : match.start()])
        where.append(match.span())
        at = match.end()
    return "".join(out) + text[at:], where + spans[at:]


def _kept(text: str, unwanted: re.Pattern[str]) -> list[int]:
    kept: list[int] = []
    at = 0
    for match in unwanted.finditer(text):
        kept.extend(range(at, match.start()))
        at = match.end()
    kept.extend(range(at, len(text)))
    return kept


class _Unmoved(Sequence[tuple[int, int]]):
    """Origins of a text whose characters all stayed where they were."""

    def __init__(self, length: int) -> None:
        self._length = length

    def __len__(self) -> int:
        return self._length

    @overload
    def __getitem__(self, index: int) -> tuple[int, int]: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[tuple[int, int]]: ...
    def __getitem__(self, index: int | slice) -> tuple[int, int] | Sequence[tuple[int, int]]:
        places = range(self._length)[index]
        return (places, places + 1) if isinstance(places, int) else [(i, i + 1) for i in places]


def _plain_origins(text: str, folded: str) -> Sequence[tuple[int, int]]:
    if text.isascii() or _folds_in_place(text, folded):
        return _Unmoved(len(text))
    starts = [i for i, char in enumerate(text) if i == 0 or _begins_segment(char)]
    if len(starts) == len(text) == len(folded) and all(len(_fold_segment(char)) == 1 for char in text):
        return _Unmoved(len(text))
    origins: list[tuple[int, int]] = []
    for start, end in zip(starts, [*starts[1:], len(text)], strict=True):
        origins.extend([(start, end)] * len(_fold_segment(text[start:end])))
    return origins


def _folds_in_place(text: str, folded: str) -> bool:
    """Whether each character becomes exactly one: nothing is dropped, composed or expanded. Errs towards no."""
    return (
        unicodedata.is_normalized("NFKC", text)
        and _dropped().search(text) is None
        and len(text.casefold()) == len(text) == len(folded)
    )


@cache
def _touched(table: Literal["invisible", "plain", "bare"]) -> re.Pattern[str]:
    """Whether a table changes anything, erring towards yes: a search costs a tenth of a translation."""
    codes = sorted(code for code in getattr(tables, table)() if code < 0x10000)
    return re.compile("[" + "".join(map(re.escape, map(chr, codes))) + "\U00010000-\U0010ffff]")


@cache
def _dropped() -> re.Pattern[str]:
    return re.compile("[" + "".join(map(re.escape, [*tables.INVISIBLE, *map(chr, _erased())])) + "]")


@lru_cache(maxsize=8192)
def _fold_segment(segment: str) -> str:
    return fold(segment)


@lru_cache(maxsize=8192)
def _begins_segment(char: str) -> bool:
    """Whether folding can be cut before this character: nothing before it can swallow or join it."""
    if ord(char) in tables.invisible() or ord(char) in _erased():
        return False
    first = unicodedata.normalize("NFKD", char)[0]
    return unicodedata.combining(first) == 0 and first not in _second_halves()


@cache
def _erased() -> frozenset[int]:
    return frozenset(code for code, target in tables.plain().items() if target == "")


@cache
def _second_halves() -> frozenset[str]:
    """Starters that can compose with the character before them (vowel signs, Hangul vowels and finals)."""
    halves = set(map(chr, (*range(0x1161, 0x1176), *range(0x11A8, 0x11C3))))
    for code in range(0xA0, 0x12000):
        parts = unicodedata.decomposition(chr(code)).split()
        if len(parts) == 2 and not parts[0].startswith("<"):
            halves.add(chr(int(parts[1], 16)))
    return frozenset(halves)


def pattern(source: str) -> re.Pattern[str]:
    """A regular expression for folded text: its letters are folded too, its syntax is left alone."""
    return re.compile(source.translate(tables.plain()))

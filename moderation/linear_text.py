"""Batches of short texts as arrays of code points: folding and hashed n-grams at numpy speed.

Two views of every text: the *surface* (width, case, spaces and invisible characters evened out) and the *skeleton*
(look-alikes, accents, kana kinds, Traditional characters, punctuation, doubled letters and leet undone as well).
Every letter keeps the place it had in its original string, so that evidence can be shown where it was written.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Any, Final

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]

EDGE: Final = 1  # stands before the first and after the last letter of each string
SPACE: Final = 32
HEAD: Final = 4000
TAIL: Final = 2000
LONGEST: Final = HEAD + TAIL
"""Of a longer string only the first HEAD and the last TAIL code points are read, so that time stays bounded."""

_LEET: Final = np.zeros(128, np.uint32)
for _sign, _letter in zip("01345786@$!", "oieastbgasi", strict=True):
    _LEET[ord(_sign)] = ord(_letter)


@dataclass(frozen=True, slots=True)
class Letters:
    """Folded letters of many strings, one after another.

    ``owner`` is the index of the string, ``origin`` the code point of the original string.
    """

    codes: Array
    owner: Array
    origin: Array

    def kept(self, keep: Array) -> Letters:
        """The letters where ``keep`` is true."""
        return Letters(self.codes.compress(keep), self.owner.compress(keep), self.origin.compress(keep))

    def of(self, first: int, last: int) -> Letters:
        """The letters of the strings ``first`` up to, not including, ``last``; owners count from zero again."""
        start, end = np.searchsorted(self.owner, (first, last))
        return Letters(self.codes[start:end], self.owner[start:end] - first, self.origin[start:end])


class Field(IntEnum):
    """Which string of a reply; a batch holds all texts first, then all posts, and so on."""

    TEXT = 0
    POST = 1
    HANDLE = 2
    NAME = 3
    ACCOUNT = 4


class Grams:
    """Hashed n-grams of one order of all strings of ``n`` replies."""

    __slots__ = ("_bounds", "_hashes", "_n", "_owner")

    def __init__(self, hashes: Array, owner: Array, n: int) -> None:
        self._hashes, self._owner, self._n = hashes, owner, n
        self._bounds = np.searchsorted(owner, np.arange(len(Field) + 1) * n)

    def of(self, field: Field) -> tuple[Array, Array]:
        """Hashes, and the index of the reply that each stands in."""
        start, end = self._bounds[field], self._bounds[field + 1]
        return self._hashes[start:end], self._owner[start:end] - np.uint32(field * self._n)


class FoldTable:
    """One code point to one code point (0 = drop), kept as differences in pages of 256."""

    __slots__ = ("_index", "_pages")

    def __init__(self, index: Array, pages: Array) -> None:
        self._index = index
        self._pages = pages.reshape(-1)

    def __call__(self, codes: Array) -> Array:
        """The folded code points; raises IndexError above U+10FFFF."""
        pages = self._index.take(codes >> np.uint32(8)).astype(np.uint32) << np.uint32(8)
        folded: Array = codes + self._pages.take(pages | (codes & np.uint32(255)))
        return folded


def raw(strings: Sequence[str]) -> Letters:
    """The code points as written, each string between two edges."""
    lengths = np.fromiter(map(len, strings), np.int64, len(strings)) + 2
    joined = "\x01" + "\x01\x01".join(strings) + "\x01"
    codes = np.frombuffer(joined.encode("utf-32-le", "surrogatepass"), np.uint32)
    owner = np.repeat(np.arange(len(strings), dtype=np.uint32), lengths)
    starts = np.cumsum(lengths) - lengths
    letters = Letters(codes, owner, np.arange(len(codes)) - starts.take(owner) - 1)
    if lengths.max(initial=0) <= LONGEST:
        return letters
    return letters.kept((letters.origin < HEAD) | (letters.origin >= (lengths - 2 - TAIL)[owner]))


def surface(letters: Letters, table: FoldTable) -> Letters:
    """Width, case and blanks evened out, invisible characters dropped; edges stay."""
    codes = table(letters.codes)
    codes[letters.origin < 0] = EDGE
    codes[_last_of_each(letters.owner)] = EDGE
    seen = Letters(codes, letters.owner, letters.origin).kept(codes != 0)
    blank = seen.codes == SPACE
    keep = np.ones(len(blank), bool)
    keep[1:] = ~(blank[1:] & blank[:-1])
    return seen.kept(keep)


def skeleton(letters: Letters, table: FoldTable) -> Letters:
    """A surface without disguise: bare letters and digits only, leet undone inside Latin words."""
    codes = table(letters.codes)
    seen = Letters(codes, letters.owner, letters.origin).kept(codes != 0)
    codes = _without_leet(seen.codes)
    digit = (codes >= 48) & (codes <= 57)
    drop = (codes == 64) | (codes == 36) | (codes == 33)
    drop[1:] |= (codes[1:] == codes[:-1]) & ~digit[1:] & (codes[1:] != EDGE)
    return Letters(codes, seen.owner, seen.origin).kept(~drop)


def shapes(letters: Letters) -> Letters:
    """The same letters with every digit as 0: a telephone number is told by its shape."""
    digit = (letters.codes >= 48) & (letters.codes <= 57)
    return Letters(np.where(digit, np.uint32(48), letters.codes), letters.owner, letters.origin)


def grams(letters: Letters, orders: int, seed: int) -> Iterator[tuple[int, Array, Array]]:
    """For n = 1..orders: n, the 32-bit hashes of all n-grams inside one string, index of their first letter."""
    codes, owner = letters.codes, letters.owner
    each = codes * np.uint32(0x85EBCA6B) + np.uint32(0x165667B1)
    rolling = codes * np.uint32(0x9E3779B1) + np.uint32(seed)
    first = (codes != EDGE).nonzero()[0]
    yield 1, mixed(rolling.take(first) + np.uint32(1)), first
    for n in range(2, orders + 1):
        rolling = ((rolling[:-1] * np.uint32(0x01000193)) ^ each[n - 1 :]) * np.uint32(0xCC9E2D51)
        first = (owner[: max(len(owner) - n + 1, 0)] == owner[n - 1 :]).nonzero()[0]
        yield n, mixed(rolling.take(first) + np.uint32(n)), first


def words(letters: Letters, seed: int) -> tuple[Array, Array, Array]:
    """Hashes of all words (runs of letters and digits), the index of their first and of their last letter."""
    inside = _in_word(letters.codes)
    start = inside.copy()
    start[1:] &= ~inside[:-1]
    end = inside.copy()
    end[:-1] &= ~inside[1:]
    first, last = np.flatnonzero(start), np.flatnonzero(end)
    return runs(letters.codes, first, last, seed), first, last


def runs(codes: Array, first: Array, last: Array, seed: int) -> Array:
    """One 32-bit hash for each run of code points ``first..last`` (inclusive, ascending, apart)."""
    if not len(first):
        return np.zeros(0, np.uint32)
    lengths = last - first + 1
    starts = np.cumsum(lengths) - lengths
    offset = np.arange(int(lengths.sum())) - np.repeat(starts, lengths)
    picked = codes[offset + np.repeat(first, lengths)]
    parts = mixed(picked * np.uint32(0x9E3779B1) + offset.astype(np.uint32) * np.uint32(0x85EBCA6B) + np.uint32(seed))
    return mixed(np.add.reduceat(parts, starts, dtype=np.uint32))


def mixed(hashes: Array) -> Array:
    """Spread the entropy of 32-bit hashes into their high bits."""
    hashes = hashes ^ (hashes >> np.uint32(15))
    hashes *= np.uint32(0x2C1B3C6D)
    hashes ^= hashes >> np.uint32(12)
    hashes *= np.uint32(0x297A2D39)
    hashes ^= hashes >> np.uint32(15)
    return hashes


def starts_of_runs(ordered: Array) -> Array:
    """The index of the first of each run of equal values."""
    change = np.ones(len(ordered), bool)
    np.not_equal(ordered[1:], ordered[:-1], out=change[1:])
    return change.nonzero()[0]


def _last_of_each(owner: Array) -> Array:
    return np.flatnonzero(np.append(owner[1:] != owner[:-1], True))


def _without_leet(codes: Array) -> Array:
    letter = (codes >= 97) & (codes <= 122)
    signs = np.flatnonzero((codes < 128) & ~letter)
    signs = signs[(signs > 0) & (signs < len(codes) - 1)]
    signs = signs[letter[signs - 1] & letter[signs + 1]]
    letters = _LEET[codes[signs]]
    codes = codes.copy()
    codes[signs] = np.where(letters > 0, letters, codes[signs])
    return codes


def _in_word(codes: Array) -> Array:
    return _WORD[np.minimum(codes, np.uint32(len(_WORD) - 1))]


def _word_table() -> Array:
    table = np.zeros(0xD7A5, bool)
    for first, last in ((39, 39), (48, 57), (97, 122), (0xC0, 0x1FFF), (0x2C00, 0x2FFF), (0xAC00, 0xD7A3)):
        table[first : last + 1] = True
    table[[0xD7, 0xF7]] = False
    return table


_WORD: Final = _word_table()

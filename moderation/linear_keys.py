"""Which n-grams of a reply the linear model looks at: blocks of the text, the handle and the name, and their buckets."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np

from moderation.linear_context import context
from moderation.linear_text import (
    Array,
    Field,
    FoldTable,
    Grams,
    Letters,
    grams,
    mixed,
    raw,
    shapes,
    skeleton,
    surface,
    words,
)  # fmt: skip
from moderation.model import Reply

BITS: Final = 20
BUCKETS: Final = 1 << BITS
BLOCKS: Final = (
    "surface-1", "surface-2", "surface-3", "surface-4", "skeleton-1", "skeleton-2", "skeleton-3", "skeleton-4",
    "words", "handle", "name",
)  # fmt: skip
BLOCK_WEIGHTS: Final = np.array([0.5, 0.5, 0.5, 0.5, 0.36, 0.3, 0.27, 0.21, 0.4, 0.3, 0.4])
ORDERS: Final = 4
WORDS: Final = BLOCKS.index("words")
SHIFT: Final = 4
"""A segment is ``row << SHIFT | block``; with at most 256 rows, segment and bucket fit into 32 bits."""
MOST_ROWS: Final = 1 << (32 - BITS - SHIFT)
_SEED: Final = 1


Part = tuple[Array, int, Array]
"""Owners, the block they belong to, hashes."""


@dataclass(frozen=True, slots=True)
class Seen:
    """A batch, read: keys ``segment << BITS | bucket`` with repeats, and what is known of each reply's context."""

    rows: int
    keys: Array
    context: Array
    hashed: Sequence[Grams]


def read(replies: Sequence[Reply], folds: tuple[FoldTable, FoldTable]) -> Seen:
    """Fold and hash at most MOST_ROWS replies in one pass."""
    n = len(replies)
    strings = [r.text for r in replies] + [r.post for r in replies]
    strings += [r.author.handle for r in replies] + [r.author.name for r in replies] + [r.account for r in replies]
    written = raw(strings)
    seen = surface(written, folds[0])
    bare = skeleton(seen.of(0, n), folds[1])
    hashed = [Grams(hashes, seen.owner.take(first), n) for _, hashes, first in grams(seen, ORDERS, _SEED)]
    parts = [*_surface_parts(hashed), *_skeleton_parts(shapes(bare)), *_word_parts(seen.of(0, n))]
    return Seen(n, _keys(parts), context(replies, written, seen, bare, hashed), hashed)


class Place(NamedTuple):
    """N-grams of one block: index of the text, bucket, and the code points ``[start, end)`` of each."""

    block: int
    owner: Array
    buckets: Array
    start: Array
    end: Array


def places(texts: Sequence[str], folds: tuple[FoldTable, FoldTable]) -> Iterator[Place]:
    """Where every n-gram of the texts was written, block by block."""
    seen = surface(raw(texts), folds[0])
    bare = shapes(skeleton(seen, folds[1]))
    for base, letters in ((0, seen), (ORDERS, bare)):
        for order, hashes, first in grams(letters, ORDERS, _SEED + base):
            yield _place(base + order - 1, letters, hashes, first, first + order - 1)
    hashes, first, last = words(seen, _SEED)
    yield _place(WORDS, seen, hashes, first, last)
    together = np.flatnonzero(seen.owner.take(first[1:]) == seen.owner.take(first[:-1]))
    yield _place(WORDS, seen, _pairs(hashes)[together], first[together], last[together + 1])


def _place(block: int, letters: Letters, hashes: Array, first: Array, last: Array) -> Place:
    owner, origin = letters.owner, letters.origin
    return Place(block, owner.take(first), _bucket(hashes), origin.take(first), origin.take(last) + 1)


def _surface_parts(hashed: Sequence[Grams]) -> Iterator[Part]:
    for order, found in enumerate(hashed):
        hashes, owner = found.of(Field.TEXT)
        yield owner, order, hashes
    for field, block in ((Field.HANDLE, WORDS + 1), (Field.NAME, WORDS + 2)):
        each = [found.of(field) for found in hashed]
        hashes = np.concatenate([hashes for hashes, _ in each])
        yield np.concatenate([owner for _, owner in each]), block, mixed(hashes ^ np.uint32(block))


def _skeleton_parts(bare: Letters) -> Iterator[Part]:
    for order, hashes, first in grams(bare, ORDERS, _SEED + ORDERS):
        yield bare.owner.take(first), ORDERS + order - 1, hashes


def _word_parts(text: Letters) -> Iterator[Part]:
    hashes, first, _ = words(text, _SEED)
    owner = text.owner.take(first)
    yield owner, WORDS, hashes
    together = owner[1:] == owner[:-1]
    yield owner[:-1].compress(together), WORDS, _pairs(hashes).compress(together)


def _keys(parts: Sequence[Part]) -> Array:
    owner = np.concatenate([owner for owner, _, _ in parts])
    block = np.repeat(np.array([block for _, block, _ in parts], np.uint32), [len(part[0]) for part in parts])
    hashes = np.concatenate([hashes for _, _, hashes in parts])
    keys: Array = ((owner << np.uint32(SHIFT)) | block) << np.uint32(BITS) | _bucket(hashes)
    return keys


def _pairs(hashes: Array) -> Array:
    """Hashes of neighbouring words."""
    return mixed(hashes[:-1] * np.uint32(31) + hashes[1:] * np.uint32(0x1B873593) + np.uint32(7))


def _bucket(hashes: Array) -> Array:
    return hashes >> np.uint32(32 - BITS)

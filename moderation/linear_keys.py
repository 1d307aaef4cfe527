"""Which n-grams of a reply the linear model looks at: blocks of the text, the handle and the name, and their buckets."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from moderation.linear_context import context
from moderation.linear_text import Array, FoldTable, Letters, grams, mixed, raw, shapes, skeleton, surface, words
from moderation.model import Reply

BITS: Final = 20
BUCKETS: Final = 1 << BITS
BLOCKS: Final = (
    "surface-1", "surface-2", "surface-3", "surface-4", "surface-5",
    "skeleton-1", "skeleton-2", "skeleton-3", "skeleton-4", "skeleton-5", "words", "handle", "name",
)  # fmt: skip
BLOCK_WEIGHTS: Final = np.array([0.6, 0.5, 0.45, 0.35, 0.25, 0.36, 0.3, 0.27, 0.21, 0.15, 0.4, 0.3, 0.4])
SHIFT: Final = 4
"""A segment is ``row << SHIFT | block``; with at most 256 rows, segment and bucket fit into 32 bits."""
MOST_ROWS: Final = 1 << (32 - BITS - SHIFT)
_SEEDS: Final = {"surface": 1, "skeleton": 78, "words": 100, "handle": 1001, "name": 2001}


@dataclass(frozen=True, slots=True)
class Seen:
    """A batch, read: keys ``segment << BITS | bucket`` with repeats, and what is known of each reply's context."""

    rows: int
    keys: Array
    context: Array


def read(replies: Sequence[Reply], folds: tuple[FoldTable, FoldTable]) -> Seen:
    """Fold and hash at most MOST_ROWS replies in one pass."""
    n = len(replies)
    strings = [r.text for r in replies] + [r.post for r in replies]
    strings += [r.author.handle for r in replies] + [r.author.name for r in replies] + [r.account for r in replies]
    written = raw(strings)
    seen = surface(written, folds[0])
    bare = skeleton(seen, folds[1])
    parts = [_key(owner, block, hashes) for block, owner, hashes in _blocks(seen, bare, n)]
    return Seen(n, np.concatenate(parts), context(replies, written, seen, bare))


def places(reply: Reply, folds: tuple[FoldTable, FoldTable]) -> Iterator[tuple[int, Array, Array, Array]]:
    """For one reply's text: block, buckets, and the code points ``[start, end)`` each n-gram was written at."""
    seen = surface(raw([reply.text]), folds[0])
    bare = shapes(skeleton(seen, folds[1]))
    for base, letters, seed in ((0, seen, "surface"), (5, bare, "skeleton")):
        for order, hashes, first in grams(letters, 5, _SEEDS[seed]):
            yield base + order - 1, _bucket(hashes), letters.origin[first], letters.origin[first + order - 1] + 1
    hashes, first, last = words(seen, _SEEDS["words"])
    yield 10, _bucket(hashes), seen.origin[first], seen.origin[last] + 1
    pairs, _ = _pairs(hashes, seen.owner[first])
    yield 10, _bucket(pairs), seen.origin[first[:-1]], seen.origin[last[1:]] + 1


def _blocks(seen: Letters, bare: Letters, n: int) -> Iterator[tuple[int, Array, Array]]:
    text, shape = seen.of(0, n), shapes(bare.of(0, n))
    for order, hashes, first in grams(text, 5, _SEEDS["surface"]):
        yield order - 1, text.owner[first], hashes
    for order, hashes, first in grams(shape, 5, _SEEDS["skeleton"]):
        yield 4 + order, shape.owner[first], hashes
    hashes, first, _ = words(text, _SEEDS["words"])
    owner = text.owner[first]
    yield 10, owner, hashes
    pairs, together = _pairs(hashes, owner)
    yield 10, owner[:-1][together], pairs[together]
    for block, field in ((11, "handle"), (12, "name")):
        part = seen.of((block - 9) * n, (block - 8) * n)
        for _, hashes, first in grams(part, 5, _SEEDS[field]):
            yield block, part.owner[first], hashes


def _pairs(hashes: Array, owner: Array) -> tuple[Array, Array]:
    """Hashes of neighbouring words, and whether both belong to the same text."""
    pairs = mixed(hashes[:-1] * np.uint32(31) + hashes[1:] * np.uint32(0x1B873593) + np.uint32(7))
    return pairs, owner[1:] == owner[:-1]


def _bucket(hashes: Array) -> Array:
    return hashes >> np.uint32(32 - BITS)


def _key(owner: Array, block: int, hashes: Array) -> Array:
    return ((owner << np.uint32(SHIFT)) | np.uint32(block)) << np.uint32(BITS) | _bucket(hashes)

"""The agency's earlier posts, searched for the one that a reply quotes: near-duplicates among 100,000 and more."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator
from typing import Final

import numpy as np
from numpy.typing import NDArray

from moderation import text

_SHINGLE: Final = 6
_PER_POST: Final = 24


class Archive:
    """Minimum-hash sketches of shingles behind one sorted index; about 300 bytes a post beside its text."""

    def __init__(self, posts: Iterable[str]) -> None:
        self._posts = tuple(posts)
        keys: list[NDArray[np.uint32]] = [sketch(text.fold(post)) for post in self._posts]
        owners = [np.full(len(key), index, np.int32) for index, key in enumerate(keys)]
        flat = np.concatenate(keys) if keys else np.empty(0, np.uint32)
        order = np.argsort(flat, kind="stable")
        self._keys = flat[order]
        self._owners = np.concatenate(owners)[order] if owners else np.empty(0, np.int32)

    def __len__(self) -> int:
        return len(self._posts)

    def near(self, folded: str, most: int = 3) -> Iterator[str]:
        """Folded posts that share most shingles with a folded text, nearest first; none when nothing is shared."""
        wanted = np.unique(shingles(folded))
        left, right = np.searchsorted(self._keys, wanted, "left"), np.searchsorted(self._keys, wanted, "right")
        common = 64  # a shingle of more posts than this says nothing
        owners = [self._owners[a:b] for a, b in zip(left, right, strict=True) if 0 < b - a <= common]
        if not owners:
            return
        posts, counts = np.unique(np.concatenate(owners), return_counts=True)
        for index in np.argsort(-counts, kind="stable")[:most]:
            if counts[index] >= 3:
                yield text.fold(self._posts[int(posts[index])])


def sketch(folded: str) -> NDArray[np.uint32]:
    """The smallest hashes of a text's shingles: the same shingles are kept whatever surrounds them."""
    return np.unique(shingles(folded))[:_PER_POST]


def shingles(folded: str) -> NDArray[np.uint32]:
    """Hashes of all runs of six letters or digits; spaces and marks do not count."""
    letters = "".join(char for char in folded[:2000] if char.isalnum())
    pieces = {letters[i : i + _SHINGLE] for i in range(max(0, len(letters) - _SHINGLE + 1))}
    return np.fromiter((zlib.crc32(piece.encode("utf-8", "surrogatepass")) for piece in pieces), np.uint32, len(pieces))

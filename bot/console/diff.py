"""Two texts side by side: what was taken out on the left, what was put in on the right."""

from __future__ import annotations

from difflib import SequenceMatcher
from itertools import takewhile
from typing import Final

Pieces = list[tuple[str, bool]]
"""A text in pieces, each with "is different"; the pieces joined give the text again."""
COMPARED_AT_MOST: Final = 1000
"""Characters between the common beginning and end; more (it would take over 50 ms) is marked as a whole."""


def marks(old: str, new: str) -> tuple[Pieces, Pieces]:
    """Both texts with their differences."""
    head = _alike(old, new)
    tail = _alike(old[head:][::-1], new[head:][::-1])
    left, right = _between(old[head : len(old) - tail], new[head : len(new) - tail])
    first, last = (old[:head], False), (old[len(old) - tail :], False)
    return _filled([first, *left, last]), _filled([first, *right, last])


def _alike(one: str, other: str) -> int:
    """How many characters both begin with."""
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False)))


def _between(old: str, new: str) -> tuple[Pieces, Pieces]:
    if max(len(old), len(new)) > COMPARED_AT_MOST:
        return [(old, True)], [(new, True)]
    left: Pieces = []
    right: Pieces = []
    for kind, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        left.append((old[a:b], kind != "equal"))
        right.append((new[c:d], kind != "equal"))
    return left, right


def _filled(pieces: Pieces) -> Pieces:
    return [piece for piece in pieces if piece[0]]

"""Two texts side by side: what was taken out on the left, what was put in on the right."""

from __future__ import annotations

from difflib import SequenceMatcher
from typing import Final

COMPARED_AT_MOST: Final = 4000
"""Characters; beyond it the texts are shown whole and marked as different."""


def marks(old: str, new: str) -> tuple[list[tuple[str, bool]], list[tuple[str, bool]]]:
    """Both texts as pieces with "is different"; the pieces of a side joined give its text again."""
    if max(len(old), len(new)) > COMPARED_AT_MOST:
        return [(old, old != new)], [(new, old != new)]
    left: list[tuple[str, bool]] = []
    right: list[tuple[str, bool]] = []
    for kind, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        left += [(old[a:b], kind != "equal")] if b > a else []
        right += [(new[c:d], kind != "equal")] if d > c else []
    return left, right

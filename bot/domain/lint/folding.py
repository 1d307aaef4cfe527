"""Writing evened out one character for one, so that every place found is a place in the author's own text."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import Final

REACH: Final = 400
"""Characters; no sentence of a notice is longer, and a hostile text must not cost more."""

_DASHES: Final = dict.fromkeys("‐‑‒–—―−﹣⁃", "-")
_TILDES: Final = dict.fromkeys("〜∼～", "~")
_SENTENCE_END: Final = re.compile(r"[。！？!?\n]|(?<!\b[A-Z][a-z]{2})\.(?=\s+[A-ZÀ-Ỹ])")


def even(text: str) -> str:
    """Full-width forms, digits of any script, dashes and tildes become plain ones; the length stays."""
    return text if text.isascii() else "".join(map(_even, text))


@lru_cache(maxsize=8192)
def _even(char: str) -> str:
    if char.isdecimal():
        return str(unicodedata.decimal(char))
    folded = unicodedata.normalize("NFKC", char)
    folded = folded if len(folded) == 1 else char
    return _DASHES.get(folded) or _TILDES.get(folded) or folded


def sentence(text: str, start: int, end: int) -> tuple[int, int]:
    """The sentence or line around ``[start, end)`` without its end mark, at most ``REACH`` characters either side."""
    near = max(0, start - REACH)
    first = max((found.end() for found in _SENTENCE_END.finditer(text, near, start)), default=near)
    after = _SENTENCE_END.search(text, end, end + REACH)
    return first, after.start() if after else min(len(text), end + REACH)


def like(written: str, plain: str) -> str:
    """``plain`` in the width of ``written``: full-width digits stay full-width."""
    if any("０" <= char <= "９" for char in written):
        wide = "-" if "－" in written else ""
        return "".join(
            chr(ord(char) + 0xFEE0) if char.isascii() and (char.isalnum() or char in wide) else char for char in plain
        )
    return plain

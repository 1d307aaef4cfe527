"""How alike two notices are once the names of their offices are taken out; X treats near-equal ones as one text."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from difflib import SequenceMatcher
from typing import Final

TOO_ALIKE: Final = 0.8
"""From here on two accounts say the same: X forbids "duplicative or substantially similar" posts across accounts."""
_NOISE: Final = re.compile(r"[\s\W_]+")


def bare(text: str, names: Iterable[str] = ()) -> str:
    """The words that remain without office names, handles, punctuation, letter case and width."""
    plain = unicodedata.normalize("NFKC", text).casefold()
    for name in sorted({unicodedata.normalize("NFKC", each).casefold() for each in names}, key=len, reverse=True):
        plain = plain.replace(name, " ") if name else plain
    return _NOISE.sub("", plain)


def likeness(one: str, other: str) -> float:
    """0.0 to 1.0 over two ``bare`` texts; 1.0 for equal ones, also for two empty ones."""
    if one == other:
        return 1.0
    matcher = SequenceMatcher(None, one, other, autojunk=False)
    if matcher.real_quick_ratio() < TOO_ALIKE or matcher.quick_ratio() < TOO_ALIKE:
        return 0.0
    return matcher.ratio()


def too_alike(one: str, other: str) -> bool:
    return likeness(one, other) >= TOO_ALIKE

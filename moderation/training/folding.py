"""The two folding tables that ship inside the weights, built from Unicode 3.2, UTS #39 and OpenCC data.

Unicode 3.2 is frozen inside Python, so that the tables are the same under every Python; letters that came later are
few (squared and regional-indicator letters) and listed here.
"""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Callable
from importlib import resources
from typing import Final

import numpy as np

from moderation.linear_text import EDGE, SPACE, Array

_OLD: Final = unicodedata.ucd_3_2_0
_LAST: Final = 0x110000
_DROPPED: Final = frozenset(
    [0xAD, 0x34F, 0x61C, 0x115F, 0x1160, 0x180E, 0x3164, 0xFFA0, 0xFEFF, 0x3099, 0x309A, *range(0x200B, 0x2010),
     *range(0x202A, 0x202F), *range(0x2060, 0x2070), *range(0x300, 0x370), *range(0x20D0, 0x2100),
     *range(0xFE00, 0xFE10), *range(0x1F3FB, 0x1F400), *range(0xE0000, 0xE0200)]
)  # fmt: skip
_EMOJI_LETTERS: Final = (0x1F130, 0x1F150, 0x1F170, 0x1F1E6)
_SMALL_KANA: Final = dict(zip("ぁぃぅぇぉっゃゅょゎゕゖ", "あいうえおつやゆよわかけ", strict=True))
_LIKE_LATIN: Final = dict(zip("кмнтвгипκτημεβωχαιл", "kmhtbrnnktnuebwxain", strict=True))
_OPEN: Final = "@$!"  # may stand for letters; the skeleton needs them a moment longer


def tables() -> dict[str, Array]:
    """Arrays for :class:`moderation.linear_text.FoldTable`, named as the model file names them."""
    folded: dict[str, Array] = {}
    for name, fold in (("surface", surface_of), ("skeleton", _skeleton_maker())):
        targets = np.fromiter(map(fold, range(_LAST)), np.int64, _LAST)
        pages = (targets - np.arange(_LAST)).astype(np.uint32).reshape(-1, 256)
        unique, index = np.unique(pages, axis=0, return_inverse=True)
        folded[f"{name}_index"] = index.reshape(-1).astype(np.uint16)
        folded[f"{name}_pages"] = unique
    return folded


def surface_of(code: int) -> int:
    """Compatibility form in lower case; 0 for what nobody sees, a space for blanks and controls."""
    if code in _DROPPED:
        return 0
    for first in _EMOJI_LETTERS:
        if first <= code < first + 26:
            return ord("a") + code - first
    char = chr(code)
    category = _OLD.category(char)
    if category in ("Cn", "Co", "Cs"):
        return code
    if category in ("Cc", "Zs", "Zl", "Zp"):
        return SPACE
    if category == "Cf":
        return 0
    folded = _OLD.normalize("NFKC", _OLD.normalize("NFKC", char).casefold())
    if len(folded) > 1:
        folded = next((letter for letter in folded if letter.isalnum()), char)
    return SPACE if folded.isspace() else ord(folded)


def _skeleton_maker() -> Callable[[int], int]:
    simplified = _simplified()
    alike = json.loads(resources.files("confusable_homoglyphs").joinpath("confusables.json").read_text("utf-8"))

    def latin(char: str) -> int:
        for entry in alike.get(char, ()):
            if len(entry["c"]) == 1 and entry["c"].isascii() and entry["c"].isalpha():
                return ord(entry["c"].lower())
        return ord(_LIKE_LATIN.get(char, char))

    def skeleton_of(code: int) -> int:
        if code == EDGE or 0xAC00 <= code < 0xD7A4 or code >= 0x10000:
            return code
        char = simplified.get(chr(code), chr(code))
        if 0x30A1 <= code <= 0x30F6:
            char = chr(code - 0x60)
        char = _OLD.normalize("NFKD", char)[0]
        char = {"đ": "d", "ı": "i", "ł": "l", "ø": "o"}.get(char, _SMALL_KANA.get(char, char))
        foreign = 0x370 <= ord(char) < 0x590 or 0x250 <= ord(char) < 0x2B0 or 0x1D00 <= ord(char) < 0x1D80
        if foreign and char.isalpha():
            return latin(char)
        signs = _OLD.category(char)[0] in "ZPSC" and _OLD.category(char) not in ("Cn", "Co", "Cs")
        return 0 if (signs or char == "ー") and char not in _OPEN else ord(char)

    return skeleton_of


def _simplified() -> dict[str, str]:
    table = resources.files("opencc").joinpath("dictionary/TSCharacters.txt").read_text("utf-8")
    pairs = (line.split("\t") for line in table.splitlines())
    return {old: new.split(" ")[0] for old, new in pairs if len(new.split(" ")[0]) == 1}

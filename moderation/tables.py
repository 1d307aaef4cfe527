"""Character tables for folding, built once from Unicode, UTS #39 and OpenCC data; every table maps code points."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping
from functools import cache
from importlib import resources
from typing import Final

INVISIBLE: Final = "".join(
    map(
        chr,
        [
            0x00AD, 0x034F, 0x061C, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x3164, 0xFFA0, 0xFEFF, 0x20E3, 0x20DD, 0x20DE,
            *range(0x180B, 0x1810), *range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2060, 0x2070),
            *range(0xFE00, 0xFE10), *range(0xFFF9, 0xFFFC), *range(0xE0000, 0xE0080), *range(0xE0100, 0xE01F0),
        ],
    )
)  # fmt: skip
"""Zero-width and bidi controls, fillers, variation selectors, keycap and tag characters: never seen by a reader."""

MARKED_SCRIPTS: Final = "\u0900-\u0dff\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff"
"""Blocks whose vowel signs are marks, not word characters, to ``re``; for use inside a character class."""

_JAPANESE_TRAPS: Final = {
    "ろ": "口", "囗": "口", "か": "力", "に": "二", "は": "八", "た": "夕", "と": "卜", "え": "工", "む": "厶",
    "ー": "一", "―": "一", "─": "一", "≡": "み", "三": "み", "丶": "、", "乂": "メ",
}  # fmt: skip
_LEET: Final = {"0": "o", "1": "i", "l": "i", "|": "i", "3": "e", "4": "a", "@": "a", "5": "s", "$": "s",
                "7": "t", "8": "b", "€": "e", "£": "l", "¢": "c", "9": "g", "+": "t", "¥": "y"}  # fmt: skip
_COMPONENTS: Final = {
    "イ為": "偽", "亻為": "伪", "亻叚": "假", "イ反": "仮", "イ寸": "付", "言正": "証", "糸内": "納", "女昏": "婚",
    "貝反": "販", "貝売": "贖", "言午": "許", "木奉": "棒", "氵去": "法", "シ去": "法", "イ主": "住", "亻主": "住",
    "禾ム": "私", "车专": "转", "讠正": "证", "钅艮": "银", "金艮": "銀", "彳亍": "行", "貝者": "賭", "贝者": "赌",
    "女子": "好", "歹匕": "死", "木几": "机", "禾兑": "税", "月土": "肚", "ネ申": "神", "才丁": "打", "扌丁": "打",
    "火暴": "爆", "石皮": "破", "メ殳": "殺", "杀殳": "殺", "示申": "神", "米青": "精", "イ本": "体", "イ言": "信",
    "亻言": "信", "糸吉": "結", "纟吉": "结", "弓虽": "強", "口乞": "吃", "忄生": "性",
}  # fmt: skip


def _digits() -> Iterator[tuple[int, str]]:
    for code in range(0x80, 0x1FBFA):
        if chr(code).isdecimal():
            yield code, str(unicodedata.decimal(chr(code)))


def _emoji_letters() -> Iterator[tuple[int, str]]:
    for first in (0x1F1E6, 0x1F170, 0x1F150):
        for offset in range(26):
            yield first + offset, chr(ord("a") + offset)
    yield from ((0x2B55, "o"), (0x274C, "x"), (0x2753, "?"), (0x2757, "!"), (0x1F4B2, "$"))


def _kana() -> Iterator[tuple[int, str]]:
    for code in range(0x30A1, 0x30F7):
        yield code, chr(code - 0x60)


def _traditional() -> Iterator[tuple[int, str]]:
    table = resources.files("opencc").joinpath("dictionary/TSCharacters.txt").read_text(encoding="utf-8")
    for line in table.splitlines():
        old, _, new = line.partition("\t")
        first = new.split(" ")[0]
        if len(old) == 1 and len(first) == 1 and old != first:
            yield ord(old), first


def _dashes() -> Iterator[tuple[int, str]]:
    for char in "‐‑‒–—−﹣⁃":
        yield ord(char), "-"
    for char in "〜∼～":
        yield ord(char), "~"


def _closed(table: dict[int, str]) -> dict[int, str]:
    """A table whose targets are fixed points, so that translating twice is translating once."""
    for code, target in table.items():
        seen = {code}
        while len(target) == 1 and ord(target) in table and ord(target) not in seen:
            seen.add(ord(target))
            target = table[ord(target)]
        table[code] = target
    return {code: target for code, target in table.items() if chr(code) != target}


@cache
def invisible() -> dict[int, None]:
    """What is taken out before anything else."""
    return dict.fromkeys(map(ord, INVISIBLE))


@cache
def plain() -> dict[int, str]:
    """Digits of all scripts, letters drawn as emoji, kana, Simplified characters, dashes; stray marks go."""
    table: dict[int, str] = {}
    for part in (_traditional(), _kana(), _dashes(), _emoji_letters(), _digits()):
        table.update(part)
    table.update(dict.fromkeys(range(0xD800, 0xE000), "\ufffd"))  # lone halves, which no search engine takes
    table.update(dict.fromkeys((*range(768, 880), *range(8400, 8433)), ""))
    return _closed(table)


@cache
def bare() -> dict[int, str]:
    """Latin letters without their diacritics, one code point for one."""
    table = {ord("đ"): "d", ord("ø"): "o", ord("ł"): "l", ord("ħ"): "h", ord("ı"): "i", ord("ŧ"): "t"}
    for code in (*range(0xC0, 0x250), *range(0x1E00, 0x1F00)):
        base = unicodedata.normalize("NFD", chr(code))[0]
        if base.isascii() and base.isalpha():
            table[code] = base.lower()
    return table


@cache
def latin_lookalikes() -> dict[int, str]:
    """Letters of other scripts that UTS #39 calls confusable with one lower-case Latin letter."""
    from confusable_homoglyphs import confusables

    table: dict[int, str] = {}
    for char, likes in confusables.confusables_data.items():
        if len(char) != 1 or char.isascii() or not char.isalpha() or ord(char) >= 0x2E80:
            continue
        targets = [like["c"] for like in likes if len(like["c"]) == 1 and like["c"].isascii() and like["c"].isalpha()]
        if targets and unicodedata.name(char, "").split(" ")[0] in _LOOKALIKE_SCRIPTS:
            table[ord(char)] = targets[0].lower()
    table.update(
        {
            ord("ο"): "o",
            ord("а"): "a",
            ord("е"): "e",
            ord("о"): "o",
            ord("р"): "p",
            ord("с"): "c",
            ord("у"): "y",
            ord("х"): "x",
            ord("і"): "i",
            ord("к"): "k",
            ord("м"): "m",
            ord("н"): "h",
            ord("т"): "t",
            ord("в"): "b",
            ord("α"): "a",
            ord("ν"): "v",
            ord("ѕ"): "s",
            ord("ј"): "j",
            ord("ɡ"): "g",
            ord("ɑ"): "a",
            ord("ε"): "e",
            ord("τ"): "t",
            ord("κ"): "k",
            ord("ι"): "i",
        }
    )
    return table  # fmt: skip


@cache
def components() -> Mapping[str, str]:
    """A kanji written as its two halves, both folded: an obfuscation seen in card and certificate offers."""
    return {halves.translate(plain()): whole.translate(plain()) for halves, whole in _COMPONENTS.items()}


_LOOKALIKE_SCRIPTS: Final = frozenset({"CYRILLIC", "GREEK", "ARMENIAN", "CHEROKEE", "LATIN", "LISU", "COPTIC"})


@cache
def loose() -> dict[int, str]:
    """Look-alikes, leet and Japanese traps on top of ``plain`` and ``bare``; one code point for one."""
    table = dict(latin_lookalikes())
    table.update({ord(char): target for char, target in _LEET.items()})
    table.update({ord(char): target for char, target in _JAPANESE_TRAPS.items()})
    closed = _closed(table)
    return {code: closed.get(ord(target), target) for code, target in closed.items()}

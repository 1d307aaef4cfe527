"""Months and eras as words; and numbers as kanji. Eras: Cabinet orders on era names."""

from __future__ import annotations

import re
from typing import Final

_ENGLISH: Final = "january february march april may june july august september october november december"
_SHORT: Final = "jan feb mar apr may jun jul aug sep oct nov dec"
_PORTUGUESE: Final = "janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro dezembro"
_SPANISH: Final = "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre"
_INDONESIAN: Final = "januari februari maret april mei juni juli agustus september oktober november desember"
_TAGALOG: Final = "enero pebrero marso abril mayo hunyo hulyo agosto setyembre oktubre nobyembre disyembre"
_THAI: Final = "มกราคม กุมภาพันธ์ มีนาคม เมษายน พฤษภาคม มิถุนายน กรกฎาคม สิงหาคม กันยายน ตุลาคม พฤศจิกายน ธันวาคม"
_NEPALI: Final = "जनवरी फेब्रुअरी मार्च अप्रिल मे जुन जुलाई अगस्ट सेप्टेम्बर अक्टोबर नोभेम्बर डिसेम्बर"

MONTHS: Final[dict[str, int]] = {
    word: number
    for names in (_ENGLISH, _SHORT, _PORTUGUESE, _SPANISH, _INDONESIAN, _TAGALOG, _THAI, _NEPALI)
    for number, word in enumerate(names.split(), 1)
} | {"sept": 9}

MONTH: Final = "|".join(re.escape(word) for word in sorted(MONTHS, key=len, reverse=True))
"""Month names of alphabetic languages; use with IGNORECASE."""

ERAS: Final[dict[str, int]] = {
    "令和": 2018, "平成": 1988, "昭和": 1925, "大正": 1911, "明治": 1867,
    "㋿": 2018, "㍻": 1988, "㍼": 1925, "㍽": 1911, "㍾": 1867,
    "r": 2018, "h": 1988, "s": 1925,
    "reiwa": 2018, "heisei": 1988, "showa": 1925, "레이와": 2018, "헤이세이": 1988,
}  # fmt: skip
"""Western year before an era's first year."""

LAST_YEAR: Final = {1988: 31, 1925: 64, 1911: 15, 1867: 45}
"""How many years each ended era had, by its entry above."""

ERA: Final = r"令和|平成|昭和|大正|明治|[㋿㍻㍼㍽㍾]|reiwa|heisei|showa|레이와|헤이세이"
NUMBER: Final = r"(?:[0-9]{1,2}|[元〇一二三四五六七八九十]{1,3})"
_DIGITS: Final = {char: value for value, char in enumerate("〇一二三四五六七八九")}


def number(written: str) -> int:
    """Up to two digits, plain or as kanji (``十二``, ``二十``, ``二〇``); 元 is 1; 0 when it is no number."""
    if written.isdigit():
        return int(written)
    if written == "元":
        return 1
    tens, ten, ones = written.partition("十")
    if ten:
        return _DIGITS.get(tens, 1 if not tens else 0) * 10 + _DIGITS.get(ones, 0)
    value = 0
    for char in written:
        value = value * 10 + _DIGITS.get(char, 0)
    return value

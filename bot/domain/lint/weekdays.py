"""Words for the days of the week in the languages that the offices write in, and the right word in the same style."""

from __future__ import annotations

import re
from typing import Final

_LATIN: Final[tuple[tuple[str, ...], ...]] = (
    ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"),
    ("mon", "tue", "wed", "thu", "fri", "sat", "sun"),
    ("mon", "tues", "weds", "thurs", "fri", "sat", "sun"),
    ("mon", "tue", "wed", "thur", "fri", "sat", "sun"),
    ("thứ hai", "thứ ba", "thứ tư", "thứ năm", "thứ sáu", "thứ bảy", "chủ nhật"),
    ("thứ 2", "thứ 3", "thứ 4", "thứ 5", "thứ 6", "thứ 7", "chủ nhật"),
    ("segunda-feira", "terça-feira", "quarta-feira", "quinta-feira", "sexta-feira", "sábado", "domingo"),
    ("segunda", "terça", "quarta", "quinta", "sexta", "sábado", "domingo"),
    ("lunes", "martes", "miércoles", "jueves", "viernes", "sábado", "domingo"),
    ("lunes", "martes", "miyerkules", "huwebes", "biyernes", "sabado", "linggo"),
    ("senin", "selasa", "rabu", "kamis", "jumat", "sabtu", "minggu"),
)
_OPEN_SCRIPTS: Final[tuple[tuple[str, ...], ...]] = (
    ("จันทร์", "อังคาร", "พุธ", "พฤหัสบดี", "ศุกร์", "เสาร์", "อาทิตย์"),
    ("จันทร์", "อังคาร", "พุธ", "พฤหัส", "ศุกร์", "เสาร์", "อาทิตย์"),
    ("सोमबार", "मंगलबार", "बुधबार", "बिहीबार", "शुक्रबार", "शनिबार", "आइतबार"),
    ("सोमबार", "मङ्गलबार", "बुधबार", "बिहिबार", "शुक्रबार", "शनिबार", "आइतबार"),
)
_KANA: Final = ("げつ", "か", "すい", "もく", "きん", "ど", "にち")
_ROWS: Final = ("月火水木金土日", "一二三四五六日", "一二三四五六天", "월화수목금토일", "㈪㈫㈬㈭㈮㈯㈰")


def _any(words: tuple[tuple[str, ...], ...]) -> str:
    each = {word for style in words for word in style}
    return "|".join(re.escape(word) for word in sorted(each, key=len, reverse=True))


WORD: Final = rf"(?<![^\W\d_])(?:{_any(_LATIN)})(?![^\W\d_])|(?:วัน)?(?:{_any(_OPEN_SCRIPTS)})"
"""Weekday words of alphabetic languages; use with IGNORECASE."""

_KANA_LONG: Final = rf"(?:{'|'.join(_KANA)})よう(?:日|び)"
_CHINESE: Final = r"(?:星期|礼拜|禮拜|周|週)[一二三四五六日天]"
LONG: Final = rf"[月火水木金土日](?:曜日?|よう(?:日|び))|{_CHINESE}|[월화수목금토일]요일|{_KANA_LONG}"
"""Weekday words of Japanese, Chinese and Korean that need no brackets."""

SHORT: Final = rf"{LONG}|[月火水木金土日]|[월화수목금토일]"
"""The same and the single characters, which mean a weekday only in brackets."""

_KANA_WORD: Final = re.compile(rf"({'|'.join(_KANA)})(よう(?:日|び))")
_ONE: Final = re.compile(rf"[{''.join(_ROWS)}](?=曜|よう|요일|$)")


def number_of(word: str) -> int | None:
    """Which day a word of these patterns means, Monday is 0; None for any other word."""
    place = _place(word)
    return place[1] if place else None


def right_word(word: str, weekday: int) -> str:
    """The word for ``weekday`` in the language, length and letter case of ``word``."""
    place = _place(word)
    if place is None:
        return word
    style, _, start, end = place
    fresh = style[weekday]
    old = word[start:end]
    cased = fresh.upper() if old.isupper() and len(old) > 1 else _capital_like(old, fresh)
    return word[:start] + cased + word[end:]


def _place(word: str) -> tuple[tuple[str, ...], int, int, int] | None:
    kana = _KANA_WORD.fullmatch(word)
    if kana:
        return _KANA, _KANA.index(kana[1]), 0, len(kana[1])
    start = 3 if word.startswith("วัน") else 0
    core = word[start:].casefold()
    for style in (*_LATIN, *_OPEN_SCRIPTS):
        if core in style:
            return style, style.index(core), start, len(word)
    return _character(word)


def _character(word: str) -> tuple[tuple[str, ...], int, int, int] | None:
    chinese = re.fullmatch(_CHINESE, word)
    at = len(word) - 1 if chinese else 0
    rows = _ROWS[1:3] if chinese else (_ROWS[0], _ROWS[3], _ROWS[4])
    for row in rows:
        if word[at] in row and (chinese or _ONE.match(word)):
            return tuple(row), row.index(word[at]), at, at + 1
    return None


def _capital_like(old: str, fresh: str) -> str:
    """Capitals part by part: ``thứ Ba`` gives ``thứ Tư``, ``Terça-feira`` gives ``Quarta-feira``."""
    olds, parts = re.split(r"([ -])", old), re.split(r"([ -])", fresh)
    shaped = olds if len(olds) == len(parts) else [olds[0]] * len(parts)
    return "".join(_capital(part) if like[:1].isupper() else part for like, part in zip(shaped, parts, strict=True))


def _capital(part: str) -> str:
    return part[:1].upper() + part[1:]

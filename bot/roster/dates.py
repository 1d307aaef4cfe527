"""Dates as policy pages write them, in any of the page languages: 22/7/2020, 2020年(令和2年)7月22日, 22 ก.ค. 2563."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache

from babel import Locale

LOCALES = ("en", "pt", "es", "id", "fil", "th", "ne", "my", "mn", "vi", "fr", "ru")
"""Languages that write the month as a word; the others use numbers with 年月日, 년월일 or slashes."""

ERAS = {"令和": 2018, "平成": 1988, "昭和": 1925}
BUDDHIST = 543
"""Years of the Thai calendar ahead of ours."""

NUMBERED = (
    re.compile(r"(?P<y>\d{4})\s*[年년]\s*(?:\([^)]{1,8}\)\s*)?(?P<m>\d{1,2})\s*[月월]\s*(?P<d>\d{1,2})\s*[日일号]"),
    re.compile(r"(?P<era>令和|平成|昭和)\s*(?P<n>\d{1,2}|元)\s*年\s*(?P<m>\d{1,2})\s*月\s*(?P<d>\d{1,2})\s*日"),
    re.compile(r"(?<!\d)(?P<d>\d{1,2})\s*/\s*(?P<m>\d{1,2})\s*/\s*(?P<y>\d{4})(?!\d)"),
    re.compile(r"(?<!\d)(?P<y>\d{4})\s*[-/.]\s*(?P<m>\d{1,2})\s*[-/.]\s*(?P<d>\d{1,2})(?!\d)"),
    re.compile(r"(?P<d>\d{1,2})\s+tháng\s+(?P<m>\d{1,2})\s+năm\s+(?P<y>\d{4})", re.IGNORECASE),
)


@dataclass(frozen=True, slots=True)
class WrittenDate:
    """A day and the words in which a page gives it."""

    day: date
    words: str


def dates_in(text: str) -> tuple[WrittenDate, ...]:
    """All dates of a text in their order; a date written in two calendars at once counts once."""
    folded = unicodedata.normalize("NFKC", text)
    found = sorted(_numbered(folded) | _worded(folded), key=lambda each: each[0])
    kept: list[tuple[int, int, date]] = []
    for start, end, day in found:
        if not kept or start >= kept[-1][1]:
            kept.append((start, end, day))
    return tuple(WrittenDate(day, folded[start:end]) for start, end, day in kept)


def _numbered(text: str) -> set[tuple[int, int, date]]:
    return {span for shape in NUMBERED for found in shape.finditer(text) for span in _span(found, found["m"])}


def _worded(text: str) -> set[tuple[int, int, date]]:
    months, shapes = _month_names()
    return {
        span
        for shape in shapes
        for found in shape.finditer(text)
        for span in _span(found, str(months[found["m"].casefold()]))
    }


def _span(found: re.Match[str], month: str) -> Iterator[tuple[int, int, date]]:
    try:
        yield found.start(), found.end(), date(_year(found.groupdict()), int(month), int(found["d"]))
    except ValueError:
        return


def _year(parts: Mapping[str, str | None]) -> int:
    if era := parts.get("era"):
        number = parts["n"] or "元"
        return ERAS[era] + (1 if number == "元" else int(number))
    year = int(parts["y"] or 0)
    return year - BUDDHIST if year > 2400 else year


@cache
def _month_names() -> tuple[Mapping[str, int], tuple[re.Pattern[str], ...]]:
    names: dict[str, int] = {}
    for tag in LOCALES:
        for form in ("format", "stand-alone"):
            for month, name in Locale.parse(tag).months[form]["wide"].items():
                if not name[0].isdigit():
                    names.setdefault(unicodedata.normalize("NFKC", name).casefold(), month)
    word = "|".join(re.escape(name) for name in sorted(names, key=len, reverse=True))
    shapes = (
        re.compile(rf"(?P<d>\d{{1,2}})(?:st|nd|rd|th)?\s*(?:de\s+)?(?P<m>{word})\s*,?\s*(?:de\s+|พ\.ศ\.\s*)?(?P<y>\d{{4}})", re.IGNORECASE),
        re.compile(rf"(?P<m>{word})\s+(?P<d>\d{{1,2}})(?:st|nd|rd|th)?\s*,?\s+(?P<y>\d{{4}})", re.IGNORECASE),
    )  # fmt: skip
    return names, shapes

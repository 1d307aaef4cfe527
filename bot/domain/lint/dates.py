"""Dates as notices write them: 12月8日(火), 8日(水), 令和8年12月8日, 12/8, Tuesday, 8 December, thứ Ba ngày 8/12.

A date without a year means the one nearest to the slot, leaning to what is still to come.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from bot.domain.lint.months import ERA, ERAS, MONTH, MONTHS, NUMBER, number
from bot.domain.lint.weekdays import LONG, SHORT, WORD, number_of

MOST_DATES: Final = 200
"""Further ones in one text are not read; no notice has them."""

_READING: Final = r"(?:\((?![^)]*よう[び日])[ぁ-ゖァ-ヺー ]{1,8}\))?"
_FLAGS: Final = re.IGNORECASE
_YEAR: Final = (
    rf"(?:(?P<era>{ERA}|\b[RHS])\s?\.?(?P<eyear>{NUMBER})\s?年{_READING}"
    rf"|(?P<year>(?:19|20)[0-9]{{2}}|二[〇一二三四五六七八九]{{3}})\s?[年년]{_READING}|(?P<next>翌年|来年|明年|昨年|去年|今年|本年)の?)"
)
_ALSO: Final = (
    rf"(?:\s?\((?:(?P<alsoera>{ERA})\s?(?P<alsonumber>{NUMBER})|(?:西暦\s?)?(?P<also>20[0-9]{{2}}))\s?年?\)\s?年?)?"
)
_FORMS: Final = tuple(
    re.compile(form, _FLAGS)
    for form in (
        rf"(?:{_YEAR}{_ALSO}\s?)?(?<![0-9./])(?P<month>{NUMBER})\s?[月월]{_READING}\s?(?P<day>{NUMBER})\s?(?:[日号號]|일){_READING}(?!間)",
        r"(?<![0-9A-Za-z/.-])(?P<year>(?:19|20)[0-9]{2})(?P<sep>[/.-])(?P<month>[0-9]{1,2})(?P=sep)(?P<day>[0-9]{1,2})(?![0-9/-])",
        rf"(?<![0-9A-Za-z])(?P<era>{ERA}|[RHS])\s?\.?(?P<eyear>{NUMBER})(?P<sep>[/.-])(?P<month>[0-9]{{1,2}})(?P=sep)(?P<day>[0-9]{{1,2}})(?![0-9/])",
        r"(?<![0-9A-Za-z/.-])(?P<first>[0-9]{1,2})(?P<sep>[/.-])(?P<second>[0-9]{1,2})(?P=sep)(?P<year>20[0-9]{2})(?![0-9/])",
        r"(?<![0-9A-Za-z/.:-])(?P<first>[0-9]{1,2})(?P<sep>[/.])(?P<second>[0-9]{1,2})(?![0-9/%]|\.[0-9])",
        r"(?<![\w/])(?:ngày\s)?(?P<day>[0-9]{1,2})\stháng\s(?P<month>[0-9]{1,2})(?:\snăm\s(?P<year>[0-9]{4}))?",
        rf"(?<![\w/])(?:ika-)?(?P<day>[0-9]{{1,2}})(?:st|nd|rd|th)?\s(?:of\s|de\s|ng\s)?(?P<name>{MONTH})(?![^\W\d_])\.?(?:,?\s(?:de\s|พ\.ศ\.\s?)?(?P<year>[0-9]{{4}})(?![0-9]))?",
        rf"(?<![^\W\d_])(?P<name>{MONTH})(?![^\W\d_])\.?\s(?:ika-)?(?P<day>[0-9]{{1,2}})(?:st|nd|rd|th)?(?![0-9:/])(?:,?\s(?P<year>[0-9]{{4}})(?![0-9]))?",
        rf"(?<![0-9月월年/.:第A-Za-z])(?P<day>[0-9]{{1,2}})\s?[日号일]{_READING}(?=\s?(?:[(\[]\s?(?:{SHORT})|{LONG}|[㈪-㈰]))",
        rf"(?:^|(?<=[、,・~\s]))(?P<day>[0-9]{{1,2}})(?=\((?:{SHORT})\))",
    )
)
_BARE: Final = _FORMS[4]
_DAY_ONLY: Final = _FORMS[8:]
_MONTH_ALONE: Final = re.compile(rf"(?<![0-9毎か])(?P<month>{NUMBER})月(?!\s?[0-9]{{1,2}}日)", _FLAGS)
_AFTER: Final = (
    re.compile(
        rf"\s{{0,2}}[(\[【<〈《〔]\s?(?P<word>{SHORT}){_READING}(?=\s?[)\]】>〉》〕]|\s?[・,、/.]?\s?(?:祝|休|振|公휴|공휴))",
        _FLAGS,
    ),
    re.compile(rf"\s?(?P<word>[㈪㈫㈬㈭㈮㈯㈰])|[\s,]{{0,2}}(?P<word2>{LONG})(?!\s?[至到~-])", _FLAGS),
    re.compile(rf"\s{{0,2}}[(\[]\s?(?P<word>{WORD})\.?(?=\s?[)\],/・])", _FLAGS),
    re.compile(rf",?\s(?P<word>{WORD})\b\.?(?!\.?,?\s?(?:the\s)?(?:[0-9]|{MONTH}|to\b|through\b|and\b|[-~&]))", _FLAGS),
)
_BEFORE: Final = (
    re.compile(rf"(?<!毎週)(?<![~・、-])(?P<word>{LONG})\s?\($", _FLAGS),
    re.compile(
        rf"(?<!every\s)(?<!to\s)(?<![-~])(?P<word>{WORD})\.?,?\s?(?:\(|the\s|on\s|ngày\s|ที่\s?|tanggal\s|ika-|el\s|día\s|dia\s|de\s){{0,2}}$",
        _FLAGS,
    ),
)
_CLOCK: Final = r"(?:[0-9]{1,2}(?::[0-9]{2}|時(?:[0-9]{1,2}分|半)?)|午[前後]|正午)"
_RANGE: Final = re.compile(
    rf"^[)\]】〉》〕,\s]*(?:{_CLOCK}|\s)*(?:から|より|~|-|→|to|until|through|đến|至|到|부터|até|a|sampai|hasta|al|ถึง|hanggang)[\s,の]*(?:翌年?|the\s|ngày\s|el\s)?$",
    _FLAGS,
)
_DAY_FIRST: Final = re.compile(
    r"ngày|tháng|thứ|\b(?:de|para|dia|día|pukul|tanggal|senin|selasa|rabu|kamis|jumat|sabtu|minggu|lunes|martes|miércoles|jueves|viernes|segunda|terça|quarta|quinta|sexta)\b|วัน|-feira",
    _FLAGS,
)
_ASIAN: Final = re.compile("[\u3040-\u30ff\u4e00-\u9fff\uac00-\ud7af]")
_DATE_FOLLOWS: Final = re.compile(
    rf"\s?(?:[(\[](?:{SHORT}|{WORD})|[㈪-㈰]|から|より|まで|以降|付|締|必着|開催|実施|~|[0-9]{{1,2}}:[0-9]{{2}})",
    _FLAGS,
)


@dataclass(frozen=True, slots=True)
class Word:
    """A weekday word beside a date; ``day`` counts from Monday, 0."""

    start: int
    end: int
    day: int


@dataclass(frozen=True, slots=True)
class Mention:
    """A date in the text. ``readings`` are the days it may mean, the likeliest first; none: there is no such day.

    ``year`` is only what the text itself says; ``linked`` tells that it ends a span which the date before it begins.
    """

    start: int
    end: int
    year: int | None
    readings: tuple[date, ...]
    word: Word | None = None
    linked: bool = False

    @property
    def day(self) -> date | None:
        return self.readings[0] if self.readings else None

    @property
    def reach(self) -> int:
        """Where the date ends together with its weekday."""
        return max(self.end, self.word.end if self.word else 0)


def read_dates(even: str, today: date) -> tuple[Mention, ...]:
    """All dates of an evened-out text in order; ``today`` is the calendar day of the slot."""
    if not any(char.isdigit() or char in "月월" for char in even):
        return ()
    found: list[Mention] = []
    months = [(each.start(), number(each["month"])) for each in _MONTH_ALONE.finditer(even)]
    for match in _places(even):
        mention = _read(match, even, today, found[-1] if found else None, months)
        if mention:
            found.append(mention)
    return tuple(found)


def _places(even: str) -> list[re.Match[str]]:
    """Matches of all forms, earlier forms first where two overlap, in the order of the text."""
    taken: list[re.Match[str]] = []
    used = bytearray(len(even) + 1)
    for form in _FORMS:
        for match in form.finditer(even):
            if any(used[match.start() : match.end()]) or (form is _BARE and not _is_date(match, even)):
                continue
            used[match.start() : match.end()] = b"\x01" * (match.end() - match.start())
            taken.append(match)
            if len(taken) >= MOST_DATES:
                return sorted(taken, key=re.Match.start)
    return sorted(taken, key=re.Match.start)


def _is_date(match: re.Match[str], even: str) -> bool:
    """12/8 is a date beside a weekday, a time or から; 1/2 alone is a half, and 12.8 needs its weekday."""
    if match["sep"] == ".":
        return _word(match, even) is not None
    return _DATE_FOLLOWS.match(even, match.end()) is not None or _word(match, even) is not None


def _read(
    match: re.Match[str], even: str, today: date, before: Mention | None, months: list[tuple[int, int]]
) -> Mention | None:
    parts = match.groupdict()
    between = even[before.reach : match.start()] if before else ""
    linked = before is not None and len(between) <= 24 and _RANGE.match(between) is not None
    word = _word(match, even)
    if match.re in _DAY_ONLY:
        readings = tuple(dict.fromkeys(_days_of_month(int(parts["day"]), match.start(), before, months, today)))
        return Mention(match.start(), match.end(), None, readings, word, linked) if readings and word else None
    named = sorted(_years(parts, today), key=lambda each: abs(each - today.year))
    years: list[int | None] = [*named] or [None]
    pairs = list(_month_and_day(parts, even))
    if not pairs:
        return None
    days = [day for y in years for day in _days(y, *pairs[0], today, linked, before)]
    swapped = [day for pair in pairs[1:] for y in years for day in _days(y, *pair, today, linked, before)]
    days += [day for day in swapped if timedelta(-14) <= day - today <= timedelta(200)]
    return Mention(match.start(), match.end(), years[0], tuple(dict.fromkeys(days)), word, linked)


def _years(parts: dict[str, str | None], today: date) -> Iterator[int]:
    """The year as written, and where it is written twice both, for they may disagree."""
    year = _year(parts, today)
    if year is not None:
        yield year
    if parts.get("also"):
        yield int(str(parts["also"]))
    elif parts.get("alsoera"):
        yield ERAS[str(parts["alsoera"]).casefold()] + number(str(parts["alsonumber"]))


def _year(parts: dict[str, str | None], today: date) -> int | None:
    if parts.get("era"):
        return ERAS[str(parts["era"]).casefold()] + number(str(parts["eyear"]))
    if parts.get("next"):
        return today.year + {"翌年": 1, "来年": 1, "明年": 1, "昨年": -1, "去年": -1}.get(str(parts["next"]), 0)
    written = parts.get("year")
    if not written:
        return None
    year = int(written) if written.isdigit() else int("".join(str(number(char)) for char in written))
    return year - 543 if year > 2400 else year  # Buddhist years of Thai texts


def _month_and_day(parts: dict[str, str | None], even: str) -> Iterator[tuple[int, int]]:
    """Month and day; two of them where 8/12 may be read both ways."""
    if parts.get("name"):
        yield MONTHS[str(parts["name"]).casefold()], int(str(parts["day"]))
    elif parts.get("month"):
        month, day = number(str(parts["month"])), number(str(parts["day"]))
        if 1 <= month <= 12 and 1 <= day <= 31:
            yield month, day
    else:
        first, second = int(str(parts["first"])), int(str(parts["second"]))
        both = [(first, second), (second, first)]
        asian = _ASIAN.search(even) is not None
        if not asian and _DAY_FIRST.search(even):
            both.reverse()
        for month, day in both[: 1 if asian and not parts.get("year") else 2]:
            if 1 <= month <= 12 and 1 <= day <= 31:
                yield month, day


def _days(year: int | None, month: int, day: int, today: date, linked: bool, before: Mention | None) -> Iterator[date]:
    if year is not None:
        yield from _valid(year, month, day)
        return
    if linked and before and before.day:  # the end of a span comes after its beginning
        near = [each for y in (before.day.year, before.day.year + 1) for each in _valid(y, month, day)]
        yield from [each for each in near if each >= before.day][:1]
        return
    if before and before.year and before.day and today < before.day:  # a year was named: it goes on
        yield from _nearest(month, day, before.day)
    yield from _nearest(month, day, today)


def _nearest(month: int, day: int, anchor: date) -> Iterator[date]:
    """The year in which the day is near, leaning to the future; a second one where both are far."""
    near = [each for year in range(anchor.year - 1, anchor.year + 3) for each in _valid(year, month, day)]
    likely = [each for each in near if timedelta(-120) <= each - anchor <= timedelta(245)][:1] or near[:1]
    yield from likely
    yield from (each for each in near if each not in likely and abs((each - anchor).days) <= 200)


def _days_of_month(
    day: int, place: int, before: Mention | None, months: list[tuple[int, int]], today: date
) -> Iterator[date]:
    """8日(水): the month named before it, else the slot's month or, for a day gone by, the next one."""
    named = [month for at, month in months if at < place and (not before or at > before.start)]
    if named and 1 <= named[-1] <= 12:
        yield from _days(None, named[-1], day, today, False, None)
        return
    start = before.day if before and before.day else today
    following = (start.replace(day=28) + timedelta(7)).replace(day=1)
    here = _valid(start.year, start.month, day)
    if here and here[0] >= start:
        yield here[0]
        return
    later = _valid(following.year, following.month, day)
    yield from [*later, *here] if before else [*here, *later]


def _valid(year: int, month: int, day: int) -> list[date]:
    try:
        return [date(year, month, day)]
    except ValueError:
        return []


def _word(match: re.Match[str], even: str) -> Word | None:
    """The weekday beside a date: behind it in brackets, else before it, else behind it without brackets."""
    for form in _AFTER[:3]:
        found = form.match(even, match.end())
        if found:
            return _as_word(found)
    near = max(0, match.start() - 24)
    for form in _BEFORE:
        found = form.search(even[near : match.start()])
        if found and (form is _BEFORE[1] or even.startswith(")", match.end())):
            return _as_word(found, near)
    found = _AFTER[3].match(even, match.end())
    return _as_word(found) if found else None


def _as_word(found: re.Match[str], shift: int = 0) -> Word | None:
    name = "word" if found["word"] else "word2"
    day = number_of(found[name])
    start, end = found.span(name)
    return None if day is None else Word(start + shift, end + shift, day)

"""era-mismatch: 令和8年 beside 2026年, also Buddhist years beside Western ones, and eras that ended."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from bot.domain.lint.folding import like
from bot.domain.lint.model import Finding, Notice, Severity
from bot.domain.lint.months import ERA, ERAS, LAST_YEAR, NUMBER, number

_ERA: Final = rf"(?P<era>{ERA}|(?<![A-Za-z0-9])[RHS])\.?\s?(?P<number>{NUMBER})"
_WEST: Final = r"(?:西暦|ce\s|ค\.ศ\.\s?)?(?<![0-9])(?P<west>(?:1[89]|20)[0-9]{2}|二[〇一二三四五六七八九]{3})(?![0-9])"
_YEAR: Final = r"\s?(?:[年년](?:\(ねん\))?)?"
_DAY: Final = r"(?:\s?[0-9]{1,2}[月월]\s?(?:[0-9]{1,2}[日일])?|[./-][0-9]{1,2}(?:[./-][0-9]{1,2})?)?"
_FISCAL: Final = r"(?:度)?"
_OPEN, _CLOSE = r"\s?[(\[〔【/=・]\s?", r"\s?[)\]〕】]?"
_FORMS: Final = tuple(
    re.compile(form, re.IGNORECASE)
    for form in (
        rf"{_ERA}{_YEAR}(?P<fiscal>{_FISCAL}){_DAY}{_OPEN}{_WEST}{_YEAR}(?P<fiscal2>{_FISCAL})(?P<month>\s?[0-9]{{1,2}}月)?",
        rf"{_WEST}{_YEAR}(?P<fiscal>{_FISCAL}){_DAY}{_OPEN}{_ERA}{_YEAR}(?P<fiscal2>{_FISCAL})(?P<month>\s?[0-9]{{1,2}}月)?",
    )
)
_ALONE: Final = re.compile(r"(?P<era>平成|昭和|㍻|㍼)\s?(?P<number>[0-9]{1,2})\s?年", re.IGNORECASE)
_BORDER: Final = re.compile(
    r"(?P<late>平成31)\s?年\s?(?:[5-9]|1[0-2])月|(?P<early>令和(?:元|1))\s?年\s?[1-4]月|(?P<old>昭和64)\s?年\s?(?:[2-9]|1[0-2])月"
)
"""平成 ended with April 2019 and 昭和 on 7 January 1989 (Cabinet orders)."""
_BUDDHIST: Final = re.compile(
    r"(?P<be>25[0-9]{2})\s?\((?:ค\.ศ\.\s?|ce\s?)?(?P<west>20[0-9]{2})\)|(?P<west2>20[0-9]{2})\s?\((?:พ\.ศ\.\s?|be\s?)?(?P<be2>25[0-9]{2})\)",
    re.IGNORECASE,
)


def era_mismatch(notice: Notice) -> Iterator[Finding]:
    """One finding at the year that is the less likely of the two, seen from the slot."""
    seen: list[tuple[int, int]] = []
    for form in _FORMS:
        for match in form.finditer(notice.even):
            if any(start < match.end() and match.start() < end for start, end in seen):
                continue
            seen.append(match.span())
            yield from _pair(notice, match)
    for match in _ALONE.finditer(notice.even):
        ended = _ended(match)
        if ended and not any(start <= match.start() < end for start, end in seen):
            yield _finding(notice, match.start(), match.end("number"), ended, "era-ended")
    for match in _BORDER.finditer(notice.even):
        right = "令和元" if match["late"] else "平成31" if match["early"] else "平成元"
        yield _finding(notice, *match.span(match.lastgroup or 0), right, "era-mismatch")
    yield from _buddhist(notice)


def _pair(notice: Notice, match: re.Match[str]) -> Iterator[Finding]:
    base = ERAS[match["era"].casefold()]
    era_year, west = base + number(match["number"]), _west(match["west"])
    if match["fiscal"] and not match["fiscal2"] and match["month"]:
        return  # 令和7年度(2026年3月まで): a month of a fiscal year
    ended = _ended(match)
    if ended and era_year == west:
        yield _finding(notice, match.start("era"), match.end("number"), ended, "era-ended")
    elif era_year != west and abs(era_year - notice.day.year) < abs(west - notice.day.year):
        right = like(notice.text[match.start("west") : match.end("west")], str(era_year))
        yield _finding(notice, *match.span("west"), right, "era-mismatch")
    elif era_year != west:
        yield _finding(notice, match.start("era"), match.end("number"), _in_era(notice, match, west), "era-mismatch")


def _west(written: str) -> int:
    return int(written) if written.isdigit() else int("".join(str(number(char)) for char in written))


def _in_era(notice: Notice, match: re.Match[str], west: int) -> str:
    """The western year in the same era, or in 令和 where it lies after the era."""
    base, name = ERAS[match["era"].casefold()], match["era"]
    if not 1 <= west - base <= LAST_YEAR.get(base, 99):
        base, name = (2018, "令和") if west > 2018 else (1988, "平成") if west > 1988 else (1925, "昭和")
    year = west - base
    written = notice.text[match.start("number") : match.end("number")]
    between = notice.text[match.end("era") : match.start("number")]
    kept = notice.text[match.start("era") : match.end("era")] if name == match["era"] else name
    return kept + between + ("元" if year == 1 and name in ("令和", "平成") else like(written, str(year)))


def _ended(match: re.Match[str]) -> str:
    """平成38年: what the year is called today, empty if the era still ran."""
    base = ERAS[match["era"].casefold()]
    year = base + number(match["number"])
    return f"令和{year - 2018}" if year > base + LAST_YEAR.get(base, 99) and year > 2019 else ""


def _buddhist(notice: Notice) -> Iterator[Finding]:
    for match in _BUDDHIST.finditer(notice.even):
        name = "be" if match["be"] else "be2"
        west = int(match["west"] or match["west2"])
        if int(match[name]) - 543 != west:
            yield _finding(notice, *match.span(name), str(west + 543), "era-mismatch")


def _finding(notice: Notice, start: int, end: int, right: str, reason: str) -> Finding:
    facts = {"written": notice.text[start:end], "right": right}
    return Finding("era-mismatch", Severity.ERROR, start, end, reason, facts, right)

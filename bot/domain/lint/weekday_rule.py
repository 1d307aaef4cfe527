"""weekday-mismatch and no-such-date: does the weekday beside a date belong to it?"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Final

from bot.domain.lint.dates import Mention
from bot.domain.lint.model import Finding, Notice, Severity
from bot.domain.lint.weekdays import SHORT, WORD, number_of, right_word

_SEVERAL: Final = re.compile(r"\s?[(\[]([月火水木金土日](?:[・,、/][月火水木金土日])+)[)\]]")
_DAYS: Final = {"本日": 0, "今日": 0, "明日": 1, "明後日": 2, "昨日": -1, "today": 0, "tomorrow": 1}
_RELATIVE: Final = re.compile(rf"(?P<when>{'|'.join(_DAYS)})\s?\((?P<word>{SHORT}|{WORD})\)", re.IGNORECASE)
_JOINED: Final = re.compile(r"\s?(?:[・,、/]|と|及び|および)\s?")
_NEXT: Final = re.compile(r"(?:\s?[・,、/]\s?([0-9]{1,2})日)")


def weekday_mismatch(notice: Notice) -> Iterator[Finding]:
    """One finding at each wrong weekday word; the fix keeps its language and length."""
    for mention in notice.dates:
        if not mention.readings:
            written = notice.text[mention.start : mention.end]
            yield Finding(
                "no-such-date", Severity.WARNING, mention.start, mention.end, "no-such-date", {"date": written}
            )
        elif mention.word and all(day.weekday() != mention.word.day for day in mention.readings):
            yield _wrong(notice, mention.word.start, mention.word.end, mention.readings[0])
    yield from _in_one_bracket(notice)
    yield from _relative(notice)


def _relative(notice: Notice) -> Iterator[Finding]:
    """本日(火) and 明日(水), counted from the slot."""
    for match in _RELATIVE.finditer(notice.even) if notice.at else ():
        day = notice.day + timedelta(_DAYS[match["when"].casefold()])
        if number_of(match["word"]) != day.weekday():
            yield _wrong(notice, *match.span("word"), day)


def _in_one_bracket(notice: Notice) -> Iterator[Finding]:
    """12月12日・13日(土・日): as many weekdays as dates stand before the bracket."""
    for number, mention in enumerate(notice.dates):
        days, end = _row(notice, number, mention)
        found = _SEVERAL.match(notice.even, end) if days else None
        if not found:
            continue
        words = [(place, char) for place, char in enumerate(found[1], found.start(1)) if number_of(char) is not None]
        if len(words) != len(days):
            continue
        for (place, char), day in zip(words, days, strict=True):
            if number_of(char) != day.weekday():
                yield _wrong(notice, place, place + 1, day)


def _row(notice: Notice, number: int, mention: Mention) -> tuple[list[date], int]:
    """The dates that end here, joined by ・, and where they end; only the first of such a row gives them."""
    if not mention.day or (number and _JOINED.fullmatch(notice.even, notice.dates[number - 1].reach, mention.start)):
        return [], 0
    days, end = [mention.day], mention.reach
    for after in notice.dates[number + 1 :]:
        if not after.day or not _JOINED.fullmatch(notice.even, end, after.start):
            break
        days.append(after.day)
        end = after.reach
    while (more := _NEXT.match(notice.even, end)) and int(more[1]) <= 31 and days[-1].day < int(more[1]):
        try:
            days.append(days[-1].replace(day=int(more[1])))
        except ValueError:
            break
        end = more.end()
    return days, end


def _wrong(notice: Notice, start: int, end: int, day: date) -> Finding:
    written = notice.even[start:end]
    right = right_word(written, day.weekday())
    facts = {
        "date": f"{day.year}年{day.month}月{day.day}日",
        "iso": day.isoformat(),
        "written": written,
        "right": right,
    }
    return Finding("weekday-mismatch", Severity.ERROR, start, end, "weekday-mismatch", facts, right)

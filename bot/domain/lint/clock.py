"""Times of day as notices write them: 9時, 午後5時半, 17:30, 9 a.m. to 5 p.m., and spans of them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import time
from typing import Final

from bot.domain.lint.folding import even, like

_TIME: Final = (
    r"(?:(?P<half>午前|午後|\bam|\bpm)\s?)?(?<![0-9/])(?<![0-9]:)(?P<hour>[0-2]?[0-9])"
    r"(?:(?P<colon>:)(?P<minute>[0-5][0-9])(?![0-9:])|\s?[時点시](?!間|点)\s?(?:(?P<jiminute>[0-5]?[0-9])\s?[分분]|(?P<han>半|반))?|(?=\s?[ap]\.?m\b))"
    r"\s?(?P<after>a\.?m\b\.?|p\.?m\b\.?)?"
)
_TIMES: Final = re.compile(_TIME, re.IGNORECASE)
_JOIN: Final = re.compile(r"\s?(?:~|-|から|より|to|until|至|到|부터|đến)\s?", re.IGNORECASE)
_ENDS: Final = re.compile(r"\s?(?:まで|に閉|で終|で閉|終了|に終|閉)")
_BEGINS: Final = re.compile(r"\s?(?:から|より|~|-|以降|に開|開始|に始)")


@dataclass(frozen=True, slots=True)
class Clock:
    """One time in the text: ``opens``/``closes`` when it begins or ends a span there."""

    start: int
    end: int
    at: time
    opens: bool
    closes: bool


def read_clocks(even: str, start: int, end: int) -> list[Clock]:
    """All times of ``[start, end)`` in order; a counter that closes at 4 closes in the afternoon."""
    found = [(each, _time(each)) for each in _TIMES.finditer(even, start, end)]
    known = [(each, at) for each, at in found if at is not None]
    clocks: list[Clock] = []
    for number, (match, at) in enumerate(known):
        after = known[number + 1][0].start() if number + 1 < len(known) else -1
        opens = after >= 0 and _JOIN.fullmatch(even, match.end(), after) is not None
        closes = bool(clocks and clocks[-1].opens) or _ENDS.match(even, match.end()) is not None
        opens = opens or (not closes and _BEGINS.match(even, match.end()) is not None)
        clocks.append(Clock(match.start(), match.end(), _afternoon(match, at, clocks if closes else []), opens, closes))
    return clocks


def write_like(written: str, at: time) -> str:
    """A time in the style of ``written``: 午後4時, １６時３０分, 16:00, 4 p.m."""
    match = _TIMES.fullmatch(even(written))
    if match is None:
        return f"{at:%H:%M}"
    twelve = bool(match["half"] or match["after"])
    hour = (at.hour - 1) % 12 + 1 if twelve else at.hour
    if match["colon"]:
        core = f"{hour}:{at.minute:02}"
    elif match["after"]:
        core = f"{hour}:{at.minute:02}" if at.minute else f"{hour}"
    else:
        mark = "점" if "점" in written else "시" if "시" in written else "点" if "点" in written else "時"
        core = f"{hour}{mark}" + (f"{at.minute}分" if at.minute else "")
    return _half(match, at) + like(written, core) + _meridiem(match, at)


def _half(match: re.Match[str], at: time) -> str:
    if not match["half"]:
        return ""
    late = at.hour >= 12
    if match["half"][0] == "午":
        return "午後" if late else "午前"
    return ("PM " if late else "AM ") if match["half"].isupper() else ("pm " if late else "am ")


def _meridiem(match: re.Match[str], at: time) -> str:
    written = match["after"]
    if not written:
        return ""
    letter = "p" if at.hour >= 12 else "a"
    space = " " if match[0][: -len(written)].endswith(" ") else ""
    return space + (letter.upper() if written[0].isupper() else letter) + written[1:]


def _time(match: re.Match[str]) -> time | None:
    hour = int(match["hour"])
    minute = int(match["minute"] or match["jiminute"] or (30 if match["han"] else 0))
    mark = (match["half"] or match["after"] or "").casefold()
    if mark.startswith(("午後", "p")) and hour < 12:
        hour += 12
    if mark.startswith(("a",)) and hour == 12:
        hour = 0
    return time(hour, minute) if hour < 24 and minute < 60 else None


def _afternoon(match: re.Match[str], at: time, before: list[Clock]) -> time:
    """9時から4時: an end before its beginning is meant for the afternoon."""
    marked = match["half"] or match["after"]
    if not marked and at.hour < 12 and before and before[-1].opens and at < before[-1].at:
        return at.replace(hour=at.hour + 12)
    return at

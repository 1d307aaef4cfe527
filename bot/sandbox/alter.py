"""Altered copies and imitating handles: what a forger would make of a post and of a name."""

from __future__ import annotations

import re
from collections.abc import Callable
from random import Random

HANDLE_LENGTH = 15
_DIGITS = str.maketrans("０１２３４５６７８９", "0123456789")
Change = Callable[["re.Match[str]", Random], str]


def _shift(text: str, low: int, high: int, rng: Random) -> str:
    """Another number between the bounds, written like the first."""
    old = int(text.translate(_DIGITS))
    new = rng.choice([number for number in range(low, high + 1) if number != old])
    return str(new) if text.translate(_DIGITS) == text else str(new).translate(_FULL)


_FULL = str.maketrans("0123456789", "０１２３４５６７８９")


def _day(hit: re.Match[str], rng: Random) -> str:
    return f"{hit[1]}月{_shift(hit[2], 1, 28, rng)}日"


def _hour(hit: re.Match[str], rng: Random) -> str:
    return f"{_shift(hit[1], 8, 19, rng)}時"


def _clock(hit: re.Match[str], rng: Random) -> str:
    return f"{_shift(hit[1], 8, 19, rng)}{hit[2]}{hit[3]}"


def _english_day(hit: re.Match[str], rng: Random) -> str:
    return f"{hit[1]} {_shift(hit[2], 1, 28, rng)}"


def _number(hit: re.Match[str], rng: Random) -> str:
    return _shift(hit[0], 1, 59, rng)


_MONTHS = "January|February|March|April|May|June|July|August|September|October|November|December"
_CHANGES: tuple[tuple[re.Pattern[str], Change], ...] = (
    (re.compile(r"(\d{1,2})月(\d{1,2})日"), _day),
    (re.compile(rf"({_MONTHS}) (\d{{1,2}})"), _english_day),
    (re.compile(r"(?<!\d)(\d{1,2})([:：])(\d{2})(?!\d)"), _clock),
    (re.compile(r"(?<!\d)(\d{1,2})時"), _hour),
    (re.compile(r"(?<![\dA-Za-z_./:-])\d{1,2}(?![\dA-Za-z_./:-])"), _number),
)


def altered_copy(text: str, rng: Random) -> str:
    """The text with one date, hour or number changed; empty when there is none to change."""
    for pattern, change in _CHANGES:
        hits = list(pattern.finditer(text))
        if hits:
            hit = rng.choice(hits)
            return text[: hit.start()] + change(hit, rng) + text[hit.end() :]
    return ""


def imitating_handle(handle: str, rng: Random) -> str:
    """A handle that looks like this one and is not; at most 15 characters, as X allows."""
    swaps = [(old, new) for old, new in (("O", "0"), ("I", "l"), ("A", "4"), ("o", "0"), ("i", "1")) if old in handle]
    forms = [handle.replace(old, new, 1) for old, new in swaps]
    forms += [form for form in (f"{handle}_", f"{handle}1", f"{handle}_JP") if len(form) <= HANDLE_LENGTH]
    return rng.choice(forms or [handle[: HANDLE_LENGTH - 1] + "_"])[:HANDLE_LENGTH]

"""Reads one table of the roster key by key; every wrong type, value or unknown key becomes a sentence."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Mapping
from datetime import date, datetime, time
from enum import StrEnum
from itertools import pairwise
from typing import Any, TypeVar

from bot.domain.accounts import Duty, Names, Span
from bot.roster.layout import Path
from bot.roster.problems import Sink

E = TypeVar("E", bound=StrEnum)
T = TypeVar("T")

SPAN = re.compile(r"(\d{1,2}):(\d{2})\s*-\s*(\d{1,2}):(\d{2})")
TAG = re.compile(r"[a-z]{2,3}(-[A-Z][a-z]{3})?(-[A-Z]{2}|-[0-9]{3})?(-x-[a-z0-9]{1,8})?")
"""A BCP 47 tag as far as a list of languages needs it: zh-Hans, pt-BR, ja-x-easy."""

LONGEST = 2_000
"""Characters in one text value; more is a mistake or an attack."""


class Table:
    """One table of the file, or a table inside it. Every key must be asked for; ``done`` complains about the rest."""

    def __init__(self, data: Mapping[str, Any], path: Path, label: str, sink: Sink, prefix: str = "") -> None:
        self.data, self.path, self.label, self.sink, self.prefix = data, path, label, sink, prefix
        self.asked: set[str] = set()

    def wrong(self, key: str, message: str) -> None:
        path = (*self.path, key) if key else self.path
        self.sink.add(path, self.label, self.prefix + (key if key.isprintable() else _shown(key)), message)

    def done(self) -> None:
        for key in self.data:
            if key not in self.asked:
                near = difflib.get_close_matches(key, self.asked, 1)
                hint = f"; did you mean {near[0]}?" if near else f"; known here: {', '.join(sorted(self.asked))}"
                self.wrong(key, f"unknown key{hint}")

    def raw(self, key: str) -> Any:
        self.asked.add(key)
        return self.data.get(key)

    def need(self, key: str) -> None:
        if key not in self.data:
            self.wrong(key, "is missing")

    def text(self, key: str, *, need: bool = False, shape: re.Pattern[str] | None = None, write: str = "") -> str:
        """A one-line text; ``shape`` is what it must match and ``write`` says that in words."""
        value = self.raw(key)
        if value is None:
            if need:
                self.need(key)
            return ""
        return self._checked(key, value, shape, write)

    def _checked(self, key: str, value: Any, shape: re.Pattern[str] | None, write: str) -> str:
        if not isinstance(value, str):
            self.wrong(key, f'must be text in quotes, not {_kind(value)}; write {key} = "…"')
            return ""
        if len(value) > LONGEST or any(_is_control(char) for char in value):
            self.wrong(key, f"must be one line of at most {LONGEST} characters without control characters")
            return ""
        if shape and not shape.fullmatch(value):
            self.wrong(key, f"{_shown(value)} does not fit; {write}")
        return value

    def whole(self, key: str, default: int, low: int, high: int) -> int:
        value = self.raw(key)
        if value is None:
            return default
        if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
            self.wrong(key, f"{_shown(value)} must be a whole number from {low} to {high}")
            return default
        return value

    def flag(self, key: str) -> bool:
        value = self.raw(key)
        if value is not None and not isinstance(value, bool):
            self.wrong(key, f"must be true or false, not {_kind(value)}")
        return value is True

    def day(self, key: str, *, need: bool = False) -> date | None:
        value = self.raw(key)
        if value is None:
            if need:
                self.need(key)
            return None
        if not isinstance(value, date) or isinstance(value, datetime):
            self.wrong(key, f"must be a date without quotes, not {_kind(value)}; write {key} = 2027-03-31")
            return None
        return value

    def choice(self, key: str, kind: type[E], default: E | None = None) -> E | None:
        value = self.raw(key)
        if value is None:
            if default is None:
                self.need(key)
            return default
        if value in [each.value for each in kind]:
            return kind(value)
        self.wrong(key, f"{_shown(value)} is none of {', '.join(each.value for each in kind)}")
        return default

    def texts(self, key: str) -> tuple[str, ...]:
        value = self.raw(key)
        if value is None:
            return ()
        if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
            self.wrong(key, f'must be a list of texts; write {key} = ["…", "…"]')
            return ()
        return tuple(self._checked(key, each, None, "") for each in value)

    def names(self, key: str, need: tuple[str, ...] = ()) -> Names:
        """Texts by language tag."""
        table = self.table(key)
        for tag in table.data:
            if not TAG.fullmatch(tag):
                table.asked.add(tag)
                table.wrong(tag, "is no BCP 47 language tag; write for example zh-Hans or pt-BR")
        for tag in need:
            table.need(tag)
        named = {tag: table.text(tag) for tag in table.data if TAG.fullmatch(tag)}
        for tag in [tag for tag, name in named.items() if not name.strip()]:
            table.wrong(tag, "is empty; leave the line out instead")
        return Names.of(named)

    def table(self, key: str) -> Table:
        """A table inside this one; an empty one if it is absent or something else."""
        value = self.raw(key)
        if value is not None and not isinstance(value, dict):
            self.wrong(key, f"must be a table, not {_kind(value)}; write {key}.… = …")
            value = None
        return Table(value or {}, (*self.path, key), self.label, self.sink, f"{self.prefix}{key}.")

    def rows(self, key: str, read: Callable[[Table], T | None]) -> tuple[T, ...]:
        """A list of tables, each read by ``read``; those that could not be read are left out, with their sentence."""
        value = self.raw(key)
        if value is None:
            return ()
        if not isinstance(value, list) or not all(isinstance(each, dict) for each in value):
            self.wrong(key, f"must be a list of tables; write {key} = [{{ … }}]")
            return ()
        tables = [
            Table(each, (*self.path, key, i), self.label, self.sink, f"{self.prefix}{key}[{i}].")
            for i, each in enumerate(value)
        ]
        return tuple(row for row in map(read, tables) if row is not None)

    def duty(self, key: str) -> Duty | None:
        return read_duty(self.table(key)) if self.raw(key) is not None else None

    def spans(self, key: str) -> tuple[Span, ...]:
        """Opening spans of one day, in order and without overlap."""
        spans = [self._span(key, written) for written in self.texts(key)]
        read = tuple(span for span in spans if span)
        if any(later.opens < earlier.closes for earlier, later in pairwise(read)):
            self.wrong(key, "the spans overlap or are not in order")
        return read

    def _span(self, key: str, written: str) -> Span | None:
        found = SPAN.fullmatch(written.strip())
        try:
            hours = [int(part) for part in found.groups()] if found else []
            span = Span(time(hours[0], hours[1]), time(hours[2], hours[3]))
        except (IndexError, ValueError):
            self.wrong(key, f'{_shown(written)} is no span of a day; write "09:00-16:00"')
            return None
        if span.opens >= span.closes:
            self.wrong(key, f"{_shown(written)} closes before it opens")
            return None
        return span


def read_duty(table: Table) -> Duty | None:
    """A staff id with its last day."""
    duty = Duty(table.text("staff", need=True), table.day("until"))
    table.done()
    return duty if duty.staff else None


def _is_control(char: str) -> bool:
    return (
        ord(char) < 0x20
        or 0x7F <= ord(char) < 0xA0
        or char in "\u2028\u2029\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
    )


def _kind(value: Any) -> str:
    kinds = {
        bool: "true or false",
        int: "a number",
        float: "a number",
        str: "a text",
        list: "a list",
        dict: "a table",
    }
    return kinds.get(type(value), "a date or time")


def _shown(value: Any) -> str:
    text = f'"{value}"' if isinstance(value, str) and value.isprintable() else ascii(value)
    return text if len(text) <= 60 else text[:59] + "…"

"""Where each key of a TOML text stands, so that a message can name its line and an edit can touch only its value.

``tomllib`` gives values without places, and no round-trip library kept every byte in our trials (docs/roster.md).
This scanner therefore reads **valid** TOML (``tomllib`` has accepted it before) and only records offsets.
"""

from __future__ import annotations

import tomllib
from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass

Path = tuple[str | int, ...]
"""``("office", 3, "hours", "weekdays")``: keys as written, array tables by their number from 0."""


@dataclass(frozen=True, slots=True)
class KeyPlace:
    """One ``key = value``: offsets into the text, ``end`` after the value, ``line`` from 1."""

    start: int
    value: int
    end: int
    line: int


@dataclass(frozen=True, slots=True)
class Block:
    """One ``[[table]]`` header with everything up to the next header."""

    path: Path
    start: int
    end: int
    line: int


@dataclass(frozen=True, slots=True)
class Layout:
    """All keys and headers of one text."""

    keys: Mapping[Path, KeyPlace]
    blocks: tuple[Block, ...]

    def line_of(self, path: Path) -> int:
        """The line of a key, or of the nearest thing around it; 1 if nothing is."""
        for length in range(len(path), 0, -1):
            part = path[:length]
            if part in self.keys:
                return self.keys[part].line
            below = [k.line for p, k in self.keys.items() if p[:length] == part]
            headers = [b.line for b in self.blocks if b.path == part]
            if headers or below:
                return min(headers or below)
        return 1

    def block(self, path: Path) -> Block | None:
        return next((each for each in self.blocks if each.path == path), None)

    def keys_in(self, block: Block) -> tuple[tuple[Path, KeyPlace], ...]:
        """Keys between a header and the next one, in the order of the text."""
        return tuple((p, k) for p, k in self.keys.items() if block.start <= k.start < block.end)


def scan(text: str) -> Layout:
    """Read the places of a valid TOML text."""
    return _Scanner(text).run()


class _Scanner:
    def __init__(self, text: str) -> None:
        self.text, self.at = text, 0
        self.breaks = [i for i, char in enumerate(text) if char == "\n"]
        self.table: Path = ()
        self.counts: dict[Path, int] = {}
        self.keys: dict[Path, KeyPlace] = {}
        self.headers: list[tuple[Path, int]] = []

    def run(self) -> Layout:
        while self._skip_blank():
            if self.text[self.at] == "[":
                self._header()
            else:
                self._pair()
        ends = [*(start for _, start in self.headers), len(self.text)][1:]
        blocks = tuple(
            Block(path, start, end, self._line(start)) for (path, start), end in zip(self.headers, ends, strict=True)
        )
        return Layout(self.keys, blocks)

    def _line(self, at: int) -> int:
        return bisect_right(self.breaks, at - 1) + 1

    def _skip_blank(self) -> bool:
        while self.at < len(self.text):
            if self.text[self.at] == "#":
                self._skip_comment()
            elif self.text[self.at] in " \t\r\n":
                self.at += 1
            else:
                return True
        return False

    def _skip_comment(self) -> None:
        end = self.text.find("\n", self.at)
        self.at = len(self.text) if end < 0 else end

    def _header(self) -> None:
        start, array = self.at, self.text.startswith("[[", self.at)
        self.at += 2 if array else 1
        path = self._numbered(self._dotted())
        if array:
            self.counts[path] = self.counts.get(path, -1) + 1
            path = (*path, self.counts[path])
        self.at = self.text.index("]", self.at) + (2 if array else 1)
        self.table = path
        self.headers.append((path, start))

    def _numbered(self, names: tuple[str, ...]) -> Path:
        """The header's names, with the number of the current entry after each array table but the last name."""
        path: Path = ()
        for i, name in enumerate(names):
            path = (*path, name)
            if i < len(names) - 1 and path in self.counts:
                path = (*path, self.counts[path])
        return path

    def _pair(self) -> None:
        start = self.at
        path = (*self.table, *self._dotted())
        self.at += 1  # the equals sign
        self._skip_spaces()
        value = self.at
        self._value()
        self.keys[path] = KeyPlace(start, value, self.at, self._line(start))

    def _dotted(self) -> tuple[str, ...]:
        names = [self._name()]
        while self.text[self.at] == ".":
            self.at += 1
            names.append(self._name())
        return tuple(names)

    def _name(self) -> str:
        self._skip_spaces()
        start = self.at
        if self.text[start] in "\"'":
            self._string()
            written = self.text[start : self.at]
            name = written[1:-1] if written[0] == "'" else _unescape(written)
        else:
            while self.text[self.at] not in " \t.=]":
                self.at += 1
            name = self.text[start : self.at]
        self._skip_spaces()
        return name

    def _skip_spaces(self) -> None:
        while self.text[self.at] in " \t":
            self.at += 1

    def _value(self) -> None:
        if self.text[self.at] in "\"'":
            self._string()
        elif self.text[self.at] in "[{":
            self._bracket()
        else:
            self._bare()

    def _string(self) -> None:
        quote = self.text[self.at]
        mark = quote * 3 if self.text.startswith(quote * 3, self.at) else quote
        self.at += len(mark)
        while not self.text.startswith(mark, self.at):
            self.at += 2 if quote == '"' and self.text[self.at] == "\\" else 1
        self.at += len(mark)
        while len(mark) == 3 and self.text.startswith(quote, self.at):
            self.at += 1  # a long string may end in one or two quotes of its own

    def _bracket(self) -> None:
        depth = 0
        while True:
            char = self.text[self.at]
            if char in "\"'":
                self._string()
                continue
            if char == "#":
                self._skip_comment()
                continue
            depth += (char in "[{") - (char in "]}")
            self.at += 1
            if not depth:
                return

    def _bare(self) -> None:
        start = self.at
        while self.at < len(self.text) and self.text[self.at] not in ",]}\r\n#":
            self.at += 1
        self.at = start + len(self.text[start : self.at].rstrip())


def _unescape(quoted: str) -> str:
    return str(tomllib.loads(f"name = {quoted}")["name"])

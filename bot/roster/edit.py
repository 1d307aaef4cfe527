"""Change single values of the roster text; every byte outside the change stays as it was.

Text patching was chosen by test over round-trip libraries (docs/roster.md). Each change is proved before it is
handed back: the new text must be valid TOML and differ from the old one in meaning by exactly this change.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterable, Mapping
from copy import deepcopy
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from bot.roster.layout import Block, KeyPlace, Layout, Path, scan

IDS: Mapping[str, str] = {"office": "id", "account": "id", "policy": "version"}
Value = str | int | bool | date | list["Value"] | dict[str, "Value"]


class EditRefused(ValueError):
    """The change cannot be made without touching something else. Edit the file by hand, or change the request."""


@dataclass(frozen=True, slots=True)
class Edit:
    """Set one key of one entry, or take it out with ``value=None``; ``key`` is a path such as ("hours", "source")."""

    table: str
    entry: str
    key: tuple[str, ...]
    value: Value | None


@dataclass(frozen=True, slots=True)
class NewEntry:
    """Add an entry behind the one called ``after``, or at the end of its kind. Nested tables become dotted keys."""

    table: str
    values: Mapping[str, Any]
    after: str | None = None
    comment: str = ""


@dataclass(frozen=True, slots=True)
class DropEntry:
    """Remove an entry with the comment right above it. For mistakes only: a closed account is retired, not removed."""

    table: str
    entry: str


Change = Edit | NewEntry | DropEntry


def apply(text: str, changes: Iterable[Change]) -> str:
    """The text with all changes made, in order; ``EditRefused`` leaves nothing half done."""
    for change in changes:
        text = _proved(text, change)
    return text


def _proved(text: str, change: Change) -> str:
    before = tomllib.loads(text)
    wanted = expected(before, change)
    changed = _changed(text, scan(text), change)
    try:
        after = tomllib.loads(changed)
    except tomllib.TOMLDecodeError as problem:
        raise EditRefused(f"the change would break the file: {problem}") from problem
    if after != wanted:
        raise EditRefused("the change would touch more than what was asked; edit the file by hand")
    return changed


def expected(data: Mapping[str, Any], change: Change) -> dict[str, Any]:
    """What the file means after the change: the definition that every text edit is held against."""
    if change.table not in IDS:
        raise EditRefused(f"there are no entries called [[{change.table}]]")
    wanted = deepcopy(dict(data))
    entries: list[dict[str, Any]] = wanted.setdefault(change.table, [])
    if isinstance(change, NewEntry):
        entries.insert(_number_after(entries, change), dict(change.values))
        return wanted
    number = _number(entries, change.table, change.entry)
    if isinstance(change, DropEntry):
        del entries[number]
        if not entries:
            del wanted[change.table]
        return wanted
    _set(entries[number], change.key, change.value)
    return wanted


def _set(entry: dict[str, Any], key: tuple[str, ...], value: Value | None) -> None:
    *above, last = key
    chain = [entry]
    for name in above:
        inner = chain[-1].setdefault(name, {})
        if not isinstance(inner, dict):
            raise EditRefused(f"{name} is no table, so {'.'.join(key)} cannot stand in it")
        chain.append(inner)
    if value is not None:
        chain[-1][last] = value
        return
    chain[-1].pop(last, None)
    for name, table in reversed(list(zip(above, chain, strict=False))):
        if not table[name]:
            del table[name]


def _number(entries: list[dict[str, Any]], table: str, entry: str) -> int:
    for number, each in enumerate(entries):
        if each.get(IDS[table]) == entry:
            return number
    raise EditRefused(f"there is no [[{table}]] {entry}")


def _number_after(entries: list[dict[str, Any]], change: NewEntry) -> int:
    return len(entries) if change.after is None else _number(entries, change.table, change.after) + 1


def _changed(text: str, layout: Layout, change: Change) -> str:
    newline = "\r\n" if "\r\n" in text else "\n"
    if isinstance(change, NewEntry):
        return _with_entry(text, layout, change, newline)
    entries = tomllib.loads(text).get(change.table, [])
    block_path: Path = (change.table, _number(entries, change.table, change.entry))
    block = layout.block(block_path)
    if block is None:
        raise EditRefused(f"[[{change.table}]] {change.entry} is not written as a table of its own; edit by hand")
    if isinstance(change, DropEntry):
        return _without_entry(text, layout, block)
    path = (*block_path, *change.key)
    if change.value is None:
        return _without_key(text, layout, path)
    return _with_key(text, layout, block, path, change.value, newline)


def _with_key(text: str, layout: Layout, block: Block, path: Path, value: Value, newline: str) -> str:
    place = layout.keys.get(path)
    if place is None:
        return _with_new_key(text, layout, block, path, value, newline)
    old = text[place.value : place.end]
    if any("#" in line for line in _code_free(old)):
        raise EditRefused(f"{path[-1]} has comments inside its value; edit the file by hand")
    lines = isinstance(value, list) and "\n" in old
    return text[: place.value] + written(value, newline if lines else "") + text[place.end :]


def _with_new_key(text: str, layout: Layout, block: Block, path: Path, value: Value, newline: str) -> str:
    """Behind the last key with the longest common beginning, so that ``hours.*`` stay together."""
    keys = layout.keys_in(block)
    own = [(p, k) for p, k in keys if p[: len(block.path)] == block.path]
    if not own:
        raise EditRefused("the entry has no key yet; edit the file by hand")
    nearest = max(own, key=lambda pair: (_common(pair[0], path), pair[1].start))[1]
    at = _line_end(text, nearest.end)
    name = ".".join(_bare(str(part)) for part in path[len(block.path) :])
    line = f"{name} = {written(value)}"
    return text[:at] + (line + newline if text[at - 1 : at] == "\n" else newline + line) + text[at:]


def _without_key(text: str, layout: Layout, path: Path) -> str:
    places = [k for p, k in layout.keys.items() if p[: len(path)] == path]
    if not places:
        raise EditRefused(f"{'.'.join(map(str, path[2:]))} is not there")
    for place in sorted(places, key=lambda each: each.start, reverse=True):
        text = _without_line(text, place)
    return text


def _without_line(text: str, place: KeyPlace) -> str:
    start = text.rfind("\n", 0, place.start) + 1
    return text[:start] + text[_line_end(text, place.end) :]


def _without_entry(text: str, layout: Layout, block: Block) -> str:
    """From the comment lines right above the header to its last key; comments behind that belong to others."""
    start = _with_comment(text, block.start)
    end = _after_last_key(text, layout, block)
    while text[end : end + 2].startswith(("\n", "\r\n")):
        end = _line_end(text, end)
    return text[:start] + text[end:]


def _with_entry(text: str, layout: Layout, change: NewEntry, newline: str) -> str:
    entries = tomllib.loads(text).get(change.table, [])
    number = _number_after(entries, change)
    before = layout.block((change.table, number - 1))
    if before is None:
        raise EditRefused(f"there is no [[{change.table}]] to stand behind; add the first one by hand")
    at = _after_last_key(text, layout, before)
    gap = newline if text[at - 1 : at] == "\n" else newline * 2
    return text[:at] + gap + _entry_lines(change, newline) + text[at:]


def _after_last_key(text: str, layout: Layout, block: Block) -> int:
    """Behind the entry's last key, its own sub-tables included, should somebody write ``[office.hours]`` below."""
    own = [k.end for p, k in layout.keys.items() if p[: len(block.path)] == block.path]
    return _line_end(text, max(own, default=block.start))


def _entry_lines(change: NewEntry, newline: str) -> str:
    told = "".join(char if char.isprintable() or char == "\n" else " " for char in change.comment)
    comment = [f"# {line}".rstrip() for line in told.splitlines()]
    pairs = [f"{name} = {written(value)}" for name, value in _dotted(change.values)]
    return "".join(line + newline for line in (*comment, f"[[{change.table}]]", *pairs))


def _dotted(values: Mapping[str, Any], prefix: str = "") -> Iterable[tuple[str, Any]]:
    for key, value in values.items():
        name = prefix + _bare(key)
        if isinstance(value, Mapping) and value and key not in ("owner", "deputy"):
            yield from _dotted(value, name + ".")
        else:
            yield name, value


def written(value: Value, newline: str = "") -> str:
    """The value as TOML. With ``newline`` a list stands one item to a line."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        raise EditRefused("the roster has dates, no instants")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, int):
        return str(value)
    if isinstance(value, str):
        return _quoted(value)
    if isinstance(value, list):
        items = [written(each) for each in value]
        if newline and items:
            return "[" + newline + "".join(f"  {item},{newline}" for item in items) + "]"
        return "[" + ", ".join(items) + "]"
    return "{ " + ", ".join(f"{_bare(key)} = {written(each)}" for key, each in value.items()) + " }"


def _quoted(text: str) -> str:
    if any(0xD800 <= ord(char) < 0xE000 for char in text):
        raise EditRefused("the text has half a character (a lone surrogate)")
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _bare(key: str) -> str:
    plain = key.isascii() and key.replace("-", "").replace("_", "").isalnum()
    return key if plain else _quoted(key)


def _common(one: Path, other: Path) -> int:
    return next((n for n, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))


def _line_end(text: str, at: int) -> int:
    """Just behind the line break of the line that ``at`` stands in."""
    end = text.find("\n", at)
    return len(text) if end < 0 else end + 1


def _with_comment(text: str, at: int) -> int:
    """The start of the comment lines that stand without a gap above ``at``."""
    while at > 0:
        start = text.rfind("\n", 0, at - 1) + 1
        if not text[start:at].lstrip().startswith("#"):
            break
        at = start
    return at


def _code_free(value: str) -> list[str]:
    """The lines of a value with its strings taken out, to see comments."""
    out, at = [], 0
    while at < len(value):
        if value[at] in "\"'":
            at = _string_end(value, at)
            continue
        out.append(value[at])
        at += 1
    return "".join(out).splitlines()


def _string_end(value: str, at: int) -> int:
    end = at + 1
    while value[end] != value[at]:
        end += 2 if value[end] == "\\" and value[at] == '"' else 1
    return end + 1

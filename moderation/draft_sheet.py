"""A version's text as single values, and back: what a form shows and changes. Comments and order survive."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

import tomlkit
from tomlkit.container import Container
from tomlkit.items import AbstractTable

from moderation.policy import PolicyError

Path = tuple[str, ...]
Value = float | str
_TERMS: Final = ("terms", "without")


@dataclass(frozen=True, slots=True, order=True)
class Written:
    """One term as it is typed: ``term*`` may go on, ``*term`` may begin inside a word."""

    group: str
    language: str
    text: str


@dataclass(frozen=True, slots=True)
class Sheet:
    """Every number and sentence by its place (``("thresholds", "label", "2")``), and the terms put in and taken out."""

    values: Mapping[Path, Value]
    added: tuple[Written, ...] = ()
    without: tuple[Written, ...] = ()


def read_sheet(text: str) -> Sheet:
    """The sheet of a text that ``drafts.read_draft`` accepts."""
    table = tomllib.loads(text)
    added, without = (tuple(_written(table.pop(name, {}))) for name in _TERMS)
    return Sheet(dict(_flat(table)), added, without)


def write_sheet(text: str, sheet: Sheet) -> str:
    """The text with the sheet's values in place of its own; what is the same already stays byte for byte.

    Raises PolicyError where the text is laid out so that it cannot be changed value by value.
    """
    there, wanted = _lines(read_sheet(text)), _lines(sheet)
    if there == wanted:
        return text
    document = tomlkit.parse(text)
    for path in there.keys() - wanted.keys():
        _take_out(document, path)
    for path, value in sorted(wanted.items()):
        if there.get(path) != value:
            _put(document, path, value)
    made = tomlkit.dumps(document).rstrip("\n") + "\n"
    if _lines(read_sheet(made)) != wanted:
        raise PolicyError("draft: this text cannot be changed value by value; change it as text.")
    return made


def _flat(table: Mapping[str, Any], above: Path = ()) -> Iterator[tuple[Path, Value]]:
    for key, value in table.items():
        if isinstance(value, Mapping):
            yield from _flat(value, (*above, key))
        else:
            yield (*above, key), float(value) if isinstance(value, int | float) else str(value)


def _written(groups: Mapping[str, Mapping[str, str]]) -> Iterator[Written]:
    for group, languages in groups.items():
        for language, lines in languages.items():
            found = (each.strip() for each in lines.replace("\n", ",").split(","))
            yield from (Written(group, language, each) for each in dict.fromkeys(found) if each.strip(" *"))


def _lines(sheet: Sheet) -> dict[Path, Value]:
    """All of a sheet as the text has it: the terms of a group in a language are one line."""
    found: dict[Path, Value] = dict(sheet.values)
    for name, terms in zip(_TERMS, (sheet.added, sheet.without), strict=True):
        found |= {(name, *path): ", ".join(texts) for path, texts in _by_line(terms).items()}
    return found


def _by_line(terms: Iterable[Written]) -> dict[Path, list[str]]:
    found: dict[Path, list[str]] = {}
    for term in terms:
        found.setdefault((term.group, term.language), []).append(term.text)
    return found


def _put(document: Container, path: Path, value: Value) -> None:
    table: Any = document
    for depth, key in enumerate(path[:-1], 2):
        if key not in table:
            table[key] = tomlkit.table(is_super_table=depth < len(path))
        table = table[key]
    body = table.value.body if isinstance(table, AbstractTable) else []
    behind = []
    while body and body[-1][0] is None:  # a new key stands behind the last one, not behind the comments after it
        behind.append(body.pop())
    table[path[-1]] = value
    body.extend(reversed(behind))


def _take_out(document: Container, path: Path) -> None:
    """With the tables that it leaves empty."""
    tables: list[Any] = [document]
    for key in path[:-1]:
        tables.append(tables[-1][key])
    for table, key in zip(reversed(tables), reversed(path), strict=True):
        if not isinstance(table[key], AbstractTable) or not table[key]:
            del table[key]

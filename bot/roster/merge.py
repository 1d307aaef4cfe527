"""A console draft meets a file that was edited meanwhile: merged entry by entry and key by key, or refused."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from typing import Any

from bot.roster.edit import IDS, Change, DropEntry, Edit, NewEntry, apply


class Conflict(ValueError):
    """Somebody changed the same place in the file after the draft was made. Look at both and make the draft anew."""

    def __init__(self, sentences: tuple[str, ...]) -> None:
        self.sentences = sentences
        super().__init__("\n".join(sentences))


def merge(base: str, theirs: str, mine: Sequence[Change]) -> str:
    """``theirs`` with my changes. ``Conflict`` tells every place where both sides differ from ``base`` differently."""
    was, now = tomllib.loads(base), tomllib.loads(theirs)
    born = {(each.table, each.values.get(IDS[each.table])) for each in mine if isinstance(each, NewEntry)}
    old = [each for each in mine if isinstance(each, NewEntry) or (each.table, each.entry) not in born]
    told = [_conflict(was, now, change) for change in old]
    clashes = tuple(sentence for sentence in told if sentence)
    if clashes:
        raise Conflict(clashes)
    return apply(theirs, [each for each in (_still(now, change) for change in mine) if each])


def _still(now: Mapping[str, Any], change: Change) -> Change | None:
    """The change as it is still needed: nothing if the file has it already, at the end if its neighbour is gone."""
    if isinstance(change, DropEntry):
        return change if _entry(now, change.table, change.entry) is not None else None
    if isinstance(change, Edit):
        return None if _value(now, change) == change.value else change
    if _entry(now, change.table, str(change.values.get(IDS[change.table]))) is not None:
        return None
    if change.after is not None and _entry(now, change.table, change.after) is None:
        return NewEntry(change.table, change.values, None, change.comment)
    return change


def _conflict(was: Mapping[str, Any], now: Mapping[str, Any], change: Change) -> str | None:
    if isinstance(change, NewEntry):
        name = str(change.values.get(IDS[change.table]))
        there = _entry(now, change.table, name)
        clash = there is not None and there != dict(change.values)
        return f"[[{change.table}]] {name}: the file has an entry of this name now" if clash else None
    there = _entry(now, change.table, change.entry)
    if isinstance(change, DropEntry):
        clash = there is not None and there != _entry(was, change.table, change.entry)
        return f"[[{change.table}]] {change.entry}: changed in the file since, so it is not removed" if clash else None
    if there is None:
        return f"[[{change.table}]] {change.entry}: the file has no such entry any more"
    before, current = _value(was, change), _value(now, change)
    if current in (before, change.value):
        return None
    place = f"[[{change.table}]] {change.entry}: {'.'.join(change.key)}"
    return f"{place}: was {_shown(before)}, the file now says {_shown(current)}, the draft {_shown(change.value)}"


def _entry(data: Mapping[str, Any], table: str, name: str) -> dict[str, Any] | None:
    found: list[dict[str, Any]] = [each for each in data.get(table, []) if each.get(IDS[table]) == name]
    return found[0] if found else None


def _value(data: Mapping[str, Any], change: Edit) -> Any:
    value: Any = _entry(data, change.table, change.entry)
    for key in change.key:
        value = value.get(key) if isinstance(value, dict) else None
    return value


def _shown(value: Any) -> str:
    text = "nothing" if value is None else str(value)
    return text if len(text) <= 60 else text[:59] + "…"

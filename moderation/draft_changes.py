"""What one version changes against another, value by value: each change is one sentence for whoever has to agree."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from moderation.draft_sheet import Path, Sheet, Value, Written


@dataclass(frozen=True, slots=True)
class Change:
    """``kind`` says what changed; ``was`` and ``now`` are as typed, empty where there is nothing.

    ``fewer``: whether less is flagged or hidden for it; None where that cannot be told from the numbers.
    """

    kind: str
    was: str = ""
    now: str = ""
    category: str = ""
    language: str = ""
    group: str = ""
    fewer: bool | None = None


def changes(before: Sheet, after: Sheet) -> list[Change]:
    """In the order of the form: name, numbers, sentences, terms."""
    found = [
        _change(path, before.values.get(path), after.values.get(path))
        for path in sorted({*before.values, *after.values}, key=_place)
        if before.values.get(path) != after.values.get(path)
    ]
    found += _terms("added", after.added, before.added)
    found += _terms("added-no-more", before.added, after.added)
    found += _terms("taken-out", after.without, before.without)
    return [*found, *_terms("put-back", before.without, after.without)]


_ORDER = ("name", "thresholds", "provisional_hide", "clauses", "wording")


def _place(path: Path) -> tuple[int, Path]:
    return _ORDER.index(path[0]) if path[0] in _ORDER else len(_ORDER), path


def _change(path: Path, was: Value | None, now: Value | None) -> Change:
    kind, language, category = _about(path)
    numbers = [value for value in (was, now) if isinstance(value, float)]
    fewer = None
    if numbers and kind != "label-language":
        fewer = _height(now) > _height(was)
    elif len(numbers) == 2:
        fewer = numbers[1] > numbers[0]
    return Change(kind, _typed(was), _typed(now), category, language, fewer=fewer)


def _about(path: Path) -> tuple[str, str, str]:
    """(kind, language, category) of a place in the text."""
    match path:
        case ("name",) | ("thresholds", "signal" | "crisis"):
            return path[-1], "", ""
        case ("thresholds", "label" | "urgent" as kind, category):
            return kind, "", category
        case ("thresholds", "language", language, category):
            return "label-language", language, category
        case ("provisional_hide", category):
            return "hide", "", category
        case ("clauses", category):
            return "clause", "en", category
        case ("wording", language, category):
            return "clause", language, category
        case _:
            return "other", "", ".".join(path)


def _height(value: Value | None) -> float:
    """A limit that is not there is never reached."""
    return value if isinstance(value, float) else 2.0


def _typed(value: Value | None) -> str:
    return "" if value is None else str(value)


def _terms(kind: str, ours: Iterable[Written], theirs: Iterable[Written]) -> Iterator[Change]:
    gone = set(theirs)
    for term in ours:
        if term not in gone:
            yield Change(kind, now=term.text, language=term.language, group=term.group)

"""The policy as data: clauses, thresholds per category and language, actions; its version names every verdict."""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from moderation.categories import Category

HERE: Final = Path(__file__).parent
DEFAULT_POLICY: Final = HERE / "policy" / "2026-11.toml"


class PolicyError(ValueError):
    """The policy file cannot be used; the message names file and key and says what to write instead."""


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Scores from 0 to 1: at ``label`` a category is written on the case, at ``urgent`` it jumps the queue.

    ``crisis`` is lower than ``signal``: a cry for help that nobody saw costs more than a look in vain.
    """

    label: Mapping[Category, float]
    label_by_language: Mapping[str, Mapping[Category, float]]
    urgent: Mapping[Category, float]
    signal: float
    crisis: float

    def of(self, category: Category, language: str) -> float:
        """The label threshold of a category, for the language when the policy sets one, else the general one."""
        return self.label_by_language.get(language, {}).get(category, self.label[category])


@dataclass(frozen=True, slots=True)
class Policy:
    """One version of section 7 as it is applied; ``version`` is the hash of everything that decides a score."""

    name: str
    version: str
    clauses: Mapping[Category, str]
    thresholds: Thresholds
    hide_above: Mapping[Category, float]


def load_policy(path: Path = DEFAULT_POLICY, parts: Iterable[bytes] = ()) -> Policy:
    """Read a policy file; ``parts`` are the other things its version covers (lexicons, weights, folding version)."""
    return read_policy(path.name, path.read_bytes(), parts)


def read_policy(file: str, raw: bytes, parts: Iterable[bytes] = ()) -> Policy:
    """A policy from its text; ``file`` is what errors call it. Raises PolicyError naming file and key."""
    try:
        table = tomllib.loads(raw.decode())
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise PolicyError(f"{file}: not readable as TOML ({error}); correct the file.") from error
    return _policy(file, table, _version(table.get("name", Path(file).stem), [raw, *parts]))


def _version(name: str, parts: Iterable[bytes]) -> str:
    digest = hashlib.sha256()
    for part in parts:
        digest.update(hashlib.sha256(part).digest())
    return f"{name}+{digest.hexdigest()[:12]}"


def _policy(file: str, table: Mapping[str, Any], version: str) -> Policy:
    thresholds = table.get("thresholds", {})
    return Policy(
        name=str(table.get("name", "")),
        version=version,
        clauses=_texts(file, table.get("clauses", {})),
        thresholds=Thresholds(
            label=_numbers(file, "thresholds.label", thresholds.get("label", {}), every=True),
            label_by_language={
                language: _numbers(file, f"thresholds.language.{language}", values)
                for language, values in thresholds.get("language", {}).items()
            },
            urgent=_numbers(file, "thresholds.urgent", thresholds.get("urgent", {})),
            signal=_share(file, "thresholds.signal", thresholds.get("signal", 0.5)),
            crisis=_share(file, "thresholds.crisis", thresholds.get("crisis", 0.5)),
        ),
        hide_above=_hide(file, table.get("provisional_hide", {})),
    )


def _hide(file: str, table: Mapping[str, Any]) -> dict[Category, float]:
    """Provisional hiding is off unless the file names it, and then only for categories 1 and 4."""
    hide = _numbers(file, "provisional_hide", table)
    allowed = {Category.PERSONAL_INFORMATION, Category.ILLEGAL_OR_INDECENT}
    if set(hide) - allowed:
        raise PolicyError(f"{file}: provisional_hide: only categories 1 and 4 may be hidden before a person looked.")
    return hide


def _texts(file: str, table: Mapping[str, Any]) -> dict[Category, str]:
    clauses = {_category(file, "clauses", key): str(value) for key, value in table.items()}
    _complete(file, "clauses", clauses)
    return clauses


def _numbers(file: str, key: str, table: Mapping[str, Any], every: bool = False) -> dict[Category, float]:
    numbers = {_category(file, key, name): _share(file, f"{key}.{name}", value) for name, value in table.items()}
    if every:
        _complete(file, key, numbers)
    return numbers


def _complete(file: str, key: str, table: Mapping[Category, Any]) -> None:
    missing = [str(category.value) for category in Category if category not in table]
    if missing:
        raise PolicyError(f"{file}: {key}: add an entry for category {', '.join(missing)}.")


def _category(file: str, key: str, name: str) -> Category:
    try:
        return Category(int(name))
    except ValueError as error:
        raise PolicyError(f"{file}: {key}: {name!r} is not a category; use 1 to 9.") from error


def _share(file: str, key: str, value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 1:
        raise PolicyError(f"{file}: {key}: {value!r} is not a number from 0 to 1; correct it.")
    return float(value)

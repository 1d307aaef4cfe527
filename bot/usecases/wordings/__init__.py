"""Sentences for moderators and for offices to use, as data: clauses, templates of notes, texts of notices."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

from moderation.categories import Category

HERE: Final = Path(__file__).parent
PLAIN_JAPANESE: Final = "ja-easy"


@dataclass(frozen=True, slots=True)
class Note:
    """A template for a reason: ``id`` is constant, ``texts`` by language; ``moves`` names the moves it fits."""

    id: str
    categories: tuple[Category, ...]
    moves: tuple[str, ...]
    texts: Mapping[str, str]

    def text(self, locale: str) -> str:
        return nearest(self.texts, locale)


def clauses(locale: str) -> dict[Category, str]:
    """The nine clauses in our own words in a language, Japanese where it has none; the agency's text prevails."""
    table = _read("clauses.toml")
    return {category: nearest(table[str(int(category))], locale) for category in Category}


def clause_languages() -> tuple[str, ...]:
    """Languages in which the clauses exist; Japanese, which prevails, first."""
    return tuple(_read("clauses.toml")["1"])


def notes() -> tuple[Note, ...]:
    """Every template, in the order in which they are offered."""
    return tuple(
        Note(
            id=row["id"],
            categories=tuple(Category(number) for number in row.get("categories", ())),
            moves=tuple(row.get("moves", ())),
            texts=row["text"],
        )
        for row in _read("notes.toml")["note"]
    )


def notice(kind: str, language: str, facts: Mapping[str, str]) -> dict[str, str]:
    """What an office may tell an author: by language, always with Japanese and easy Japanese beside it.

    ``kind`` is ``reversed``, ``upheld`` or ``received``; ``facts`` fill the braces (office, date, clause).
    """
    table: Mapping[str, str] = _read("notices.toml")[kind]
    wanted = dict.fromkeys((_known(table, language), "ja", PLAIN_JAPANESE))
    return {each: _fill(table[each], facts) for each in wanted if each}


def notice_languages() -> tuple[str, ...]:
    """Languages in which notices exist."""
    return tuple(_read("notices.toml")["reversed"])


def nearest(texts: Mapping[str, str], locale: str) -> str:
    """The text in a language, or in its main language, or in Japanese, or in English."""
    return next((texts[each] for each in (_known(texts, locale), "ja", "en") if each in texts), "")


def _known(texts: Mapping[str, Any], language: str) -> str:
    """``zh-TW`` finds ``zh-Hant``; ``pt`` finds ``pt-BR``; empty when nothing fits."""
    exact = {"zh-TW": "zh-Hant", "zh-HK": "zh-Hant", "zh": "zh-Hans", "zh-CN": "zh-Hans"}.get(language, language)
    if exact in texts:
        return exact
    main = exact.partition("-")[0]
    return next((each for each in texts if each.partition("-")[0] == main and each != PLAIN_JAPANESE), "")


def _fill(text: str, facts: Mapping[str, str]) -> str:
    for name, value in facts.items():
        text = text.replace("{" + name + "}", value)
    return text


@cache
def _read(name: str) -> dict[str, Any]:
    return tomllib.loads((HERE / name).read_text(encoding="utf-8"))

"""The console's terms of use: read from files, told apart by the hash of the Japanese text, agreed to by name."""

from __future__ import annotations

import hashlib
import json
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from bot.domain.errors import BadInput, Conflict
from bot.domain.people import Person
from bot.store import audit, people
from bot.usecases.parts import Parts

SHIPPED: Final = Path(__file__).parent / "terms"
LOCALES: Final = ("ja", "en", "easy")


@dataclass(frozen=True, slots=True)
class Section:
    heading: str
    text: tuple[str, ...]
    items: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Text:
    """One language of the terms; readings of easy Japanese stand in brackets behind their word."""

    title: str
    lead: str
    sections: tuple[Section, ...]


@dataclass(frozen=True, slots=True)
class Terms:
    """``version`` is the first 16 hex digits of the SHA-256 over the Japanese text, which prevails."""

    version: str
    texts: Mapping[str, Text]

    def text(self, locale: str) -> Text:
        return self.texts.get(locale, self.texts["ja"])


def current(folder: Path | None = None) -> Terms:
    """The terms in force. BadInput names the file that cannot be used. Read anew when a file changed."""
    chosen = folder or SHIPPED
    texts = {
        name: _read(chosen / f"{name}.toml") for name in LOCALES if name == "ja" or (chosen / f"{name}.toml").exists()
    }
    return Terms(_hash(texts["ja"]), texts)


def agree(parts: Parts, version: str, terms: Terms, *, locale: str, by: Person, now: datetime) -> None:
    """Writes down the agreement; Conflict when the text changed while it was being read."""
    if version != terms.version:
        raise Conflict("The terms changed while you were reading; read the new ones.").worded("problem.terms-changed")
    with parts.store.begin() as tx:
        people.consent(tx, by.login, version, locale=locale, at=now, address=by.address)
        audit.append(tx, by, "terms.agreed", f"user:{by.login}", at=now, version=version, locale=locale)


def _read(path: Path) -> Text:
    try:
        return _parse(path, path.stat().st_mtime_ns)
    except OSError:
        raise BadInput("The terms of use cannot be read.", file=str(path)).worded("problem.terms-file") from None


@lru_cache(maxsize=8)
def _parse(path: Path, changed_at: int) -> Text:
    """Parsed once for each time the file changed."""
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
        sections = tuple(_section(each) for each in table["section"])
        return Text(str(table["title"]), str(table["lead"]), sections)
    except UnicodeDecodeError:
        raise BadInput("The terms of use are no UTF-8 text.", file=str(path)).worded("problem.terms-file") from None
    except tomllib.TOMLDecodeError as exc:
        raise BadInput(f"This is not valid TOML: {exc}.", file=str(path)).worded("problem.terms-file") from None
    except (KeyError, TypeError):
        raise BadInput("The terms need a title, a lead, and sections with heading and text.", file=str(path)).worded(
            "problem.terms-file"
        ) from None


def _section(table: Mapping[str, Any]) -> Section:
    return Section(str(table["heading"]), tuple(map(str, table["text"])), tuple(map(str, table.get("items", ()))))


def _hash(text: Text) -> str:
    plain = [text.title, text.lead, [[s.heading, s.text, s.items] for s in text.sections]]
    return hashlib.sha256(json.dumps(plain, ensure_ascii=False).encode()).hexdigest()[:16]

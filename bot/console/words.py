"""The console's words in Japanese (which prevails), English and easy Japanese, from ``words/*.toml``."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

from markupsafe import Markup, escape

LOCALES: Final = {"ja": "日本語", "en": "English", "easy": "やさしい日本語"}
_FOLDER: Final = Path(__file__).parent / "words"
_RUBY: Final = re.compile(r"([\u3005\u3400-\u9fff]+)\(([\u3040-\u30ff]+)\)")
"""Readings are written behind their word in round brackets: 承認(しょうにん)."""


@dataclass(frozen=True, slots=True)
class Words:
    """``words("home.title", n=3)`` gives safe markup: parameters are escaped, readings become ruby."""

    locale: str
    table: Mapping[str, str]

    def __call__(self, key: str, /, **facts: object) -> Markup:
        text = escape(self._text(key))
        read = ruby(text) if self.locale == "easy" else text
        return read.format(**facts) if facts else read

    def plain(self, key: str, /, **facts: object) -> str:
        """Without ruby, for titles, attributes and mails."""
        text = unread(self._text(key)) if self.locale == "easy" else self._text(key)
        return text.format(**facts) if facts else text

    def nearest(self, table: str, code: str, /, **facts: object) -> Markup:
        """Words for a dotted code, else for its beginning: ``post.held.late``, ``post.held``, ``post``, ``other``."""
        parts = code.split(".")
        tries = [f"{table}.{'-'.join(parts[:end])}" for end in range(len(parts), 0, -1)]
        return self(next((key for key in tries if self.has(key)), f"{table}.other"), **{"code": code, **facts})

    def has(self, key: str) -> bool:
        return key in self.table

    def _text(self, key: str) -> str:
        """Japanese prevails where a translation is missing; a key that nobody wrote shows itself."""
        return self.table.get(key) or _table("ja").get(key) or key

    @property
    def lang(self) -> str:
        """The BCP 47 tag of the page."""
        return "en" if self.locale == "en" else "ja"


def ruby(text: Markup) -> Markup:
    """Bracketed readings as ruby; ``text`` must be escaped already."""
    return Markup(_RUBY.sub(r"<ruby>\1<rp>(</rp><rt>\2</rt><rp>)</rp></ruby>", str(text)))  # noqa: S704


def unread(text: str) -> str:
    """Without the bracketed readings."""
    return _RUBY.sub(r"\1", text)


def words_for(locale: str) -> Words:
    """The words of a locale; Japanese for anything unknown."""
    known = locale if locale in LOCALES else "ja"
    return Words(known, _table(known))


@cache
def _table(locale: str) -> dict[str, str]:
    """Every ``*.<locale>.toml`` of the folder as one flat table: ``[home] title`` is ``home.title``."""
    flat: dict[str, str] = {}
    for path in sorted(_FOLDER.glob(f"*.{locale}.toml")):
        _flatten(tomllib.loads(path.read_text(encoding="utf-8")), "", flat)
    return flat


def _flatten(table: Mapping[str, Any], prefix: str, flat: dict[str, str]) -> None:
    for key, value in table.items():
        if isinstance(value, Mapping):
            _flatten(value, f"{prefix}{key}.", flat)
        else:
            flat[prefix + key] = value

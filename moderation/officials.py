"""The official accounts as impersonation is measured against, and the numbers that offices publish for callers."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable
from functools import cache
from operator import add
from pathlib import Path
from typing import Final

from moderation import tables, text
from moderation.model import Author, Official

PUBLIC_NUMBERS: Final = Path(__file__).parent / "policy" / "public-numbers.toml"
_KEEP: Final = re.compile(r"[^a-z0-9]+")
_DOUBLES: Final = re.compile(r"(.)\1+")
_GENERIC: Final = frozenset({"support", "moj", "immi", "isa", "agency", "services", "immigration", "nyukan"})

_DENIAL: Final = text.pattern(
    r"parod|unofficial|not[ _]?official|fan\b|非公式|パロディ|ぱろでぃ|非官方|恶搞|粉丝|비공식|패러디|팬|fake|hindi op|no oficial|nao oficial|"
    r"tidak resmi|bukan|ล้อ|ไม่ใช่|satir|hi[ck]oushiki|もどき|民间|个人"
)


class Roster:
    """Official handles and names, folded once for comparison."""

    def __init__(self, officials: Iterable[Official]) -> None:
        self.officials = tuple(officials)
        self.handles = {official.handle.casefold().lstrip("@") for official in self.officials}
        self.keys = {handle_key(official.handle): official.handle for official in self.officials}
        self.pairs = {key: letter_pairs(key) for key in self.keys}
        self.shapes = [(key, len(key), pairs) for key, pairs in self.pairs.items()]
        self.all_pairs = frozenset(pair for pairs in self.pairs.values() for pair in pairs)
        self.fewest_pairs = min(map(len, self.pairs.values()), default=0)
        self.names = {
            text.fold_bare(name): name for official in self.officials for name in official.names if len(name) >= 4
        }
        self.places = frozenset(
            part
            for handle in self.handles
            for part in re.split(r"[^a-z]+", handle)
            if len(part) >= 4 and part not in _GENERIC
        )

    def is_official(self, handle: str) -> bool:
        """Whether this is exactly one of the official handles."""
        return handle.casefold().lstrip("@") in self.handles


def handle_key(handle: str) -> str:
    """What a handle looks like at a glance: look-alikes folded, separators and doubled letters gone."""
    letters = _KEEP.sub("", text.fold_bare(handle).translate(tables.loose()))
    return _DOUBLES.sub(r"\1", letters)


def letter_pairs(key: str) -> frozenset[str]:
    """Neighbouring letters; two keys that share few of them cannot be near each other."""
    return frozenset(map(add, key, key[1:]))


def declares_itself(author: Author) -> bool:
    """Whether name or handle say by themselves that this is a parody, a fan or no official account."""
    return _DENIAL.search(text.fold_bare(f"{author.name} {author.handle}")) is not None


@cache
def public_numbers() -> frozenset[str]:
    """Digits of numbers and the addresses that offices publish; comparing is done after +81 became 0."""
    table = tomllib.loads(PUBLIC_NUMBERS.read_text(encoding="utf-8"))
    written = [number for entry in table["entry"] for number in entry["numbers"]]
    return frozenset(item.casefold() if "@" in item else re.sub(r"\D", "", item) for item in written)

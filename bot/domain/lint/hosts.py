"""Which hosts a notice may lead to; the lists stand in ``hosts.toml`` and are handed in."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

_GOVERNMENT_OF_STATES = re.compile(r"(?:^|\.)(?:gov|gob|gouv|gub|go|govt)\.[a-z]{2}$")


@dataclass(frozen=True, slots=True)
class Hosts:
    """``government`` and ``partners`` are suffixes of host names, ``local`` patterns of municipal ones."""

    government: frozenset[str]
    partners: frozenset[str]
    local: tuple[re.Pattern[str], ...]
    shorteners: frozenset[str]
    domains: frozenset[str]

    @classmethod
    def of(cls, table: Mapping[str, Any]) -> Hosts:
        """From the decoded file; ``KeyError`` names a missing list."""
        return cls(
            frozenset(table["government"]["hosts"]),
            frozenset(table["partners"]["hosts"]),
            tuple(re.compile(each) for each in table["local"]["patterns"]),
            frozenset(table["shorteners"]["hosts"]),
            frozenset(table["domains"]["top"]),
        )

    def is_official(self, host: str) -> bool:
        """Whether the host belongs to a state, a municipality or a partner on the list."""
        listed = any(suffix in self.government or suffix in self.partners for suffix in suffixes(host))
        return listed or _GOVERNMENT_OF_STATES.search(host) is not None or any(p.search(host) for p in self.local)

    def shortens(self, host: str) -> bool:
        """Whether the host only forwards, so that readers cannot see where a link leads."""
        return any(suffix in self.shorteners for suffix in suffixes(host))


def suffixes(host: str) -> list[str]:
    """``a.b.go.jp``, ``b.go.jp``, ``go.jp``, ``jp``: whole labels only, so that notgo.jp is not go.jp."""
    labels = host.split(".")
    return [".".join(labels[place:]) for place in range(len(labels))]

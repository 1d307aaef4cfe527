"""Budgets from X's headers. A header that is no number is no budget; it never stops a call."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from bot.domain.ports import Budget
from bot.platforms.times import from_epoch

_BUCKETS: Final = (
    ("x-rate-limit", "{call}"),
    ("x-user-limit-24hour", "{call}-user-24h"),
    ("x-app-limit-24hour", "{call}-app-24h"),
)


def budgets(headers: Mapping[str, str], call: str) -> tuple[Budget, ...]:
    """``call`` names the kind of call, e.g. ``create``; every kind has its own bucket."""
    return tuple(_read(headers, call))


def _read(headers: Mapping[str, str], call: str) -> Iterator[Budget]:
    for prefix, name in _BUCKETS:
        limit = _number(headers.get(f"{prefix}-limit"))
        remaining = _number(headers.get(f"{prefix}-remaining"))
        if limit is not None and remaining is not None:
            yield Budget(name.format(call=call), limit, remaining, from_epoch(headers.get(f"{prefix}-reset")))


def _number(text: str | None) -> int | None:
    """A header's number if it is one of at most twelve digits."""
    text = (text or "").strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 12 else None

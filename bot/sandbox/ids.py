"""Identifiers and clocks of the practice platforms."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

EPOCH_MS = 1_288_834_974_657  # X counts its ids' milliseconds from here
Clock = Callable[[], datetime]


class SettableClock:
    """A clock for tests: stands still until it is moved."""

    def __init__(self, start: datetime) -> None:
        if start.tzinfo is None:
            raise ValueError("The sandbox clock needs an instant with a zone.")
        self._now = start.astimezone(UTC)

    def __call__(self) -> datetime:
        return self._now

    def set(self, at: datetime) -> None:
        """Jump to an instant, also backwards."""
        self._now = at.astimezone(UTC)

    def advance(self, seconds: float) -> datetime:
        self._now += timedelta(seconds=seconds)
        return self._now


class Snowflakes:
    """Mints X ids: milliseconds in the upper bits, a running number in the lower 22."""

    def __init__(self) -> None:
        self._given: dict[int, int] = {}  # millisecond -> how many

    def mint(self, at: datetime) -> str:
        base = first_id_at(at)
        self._given[base] = self._given.get(base, 0) + 1
        return str(base + self._given[base])


def millis(at: datetime) -> int:
    return int(at.timestamp() * 1000)


def first_id_at(at: datetime) -> int:
    """The smallest id that a post of this instant could carry."""
    return max(0, millis(at) - EPOCH_MS) << 22


def x_time(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{at.microsecond // 1000:03d}Z"


def graph_time(at: datetime) -> str:
    """Facebook writes the zone without a colon."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S+0000")

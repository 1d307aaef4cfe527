"""Small things that every measurement needs."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Sequence
from typing import TypeVar

import psutil

T = TypeVar("T")


def timed(work: Callable[[], T]) -> tuple[float, T]:
    """Seconds of wall time, and what came out."""
    began = time.perf_counter()
    result = work()
    return time.perf_counter() - began, result


def best_of(work: Callable[[], object], times: int = 3) -> float:
    """The median of several runs, seconds; the first one warms up and does not count."""
    work()
    return statistics.median(timed(work)[0] for _ in range(times))


def percentile(values: Sequence[float], share: float) -> float:
    """The value that ``share`` (0..1) of all lie below."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def resident_mb(pid: int | None = None) -> float:
    """Resident memory of a process, megabytes (10^6 bytes)."""
    return float(psutil.Process(pid).memory_info().rss) / 1e6

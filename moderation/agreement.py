"""How far two people agree beyond chance: Cohen's kappa with a 95 % interval."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Hashable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Agreement:
    """``kappa`` from -1 to 1 over ``pairs`` judged by two people, None when it cannot be said (no pairs, no choice)."""

    pairs: int
    agreed: int
    kappa: float | None
    low: float | None
    high: float | None


def kappa(pairs: Sequence[tuple[Hashable, Hashable]]) -> Agreement:
    """Cohen's kappa; the interval uses the large-sample standard error and is cut off at -1 and 1."""
    total = len(pairs)
    agreed = sum(one == other for one, other in pairs)
    if not total:
        return Agreement(0, 0, None, None, None)
    first, second = Counter(one for one, _ in pairs), Counter(other for _, other in pairs)
    seen = agreed / total
    chance = sum(first[each] * second[each] for each in first) / total**2
    if chance >= 1.0:
        return Agreement(total, agreed, None, None, None)
    value = (seen - chance) / (1 - chance)
    error = math.sqrt(max(0.0, seen * (1 - seen)) / total) / (1 - chance)
    low, high = max(-1.0, value - 1.96 * error), min(1.0, value + 1.96 * error)
    return Agreement(total, agreed, round(value, 4), round(low, 4), round(high, 4))

"""What posting and reading cost on X, as a dated table; Facebook costs nothing.

Amounts are US dollars, as the platform charges them; people are shown yen at a stated rate and day.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from math import ceil

from bot.domain.accounts import Platform
from bot.domain.length import full_text, urls_in
from bot.domain.posts import Content


@dataclass(frozen=True, slots=True)
class Prices:
    """Prices in force from ``since`` on, US dollars per piece. ``source`` says where they were read, ``checked`` when."""

    since: date
    checked: date
    source: str
    post: float
    post_with_url: float
    alt_text: float
    read: float
    hide: float


@dataclass(frozen=True, slots=True)
class Rate:
    """Yen for one dollar, as read on a day."""

    yen: float
    on: date
    source: str = ""

    def in_yen(self, usd: float) -> int:
        """Whole yen, rounded up: an estimate is never too low."""
        return ceil(round(usd * self.yen, 6))


@dataclass(frozen=True, slots=True)
class PriceTable:
    """Every price list that was ever in force, oldest first, the rate, and what may be spent in a month (0: no limit).

    ``looks_per_day``: at most so many kept X replies are asked about in a UTC day, each charged once (0: all of them).
    """

    lists: tuple[Prices, ...]
    rate: Rate
    usd_per_month: float = 0.0
    looks_per_day: int = 0

    def on(self, day: date) -> Prices:
        """The list in force on that day; the oldest one before all of them."""
        past = [each for each in self.lists if each.since <= day]
        return past[-1] if past else self.lists[0]


def has_url(content: Content, platform: Platform) -> bool:
    """Whether the platform will see a link; on X that makes a post thirteen times dearer."""
    return bool(urls_in(full_text(content, platform)))


def cost_of_post(content: Content, platform: Platform, prices: Prices) -> float:
    """US dollars for publishing this once, alternative texts included."""
    if platform is Platform.FACEBOOK:
        return 0.0
    each = prices.post_with_url if has_url(content, platform) else prices.post
    return each + prices.alt_text * sum(bool(item.alt) for item in content.media)


def total(amounts: Iterable[float]) -> float:
    """A sum that does not show the dust of binary fractions."""
    return round(sum(amounts), 6)

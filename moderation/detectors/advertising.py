"""Category 6: goods, services, events, groups, parties or faiths promoted."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from moderation.categories import Category
from moderation.context import Context
from moderation.detectors.evidence import met, seen
from moderation.model import Finding
from moderation.text import pattern

_LINK: Final = pattern(
    r"(?:https?://|www\.|[a-z0-9-]+\.(?:example|com|net|me|shop|info|io|xyz|top|link)\b)[^\s]*|@[a-z0-9_]{3,}"
)
_GROUPS: Final = (("contact", "contact-offered"), ("lure", "lure"), ("goods", "service-named"))


def detect(context: Context) -> Iterator[Finding]:
    """What, how much, where to write: the more of these stand together, the surer it is an advertisement."""
    present = [(context.first(group), reason) for group, reason in _GROUPS]
    price = context.price
    link = _LINK.search(context.plain.text)
    strength = sum(hit is not None for hit, _ in present) + 0.6 * bool(price) + 0.5 * bool(link)
    if strength < 1:
        return
    score = min(0.95, 0.12 + 0.22 * strength) - 0.15 * context.has("report", "public-line")
    for hit, reason in present:
        if hit is not None:
            yield met(Category.ADVERTISING, max(0.05, score), reason, hit)
    if price and strength >= 2:
        yield seen(Category.ADVERTISING, max(0.05, score - 0.1), "price", context.plain, price.start(), price.end())

"""Category 4: crime offered, asked for or threatened; sexual content; phishing."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from moderation.categories import Category
from moderation.context import Context
from moderation.detectors.evidence import met
from moderation.model import Finding

_TRADES: Final = (
    "forged", "sham", "illegal-work", "drugs", "medicine", "gambling", "sex-work", "account-trade", "bribe", "smuggle",
    "genuine-looking",
)  # fmt: skip


def detect(context: Context) -> Iterator[Finding]:
    """A trade with a price or a contact is an offer; the word alone is weak, for people also ask and report."""
    sought = context.has("seek")
    offer = sought + bool(context.price) + context.has("contact") + context.has("lure")
    reported = context.has("report") or (context.has("ask") and not context.has("contact"))
    for group in _TRADES:
        if group in context.hits:
            hit = context.hits[group][0]
            score = min(0.9, 0.35 + 0.22 * offer) - (0.25 if reported else 0.0)
            yield met(Category.ILLEGAL_OR_INDECENT, score, _deal(group, sought, offer), hit)
    violence = context.first("violence")
    if violence:
        yield met(Category.ILLEGAL_OR_INDECENT, 0.3 if reported else 0.55, "threat-or-violence", violence)
    menace = context.first("menace")
    if menace and context.has("weapon", "violence"):
        yield met(Category.ILLEGAL_OR_INDECENT, 0.35 if reported else 0.65, "threat-with-means", menace)
    asked = context.first("ask-data")
    if asked:
        posing = context.has("claim", "agency", "official-word")
        yield met(Category.ILLEGAL_OR_INDECENT, 0.7 if posing and not reported else 0.35, "data-or-money-asked", asked)


def _deal(group: str, sought: bool, offer: int) -> str:
    """The reason code: asked for, offered, or only named."""
    return f"{group}-sought" if sought else f"{group}-offer" if offer else group

"""Category 4: crime offered, asked for or threatened; sexual content; phishing."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from moderation.categories import Category
from moderation.context import Context
from moderation.detectors.evidence import met
from moderation.model import Finding
from moderation.text import pattern

_TRADES: Final = ("forged", "sham", "illegal-work", "drugs", "gambling", "sex-work", "account-trade", "bribe")
PRICE: Final = pattern(
    r"[¥$€₱฿₫]\s?[0-9]|[0-9][0-9,.o]*\s?(?:円|えん|yen|yên|엔|เยน|ien|man\b|万|まん|마원|만|萬|元|块|塊|usd|pesos|ribu|rb\b|juta|"
    r"jt\b|lakh|हजार|लाख|हज़ार|रुप|hajar|đồng|k\b|tr\b|triệu|บาท|usdt|reais|soles|mil\b|%)"
)


def detect(context: Context) -> Iterator[Finding]:
    """A trade with a price or a contact is an offer; the word alone is weak, for people also ask and report."""
    offer = bool(PRICE.search(context.plain.text)) + context.has("contact") + context.has("lure")
    reported = context.has("report") or (context.has("ask") and not context.has("contact"))
    for group in _TRADES:
        hit = context.first(group)
        if hit:
            score = min(0.9, 0.35 + 0.22 * offer) - (0.25 if reported else 0.0)
            yield met(Category.ILLEGAL_OR_INDECENT, score, f"{group}-offer" if offer else group, hit)
    violence = context.first("violence")
    if violence:
        yield met(Category.ILLEGAL_OR_INDECENT, 0.3 if reported else 0.55, "threat-or-violence", violence)
    asked = context.first("ask-data")
    if asked:
        posing = context.has("claim", "agency", "official-word")
        yield met(Category.ILLEGAL_OR_INDECENT, 0.7 if posing and not reported else 0.35, "data-or-money-asked", asked)

"""The counter-test: speech that is protected takes back categories 2, 8 and 9, and what it freed is recorded."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from moderation.categories import VIEWPOINT_RISK, Category
from moderation.context import Context
from moderation.model import Freed

_GROUNDS: Final = (
    ("condemn", "quotes-to-condemn", 0.35),
    ("report", "reports-misconduct", 0.25),
    ("complain", "complaint", 0.2),
    ("ask", "question", 0.2),
    ("thank", "thanks", 0.15),
)


def free(context: Context, scores: Mapping[Category, float]) -> tuple[dict[Category, float], tuple[Freed, ...]]:
    """Scores after the counter-test, and each category that it brought below one half with the reason."""
    after = dict(scores)
    freed: list[Freed] = []
    for category in sorted(VIEWPOINT_RISK):
        for group, reason, relief in _GROUNDS:
            if after[category] > 0 and context.has(group):
                before = after[category]
                after[category] = max(0.0, before - relief)
                if before >= 0.5 > after[category]:
                    freed.append(Freed(category, scores[category], reason))
    return after, tuple(freed)

"""The counter-test: speech that is protected takes back categories 2, 8 and 9, and what it freed is recorded."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
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
_ABUSE: Final = ("insult", "slur", "dehumanise", "death-wish", "send-home")
_QUOTED: Final = re.compile("「[^」]*」|『[^』]*』|“[^”]*”|\"[^\"]*\"|«[^»]*»|‘[^’]*’|(?<!\\w)'[^']*'(?!\\w)")
_NOTABLE: Final = 0.4
"""A detector's score from which it is worth showing that a category was taken back."""


def relieve(context: Context, scores: Mapping[Category, float]) -> dict[Category, float]:
    """The detectors' scores after the counter-test, for screening without a trained model."""
    relief = sum(weight for group, _, weight in _GROUNDS if context.has(group))
    return {
        category: max(0.0, score - relief) if category in VIEWPOINT_RISK else score
        for category, score in scores.items()
    }


def spare(context: Context, scores: Mapping[Category, float]) -> dict[Category, float]:
    """Settled cases: an exact quote altered nothing, abuse in quotation marks beside words that condemn it insults
    nobody, an account that names itself a parody poses as nobody.
    """
    after = dict(scores)
    if context.faithful:
        after[Category.ALTERED_POST] *= 0.4
    if quotes_to_condemn(context):
        after[Category.DEFAMATION] *= 0.6
    if context.parody and not context.has("ask-data", "claim"):
        after[Category.IMPERSONATION] *= 0.4
    if not (context.reply.author.handle or context.reply.author.name or context.has("claim")):
        after[Category.IMPERSONATION] *= 0.5  # nobody poses without a name and without a word that claims one
    return after


def quotes_to_condemn(context: Context) -> bool:
    """Whether every abusive term stands in quotation marks and words outside them condemn it."""
    abuse = [hit.span() for group in _ABUSE for hit in context.hits.get(group, ())]
    if not abuse or not context.has("condemn"):
        return False
    quoted = [match.span() for match in _QUOTED.finditer(context.reply.text)]
    inside = all(any(first <= start and end <= last for first, last in quoted) for start, end in abuse)
    condemned = [hit.span() for hit in context.hits["condemn"]]
    return inside and any(not any(first <= start < last for first, last in quoted) for start, _ in condemned)


def freed(
    context: Context, ruled: Mapping[Category, float], labels: Collection[Category], protected: float
) -> tuple[Freed, ...]:
    """Categories 2, 8, 9 that a detector saw and the verdict does not carry, with the ground that took them back.

    ``protected`` is the trained chance, 0 to 1, that the reply is criticism, complaint, satire or counter-speech.
    """
    lost = [c for c in sorted(VIEWPOINT_RISK) if ruled[c] >= _NOTABLE and c not in labels]
    if not lost:
        return ()
    ground = next((reason for group, reason, _ in _GROUNDS if context.has(group)), "")
    ground = ground or ("opinion-or-complaint" if protected >= _NOTABLE else "whole-reply-weighed")
    return tuple(Freed(category, ruled[category], ground) for category in lost)

"""Small helpers that turn a place in a folding into a finding; they keep the detectors short."""

from __future__ import annotations

from collections.abc import Mapping

from moderation.categories import Category
from moderation.lexicon import Hit
from moderation.model import Finding, Signal, SignalKind, Where
from moderation.text import View


def seen(
    category: Category,
    score: float,
    reason: str,
    view: View,
    start: int,
    end: int,
    where: Where = "text",
    detail: Mapping[str, str] | None = None,
) -> Finding:
    """A finding at ``[start, end)`` of a folded view, mapped back to the original."""
    first, last = view.span(start, end)
    return Finding(category, score, category.slug, first, last, reason, where, detail or {})


def met(category: Category, score: float, reason: str, hit: Hit) -> Finding:
    """A finding at a term of the lexicon."""
    return seen(category, score, reason, hit.view, hit.start, hit.end, detail={"group": hit.term.group})


def whole(category: Category, score: float, reason: str, text: str, detail: Mapping[str, str] | None = None) -> Finding:
    """A finding about the reply as a whole."""
    return Finding(category, score, category.slug, 0, len(text), reason, "text", detail or {})


def signal(kind: SignalKind, score: float, reason: str, hit: Hit) -> Signal:
    """A signal at a term of the lexicon."""
    start, end = hit.span()
    return Signal(kind, score, "signals", start, end, reason)

"""Not violations, but a person must look now: cries for help, danger to life."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from moderation.context import Context
from moderation.detectors.evidence import signal
from moderation.model import Signal, SignalKind

_DANGERS: Final = ("despair", "abuse", "captive", "medical", "trapped")
"""Groups of terms that are everyday words alone and a cry for help beside a plea."""


def detect(context: Context) -> Iterator[Signal]:
    """Crisis terms are broad on purpose; the trained model narrows them where it covers the language."""
    danger = [group for group in _DANGERS if context.has(group)]
    for hit in context.hits.get("crisis", ())[:3]:
        yield signal(SignalKind.CRISIS, 0.6, "cry-for-help", hit)
    if danger and context.has("plea"):
        hit = context.hits[danger[0]][0]
        yield signal(SignalKind.CRISIS, 0.4 + 0.1 * len(danger), f"{danger[0]}-and-plea", hit)
    violence = context.first("violence")
    if violence and not context.has("report", "condemn", "ask"):
        yield signal(SignalKind.THREAT_TO_LIFE, 0.55, "threat", violence)

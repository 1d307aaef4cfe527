"""Not violations, but a person must look now: cries for help, danger to life."""

from __future__ import annotations

from collections.abc import Iterator

from moderation.context import Context
from moderation.detectors.evidence import signal
from moderation.model import Signal, SignalKind


def detect(context: Context) -> Iterator[Signal]:
    """Crisis terms are broad on purpose; the trained model narrows them where it covers the language."""
    for hit in context.hits.get("crisis", ())[:3]:
        yield signal(SignalKind.CRISIS, 0.6, "cry-for-help", hit)
    violence = context.first("violence")
    if violence and not context.has("report", "condemn", "ask"):
        yield signal(SignalKind.THREAT_TO_LIFE, 0.55, "threat", violence)

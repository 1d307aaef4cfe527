"""Not violations, but a person must look now: cries for help, danger to life."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Final

from moderation import numbers
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
    yield from _false_notice(context)
    violence = context.first("violence")
    if violence and not context.has("report", "condemn", "ask"):
        yield signal(SignalKind.THREAT_TO_LIFE, 0.55, "threat", violence)


def _false_notice(context: Context) -> Iterator[Signal]:
    """Safety words turned round inside the agency's own notice, or an official number with one wrong digit."""
    danger = context.first("unsafe", "defy")
    if danger and context.aligned.covered >= 0.35 and context.aligned.changes:
        yield signal(SignalKind.FALSE_NOTICE, 0.8, "safety-notice-altered", danger)
    for number in numbers.find_numbers(context.plain.text):
        if one_off(numbers.national(number.digits), context.around.numbers):
            start, end = context.plain.span(number.start, number.end)
            yield Signal(SignalKind.FALSE_NOTICE, 0.6, "signals", start, end, "official-number-one-digit-off")


def one_off(digits: str, official: Collection[str]) -> bool:
    """Whether exactly one digit differs from a published number of at least nine digits."""
    near = (known for known in official if len(known) == len(digits) >= 9)
    return any(sum(a != b for a, b in zip(known, digits, strict=True)) == 1 for known in near)

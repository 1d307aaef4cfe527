"""Category 9: flooding, noise, baiting, calls to swamp an office, advice that endangers."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from typing import Final

from moderation.categories import Category
from moderation.context import Context
from moderation.detectors.evidence import met, whole
from moderation.model import Finding

_TERMS: Final = (("swamp", 0.65, "call-to-swamp"), ("unsafe", 0.65, "unsafe-advice"), ("bait", 0.55, "bait"))
_PAIRS: Final = (
    (("rally", "overload"), "rally-to-overload"),
    (("rally", "defy"), "rally-to-defy"),
    (("versus", "rally"), "rally-to-fight"),
    (("defy", "trapped"), "danger-denied"),
)
"""Two concepts that are ordinary apart and unsuitable together."""
_TOKEN: Final = re.compile(r"[^\s.,!?、。・]+")
_RUN: Final = re.compile(r"(.{1,12}?)\1{5,}", re.DOTALL)
_SHORTEST_RUN: Final = 18
_PROBE: Final = 6
_ODD: Final = re.compile(r"[^\w\s\u0900-\u17ff\-.,!?、。・「」『』()（）:;/@#'\"…~%&+*“”’‘¥$]")


def detect(context: Context) -> Iterator[Finding]:
    """Repetition and noise are measured; calls and bait are terms."""
    for group, score, reason in _TERMS:
        hit = context.first(group)
        if hit:
            yield met(Category.OTHER_UNSUITABLE, score - 0.3 * context.has("report", "condemn"), reason, hit)
    for pair, reason in _PAIRS:
        if all(context.has(group) for group in pair):
            yield met(
                Category.OTHER_UNSUITABLE,
                0.5 - 0.2 * context.has("report", "complain"),
                reason,
                context.hits[pair[1]][0],
            )
    repeated = repetition(context.plain.text)
    if repeated >= 0.6:
        yield whole(Category.OTHER_UNSUITABLE, min(0.95, 0.3 + 0.6 * repeated), "flood", context.reply.text)
    noise = noise_share(context.plain.text)
    if noise >= 0.5 and len(context.plain.text) >= 8:
        yield whole(Category.OTHER_UNSUITABLE, 0.3 + 0.4 * noise, "noise", context.reply.text)


def repetition(text: str) -> float:
    """Share of the text that is the same word or string again, 0 to 1; needs six repetitions."""
    if len(text) < 12:
        return 0.0
    words = _TOKEN.findall(text[:2000])
    by_word = 0.0
    if len(set(words)) * 2 < len(words):
        word, count = Counter(words).most_common(1)[0]
        by_word = count * (len(word) + 1) / len(text) if count >= 6 else 0.0
    run = 0
    start = text[:600]
    if len(set(start)) * 3 < len(start) and _may_run(start):  # many different letters cannot be one string repeated
        run = max((match.end() - match.start() for match in _RUN.finditer(start)), default=0)
    return min(1.0, max(by_word, run / len(start) if run >= _SHORTEST_RUN else 0.0))


def _may_run(text: str) -> bool:
    """Whether a string of up to twelve letters may stand there six times, eighteen letters or more: then every piece
    inside comes again within twelve letters. Asked first, because looking for the run itself costs ten times as much.
    """
    return any(
        text.find(text[at : at + _PROBE], at + 1, at + 12 + _PROBE) >= 0
        for at in range(0, len(text) - _PROBE + 1, _PROBE)
    )


def noise_share(text: str) -> float:
    """Share of characters that are neither letters, digits, spaces nor common punctuation, 0 to 1."""
    if not text:
        return 0.0
    return len(_ODD.findall(text)) / len(text)

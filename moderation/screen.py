"""Reply to verdict: every detector looks, the counter-test frees, the policy decides what is written on the case."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Final

from moderation.archive import Archive
from moderation.categories import Category
from moderation.context import Context, Detector, Surroundings
from moderation.detectors import DETECTORS
from moderation.lexicon import default_lexicon, lexicon_files
from moderation.model import Action, Finding, Official, Reply, Signal, SignalKind, Verdict
from moderation.officials import PUBLIC_NUMBERS, Roster
from moderation.policy import Policy, load_policy
from moderation.protected import free
from moderation.text import FOLDING_VERSION

MOST_CHARACTERS: Final = 5_000
"""Longer replies are screened up to here and say so by a signal; no platform lets people write more in a reply."""

_URGENT_SIGNALS: Final = frozenset(
    {SignalKind.CRISIS, SignalKind.THREAT_TO_LIFE, SignalKind.EXPOSED_NUMBER, SignalKind.FALSE_NOTICE}
)


class Screener:
    """Screens replies under one policy version; holds no state between replies and may be shared by threads."""

    def __init__(
        self,
        policy: Policy,
        officials: Iterable[Official],
        archive: Archive | None = None,
        detectors: Sequence[tuple[str, Detector]] = DETECTORS,
    ) -> None:
        self.policy = policy
        self._around = Surroundings(default_lexicon(), Roster(officials), archive)
        self._detectors = tuple(detectors)

    def screen(self, reply: Reply) -> Verdict:
        """The verdict on one reply; never raises, whatever the reply holds."""
        return self.screen_many([reply])[0]

    def screen_many(self, replies: Sequence[Reply]) -> list[Verdict]:
        """Verdicts in the order of the replies."""
        return [self._verdict(reply) for reply in replies]

    def _verdict(self, reply: Reply) -> Verdict:
        context = Context(replace(reply, text=reply.text[:MOST_CHARACTERS]), self._around)
        findings, signals = self._look(context)
        if len(reply.text) > MOST_CHARACTERS:
            end = len(reply.text)
            signals.append(Signal(SignalKind.NOT_COVERED, 1.0, "screen", MOST_CHARACTERS, end, "too-long"))
        if not context.language.covered and any(char.isalpha() for char in context.reply.text):
            end = len(context.reply.text)
            signals.append(Signal(SignalKind.NOT_COVERED, 1.0, "language", 0, end, "language-not-covered"))
        raw = {category: max((f.score for f in findings if f.category == category), default=0.0) for category in Category}
        scores, freed = free(context, raw)
        labels = self._labels(context, scores)
        return Verdict(
            id=reply.id,
            labels=labels,
            scores=scores,
            findings=tuple(sorted(findings, key=lambda finding: -finding.score)),
            signals=tuple(signals),
            action=self._action(labels, scores, signals),
            policy=self.policy.version,
            language=context.language.tag,
            language_doubt=context.language.doubt,
            freed=freed,
        )

    def _look(self, context: Context) -> tuple[list[Finding], list[Signal]]:
        findings: list[Finding] = []
        signals: list[Signal] = []
        for name, detect in self._detectors:
            try:
                for evidence in detect(context):
                    (findings if isinstance(evidence, Finding) else signals).append(evidence)  # type: ignore[arg-type]
            except Exception:  # a broken detector must be seen by a person, never be silence
                signals.append(Signal(SignalKind.DETECTOR_FAILED, 1.0, name, 0, 0, "detector-raised"))
        return findings, signals

    def _labels(self, context: Context, scores: dict[Category, float]) -> tuple[Category, ...]:
        thresholds = self.policy.thresholds
        labels = [c for c in Category if scores[c] >= thresholds.of(c, context.language.tag)]
        specific = [c for c in labels if c not in (Category.UNRELATED, Category.OTHER_UNSUITABLE)]
        return tuple(specific or labels)

    def _action(
        self, labels: Sequence[Category], scores: dict[Category, float], signals: Sequence[Signal]
    ) -> Action:
        if any(s.kind in _URGENT_SIGNALS and s.score >= self.policy.thresholds.signal for s in signals):
            return Action.URGENT
        if any(scores[label] >= self.policy.thresholds.urgent.get(label, 2.0) for label in labels):
            return Action.URGENT
        failed = any(signal.kind == SignalKind.DETECTOR_FAILED for signal in signals)
        uncovered = any(signal.kind == SignalKind.NOT_COVERED for signal in signals)
        return Action.REVIEW if labels or failed or uncovered else Action.NONE


def load_screener(officials: Iterable[Official], archive: Archive | None = None) -> Screener:
    """A screener under the shipped policy; ``officials`` are all accounts of the roster, on every platform."""
    parts = [path.read_bytes() for path in (*lexicon_files(), PUBLIC_NUMBERS)]
    return Screener(load_policy(parts=[*parts, FOLDING_VERSION.encode()]), officials, archive=archive)

"""Reply to verdict: every detector looks, rules and trained model are weighed, the policy decides what is written."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cache
from importlib import resources
from typing import Final

from moderation import protected
from moderation.archive import Archive
from moderation.categories import VIEWPOINT_RISK, Category
from moderation.context import Context, Detector, Surroundings
from moderation.detectors import DETECTORS
from moderation.fusion import WEIGHTS, Fused, Fusion, assure, features
from moderation.lexicon import default_lexicon, lexicon_files
from moderation.linear import LinearModel, ModelScores
from moderation.model import Action, Finding, Official, Reply, Signal, SignalKind, Verdict
from moderation.officials import PUBLIC_NUMBERS, Roster
from moderation.policy import Policy, load_policy
from moderation.text import FOLDING_VERSION

MOST_CHARACTERS: Final = 5_000
"""Longer replies are screened up to here and say so by a signal; no platform lets people write more in a reply."""

_URGENT_SIGNALS: Final = frozenset(
    {SignalKind.CRISIS, SignalKind.THREAT_TO_LIFE, SignalKind.EXPOSED_NUMBER, SignalKind.FALSE_NOTICE}
)
_LAST_RESORT: Final = frozenset({Category.UNRELATED, Category.OTHER_UNSUITABLE})
Look = tuple[Context, list[Finding], list[Signal]]


class Screener:
    """Screens replies under one policy version; holds no state between replies and may be shared by threads.

    Without a ``model`` the detectors' own scores decide, which is much less: see ``docs/screening``.
    """

    def __init__(
        self,
        policy: Policy,
        officials: Iterable[Official],
        model: LinearModel | None = None,
        archive: Archive | None = None,
        detectors: Sequence[tuple[str, Detector]] = DETECTORS,
        fusion: Fusion | None = None,
    ) -> None:
        self.policy = policy
        self._around = Surroundings(default_lexicon(), Roster(officials), archive)
        self._model = model
        self._fusion = fusion or (Fusion.load() if model else None)
        self._detectors = tuple(detectors)

    def screen(self, reply: Reply) -> Verdict:
        """The verdict on one reply; never raises, whatever the reply holds."""
        return self.screen_many([reply])[0]

    def screen_many(self, replies: Sequence[Reply]) -> list[Verdict]:
        """Verdicts in the order of the replies; batches are several times faster than single calls."""
        cut = [_cut(reply) for reply in replies]
        looks = [self.look(reply) for reply in cut]
        return self.judge(replies, looks, self._modelled(cut, looks))

    def judge(
        self, replies: Sequence[Reply], looks: Sequence[Look], modelled: Sequence[ModelScores | None]
    ) -> list[Verdict]:
        """Verdicts from what the detectors saw and what a model scored, for those who bring their own scores."""
        found = [features(*look, model) if model else {} for look, model in zip(looks, modelled, strict=True)]
        fused = self._fuse(found)
        rows = zip(replies, looks, modelled, found, fused, strict=True)
        return [self._verdict(reply, look, model, each, score) for reply, look, model, each, score in rows]

    def look(self, reply: Reply) -> Look:
        """What the detectors alone see in one reply."""
        context = Context(reply, self._around)
        findings: list[Finding] = []
        signals: list[Signal] = []
        for name, detect in self._detectors:
            try:
                for evidence in detect(context):
                    if isinstance(evidence, Finding):
                        findings.append(evidence)
                    else:
                        signals.append(evidence)
            except Exception:  # a broken detector must be seen by a person, never be silence
                signals.append(Signal(SignalKind.DETECTOR_FAILED, 1.0, name, 0, 0, "detector-raised"))
        return context, findings, signals

    def _modelled(self, replies: Sequence[Reply], looks: Sequence[Look]) -> Sequence[ModelScores | None]:
        if self._model is None:
            return [None] * len(replies)
        try:
            return self._model.scores(replies)
        except Exception:  # rules still judge, and people are told that the model did not
            for _, _, signals in looks:
                signals.append(Signal(SignalKind.DETECTOR_FAILED, 1.0, "trained-model", 0, 0, "model-raised"))
            return [None] * len(replies)

    def _fuse(self, found: Sequence[Mapping[str, float]]) -> Sequence[Fused | None]:
        """All or none: a batch is scored by the model as a whole."""
        if self._fusion is None or not all(found):
            return [None] * len(found)
        return self._fusion.scores(found)

    def _verdict(
        self,
        reply: Reply,
        look: Look,
        model: ModelScores | None,
        found: Mapping[str, float],
        fused: Fused | None,
    ) -> Verdict:
        context, findings, signals = look
        language = context.language
        ruled = highest(findings)
        known = _taught(context, model)
        if _foreign(context):
            fused = None  # a model's word on a script it never learned means nothing
        weighed = assure(fused.scores, findings) if fused else protected.relieve(context, ruled)
        scores = protected.spare(context, weighed)
        if not known:  # doubt goes to the writer: opinion in an unknown language is not judged by its sound
            scores = {c: score / 2 if c in VIEWPOINT_RISK else score for c, score in scores.items()}
        labels = self._labels(language.tag, scores)
        seen = [*findings, *self._weighed_evidence(context, labels, findings, found, scores)]
        told = [*self._crisis(context, signals, fused), *_coverage(reply, known)]
        return Verdict(
            id=reply.id,
            labels=labels,
            scores=scores,
            findings=tuple(sorted(seen, key=lambda finding: (finding.category not in labels, -finding.score))),
            signals=tuple(told),
            action=self._action(labels, scores, told),
            policy=self.policy.version,
            language=language.tag,
            language_doubt=language.doubt,
            freed=protected.freed(context, ruled, labels, fused.protected if fused else 0.0),
        )

    def _labels(self, language: str, scores: Mapping[Category, float]) -> tuple[Category, ...]:
        """Categories at or above their threshold; 8 and 9 only where nothing more specific applies."""
        labels = [c for c in Category if scores[c] >= self.policy.thresholds.of(c, language)]
        specific = [c for c in labels if c not in _LAST_RESORT]
        return tuple(specific or sorted(labels, key=lambda c: -scores[c])[:1])

    def _weighed_evidence(
        self,
        context: Context,
        labels: Sequence[Category],
        findings: Sequence[Finding],
        found: Mapping[str, float],
        scores: Mapping[Category, float],
    ) -> Iterator[Finding]:
        """Where it was seen, for labels that no detector showed: the terms that weigh most, else the model's places."""
        shown = {finding.category for finding in findings}
        for label in labels:
            if label in shown or self._fusion is None:
                continue
            hits = [context.hits[group][0] for group in self._fusion.speaks_for(found, label)[:3]]
            for hit in hits:
                yield Finding(label, scores[label], "weighed-terms", *hit.span(), f"words-of-{hit.term.group}")
            if not hits and self._model:
                end = len(context.reply.text)
                for first, last, _ in self._model.spans(context.reply, label) or [(0, end, 1.0)]:
                    yield Finding(label, scores[label], "trained-model", first, last, "words-weighed-together")

    def _crisis(self, context: Context, signals: Sequence[Signal], fused: Fused | None) -> list[Signal]:
        """With a trained model its weighed chance replaces the bare term's score, and may raise the signal alone."""
        if fused is None:
            return list(signals)
        told = [replace(s, score=round(fused.crisis, 4)) if s.kind is SignalKind.CRISIS else s for s in signals]
        told = [s for s in told if s.kind is not SignalKind.CRISIS or s.score >= self.policy.thresholds.crisis]
        alone = all(s.kind is not SignalKind.CRISIS for s in told)
        if alone and fused.crisis >= self.policy.thresholds.crisis:
            end = len(context.reply.text)
            told.append(Signal(SignalKind.CRISIS, round(fused.crisis, 4), "trained-model", 0, end, "cry-for-help"))
        return told

    def _action(
        self, labels: Sequence[Category], scores: Mapping[Category, float], signals: Sequence[Signal]
    ) -> Action:
        thresholds = self.policy.thresholds
        needed = {SignalKind.CRISIS: thresholds.crisis}
        if any(s.kind in _URGENT_SIGNALS and s.score >= needed.get(s.kind, thresholds.signal) for s in signals):
            return Action.URGENT
        if any(scores[label] >= thresholds.urgent.get(label, 2.0) for label in labels):
            return Action.URGENT
        doubtful = any(s.kind in (SignalKind.DETECTOR_FAILED, SignalKind.NOT_COVERED) for s in signals)
        return Action.REVIEW if labels or doubtful else Action.NONE


def highest(findings: Iterable[Finding]) -> dict[Category, float]:
    """The strongest score of each category among findings; 0 where there is none."""
    scores = dict.fromkeys(Category, 0.0)
    for finding in findings:
        scores[finding.category] = max(scores[finding.category], finding.score)
    return scores


def load_screener(
    officials: Iterable[Official], archive: Archive | None = None, model: LinearModel | bool | None = True
) -> Screener:
    """A screener under the shipped policy; ``officials`` are all accounts of the roster, on every platform.

    ``model`` True takes the shipped weights, None screens by rules alone.
    """
    chosen = _shipped_model() if model is True else model or None
    return Screener(_shipped_policy(), officials, model=chosen, archive=archive)


@cache
def _shipped_model() -> LinearModel:
    return LinearModel.load()


@cache
def _shipped_policy() -> Policy:
    weights = resources.files("moderation").joinpath("models/linear.npz")
    data = (weights, *lexicon_files(), PUBLIC_NUMBERS, WEIGHTS)
    return load_policy(parts=[*(path.read_bytes() for path in data), FOLDING_VERSION.encode()])


def _cut(reply: Reply) -> Reply:
    if max(len(reply.text), len(reply.post)) <= MOST_CHARACTERS and len(reply.author.handle + reply.author.name) <= 400:
        return reply
    author = replace(reply.author, handle=reply.author.handle[:200], name=reply.author.name[:200])
    return replace(reply, text=reply.text[:MOST_CHARACTERS], post=reply.post[:MOST_CHARACTERS], author=author)


def _foreign(context: Context) -> bool:
    """Whether the reply is surely in a language that nothing was taught about, by its script."""
    language = context.language
    return not language.covered and language.tag != "und" and language.doubt < 0.5


def _taught(context: Context, model: ModelScores | None) -> bool:
    """Whether screening was taught the language; if not, labels are tentative and people are told so."""
    language = context.language
    if language.tag == "und" and language.doubt == 1.0:
        return True  # no letters at all: nothing to know
    if _foreign(context):
        return False
    return model is None or model.covered or (language.covered and language.doubt < 0.6)


def _coverage(reply: Reply, known: bool) -> list[Signal]:
    """What screening could not judge: the rest of a very long reply, a language that nothing was taught about."""
    told: list[Signal] = []
    if len(reply.text) > MOST_CHARACTERS:
        told.append(Signal(SignalKind.NOT_COVERED, 1.0, "screen", MOST_CHARACTERS, len(reply.text), "too-long"))
    if not known:
        end = min(len(reply.text), MOST_CHARACTERS)
        told.append(Signal(SignalKind.NOT_COVERED, 1.0, "language", 0, end, "language-not-covered"))
    return told

"""Reply to verdict: every detector looks, rules and trained model are weighed, the policy decides what is written."""

from __future__ import annotations

import gc
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import cache
from importlib import resources
from typing import Final, NamedTuple

from moderation import protected
from moderation.archive import Archive
from moderation.categories import VIEWPOINT_RISK, Category
from moderation.context import Context, Detector, Surroundings
from moderation.detectors import DETECTORS
from moderation.fusion import WEIGHTS, Fused, Fusion, assure, features
from moderation.grounds import Asked, weighed_evidence
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
_NOTHING: Final = dict.fromkeys(Category, 0.0)
_LAST_RESORT: Final = frozenset({Category.UNRELATED, Category.OTHER_UNSUITABLE})
_AT_ONCE: Final = 256
"""Replies looked at together: more are no faster, and what was seen of them would fill memory until all are judged."""
_FIRST_STEPS: Final = ("language", "plain", "bare", "disguised", "hits", "aligned")
Look = tuple[Context, list[Finding], list[Signal]]


class _Weighed(NamedTuple):
    """What rules and model say together: ``ruled`` by detectors alone; ``known``: screening was taught the language."""

    ruled: Mapping[Category, float]
    scores: Mapping[Category, float]
    labels: tuple[Category, ...]
    known: bool
    fused: Fused | None


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
        of, languages = policy.thresholds.of, ("", *policy.thresholds.label_by_language)
        self._limits = {language: [(c, of(c, language)) for c in Category] for language in languages}

    @property
    def modelled(self) -> bool:
        """Whether a trained model weighs in, or rules alone decide."""
        return self._model is not None

    def screen(self, reply: Reply) -> Verdict:
        """The verdict on one reply; never raises, whatever the reply holds."""
        return self.screen_many([reply])[0]

    def screen_many(self, replies: Sequence[Reply]) -> list[Verdict]:
        """Verdicts in the order of the replies; batches are several times faster than single calls."""
        found: list[Verdict] = []
        for start in range(0, len(replies), _AT_ONCE):
            some = replies[start : start + _AT_ONCE]
            cut = [_cut(reply) for reply in some]
            looks = self.look_many(cut)
            found += self.judge(some, looks, self._modelled(cut, looks))
        return found

    def judge(
        self, replies: Sequence[Reply], looks: Sequence[Look], modelled: Sequence[ModelScores | None]
    ) -> list[Verdict]:
        """Verdicts from what the detectors saw and what a model scored, for those who bring their own scores."""
        found = [features(*look, model) if model else {} for look, model in zip(looks, modelled, strict=True)]
        weighed = list(map(self._weigh, looks, modelled, self._fuse(found)))
        asked = [
            Asked(*look[:2], each.labels, each.scores, names)
            for look, each, names in zip(looks, weighed, found, strict=True)
        ]
        evidence = weighed_evidence(asked, self._fusion, self._model) if self._fusion else [()] * len(asked)
        return list(map(self._verdict, replies, looks, weighed, evidence))

    def look(self, reply: Reply) -> Look:
        """What the detectors alone see in one reply."""
        return self.look_many([reply])[0]

    def look_many(self, replies: Sequence[Reply]) -> list[Look]:
        """What the detectors see, step by step for all replies: one step at a time stays in the processor's cache."""
        contexts = [Context(reply, self._around) for reply in replies]
        for step in _FIRST_STEPS:
            with suppress(Exception):  # whoever needs it asks again, and says that it failed
                for context in contexts:
                    getattr(context, step)
        looks: list[Look] = [(context, [], []) for context in contexts]
        for name, detect in self._detectors:
            for look in looks:
                _watch(name, detect, look)
        return looks

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

    def _weigh(self, look: Look, model: ModelScores | None, fused: Fused | None) -> _Weighed:
        context, findings, _ = look
        if _foreign(context):
            fused = None  # a model's word on a script it never learned means nothing
        ruled = highest(findings)
        weighed = assure(fused.scores, findings) if fused else protected.relieve(context, ruled)
        scores = protected.spare(context, weighed)
        known = _taught(context, model)
        if not known:  # doubt goes to the writer: opinion in an unknown language is not judged by its sound
            scores = {c: score / 2 if c in VIEWPOINT_RISK else score for c, score in scores.items()}
        return _Weighed(ruled, scores, self._labels(context.language.tag, scores), known, fused)

    def _verdict(self, reply: Reply, look: Look, weighed: _Weighed, evidence: Sequence[Finding]) -> Verdict:
        context, findings, signals = look
        ruled, scores, labels, known, fused = weighed
        seen = [*findings, *evidence]
        if len(seen) > 1:
            seen.sort(key=lambda finding: (finding.category not in labels, -finding.score))
        told = self._crisis(context, signals, fused) + _coverage(reply, known)
        return Verdict(
            id=reply.id,
            labels=labels,
            scores=scores,
            findings=tuple(seen),
            signals=tuple(told),
            action=self._action(labels, scores, told),
            policy=self.policy.version,
            language=context.language.tag,
            language_doubt=context.language.doubt,
            freed=protected.freed(context, ruled, labels, fused.protected if fused else 0.0),
        )

    def _labels(self, language: str, scores: Mapping[Category, float]) -> tuple[Category, ...]:
        """Categories at or above their threshold; 8 and 9 only where nothing more specific applies."""
        limits = self._limits.get(language, self._limits[""])
        labels = [category for category, limit in limits if scores[category] >= limit]
        specific = [c for c in labels if c not in _LAST_RESORT]
        return tuple(specific or sorted(labels, key=lambda c: -scores[c])[:1])

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
        if signals and any(
            s.kind in _URGENT_SIGNALS and s.score >= needed.get(s.kind, thresholds.signal) for s in signals
        ):
            return Action.URGENT
        if any(scores[label] >= thresholds.urgent.get(label, 2.0) for label in labels):
            return Action.URGENT
        doubtful = any(s.kind in (SignalKind.DETECTOR_FAILED, SignalKind.NOT_COVERED) for s in signals)
        return Action.REVIEW if labels or doubtful else Action.NONE


def _watch(name: str, detect: Detector, look: Look) -> None:
    context, findings, signals = look
    try:
        for evidence in detect(context):
            if isinstance(evidence, Finding):
                findings.append(evidence)
            else:
                signals.append(evidence)
    except Exception:  # a broken detector must be seen by a person, never be silence
        signals.append(Signal(SignalKind.DETECTOR_FAILED, 1.0, name, 0, 0, "detector-raised"))


def highest(findings: Iterable[Finding]) -> dict[Category, float]:
    """The strongest score of each category among findings; 0 where there is none."""
    scores = _NOTHING.copy()
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
    screener = Screener(_shipped_policy(), officials, model=chosen, archive=archive)
    _keep_for_good()
    return screener


@cache
def _keep_for_good() -> None:
    """Terms and tables live as long as the process; told so, Python's collector does not walk through all of them
    again and again, which was a quarter of the time of a batch.
    """
    gc.collect()
    gc.freeze()


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

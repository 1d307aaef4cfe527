"""Try a sentence under the version in force and under a draft. It is neither stored nor logged."""

from __future__ import annotations

from dataclasses import dataclass

from bot.domain.errors import BadInput
from bot.usecases.parts import Parts
from moderation.categories import Category
from moderation.drafts import read_draft, screener_under
from moderation.model import Reply, Verdict

MOST: int = 2000
"""Characters of a sentence; no platform lets people write more."""


@dataclass(frozen=True, slots=True)
class Score:
    """One category under both versions: score and limit (0 to 1) in force, score and limit of the draft."""

    category: Category
    now: float
    now_limit: float
    then: float
    then_limit: float


@dataclass(frozen=True, slots=True)
class Tried:
    """Both verdicts, and the categories that were thought of at all."""

    now: Verdict
    then: Verdict
    scores: tuple[Score, ...]

    @property
    def same(self) -> bool:
        return (self.now.labels, self.now.action) == (self.then.labels, self.then.action)


def tried(parts: Parts, text: str, sentence: str) -> Tried:
    """``text`` is a draft that can be read. BadInput for too long a sentence."""
    if len(sentence) > MOST:
        raise BadInput("Write at most 2000 characters.", key="try").worded("draft-error.try-long")
    live = parts.screener()
    draft = screener_under(text, parts.registry().officials(), model=live.modelled)
    now, then = (each.screen(Reply(text=sentence)) for each in (live, draft))
    limits, new = live.policy.thresholds, read_draft(text).policy.thresholds
    scores = (
        Score(each, now.scores[each], limits.of(each, now.language), then.scores[each], new.of(each, then.language))
        for each in Category
    )
    return Tried(now, then, tuple(each for each in scores if max(each.now, each.then) >= 0.05))

"""How much of what is really a violation screening finds, estimated from random samples of what it left alone.

What a sample shows is decided like any other case, by somebody else: a sampled reply whose case was then dismissed, or
whose measure was taken back, was no violation. What a judge overlooks in a sample stays overlooked; the share of golden
cases answered rightly tells how much that may be.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from bot.domain.judging import Judgement, ReviewItem
from bot.store.quality import Decided
from moderation.categories import Category
from moderation.evaluate import wilson
from moderation.ladder import Step

Judged = Sequence[tuple[ReviewItem, Sequence[Judgement]]]


@dataclass(frozen=True, slots=True)
class Recall:
    """``found``: confirmed cases that screening flagged. ``sampled``: unflagged replies that people looked at, ``missed``
    of them violations. ``low`` and ``high`` carry the sample's 95 % interval; None where nothing was sampled or found.
    """

    found: int
    sampled: int
    missed: int
    value: float | None = None
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True)
class Violation:
    """A violation that a person confirmed: its category, and the sampled item that showed it (None: flagged)."""

    category: Category | None
    language: str
    item: ReviewItem | None = None


class Recalls:
    """Estimates over one span. ``cases`` are those decided in it, ``samples`` what was judged in it."""

    def __init__(self, cases: Sequence[Decided], samples: Judged) -> None:
        self.samples = [item for item, _ in samples]
        self.violations = [
            Violation(each.category, each.language or "und") for each in cases if each.flagged and _stands(each)
        ] + _missed(cases, samples)

    @property
    def languages(self) -> set[str]:
        """Every language in which there was a violation."""
        return {each.language for each in self.violations}

    @property
    def left_alone(self) -> float:
        """How many permitted replies screening left alone, as the samples say."""
        missed = {each.item.id for each in self.violations if each.item is not None}
        return sum(each.stands_for for each in self.samples if each.id not in missed)

    def overall(self) -> Recall:
        return self._of(lambda each: True, len(self.samples))

    def of_category(self, category: Category) -> Recall:
        return self._of(lambda each: each.category is category, len(self.samples))

    def of_language(self, language: str) -> Recall:
        """No estimate for a language that no sampled reply was written in."""
        return self._of(
            lambda each: each.language == language, sum((each.language or "und") == language for each in self.samples)
        )

    def _of(self, among: Callable[[Violation], bool], sampled: int) -> Recall:
        """Those missed in the whole sample, scaled to all that was not flagged. The interval is that of their share in
        the whole sample, also for a part: how many replies belong to the part is itself known from the sample only.
        """
        mine = [each for each in self.violations if among(each)]
        missed = [each.item for each in mine if each.item is not None]
        found = len(mine) - len(missed)
        if not sampled:
            return Recall(found, 0, len(missed))
        standing = sum(each.stands_for for each in self.samples)
        share = wilson(len(missed), len(self.samples))
        estimates = (sum(each.stands_for for each in missed), share.high * standing, share.low * standing)
        return Recall(found, sampled, len(missed), *(_recall(found, each) for each in estimates))


def _recall(found: int, missed: float) -> float | None:
    return round(found / (found + missed), 4) if found + missed else None


def _stands(case: Decided) -> bool:
    return case.step > Step.NONE and not case.back


def _missed(cases: Sequence[Decided], samples: Judged) -> list[Violation]:
    """What the samples showed, as far as it was not found permitted when its case was decided."""
    decided = {each.reply: each for each in cases if not each.flagged}
    found = []
    for item, views in samples:
        category = majority(views)
        case = decided.get(item.reply or 0)
        if category is not None and (case is None or _stands(case)):
            named = case.category if case is not None else category
            found.append(Violation(named, item.language or "und", item))
    return found


def majority(views: Sequence[Judgement]) -> Category | None:
    """The view of most; the first one decides a tie."""
    voted = [each.opinion.category for each in views]
    return max(voted, key=voted.count, default=None)

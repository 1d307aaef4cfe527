"""Flooding: the same words again and again. One reply cannot show it; the caller counts, this judges."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, replace
from typing import Final

from moderation.categories import Category
from moderation.model import Action, Finding, Verdict

SAME_AUTHOR: Final = 5
"""So many equal replies by one author within an hour are a flood (policy 7(9))."""
MANY_AUTHORS: Final = 10
"""So many equal replies by several authors within an hour are looked at as a brigade."""
SHORTEST: Final = 6
"""Fewer characters repeat by themselves: thanks, greetings, an emoji."""


_FRONT: Final = re.compile(r"^(?:\s*@\w{1,20})+")
_NUMBER: Final = re.compile(r"\d+")
_GAPS: Final = re.compile(r"[\W_]+")


@dataclass(frozen=True, slots=True)
class Repeats:
    """How often exactly these words came within the last hour, this reply included, and from how many authors."""

    replies: int
    authors: int


def with_flood(verdict: Verdict, words: str, repeats: Repeats) -> Verdict:
    """The verdict with a finding of category 9 when the words flood; every other finding stays."""
    one_voice = repeats.replies >= SAME_AUTHOR * max(1, repeats.authors)
    brigade = repeats.replies >= MANY_AUTHORS and repeats.authors > 1
    if len(words.strip()) < SHORTEST or not (one_voice or brigade):
        return verdict
    finding = Finding(
        category=Category.OTHER_UNSUITABLE,
        score=0.9 if one_voice else 0.7,
        detector="flood",
        start=0,
        end=len(words),
        reason="same-words-again" if one_voice else "same-words-by-many",
        detail={"replies": str(repeats.replies), "authors": str(repeats.authors)},
    )
    scores = {**verdict.scores, Category.OTHER_UNSUITABLE: max(finding.score, _score(verdict))}
    labels = tuple(sorted({*verdict.labels, Category.OTHER_UNSUITABLE}))
    action = verdict.action if verdict.action is Action.URGENT else Action.REVIEW
    return replace(verdict, labels=labels, scores=scores, findings=(*verdict.findings, finding), action=action)


def _score(verdict: Verdict) -> float:
    return verdict.scores.get(Category.OTHER_UNSUITABLE, 0.0)


def shape(words: str) -> str:
    """What equal and nearly equal replies have in common: width, letter case, marks, numbers and leading @names do not
    count. Empty for words too short to say that two replies belong together.
    """
    even = _FRONT.sub("", unicodedata.normalize("NFKC", words)).casefold()
    bare = _GAPS.sub("", _NUMBER.sub("0", even))
    return bare if len(bare) >= SHORTEST else ""

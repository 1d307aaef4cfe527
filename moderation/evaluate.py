"""How good screening is on labelled rows: per category, language and tag, with 95 % intervals.

Shares carry Wilson intervals; F1 and macro-F1 carry bootstrap intervals over rows with a fixed seed.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from moderation.categories import Category
from moderation.jsonl import LabelledReply
from moderation.model import SignalKind, Verdict

CRITICISM: Final = frozenset({"criticism", "complaint", "sarcasm", "counter-speech"})
"""Tags of acceptable replies whose false-positive rate is published beside recall."""
_DRAWS: Final = 400
_SEED: Final = 7


@dataclass(frozen=True, slots=True)
class Share:
    """``hits`` of ``of`` with a 95 % interval; ``value`` is 0 when there is nothing to count."""

    hits: int
    of: int
    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Estimate:
    """A figure with its 95 % bootstrap interval."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class CategoryResult:
    """Precision, recall and F1 of one category."""

    category: int
    name: str
    precision: Share
    recall: Share
    f1: Estimate


@dataclass(frozen=True, slots=True)
class GroupResult:
    """Flags (any category) within one language or one tag; violations and acceptable rows apart."""

    name: str
    rows: int
    flag_recall: Share
    false_positives: Share
    flag_f1: float
    category_recall: Share


@dataclass(frozen=True, slots=True)
class Evaluation:
    """Everything ``kouhou evaluate`` shows; ``confusion`` maps "right>written" to a count, 0 is acceptable."""

    rows: int
    policy: str
    macro_f1: Estimate
    categories: tuple[CategoryResult, ...]
    flag_recall: Share
    false_positives: Share
    false_positives_on_criticism: Share
    permit_rate_on_criticism: Share
    obfuscated_category_recall: Share
    crisis_recall: Share
    crisis_precision: Share
    worst_language: str
    languages: tuple[GroupResult, ...]
    tags: tuple[GroupResult, ...]
    confusion: Mapping[str, int]

    def as_json(self) -> dict[str, Any]:
        """Plain values for ``json.dumps``."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Judged:
    """One labelled reply with its verdict."""

    row: LabelledReply
    verdict: Verdict


def evaluate(rows: Sequence[LabelledReply], verdicts: Sequence[Verdict]) -> Evaluation:
    """Compare labels with verdicts, row by row; ValueError when there are no rows."""
    if not rows:
        raise ValueError("There are no labelled rows to evaluate; give a file with at least one.")
    judged = [Judged(row, verdict) for row, verdict in zip(rows, verdicts, strict=True)]
    right, written = _table(row.labels for row in rows), _table(verdict.labels for verdict in verdicts)
    languages = _groups(judged, lambda each: [each.row.reply.lang or each.verdict.language], least=1)
    return Evaluation(
        rows=len(judged),
        policy=verdicts[0].policy,
        macro_f1=_bootstrap(right, written, _macro_f1),
        categories=tuple(_category(category, right, written) for category in Category),
        flag_recall=_flagged(judged, lambda each: bool(each.row.labels)),
        false_positives=_flagged(judged, lambda each: not each.row.labels),
        false_positives_on_criticism=_flagged(judged, _is_criticism),
        permit_rate_on_criticism=_permitted(judged),
        obfuscated_category_recall=_category_recall([each for each in judged if "obfuscated" in each.row.tags]),
        crisis_recall=_crisis(judged, lambda each: "crisis" in each.row.tags, _signals_crisis),
        crisis_precision=_crisis(judged, _signals_crisis, lambda each: "crisis" in each.row.tags),
        worst_language=min(languages, key=lambda group: group.flag_f1).name,
        languages=languages,
        tags=_groups(judged, lambda each: sorted(each.row.tags), least=5),
        confusion=dict(sorted(_confusion(judged).items())),
    )


def wilson(hits: int, of: int) -> Share:
    """A share with its Wilson 95 % interval."""
    if of == 0:
        return Share(0, 0, 0.0, 0.0, 1.0)
    z, share = 1.96, hits / of
    centre = (share + z * z / (2 * of)) / (1 + z * z / of)
    half = z * math.sqrt(share * (1 - share) / of + z * z / (4 * of * of)) / (1 + z * z / of)
    return Share(hits, of, round(share, 4), round(max(0.0, centre - half), 4), round(min(1.0, centre + half), 4))


def _table(labels: Iterable[Iterable[Category]]) -> NDArray[np.bool_]:
    rows = list(labels)
    table = np.zeros((len(rows), len(Category)), bool)
    for index, each in enumerate(rows):
        table[index, [label - 1 for label in each]] = True
    return table


def _f1s(right: NDArray[np.bool_], written: NDArray[np.bool_]) -> NDArray[np.float64]:
    both = (right & written).sum(0)
    return np.asarray(2 * both / np.maximum(1, right.sum(0) + written.sum(0)), np.float64)


def _macro_f1(right: NDArray[np.bool_], written: NDArray[np.bool_]) -> float:
    """Mean over the categories that the rows carry, so that a small set is not punished for what it lacks."""
    carried = right.any(0)
    return float(_f1s(right, written)[carried].mean()) if carried.any() else 0.0


def _bootstrap(
    right: NDArray[np.bool_],
    written: NDArray[np.bool_],
    figure: Callable[[NDArray[np.bool_], NDArray[np.bool_]], float],
) -> Estimate:
    random = np.random.default_rng(_SEED)
    draws = [random.integers(0, len(right), len(right)) for _ in range(_DRAWS)]
    low, high = np.percentile([figure(right[draw], written[draw]) for draw in draws], [2.5, 97.5])
    return Estimate(round(figure(right, written), 4), round(float(low), 4), round(float(high), 4))


def _category(category: Category, right: NDArray[np.bool_], written: NDArray[np.bool_]) -> CategoryResult:
    ours, theirs = written[:, category - 1], right[:, category - 1]
    both = int((ours & theirs).sum())
    return CategoryResult(
        category=category.value,
        name=category.slug,
        precision=wilson(both, int(ours.sum())),
        recall=wilson(both, int(theirs.sum())),
        f1=_bootstrap(theirs[:, None], ours[:, None], lambda a, b: float(_f1s(a, b)[0])),
    )


def _flagged(judged: Sequence[Judged], among: Callable[[Judged], bool]) -> Share:
    chosen = [each for each in judged if among(each)]
    return wilson(sum(bool(each.verdict.labels) for each in chosen), len(chosen))


def _permitted(judged: Sequence[Judged]) -> Share:
    chosen = [each for each in judged if _is_criticism(each)]
    return wilson(sum(not each.verdict.labels for each in chosen), len(chosen))


def _is_criticism(each: Judged) -> bool:
    return not each.row.labels and bool(each.row.tags & CRITICISM)


def _signals_crisis(each: Judged) -> bool:
    return any(signal.kind is SignalKind.CRISIS for signal in each.verdict.signals)


def _crisis(judged: Sequence[Judged], among: Callable[[Judged], bool], hit: Callable[[Judged], bool]) -> Share:
    chosen = [each for each in judged if among(each)]
    return wilson(sum(map(hit, chosen)), len(chosen))


def _category_recall(judged: Sequence[Judged]) -> Share:
    hits = sum(len(each.row.labels & set(each.verdict.labels)) for each in judged)
    return wilson(hits, sum(len(each.row.labels) for each in judged))


def _groups(judged: Sequence[Judged], names: Callable[[Judged], Sequence[str]], least: int) -> tuple[GroupResult, ...]:
    members: dict[str, list[Judged]] = {}
    for each in judged:
        for name in names(each):
            members.setdefault(name, []).append(each)
    return tuple(_group(name, members[name]) for name in sorted(members) if len(members[name]) >= least)


def _group(name: str, judged: Sequence[Judged]) -> GroupResult:
    recall = _flagged(judged, lambda each: bool(each.row.labels))
    false = _flagged(judged, lambda each: not each.row.labels)
    total = recall.hits + false.hits + recall.of
    f1 = 2 * recall.hits / total if total else 1.0
    return GroupResult(name, len(judged), recall, false, round(f1, 4), _category_recall(judged))


def _confusion(judged: Sequence[Judged]) -> Counter[str]:
    """For each label that was missed: what was written instead (0 = nothing); for each false one: what was right."""
    counts = Counter[str]()
    for each in judged:
        right, written = set(each.row.labels), set(each.verdict.labels)
        for missed in right - written:
            counts.update(f"{missed.value}>{wrong}" for wrong in [w.value for w in written - right] or [0])
        if not right:
            counts.update(f"0>{wrong.value}" for wrong in written)
    return counts

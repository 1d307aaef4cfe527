"""How good screening and deciding are, from what people decided: precision, reversals, agreement, recall, proposals."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from bot.domain.judging import ReviewKind
from bot.store import judging, quality
from bot.store.database import Tx
from bot.store.quality import Decided
from bot.usecases import permit
from bot.usecases.parts import Parts
from bot.usecases.recall import Judged, Recall, Recalls
from moderation.agreement import Agreement, kappa
from moderation.categories import Category
from moderation.evaluate import Share, wilson
from moderation.ladder import Step

LEAST_FOR_PROPOSAL: Final = 30
"""Decided cases of a category before a threshold is proposed."""
WORTH: Final = 0.02
"""F1 that a new threshold must win to be worth a policy version."""
GRID: Final = tuple(round(0.20 + 0.02 * step, 2) for step in range(39))


@dataclass(frozen=True, slots=True)
class Row:
    """One category, language or pair of both. ``precision``: flagged and confirmed; ``reversals``: measures taken back.

    ``recall`` is estimated for categories and languages, not for pairs: a sample holds too few of them.
    """

    name: str
    precision: Share
    reversals: Share
    agreement: Agreement
    recall: Recall | None = None


@dataclass(frozen=True, slots=True)
class Proposal:
    """A threshold that would have done better on what people decided; a person drafts the version from it."""

    category: Category
    now: float
    proposed: float
    f1_now: float
    f1_then: float
    cases: int


@dataclass(frozen=True, slots=True)
class Quality:
    """Everything about one span. ``permit``: permitted replies that screening left alone, among those looked at."""

    since: datetime
    until: datetime
    cases: int
    by_category: tuple[Row, ...]
    by_language: tuple[Row, ...]
    by_both: tuple[Row, ...]
    overall: Row
    recall: Recall
    permit: Share
    permit_criticism: Share
    golden: Share
    golden_by_person: tuple[tuple[str, Share], ...]


def measure(parts: Parts, *, since: datetime, until: datetime, offices: Sequence[str] | None = None) -> Quality:
    """The quality of a span for some offices (None: all)."""
    with parts.store.read() as tx:
        cases = quality.decided(tx, since=since, until=until, offices=offices)
        pairs = _pairs(tx, cases, since, until)
        samples = _samples(parts, tx, since, until, offices)
        golden = _golden(tx, since, until)
    recalls = Recalls(cases, samples)
    spoken = sorted({each.language or "und" for each in cases} | recalls.languages)
    return Quality(
        since=since,
        until=until,
        cases=len(cases),
        by_category=tuple(
            replace(_row(c.slug, cases, pairs, category=c), recall=recalls.of_category(c)) for c in Category
        ),
        by_language=tuple(
            replace(_row(each, cases, pairs, language=each), recall=recalls.of_language(each)) for each in spoken
        ),
        by_both=tuple(
            _row(f"{c.slug}/{each}", cases, pairs, category=c, language=each)
            for c in Category
            for each in spoken
            if any(c in case.labels and (case.language or "und") == each for case in cases)
        ),
        overall=_row("all", cases, pairs),
        recall=recalls.overall(),
        permit=_permit(cases, recalls.left_alone),
        permit_criticism=permit.own(parts),
        golden=wilson(sum(right for _, right in golden), len(golden)),
        golden_by_person=tuple(sorted(_by_person(golden).items())),
    )


def proposals(parts: Parts, *, since: datetime, until: datetime) -> list[Proposal]:
    """Thresholds that would have served better, weighed with the samples of what was not flagged."""
    with parts.store.read() as tx:
        cases = quality.decided(tx, since=since, until=until)
    thresholds = parts.screener().policy.thresholds
    found = [_proposal(category, thresholds.of(category, "und"), cases) for category in Category]
    return [each for each in found if each is not None]


@dataclass(frozen=True, slots=True)
class Pair:
    """Two people's categories for the same case, None for no violation."""

    first: Category | None
    second: Category | None
    language: str


def _row(
    name: str,
    cases: Sequence[Decided],
    pairs: Sequence[Pair],
    *,
    category: Category | None = None,
    language: str | None = None,
) -> Row:
    mine = [each for each in cases if language in (None, each.language or "und")]
    flagged = [e for e in mine if e.flagged and (category in e.labels if category else e.labels)]
    acted = [each for each in mine if each.step > Step.NONE and category in (None, each.category)]
    agreed = [pair for pair in pairs if language in (None, pair.language)]
    views: list[tuple[object, object]] = [
        (pair.first, pair.second) if category is None else (pair.first is category, pair.second is category)
        for pair in agreed
    ]
    return Row(
        name,
        precision=wilson(sum(_confirmed(each, category) for each in flagged), len(flagged)),
        reversals=wilson(sum(each.back for each in acted), len(acted)),
        agreement=kappa(views),
    )


def _confirmed(case: Decided, category: Category | None) -> bool:
    """A measure that stands, on the ground of this category (or, overall, of any that was flagged)."""
    if case.step is Step.NONE or case.back:
        return False
    return case.category is category if category else case.category in case.labels


def _pairs(tx: Tx, cases: Sequence[Decided], since: datetime, until: datetime) -> list[Pair]:
    """The decision beside every blind second view of the same case."""
    decided = {each.case: each for each in cases}
    pairs = []
    for item, views in judging.judged_items(tx, ReviewKind.SECOND, since=since, until=until):
        case = decided.get(item.case or 0)
        if case is None:
            continue
        first = case.category if case.step > Step.NONE else None
        pairs += [Pair(first, each.opinion.category, case.language or "und") for each in views if each.blind]
    return pairs


def _samples(parts: Parts, tx: Tx, since: datetime, until: datetime, offices: Sequence[str] | None) -> Judged:
    """Sampled replies that were judged in the span, of these offices' accounts only."""
    found = judging.judged_items(tx, ReviewKind.SAMPLE, since=since, until=until)
    if offices is None:
        return found
    written_to = quality.accounts(tx, [item.reply or 0 for item, _ in found])
    return [each for each in found if parts.account(written_to[each[0].reply or 0]).office in offices]


def _permit(cases: Sequence[Decided], left_alone: float) -> Share:
    """Of permitted replies: the share that was never flagged. Flagged ones are counted, unflagged ones estimated: without
    a sample there is no share.
    """
    if not left_alone:
        return wilson(0, 0)
    wronged = sum(each.flagged and (each.step is Step.NONE or each.back) for each in cases)
    return wilson(round(left_alone), round(left_alone) + wronged)


def _golden(tx: Tx, since: datetime, until: datetime) -> list[tuple[str, bool]]:
    """(person, whether right) for every judgement of a golden case."""
    found = []
    for item, views in judging.judged_items(tx, ReviewKind.GOLDEN, since=since, until=until):
        answer = judging.golden(tx, item.golden or 0).category
        found += [(each.by, each.opinion.category is answer) for each in views]
    return found


def _by_person(golden: Iterable[tuple[str, bool]]) -> dict[str, Share]:
    rows: dict[str, list[bool]] = defaultdict(list)
    for person, right in golden:
        rows[person].append(right)
    return {person: wilson(sum(each), len(each)) for person, each in rows.items()}


def _proposal(category: Category, now: float, cases: Sequence[Decided]) -> Proposal | None:
    rows = [(each.scores.get(str(int(category)), 0.0), _confirmed(each, category)) for each in cases]
    rows = [row for row in rows if row[0] > 0]
    if len(rows) < LEAST_FOR_PROPOSAL or not any(right for _, right in rows):
        return None
    best = max(GRID, key=lambda threshold: (_f1(rows, threshold), -abs(threshold - now)))
    before, after = _f1(rows, now), _f1(rows, best)
    if after - before < WORTH:
        return None
    return Proposal(category, now, best, round(before, 4), round(after, 4), len(rows))


def _f1(rows: Sequence[tuple[float, bool]], threshold: float) -> float:
    hits = sum(right for score, right in rows if score >= threshold)
    written = sum(score >= threshold for score, _ in rows)
    true = sum(right for _, right in rows)
    return 2 * hits / (written + true) if written + true else 0.0

"""Where it was seen, for labels that only the weighing of everything raised and that no detector showed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from moderation.categories import Category
from moderation.context import Context
from moderation.fusion import Fusion
from moderation.linear import LinearModel
from moderation.model import Finding


class Asked(NamedTuple):
    """One judged reply: what the detectors showed, its labels and scores, and the features that were weighed."""

    context: Context
    findings: Sequence[Finding]
    labels: Sequence[Category]
    scores: Mapping[Category, float]
    features: Mapping[str, float]


def weighed_evidence(asked: Sequence[Asked], fusion: Fusion, model: LinearModel | None) -> list[list[Finding]]:
    """For each reply: the terms that weigh most for each label that nothing shows, else the model's places."""
    evidence: list[list[Finding]] = [[] for _ in asked]
    unseen: list[tuple[int, Category]] = []
    for index, each in enumerate(asked):
        shown = {finding.category for finding in each.findings} if each.labels else ()
        for label in each.labels:
            if label in shown:
                continue
            terms = _terms(each, label, fusion)
            evidence[index] += terms
            if not terms:
                unseen.append((index, label))
    if model is not None:
        _add_places(asked, unseen, model, evidence)
    return evidence


def _terms(each: Asked, label: Category, fusion: Fusion) -> list[Finding]:
    hits = [each.context.hits[group][0] for group in fusion.speaks_for(each.features, label)[:3]]
    return [
        Finding(label, each.scores[label], "weighed-terms", *hit.span(), f"words-of-{hit.term.group}") for hit in hits
    ]


def _add_places(
    asked: Sequence[Asked],
    unseen: Sequence[tuple[int, Category]],
    model: LinearModel,
    evidence: Sequence[list[Finding]],
) -> None:
    """All places of a batch are asked of the model at once, which costs a tenth of asking one by one."""
    wanted = [(asked[index].context.reply, label) for index, label in unseen]
    for (index, label), (reply, _), spans in zip(unseen, wanted, model.spans_of(wanted), strict=True):
        score = asked[index].scores[label]
        for first, last, _ in spans or [(0, len(reply.text), 1.0)]:
            evidence[index].append(Finding(label, score, "trained-model", first, last, "words-weighed-together"))

"""Screening measured on training rows by weights that never saw their post: ``python -m moderation.crossvalidate``.

Model scores are out of fold, fusion weights are fitted on the other parts, thresholds are the shipped policy's.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence

import numpy as np

from moderation.evaluate import Evaluation, evaluate
from moderation.fusion import Fusion, features
from moderation.fusion_fit import OFFICIALS, fit_all, folds_of
from moderation.jsonl import LabelledReply
from moderation.linear import ModelScores
from moderation.model import Verdict
from moderation.policy import load_policy
from moderation.screen import Screener, load_screener
from moderation.training.oof import recorded_for
from moderation.training.rows import Row, read_rows, row_files, targets


def cross_validate(rows: Sequence[Row], scores: Sequence[ModelScores]) -> Evaluation:
    """Evaluation over all rows, each judged by weights from the posts of the other parts."""
    looker = load_screener(OFFICIALS, model=None)
    looks = [looker.look(row.reply) for row in rows]
    table = [features(*look, score) for look, score in zip(looks, scores, strict=True)]
    answers, folds = targets(rows), folds_of(rows)
    verdicts: list[Verdict | None] = [None] * len(rows)
    for fold in np.unique(folds):
        inside, outside = np.flatnonzero(folds != fold).tolist(), np.flatnonzero(folds == fold).tolist()
        fusion = Fusion(fit_all([table[i] for i in inside], answers[inside]))
        judge = Screener(load_policy(), OFFICIALS, fusion=fusion)
        some = judge.judge([rows[i].reply for i in outside], [looks[i] for i in outside], [scores[i] for i in outside])
        for i, verdict in zip(outside, some, strict=True):
            verdicts[i] = verdict
    labelled = [LabelledReply(row.reply, row.labels, row.tags) for row in rows]
    return evaluate(labelled, [verdict for verdict in verdicts if verdict is not None])


def main() -> None:
    """Print the evaluation as JSON."""
    rows = read_rows(row_files())
    known = [(row, score) for row, score in zip(rows, recorded_for(rows), strict=True) if score is not None]
    result = cross_validate([row for row, _ in known], [score for _, score in known])
    json.dump(result.as_json(), sys.stdout, indent=1)


if __name__ == "__main__":
    main()

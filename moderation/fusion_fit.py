"""Chooses the fusion weights from the training rows: ``python -m moderation.fusion_fit`` writes ``policy/fusion.json``.

The model's scores are those of models that never saw the row; rows of one post stay in one part. Same rows, same file.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from moderation.fusion import WEIGHTS, features, matrix
from moderation.linear import OUTPUTS, ModelScores
from moderation.model import Official
from moderation.screen import Screener, load_screener
from moderation.training.oof import recorded_for
from moderation.training.rows import Row, parts, read_rows, row_files, targets

Array = NDArray[np.float64]
RIDGE: Final = 15.0
SEEN: Final = 8
"""A feature must be met in so many rows before it gets a weight."""
OFFICIALS: Final = tuple(
    Official(handle)
    for handle in (
        "MOJ_IMMI", "IMMI_SAPPORO", "IMMI_SENDAI", "IMMI_TOKYO", "IMMI_NARITA", "IMMI_HANEDA", "IMMI_YOKOHAMA",
        "IMMI_NAGOYA", "IMMI_CHUBU", "IMMI_OSAKA", "IMMI_KANSAI", "IMMI_KOBE", "IMMI_HIROSHIMA", "IMMI_TAKAMATSU",
        "IMMI_FUKUOKA", "IMMI_NAHA", "IMMI_HIGASHI", "IMMI_OMURA",
        "ImmigrationServicesAgency.MOJ", "nagoya.nyukan.support", "fukuoka.nyukan.support",
    )
)  # fmt: skip
"""The accounts that the training rows imitate, as the published policy lists them."""


def fit(inputs: Array, answers: Array, ridge: float = RIDGE, rounds: int = 25) -> tuple[Array, float]:
    """Ridge logistic regression by Newton steps, halved until they help; weights and bias."""
    table = np.hstack([inputs, np.ones((len(inputs), 1))])
    penalty = np.append(np.full(inputs.shape[1], ridge), 1e-6)
    weights = np.zeros(table.shape[1])
    loss = _loss(table, answers, weights, penalty)
    for _ in range(rounds):
        chance = _sigmoid(table @ weights)
        slope = table.T @ (chance - answers) + penalty * weights
        bend = (table * (chance * (1 - chance) + 1e-9)[:, None]).T @ table + np.diag(penalty)
        step = np.linalg.solve(bend, slope)
        scale = 1.0
        while scale > 1e-3 and _loss(table, answers, weights - scale * step, penalty) > loss:
            scale /= 2
        weights = weights - scale * step
        before, loss = loss, _loss(table, answers, weights, penalty)
        if before - loss < 1e-4:
            break
    return weights[:-1], float(weights[-1])


def fit_all(rows: Sequence[Mapping[str, float]], answers: Array) -> dict[str, list[Any]]:
    """The weights file as a table: features, their centre and spread, weights and bias per output."""
    counts = Counter(name for row in rows for name in row)
    names = sorted(name for name, count in counts.items() if count >= SEEN)
    raw = matrix(rows, {name: index for index, name in enumerate(names)})
    centre, spread = raw.mean(0), raw.std(0) + 1e-3
    scaled = np.clip((raw - centre) / spread, -6, 6)
    solved = [fit(scaled, answers[:, column].astype(float)) for column in range(len(OUTPUTS))]
    return {
        "features": names,
        "outputs": list(OUTPUTS),
        "centre": centre.round(4).tolist(),
        "spread": spread.round(4).tolist(),
        "weights": np.stack([weights for weights, _ in solved], 1).round(4).tolist(),
        "bias": [round(bias, 4) for _, bias in solved],
    }


def gather(screener: Screener) -> tuple[list[Row], list[dict[str, float]], Array]:
    """Training rows that have an honest model score, their features and their answers."""
    rows = read_rows(row_files())
    scores = recorded_for(rows)
    kept = [(row, score) for row, score in zip(rows, scores, strict=True) if score is not None]
    table = [row_features(screener, row, score) for row, score in kept]
    chosen = [row for row, _ in kept]
    return chosen, table, targets(chosen)


def row_features(screener: Screener, row: Row, score: ModelScores) -> dict[str, float]:
    """Features of one labelled row under a model score."""
    context, findings, signals = screener.look(row.reply)
    return features(context, findings, signals, score)


def out_of_fold(table: Sequence[Mapping[str, float]], answers: Array, folds: Array) -> Array:
    """Fused chances of every row by weights that were fitted without its post."""
    from moderation.fusion import Fusion

    chances = np.zeros(answers.shape)
    for fold in np.unique(folds):
        inside, outside = np.flatnonzero(folds != fold).tolist(), np.flatnonzero(folds == fold).tolist()
        fusion = Fusion(fit_all([table[i] for i in inside], answers[inside]))
        for i, fused in zip(outside, fusion.scores([table[i] for i in outside]), strict=True):
            chances[i] = [*fused.scores.values(), fused.crisis, fused.acceptable, fused.protected]
    return chances


def folds_of(rows: Sequence[Row], count: int = 5) -> Array:
    """Which part each row falls into; rows of one post stay together."""
    return np.asarray(parts(rows, count, "fusion "))


def main(path: Path = WEIGHTS) -> None:
    """Fit and write."""
    _, table, answers = gather(load_screener(OFFICIALS, model=None))
    path.write_text(json.dumps(fit_all(table, answers), ensure_ascii=False, indent=0) + "\n", encoding="utf-8")


def _loss(table: Array, answers: Array, weights: Array, penalty: Array) -> float:
    margins = table @ weights
    return float(np.logaddexp(0, margins).sum() - answers @ margins + 0.5 * (penalty * weights * weights).sum())


def _sigmoid(margins: Array) -> Array:
    return np.asarray(1 / (1 + np.exp(-np.clip(margins, -30, 30))))


if __name__ == "__main__":
    main()

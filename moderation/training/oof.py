"""Scores of rows by models that never saw them, for fitting whatever stands on top of the linear model honestly."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from moderation.linear import ModelScores, as_scores, chance
from moderation.linear_text import Array
from moderation.training.rows import Row
from moderation.training.train import MODELS, prepared, row_key
from moderation.training.validate import calibration, out_of_fold_logits


def out_of_fold(rows: Sequence[Row], recorded: Path = MODELS / "oof.npz") -> list[ModelScores]:
    """One honest score a row, in order: as recorded by the last training, or by training anew if a row is unknown.

    Training anew takes some minutes and uses the given rows alone.
    """
    known = _recorded(recorded)
    keys = [row_key(row) for row in rows]
    if all(key in known for key in keys):
        return [as_scores(known[key].tolist(), known=True) for key in keys]
    return [as_scores(chances.tolist(), known=True) for chances in _trained_anew(rows)]


def recorded_for(rows: Sequence[Row], recorded: Path = MODELS / "oof.npz") -> list[ModelScores | None]:
    """The recorded scores alone: None for a row that was not there at the last training. Takes no time."""
    known = _recorded(recorded)
    return [as_scores(known[key].tolist(), known=True) if (key := row_key(row)) in known else None for row in rows]


def _recorded(path: Path) -> dict[str, Array]:
    if not path.exists():
        return {}
    with np.load(path, allow_pickle=False) as arrays:
        return dict(zip(arrays["ids"].tolist(), arrays["scores"], strict=True))


def _trained_anew(rows: Sequence[Row]) -> Array:
    _, taught = prepared(rows)
    logits = out_of_fold_logits(taught)
    fitted = calibration(logits, taught.answers[taught.whole])
    return chance(logits * fitted["slope"] + fitted["shift"])

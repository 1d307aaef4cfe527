"""Trains the small table that tells trained languages from all others."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

import numpy as np
from scipy import sparse
from sklearn.svm import LinearSVC

from moderation.linear_language import BITS, ORDERS, SCALE, buckets
from moderation.linear_text import Array, FoldTable, grams, raw, surface
from moderation.training.rows import Row

SEED: Final = 1
FOREIGN: Final = Path(__file__).with_name("foreign.tsv")
_REPEATS: Final = 10  # a hundred foreign sentences stand against thousands of rows
_SAME: Final = {"ja-Hira": "ja", "zh-Hans": "zh", "zh-Hant": "zh"}


def fit_languages(rows: Sequence[Row], table: FoldTable) -> dict[str, Array]:
    """One separator per language, with sentences of other languages as examples of none."""
    foreign = [sentence for _, sentence in foreign_sentences()] * _REPEATS
    cells = _cells([row.reply.text for row in rows] + foreign, table) * SCALE
    names = [_SAME.get(row.reply.lang, row.reply.lang) for row in rows] + ["foreign"] * len(foreign)
    languages = sorted(set(names) - {"foreign"})
    machines = [
        LinearSVC(C=1.0, random_state=0, tol=0.01).fit(cells, np.array(names) == language) for language in languages
    ]
    weights = np.stack([machine.coef_[0] for machine in machines], 1)
    steps = np.abs(weights).max(0) / 127
    return {
        "language_weights": np.rint(weights / steps).astype(np.int8),
        "language_scales": np.stack([steps, [machine.intercept_[0] for machine in machines]]),
    }


def foreign_sentences() -> list[tuple[str, str]]:
    """Language and sentence of each line of ``foreign.tsv``: written for this purpose, in languages without rows."""
    lines = FOREIGN.read_text("utf-8").splitlines()
    return [(language, sentence) for language, _, sentence in (line.partition("\t") for line in lines)]


def _cells(texts: Sequence[str], table: FoldTable) -> sparse.csr_matrix:
    letters = surface(raw(texts), table)
    total = sparse.csr_matrix((len(texts), 1 << BITS))
    for _, hashes, first in grams(letters, ORDERS, SEED):
        owner = letters.owner.take(first)
        share = 1 / np.maximum(np.bincount(owner, minlength=len(texts)), 1)
        total = total + sparse.csr_matrix((share[owner], (owner, buckets(hashes))), shape=total.shape)
    return total

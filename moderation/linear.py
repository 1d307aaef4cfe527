"""The trained part of screening: hashed n-grams, what the context shows, and a small network that weighs both.

Numpy only. How it was trained and what it cannot do stands in ``moderation/models/card.md``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Final

import numpy as np

from moderation.categories import Category
from moderation.linear_keys import BITS, BLOCK_WEIGHTS, BLOCKS, MOST_ROWS, SHIFT, Seen, places, read
from moderation.linear_language import covered, language_margins
from moderation.linear_text import Array, FoldTable, starts_of_runs
from moderation.model import Reply

OUTPUTS: Final = (*(category.slug for category in Category), "crisis", "acceptable", "protected")
_MASK: Final = np.uint32((1 << BITS) - 1)
_WIDTH: Final = 1 << SHIFT
_FACTORS: Final = np.append(BLOCK_WEIGHTS, np.zeros(_WIDTH - len(BLOCKS)))
_CATEGORIES: Final = tuple(Category)
_KNOWN: Final = [BLOCKS.index(block) for block in ("surface-3", "skeleton-3", "words")]


@dataclass(frozen=True, slots=True)
class ModelScores:
    """What the trained model thinks of one reply; all numbers are calibrated probabilities 0..1.

    ``acceptable`` is the probability that no category applies, ``protected`` that the reply is criticism, complaint,
    sarcasm or counter-speech without a violation. ``covered`` is False where the training had no such language.
    """

    scores: Mapping[Category, float]
    crisis: float
    acceptable: float
    covered: bool
    protected: float = 0.0


class LinearModel:
    """Scores for batches of replies, and the places in a reply that speak for a category."""

    __slots__ = ("_folds", "_languages", "_network", "_rarity", "_row", "_scales", "_weights", "data_hash")

    def __init__(self, arrays: Mapping[str, Array]) -> None:
        self._folds = (
            FoldTable(arrays["surface_index"], arrays["surface_pages"]),
            FoldTable(arrays["skeleton_index"], arrays["skeleton_pages"]),
        )
        self._rarity = arrays["rarity"]
        self._weights = np.vstack([np.zeros((1, len(OUTPUTS)), np.int8), arrays["weights"]])
        known = self._rarity > 0
        self._row = np.cumsum(known, dtype=np.int32) * known
        self._scales = arrays["scales"]
        self._languages = (arrays["language_weights"], arrays["language_scales"])
        self._network = {name: arrays[name] for name in ("centre", "spread", "w1", "b1", "w2", "b2", "slope", "shift")}
        self.data_hash = str(arrays["data_hash"])

    @classmethod
    def load(cls, path: Path | None = None) -> LinearModel:
        """The shipped weights, or those at ``path``; OSError where the file is missing."""
        source = path or resources.files("moderation").joinpath("models/linear.npz")
        with source.open("rb") as stream, np.load(stream, allow_pickle=False) as arrays:
            return cls(dict(arrays))

    def scores(self, replies: Sequence[Reply]) -> list[ModelScores]:
        """One :class:`ModelScores` a reply, in order; a reply scores the same in any batch."""
        found: list[ModelScores] = []
        for start in range(0, len(replies), MOST_ROWS):
            seen = read(replies[start : start + MOST_ROWS], self._folds)
            margins, known = self._margins(seen)
            probabilities = network(np.hstack([margins, known, seen.context]), self._network)
            languages = language_margins(seen.hashed, seen.rows, *self._languages)
            found.extend(map(as_scores, probabilities.tolist(), covered(languages, seen.context).tolist()))
        return found

    def spans(self, reply: Reply, category: Category, most: int = 3) -> list[tuple[int, int, float]]:
        """Where the text speaks for ``category``: up to ``most`` spans ``(start, end, weight)``, strongest first.

        Code points of ``reply.text``; weights are shares of all evidence for the category, so they add up to at most 1.
        """
        return self.spans_of([(reply, category)], most)[0]

    def spans_of(self, asked: Sequence[tuple[Reply, Category]], most: int = 3) -> list[list[tuple[int, int, float]]]:
        """What :meth:`spans` says for each reply and category asked about; together they cost a tenth."""
        if not asked:
            return []
        lengths = np.array([len(reply.text) for reply, _ in asked], np.int64)
        columns = np.array([category - 1 for _, category in asked], np.int64)
        steps = self._steps([reply.text for reply, _ in asked], lengths, columns)
        ends = np.cumsum(lengths + 1).tolist()
        each = (steps[end - length - 1 : end - 1] for end, length in zip(ends, lengths.tolist(), strict=True))
        return [_strongest(np.cumsum(step), most) for step in each]

    def _steps(self, texts: Sequence[str], lengths: Array, columns: Array) -> Array:
        """How much the evidence rises or falls at each code point of the texts, one place more than letters for each."""
        offsets = np.cumsum(lengths + 1) - lengths - 1
        where, change = [], []
        for block, owner, buckets, start, end in places(texts, self._folds):
            weight = self._weights[self._row.take(buckets), columns.take(owner)].astype(float) * BLOCK_WEIGHTS[block]
            inside = np.flatnonzero((start >= 0) & (end <= lengths.take(owner)) & (end > start) & (weight != 0))
            start, end, offset = start.take(inside), end.take(inside), offsets.take(owner.take(inside))
            each = weight.take(inside) / (end - start)
            where += [start + offset, end + offset]
            change += [each, -each]
        total = int((lengths + 1).sum())
        return np.bincount(np.concatenate(where), np.concatenate(change), total) if where else np.zeros(total)

    def _margins(self, seen: Seen) -> tuple[Array, Array]:
        segments = seen.rows * _WIDTH
        total = np.bincount(seen.keys >> np.uint32(BITS), minlength=segments)
        keys = seen.keys.compress(self._rarity.take(seen.keys & _MASK))
        known = known_shares(np.bincount(keys >> np.uint32(BITS), minlength=segments), total)
        keys.sort()
        keys = keys.take(starts_of_runs(keys))
        segment, buckets = keys >> np.uint32(BITS), keys & _MASK
        rarity = self._rarity.take(buckets).astype(np.float64)
        norms = np.sqrt(np.bincount(segment, weights=rarity * rarity, minlength=segments))
        sums = np.zeros((segments, len(OUTPUTS)))
        first = starts_of_runs(segment)
        if len(first):
            sums[segment.take(first)] = np.add.reduceat(
                self._weights.take(self._row.take(buckets), 0), first, axis=0, dtype=np.int32
            )
        sums *= (np.tile(_FACTORS, seen.rows) / np.maximum(norms, 1e-9))[:, None]
        return sums.reshape(seen.rows, _WIDTH, -1).sum(1) * self._scales[0] + self._scales[1], known


def known_shares(kept: Array, total: Array) -> Array:
    """Per row: which share of trigrams, skeleton trigrams and words the training had seen."""
    shares = kept.reshape(-1, _WIDTH) / np.maximum(total.reshape(-1, _WIDTH), 1)
    return shares[:, _KNOWN]


def network(inputs: Array, arrays: Mapping[str, Array]) -> Array:
    """Probabilities from an ensemble of one-layer networks, calibrated by one slope and shift per output."""
    logits = logits_of(inputs, arrays)
    return chance(logits * arrays["slope"] + arrays["shift"])


def chance(logits: Array) -> Array:
    """The logistic function, safe for any logit."""
    chances: Array = 1 / (1 + np.exp(-np.clip(logits, -30, 30)))
    return chances


def logits_of(inputs: Array, arrays: Mapping[str, Array]) -> Array:
    """The mean logits of the ensemble before calibration."""
    scaled = np.clip((inputs - arrays["centre"]) / arrays["spread"], -4, 4).astype(np.float32)
    hidden = np.maximum(scaled @ arrays["w1"] + arrays["b1"], 0)
    return hidden @ arrays["w2"] + arrays["b2"]


def as_scores(row: Sequence[float], known: bool) -> ModelScores:
    """Probabilities in the order of ``OUTPUTS``; ``known``: the training had the language."""
    return ModelScores(dict(zip(_CATEGORIES, row, strict=False)), row[9], row[10], known, row[11])


def _strongest(strength: Array, most: int) -> list[tuple[int, int, float]]:
    """Runs of letters above a third of the peak, as shares of all positive strength."""
    positive = np.maximum(strength, 0)
    total, peak = float(positive.sum()), float(positive.max(initial=0))
    if peak <= 0:
        return []
    high = np.concatenate([[False], positive > peak / 3, [False]])
    edges = np.flatnonzero(high[1:] != high[:-1]).reshape(-1, 2).tolist()
    spans = [(start, end, float(positive[start:end].sum()) / total) for start, end in edges]
    return sorted(spans, key=lambda span: (-span[2], span[0]))[:most]

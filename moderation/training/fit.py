"""The two stages: linear separators over n-grams, then a small network over their margins and the context."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy import sparse
from sklearn.svm import LinearSVC

from moderation.linear import OUTPUTS, known_shares
from moderation.linear_keys import BITS, BLOCK_WEIGHTS, BUCKETS, MOST_ROWS, SHIFT, read
from moderation.linear_text import Array, FoldTable
from moderation.model import Reply

COST: Final = 2.0
LEAST_POSTS: Final = 3
"""An n-gram counts only if it stands in replies to at least this many posts: what one thread said teaches nothing."""
RARITY_POWER: Final = 0.5
RARITY_STEPS: Final = 80
_MASK: Final = (1 << BITS) - 1
_WIDTH: Final = 1 << SHIFT


@dataclass(frozen=True, slots=True)
class Table:
    """All rows, read once: which row, block and bucket each distinct n-gram has, repeats counted for known shares."""

    row: Array
    block: Array
    bucket: Array
    repeats: Array
    context: Array
    group: Array

    def __len__(self) -> int:
        return len(self.context)


@dataclass(frozen=True, slots=True)
class Linear:
    """Stage one: how much a bucket counts at all (0 = unknown), and for each known one its weight for each output."""

    rarity: Array
    weights: Array
    bias: Array


def tabulate(replies: Sequence[Reply], groups: Sequence[str], folds: tuple[FoldTable, FoldTable]) -> Table:
    """Read every reply; ``groups`` are the posts they answer."""
    rows, keys, repeats, contexts = [], [], [], []
    for start in range(0, len(replies), MOST_ROWS):
        seen = read(replies[start : start + MOST_ROWS], folds)
        distinct, counts = np.unique(seen.keys, return_counts=True)
        segment = distinct >> np.uint32(BITS)
        rows.append((segment >> np.uint32(SHIFT)).astype(np.int32) + start)
        keys.append(distinct & np.uint32((1 << (BITS + SHIFT)) - 1))
        repeats.append(counts.astype(np.int32))
        contexts.append(seen.context)
    joined = np.concatenate(keys)
    numbers = {post: i for i, post in enumerate(dict.fromkeys(groups))}
    return Table(
        np.concatenate(rows), (joined >> np.uint32(BITS)).astype(np.int8), (joined & np.uint32(_MASK)).astype(np.int32),
        np.concatenate(repeats), np.concatenate(contexts), np.array([numbers[post] for post in groups]),
    )  # fmt: skip


def rarity_of(table: Table, chosen: Array) -> Array:
    """A small number for each bucket: the rarer among the chosen rows, the larger; 0 if in too few threads."""
    inside = chosen[table.row]
    pairs = np.unique(table.group[table.row[inside]].astype(np.int64) << BITS | table.bucket[inside])
    threads = np.bincount(pairs & _MASK, minlength=BUCKETS)
    count = len(np.unique(table.group[chosen]))
    rarity = np.log((count + 1) / (threads + 1)) ** RARITY_POWER * RARITY_STEPS
    return np.where(threads >= LEAST_POSTS, np.clip(np.rint(rarity), 1, 255), 0).astype(np.uint8)


def matrix(table: Table, rarity: Array) -> tuple[sparse.csr_matrix, Array]:
    """Rows of unit blocks, one column per known bucket; and the shares of n-grams that are known."""
    segment = table.row.astype(np.int64) * _WIDTH + table.block
    size = len(table) * _WIDTH
    value = rarity[table.bucket].astype(np.float64)
    known = known_shares(
        np.bincount(segment, weights=table.repeats * (value > 0), minlength=size),
        np.bincount(segment, weights=table.repeats, minlength=size),
    )
    norm = np.sqrt(np.bincount(segment, weights=value * value, minlength=size))
    kept = value > 0
    value = value[kept] / norm[segment[kept]] * BLOCK_WEIGHTS[table.block[kept]]
    column = np.cumsum(rarity > 0) - 1
    shape = (len(table), int((rarity > 0).sum()))
    cells = sparse.csr_matrix((value, (table.row[kept], column[table.bucket[kept]])), shape=shape)
    return cells, known


def fit_linear(table: Table, answers: Array, chosen: Array) -> tuple[Linear, Array, Array]:
    """Stage one trained on the chosen rows; with the margins and known shares of all rows under it."""
    rarity = rarity_of(table, chosen)
    cells, known = matrix(table, rarity)
    weights = np.zeros((len(OUTPUTS), cells.shape[1]), np.float32)
    bias = np.zeros(len(OUTPUTS))
    rows = cells[chosen]
    for j in range(len(OUTPUTS)):
        if len(set(answers[chosen, j].tolist())) < 2:
            bias[j] = 1.0 if answers[chosen, j].any() else -1.0
            continue
        machine = LinearSVC(C=COST, random_state=0, tol=0.01, max_iter=400).fit(rows, answers[chosen, j])
        weights[j], bias[j] = machine.coef_[0], machine.intercept_[0]
    return Linear(rarity, weights, bias), cells @ weights.T + bias, known


def quantised(linear: Linear) -> dict[str, Array]:
    """Weights as int8 with the rarity multiplied in, and a scale and bias for each output."""
    full = linear.weights.T * linear.rarity[linear.rarity > 0][:, None].astype(np.float32)
    steps = np.maximum(np.abs(full).max(0), 1e-9) / 127
    weights = np.rint(full / steps).astype(np.int8)
    scales = np.stack([steps, linear.bias]).astype(np.float64)
    return {"rarity": linear.rarity, "weights": weights, "scales": scales}


HIDDEN: Final = 96
NETWORKS: Final = 4
EPOCHS: Final = 60
BATCH: Final = 128
DECAY: Final = 3e-3
RATE: Final = 4e-3


def fit_network(inputs: Array, answers: Array, networks: int = NETWORKS) -> dict[str, Array]:
    """Stage two: the mean of a few one-layer networks, as arrays for :func:`moderation.linear.logits_of`."""
    centre, spread = inputs.mean(0), inputs.std(0) + 1e-6
    scaled = np.clip((inputs - centre) / spread, -4, 4)
    each = [_one_network(scaled, answers.astype(float), seed) for seed in range(networks)]
    return {
        "centre": centre, "spread": spread,
        "w1": np.hstack([net["w1"] for net in each]).astype(np.float32),
        "b1": np.hstack([net["b1"] for net in each]).astype(np.float32),
        "w2": (np.vstack([net["w2"] for net in each]) / networks).astype(np.float32),
        "b2": np.mean([net["b2"] for net in each], 0).astype(np.float32),
    }  # fmt: skip


def _one_network(inputs: Array, answers: Array, seed: int) -> dict[str, Array]:
    chance = np.random.Generator(np.random.PCG64(seed))
    wide, many = inputs.shape[1], answers.shape[1]
    net = {
        "w1": chance.uniform(-1, 1, (wide, HIDDEN)) * np.sqrt(6 / (wide + HIDDEN)), "b1": np.zeros(HIDDEN),
        "w2": chance.uniform(-1, 1, (HIDDEN, many)) * np.sqrt(6 / (many + HIDDEN)), "b2": np.zeros(many),
    }  # fmt: skip
    moments = {name: (np.zeros_like(value), np.zeros_like(value)) for name, value in net.items()}
    step = 0
    for epoch in range(EPOCHS):
        rate = RATE * (1 - epoch / EPOCHS * 0.9)
        order = chance.permutation(len(inputs))
        for start in range(0, len(order), BATCH):
            step += 1
            some = order[start : start + BATCH]
            _adam(net, moments, _gradients(net, inputs[some], answers[some]), rate, step)
    return net


def _gradients(net: Mapping[str, Array], inputs: Array, answers: Array) -> dict[str, Array]:
    hidden = np.maximum(inputs @ net["w1"] + net["b1"], 0)
    out = 1 / (1 + np.exp(-np.clip(hidden @ net["w2"] + net["b2"], -30, 30)))
    error = (out - answers) / len(inputs)
    back = (error @ net["w2"].T) * (hidden > 0)
    return {
        "w1": inputs.T @ back + DECAY * net["w1"], "b1": back.sum(0),
        "w2": hidden.T @ error + DECAY * net["w2"], "b2": error.sum(0),
    }  # fmt: skip


def _adam(
    net: dict[str, Array], moments: dict[str, tuple[Array, Array]], slopes: dict[str, Array], rate: float, step: int
) -> None:
    for name, slope in slopes.items():
        first, second = moments[name]
        first += 0.1 * (slope - first)
        second += 0.001 * (slope * slope - second)
        net[name] -= rate * (first / (1 - 0.9**step)) / (np.sqrt(second / (1 - 0.999**step)) + 1e-8)

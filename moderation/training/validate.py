"""Cross-validation split by post, nested so that no number has seen the row it judges."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import numpy as np

from moderation.linear import logits_of
from moderation.linear_text import Array
from moderation.training.fit import Linear, Table, fit_linear, fit_network

OUTER: Final = 5
INNER: Final = 4


def honest_inputs(table: Table, answers: Array, chosen: Array, inner: Array) -> tuple[Array, Linear]:
    """Inputs of stage two: for chosen rows from stage ones that never saw them, for others from one on all chosen.

    Also the stage one that was trained on all chosen rows.
    """
    linear, margins, known = fit_linear(table, answers, chosen)
    for part in range(INNER):
        held = chosen & (inner == part)
        if held.any() and (chosen & ~held).any():
            _, other, other_known = fit_linear(table, answers, chosen & ~held)
            margins[held], known[held] = other[held], other_known[held]
    return np.hstack([margins, known, table.context]), linear


def out_of_fold_logits(
    table: Table, answers: Array, outer: Array, inner: Array, say: Callable[[str], object] = lambda _: None
) -> Array:
    """For every row the logits of a whole model that was trained without any row of its post."""
    logits = np.zeros(answers.shape)
    for part in range(OUTER):
        held = outer == part
        inputs, _ = honest_inputs(table, answers, ~held, inner)
        logits[held] = logits_of(inputs[held], fit_network(inputs[~held], answers[~held]))
        say(f"validation {part + 1} of {OUTER}")
    return logits


def calibration(logits: Array, answers: Array) -> dict[str, Array]:
    """Slope and shift for each output that make out-of-fold logits honest probabilities (Platt, Newton's method)."""
    fitted = np.array([_platt(logits[:, j], answers[:, j].astype(float)) for j in range(answers.shape[1])])
    return {"slope": np.round(fitted[:, 0], 4), "shift": np.round(fitted[:, 1], 4)}


def _platt(logit: Array, answer: Array) -> tuple[float, float]:
    design = np.stack([logit, np.ones_like(logit)], 1)
    goal = np.array([1.0, 0.0])
    beta = goal.copy()
    for _ in range(30):
        chance = 1 / (1 + np.exp(-np.clip(design @ beta, -30, 30)))
        slope = design.T @ (chance - answer) + (beta - goal)
        curve = (design * (chance * (1 - chance))[:, None]).T @ design + np.eye(2)
        beta = beta - np.linalg.solve(curve, slope)
    return float(max(beta[0], 0.05)), float(beta[1])

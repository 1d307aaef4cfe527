"""Cross-validation split by post, nested so that no number has seen the row it judges."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from moderation.linear import logits_of
from moderation.linear_text import Array
from moderation.training.fit import Linear, fit_linear, fit_network
from moderation.training.lessons import INNER, OUTER, Lessons


def honest_inputs(taught: Lessons, chosen: Array) -> tuple[Array, Linear]:
    """Inputs of stage two: for chosen rows from stage ones that never saw them, for others from one on all chosen.

    Also the stage one that was trained on all chosen rows.
    """
    linear, margins, known = fit_linear(taught.table, taught.answers, chosen & taught.whole)
    for part in range(INNER):
        held = chosen & (taught.inner == part)
        seen = chosen & ~held & taught.whole
        if held.any() and seen.any():
            _, other, other_known = fit_linear(taught.table, taught.answers, seen)
            margins[held], known[held] = other[held], other_known[held]
    return np.hstack([margins, known, taught.table.context]), linear


def out_of_fold_logits(taught: Lessons, say: Callable[[str], object] = lambda _: None) -> Array:
    """For every whole row the logits of a whole model that was trained without any row of its post."""
    logits = np.zeros(taught.answers.shape)
    for part in range(OUTER):
        held = taught.outer == part
        inputs, _ = honest_inputs(taught, ~held)
        logits[held] = logits_of(inputs[held], fit_network(inputs[~held], taught.answers[~held]))
        say(f"validation {part + 1} of {OUTER}")
    return logits[taught.whole]


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

"""Weighing rules and model: the fit repeats itself, keeps order, and never lowers what a rule is sure of."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from moderation.categories import Category
from moderation.fusion import ASSURED, Fusion, assure, matrix
from moderation.fusion_fit import fit, fit_all, out_of_fold
from moderation.linear import OUTPUTS
from moderation.model import Finding

NONE = dict.fromkeys(Category, 0.0)


def rows() -> tuple[list[dict[str, float]], np.ndarray]:
    """Two hundred rows in which one feature decides the first category and the absence of all is acceptable."""
    random = np.random.default_rng(3)
    table = [
        {"term telling": 1.0, "noise": float(random.random())} if i % 2 else {"noise": float(random.random())}
        for i in range(200)
    ]
    answers = np.zeros((200, len(OUTPUTS)))
    answers[1::2, 0] = 1
    answers[0::2, OUTPUTS.index("acceptable")] = 1
    return table, answers


def test_the_telling_feature_decides() -> None:
    table, answers = rows()
    fusion = Fusion(fit_all(table, answers))

    told, silent = fusion.scores([{"term telling": 1.0, "noise": 0.5}, {"noise": 0.5}])

    assert told.scores[Category.PERSONAL_INFORMATION] > 0.7
    assert silent.scores[Category.PERSONAL_INFORMATION] < 0.3
    assert silent.acceptable > 0.7


def test_the_same_rows_give_the_same_weights() -> None:
    assert fit_all(*rows()) == fit_all(*rows())


def test_unseen_folds_are_judged_by_other_weights() -> None:
    table, answers = rows()

    chances = out_of_fold(table, answers, np.asarray(np.arange(200) % 5, np.float64))

    assert (chances[1::2, 0] > 0.5).all()
    assert (chances[0::2, 0] < 0.5).all()


def test_separable_rows_do_not_run_away() -> None:
    weights, bias = fit(np.array([[-1.0], [1.0]] * 20), np.array([0.0, 1.0] * 20), ridge=1.0)

    assert 1 < weights[0] < 10
    assert abs(bias) < 1e-6


def test_unknown_features_are_passed_over() -> None:
    assert matrix([{"a": 1.0, "new": 5.0}], {"a": 0}).tolist() == [[1.0]]


@pytest.mark.parametrize("reason", sorted(ASSURED))
def test_a_sure_rule_is_not_weighed_away(reason: str) -> None:
    sure = Finding(Category.ALTERED_POST, 0.97, "d", 0, 1, reason)

    assert assure(NONE, [sure])[Category.ALTERED_POST] == 0.97


@given(st.floats(0, 1), st.floats(0, 1))
def test_nothing_is_lowered(before: float, score: float) -> None:
    scores = {**NONE, Category.DEFAMATION: before}

    after = assure(scores, [Finding(Category.DEFAMATION, score, "d", 0, 1, "insult")])

    assert after[Category.DEFAMATION] == before

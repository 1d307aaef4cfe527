"""A model given by path: a tiny one made here, and files that are none."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from moderation.categories import Category
from moderation.embedding import EmbeddingError, EmbeddingModel


@pytest.fixture
def tiny(tmp_path: Path) -> Path:
    """Two known words: one speaks for category 6, the other for none."""
    path = tmp_path / "tiny.npz"
    weights = np.zeros((2, 9), dtype=np.float32)
    weights[0, Category.ADVERTISING - 1] = 6.0
    np.savez(
        path,
        tokens=np.array(["ビザ代行", "お知らせ"]),
        vectors=np.eye(2, dtype=np.float32),
        weights=weights,
        bias=np.full(9, -3.0, dtype=np.float32),
    )
    return path


def test_a_known_word_speaks_for_its_category(tiny: Path) -> None:
    scores = EmbeddingModel.load(tiny).scores("格安でビザ代行!")
    assert scores[Category.ADVERTISING] > 0.9
    assert max(score for category, score in scores.items() if category is not Category.ADVERTISING) < 0.1


def test_unknown_words_are_no_evidence(tiny: Path) -> None:
    assert set(EmbeddingModel.load(tiny).scores("कृपया").values()) == {0.0}
    assert set(EmbeddingModel.load(tiny).scores("").values()) == {0.0}


@pytest.mark.parametrize("content", [b"", b"not an archive", b"PK\x03\x04broken"])
def test_a_file_that_is_no_model_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "bad.npz"
    path.write_bytes(content)
    with pytest.raises(EmbeddingError, match=r"bad\.npz"):
        EmbeddingModel.load(path)


def test_arrays_that_do_not_fit_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "odd.npz"
    np.savez(path, tokens=np.array(["a"]), vectors=np.zeros((2, 2)), weights=np.zeros((2, 9)), bias=np.zeros(9))
    with pytest.raises(EmbeddingError, match="fit"):
        EmbeddingModel.load(path)

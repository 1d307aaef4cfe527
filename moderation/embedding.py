"""A static-embedding model stored on this machine: token vectors and one linear head, read by path, off by default.

The file is a NumPy archive: ``tokens`` (the vocabulary, longest match wins), ``vectors`` (tokens x d, float),
``weights`` (d x 9) and ``bias`` (9). Such files are distilled from larger encoders; ours is given by the operator.
"""

from __future__ import annotations

import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from moderation.categories import Category

LARGEST: Final = 512_000_000
"""Bytes of a model file that are read at most."""


class EmbeddingError(ValueError):
    """The model file cannot be used; the message says why."""


class EmbeddingModel:
    """Mean of token vectors, then a linear head; scores are probabilities."""

    def __init__(
        self, tokens: list[str], vectors: NDArray[np.float32], weights: NDArray[np.float32], bias: NDArray[np.float32]
    ) -> None:
        self._index = {token: number for number, token in enumerate(tokens)}
        self._longest = max((len(token) for token in tokens), default=1)
        self._vectors, self._weights, self._bias = vectors, weights, bias

    @classmethod
    def load(cls, path: Path) -> EmbeddingModel:
        """Raises EmbeddingError for a file that is missing, too large or of another shape. No code in it is run."""
        try:
            if path.stat().st_size > LARGEST:
                raise EmbeddingError(f"{path.name}: larger than {LARGEST // 10**6} MB")
            with path.open("rb") as file, np.load(file, allow_pickle=False) as stored:
                parts: dict[str, Any] = {name: stored[name] for name in ("tokens", "vectors", "weights", "bias")}
        except (OSError, EOFError, KeyError, ValueError, TypeError, AttributeError, zipfile.BadZipFile) as exc:
            raise EmbeddingError(f"{path.name}: no embedding model ({exc})") from exc
        _check(path.name, parts)
        arrays = (parts[name].astype(np.float32) for name in ("vectors", "weights", "bias"))
        return cls([str(token) for token in parts["tokens"]], *arrays)

    def scores(self, text: str) -> Mapping[Category, float]:
        """A probability for each category; all 0.0 where no token is known, for that is no evidence."""
        known = [self._index[token] for token in self._cut(text) if token in self._index]
        if not known:
            return dict.fromkeys(Category, 0.0)
        logits = self._vectors[known].mean(axis=0) @ self._weights + self._bias
        shares = 1.0 / (1.0 + np.exp(-np.clip(logits, -30.0, 30.0)))
        return {category: float(share) for category, share in zip(Category, shares, strict=True)}

    def _cut(self, text: str) -> list[str]:
        """Longest match from the left; a character without a token is passed over."""
        found, at = [], 0
        while at < len(text):
            size = next((n for n in range(self._longest, 0, -1) if text[at : at + n] in self._index), 1)
            found.append(text[at : at + size])
            at += size
        return found


def _check(name: str, parts: Mapping[str, Any]) -> None:
    tokens, (rows, width) = len(parts["tokens"]), parts["vectors"].shape
    if rows != tokens or parts["weights"].shape != (width, len(Category)) or parts["bias"].shape != (len(Category),):
        raise EmbeddingError(f"{name}: the arrays do not fit each other")

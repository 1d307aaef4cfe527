"""Labelled rows: reading them, what they teach, and how they are split."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np

from moderation.categories import Category
from moderation.linear import OUTPUTS
from moderation.linear_text import Array
from moderation.model import Author, Reply

HERE: Final = Path(__file__).parent
PROTECTED: Final = frozenset({"criticism", "complaint", "sarcasm", "counter-speech"})


@dataclass(frozen=True, slots=True)
class Row:
    """One labelled reply; ``tags`` are free words that say what makes it instructive."""

    reply: Reply
    labels: frozenset[Category]
    tags: frozenset[str]


def row_files(folder: Path = HERE) -> list[Path]:
    """Every file that the shipped weights are trained on, in a fixed order."""
    return sorted([*folder.glob("data/*.jsonl"), *folder.glob("own/*.jsonl")])


def read_rows(paths: Iterable[Path]) -> list[Row]:
    """All rows, in the order of the files; ValueError names file and line of a row that cannot be read."""
    rows: list[Row] = []
    for path in paths:
        for number, line in enumerate(path.read_text("utf-8").split("\n"), 1):
            if line.strip():
                try:
                    rows.append(_row(json.loads(line)))
                except (KeyError, TypeError, ValueError) as error:
                    raise ValueError(f"{path.name}, line {number}: not a labelled row ({error})") from error
    return rows


def data_hash(rows: Sequence[Row]) -> str:
    """SHA-256 over what the rows teach; changes whenever the weights could."""
    digest = hashlib.sha256()
    for row in rows:
        digest.update(repr((row.reply, sorted(row.labels), sorted(row.tags))).encode("utf-8", "surrogatepass"))
    return digest.hexdigest()


def targets(rows: Sequence[Row]) -> Array:
    """One column of 0/1 for each of OUTPUTS."""
    columns = np.zeros((len(rows), len(OUTPUTS)), bool)
    for i, row in enumerate(rows):
        columns[i, [label - 1 for label in row.labels]] = True
        columns[i, 9:] = "crisis" in row.tags, not row.labels, not row.labels and bool(PROTECTED & row.tags)
    return columns


def parts(rows: Sequence[Row], count: int, salt: str) -> Array:
    """The part (0..count-1) each row falls into; rows that answer the same post stay together."""
    return np.array([_part(f"{salt}{row.reply.post.strip()}", count) for row in rows])


def _part(key: str, count: int) -> int:
    return int.from_bytes(hashlib.sha256(key.encode("utf-8", "surrogatepass")).digest()[:8]) % count


def _row(raw: dict[str, Any]) -> Row:
    author = Author(str(raw["author"]["handle"]), str(raw["author"]["name"]))
    reply = Reply(
        text=str(raw["text"]), id=str(raw["id"]), lang=str(raw["lang"]), platform=str(raw["platform"]),
        account=str(raw["account"]), kind=str(raw["kind"]), post=str(raw["post"]), author=author,
    )  # fmt: skip
    return Row(reply, frozenset(map(Category, raw["labels"])), frozenset(map(str, raw["tags"])))

"""How much criticism a version flags, on the labelled rows that ship with the program.

Rows are judged with model scores of weights that never saw their post, as at the last training. The weights that join
rules and model did see them, so the share is there to compare two versions, and flatters both a little.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

import numpy as np

from moderation.evaluate import CRITICISM
from moderation.jsonl import read_labelled
from moderation.linear import ModelScores, as_scores
from moderation.model import Reply
from moderation.screen import Screener

HERE: Final = Path(__file__).parent
BAR: Final = 0.04
"""More than this share of criticism flagged is too much."""


@dataclass(frozen=True, slots=True)
class Row:
    """Acceptable criticism, and what a model thinks of it that was trained without its post."""

    reply: Reply
    scores: ModelScores


@cache
def rows() -> tuple[Row, ...]:
    """Criticism, complaint, sarcasm and counter-speech without a violation; empty where no rows are installed."""
    known = _scores(HERE / "models" / "oof.npz")
    found = []
    for path in sorted((HERE / "training").glob("*/*.jsonl")):
        with path.open(encoding="utf-8") as lines:
            found += [row.reply for row in read_labelled(lines) if not row.labels and CRITICISM & row.tags]
    return tuple(Row(reply, known[reply.id]) for reply in found if reply.id in known)


def flagged(screener: Screener) -> frozenset[str]:
    """Ids of the rows that a screener flags: false alarms, all of them. About 0.3 s for a version seen first."""
    key = screener.policy.version, screener.modelled
    if key not in _KNOWN:
        while len(_KNOWN) >= _REMEMBERED:
            _KNOWN.pop(next(iter(_KNOWN)))
        _KNOWN[key] = _judge(screener)
    return _KNOWN[key]


_REMEMBERED: Final = 8
_KNOWN: Final[dict[tuple[str, bool], frozenset[str]]] = {}
"""By version and whether a model weighed in: the version in force is asked for with every draft."""


def _judge(screener: Screener) -> frozenset[str]:
    replies = [row.reply for row in rows()]
    scores: Sequence[ModelScores | None] = [row.scores if screener.modelled else None for row in rows()]
    verdicts = screener.judge(replies, screener.look_many(replies), scores)
    return frozenset(verdict.id for verdict in verdicts if verdict.labels)


def shipped() -> tuple[int, int]:
    """(flagged, of) under the version that ships, as written down: working it out costs a second and 30 MB."""
    told = json.loads((HERE / "policy" / "criticism.json").read_text(encoding="utf-8"))
    return told["flagged"], told["of"]


def words(ids: Sequence[str]) -> list[str]:
    """The rows' own words, in their order: invented, so anybody may read them."""
    wanted = set(ids)
    return [row.reply.text for row in rows() if row.reply.id in wanted]


def _scores(path: Path) -> dict[str, ModelScores]:
    """By the id of the row, which stands before the digest of what it taught."""
    if not path.exists():
        return {}
    with np.load(path, allow_pickle=False) as arrays:
        chances = zip(arrays["ids"].tolist(), arrays["scores"].astype(float).tolist(), strict=True)
        return {key.rpartition(":")[0]: as_scores(row, known=True) for key, row in chances}

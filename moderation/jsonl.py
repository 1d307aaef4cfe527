"""Rows of JSON Lines to replies, verdicts to the JSON of the outside contract; errors name the line and the key."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from moderation.categories import Category
from moderation.model import Author, Finding, Reply, Signal, Verdict


class RowError(ValueError):
    """A line cannot be used; the message says which line, which key and what to write instead."""


@dataclass(frozen=True, slots=True)
class LabelledReply:
    """A reply with the labels that a careful person gave it."""

    reply: Reply
    labels: frozenset[Category]
    tags: frozenset[str]


def read_replies(lines: Iterable[str]) -> Iterator[Reply]:
    """Replies, one a line; empty lines are passed over, only ``text`` is required."""
    for number, row in _rows(lines):
        yield reply_of(row, number)


def read_labelled(lines: Iterable[str]) -> Iterator[LabelledReply]:
    """Labelled replies, one a line, in the format of the labelling rules."""
    for number, row in _rows(lines):
        yield LabelledReply(reply_of(row, number), _labels(row, number), frozenset(map(str, row.get("tags") or ())))


def reply_of(row: Mapping[str, Any], number: int = 0) -> Reply:
    """The reply in one decoded row; ``number`` is its line for error messages."""
    author = row.get("author") or {}
    if not isinstance(author, Mapping):
        raise RowError(f'line {number}: author: write an object like {{"handle": "...", "name": "..."}}.')
    if "text" not in row:
        raise RowError(f"line {number}: text: add the words of the reply.")
    field = {key: _text(row, key, number) for key in ("text", "id", "lang", "account", "post")}
    return Reply(
        platform=_text(row, "platform", number) or "x",
        kind=_text(row, "kind", number) or "reply",
        author=Author(_text(author, "handle", number), _text(author, "name", number)),
        **field,
    )


def verdict_json(verdict: Verdict) -> dict[str, Any]:
    """The verdict as the contract of ``kouhou screen`` writes it; spans are code points of the original."""
    return {
        "id": verdict.id,
        "labels": [label.value for label in verdict.labels],
        "scores": {str(category.value): round(score, 4) for category, score in verdict.scores.items()},
        "findings": [finding_json(finding) for finding in verdict.findings],
        "signals": [signal_json(signal) for signal in verdict.signals],
        "action": verdict.action.value,
        "policy": verdict.policy,
        "language": {"tag": verdict.language, "doubt": verdict.language_doubt},
        "freed": [
            {"category": f.category.value, "score": round(f.score, 4), "reason": f.reason} for f in verdict.freed
        ],
    }


def write_verdict(verdict: Verdict) -> str:
    """One line of JSON without its line end, ASCII only, so that no lone surrogate breaks an output."""
    return json.dumps(verdict_json(verdict), ensure_ascii=True)


def signal_json(signal: Signal) -> dict[str, Any]:
    """One signal of the contract's ``signals``."""
    return {
        "kind": signal.kind.value,
        "score": round(signal.score, 4),
        "detector": signal.detector,
        "start": signal.start,
        "end": signal.end,
        "in": signal.where,
        "reason": signal.reason,
    }


def finding_json(finding: Finding) -> dict[str, Any]:
    return {
        "category": finding.category.value,
        "score": round(finding.score, 4),
        "detector": finding.detector,
        "start": finding.start,
        "end": finding.end,
        "in": finding.where,
        "reason": finding.reason,
        "detail": dict(finding.detail),
    }


def _rows(lines: Iterable[str]) -> Iterator[tuple[int, Mapping[str, Any]]]:
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except (ValueError, RecursionError) as error:
            raise RowError(f"line {number}: not JSON; write one object a line.") from error
        if not isinstance(row, Mapping):
            raise RowError(f"line {number}: not an object; write one object a line.")
        yield number, row


def _text(row: Mapping[str, Any], key: str, number: int) -> str:
    value = row.get(key)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise RowError(f"line {number}: {key}: write text in quotation marks.")
    return value


def _labels(row: Mapping[str, Any], number: int) -> frozenset[Category]:
    try:
        return frozenset(Category(int(label)) for label in row.get("labels") or ())
    except (TypeError, ValueError) as error:
        raise RowError(f"line {number}: labels: write numbers from 1 to 9.") from error

"""What goes into screening and what comes out: frozen values without behaviour."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal

from moderation.categories import Category

Where = Literal["text", "handle", "name"]
"""Which of the author's strings a span points into."""


@dataclass(frozen=True, slots=True)
class Author:
    """Who wrote the reply, as the platform shows it. Never enriched with anything else."""

    handle: str = ""
    name: str = ""


@dataclass(frozen=True, slots=True)
class Reply:
    """One reply or quote with the context that a moderator would see; only ``text`` is required."""

    text: str
    id: str = ""
    lang: str = ""
    platform: str = "x"
    account: str = ""
    kind: str = "reply"
    post: str = ""
    author: Author = field(default_factory=Author)


@dataclass(frozen=True, slots=True)
class Official:
    """One official account as impersonation is measured against: handle and names in any language."""

    handle: str
    names: tuple[str, ...] = ()
    platform: str = "x"


@dataclass(frozen=True, slots=True)
class Finding:
    """What one detector saw, where, and why: ``start``/``end`` are code points of the original string ``where``.

    ``score`` is calibrated to 0..1. ``reason`` is a constant code (``residence-card``, ``threat-with-target``);
    the sentence for people is looked up by it. ``detail`` holds short facts for display (a diff, a kind, a check).
    """

    category: Category
    score: float
    detector: str
    start: int
    end: int
    reason: str
    where: Where = "text"
    detail: Mapping[str, str] = field(default_factory=dict)


class SignalKind(StrEnum):
    """Not a violation, but a person must look now."""

    CRISIS = "crisis"
    THREAT_TO_LIFE = "threat-to-life"
    EXPOSED_NUMBER = "exposed-number"
    FALSE_NOTICE = "false-notice"
    NOT_COVERED = "not-covered"
    DETECTOR_FAILED = "detector-failed"


@dataclass(frozen=True, slots=True)
class Signal:
    """Something that orders the queue without accusing anyone."""

    kind: SignalKind
    score: float
    detector: str
    start: int
    end: int
    reason: str
    where: Where = "text"


class Action(StrEnum):
    """What a verdict asks of people; a verdict never acts by itself."""

    NONE = "none"
    REVIEW = "review"
    URGENT = "urgent"


@dataclass(frozen=True, slots=True)
class Freed:
    """A category that protected speech took back, and why; kept so that it can be shown."""

    category: Category
    score: float
    reason: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """All findings on one reply under one policy version."""

    id: str
    labels: tuple[Category, ...]
    scores: Mapping[Category, float]
    findings: tuple[Finding, ...]
    signals: tuple[Signal, ...]
    action: Action
    policy: str
    language: str = ""
    language_doubt: float = 0.0
    freed: tuple[Freed, ...] = ()

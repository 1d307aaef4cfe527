"""Replies as kept, cases about them, and the commands that carry decisions out. Values only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from moderation.cases import CaseState, Move
from moderation.categories import Category
from moderation.ladder import Step
from moderation.model import Author, Finding, Freed, Signal


@dataclass(frozen=True, slots=True)
class KeptReply:
    """One reply as stored; ``text`` is None once its words were erased, ``version`` counts its edits from 1."""

    id: int
    platform: str
    platform_id: str
    account: str
    conversation_id: str
    parent_id: str
    kind: str
    lang: str
    author_id: str
    author: Author
    text: str | None
    version: int
    written_at: datetime
    collected_at: datetime
    attachments: tuple[str, ...] = ()
    edited_at: datetime | None = None
    gone_at: datetime | None = None
    forgotten_at: datetime | None = None
    forgotten_why: str = ""
    policy: str = ""


@dataclass(frozen=True, slots=True)
class KeptVerdict:
    """A verdict as stored, with the reply version that it judged."""

    id: int
    reply: int
    reply_version: int
    policy: str
    action: str
    labels: tuple[Category, ...]
    scores: Mapping[Category, float]
    findings: tuple[Finding, ...]
    signals: tuple[Signal, ...]
    freed: tuple[Freed, ...]
    language: str
    language_doubt: float
    at: datetime


@dataclass(frozen=True, slots=True)
class Case:
    """One case file. ``version`` counts every change of the row (optimistic lock).

    ``step`` is in force, ``proposed`` waits for the second person.
    """

    id: int
    reply: int
    verdict: int
    account: str
    office: str
    platform: str
    lane: int
    state: CaseState
    step: Step
    labels: tuple[Category, ...]
    top_score: float
    language: str
    policy: str
    group_key: str
    version: int
    opened_at: datetime
    holder: str | None = None
    held_until: datetime | None = None
    proposer: str | None = None
    decider: str | None = None
    review_due: bool = False
    first_seen_at: datetime | None = None
    acted_at: datetime | None = None
    closed_at: datetime | None = None
    block_review_at: datetime | None = None
    proposed: Step = Step.NONE
    place: int = 0  # inside the lane: -1 before the others, 1 after them


@dataclass(frozen=True, slots=True)
class Decision:
    """One move of one person, with the clause it rests on and the policy version it was made under."""

    id: int
    case: int
    by: str
    move: Move
    step: Step
    category: Category | None
    policy: str
    reason: str
    why_not_less: str
    at: datetime


class Verb(StrEnum):
    """What a command does at the platform."""

    HIDE = "hide"
    UNHIDE = "unhide"
    DELETE = "delete"
    BLOCK = "block"
    UNBLOCK = "unblock"


ON_AUTHOR: Final = frozenset({Verb.BLOCK, Verb.UNBLOCK})
"""Verbs whose object is the author; the others work on the reply."""


class CommandState(StrEnum):
    """``by-hand``: a moderator does it in the app and confirms; ``unproved``: done, but the read-back disagrees."""

    QUEUED = "queued"
    SENDING = "sending"
    DONE = "done"
    FAILED = "failed"
    BY_HAND = "by-hand"
    UNPROVED = "unproved"
    OVERTAKEN = "overtaken"  # a later command on the same object decides


@dataclass(frozen=True, slots=True)
class Command:
    """One act at a platform. Commands on one ``object`` are numbered; the last one tells how it must stand."""

    id: int
    case: int
    account: str
    object: str
    number: int
    verb: Verb
    lane: int
    state: CommandState
    due_at: datetime
    tries: int
    asked_by: str
    asked_at: datetime
    code: str = ""
    seen: Mapping[str, Any] = field(default_factory=dict)
    done_at: datetime | None = None

    @property
    def target(self) -> str:
        """The platform id of the reply or the author."""
        return self.object.partition(":")[2]

    @property
    def ended(self) -> bool:
        """Carried out and proved, or replaced by a later one: nobody has to look after it."""
        return self.state in (CommandState.DONE, CommandState.OVERTAKEN)

    @property
    def can_be_repeated(self) -> bool:
        """The service gave up, so a person may let it try again; what hands did wants hands again."""
        return self.state is CommandState.FAILED or (self.state is CommandState.UNPROVED and self.code != "by-hand")

    @property
    def why(self) -> str:
        """Why it is not done: the constant beginning of its code, in small letters (``permission``), or empty."""
        return "" if self.ended else self.code.partition(":")[0].lower()


class DriftKind(StrEnum):
    """How the platform stands otherwise than decided, or what was done there past this service."""

    UNDONE = "undone"  # somebody showed a hidden reply again in the app
    HIDDEN_ELSEWHERE = "hidden-elsewhere"  # hidden in the app or by the platform, not by a decision here
    EDITED = "edited"  # the words changed after the decision
    GONE = "gone"  # its author, the platform or a colleague took it away
    BLOCKED_ELSEWHERE = "blocked-elsewhere"
    UNBLOCKED_ELSEWHERE = "unblocked-elsewhere"
    LIFTED = "lifted"  # another case about the same author took its block back
    STILL_HIDDEN = "still-hidden"  # shown again by decision, and yet hidden


@dataclass(frozen=True, slots=True)
class Drift:
    """One difference that a person should look at."""

    id: int
    case: int
    kind: DriftKind
    noticed_at: datetime
    settled_at: datetime | None = None
    settled_by: str = ""

"""What surrounds a case at the moderator desk: own views, reviews, objections, holds, policy versions. Values only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final

from moderation.categories import Category
from moderation.ladder import Step


@dataclass(frozen=True, slots=True)
class Opinion:
    """One person's own view: the category that applies (None: no violation) and the step they would take."""

    category: Category | None
    step: Step = Step.NONE


class ReviewKind(StrEnum):
    """Where an item to judge comes from; never shown to the person who judges."""

    SAMPLE = "sample"  # a random unflagged reply: what screening missed
    GOLDEN = "golden"  # the answer is known
    SECOND = "second"  # a case that somebody else decides or has decided


@dataclass(frozen=True, slots=True)
class ReviewItem:
    """One thing to judge. ``stands_for`` says how many unflagged replies one sampled reply stands for."""

    id: int
    kind: ReviewKind
    language: str
    made_at: datetime
    reply: int | None = None
    case: int | None = None
    golden: int | None = None
    batch: str = ""
    stands_for: float = 1.0
    done_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Judgement:
    """Somebody's view of an item; ``blind`` is False when they knew what others thought."""

    id: int
    item: int
    by: str
    opinion: Opinion
    blind: bool
    at: datetime


@dataclass(frozen=True, slots=True)
class Golden:
    """An invented or cleared text with a known answer (None: no violation)."""

    id: int
    text: str
    post: str
    language: str
    category: Category | None
    note: str = ""


class Channel(StrEnum):
    """How an objection reached the office; the bot itself answers nobody."""

    STAFF = "staff"
    CONTACT_PAGE = "contact-page"
    LETTER = "letter"
    TELEPHONE = "telephone"
    COUNTER = "counter"


@dataclass(frozen=True, slots=True)
class Appeal:
    """One objection. ``outcome`` is empty until another person upheld or reversed the decision."""

    id: int
    case: int
    channel: Channel
    words: str
    language: str
    entered_by: str
    at: datetime
    outcome: str = ""
    judged_by: str = ""
    judged_at: datetime | None = None
    answer: str = ""


@dataclass(frozen=True, slots=True)
class LegalHold:
    """Why words are kept although they would have to be erased, and until when."""

    id: int
    reply: int
    ground: str
    by: str
    at: datetime
    until: datetime


class PolicyState(StrEnum):
    """A version is drafted, proposed with its rescreen report, made live by a second person, and ends."""

    DRAFT = "draft"
    PROPOSED = "proposed"
    LIVE = "live"
    RETIRED = "retired"  # another version took its place
    BRAKED = "braked"  # taken back by itself
    DROPPED = "dropped"
    SHIPPED = "shipped"  # came with the program; kept so that its verdicts can be shown as they were


@dataclass(frozen=True, slots=True)
class PolicyVersion:
    """One version as text. ``version`` is its name and hash, as verdicts bear it; the text never changes."""

    id: int
    version: str
    state: PolicyState
    text: str
    base: str
    note: str
    made_by: str
    made_at: datetime
    wordings: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    proposed_by: str = ""
    proposed_at: datetime | None = None
    report: Mapping[str, Any] = field(default_factory=dict)
    reported_at: datetime | None = None
    shadow: Mapping[str, Any] = field(default_factory=dict)
    live_by: str = ""
    live_at: datetime | None = None
    live_why: str = ""
    ended_by: str = ""
    ended_at: datetime | None = None
    ended_why: str = ""

    @property
    def waits(self) -> bool:
        """Whether it may still go live."""
        return self.state in (PolicyState.DRAFT, PolicyState.PROPOSED)


class RunState(StrEnum):
    """How a walk over the archive stands. A process that dies leaves it RUNNING, and silent."""

    RUNNING = "running"
    DONE = "done"
    STOPPED = "stopped"
    FAILED = "failed"


SILENT: Final = timedelta(seconds=60)
"""A walk speaks after every thousand replies, which takes a second; this long a silence is the death of its process."""


@dataclass(frozen=True, slots=True)
class RescreenRun:
    """One walk over the archive: replies collected from ``since`` up to ``until``, of one account or (empty) of all.

    ``beat_at`` is when its process last spoke; ``why`` names the kind of error.
    """

    id: int
    policy: int
    state: RunState
    since: datetime
    until: datetime
    account: str
    done: int
    total: int
    stop_asked: bool
    asked_by: str
    asked_at: datetime
    beat_at: datetime
    ended_at: datetime | None = None
    why: str = ""

    def alive(self, now: datetime) -> bool:
        """Whether somebody still works on it."""
        return self.state is RunState.RUNNING and now - self.beat_at < SILENT

    def told(self, now: datetime) -> str:
        """``running``, ``interrupted``, ``done``, ``stopped`` or ``failed``."""
        lost = self.state is RunState.RUNNING and not self.alive(now)
        return "interrupted" if lost else self.state.value


@dataclass(frozen=True, slots=True)
class StoredPush:
    """One delivery as it came in, waiting to be worked."""

    id: int
    platform: str
    key: str
    name: str
    account_id: str
    body: bytes
    received_at: datetime

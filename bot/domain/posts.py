"""What we send: posts, their revisions, approvals and attempts, and the only arrows between their states.

A post belongs to one account; posts written together share a ``notice``. Source: publishing-once protocol.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Final

from bot.domain.errors import NotAllowed


class PostState(StrEnum):
    """Where a post stands; ``unknown`` means it may be out there and is being looked for."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    RETURNED = "returned"
    REJECTED = "rejected"
    APPROVED = "approved"
    SCHEDULED = "scheduled"
    PUBLISHING = "publishing"
    PUBLISHED = "published"
    UNKNOWN = "unknown"
    FAILED = "failed"
    HELD = "held"
    CANCELLED = "cancelled"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"


class PostEvent(StrEnum):
    """What can happen to a post."""

    SUBMIT = "submit"
    RETURN = "return"
    REJECT = "reject"
    APPROVE = "approve"
    EDIT = "edit"
    SCHEDULE = "schedule"
    CLAIM = "claim"
    RECOVER = "recover"  # a claim lapsed and nothing was sent
    RETRY = "retry"  # surely not sent: back into the queue
    PUBLISH = "publish"
    LOSE = "lose"  # outcome unknown
    FAIL = "fail"
    HOLD = "hold"
    RELEASE = "release"
    CANCEL = "cancel"
    EXPIRE = "expire"
    FIND = "find"  # reconciliation found it on the platform
    GIVE_UP = "give-up"  # a person says that it is not out there
    RESEND = "resend"  # a person sends again after reconciliation found nothing
    WITHDRAW = "withdraw"


_S, _E = PostState, PostEvent
ARROWS: Final[dict[tuple[PostState, PostEvent], PostState]] = {
    (_S.DRAFT, _E.SUBMIT): _S.SUBMITTED,
    (_S.DRAFT, _E.EDIT): _S.DRAFT,
    (_S.DRAFT, _E.CANCEL): _S.CANCELLED,
    (_S.RETURNED, _E.EDIT): _S.DRAFT,
    (_S.RETURNED, _E.SUBMIT): _S.SUBMITTED,
    (_S.RETURNED, _E.CANCEL): _S.CANCELLED,
    (_S.SUBMITTED, _E.RETURN): _S.RETURNED,
    (_S.SUBMITTED, _E.REJECT): _S.REJECTED,
    (_S.SUBMITTED, _E.APPROVE): _S.APPROVED,
    (_S.SUBMITTED, _E.EDIT): _S.SUBMITTED,
    (_S.SUBMITTED, _E.CANCEL): _S.CANCELLED,
    (_S.SUBMITTED, _E.EXPIRE): _S.EXPIRED,
    (_S.SUBMITTED, _E.HOLD): _S.HELD,
    (_S.APPROVED, _E.SCHEDULE): _S.SCHEDULED,
    (_S.APPROVED, _E.EDIT): _S.SUBMITTED,
    (_S.APPROVED, _E.RETURN): _S.RETURNED,
    (_S.APPROVED, _E.CANCEL): _S.CANCELLED,
    (_S.APPROVED, _E.EXPIRE): _S.EXPIRED,
    (_S.APPROVED, _E.HOLD): _S.HELD,
    (_S.SCHEDULED, _E.CLAIM): _S.PUBLISHING,
    (_S.SCHEDULED, _E.EDIT): _S.SUBMITTED,
    (_S.SCHEDULED, _E.HOLD): _S.HELD,
    (_S.SCHEDULED, _E.CANCEL): _S.CANCELLED,
    (_S.SCHEDULED, _E.LOSE): _S.UNKNOWN,  # an older database was put back: it may have been sent since
    (_S.PUBLISHING, _E.RECOVER): _S.SCHEDULED,
    (_S.PUBLISHING, _E.RETRY): _S.SCHEDULED,
    (_S.PUBLISHING, _E.PUBLISH): _S.PUBLISHED,
    (_S.PUBLISHING, _E.LOSE): _S.UNKNOWN,
    (_S.PUBLISHING, _E.FAIL): _S.FAILED,
    (_S.PUBLISHING, _E.HOLD): _S.HELD,
    (_S.UNKNOWN, _E.FIND): _S.PUBLISHED,
    (_S.UNKNOWN, _E.GIVE_UP): _S.FAILED,
    (_S.UNKNOWN, _E.RESEND): _S.SCHEDULED,
    (_S.UNKNOWN, _E.HOLD): _S.HELD,
    (_S.HELD, _E.RELEASE): _S.SCHEDULED,
    (_S.HELD, _E.EDIT): _S.SUBMITTED,
    (_S.HELD, _E.CANCEL): _S.CANCELLED,
    (_S.PUBLISHED, _E.WITHDRAW): _S.WITHDRAWN,
}
"""Every arrow that exists; whatever is not listed is refused."""

TERMINAL: Final = frozenset({_S.FAILED, _S.CANCELLED, _S.REJECTED, _S.EXPIRED, _S.WITHDRAWN})
WAITING: Final = frozenset({_S.SUBMITTED, _S.APPROVED, _S.SCHEDULED})


def step(state: PostState, event: PostEvent) -> PostState:
    """The state after ``event``; raises NotAllowed for an arrow that does not exist."""
    try:
        return ARROWS[state, event]
    except KeyError:
        raise NotAllowed(f"A post that is {state.value} cannot take the step '{event.value}'.").worded(
            "problem.no-step"
        ) from None


def allowed_events(state: PostState) -> tuple[PostEvent, ...]:
    """The steps that exist from here, in the order of PostEvent."""
    return tuple(event for event in PostEvent if (state, event) in ARROWS)


class Hold(StrEnum):
    """Why a post waits for a person."""

    LATE = "late"
    OUTSIDE_HOURS = "outside-hours"
    ROSTER = "roster"
    DUPLICATE = "duplicate"
    BUDGET = "budget"
    STOP = "stop"
    RESTORE = "restore"
    ACCOUNT = "account"
    BY_HAND = "by-hand"


class Lane(StrEnum):
    """How urgent a post is; only ``disaster`` may go out first and be reviewed afterwards."""

    ROUTINE = "routine"
    DISASTER = "disaster"


class Outcome(StrEnum):
    """How one HTTP call ended, named for what follows."""

    PUBLISHED = "published"
    NOT_SENT = "not-sent"
    NOT_EXECUTED = "not-executed"
    REFUSED = "refused"
    AUTH = "auth"
    DUPLICATE = "duplicate"
    UNKNOWN = "unknown"
    RECONCILED = "reconciled"
    ABSENT = "absent"


class Phase(StrEnum):
    """``prepared``: nothing was sent. ``sending``: may be out there. ``closed``: the outcome is written."""

    PREPARED = "prepared"
    SENDING = "sending"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Media:
    """One picture or film: bytes are found by ``sha256`` in the media folder, ``alt`` is what a blind reader hears."""

    name: str
    sha256: str
    mime: str
    alt: str = ""
    size: int = 0


@dataclass(frozen=True, slots=True)
class Slot:
    """When a post may go out: ``due_at`` and ``publish_by`` are aware UTC.

    ``reason`` is filled only for a slot outside the office's hours and then needs a second approver.
    """

    due_at: datetime
    publish_by: datetime
    reason: str = ""

    @property
    def is_exception(self) -> bool:
        return bool(self.reason)


@dataclass(frozen=True, slots=True)
class Content:
    """The exact words and media that approvers see and the platform receives."""

    text: str
    link: str = ""
    media: tuple[Media, ...] = ()
    lang: str = "ja"

    @property
    def digest(self) -> str:
        """SHA-256 over text, link, language, media bytes and alt texts, hex."""
        media = [[item.sha256, item.mime, item.alt] for item in self.media]
        return _digest([self.text, self.link, self.lang, media])


@dataclass(frozen=True, slots=True)
class Revision:
    """One exact version of a post: content, account and slot; approvals are bound to ``digest``."""

    number: int
    account: str
    content: Content
    slot: Slot
    author: str
    at: datetime

    @property
    def digest(self) -> str:
        """SHA-256 over account, content and slot, hex; any edit changes it and so voids every approval."""
        slot = [self.slot.due_at.isoformat(), self.slot.publish_by.isoformat(), self.slot.reason]
        return _digest([self.account, self.content.digest, slot])


@dataclass(frozen=True, slots=True)
class Approval:
    """One person's yes to one digest."""

    digest: str
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Post:
    """A post with its current revision. ``version`` counts every change of the row (optimistic lock)."""

    id: int
    account: str
    author: str
    state: PostState
    revision: Revision
    version: int
    lane: Lane = Lane.ROUTINE
    notice: str = ""
    approvals: tuple[Approval, ...] = ()
    hold: Hold | None = None
    note: str = ""
    platform_id: str = ""
    permalink: str = ""
    published_at: datetime | None = None
    fence: int = 0
    created_at: datetime | None = None
    updated_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Attempt:
    """One HTTP create: ``body`` is what was sent, ``baseline`` the newest own post id before the call."""

    id: int
    post: int
    number: int
    digest: str
    phase: Phase
    fence: int
    body: str
    baseline: str
    prepared_at: datetime
    sent_at: datetime | None = None
    closed_at: datetime | None = None
    outcome: Outcome | None = None
    http_status: int = 0
    code: str = ""
    trace: str = ""
    looks: int = 0
    healthy_looks: int = 0
    next_look_at: datetime | None = None
    media_count: int = field(default=0)


def valid_approvers(post: Post) -> tuple[str, ...]:
    """Who approved exactly this revision; the author never counts, nobody counts twice."""
    digest = post.revision.digest
    people = dict.fromkeys(a.by for a in post.approvals if a.digest == digest and a.by != post.author)
    return tuple(people)


def approvals_needed(steps: int, slot: Slot) -> int:
    """How many different people must say yes: the office's steps (1 to 3), at least two outside hours."""
    return max(steps, 2) if slot.is_exception else steps


def may_approve(post: Post, person: str) -> None:
    """Raises NotAllowed with the reason when this person's yes would not count."""
    if person == post.author:
        raise NotAllowed("Nobody approves their own post; ask a colleague or a deputy.").worded("problem.own-post")
    if person == post.revision.author:
        raise NotAllowed("You wrote the latest edit of this post; somebody else has to approve it.").worded(
            "problem.own-edit"
        )
    if person in valid_approvers(post):
        raise NotAllowed("You have already approved this revision; a second person has to look.").worded(
            "problem.approved-already"
        )


def _digest(parts: Iterable[object]) -> str:
    canonical = json.dumps(list(parts), ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(canonical.encode("utf-8", "surrogatepass")).hexdigest()

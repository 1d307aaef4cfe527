"""What a person may do with a post right now; the pages render these as buttons and decide nothing themselves."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from bot.domain.errors import KouhouError, NotAllowed
from bot.domain.people import Person, Role
from bot.domain.posts import (
    Attempt,
    Outcome,
    Post,
    PostEvent,
    PostState,
    allowed_events,
    approvals_needed,
    may_approve,
    valid_approvers,
)
from bot.store.desk import Review
from bot.usecases.approve import needed
from bot.usecases.calendar import movable
from bot.usecases.parts import Parts
from bot.usecases.reconcile import LOOKS, absent_likely


class Step(StrEnum):
    """One button on a post's page."""

    APPROVE = "approve"
    RETURN = "return"
    REJECT = "reject"
    SUBMIT = "submit"
    EDIT = "edit"
    MOVE = "move"
    RELEASE = "release"
    HOLD = "hold"
    CANCEL = "cancel"
    WITHDRAW = "withdraw"
    LOOK = "look"
    RESEND = "resend"
    GIVE_UP = "give-up"
    REVIEW = "review"
    COPY = "copy"


_BY_EVENT = {
    PostEvent.APPROVE: Step.APPROVE,
    PostEvent.RETURN: Step.RETURN,
    PostEvent.REJECT: Step.REJECT,
    PostEvent.SUBMIT: Step.SUBMIT,
    PostEvent.EDIT: Step.EDIT,
    PostEvent.HOLD: Step.HOLD,
    PostEvent.RELEASE: Step.RELEASE,
    PostEvent.CANCEL: Step.CANCEL,
    PostEvent.WITHDRAW: Step.WITHDRAW,
}
_WRITERS = frozenset({Step.SUBMIT, Step.EDIT, Step.MOVE, Step.COPY})
_LOST = frozenset({Step.LOOK, Step.RESEND, Step.GIVE_UP})


@dataclass(frozen=True, slots=True)
class Progress:
    """How far the approvals of the current revision are; ``steps`` is what the rule asks for."""

    given: tuple[str, ...]
    steps: int
    reviewed_after: bool

    @property
    def missing(self) -> int:
        return max(0, self.steps - len(self.given))


def steps(
    parts: Parts, post: Post, *, by: Person, now: datetime, tried: Sequence[Attempt] = (), review: Review | None = None
) -> tuple[Step, ...]:
    """In the order of ``Step``; empty for somebody who may only look."""
    office = parts.office(parts.account(post.account))
    today = parts.today(office, now)
    approver = by.may(Role.APPROVER, office.id, today)
    writer = approver or by.may(Role.STAFF, office.id, today)
    found = {_BY_EVENT[event] for event in allowed_events(post.state) if event in _BY_EVENT}
    if movable(post.state):
        found.add(Step.MOVE)
    if post.state is PostState.UNKNOWN:
        found = _of_lost(tried, now)
    if review is not None and review.done_at is None and by.login not in (post.author, *valid_approvers(post)):
        found.add(Step.REVIEW)
    if Step.APPROVE in found and why_not_approve(post, by) is not None:
        found.discard(Step.APPROVE)
    found.add(Step.COPY)
    if not writer:
        return ()
    mine = {Step.CANCEL} if by.login == post.author else set()
    return tuple(each for each in Step if each in found and (approver or each in _WRITERS or each in mine))


def _of_lost(tried: Sequence[Attempt], now: datetime) -> set[Step]:
    lost = last_lost(tried)
    return set(_LOST) if lost is not None and absent_likely(lost, now) else {Step.LOOK}


def last_lost(tried: Sequence[Attempt]) -> Attempt | None:
    """The attempt whose outcome is still unknown."""
    return next((each for each in reversed(tried) if each.outcome is Outcome.UNKNOWN), None)


def looked_for_until(attempt: Attempt) -> datetime:
    """Until when the timeline is read closely; afterwards a quarter of an hour lies between two reads."""
    started = attempt.sent_at or attempt.prepared_at
    return max(started + LOOKS[-1], attempt.next_look_at or started)


def why_not_approve(post: Post, by: Person) -> KouhouError | None:
    """The reason why this person's yes would not count."""
    try:
        may_approve(post, by.login)
    except NotAllowed as exc:
        return exc
    return None


def progress(parts: Parts, post: Post) -> Progress:
    """Who has agreed and how many it takes."""
    office = parts.office(parts.account(post.account))
    steps_ = needed(office, post)
    after = steps_ < approvals_needed(office.approval_steps, post.revision.slot)
    return Progress(valid_approvers(post), steps_, after)


def ends_soon(post: Post, now: datetime) -> timedelta | None:
    """How long an approval still has before the post expires, when that is less than an hour."""
    left = post.revision.slot.publish_by - now
    waits = post.state in (PostState.SUBMITTED, PostState.APPROVED)
    return left if waits and left <= timedelta(hours=1) else None

"""Approvers say yes, return, reject, hold, release and cancel; every yes is bound to one digest."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from bot.domain import hours
from bot.domain.accounts import Office
from bot.domain.errors import BadInput, Conflict, NotAllowed
from bot.domain.offices import DisasterRule
from bot.domain.people import SERVICE, Person, Role, require
from bot.domain.posts import (
    Approval,
    Hold,
    Lane,
    Post,
    PostEvent,
    PostState,
    Slot,
    approvals_needed,
    may_approve,
    step,
    valid_approvers,
)
from bot.store import audit, desk, posts, service
from bot.store.database import Tx
from bot.usecases.compose import check_account, check_slot, check_version, edit, slot_for
from bot.usecases.parts import Parts
from bot.usecases.tokens import answers_for, refuse_owner
from bot.usecases.trail import record

REVIEW_WITHIN: Final = timedelta(hours=24)
"""How soon a second person looks at a disaster notice that one person let out."""


def approve(
    parts: Parts, post_id: int, *, by: Person, now: datetime, digest: str | None = None, version: int | None = None
) -> Post:
    """One person's yes to exactly the revision they saw (``digest``); schedules the post when enough have agreed."""
    with parts.store.begin() as tx:
        post, office = _open(parts, tx, post_id, by, now)
        check_version(post, version)
        if digest is not None and digest != post.revision.digest:
            raise Conflict(
                f"Post {post.id} was edited after you opened it; read the new text before you approve."
            ).worded("problem.edited", post=post.id)
        may_approve(post, by.login)
        refuse_owner(tx, post.author, by)
        check_account(parts.account(post.account))
        check_slot(office, post.revision.slot, now)
        if post.state is not PostState.SUBMITTED:
            raise NotAllowed(f"Post {post.id} is {post.state.value}; only a submitted post can be approved.").worded(
                "problem.not-waiting", post=post.id
            )
        post = posts.approve(tx, post, Approval(post.revision.digest, by.login, now))
        record(tx, by, "post.approved", post, office, now)
        if len(valid_approvers(post)) >= needed(office, post):
            post = _schedule(tx, post, office, now)
    return post


def needed(office: Office, post: Post) -> int:
    """How many people must agree. A disaster notice may need one now and a second afterwards, if the office says so."""
    if post.lane is Lane.DISASTER and office.disaster is DisasterRule.REVIEW_AFTER:
        return 1
    return approvals_needed(office.approval_steps, post.revision.slot)


def give_back(parts: Parts, post_id: int, *, by: Person, now: datetime, comment: str) -> Post:
    """Returns a post to its author with a comment."""
    return _decide(parts, post_id, PostEvent.RETURN, "post.returned", by=by, now=now, comment=comment)


def reject(parts: Parts, post_id: int, *, by: Person, now: datetime, comment: str) -> Post:
    """Ends a post with a reason."""
    return _decide(parts, post_id, PostEvent.REJECT, "post.rejected", by=by, now=now, comment=comment)


def hold(parts: Parts, post_id: int, *, by: Person, now: datetime, reason: str) -> Post:
    """Takes a waiting post out of the queue until a person releases it."""
    with parts.store.begin() as tx:
        post, office = _open(parts, tx, post_id, by, now)
        step(post.state, PostEvent.HOLD)
        _refuse_in_flight(post)
        post = posts.hold(tx, post, Hold.BY_HAND, at=now, note=reason.strip())
        record(tx, by, "post.held", post, office, now)
    return post


def release(
    parts: Parts, post_id: int, *, by: Person, now: datetime, due_at: datetime | None = None, reason: str = ""
) -> Post:
    """Puts a held post back, in a new slot if the old one has passed. The releaser's yes counts for the new slot."""
    with parts.store.begin() as tx:
        post, office = _open(parts, tx, post_id, by, now)
        step(post.state, PostEvent.RELEASE)
        check_account(parts.account(post.account))
        when = due_at or _later(office, post.revision.slot, now)
        slot = slot_for(office, when, reason or post.revision.slot.reason, post.lane)
        check_slot(office, slot, now)
        post = reslot(tx, post, slot, now=now)
        if by.login not in (post.author, *valid_approvers(post)) and not answers_for(tx, post.author, by):
            post = posts.approve(tx, post, Approval(post.revision.digest, by.login, now))
        if len(valid_approvers(post)) < needed(office, post):
            post = posts.change(tx, post, PostState.SUBMITTED, at=now, hold=None, note="")
        else:
            post = posts.change(tx, post, PostState.SCHEDULED, at=now, hold=None, note="", retry_at=None)
        record(tx, by, "post.released", post, office, now)
    return post


def move(
    parts: Parts, post_id: int, *, by: Person, now: datetime, due_at: datetime, version: int | None = None
) -> Post:
    """Another slot for the same words. A writer's move needs a new approval; an approver's own move is a yes to it."""
    with parts.store.begin() as tx:
        post = posts.get(tx, post_id)
        office = parts.office(parts.account(post.account))
        may_say_yes = by.may(Role.APPROVER, office.id, parts.today(office, now))
        if may_say_yes and post.state is PostState.SCHEDULED:
            check_version(post, version)
            slot = slot_for(office, due_at, post.revision.slot.reason, post.lane)
            check_slot(office, slot, now)
            post = reslot(tx, post, slot, now=now)
            if len(valid_approvers(post)) < needed(office, post):
                post = posts.change(tx, post, step(post.state, PostEvent.EDIT), at=now)
            record(tx, by, "post.moved", post, office, now)
            return post
    return edit(parts, post_id, by=by, now=now, due_at=due_at, version=version)


def review(parts: Parts, post_id: int, *, by: Person, now: datetime, in_order: bool, comment: str) -> None:
    """The second person's look at a disaster notice that is out: neither its author nor the one who approved it."""
    if not in_order and not comment.strip():
        raise BadInput("Write what is not in order.", key="comment").worded("problem.review-comment")
    with parts.store.begin() as tx:
        post, office = _open(parts, tx, post_id, by, now)
        if by.login in (post.author, post.revision.author, *valid_approvers(post)):
            raise NotAllowed("You wrote or approved it yourself; somebody else has to review it.").worded(
                "problem.review-own"
            )
        desk.finish_review(tx, post_id, by=by, at=now, in_order=in_order, comment=comment.strip())
        record(tx, by, "post.reviewed" if in_order else "post.objected", post, office, now)
        if not in_order:
            approvers = [*valid_approvers(post), post.author]
            service.tell(tx, approvers, "post.objected", f"post:{post.id}", at=now)


def cancel(parts: Parts, post_id: int, *, by: Person, now: datetime, version: int | None = None) -> Post:
    """Author or approver takes a post back; "too late" is said truthfully."""
    with parts.store.begin() as tx:
        post = posts.get(tx, post_id)
        office = parts.office(parts.account(post.account))
        if by.login != post.author:
            require(by, Role.APPROVER, office.id, parts.today(office, now))
        check_version(post, version)
        _refuse_in_flight(post)
        post = posts.change(tx, post, step(post.state, PostEvent.CANCEL), at=now)
        record(tx, by, "post.cancelled", post, office, now)
    return post


def reslot(tx: Tx, post: Post, slot: Slot, *, now: datetime) -> Post:
    """The same content in another slot. Each earlier yes to this content carries over to a slot inside hours."""
    if slot == post.revision.slot:
        return post
    agreed = valid_approvers(post) if not slot.is_exception else ()
    revision = replace(post.revision, number=post.revision.number + 1, slot=slot, at=now)
    post = posts.revise(tx, post, revision, state=post.state)
    for person in agreed:
        post = posts.approve(tx, post, Approval(post.revision.digest, person, now))
    return post


def expire(parts: Parts, *, now: datetime) -> int:
    """Posts that nobody approved in time end here; their authors are told. Returns how many."""
    waiting = (PostState.SUBMITTED, PostState.APPROVED)
    with parts.store.begin() as tx:
        over = posts.find(tx, states=waiting, until=now, limit=200)
        over = [post for post in over if post.revision.slot.publish_by <= now]
        for post in over:
            posts.change(tx, post, step(post.state, PostEvent.EXPIRE), at=now)
            audit.append(tx, SERVICE, "post.expired", f"post:{post.id}", at=now)
            service.tell(tx, [post.author], "post.expired", f"post:{post.id}", at=now)
    return len(over)


def _schedule(tx: Tx, post: Post, office: Office, now: datetime) -> Post:
    if len(valid_approvers(post)) < approvals_needed(office.approval_steps, post.revision.slot):
        desk.ask_review(tx, post.id, at=now, due_at=now + REVIEW_WITHIN)
        audit.append(tx, SERVICE, "post.review-asked", f"post:{post.id}", at=now, office=office.id)
    post = posts.change(tx, post, step(post.state, PostEvent.APPROVE), at=now)
    post = posts.change(tx, post, step(post.state, PostEvent.SCHEDULE), at=now)
    record(tx, SERVICE, "post.scheduled", post, office, now)
    return post


def _decide(
    parts: Parts, post_id: int, event: PostEvent, what: str, *, by: Person, now: datetime, comment: str
) -> Post:
    if not comment.strip():
        raise BadInput("Write what the author should change.", key="comment").worded("problem.comment")
    with parts.store.begin() as tx:
        post, office = _open(parts, tx, post_id, by, now)
        post = posts.change(tx, post, step(post.state, event), at=now, note=comment.strip())
        record(tx, by, what, post, office, now)
        service.tell(tx, [post.author], what, f"post:{post.id}", at=now, once=str(post.version))
    return post


def _open(parts: Parts, tx: Tx, post_id: int, by: Person, now: datetime) -> tuple[Post, Office]:
    post = posts.get(tx, post_id)
    office = parts.office(parts.account(post.account))
    require(by, Role.APPROVER, office.id, parts.today(office, now))
    return post, office


def _later(office: Office, slot: Slot, now: datetime) -> datetime:
    if slot.publish_by > now:
        return slot.due_at
    found = hours.next_open(office, now)
    if found is None:
        raise BadInput("The office's hours are unknown: give a new time and a reason.", key="publish_at").worded(
            "problem.no-hours", office=office.names.ja
        )
    return found


def _refuse_in_flight(post: Post) -> None:
    if post.state is PostState.PUBLISHING:
        raise NotAllowed(
            f"Too late: post {post.id} is being sent right now. Wait for its outcome, then withdraw it."
        ).worded("problem.in-flight", post=post.id)

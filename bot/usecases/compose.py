"""Staff write, edit and submit posts; the slot is checked against the office's hours before anybody approves."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from bot.domain import hours
from bot.domain.accounts import Account, Office, Status
from bot.domain.errors import BadInput, Conflict, NotAllowed
from bot.domain.length import length_of
from bot.domain.people import Person, Role, require
from bot.domain.posts import Content, Lane, Post, PostEvent, Revision, Slot, step
from bot.store import posts
from bot.store.database import Tx
from bot.usecases.parts import Parts
from bot.usecases.trail import record

LATE_OK = timedelta(minutes=30)
"""How late a post may still go out by itself; closing time comes first."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody wants to post: ``account`` is a roster id or handle, ``due_at`` None means the next free slot."""

    account: str
    content: Content
    due_at: datetime | None = None
    reason: str = ""
    lane: Lane = Lane.ROUTINE
    notice: str = ""


def draft(parts: Parts, wish: Wish, *, by: Person, now: datetime) -> Post:
    """Stores a draft. Raises BadInput for text no platform would take, NotAllowed outside the person's offices."""
    with parts.store.begin() as tx:
        return _draft(parts, tx, wish, by, now)


def draft_many(parts: Parts, wishes: Sequence[Wish], *, by: Person, now: datetime, submit: bool) -> list[int]:
    """Every wish or none: one transaction. Returns the posts' numbers in the same order."""
    with parts.store.begin() as tx:
        made = [_draft(parts, tx, wish, by, now) for wish in wishes]
        if submit:
            for post in made:
                _submit(parts, tx, post, by, now)
    return [post.id for post in made]


def _draft(parts: Parts, tx: Tx, wish: Wish, by: Person, now: datetime) -> Post:
    account = parts.account(wish.account)
    office = parts.office(account)
    require(by, Role.STAFF, office.id, parts.today(office, now))
    check_content(account, wish.content)
    slot = slot_for(office, wish.due_at or next_free(tx, account, office, now), wish.reason)
    revision = Revision(1, account.id, wish.content, slot, by.login, now)
    post = posts.add(tx, revision, office=office.id, lane=wish.lane, notice=wish.notice)
    record(tx, by, "post.drafted", post, office, now)
    return post


def edit(
    parts: Parts,
    post_id: int,
    *,
    by: Person,
    now: datetime,
    content: Content | None = None,
    due_at: datetime | None = None,
    reason: str | None = None,
    version: int | None = None,
) -> Post:
    """A new revision; every approval of the old one is void. ``version`` is the one the person was looking at."""
    with parts.store.begin() as tx:
        post = posts.get(tx, post_id)
        account = parts.account(post.account)
        office = parts.office(account)
        _require_writer(by, office, parts.today(office, now))
        check_version(post, version)
        old = post.revision
        fresh = content or old.content
        check_content(account, fresh)
        slot = slot_for(office, due_at or old.slot.due_at, old.slot.reason if reason is None else reason)
        revision = replace(old, number=old.number + 1, content=fresh, slot=slot, author=by.login, at=now)
        if revision.digest == old.digest:
            return post
        post = posts.revise(tx, post, revision, state=step(post.state, PostEvent.EDIT))
        record(tx, by, "post.edited", post, office, now)
    return post


def submit(parts: Parts, post_id: int, *, by: Person, now: datetime, version: int | None = None) -> Post:
    """Hands a draft to the approvers. BadInput when its slot needs a reason or has already passed."""
    with parts.store.begin() as tx:
        post = posts.get(tx, post_id)
        check_version(post, version)
        return _submit(parts, tx, post, by, now)


def _submit(parts: Parts, tx: Tx, post: Post, by: Person, now: datetime) -> Post:
    account = parts.account(post.account)
    office = parts.office(account)
    _require_writer(by, office, parts.today(office, now))
    check_account(account)
    check_slot(office, post.revision.slot, now)
    post = posts.change(tx, post, step(post.state, PostEvent.SUBMIT), at=now, note="")
    record(tx, by, "post.submitted", post, office, now)
    return post


def slot_for(office: Office, due_at: datetime, reason: str = "") -> Slot:
    """The slot with its last minute: 30 minutes after ``due_at``, never past closing time."""
    closing = hours.closing_time(office, due_at)
    last = due_at + LATE_OK
    return Slot(due_at, min(last, closing) if closing else last, "" if closing else reason.strip())


def next_free(tx: Tx, account: Account, office: Office, now: datetime) -> datetime:
    """The next open five-minute slot that no other post of the account stands in; BadInput when hours are unknown."""
    waiting = posts.find(tx, accounts=[account.id], since=now - LATE_OK, limit=500)
    taken = [each.revision.slot.due_at for each in waiting]
    found = hours.next_slot(
        office, now + timedelta(minutes=5), taken=taken, apart=timedelta(minutes=5), step=timedelta(minutes=5)
    )
    if found is None:
        raise BadInput(
            f"The counter hours of {office.names.ja} are unknown, so there is no next slot: give a time and a reason.",
            key="publish_at",
        )
    return found


def check_content(account: Account, content: Content) -> None:
    """Raises BadInput for empty or over-long text and for pictures without alternative text."""
    if "\x00" in content.text or any("\ud800" <= char <= "\udfff" for char in content.text):
        raise BadInput("The text holds characters that no platform takes (NUL or half of a character).", key="text")
    if not content.text.strip() and not content.media:
        raise BadInput("There is nothing to post; write a text or attach a picture.", key="text")
    length = length_of(content, account)
    if length.left < 0:
        raise BadInput(f"The text is too long for @{account.handle}: {length.used} of {length.limit}.", key="text")
    for item in content.media:
        if item.mime.startswith("image/") and not item.alt.strip():
            raise BadInput(f"The picture {item.name} needs an alternative text.", key="media")


def check_account(account: Account) -> None:
    if account.status is not Status.ACTIVE:
        raise NotAllowed(f"@{account.handle} is {account.status.value} in the roster; only active accounts post.")


def check_slot(office: Office, slot: Slot, now: datetime) -> None:
    """Raises BadInput when the slot has passed, or lies outside hours without a reason."""
    if slot.publish_by <= now:
        raise BadInput("The slot has already passed; choose a later time.", key="publish_at")
    if not hours.is_open(office, slot.due_at) and not slot.reason:
        shut = hours.standing(office, slot.due_at).shut
        raise BadInput(
            f"{office.names.ja} is not open then ({shut.value if shut else 'closed'}): choose a time in its hours, "
            "or write why it must go out at that time; a second approver then has to agree.",
            key="reason",
        )


def check_version(post: Post, version: int | None) -> None:
    """Raises Conflict when the person was looking at an older state of the post."""
    if version is not None and version != post.version:
        raise Conflict(f"Post {post.id} was changed by somebody else in the meantime; read it again.")


def _require_writer(by: Person, office: Office, today: date) -> None:
    if not by.may(Role.APPROVER, office.id, today):
        require(by, Role.STAFF, office.id, today)

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
from bot.domain.posts import Content, Lane, Post, PostEvent, PostState, Revision, Slot, step
from bot.store import audit, posts, queue
from bot.store.database import Tx
from bot.usecases.parts import Parts
from bot.usecases.trail import record

LATE_OK = timedelta(minutes=30)
"""How late a post may still go out by itself; closing time comes first."""
DISASTER_LATE_OK = timedelta(hours=2)
"""A disaster notice waits longer for its approver, at any hour, before it expires."""
DAY = timedelta(days=1)
APART = timedelta(minutes=5)
"""Between two slots of one account."""


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
        [number] = draft_all(parts, tx, [wish], by=by, now=now, submit=False)
        return posts.get(tx, number)


def draft_many(parts: Parts, wishes: Sequence[Wish], *, by: Person, now: datetime, submit: bool) -> list[int]:
    """Every wish or none: one transaction. Returns the posts' numbers in the same order."""
    with parts.store.begin() as tx:
        return draft_all(parts, tx, wishes, by=by, now=now, submit=submit)


def draft_all(parts: Parts, tx: Tx, wishes: Sequence[Wish], *, by: Person, now: datetime, submit: bool) -> list[int]:
    """The same inside an open transaction; each wish without a time gets the next slot that is still free."""
    slots = FreeSlots(tx, now)
    new = [_new(parts, slots, wish, by, now, submit=submit) for wish in wishes]
    numbers = posts.add_many(tx, new)
    entries = [
        audit.Entry(what, f"post:{number}", each.office, _facts(each.revision, what))
        for number, each in zip(numbers, new, strict=True)
        for what in (("post.drafted", "post.submitted") if submit else ("post.drafted",))
    ]
    audit.append_many(tx, by, entries, at=now)
    return numbers


def _new(parts: Parts, slots: FreeSlots, wish: Wish, by: Person, now: datetime, *, submit: bool) -> posts.New:
    account = parts.account(wish.account)
    office = parts.office(account)
    require(by, Role.STAFF, office.id, parts.today(office, now))
    check_content(account, wish.content)
    slot = slot_for(office, wish.due_at or slots.take(account, office), wish.reason, wish.lane)
    if submit:
        check_account(account)
        check_slot(office, slot, now)
    revision = Revision(1, account.id, wish.content, slot, by.login, now)
    state = PostState.SUBMITTED if submit else PostState.DRAFT
    return posts.New(revision, office.id, wish.lane, wish.notice, state)


def _facts(revision: Revision, what: str) -> dict[str, object]:
    state = PostState.SUBMITTED if what == "post.submitted" else PostState.DRAFT
    return {
        "revision": revision.number,
        "digest": revision.digest,
        "state": state.value,
        "exception": revision.slot.is_exception,
    }


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
        slot = slot_for(office, due_at or old.slot.due_at, old.slot.reason if reason is None else reason, post.lane)
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
        account = parts.account(post.account)
        office = parts.office(account)
        _require_writer(by, office, parts.today(office, now))
        check_account(account)
        check_slot(office, post.revision.slot, now)
        post = posts.change(tx, post, step(post.state, PostEvent.SUBMIT), at=now, note="")
        record(tx, by, "post.submitted", post, office, now)
        return post


def slot_for(office: Office, due_at: datetime, reason: str = "", lane: Lane = Lane.ROUTINE) -> Slot:
    """The slot with its last minute: 30 minutes after ``due_at``, never past closing time.

    A reason counts only outside hours; a disaster notice with a reason may go out for two hours, whatever the hour.
    """
    closing, reason = hours.closing_time(office, due_at), reason.strip()
    if lane is Lane.DISASTER and reason:
        return Slot(due_at, due_at + DISASTER_LATE_OK, reason)
    last = due_at + LATE_OK
    return Slot(due_at, min(last, closing) if closing else last, "" if closing else reason)


class FreeSlots:
    """Hands out free slots of many accounts in one transaction, none of them twice."""

    def __init__(self, tx: Tx, now: datetime) -> None:
        self._tx, self._first = tx, now + APART
        self._taken: dict[str, list[datetime]] = {}
        self._from: dict[str, datetime] = {}

    def take(self, account: Account, office: Office) -> datetime:
        """The next open five-minute slot in which no post of the account stands; BadInput when hours are unknown."""
        if account.id not in self._taken:
            self._taken[account.id] = queue.slots_taken(self._tx, account.id, since=self._first - APART)
        start = self._from.get(account.id, self._first)
        near = [slot for slot in self._taken[account.id] if slot > start - APART]
        found = hours.next_slot(office, start, taken=near, apart=APART, step=APART)
        if found is None:
            raise BadInput(
                f"The counter hours of {office.names.ja} are unknown, so there is no next slot: "
                "give a time and a reason.",
                key="publish_at",
            ).worded("problem.no-hours", office=office.id)
        self._taken[account.id], self._from[account.id] = near, found + APART
        return found


def next_free(tx: Tx, account: Account, office: Office, now: datetime) -> datetime:
    """The next free slot of one account."""
    return FreeSlots(tx, now).take(account, office)


def check_content(account: Account, content: Content) -> None:
    """Raises BadInput for empty or over-long text and for pictures without alternative text."""
    if "\x00" in content.text or any("\ud800" <= char <= "\udfff" for char in content.text):
        raise BadInput(
            "The text holds characters that no platform takes (NUL or half of a character).", key="text"
        ).worded("problem.characters")
    if not content.text.strip() and not content.media:
        raise BadInput("There is nothing to post; write a text or attach a picture.", key="text").worded(
            "problem.empty"
        )
    length = length_of(content, account)
    if length.left < 0:
        raise BadInput(
            f"The text is too long for @{account.handle}: {length.used} of {length.limit}.", key="text"
        ).worded("problem.too-long", account=account.id, used=length.used, limit=length.limit)
    for item in content.media:
        if item.mime.startswith("image/") and not item.alt.strip():
            raise BadInput(f"The picture {item.name} needs an alternative text.", key="media").worded(
                "problem.no-alt", name=item.name
            )


def check_account(account: Account) -> None:
    if account.status is not Status.ACTIVE:
        raise NotAllowed(
            f"@{account.handle} is {account.status.value} in the roster; only active accounts post."
        ).worded("problem.not-active", account=account.id)


def check_slot(office: Office, slot: Slot, now: datetime) -> None:
    """Raises BadInput when the slot has passed, or lies outside hours without a reason."""
    if slot.publish_by <= now:
        raise BadInput("The slot has already passed; choose a later time.", key="publish_at").worded(
            "problem.slot-passed"
        )
    if not hours.is_open(office, slot.due_at) and not slot.reason:
        shut = hours.standing(office, slot.due_at).shut
        raise BadInput(
            f"{office.names.ja} is not open then ({shut.value if shut else 'closed'}): choose a time in its hours, "
            "or write why it must go out at that time; a second approver then has to agree.",
            key="reason",
        ).worded("problem.outside-hours", office=office.id)


def check_version(post: Post, version: int | None) -> None:
    """Raises Conflict when the person was looking at an older state of the post."""
    if version is not None and version != post.version:
        raise Conflict(f"Post {post.id} was changed by somebody else in the meantime; read it again.").worded(
            "problem.changed", post=post.id
        )


def _require_writer(by: Person, office: Office, today: date) -> None:
    if not by.may(Role.APPROVER, office.id, today):
        require(by, Role.STAFF, office.id, today)

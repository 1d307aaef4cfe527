"""One notice to several accounts: all of its posts or none, each in its own words where the platform asks for it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.domain.accounts import Account, OfficeKind, Registry
from bot.domain.errors import BadInput, KouhouError
from bot.domain.people import Person, Role, require
from bot.store import desk
from bot.usecases import compose
from bot.usecases.compose import Wish
from bot.usecases.parts import Parts
from bot.usecases.preflight import Preflight


@dataclass(frozen=True, slots=True)
class Outlook:
    """What would become of one wish: its slot, and why it would be refused, if it would."""

    due_at: datetime | None
    error: KouhouError | None = None


def outlook(parts: Parts, wishes: Sequence[Wish], *, by: Person, now: datetime) -> list[Outlook]:
    """For each wish its slot and what would refuse its submission. Nothing is stored."""
    with parts.store.read() as tx:
        slots = compose.FreeSlots(tx, now)
        return [_outlook(parts, slots, wish, by, now) for wish in wishes]


def agency_accounts(registry: Registry) -> tuple[Account, ...]:
    """The agency's own accounts: they speak for everybody, so that the bureaus need only link."""
    offices = {office.id for office in registry.offices if office.kind is OfficeKind.AGENCY}
    return tuple(each for each in registry.active() if each.office in offices)


def write(parts: Parts, notice: str, wishes: Sequence[Wish], *, by: Person, now: datetime, submit: bool) -> list[int]:
    """Stores one post per wish, all or none. The same ``notice`` sent twice is written once: both get its posts."""
    if not wishes:
        raise BadInput("Choose at least one account.", key="to").worded("problem.no-account")
    if submit:
        refuse_twins(parts, wishes, now=now)
    with parts.store.begin() as tx:
        if not desk.open_notice(tx, notice, by=by, at=now):
            return [post.id for post in desk.of_notice(tx, notice)]
        marked = [_marked(wish, notice) for wish in wishes]
        return compose.draft_all(parts, tx, marked, by=by, now=now, submit=submit)


def written(parts: Parts, notice: str, *, by: Person) -> list[int]:
    """The posts that this person already made of a form; empty when it was never sent."""
    with parts.store.read() as tx:
        return [post.id for post in desk.of_notice(tx, notice) if post.author == by.login]


def refuse_twins(parts: Parts, wishes: Sequence[Wish], *, now: datetime) -> None:
    """Raises BadInput naming the accounts and the platform's rule."""
    found = Preflight(parts, now=now).twins(wishes)
    if found:
        handles = ", ".join(f"@{parts.account(each).handle}" for each in found)
        raise BadInput(
            f"{handles} would post the same text. X forbids equal or nearly equal posts across accounts and may lock "
            "them: let the agency post it and the bureaus link to it, or give each account its own words.",
            key="text",
        ).worded("problem.twins", accounts=handles)


def _outlook(parts: Parts, slots: compose.FreeSlots, wish: Wish, by: Person, now: datetime) -> Outlook:
    account = parts.account(wish.account)
    office = parts.office(account)
    due_at = wish.due_at
    try:
        due_at = due_at or slots.take(account, office)
        require(by, Role.STAFF, office.id, parts.today(office, now))
        compose.check_account(account)
        compose.check_content(account, wish.content)
        compose.check_slot(office, compose.slot_for(office, due_at, wish.reason, wish.lane), now)
    except KouhouError as exc:
        return Outlook(due_at, exc)
    return Outlook(due_at)


def _marked(wish: Wish, notice: str) -> Wish:
    return Wish(wish.account, wish.content, wish.due_at, wish.reason, wish.lane, notice)

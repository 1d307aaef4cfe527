"""One notice to several accounts: all of its posts or none, each in its own words where the platform asks for it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import combinations
from typing import Final

from bot.domain.accounts import Account, OfficeKind, Platform, Registry
from bot.domain.errors import BadInput, KouhouError
from bot.domain.likeness import bare, too_alike
from bot.domain.people import Person, Role, require
from bot.domain.posts import Post
from bot.store import desk, posts
from bot.usecases import compose
from bot.usecases.compose import Wish
from bot.usecases.parts import Parts

TWIN_SOUGHT_FOR: Final = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Outlook:
    """What would become of one wish: its slot, and why it would be refused, if it would."""

    due_at: datetime | None
    error: KouhouError | None = None


@dataclass(frozen=True, slots=True)
class Twins:
    """Accounts on X that would say the same thing; X may lock them all."""

    accounts: tuple[str, ...]


def outlook(parts: Parts, wishes: Sequence[Wish], *, by: Person, now: datetime) -> list[Outlook]:
    """For each wish its slot and what would refuse its submission. Nothing is stored."""
    with parts.store.read() as tx:
        slots = compose.FreeSlots(tx, now)
        return [_outlook(parts, slots, wish, by, now) for wish in wishes]


def twins(parts: Parts, wishes: Sequence[Wish]) -> Twins | None:
    """The X accounts among ``wishes`` whose texts are equal or nearly so after their offices' names are taken out."""
    registry = parts.registry()
    texts = {}
    for wish in wishes:
        account = parts.account(wish.account)
        if account.platform is Platform.X:
            texts[account.id, wish.content.lang] = bare(wish.content.text, names_of(registry, account))
    alike = {
        account
        for (one, first), (other, second) in combinations(texts.items(), 2)
        if one[0] != other[0] and one[1] == other[1] and too_alike(first, second)
        for account in (one[0], other[0])
    }
    return Twins(tuple(each.id for each in registry.accounts if each.id in alike)) if alike else None


def agency_accounts(registry: Registry) -> tuple[Account, ...]:
    """The agency's own accounts: they speak for everybody, so that the bureaus need only link."""
    offices = {office.id for office in registry.offices if office.kind is OfficeKind.AGENCY}
    return tuple(each for each in registry.active() if each.office in offices)


def write(parts: Parts, notice: str, wishes: Sequence[Wish], *, by: Person, now: datetime, submit: bool) -> list[int]:
    """Stores one post per wish, all or none. The same ``notice`` sent twice is written once: both get its posts."""
    if not wishes:
        raise BadInput("Choose at least one account.", key="to").worded("problem.no-account")
    if submit:
        refuse_twins(parts, wishes)
    with parts.store.begin() as tx:
        if not desk.open_notice(tx, notice, by=by, at=now):
            return [post.id for post in desk.of_notice(tx, notice)]
        marked = [_marked(wish, notice) for wish in wishes]
        return compose.draft_all(parts, tx, marked, by=by, now=now, submit=submit)


def refuse_twins(parts: Parts, wishes: Sequence[Wish]) -> None:
    """Raises BadInput naming the accounts and the platform's rule."""
    found = twins(parts, wishes)
    if found is not None:
        handles = ", ".join(f"@{parts.account(each).handle}" for each in found.accounts)
        raise BadInput(
            f"{handles} would post the same text. X forbids equal or nearly equal posts across accounts and may lock "
            "them: let the agency post it and the bureaus link to it, or give each account its own words.",
            key="text",
        ).worded("problem.twins", accounts=handles)


def refuse_twin_of(parts: Parts, post: Post, *, now: datetime) -> None:
    """The same for one post against what other X accounts have sent in the last 30 days or are going to send."""
    registry, account = parts.registry(), parts.account(post.account)
    if account.platform is not Platform.X:
        return
    mine = bare(post.revision.content.text, names_of(registry, account))
    with parts.store.read() as tx:
        recent = posts.recent_texts(tx, since=now - TWIN_SOUGHT_FOR)
    names = {each.id: names_of(registry, each) for each in registry.accounts if each.platform is Platform.X}
    for number, other, text in recent:
        if other != account.id and other in names and too_alike(mine, bare(text, names[other])):
            handles = f"@{account.handle}, @{registry.account(other).handle}"
            raise BadInput(
                f"Post {number} says the same on another X account ({handles}). X forbids equal or nearly equal posts "
                "across accounts: give this account its own words, or link to the other post.",
                key="text",
            ).worded("problem.twin-of", accounts=handles, post=number)


def names_of(registry: Registry, account: Account) -> tuple[str, ...]:
    """Everything by which an account's office may name itself in a text."""
    office = registry.office_of(account)
    return (*office.names.all(), *office.short.all(), *office.aliases, *account.label.all(), account.handle)


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

"""What the staff desk's pages share: whose posts a person sees, times as typed, a step that is taken once."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable, Iterable
from datetime import date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from bot.console.guard import holders
from bot.console.shell import NAV, Badge
from bot.console.show import account_name
from bot.console.visit import JAPAN, Visit
from bot.domain.accounts import Account, Office, Status
from bot.domain.errors import BadInput, KouhouError, NotFound
from bot.domain.people import Role
from bot.domain.posts import Post, PostState
from bot.store import audit, posts

WRITERS: Final = holders(Role.STAFF, Role.APPROVER)
READERS: Final = holders(Role.STAFF, Role.APPROVER, Role.ADMIN, Role.AUDITOR)
APPROVERS: Final = holders(Role.APPROVER)
_SEE: Final = (Role.STAFF, Role.APPROVER, Role.ADMIN, Role.AUDITOR)


MENU: Final = ("/compose", "/posts", "/approve", "/calendar", "/held", "/templates", "/imports")
"""The desk's pages in the order of a post's life; modules are loaded in the order of the alphabet."""


def enter(href: str, word: str, roles: str, badge: Badge | None = None) -> None:
    """Puts a page of this desk into the menu, right behind the home page."""
    own = [(href, word, roles, badge), *(each for each in NAV if each[0] in MENU)]
    others = [each for each in NAV if each not in own]
    home = [each for each in others if each[0] == "/"]
    rest = [each for each in others if each[0] != "/"]
    NAV[:] = [*home, *sorted(own, key=lambda each: MENU.index(each[0])), *rest]


def visible(visit: Visit) -> tuple[str, ...] | None:
    """Accounts whose posts this person may see; None stands for all."""
    return visit.accounts(*_SEE)


def accounts_seen(visit: Visit) -> list[Account]:
    """The same as roster entries, for pickers."""
    allowed = visible(visit)
    return [each for each in visit.parts.registry().accounts if allowed is None or each.id in allowed]


def account_choices(visit: Visit) -> list[tuple[str, str]]:
    """For a picker: any account, then each one that this person sees."""
    return [("", visit.words.plain("posts.any")), *((a.id, account_name(visit, a.id)) for a in accounts_seen(visit))]


def accounts_written(visit: Visit, *roles: Role) -> list[Account]:
    """Active accounts for which this person may write."""
    allowed = visit.accounts(*(roles or (Role.STAFF,)))
    found = visit.parts.registry().accounts
    return [each for each in found if each.status is Status.ACTIVE and (allowed is None or each.id in allowed)]


def seen(visit: Visit, post_id: int) -> Post:
    """The post; NotFound also when it belongs to an office of other people, so that numbers tell nothing."""
    allowed = visible(visit)
    with visit.parts.store.read() as tx:
        found = posts.many(tx, [post_id])
    if not found or (allowed is not None and found[0].account not in allowed):
        raise NotFound(f"There is no post {post_id}.").worded("problem.no-post", post=post_id)
    return found[0]


def once(visit: Visit, post_id: int, events: Iterable[str], act: Callable[[], object]) -> None:
    """Takes a step; a refusal is forgiven when this very person has just taken it: a double click is one click."""
    try:
        act()
    except KouhouError:
        with visit.parts.store.read() as tx:
            story = audit.about(tx, f"post:{post_id}")
        mine = [each for each in story if each.actor == visit.by.login and visit.now - each.at < timedelta(seconds=30)]
        if not mine or mine[-1].what not in set(events):
            raise


def uploads(visit: Visit, name: str, most: int) -> list[tuple[str, bytes]]:
    """(file name, at most ``most`` bytes) of each file that came in a field; their temporary files are closed."""
    found = []
    for file in visit.files.get(name, ()):
        with file.file as opened:
            found.append((file.filename or "", opened.read(most)))
    return found


def typed_instant(text: str, zone: str = "Asia/Tokyo", key: str = "at") -> datetime | None:
    """Wall time as a form sends it, ``2026-12-08T10:00``; None for nothing. BadInput for what is no time."""
    if not text.strip():
        return None
    try:
        parsed = datetime.fromisoformat(text.strip())
    except ValueError:
        raise BadInput("This is no date with a time.", key=key).worded("problem.no-time") from None
    if not 2000 <= parsed.year <= 2049:
        raise BadInput("This is no date with a time.", key=key).worded("problem.no-time")
    return parsed if parsed.tzinfo else parsed.replace(tzinfo=ZoneInfo(zone))


def typed_day(text: str) -> date | None:
    """A day as a form sends it; None for anything else: a filter never refuses."""
    try:
        day = date.fromisoformat(text.strip())
    except ValueError:
        return None
    return day if 2000 <= day.year <= 2049 else None


def typed_start(text: str, key: str) -> datetime:
    """The start of a day as a form sends it; BadInput for what is no day of this age."""
    day = typed_day(text)
    if day is None:
        raise BadInput("Write the day like 2026-12-08.", key=key).worded("problem.day")
    return starts(day)


def starts(day: date) -> datetime:
    """Midnight of a day in Japan."""
    return datetime.combine(day, time(), JAPAN)


def wall(at: datetime | None) -> str:
    """An instant as ``datetime-local`` wants it."""
    return at.astimezone(JAPAN).strftime("%Y-%m-%dT%H:%M") if at else ""


def office_of(visit: Visit, account_id: str) -> Office:
    return visit.parts.office(visit.parts.account(account_id))


def picture(visit: Visit, sha256: str) -> str:
    """An address that shows this picture to this session only: who may see the post may see it, nobody else."""
    return f"/pictures/{sha256}?key={picture_key(visit, sha256)}"


def picture_key(visit: Visit, sha256: str) -> str:
    return hmac.new(visit.csrf.encode(), sha256.encode(), hashlib.sha256).hexdigest()[:32]


STATES: Final = {
    "coming": (PostState.SUBMITTED, PostState.APPROVED, PostState.SCHEDULED, PostState.PUBLISHING),
    "drafts": (PostState.DRAFT, PostState.RETURNED),
    "look": (PostState.HELD, PostState.UNKNOWN, PostState.FAILED),
    "out": (PostState.PUBLISHED, PostState.WITHDRAWN),
    "over": (PostState.REJECTED, PostState.CANCELLED, PostState.EXPIRED),
    "all": (),
}
"""The queue's views; ``all`` is every state."""

"""Maintenance: announced beforehand, shown on every page, and while it lasts the console only shows."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from bot.domain.errors import BadInput, NotAllowed
from bot.domain.people import EVERYWHERE, Person, Role, require
from bot.store import audit, upkeep
from bot.store.upkeep import Maintenance
from bot.usecases.parts import Parts

AHEAD_AT_MOST: Final = timedelta(days=90)
_JAPAN: Final = ZoneInfo("Asia/Tokyo")


def announce(
    parts: Parts, *, starts_at: datetime | None, ends_at: datetime | None, note: str, by: Person, now: datetime
) -> Maintenance:
    """From ``starts_at`` (None: now) until ``ends_at`` (None: until ended). Publishing and collecting go on."""
    start = starts_at or now
    if ends_at is not None and ends_at <= max(start, now):
        raise BadInput("The end must lie after the start and in the future.", key="ends_at").worded(
            "problem.maintenance-end"
        )
    if start > now + AHEAD_AT_MOST:
        raise BadInput("Announce maintenance at most 90 days ahead.", key="starts_at").worded("problem.maintenance-far")
    with parts.store.begin() as tx:
        require(by, Role.ADMIN, EVERYWHERE, now.astimezone(_JAPAN).date())
        made = upkeep.announce(tx, starts_at=start, ends_at=ends_at, note=note.strip()[:300], by=by.login, at=now)
        audit.append(
            tx,
            by,
            "maintenance.announced",
            f"maintenance:{made.id}",
            at=now,
            starts_at=start.isoformat(),
            ends_at=ends_at.isoformat() if ends_at else "",
        )
    return made


def end(parts: Parts, maintenance: int, *, by: Person, now: datetime) -> None:
    """Over at once, or called off."""
    with parts.store.begin() as tx:
        require(by, Role.ADMIN, EVERYWHERE, now.astimezone(_JAPAN).date())
        upkeep.end(tx, maintenance, at=now)
        audit.append(tx, by, "maintenance.ended", f"maintenance:{maintenance}", at=now)


def coming(parts: Parts, *, now: datetime) -> list[Maintenance]:
    """What is on or announced, soonest first."""
    with parts.store.read() as tx:
        return upkeep.coming(tx, now=now)


def refuse_writing(parts: Parts, *, now: datetime) -> None:
    """Raises NotAllowed while maintenance is on."""
    if any(each.is_on(now) for each in coming(parts, now=now)):
        raise NotAllowed("Maintenance is on: pages can be read, nothing can be changed. Try again later.").worded(
            "problem.maintenance"
        )

"""How the service is: one picture for the operations page and for the machines that watch it. Counts, never words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from typing import Final

from bot.domain.ports import Budget
from bot.domain.posts import PostState
from bot.store import audit, cases, migrate, people, posts, rights, service, upkeep
from bot.store.service import Heartbeat, Stop
from bot.store.upkeep import Maintenance
from bot.usecases.parts import Parts
from moderation.cases import CaseState

WAITING: Final = (PostState.SUBMITTED, PostState.APPROVED, PostState.SCHEDULED)
WORKING: Final = (CaseState.OPEN, CaseState.CLAIMED, CaseState.PROPOSED, CaseState.APPEALED)


@dataclass(frozen=True, slots=True)
class Picture:
    """``overdue_s``: seconds since the oldest scheduled post was due, 0 if none is late; ``case_age_s``: how long the
    case at the top of the queue has waited. ``last_backup``: by ``kouhou db backup``; copies that the database's own
    tools make are not seen here.
    """

    posts: Mapping[PostState, int]
    lanes: Mapping[int, int]
    overdue_s: float
    case_age_s: float
    beats: tuple[Heartbeat, ...]
    late: tuple[Heartbeat, ...]
    budgets: Mapping[tuple[str, str], Budget]
    stops: tuple[Stop, ...]
    events: int
    sessions: int
    rights_waiting: int
    maintenance: tuple[Maintenance, ...]
    last_backup: datetime | None
    versions: Mapping[str, str]

    @property
    def well(self) -> bool:
        return bool(self.beats) and not self.late


def picture(parts: Parts, *, now: datetime) -> Picture:
    """Read in one go; costs a handful of counts."""
    with parts.store.read() as tx:
        beats = service.heartbeats(tx)
        oldest = posts.find(tx, states=[PostState.SCHEDULED], until=now, limit=1)
        eldest = cases.find(tx, states=WORKING, limit=1)
        return Picture(
            posts=posts.count_by_state(tx),
            lanes=cases.count_by_lane(tx, states=WORKING),
            overdue_s=(now - oldest[0].revision.slot.due_at).total_seconds() if oldest else 0.0,
            case_age_s=(now - eldest[0].opened_at).total_seconds() if eldest else 0.0,
            beats=tuple(beats),
            late=tuple(b for b in beats if now - b.at > timedelta(seconds=3 * b.every_s + 5)),
            budgets=service.budgets(tx),
            stops=tuple(service.stops(tx)),
            events=audit.head(tx)[0],
            sessions=len(people.all_sessions(tx, now=now)),
            rights_waiting=rights.count_waiting(tx),
            maintenance=tuple(upkeep.coming(tx, now=now)),
            last_backup=_at(audit.newest(tx, "database.backed-up")),
            versions=_versions(parts),
        )


def _at(event: audit.Event | None) -> datetime | None:
    return event.at if event else None


def _versions(parts: Parts) -> dict[str, str]:
    found = {"kouhou": _version("kouhou"), "schema": migrate.current(parts.store) or "-"}
    return found | {name: _version(name) for name in ("fastapi", "sqlmodel", "tweepy", "facebook-sdk", "apscheduler")}


@cache
def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "-"

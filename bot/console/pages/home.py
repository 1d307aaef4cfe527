"""The home page: what waits, what went out, what came back, and whether the service is well."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from fastapi.responses import JSONResponse, Response

from bot.console import charts
from bot.console.guard import ANYBODY, SIGNED_IN, Here, Room
from bot.console.moderating import FIGURES
from bot.console.show import NAV, page, show_day
from bot.console.visit import JAPAN, Visit
from bot.domain.people import Role
from bot.domain.posts import Post, PostState
from bot.store import cases, posts, service
from bot.usecases import brake, permit
from bot.usecases.notices import for_person, grouped
from moderation.cases import CaseState

room = Room()
NAV.insert(0, ("/", "nav.home", "", None))

WORKING = (CaseState.OPEN, CaseState.CLAIMED, CaseState.PROPOSED, CaseState.APPEALED)
_READERS = tuple(Role)
_WATCHING = (Role.ADMIN, Role.REVIEWER, Role.MODERATOR)
_DAYS = 7


@dataclass(frozen=True, slots=True)
class QueueDay:
    """How many posts stand on one day of the coming week."""

    day: date
    posts: int


@room.page("/", SIGNED_IN)
def home(visit: Here) -> Response:
    accounts, offices = visit.accounts(*_READERS), visit.offices(*_READERS)
    with visit.parts.store.read() as tx:
        counts = posts.count_by_state(tx, accounts)
        published = posts.find(tx, states=[PostState.PUBLISHED], accounts=accounts, newest_first=True, limit=8)
        held = posts.find(tx, states=[PostState.HELD, PostState.UNKNOWN], accounts=accounts, limit=8)
        lanes = cases.count_by_lane(tx, states=WORKING, offices=offices)
        beats = service.heartbeats(tx)
        tripped = brake.tripped(tx, now=visit.now) if visit.has(*_WATCHING) else None
        notices = grouped(for_person(tx, visit.by, visit.today, limit=100))
        criticism = permit.latest(tx)
        week = _week(
            visit, posts.find(tx, states=_COMING, accounts=accounts, since=visit.now, until=_end(visit), limit=2000)
        )
    late = [b for b in beats if visit.now - b.at > timedelta(seconds=3 * b.every_s + 5)]
    return page(
        visit,
        "home.html",
        counts={state.value: counts.get(state, 0) for state in PostState},
        published=published,
        held=held,
        beats=beats,
        late=late,
        notices=notices,
        tripped=tripped,
        permit=criticism,
        sees_quality=visit.has(*FIGURES),
        late_words=", ".join(str(visit.words.nearest("job", beat.job)) for beat in late),
        week_rows=[(show_day(each.day, visit.words.locale), each.posts) for each in week],
        lane_rows=[(visit.words(f"lane.{lane}"), lanes.get(lane, 0)) for lane in range(4)],
        office_of=lambda post: visit.parts.account(post.account).office,
    )


_COMING = (PostState.SUBMITTED, PostState.APPROVED, PostState.SCHEDULED)


@room.page("/charts/week.svg", SIGNED_IN)
def week_chart(visit: Here) -> Response:
    with visit.parts.store.read() as tx:
        coming = posts.find(
            tx, states=_COMING, accounts=visit.accounts(*_READERS), since=visit.now, until=_end(visit), limit=2000
        )
    rows = [(f"{each.day.month}/{each.day.day}", each.posts) for each in _week(visit, coming)]
    return charts.bars(visit.words.plain("home.week"), rows)


@room.page("/charts/lanes.svg", SIGNED_IN)
def lanes_chart(visit: Here) -> Response:
    with visit.parts.store.read() as tx:
        lanes = cases.count_by_lane(tx, states=WORKING, offices=visit.offices(*_READERS))
    rows = [(visit.words.plain(f"lane.{lane}"), lanes.get(lane, 0)) for lane in range(4)]
    return charts.bars(visit.words.plain("home.lanes"), rows, lying=True)


@room.page("/healthz", ANYBODY)
def healthz(visit: Here) -> Response:
    """For a watcher outside: 503 as soon as a job has missed three of its beats. Counts only."""
    with visit.parts.store.read() as tx:
        beats = service.heartbeats(tx)
    late = [b.job for b in beats if visit.now - b.at > timedelta(seconds=3 * b.every_s + 5)]
    return JSONResponse({"jobs": len(beats), "late": late}, 503 if late or not beats else 200)


def _end(visit: Visit) -> datetime:
    return visit.now + timedelta(days=_DAYS)


def _week(visit: Visit, coming: list[Post]) -> list[QueueDay]:
    found = Counter(post.revision.slot.due_at.astimezone(JAPAN).date() for post in coming)
    return [QueueDay(day, found[day]) for day in (visit.today + timedelta(days=n) for n in range(_DAYS))]

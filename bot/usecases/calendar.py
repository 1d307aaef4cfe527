"""The weeks of the queue: when offices are open, what stands where, what collides, what is bunched."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import Final
from zoneinfo import ZoneInfo

from bot.domain import hours
from bot.domain.accounts import Office
from bot.domain.calendar import ClosedDay, closed_day
from bot.domain.posts import PostEvent, PostState, allowed_events
from bot.store import queue
from bot.store.database import Tx
from bot.store.queue import Mark
from bot.usecases.compose import APART, DAY
from bot.usecases.parts import Parts

JAPAN: Final = ZoneInfo("Asia/Tokyo")
SHOWN: Final = tuple(
    each for each in PostState if each not in (PostState.CANCELLED, PostState.REJECTED, PostState.EXPIRED)
)
MOST: Final = 5000
MANY_OF_ONE: Final = 3
MANY_OF_ALL: Final = 6
_HOUR: Final = timedelta(hours=1)


class Warn(StrEnum):
    """What is wrong with a post's place in the calendar."""

    COLLIDES = "collides"  # less than five minutes from another post of its account
    BUNCHED = "bunched"  # three of one account within an hour, or six of all within ten minutes
    OUTSIDE = "outside"  # not in counter hours, and no reason given
    EXCEPTION = "exception"  # not in counter hours, with a reason
    LATE = "late"  # its time has come and it is not approved


class Light(StrEnum):
    """How much of an hour an office is open."""

    OPEN = "open"
    PART = "part"
    SHUT = "shut"


@dataclass(frozen=True, slots=True)
class Entry:
    """A post at its place, on the wall clock of Japan."""

    post: Mark
    at: datetime
    warns: tuple[Warn, ...]


@dataclass(frozen=True, slots=True)
class Day:
    """One day: why it is closed, if it is; how open each of its 24 hours is; what stands on it."""

    day: date
    closed: ClosedDay | None
    lights: tuple[Light, ...]
    entries: tuple[Entry, ...]

    def within(self, hour: int) -> tuple[Entry, ...]:
        return tuple(each for each in self.entries if each.at.hour == hour)

    @property
    def spans(self) -> str:
        """The hours in which somebody is open, like ``9-12, 13-16``."""
        edges = [hour for hour in range(25) if self._open(hour) != self._open(hour - 1)]
        return ", ".join(f"{first}-{last}" for first, last in zip(edges[::2], edges[1::2], strict=True))

    def _open(self, hour: int) -> bool:
        return 0 <= hour < 24 and self.lights[hour] is not Light.SHUT


def days(
    parts: Parts,
    tx: Tx,
    *,
    first: date,
    count: int,
    offices: Sequence[Office],
    accounts: tuple[str, ...] | None,
    now: datetime,
) -> list[Day]:
    """``count`` days from ``first`` on; hours are those of ``offices`` together, closed days those of the only one."""
    since = datetime.combine(first, time(), JAPAN)
    wanted = queue.Filter(SHOWN, accounts, since.astimezone(UTC), (since + count * DAY).astimezone(UTC))
    found = queue.marks(tx, wanted, most=MOST)
    by_day: defaultdict[date, list[Entry]] = defaultdict(list)
    for entry in _warns(parts, found, now):
        by_day[entry.at.date()].append(entry)
    only = offices[0] if len(offices) == 1 else None
    made = []
    for offset in range(count):
        day = first + timedelta(days=offset)
        made.append(Day(day, closed_day(day, only), _lights(offices, day), tuple(by_day[day])))
    return made


def week_of(day: date) -> date:
    """The Monday of a day's week."""
    return day - timedelta(days=day.weekday())


def month_of(day: date) -> tuple[date, int]:
    """The Monday on which a month's sheet begins, and its days: whole weeks."""
    first = day.replace(day=1)
    after = (first + timedelta(days=32)).replace(day=1)
    start = week_of(first)
    return start, -(-(after - start).days // 7) * 7


def movable(state: PostState) -> bool:
    """Whether a post in this state can be moved in the calendar; a held one is released instead."""
    return state is not PostState.HELD and PostEvent.EDIT in allowed_events(state)


def shown_hours(found: Sequence[Day]) -> range:
    """The rows of a week: 8 to 18, wider when a post or an opening lies outside."""
    used = [each.at.hour for day in found for each in day.entries]
    used += [hour for day in found for hour in range(24) if day.lights[hour] is not Light.SHUT]
    return range(min([8, *used]), max([17, *used]) + 1)


def _lights(offices: Sequence[Office], day: date) -> tuple[Light, ...]:
    minutes = [0] * 24
    for office in offices:
        for hour, open_ in enumerate(_open_minutes(office, day)):
            minutes[hour] = max(minutes[hour], open_)
    return tuple(Light.OPEN if each >= 60 else Light.PART if each else Light.SHUT for each in minutes)


def _open_minutes(office: Office, day: date) -> list[int]:
    found = [0] * 24
    for span in hours.spans_on(office, day):
        first = span.opens.hour * 60 + span.opens.minute
        last = span.closes.hour * 60 + span.closes.minute
        for hour in range(first // 60, -(-last // 60)):
            found[hour] += min(last, hour * 60 + 60) - max(first, hour * 60)
    return found


def _warns(parts: Parts, found: Sequence[Mark], now: datetime) -> list[Entry]:
    """``found`` stands in the order of its slots, so neighbours are looked for nearby only."""
    due = [post.due_at for post in found]
    offices = {each.id: parts.office(each) for each in parts.registry().accounts}
    made = []
    for post, at in zip(found, due, strict=True):
        near = found[bisect_right(due, at - _HOUR) : bisect_left(due, at + _HOUR)]
        made.append(Entry(post, at.astimezone(JAPAN), tuple(_of(post, offices[post.account], near, now))))
    return made


def _of(post: Mark, office: Office, near: Sequence[Mark], now: datetime) -> list[Warn]:
    at = post.due_at
    waits = post.state in (PostState.DRAFT, PostState.RETURNED, PostState.SUBMITTED, PostState.SCHEDULED)
    if not waits:
        return []
    own = [other for other in near if other.account == post.account]
    close = [other for other in near if abs(other.due_at - at) <= timedelta(minutes=5)]
    found = []
    if any(other.id != post.id and abs(other.due_at - at) < APART for other in own):
        found.append(Warn.COLLIDES)
    if len(own) >= MANY_OF_ONE or len(close) >= MANY_OF_ALL:
        found.append(Warn.BUNCHED)
    if not hours.is_open(office, at):
        found.append(Warn.EXCEPTION if post.reason else Warn.OUTSIDE)
    if at <= now and post.state is not PostState.SCHEDULED:
        found.append(Warn.LATE)
    return found

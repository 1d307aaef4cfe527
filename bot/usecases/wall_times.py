"""The time as typed and the stored instant must agree: a missing zone link must never move a post."""

from __future__ import annotations

from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from bot.domain.posts import Hold
from bot.store import attempts, posts
from bot.usecases import outcomes
from bot.usecases.parts import Parts

NOTE: Final = "The typed time and the stored instant disagree; set the time again."


def agrees(due_at: datetime, typed: str) -> bool:
    """Whether ``2026-12-08T10:00:00+09:00[Asia/Tokyo]``, read as a wall time there, is this instant."""
    wall, _, zone = typed.rstrip("]").partition("[")
    try:
        read = datetime.fromisoformat(wall).replace(tzinfo=ZoneInfo(zone))
    except (ValueError, ZoneInfoNotFoundError):
        return False
    return read == due_at


def disagreeing(parts: Parts, *, now: datetime, most: int = 100) -> list[int]:
    """Those of the next scheduled posts whose two times disagree."""
    with parts.store.read() as tx:
        return [
            number for number, due, typed in attempts.typed_times(tx, since=now, limit=most) if not agrees(due, typed)
        ]


def hold_disagreeing(parts: Parts, *, now: datetime) -> int:
    """Holds them for a person; none of them goes out at a wrong hour."""
    wrong = disagreeing(parts, now=now)
    with parts.store.begin() as tx:
        for post in posts.many(tx, wrong):
            outcomes.hold(tx, post, Hold.BY_HAND, now, note=NOTE)
    return len(wrong)

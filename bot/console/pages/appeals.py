"""Objections of the last months with how they ended; each is judged on its case."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from fastapi.responses import Response

from bot.console import shown
from bot.console.guard import Here, Room
from bot.console.moderating import DESK, READERS
from bot.console.show import page
from bot.store import cases, judging

room = Room()
BACK: Final = timedelta(days=180)


@room.page("/appeals", DESK)
def listing(visit: Here) -> Response:
    """Those that wait come first."""
    allowed = visit.offices(*READERS)
    with visit.parts.store.read() as tx:
        found = judging.appeals_between(tx, since=visit.now - BACK, until=visit.now + timedelta(seconds=1))
        about = {case.id: case for case in cases.many(tx, [each.case for each in found])}
    mine = [each for each in found if allowed is None or about[each.case].office in allowed]
    shown.note(visit, "/appeals", [each.id for each in mine], "appeal")
    mine.sort(key=lambda each: (bool(each.outcome), -each.at.timestamp()))
    return page(visit, "cases/appeals.html", lines=[(each, about[each.case]) for each in mine])

"""What this person was told and has not put away yet, by kind."""

from __future__ import annotations

from typing import Final

from fastapi.responses import Response

from bot.console.guard import SIGNED_IN, Here, Room
from bot.console.show import go, page
from bot.usecases import notices

room = Room()
MOST: Final = 500


@room.page("/notices", SIGNED_IN)
def own(visit: Here) -> Response:
    with visit.parts.store.read() as tx:
        told = notices.for_person(tx, visit.by, visit.today, limit=MOST)
    newest = max((each.id for each in told), default=0)
    return page(visit, "notices.html", groups=notices.grouped(told), newest=newest, more=len(told) == MOST)


@room.form("/notices", SIGNED_IN)
def put_away(visit: Here) -> Response:
    """Up to the newest that stood on the page: what came in meanwhile stays."""
    newest = visit.form.get("newest", "")
    notices.put_away(
        visit.parts, int(newest) if newest.isascii() and newest.isdecimal() and len(newest) < 19 else 0, by=visit.by
    )
    return go("/notices", done="notices-away")

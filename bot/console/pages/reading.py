"""How somebody reads: their languages, how much they have borne, and whether harsh words are blurred for them."""

from __future__ import annotations

from fastapi.responses import Response

from bot.console.guard import Here, Room
from bot.console.moderating import DESK
from bot.console.show import NAV, go, page
from bot.usecases import exposure

room = Room()
NAV.append(("/reading", "people.nav-reading", "moderator|reviewer|auditor", None))


@room.page("/reading", DESK)
def own(visit: Here) -> Response:
    with visit.parts.store.read() as tx:
        seen = exposure.of_person(tx, visit.by, now=visit.now)
    return page(visit, "people/reading.html", seen=seen)


@room.form("/reading", DESK)
def set_blur(visit: Here) -> Response:
    """Blurred unless the person says otherwise."""
    exposure.set_blur(visit.parts, blurs=visit.form.get("blurs") != "no", by=visit.by, now=visit.now)
    return go("/reading", done="blur-saved")

"""What the desk must not forget: second people, urgent acts to review, blocks to look at again, objections, drifts."""

from __future__ import annotations

from fastapi.responses import Response

from bot.console.guard import Here, Number, Room, holders
from bot.console.moderating import DESK, tasks_due
from bot.console.show import go, page
from bot.domain.people import Role
from bot.store import cases
from bot.usecases import tasks

room = Room()


@room.page("/reviews", DESK)
def due(visit: Here) -> Response:
    """Everything that waits for somebody, by kind."""
    found = tasks_due(visit)
    with visit.parts.store.read() as tx:
        numbers = [*(each.case for each in found.drifts), *(each.case for each in found.acts)]
        about = {case.id: case for case in cases.many(tx, numbers)}
    may = {"may_keep": visit.has(Role.REVIEWER), "may_repeat": visit.has(Role.MODERATOR)}
    return page(visit, "cases/reviews.html", due=found, about=about, **may)


@room.form("/reviews/blocks/{number}", holders(Role.REVIEWER))
def keep_block(visit: Here, number: Number) -> Response:
    """A reviewer who did not approve the block keeps it; lifting it is an undo on the case page."""
    tasks.keep_block(visit.parts, number, reason=visit.form.get("reason", ""), by=visit.by, now=visit.now)
    return go("/reviews", done="block-kept")

"""Stop everything, a platform or one account at once; resuming takes a second person."""

from __future__ import annotations

from fastapi.responses import Response

from bot.console import desk as shared
from bot.console.guard import Here, Room, holders
from bot.console.show import go, page, sentence
from bot.console.visit import Visit
from bot.domain.errors import KouhouError
from bot.domain.people import EVERYWHERE, Role
from bot.store import service
from bot.usecases import stop

room = Room()
WHO = holders(Role.APPROVER, Role.ADMIN)


@room.page("/stop", WHO)
def stop_page(visit: Here) -> Response:
    return draw(visit)


@room.form("/stop", WHO)
def stop_form(visit: Here) -> Response:
    scope = visit.form.get("scope", "")
    try:
        stop.stop(visit.parts, scope, by=visit.by, now=visit.now, reason=visit.form.get("reason", ""))
    except KouhouError as exc:
        return draw(visit, exc, scope)
    return go("/stop", done="stopped")


@room.form("/stop/resume", WHO)
def resume_form(visit: Here) -> Response:
    scope = visit.form.get("scope", "")
    try:
        runs = stop.resume(visit.parts, scope, by=visit.by, now=visit.now)
    except KouhouError as exc:
        return draw(visit, exc)
    return go("/stop", done="resumed" if runs else "resume-asked")


def draw(visit: Visit, problem: KouhouError | None = None, scope: str = "") -> Response:
    everywhere = any(visit.by.may(role, EVERYWHERE, visit.today) for role in (Role.APPROVER, Role.ADMIN))
    accounts = visit.accounts(Role.APPROVER, Role.ADMIN)
    mine = [each for each in shared.accounts_seen(visit) if accounts is None or each.id in accounts]
    with visit.parts.store.read() as tx:
        stops = service.stops(tx)
    wide = ["all", *(f"platform:{name}" for name in visit.parts.platforms)] if everywhere else []
    on = {each.scope for each in stops}
    choices = [each for each in (*wide, *(f"account:{each.id}" for each in mine)) if each not in on]
    own = {*wide, *(f"account:{each.id}" for each in mine)}
    return page(
        visit,
        "posts/stop.html",
        200 if problem is None else 422,
        stops=stops,
        choices=choices,
        own=own,
        problem=sentence(visit, problem) if problem else "",
        asked=scope,
        typed=visit.form.get("reason", ""),
    )

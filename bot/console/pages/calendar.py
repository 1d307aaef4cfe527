"""The queue as a week or a month, with hours and closed days drawn; move a post by form, keyboard or drag."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Final

from fastapi.responses import Response

from bot.console import desk as shared
from bot.console.guard import Here, Number, Room
from bot.console.pages.posts import show
from bot.console.show import go, page
from bot.console.visit import JAPAN, Visit
from bot.domain.accounts import Office
from bot.domain.errors import KouhouError
from bot.domain.people import Role
from bot.domain.posts import Post
from bot.usecases import approve, calendar, compose

room = Room()
shared.enter("/calendar", "staff.calendar", "staff|approver|admin|auditor")
VIEWS: Final = ("week", "month")


@room.page("/calendar", shared.READERS)
def calendar_page(visit: Here) -> Response:
    view = visit.query("view") if visit.query("view") in VIEWS else "week"
    day = shared.typed_day(visit.query("day")) or visit.today
    first, count = (calendar.week_of(day), 7) if view == "week" else calendar.month_of(day)
    offices, accounts = _chosen(visit)
    with visit.parts.store.read() as tx:
        found = calendar.days(
            visit.parts, tx, first=first, count=count, offices=offices, accounts=accounts, now=visit.now
        )
    moving = _moving(visit)
    writable = {each.id for each in shared.accounts_written(visit, Role.STAFF, Role.APPROVER)}
    before, after = _neighbours(day, view)
    return page(
        visit,
        f"posts/{view}.html",
        days=found,
        weeks=[found[start : start + 7] for start in range(0, count, 7)],
        hours=calendar.shown_hours(found),
        shown_day=day,
        before=before,
        after=after,
        view=view,
        views=VIEWS,
        office=visit.query("office"),
        office_choices=_office_choices(visit),
        moving=moving,
        jumps=_jumps(moving) if moving else (),
        wall=shared.wall,
        may_move=lambda mark: calendar.movable(mark.state) and mark.account in writable,
    )


@room.form("/posts/{post_id}/move", shared.WRITERS)
def move(visit: Here, post_id: Number) -> Response:
    """Another slot: as typed, or the next free one. Shown in the calendar when it was asked there."""
    post = shared.seen(visit, post_id)
    office = shared.office_of(visit, post.account)
    version = visit.form.get("version", "")
    try:
        due_at = shared.typed_instant(visit.form.get("at", ""), office.zone)
        if visit.form.get("do") == "next" or due_at is None:
            with visit.parts.store.read() as tx:
                due_at = compose.next_free(tx, visit.parts.account(post.account), office, visit.now)
        moved = approve.move(
            visit.parts,
            post_id,
            by=visit.by,
            now=visit.now,
            due_at=due_at,
            version=int(version) if version.isdigit() and len(version) < 10 else None,
        )
    except KouhouError as exc:
        return show(visit, shared.seen(visit, post_id), exc)
    if visit.form.get("back") in VIEWS:
        day = moved.revision.slot.due_at.astimezone(JAPAN).date()
        return go(
            "/calendar",
            view=visit.form["back"],
            day=day.isoformat(),
            office=visit.form.get("office", ""),
            done="post-move",
        )
    return go(f"/posts/{post_id}", done="post-move")


def _chosen(visit: Visit) -> tuple[list[Office], tuple[str, ...] | None]:
    """Offices whose hours are drawn and accounts whose posts stand there."""
    seen = shared.accounts_seen(visit)
    own = list(dict.fromkeys(visit.parts.office(each).id for each in seen))
    asked = visit.query("office")
    offices = [visit.parts.registry().office(each) for each in ([asked] if asked in own else own)]
    if asked in own:
        return offices, tuple(each.id for each in seen if each.office == asked)
    return offices, shared.visible(visit)


def _office_choices(visit: Visit) -> list[tuple[str, str]]:
    own = dict.fromkeys(visit.parts.office(each).id for each in shared.accounts_seen(visit))
    lang = visit.words.lang
    named = [(each, visit.parts.registry().office(each).names.best(lang)) for each in own]
    return [("", visit.words.plain("posts.any")), *named]


def _moving(visit: Visit) -> Post | None:
    number = visit.number("move")
    if not number:
        return None
    try:
        return shared.seen(visit, number)
    except KouhouError:
        return None


def _jumps(post: Post) -> list[tuple[str, str]]:
    """Places that one press reaches: an hour or a day earlier and later."""
    at = post.revision.slot.due_at
    steps_ = (("-day", -24), ("-hour", -1), ("+hour", 1), ("+day", 24))
    return [(name, shared.wall(at + timedelta(hours=hours))) for name, hours in steps_]


def _neighbours(day: date, view: str) -> tuple[date, date]:
    if view == "week":
        return day - timedelta(days=7), day + timedelta(days=7)
    first = day.replace(day=1)
    return (first - timedelta(days=1)).replace(day=1), (first + timedelta(days=32)).replace(day=1)

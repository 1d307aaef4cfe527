"""Write a notice: several accounts, several languages, each shown as its readers will see it; edit a post."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from fastapi.responses import HTMLResponse, JSONResponse, Response

from bot.console import desk as shared
from bot.console import sheet as sheets
from bot.console.guard import Here, Number, Room
from bot.console.sheet import Sheet
from bot.console.show import go, page, sentence
from bot.console.visit import Visit
from bot.domain import hours
from bot.domain.accounts import Account
from bot.domain.errors import BadInput, Conflict, KouhouError
from bot.domain.people import Role
from bot.domain.posts import Content, Lane, Post
from bot.domain.rendering import Rendered, render
from bot.domain.twitter_text import counting_tables
from bot.store import posts
from bot.usecases import compose, costs, remind, together
from bot.usecases.compose import Wish
from bot.usecases.preflight import Preflight, Said

room = Room()
shared.enter("/compose", "staff.compose", "staff")
MOST_FACES: Final = 60


@dataclass(frozen=True, slots=True)
class Face:
    """One post as its readers will see it, with everything that speaks against it."""

    account: Account
    lang: str
    field: str
    shown: Rendered
    due_at: datetime | None
    open: bool
    problem: str
    price: costs.Estimate
    findings: tuple[tuple[Said, str], ...]

    @property
    def stops(self) -> bool:
        """Whether this one cannot be submitted."""
        return bool(self.problem) or any(said.stops for said, _ in self.findings)


@room.page("/compose", shared.WRITERS)
def compose_page(visit: Here) -> Response:
    lane = Lane.DISASTER if visit.query("lane") == "disaster" else Lane.ROUTINE
    sheet = sheets.blank(lane)
    if lane is Lane.DISASTER:
        sheet = replace(sheet, at=shared.wall(visit.now))
    writable = [each.id for each in shared.accounts_written(visit)]
    asked = [each for each in visit.request.query_params.getlist("to") if each in writable]
    return draw(visit, replace(sheet, to=tuple(asked or (writable if len(writable) == 1 else ())), link=_link(visit)))


@room.page("/posts/{post_id}/copy", shared.WRITERS)
def copy_page(visit: Here, post_id: Number) -> Response:
    """A new form with the words of an old post."""
    return draw(visit, sheets.of_post(shared.seen(visit, post_id), copy=True))


@room.form("/compose", shared.WRITERS)
def compose_form(visit: Here) -> Response:
    sheet, order = sheets.of_form(visit), visit.form.get("do", "preview")
    try:
        sheet = after(visit, sheet, order)
        if order in ("save", "submit"):
            return _write(visit, sheet, submit=order == "submit")
    except KouhouError as exc:
        return draw(visit, sheet, exc)
    return draw(visit, sheet)


@room.form("/compose/preview", shared.WRITERS)
def preview(visit: Here) -> Response:
    """Only the preview, for the script; the same as the whole page would show."""
    sheet, post = sheets.of_form(visit), visit.form.get("post", "")
    faces, twins = look(visit, sheet, int(post) if post.isdigit() and len(post) < 10 else None)
    return page(visit, "posts/preview.html", faces=faces, twins=twins, **_around(visit, sheet))


@room.page("/compose/counting.json", shared.WRITERS)
def counting(visit: Here) -> Response:
    """What the script needs to count as the server does: endings of host names and emoji that X knows."""
    return JSONResponse(counting_tables(), headers={"Cache-Control": "private, max-age=86400"})


def after(visit: Visit, sheet: Sheet, order: str) -> Sheet:
    """The form after one of its small buttons."""
    sheet = sheets.with_uploads(visit, sheet)
    if order.startswith(("remove:", "up:")):
        return sheets.arranged(sheet, order)
    if order.startswith("fix:"):
        return sheets.mended(sheet, order[4:])
    if order == "agency":
        return _agency_only(visit, sheet)
    return sheet


def _agency_only(visit: Visit, sheet: Sheet) -> Sheet:
    """The agency speaks for all; bureaus link to its post when it is out."""
    writable = {each.id for each in shared.accounts_written(visit)}
    agency = [each.id for each in together.agency_accounts(visit.parts.registry()) if each.platform.value == "x"]
    mine = [each for each in agency if each in writable]
    if not mine:
        raise BadInput("You may not write for the agency's account; ask its staff to post it.", key="to").worded(
            "problem.not-agency"
        )
    others = [each for each in sheet.to if visit.parts.account(each).platform.value != "x"]
    return replace(sheet, to=(*mine, *others))


def _write(visit: Visit, sheet: Sheet, *, submit: bool) -> Response:
    allowed = {each.id for each in shared.accounts_written(visit)}
    if not set(sheet.to) <= allowed:
        raise BadInput("Choose accounts of your own offices.", key="to").worded("problem.other-office")
    before = together.written(visit.parts, sheet.notice, by=visit.by)
    if before:
        return go(f"/posts/{before[0]}", done="post-submit" if submit else "post-saved")
    wishes = sheets.wishes(visit.parts, sheet, visit.now)
    if submit:
        _refuse_blocked(visit, sheet)
    numbers = together.write(visit.parts, sheet.notice, wishes, by=visit.by, now=visit.now, submit=submit)
    if submit and sheet.lane is Lane.DISASTER:
        _call_approvers(visit, numbers)
    return go(f"/posts/{numbers[0]}", done="post-submit" if submit else "post-saved")


def _refuse_blocked(visit: Visit, sheet: Sheet, without: int | None = None) -> None:
    """What the lint calls an error stops a submission; the findings stand beside the text."""
    faces, _ = look(visit, sheet, without)
    if any(face.stops for face in faces):
        raise BadInput("Mend what is marked beside the preview, then submit again.").worded("problem.findings")


def _call_approvers(visit: Visit, numbers: list[int]) -> None:
    with visit.parts.store.begin() as tx:
        for post in posts.many(tx, numbers):
            remind.tell_approvers(visit.parts, tx, post, "post.disaster", now=visit.now)


def look(visit: Visit, sheet: Sheet, without: int | None = None) -> tuple[list[Face], tuple[str, ...]]:
    """Every post of the form as it would appear, with its problems; and who would say the same on X."""
    parts = visit.parts
    try:
        wishes = sheets.wishes(parts, sheet, visit.now)[:MOST_FACES]
    except BadInput:
        wishes = sheets.wishes(parts, replace(sheet, at=""), visit.now)[:MOST_FACES]
    seen = together.outlook(parts, wishes, by=visit.by, now=visit.now)
    flight = Preflight(parts, now=visit.now, lang=visit.words.lang, without=without)
    found = flight.findings([(wish, each.due_at) for wish, each in zip(wishes, seen, strict=True)])
    faces = [_face(visit, sheet, *each) for each in zip(wishes, seen, found, strict=True)]
    return faces, flight.twins(wishes) if len(wishes) > 1 else ()


def _face(visit: Visit, sheet: Sheet, wish: Wish, seen: together.Outlook, found: tuple[Said, ...]) -> Face:
    parts, account = visit.parts, visit.parts.account(wish.account)
    name = sheet.field_of(account, wish.content.lang)
    words = sheet.words(name)
    return Face(
        account,
        wish.content.lang,
        name,
        render(wish.content, account),
        seen.due_at,
        bool(seen.due_at and hours.is_open(parts.office(account), seen.due_at)),
        str(sentence(visit, seen.error)) if seen.error else "",
        costs.estimate(parts, account, wish.content, now=visit.now),
        tuple((said, _fix(name, words, said)) for said in found),
    )


def _fix(name: str, words: str, said: Said) -> str:
    """What a fix button sends: where, what stood there, what shall stand there."""
    if said.fix is None:
        return ""
    was = words[said.start : said.end]
    return json.dumps(
        {"field": name, "start": said.start, "end": said.end, "was": was, "now": said.fix}, ensure_ascii=False
    )


def draw(visit: Visit, sheet: Sheet, problem: KouhouError | None = None) -> HTMLResponse:
    faces, twins = look(visit, sheet)
    status = 200 if problem is None else 422
    shown = sentence(visit, problem) if problem else ""
    return page(visit, "posts/compose.html", status, faces=faces, twins=twins, problem=shown, **_around(visit, sheet))


def _around(visit: Visit, sheet: Sheet, **more: Any) -> dict[str, Any]:
    writable = shared.accounts_written(visit)
    return {
        "sheet": sheet,
        "writable": writable,
        "chosen": [each for each in writable if each.id in sheet.to],
        "languages": sheets.LANGUAGES,
        "language_choices": [(each, visit.words(f"lang.{each}")) for each in sheets.LANGUAGES],
        "names": _names(visit),
        "picture": lambda sha256: shared.picture(visit, sha256),
        "most": sheets.MOST_PICTURES,
        "post": None,
        "version": 0,
        "theirs": None,
        **more,
    }


def _names(visit: Visit) -> dict[str, str]:
    """What an account is called on its platform."""
    registry = visit.parts.registry()
    return {each.id: each.label.ja or registry.office_of(each).names.ja for each in registry.accounts}


def _link(visit: Visit) -> str:
    link = visit.query("link")
    return link if link.startswith("https://") else ""


@room.page("/posts/{post_id}/edit", shared.WRITERS)
def edit_page(visit: Here, post_id: Number) -> Response:
    post = shared.seen(visit, post_id)
    return draw_edit(visit, post, sheets.of_post(post), post.version)


@room.form("/posts/{post_id}/edit", shared.WRITERS)
def edit_form(visit: Here, post_id: Number) -> Response:
    post = shared.seen(visit, post_id)
    version = int(visit.form.get("version", "0")[:9] or 0) if visit.form.get("version", "0").isdigit() else 0
    sheet = replace(sheets.of_form(visit), to=(post.account,), lane=post.lane)
    order = visit.form.get("do", "preview")
    try:
        sheet = after(visit, sheet, order)
        if order in ("save", "submit"):
            return _edit(visit, post, sheet, version, submit=order == "submit")
    except Conflict:
        return draw_edit(visit, shared.seen(visit, post_id), sheet, version, theirs=True, status=409)
    except KouhouError as exc:
        return draw_edit(visit, post, sheet, version, problem=exc, status=422)
    return draw_edit(visit, post, sheet, version)


def _edit(visit: Visit, post: Post, sheet: Sheet, version: int, *, submit: bool) -> Response:
    if submit:
        _refuse_blocked(visit, sheet, post.id)
    content = Content(sheet.text, sheet.link, sheet.media, sheet.lang)
    compose.check_version(post, version)
    changed = compose.edit(
        visit.parts,
        post.id,
        by=visit.by,
        now=visit.now,
        content=content,
        due_at=shared.typed_instant(sheet.at),
        reason=sheet.reason,
        version=version,
    )
    if submit and changed.state.value in ("draft", "returned"):
        compose.submit(visit.parts, post.id, by=visit.by, now=visit.now, version=changed.version)
    return go(f"/posts/{post.id}", done="post-submit" if submit else "post-saved")


def draw_edit(
    visit: Visit,
    post: Post,
    sheet: Sheet,
    version: int,
    *,
    problem: KouhouError | None = None,
    theirs: bool = False,
    status: int = 200,
) -> HTMLResponse:
    """``theirs``: somebody saved in the meantime; what was typed here stays, the other words stand beside it."""
    faces, _ = look(visit, sheet, post.id)
    return page(
        visit,
        "posts/compose.html",
        status,
        faces=faces,
        twins=(),
        problem=sentence(visit, problem) if problem else "",
        **_around(
            visit,
            sheet,
            post=post,
            version=post.version if theirs else version,
            theirs=post.revision if theirs else None,
            chosen=[visit.parts.account(post.account)],
            may_submit=visit.by.may(Role.STAFF, visit.parts.account(post.account).office, visit.today),
        ),
    )

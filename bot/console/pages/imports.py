"""Many posts from a file: upload, look at every row, then say yes or no. Nothing is stored before the yes."""

from __future__ import annotations

from typing import Final

from fastapi.responses import Response

from bot.console import desk as shared
from bot.console.guard import Here, Room, holders
from bot.console.show import go, page, sentence
from bot.console.visit import Visit
from bot.domain.errors import BadInput, KouhouError
from bot.domain.people import Role
from bot.usecases import importing, waiting_imports

room = Room()
WHO = holders(Role.STAFF)
PER_PAGE: Final = 100
EXAMPLE: Final = (
    "account,text,publish_at,reason,link,lang\r\n"
    "IMMI_TOKYO,【窓口の混雑】本日は窓口が混み合っています。,2026-12-08T10:00:00+09:00,,,ja\r\n"
)
shared.enter("/imports", "staff.imports", "staff")


@room.page("/imports", WHO)
def upload_page(visit: Here) -> Response:
    return page(visit, "posts/import.html", problem="", most=importing.MOST_ROWS, megabytes=_megabytes())


@room.page("/imports/example.csv", WHO)
def example(visit: Here) -> Response:
    headers = {"Content-Disposition": 'attachment; filename="example.csv"'}
    return Response(EXAMPLE.encode("utf-8-sig"), media_type="text/csv; charset=utf-8", headers=headers)


@room.form("/imports", WHO)
def upload(visit: Here) -> Response:
    try:
        files = shared.uploads(visit, "file", importing.MOST_BYTES + 1)
        if not files:
            raise BadInput("Choose a file.", key="file").worded("problem.no-file")
        name, raw = files[0]
        token = waiting_imports.keep(visit.parts, raw, name, by=visit.by, now=visit.now)
    except KouhouError as exc:
        said = sentence(visit, exc)
        return page(visit, "posts/import.html", 422, problem=said, most=importing.MOST_ROWS, megabytes=_megabytes())
    return go(f"/imports/{token}")


@room.page("/imports/{token}", WHO)
def preview_page(visit: Here, token: str) -> Response:
    return _draw(visit, token)


@room.form("/imports/{token}", WHO)
def answer(visit: Here, token: str) -> Response:
    order = visit.form.get("do", "")
    if order == "cancel":
        waiting_imports.cancel(visit.parts, token, by=visit.by)
        return go("/imports", done="import-cancelled")
    if order not in ("drafts", "submit"):
        return _draw(visit, token)
    try:
        submit = order == "submit"
        waiting_imports.confirm(visit.parts, token, by=visit.by, now=visit.now, submit=submit)
    except BadInput:
        return _draw(visit, token)
    return go("/posts", view="coming" if submit else "drafts", mine="1", done="imported")


def _draw(visit: Visit, token: str) -> Response:
    name, plan = waiting_imports.kept(visit.parts, token, by=visit.by, now=visit.now)
    rows = waiting_imports.preview(plan)
    only_bad = visit.query("bad") == "1"
    shown = [row for row in rows if row.problem] if only_bad else rows
    number = max(1, visit.number("page", 1, most=10_000))
    return page(
        visit,
        "posts/import_rows.html",
        200 if not plan.problems else 422,
        token=token,
        name=name,
        good=len(plan.rows),
        bad=len(plan.problems),
        rows=shown[(number - 1) * PER_PAGE : number * PER_PAGE],
        say=lambda problem: sentence(visit, problem),
        total=len(shown),
        number=number,
        per_page=PER_PAGE,
        only_bad=only_bad,
    )


def _megabytes() -> int:
    return importing.MOST_BYTES // 1_000_000

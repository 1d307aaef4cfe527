"""The month's transparency report as page, charts and CSV; one case as an archive; erasure and legal holds."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from fastapi.responses import Response

from bot.console import charts, shown
from bot.console import moderating as desk
from bot.console.desk import typed_start
from bot.console.guard import Here, Number, Room, holders
from bot.console.kept import kept
from bot.console.show import go, page
from bot.console.visit import Visit
from bot.domain.errors import BadInput
from bot.domain.people import Role
from bot.store import judging, replies
from bot.usecases import case_file, erase, reports, retention
from bot.usecases.reports import MonthReport, Table

room = Room()
READERS: Final = (Role.MODERATOR, Role.REVIEWER, Role.AUDITOR, Role.ADMIN)
DESK: Final = holders(*READERS)
KEEPERS: Final = holders(Role.REVIEWER, Role.ADMIN)


@room.page("/reports", DESK)
def month(visit: Here) -> Response:
    report = _report(visit)
    return page(
        visit,
        "cases/report.html",
        report=report,
        tables=_tables(visit, report),
        shares=[(name, getattr(report, name)) for name in ("permit", "permit_criticism", "precision", "machine_share")],
        months=_months(visit),
        month_name=_month_name(visit, report.month),
    )


@room.page("/reports.csv", DESK)
def as_csv(visit: Here) -> Response:
    report = _report(visit)
    name = f'attachment; filename="kouhou-report-{report.month}.csv"'
    text = "\N{ZERO WIDTH NO-BREAK SPACE}" + reports.to_csv(report)
    return Response(text, media_type="text/csv; charset=utf-8", headers={"Content-Disposition": name})


@room.page("/reports/{table}.svg", DESK)
def chart(visit: Here, table: str) -> Response:
    rows = {each.name: rows for each, rows in _tables(visit, _report(visit))}.get(table, [])
    return charts.bars(
        visit.words.plain("reports.chart"), [(name, count) for name, count in rows if count is not None], lying=True
    )


@room.page("/case-files/{number}", KEEPERS)
def ask_file(visit: Here, number: Number) -> Response:
    return page(visit, "cases/file.html", number=number)


@room.form("/case-files/{number}", KEEPERS)
def file(visit: Here, number: Number) -> Response:
    """One case as one archive with hashes; that it was made is an event of the chain."""
    data = case_file.export_case(visit.parts, number, purpose=visit.form.get("purpose", ""), by=visit.by, now=visit.now)
    name = f'attachment; filename="kouhou-case-{number}.zip"'
    return Response(data, media_type="application/zip", headers={"Content-Disposition": name})


@room.page("/erasure", KEEPERS)
def erasure(visit: Here) -> Response:
    """The terms of retention, and one reply by its number to erase or to hold."""
    number = visit.number("reply", most=2**31 - 1)
    with visit.parts.store.read() as tx:
        kept = replies.many(tx, [number]).get(number) if number else None
        allowed = visit.accounts(Role.REVIEWER, Role.ADMIN)
        mine = kept if kept and (allowed is None or kept.account in allowed) else None
        holds = judging.holds_of(tx, number, now=visit.now) if mine else []
    shown.note(visit, "/erasure", [mine.id] if mine else ())
    until = (visit.today + timedelta(days=365)).isoformat()
    terms = list(retention.terms().values())
    admin = visit.has(Role.ADMIN)
    return page(
        visit, "cases/erasure.html", number=number, reply=mine, holds=holds, terms=terms, until=until, admin=admin
    )


@room.form("/erasure", KEEPERS)
def act(visit: Here) -> Response:
    """Erases, holds, or ends a hold; which reply stands in the form."""
    number, wish, ground = (
        desk.whole_number(visit.form.get("reply", ""), "reply"),
        visit.form.get("do"),
        visit.form.get("ground", ""),
    )
    by, now = visit.by, visit.now
    if wish == "hold":
        erase.hold(
            visit.parts, number, ground=ground, until=typed_start(visit.form.get("until", ""), "until"), by=by, now=now
        )
    elif wish == "end":
        erase.end_hold(visit.parts, number, by=by, now=now)
    elif wish == "author":
        erase.erase_author(visit.parts, number, ground=ground, by=by, now=now)
    elif wish == "erase":
        erase.erase(visit.parts, number, ground=ground, by=by, now=now)
    else:
        raise BadInput("Choose what to do.", key="do").worded("problem.number")
    return go("/erasure", reply=str(number), done=f"erasure-{wish}")


def _report(visit: Visit) -> MonthReport:
    asked = visit.query("month") or visit.today.strftime("%Y-%m")
    offices = visit.offices(*READERS)
    return kept(visit, ("report", asked, offices), lambda: reports.month_report(visit.parts, asked, offices=offices))


def _tables(visit: Visit, report: MonthReport) -> list[tuple[Table, list[tuple[str, int | None]]]]:
    """The tables with the reader's words for their rows; None is a suppressed count."""
    return [
        (each, [(_row_name(visit, each.name, row), count) for row, count in each.rows.items()])
        for each in (report.cases, report.languages, report.actions, report.appeals)
    ]


def _row_name(visit: Visit, table: str, row: str) -> str:
    if table == "languages":
        key = f"language.{row}"
        return visit.words.plain(key) if visit.words.has(key) else row
    return visit.words.plain(f"report-row.{row}")


def _months(visit: Visit) -> list[tuple[str, str]]:
    first = visit.today.replace(day=1)
    found = []
    for _ in range(24):
        found.append((f"{first:%Y-%m}", _month_name(visit, f"{first:%Y-%m}")))
        first = (first - timedelta(days=1)).replace(day=1)
    return found


def _month_name(visit: Visit, month: str) -> str:
    """``2026-11`` as the reader writes it."""
    year, number = month.split("-")
    return visit.words.plain("reports.month-name", year=int(year), month=int(number))

"""The trail: search it, prove it, take it out, see how long each kind is kept."""

from __future__ import annotations

from dataclasses import asdict

from fastapi.responses import Response, StreamingResponse

from bot.console.guard import Here, Room, holders
from bot.console.pages.people import day_of
from bot.console.show import NAV, page
from bot.console.visit import Visit
from bot.domain.people import Role
from bot.store.audit import Filter
from bot.usecases import audit_search, verify_audit
from bot.usecases.audit_search import between

room = Room()
READERS = holders(Role.AUDITOR, Role.ADMIN)
PER_PAGE = 50
NAV.append(("/audit", "audit.nav", "auditor|admin", None))


@room.page("/audit", READERS)
def search(visit: Here) -> Response:
    before = visit.number("before", most=2**53)
    found = audit_search.find(
        visit.parts, _wanted(visit), by=visit.by, now=visit.now, before=before, limit=PER_PAGE + 1
    )
    names = ("actor", "what", "subject", "office", "since", "until")
    return page(
        visit,
        "audit/search.html",
        events=found[:PER_PAGE],
        older=found[PER_PAGE - 1].seq if len(found) > PER_PAGE else 0,
        before=before,
        asked={name: visit.query(name) for name in names},
        offices=[office.id for office in visit.parts.registry().offices],
        retention=audit_search.retention_of,
        proof=None,
    )


@room.form("/audit/verify", READERS)
def verify(visit: Here) -> Response:
    audit_search.require_reader(visit.by, visit.now)
    return page(visit, "audit/proof.html", proof=verify_audit.verify(visit.parts))


@room.page("/audit/export", READERS)
def export(visit: Here) -> Response:
    """A file for disclosure or the archive; that it was taken out is an event itself."""
    form = "csv" if visit.query("form") == "csv" else "jsonl"
    lines = audit_search.export(
        visit.parts, _wanted(visit), form=form, masked=visit.query("masked") == "1", by=visit.by, now=visit.now
    )
    name = f'attachment; filename="kouhou-audit-{visit.today.isoformat()}.{form}"'
    kind = "text/csv; charset=utf-8" if form == "csv" else "application/x-ndjson"
    return StreamingResponse(lines, media_type=kind, headers={"Content-Disposition": name})


@room.page("/audit/retention", READERS)
def retention(visit: Here) -> Response:
    classes = [asdict(each) for each in audit_search.retention_classes().values()]
    kinds = audit_search.retention_kinds()
    return page(visit, "audit/retention.html", classes=classes, kinds=kinds)


def _wanted(visit: Visit) -> Filter:
    since, until = between(day_of(visit.query("since")), day_of(visit.query("until")))
    return Filter(
        visit.query("actor").strip(),
        visit.query("what").strip(),
        visit.query("subject").strip(),
        visit.query("office"),
        since,
        until,
    )

"""How the service is, with the doctor's findings and what to do about them; maintenance is announced here."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from fastapi.responses import Response

from bot.console.guard import Here, Number, Room, holders
from bot.console.show import NAV, go, page
from bot.console.visit import Visit
from bot.domain.errors import BadInput
from bot.domain.people import Role
from bot.usecases import check as doctor
from bot.usecases import maintenance, operations

room = Room()
READERS = holders(Role.ADMIN, Role.AUDITOR)
NAV.append(("/operations", "operations.nav", "admin|auditor", None))
JAPAN = ZoneInfo("Asia/Tokyo")


@room.page("/operations", READERS)
def overview(visit: Here) -> Response:
    app, settings = visit.app, visit.app.settings
    findings = doctor.first_findings(lambda: settings)
    findings += doctor.check(app.parts, settings, refused=app.keeper.refused, now=visit.now, translator=app.translator)
    return page(
        visit,
        "operations/overview.html",
        picture=operations.picture(visit.parts, now=visit.now),
        findings=sorted(findings, key=lambda each: ("fail", "warn", "ok").index(each.state)),
        outside=_outside(visit),
        may_change=visit.has(Role.ADMIN),
    )


@room.form("/operations/maintenance", holders(Role.ADMIN))
def announce(visit: Here) -> Response:
    maintenance.announce(
        visit.parts,
        starts_at=_wall(visit, "starts_at"),
        ends_at=_wall(visit, "ends_at"),
        note=visit.form.get("note", ""),
        by=visit.by,
        now=visit.now,
    )
    return go("/operations", done="maintenance-announced")


@room.form("/operations/maintenance/{number}/end", holders(Role.ADMIN))
def end(visit: Here, number: Number) -> Response:
    maintenance.end(visit.parts, number, by=visit.by, now=visit.now)
    return go("/operations", done="maintenance-ended")


def _outside(visit: Visit) -> list[tuple[str, str]]:
    """Services of others that fail on their own schedules, apart from ours."""
    settings = visit.app.settings
    practice = "operations.practice" if settings.practice else "operations.real"
    return [
        ("X", practice),
        ("Facebook", practice),
        ("OpenID Connect", "operations.set-up" if settings.oidc_issuer else "operations.not-set-up"),
        ("SMTP", "operations.set-up" if settings.smtp_url else "operations.not-set-up"),
    ]


def _wall(visit: Visit, name: str) -> datetime | None:
    """A wall time in Japan from a form field; None for an empty one."""
    text = visit.form.get(name, "").strip()
    try:
        return datetime.fromisoformat(text).replace(tzinfo=JAPAN) if text else None
    except ValueError:
        raise BadInput("This is no time; write for example 2026-12-08 10:00.", key=name).worded(
            "problem.time"
        ) from None

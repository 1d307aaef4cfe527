"""Figures for Prometheus: counts and ages from the database, never words, never people."""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from typing import Any, Final

from fastapi import Request
from fastapi.responses import PlainTextResponse, Response
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Gauge, generate_latest

from bot.bootstrap import App
from bot.console.guard import Room
from bot.usecases import operations
from bot.usecases.operations import Picture

room = Room()
_NEAR: Final = frozenset({"127.0.0.1", "::1"})


@room.get("/metrics", openapi_extra={"who": "token metrics, or from this machine"}, response_model=None)
def metrics(request: Request) -> Response:
    """With ``[metrics] token`` in the secrets a bearer has to show it; without it only this machine may look."""
    app: App = request.app.state.kouhou
    if not _may(request, app):
        return PlainTextResponse("", 403)
    now = app.parts.clock()
    picture = operations.picture(app.parts, now=now)
    registry = CollectorRegistry()
    _fill(registry, picture, now.timestamp())
    return Response(generate_latest(registry), media_type=CONTENT_TYPE_LATEST)


def _may(request: Request, app: App) -> bool:
    wanted = str(app.settings.secrets.get("metrics", {}).get("token", ""))
    if not wanted:
        return request.client is not None and request.client.host in _NEAR
    shown = request.headers.get("authorization", "").removeprefix("Bearer ")
    return hmac.compare_digest(shown.encode("utf-8", "replace"), wanted.encode())


def _fill(registry: CollectorRegistry, picture: Picture, now: float) -> None:
    def gauge(name: str, told: str, labels: tuple[str, ...] = ()) -> Any:
        return Gauge(f"kouhou_{name}", told, labels, registry=registry)

    _set(gauge("posts", "Posts by state", ("state",)), {(s.value,): n for s, n in picture.posts.items()})
    _set(
        gauge("cases", "Open cases by lane, 0 is most urgent", ("lane",)),
        {(str(k),): n for k, n in picture.lanes.items()},
    )
    beats = {(b.job, b.process): now - b.at.timestamp() for b in picture.beats}
    _set(gauge("job_age_seconds", "Since a job last finished", ("job", "process")), beats)
    left = {(account, name): budget.remaining for (account, name), budget in picture.budgets.items()}
    _set(gauge("budget_remaining", "Calls left by the platform's own word", ("account", "name")), left)
    gauge("jobs_late", "Jobs that missed three beats").set(len(picture.late))
    gauge("post_overdue_seconds", "Since the oldest scheduled post was due").set(picture.overdue_s)
    gauge("case_age_seconds", "Waiting time of the case at the top of the queue").set(picture.case_age_s)
    gauge("stops", "Stop switches that are on").set(len(picture.stops))
    gauge("audit_events", "Events in the trail").set(picture.events)
    gauge("sessions", "Living sessions").set(picture.sessions)
    gauge("rights_waiting", "Changes to rights that wait for a second admin").set(picture.rights_waiting)
    gauge("up", "1 when jobs tick and none is late").set(int(picture.well))
    if picture.last_backup is not None:
        gauge("last_backup_timestamp_seconds", "When a copy was last made").set(picture.last_backup.timestamp())
    versions = {name.replace("-", "_"): text for name, text in picture.versions.items()}
    gauge("build", "Versions as labels", tuple(versions)).labels(**versions).set(1)


def _set(gauge: Any, values: Mapping[Any, float]) -> None:
    for labels, value in values.items():
        gauge.labels(*labels).set(value)

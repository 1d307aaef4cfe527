"""Webhook management with the challenge check; app-only, as X wants it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

from bot.sandbox.ids import x_time
from bot.sandbox.wire import Answer, Call, Json
from bot.sandbox.world import World
from bot.sandbox.x.auth import Caller
from bot.sandbox.x.errors import invalid, not_found, problem

LOCAL = ("127.0.0.1", "localhost")
MOST = 5


def register(world: World, call: Call, caller: Caller) -> Answer:
    """The address must pass the challenge now. A local one may be http and carry a port: this is practice."""
    _app_only(caller)
    body = call.json()
    url = body.get("url") if isinstance(body, dict) else None
    if not isinstance(url, str) or not _acceptable(url):
        raise invalid("UrlValidationFailed: url must be https, without a port, of at most 200 characters")
    if any(hook["url"] == url for hook in world.x.webhooks.values()):
        raise invalid("DuplicateUrlFailed: this url is registered already", url=[url])
    if len(world.x.webhooks) >= MOST:
        raise invalid("WebhookLimitExceeded: no more webhooks are allowed")
    if not world.check_webhook(url, _challenge(world)):
        raise invalid("CrcValidationFailed: the url did not answer the challenge", url=[url])
    ident = world.x.ids.mint(world.now())
    hook: Json = {"id": ident, "url": url, "valid": True, "created_at": x_time(world.now())}
    world.x.webhooks[ident] = hook
    return Answer(200, {"data": dict(hook)})


def _acceptable(url: str) -> bool:
    parts = urlsplit(url)
    public = parts.scheme == "https" and parts.port is None
    return len(url) <= 200 and (public or parts.hostname in LOCAL)


def _challenge(world: World) -> str:
    return f"{world.rng.getrandbits(96):024x}"


def webhooks(world: World, call: Call, caller: Caller) -> Answer:
    _app_only(caller)
    hooks = [dict(hook) for hook in world.x.webhooks.values()]
    return Answer(200, {**({"data": hooks} if hooks else {}), "meta": {"result_count": len(hooks)}})


def validate(world: World, call: Call, caller: Caller) -> Answer:
    """Forces the challenge; a wrong answer invalidates at once."""
    _app_only(caller)
    hook = _own(world, call)
    hook["valid"] = world.check_webhook(hook["url"], _challenge(world))
    return Answer(200, {"data": {"valid": hook["valid"]}})


def remove(world: World, call: Call, caller: Caller) -> Answer:
    _app_only(caller)
    _own(world, call)
    del world.x.webhooks[call.path["id"]]
    return Answer(200, {"data": {"deleted": True}})


def replay(world: World, call: Call, caller: Caller) -> Answer:
    """The events of the last 24 hours between two UTC minutes, delivered once more."""
    _app_only(caller)
    body = call.json()
    if not isinstance(body, dict) or body.get("webhook_id") not in world.x.webhooks:
        raise invalid("webhook_id, from_date and to_date are required")
    start, end = (_minute(str(body.get(name, ""))) for name in ("from_date", "to_date"))
    if start < world.now() - timedelta(hours=24) - timedelta(minutes=1):
        raise invalid("from_date must lie within the last 24 hours")
    hook = world.x.webhooks[str(body["webhook_id"])]
    for at, event in list(world.x.history):
        if start <= at <= end and _subscribed(world, hook, event):
            world.post_event(hook["url"], event)
    job = {"job_id": world.x.ids.mint(world.now()), "created_at": x_time(world.now())}
    return Answer(200, {"data": job})


def _subscribed(world: World, hook: Json, event: Json) -> bool:
    return any(
        item["webhook_id"] == hook["id"]
        and item["event_type"] == event["event_type"]
        and item["filter"]["user_id"] == event["filter"]["user_id"]
        for item in world.x.subscriptions.values()
    )


def _minute(text: str) -> datetime:
    try:
        return datetime.strptime(text, "%Y%m%d%H%M").replace(tzinfo=UTC)
    except ValueError as exc:
        raise invalid("Dates are written yyyymmddhhmm in UTC", date=[text[:20]]) from exc


def _app_only(caller: Caller) -> None:
    if caller.method != "app":
        detail = "This endpoint needs OAuth 2.0 Application-Only."
        raise problem(403, "Unsupported Authentication", detail, "unsupported-authentication")


def _own(world: World, call: Call) -> Json:
    ident = call.path["id"]
    if ident not in world.x.webhooks:
        raise not_found("webhook", "webhook_id", ident)
    return world.x.webhooks[ident]

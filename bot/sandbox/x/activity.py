"""Activity API: who is told about what. The answer to a create comes in the three shapes that X's pages show."""

from __future__ import annotations

from bot.sandbox.ids import x_time
from bot.sandbox.wire import Answer, Call, Json
from bot.sandbox.world import World
from bot.sandbox.x.auth import Caller
from bot.sandbox.x.errors import forbidden, invalid, not_found
from bot.sandbox.x.events import PRIVATE, PUBLIC

MOST = 1500


def subscribe(world: World, call: Call, caller: Caller) -> Answer:
    """Private events need that very user's OAuth 2.0 token; public ones the app's."""
    body = call.json()
    if not isinstance(body, dict) or set(body) - {"event_type", "filter", "tag", "webhook_id"}:
        raise invalid("The body has keys that are not allowed.")
    kind, chosen = body.get("event_type"), body.get("filter")
    if kind not in PRIVATE | PUBLIC or not isinstance(chosen, dict) or not chosen.get("user_id"):
        raise invalid("event_type and filter.user_id are required", event_type=[str(kind)])
    _check_tag(body)
    _check_hook(world, body)
    if kind in PRIVATE and not (caller.method == "oauth2" and caller.person and caller.person.id == chosen["user_id"]):
        raise forbidden("Private events need the OAuth 2.0 token of the user in the filter.")
    if len(world.x.subscriptions) >= MOST:
        raise forbidden("SubscriptionLimitExceeded")
    subscription = _store(world, body)
    return Answer(200, _shape(world, subscription))


def _check_tag(body: Json) -> None:
    tag = body.get("tag", "-")
    if not isinstance(tag, str) or not 1 <= len(tag) <= 200:
        raise invalid("tag must hold 1 to 200 characters", tag=[str(tag)[:40]])


def _check_hook(world: World, body: Json) -> None:
    if body.get("webhook_id", "") and body["webhook_id"] not in world.x.webhooks:
        raise invalid("There is no webhook of that id", webhook_id=[str(body["webhook_id"])])


def _store(world: World, body: Json) -> Json:
    now = x_time(world.now())
    ident = world.x.ids.mint(world.now())
    subscription = {
        "subscription_id": ident,
        "event_type": body["event_type"],
        "filter": {"user_id": str(body["filter"]["user_id"])},
        "tag": body.get("tag", ""),
        "webhook_id": body.get("webhook_id", ""),
        "created_at": now,
        "updated_at": now,
    }
    world.x.subscriptions[ident] = subscription
    return subscription


def _shape(world: World, subscription: Json) -> Json:
    shape = world.knobs.activity_reply_shape
    if shape == 1:
        return {"data": dict(subscription)}
    if shape == 2:
        total = len(world.x.subscriptions)
        return {"data": [dict(subscription)], "meta": {"total_subscriptions": total}}
    return {"data": {"subscription": dict(subscription)}}


def subscriptions(world: World, call: Call, caller: Caller) -> Answer:
    data = list(world.x.subscriptions.values())
    return Answer(200, {"data": data} if data else {})


def update(world: World, call: Call, caller: Caller) -> Answer:
    """Another tag, another webhook."""
    subscription = _own(world, call)
    body = call.json()
    if not isinstance(body, dict) or set(body) - {"tag", "webhook_id"}:
        raise invalid("Only tag and webhook_id can change.")
    _check_tag(body)
    _check_hook(world, body)
    subscription |= {**body, "updated_at": x_time(world.now())}
    total = len(world.x.subscriptions)
    return Answer(200, {"data": {"subscription": dict(subscription), "total_subscriptions": total}})


def unsubscribe(world: World, call: Call, caller: Caller) -> Answer:
    _own(world, call)
    del world.x.subscriptions[call.path["id"]]
    return Answer(200, {"data": {"deleted": True}})


def _own(world: World, call: Call) -> Json:
    ident = call.path["id"]
    if ident not in world.x.subscriptions:
        raise not_found("subscription", "subscription_id", ident)
    return world.x.subscriptions[ident]

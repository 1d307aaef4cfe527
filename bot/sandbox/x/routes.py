"""The table of practice X's endpoints, and the order of checks around each call."""

from __future__ import annotations

from dataclasses import replace

from bot.sandbox.routes import Route
from bot.sandbox.wire import Answer, Call, RefusedCall
from bot.sandbox.world import World
from bot.sandbox.x import activity, create, media, moderate, read, search, webhooks
from bot.sandbox.x.auth import authenticate, identify
from bot.sandbox.x.errors import problem
from bot.sandbox.x.limits import spend_call

ROUTES = (
    Route("create", "POST", "/2/tweets", create.create),
    Route("tweets", "GET", "/2/tweets", read.tweets),
    Route("search", "GET", "/2/tweets/search/recent", search.search),
    Route("tweet", "GET", "/2/tweets/{id}", read.tweet),
    Route("delete", "DELETE", "/2/tweets/{id}", create.delete),
    Route("hide", "PUT", "/2/tweets/{tweet_id}/hidden", moderate.hide),
    Route("quotes", "GET", "/2/tweets/{id}/quote_tweets", read.quotes),
    Route("me", "GET", "/2/users/me", read.me),
    Route("users", "GET", "/2/users", read.users),
    Route("users", "GET", "/2/users/by", read.users),
    Route("user", "GET", "/2/users/by/username/{username}", read.user),
    Route("user", "GET", "/2/users/{id}", read.user),
    Route("timeline", "GET", "/2/users/{id}/tweets", read.timeline),
    Route("mentions", "GET", "/2/users/{id}/mentions", read.mentions),
    Route("muting", "GET", "/2/users/{id}/muting", moderate.muting),
    Route("mute", "POST", "/2/users/{id}/muting", moderate.mute),
    Route("unmute", "DELETE", "/2/users/{id}/muting/{target}", moderate.unmute),
    Route("blocking", "GET", "/2/users/{id}/blocking", moderate.blocking),
    Route("block", "POST", "/2/users/{id}/blocking", moderate.block),
    Route("unblock", "DELETE", "/2/users/{id}/blocking/{target}", moderate.unblock),
    Route("media_upload", "POST", "/2/media/upload", media.upload),
    Route("media_status", "GET", "/2/media/upload", media.status),
    Route("media_initialize", "POST", "/2/media/upload/initialize", media.initialize),
    Route("media_append", "POST", "/2/media/upload/{id}/append", media.append),
    Route("media_finalize", "POST", "/2/media/upload/{id}/finalize", media.finalize),
    Route("media_metadata", "POST", "/2/media/metadata", media.metadata),
    Route("media", "GET", "/2/media/{media_key}", read.media),
    Route("subscriptions", "POST", "/2/activity/subscriptions", activity.subscribe),
    Route("subscriptions", "GET", "/2/activity/subscriptions", activity.subscriptions),
    Route("subscriptions", "PUT", "/2/activity/subscriptions/{id}", activity.update),
    Route("subscriptions", "DELETE", "/2/activity/subscriptions/{id}", activity.unsubscribe),
    Route("webhooks", "POST", "/2/webhooks", webhooks.register),
    Route("webhooks", "GET", "/2/webhooks", webhooks.webhooks),
    Route("webhooks", "POST", "/2/webhooks/replay", webhooks.replay),
    Route("webhooks", "PUT", "/2/webhooks/{id}", webhooks.validate),
    Route("webhooks", "DELETE", "/2/webhooks/{id}", webhooks.remove),
)


def name_of_caller(world: World, call: Call) -> str:
    """The handle whose token was sent, "app", or nothing."""
    caller = identify(world, call)
    return caller.name if caller else ""


def run(world: World, call: Call, route: Route) -> Answer:
    """Authenticate, count, act; the rate headers go on refusals as well."""
    headers: dict[str, str] = {}
    try:
        caller = authenticate(world, call)
        headers = spend_call(world, route.name, caller)
        answer = route.handler(world, call, caller)
    except RefusedCall as refusal:
        answer = refusal.answer
    return replace(answer, headers={**headers, **answer.headers})


def unknown(call: Call) -> Answer:
    return problem(404, "Not Found", "Not Found").answer

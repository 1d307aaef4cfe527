"""The table of practice Graph's edges, and the order of checks around each call."""

from __future__ import annotations

import re
from dataclasses import replace

from bot.sandbox.graph import comments, nodes, publish
from bot.sandbox.graph.auth import authenticate, identify
from bot.sandbox.graph.errors import bad_parameter, graph_error
from bot.sandbox.graph.usage import spend_call
from bot.sandbox.routes import Route
from bot.sandbox.wire import Answer, Call, RefusedCall
from bot.sandbox.world import World

ROUTES = (
    Route("debug_token", "GET", "/debug_token", nodes.debug_token),
    Route("objects", "GET", "/", nodes.get_node),
    Route("feed", "POST", "/{node}/feed", publish.create_post),
    Route("photos", "POST", "/{node}/photos", publish.create_photo),
    Route("posts", "GET", "/{node}/(?P<edge>feed|posts|published_posts|scheduled_posts)", publish.list_posts),
    Route("comments", "GET", "/{node}/comments", comments.list_comments),
    Route("comment", "POST", "/{node}/comments", comments.create_comment),
    Route("block", "POST", "/{node}/blocked", comments.block),
    Route("unblock", "DELETE", "/{node}/blocked", comments.unblock),
    Route("blocked", "GET", "/{node}/blocked", comments.blocked),
    Route("subscribe", "POST", "/{node}/subscribed_apps", nodes.subscribe_app),
    Route("subscribed", "GET", "/{node}/subscribed_apps", nodes.subscribed_apps),
    Route("unsubscribe", "DELETE", "/{node}/subscribed_apps", nodes.unsubscribe_app),
    Route("object", "GET", "/{node}", nodes.get_node),
    Route("update", "POST", "/{node}", nodes.post_node),
    Route("delete", "DELETE", "/{node}", nodes.delete_node),
)
_VERSION = re.compile(r"/(v\d+\.\d+)(/.*|$)")


def split_version(path: str) -> tuple[str, str]:
    """Version (empty when none was written) and the rest of the path."""
    hit = _VERSION.fullmatch(path)
    return (hit[1], hit[2] or "/") if hit else ("", path)


def name_of_caller(world: World, call: Call) -> str:
    page = identify(world, call)
    return page.seed.handle if page else ""


def run(world: World, call: Call, route: Route) -> Answer:
    """Version, token, budget, act; the version that answered stands in the headers."""
    versions = world.knobs.graph_versions
    version = call.path.get("version") or versions[0]
    headers = {"facebook-api-version": version, "x-fb-trace-id": "APracticeTrace"}
    try:
        if version not in versions:
            raise graph_error(2635, f"(#2635) You are calling a deprecated version of the API: {version}.")
        caller = authenticate(world, call)
        headers |= spend_call(world, caller)
        answer = route.handler(world, call, caller)
    except RefusedCall as refusal:
        answer = refusal.answer
    return replace(answer, headers={**headers, **answer.headers})


def unknown(call: Call) -> Answer:
    return bad_parameter(f"Unknown path components: {call.path.get('rest', '')}").answer

"""What practice Facebook tells its subscribers: changes of the Page's feed, echoes of our own included."""

from __future__ import annotations

from datetime import datetime

from bot.sandbox.graph.state import Comment, FbPost
from bot.sandbox.wire import Json
from bot.sandbox.world import World

_ITEMS = {"added_photos": "photo", "shared_story": "share"}


def post_event(world: World, post: FbPost, verb: str) -> None:
    page = world.graph.pages[post.page_id]
    value: Json = {
        "from": {"id": page.id, "name": page.seed.name},
        "item": _ITEMS.get(post.status_type, "status"),
        "post_id": post.id,
        "verb": verb,
        "published": int(post.published),
        "created_time": _unix(post.created_at),
        "message": post.message,
    }
    _emit(world, page.id, value)


def comment_event(world: World, comment: Comment, verb: str, *, by_page: bool = False) -> None:
    """`by_page`: the Page acted on a visitor's comment, so the echo comes from the Page."""
    page = world.graph.pages[comment.post_id.partition("_")[0]]
    value: Json = {
        "item": "comment",
        "verb": verb,
        "comment_id": comment.id,
        "post_id": comment.post_id,
        "parent_id": comment.parent_id,
        "created_time": _unix(comment.created_at if verb == "add" else world.now()),
        "message": comment.message,
    }
    if by_page:
        value["from"] = {"id": page.id, "name": page.seed.name}
    elif not comment.anonymous:
        value["from"] = {"id": comment.author_id, "name": comment.author_name}
    _emit(world, page.id, value)


def block_event(world: World, page_id: str, user_id: str, verb: str) -> None:
    name = world.graph.visitors.get(user_id, "")
    _emit(
        world, page_id, {"item": "user", "verb": verb, "from": {"id": page_id}, "user": {"id": user_id, "name": name}}
    )


def _emit(world: World, page_id: str, value: Json) -> None:
    entry = {"id": page_id, "time": _unix(world.now()), "changes": [{"field": "feed", "value": value}]}
    world.announce("facebook", {"object": "page", "entry": [entry]})


def _unix(at: datetime) -> int:
    return int(at.timestamp())

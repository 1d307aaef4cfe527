"""Comments: the tree, hiding, deleting, the Page's block list."""

from __future__ import annotations

import json
from collections.abc import Mapping

from bot.sandbox.graph.auth import GraphCaller, own_page
from bot.sandbox.graph.errors import bad_parameter, gone, graph_error, not_allowed
from bot.sandbox.graph.events import block_event, comment_event
from bot.sandbox.graph.fields import parse_fields
from bot.sandbox.graph.paging import page_of
from bot.sandbox.graph.publish import flag, given, moment
from bot.sandbox.graph.show import comment_json
from bot.sandbox.graph.state import Comment, Page
from bot.sandbox.ids import graph_time
from bot.sandbox.wire import Answer, Call, Json
from bot.sandbox.world import World


def list_comments(world: World, call: Call, caller: GraphCaller) -> Answer:
    """Comments of a post, or replies of a comment; flat with `filter=stream`."""
    node, state = call.path["node"], world.graph
    page = own_page(caller)
    if not _belongs(world, node, page):
        raise gone(node)
    stream = call.param("filter", "toplevel")
    if stream not in ("stream", "toplevel"):
        raise bad_parameter("Param filter must be one of {stream, toplevel}")
    found = state.subtree(node) if stream == "stream" else state.children(node)
    since, until = moment(call.param("since")), moment(call.param("until"))
    found = [
        item
        for item in found
        if (since is None or item.created_at >= since) and (until is None or item.created_at <= until)
    ]
    wanted = parse_fields(call.param("fields"))
    body = page_of(call, _ordered(call, found), lambda item: item.id, lambda item: comment_json(world, item, wanted))
    if call.param("summary") in ("true", "1"):
        body["summary"] = {"order": call.param("order", "ranked"), "total_count": len(found)}
    return Answer(200, body)


def _ordered(call: Call, found: list[Comment]) -> list[Comment]:
    """The default ranking is not by time: here by how often people answered, which moves."""
    order = call.param("order", "ranked")
    if order == "chronological":
        return found
    if order == "reverse_chronological":
        return found[::-1]
    if order != "ranked":
        raise bad_parameter("Param order must be one of {chronological, reverse_chronological, ranked}")
    return sorted(found, key=lambda item: (-len(item.message), item.id))


def _belongs(world: World, node: str, page: Page) -> bool:
    comment = world.graph.comments.get(node)
    post = world.graph.posts.get(comment.post_id if comment else node)
    return post is not None and post.page_id == page.id and not post.deleted and not (comment and comment.deleted)


def add_comment(
    world: World,
    parent_id: str,
    message: str,
    *,
    author_id: str,
    author_name: str,
    anonymous: bool = False,
    attachment_url: str = "",
) -> Comment:
    """Put a comment below a post or a comment and tell the subscribers."""
    state = world.graph
    parent = state.comments.get(parent_id)
    post = state.posts.get(parent.post_id if parent else parent_id)
    if post is None or post.deleted or (parent and parent.deleted):
        raise KeyError(parent_id)
    comment = Comment(
        f"{post.id.partition('_')[2]}_{state.next_number()}",
        post.id,
        parent_id,
        author_id,
        author_name,
        message,
        world.now(),
        attachment_url=attachment_url,
        anonymous=anonymous,
    )
    state.comments[comment.id] = comment
    comment_event(world, comment, "add")
    return comment


def create_comment(world: World, call: Call, caller: GraphCaller) -> Answer:
    page, node = own_page(caller), call.path["node"]
    if not _belongs(world, node, page):
        raise gone(node, "post")
    message = given(call).get("message", "")
    if not message:
        raise bad_parameter("Requires one of the params: message, attachment_url")
    comment = add_comment(world, node, message, author_id=page.id, author_name=page.seed.name)
    return Answer(200, {"id": comment.id})


def update_comment(world: World, page: Page, comment: Comment, facts: Mapping[str, str]) -> Json:
    """Hide or unhide a visitor's comment; rewrite one's own."""
    if "is_hidden" in facts:
        wanted = flag(facts["is_hidden"], "is_hidden")
        if comment.is_by(page.id):
            raise not_allowed("This comment cannot be hidden by its own Page.")
        hide_comment(world, comment, wanted)
    if "message" in facts:
        if not comment.is_by(page.id):
            raise not_allowed("Only the author can edit this comment.")
        kept = any(name in facts for name in ("attachment_id", "attachment_url", "attachment_share_url"))
        comment.message, comment.attachment_url = facts["message"], comment.attachment_url if kept else ""
        comment_event(world, comment, "edited")
    return {"success": True}


def hide_comment(world: World, comment: Comment, wanted: bool) -> None:
    if comment.hidden != wanted:
        comment.hidden = wanted
        comment_event(world, comment, "hide" if wanted else "unhide", by_page=True)


def remove_comment(world: World, comment: Comment, *, by_page: bool = True) -> None:
    """The comment and everything below it."""
    for item in (comment, *world.graph.subtree(comment.id)):
        item.deleted = True
        comment_event(world, item, "remove", by_page=by_page)


def block(world: World, call: Call, caller: GraphCaller) -> Answer:
    """A map from user to success; success may be false although the status is 200."""
    page = own_page(caller)
    result = {ident: _block_one(world, page, ident) for ident in _people(given(call))}
    return Answer(200, result)


def _block_one(world: World, page: Page, ident: str) -> bool:
    if ident in world.knobs.graph_unblockable or ident not in world.graph.visitors:
        return False
    if ident not in page.blocked:
        page.blocked[ident] = world.now()
        block_event(world, page.id, ident, "block")
    return True


def _people(facts: Mapping[str, str]) -> list[str]:
    for name in ("user", "psid", "asid", "uid"):
        if facts.get(name):
            return _idents(facts[name])
    raise bad_parameter("Requires one of the params: user, asid, psid")


def _idents(text: str) -> list[str]:
    """One id, a JSON list, or ids with commas."""
    try:
        value = json.loads(text)
    except ValueError:
        value = text.split(",")
    items = value if isinstance(value, list) else [value]
    return [str(item).strip() for item in items]


def unblock(world: World, call: Call, caller: GraphCaller) -> Answer:
    page = own_page(caller)
    wanted = _people(given(call))
    if len(wanted) != 1:
        raise bad_parameter("Param user takes a single value")
    if wanted[0] not in page.blocked:
        raise graph_error(100, "(#100) This user is not blocked.", subcode=33)
    del page.blocked[wanted[0]]
    block_event(world, page.id, wanted[0], "unblock")
    return Answer(200, {"success": True})


def blocked(world: World, call: Call, caller: GraphCaller) -> Answer:
    page = own_page(caller)
    asked = call.param("user") or call.param("uid")
    only = _idents(asked) if asked else list(page.blocked)
    listed = [ident for ident in page.blocked if ident in only]
    return Answer(200, page_of(call, listed, lambda ident: ident, lambda ident: _blocked_json(world, page, ident)))


def _blocked_json(world: World, page: Page, ident: str) -> Json:
    return {
        "id": ident,
        "name": world.graph.visitors.get(ident, ""),
        "blocked_time": graph_time(page.blocked[ident]),
    }

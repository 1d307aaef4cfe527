"""One object by its id: show, change, delete; and the edges of a Page's own administration."""

from __future__ import annotations

from typing import Any

from bot.sandbox.graph.auth import GraphCaller, own_page
from bot.sandbox.graph.comments import remove_comment, update_comment
from bot.sandbox.graph.errors import bad_parameter, gone, graph_error, not_allowed
from bot.sandbox.graph.fields import parse_fields
from bot.sandbox.graph.publish import given, remove_post, show_photo, show_post, update_post
from bot.sandbox.graph.show import comment_json, page_json
from bot.sandbox.graph.state import Comment, FbPost, Page, Photo
from bot.sandbox.wire import Answer, Call, Json
from bot.sandbox.world import World

PERMISSIONS = (
    "pages_show_list",
    "pages_manage_metadata",
    "pages_manage_posts",
    "pages_read_engagement",
    "pages_manage_engagement",
    "pages_read_user_content",
)


def get_node(world: World, call: Call, caller: GraphCaller) -> Answer:
    if call.param("ids"):
        idents = [ident for ident in call.param("ids").split(",") if ident]
        return Answer(200, {ident: _show(world, call, caller, ident) for ident in idents})
    return Answer(200, _show(world, call, caller, call.path["node"]))


def _show(world: World, call: Call, caller: GraphCaller, ident: str) -> Json:
    page = own_page(caller)
    if ident == "me" or world.graph.page_named(ident) is page:
        return page_json(page, parse_fields(call.param("fields")))
    found = _find(world, page, ident, "get")
    if isinstance(found, Comment):
        return comment_json(world, found, parse_fields(call.param("fields")))
    if isinstance(found, Photo):
        return show_photo(world, found, call)
    return show_post(world, found, call)


def _find(world: World, page: Page, ident: str, verb: str) -> FbPost | Photo | Comment:
    """The page's own post, photo or comment that still stands; code 100/33 for anything else."""
    state = world.graph
    found: Any = state.posts.get(ident) or state.photos.get(ident) or state.comments.get(ident)
    if found is None or found.deleted:
        raise gone(ident, verb)
    owner = found.post_id.partition("_")[0] if isinstance(found, Comment) else found.page_id
    if owner != page.id:
        raise gone(ident, verb)
    assert isinstance(found, FbPost | Photo | Comment)
    return found


def post_node(world: World, call: Call, caller: GraphCaller) -> Answer:
    page = own_page(caller)
    found = _find(world, page, call.path["node"], "post")
    if isinstance(found, Comment):
        return Answer(200, update_comment(world, page, found, given(call)))
    if isinstance(found, FbPost):
        return Answer(200, update_post(world, found, given(call)))
    facts = given(call)
    if "alt_text_custom" not in facts:
        raise bad_parameter("Nothing to change")
    found.alt_text = facts["alt_text_custom"]
    return Answer(200, {"success": True})


def delete_node(world: World, call: Call, caller: GraphCaller) -> Answer:
    found = _find(world, own_page(caller), call.path["node"], "delete")
    if isinstance(found, Comment):
        remove_comment(world, found)
    elif isinstance(found, FbPost):
        remove_post(world, found)
    else:
        found.deleted = True
    return Answer(200, {"success": True})


def debug_token(world: World, call: Call, caller: GraphCaller) -> Answer:
    """Is this token alive, with which permissions; needs the app's own token."""
    if caller.page is not None:
        raise not_allowed("You must provide an app access token to inspect a token.")
    token = call.param("input_token")
    page = world.graph.page_of_token(token)
    if page is None:
        error = {"code": 190, "message": "Malformed access token"}
        return Answer(200, {"data": {"app_id": world.app.app_id, "is_valid": False, "error": error, "scopes": []}})
    subcode = world.knobs.graph_token_errors.get(page.seed.handle, 0)
    facts: Json = {
        "app_id": world.app.app_id,
        "type": "PAGE",
        "application": "kouhou",
        "expires_at": 0,
        "data_access_expires_at": int(world.now().timestamp()) + 90 * 86_400,
        "is_valid": not subcode,
        "profile_id": page.id,
        "scopes": list(PERMISSIONS),
        "granular_scopes": [{"scope": name, "target_ids": [page.id]} for name in PERMISSIONS],
    }
    if subcode:
        facts["error"] = {"code": 190, "subcode": subcode, "message": "Error validating access token"}
    return Answer(200, {"data": facts})


def subscribe_app(world: World, call: Call, caller: GraphCaller) -> Answer:
    fields = tuple(name for name in given(call).get("subscribed_fields", "").split(",") if name)
    strangers = [name for name in fields if name not in ("feed", "mention", "messages")]
    if not fields or strangers:
        raise graph_error(100, "(#100) Param subscribed_fields must be non-empty and known")
    own_page(caller).subscribed_fields = fields
    return Answer(200, {"success": True})


def subscribed_apps(world: World, call: Call, caller: GraphCaller) -> Answer:
    page = own_page(caller)
    if not page.subscribed_fields:
        return Answer(200, {"data": []})
    app = {"id": world.app.app_id, "name": "kouhou", "subscribed_fields": list(page.subscribed_fields)}
    return Answer(200, {"data": [app]})


def unsubscribe_app(world: World, call: Call, caller: GraphCaller) -> Answer:
    own_page(caller).subscribed_fields = ()
    return Answer(200, {"success": True})

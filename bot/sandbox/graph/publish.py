"""Posts and photos of a Page: create, schedule, update, delete, read back."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from bot.sandbox.graph.auth import GraphCaller, own_page
from bot.sandbox.graph.errors import bad_parameter, gone, graph_error, not_allowed
from bot.sandbox.graph.events import post_event
from bot.sandbox.graph.fields import parse_fields
from bot.sandbox.graph.paging import page_of
from bot.sandbox.graph.show import is_public, photo_json, post_json
from bot.sandbox.graph.state import FbPost, Page, Photo
from bot.sandbox.wire import Answer, Call, Json
from bot.sandbox.world import World

LONGEST = 63_206
SOONEST, LATEST = timedelta(minutes=10), timedelta(days=30)


def flag(value: str, name: str) -> bool:
    """Graph's booleans; Python's `True` is none of them."""
    if value in ("true", "1"):
        return True
    if value in ("false", "0"):
        return False
    raise bad_parameter(f"Param {name} must be a boolean")


def given(call: Call) -> Mapping[str, str]:
    """Parameters of a write: form first, then query, then a JSON body."""
    body = call.json()
    as_json = body if isinstance(body, dict) else {}
    texts = {key: value if isinstance(value, str) else json.dumps(value) for key, value in as_json.items()}
    return {**texts, **dict(call.query), **call.form}


def create_post(world: World, call: Call, caller: GraphCaller) -> Answer:
    page = _page(world, call, caller)
    facts = given(call)
    message, link = facts.get("message", ""), facts.get("link", "")
    photos = _attached(world, page, facts)
    if not message and not link and not photos:
        raise bad_parameter("Requires one of the params: message, link, place, picture, attached_media")
    if len(message) > LONGEST:
        raise bad_parameter("Param message is too long")
    published = flag(facts.get("published", "true"), "published")
    scheduled = _scheduled(world, facts, published)
    _refuse_twin(world, page, message, link, tuple(photos))
    post = add_post(world, page, message, link=link, photos=photos, published=published, scheduled_at=scheduled)
    return Answer(200, {"id": post.id})


def _page(world: World, call: Call, caller: GraphCaller) -> Page:
    """The Page in the path, which must be the token's own."""
    mine, wanted = own_page(caller), call.path["node"]
    named = mine if wanted == "me" else world.graph.page_named(wanted)
    if named is None:
        raise gone(wanted, call.method.lower())
    if named is not mine:
        raise not_allowed("The page access token does not belong to this Page.")
    return mine


def _attached(world: World, page: Page, facts: Mapping[str, str]) -> list[str]:
    texts = [value for key, value in facts.items() if key.startswith("attached_media[")]
    if "attached_media" in facts:
        texts.append(facts["attached_media"])
    found: list[str] = []
    for text in texts:
        try:
            value = json.loads(text)
        except ValueError as exc:
            raise bad_parameter("Param attached_media must be an array") from exc
        items = value if isinstance(value, list) else [value]
        found += [str(item.get("media_fbid", "")) if isinstance(item, dict) else "" for item in items]
    for ident in found:
        photo = world.graph.photos.get(ident)
        if photo is None or photo.page_id != page.id or photo.deleted:
            raise bad_parameter("Invalid media_fbid in attached_media")
    return found


def _scheduled(world: World, facts: Mapping[str, str], published: bool) -> datetime | None:
    text = facts.get("scheduled_publish_time", "")
    if not text:
        return None
    if published:
        raise bad_parameter("You cannot specify a scheduled publish time on a published post")
    if not text.isdigit():
        raise bad_parameter("Param scheduled_publish_time must be a unix time")
    at = datetime.fromtimestamp(int(text), UTC)
    if not SOONEST <= at - world.now() <= LATEST:
        raise graph_error(100, "(#100) The specified scheduled publish time is invalid.", subcode=1363166)
    return at


def _refuse_twin(world: World, page: Page, message: str, link: str, photos: tuple[str, ...]) -> None:
    """Only the directly preceding post counts."""
    if world.knobs.duplicate_window_s == 0 or photos:
        return
    newest_first = reversed(world.graph.posts.values())
    last = next((post for post in newest_first if post.page_id == page.id and not post.deleted), None)
    if last and _same(last.message, message) and last.link == link:
        raise graph_error(
            506, "(#506) Duplicate status message", user_message="This status update is identical to the last one."
        )


def _same(one: str, other: str) -> bool:
    left, right = (" ".join(unicodedata.normalize("NFC", text).split()) for text in (one, other))
    return left == right


def add_post(
    world: World,
    page: Page,
    message: str,
    *,
    link: str = "",
    photos: list[str] | None = None,
    published: bool = True,
    scheduled_at: datetime | None = None,
    source: str = "api",
) -> FbPost:
    """Put a post on the Page and tell the subscribers."""
    state = world.graph
    post = FbPost(
        f"{page.id}_{state.next_number()}",
        page.id,
        message,
        link,
        world.now(),
        published=published,
        scheduled_at=scheduled_at,
        photo_ids=tuple(photos or ()),
        source=source,
    )
    state.posts[post.id] = post
    for ident in post.photo_ids:
        state.photos[ident].post_id = post.id
    if source == "api":
        state.creates[page.seed.handle] = state.creates.get(page.seed.handle, 0) + 1
    if published:
        post_event(world, post, "add")
    return post


def create_photo(world: World, call: Call, caller: GraphCaller) -> Answer:
    """A photo, and the post that shows it unless it is unpublished."""
    page = _page(world, call, caller)
    facts = given(call)
    content = call.files["source"].content if "source" in call.files else b""
    if not content and not facts.get("url"):
        raise graph_error(324, "(#324) Requires upload file")
    message = facts.get("message", facts.get("caption", ""))
    published = flag(facts.get("published", "true"), "published")
    photo = Photo(
        world.graph.next_number(),
        page.id,
        content,
        facts.get("url", ""),
        message,
        facts.get("alt_text_custom", ""),
        world.now(),
        published,
    )
    _refuse_same_photo(world, photo)
    world.graph.photos[photo.id] = photo
    if not published:
        return Answer(200, {"id": photo.id})
    post = add_post(world, page, message, photos=[photo.id])
    return Answer(200, {"id": photo.id, "post_id": post.id})


def _refuse_same_photo(world: World, photo: Photo) -> None:
    if world.knobs.duplicate_window_s == 0 or not photo.published:
        return
    earlier = [item for item in world.graph.photos.values() if item.page_id == photo.page_id and item.published]
    same = earlier and (earlier[-1].content, earlier[-1].message) == (photo.content, photo.message)
    if same and not earlier[-1].deleted:
        raise graph_error(1366051, "These photos were already posted.")


def list_posts(world: World, call: Call, caller: GraphCaller) -> Answer:
    """Feed and published_posts show what is public; scheduled_posts what is still to come."""
    page = _page(world, call, caller)
    edge = world.now() - timedelta(seconds=world.knobs.read_lag_s)
    posts = [post for post in world.graph.posts.values() if post.page_id == page.id and not post.deleted]
    if call.path["edge"] == "scheduled_posts":
        chosen = [post for post in posts if post.scheduled_at and not is_public(world, post)]
    else:
        lag = world.knobs.read_lag_s
        chosen = [post for post in posts if is_public(world, post) and (not lag or post.created_at <= edge)]
    chosen = _between(call, chosen)
    chosen.sort(key=lambda post: (post.created_at, post.id), reverse=True)
    wanted = parse_fields(call.param("fields"))
    return Answer(200, page_of(call, chosen, lambda post: post.id, lambda post: post_json(world, post, wanted)))


def _between(call: Call, posts: list[FbPost]) -> list[FbPost]:
    since, until = (moment(call.param(name)) for name in ("since", "until"))
    return [
        post
        for post in posts
        if (since is None or post.created_at >= since) and (until is None or post.created_at <= until)
    ]


def moment(text: str) -> datetime | None:
    """`since` and `until`: unix seconds or ISO time."""
    if not text:
        return None
    try:
        if text.isdigit():
            return datetime.fromtimestamp(int(text), UTC)
        at = datetime.fromisoformat(text)
    except ValueError as exc:
        raise bad_parameter("since and until must be unix times or ISO times") from exc
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def update_post(world: World, post: FbPost, facts: Mapping[str, str]) -> Json:
    """Words, publication or schedule of a post that this app made."""
    if post.source != "api":
        raise not_allowed("Only posts created by this app can be edited.")
    if "message" in facts:
        post.message = facts["message"]
        post_event(world, post, "edited")
    if "scheduled_publish_time" in facts:
        post.scheduled_at = _scheduled(world, facts, published=False)
    if flag(facts.get("is_published", "false"), "is_published") and not post.published:
        post.published = True
        post_event(world, post, "add")
    return {"success": True}


def remove_post(world: World, post: FbPost) -> None:
    post.deleted = True
    for comment in world.graph.subtree(post.id):
        comment.deleted = True
    post_event(world, post, "remove")


def show_post(world: World, post: FbPost, call: Call) -> Json:
    return post_json(world, post, parse_fields(call.param("fields")))


def show_photo(world: World, photo: Photo, call: Call) -> Json:
    return photo_json(world, photo, parse_fields(call.param("fields")))

"""Timelines, mentions, lookups, people."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from bot.sandbox.ids import first_id_at
from bot.sandbox.wire import Answer, Call, Json
from bot.sandbox.world import World
from bot.sandbox.x.auth import Caller, as_user, need_scopes
from bot.sandbox.x.errors import invalid, missing, not_found
from bot.sandbox.x.limits import charge
from bot.sandbox.x.pages import page_of
from bot.sandbox.x.present import media_json, page_json, user_json
from bot.sandbox.x.state import Person, XPost
from bot.sandbox.x.words import Words

POST_READ_USD = 0.005
TIMELINE_REACH, MENTIONS_REACH = 3200, 800


def timeline(world: World, call: Call, caller: Caller) -> Answer:
    """Posts of one account, newest first."""
    need_scopes(caller, "tweet.read", "users.read")
    person = _person(world, call.path["id"], caller)
    posts = world.x.standing(lambda post: post.author_id == person.id)
    if "replies" in call.param("exclude").split(","):
        posts = [post for post in posts if not post.parent_id]
    return post_page(world, call, visible(world, posts)[:TIMELINE_REACH], least=5, default=10)


def mentions(world: World, call: Call, caller: Caller) -> Answer:
    """Posts that name the account; the newest 800 and no more."""
    need_scopes(caller, "tweet.read", "users.read")
    person = _person(world, call.path["id"], caller)
    naming = world.x.standing(
        lambda post: person.id in post.mentioned and post.author_id != person.id and _public(world, post)
    )
    posts = visible(world, naming)
    return post_page(world, call, posts[:MENTIONS_REACH], least=5, default=10)


def quotes(world: World, call: Call, caller: Caller) -> Answer:
    need_scopes(caller, "tweet.read", "users.read")
    wanted = call.path["id"]
    if wanted not in world.x.posts:
        raise not_found("tweet", "id", wanted)
    quoting = world.x.standing(lambda post: post.quoted_id == wanted and _public(world, post))
    answer = post_page(world, call, visible(world, quoting), least=10, default=10)
    meta = {key: item for key, item in answer.body["meta"].items() if key in ("result_count", "next_token")}
    return Answer(200, {**answer.body, "meta": meta})  # this endpoint tells no newest and oldest id


def _public(world: World, post: XPost) -> bool:
    author = world.x.people[post.author_id]
    return not author.protected and not author.suspended


def visible(world: World, posts: Sequence[XPost]) -> list[XPost]:
    """What has reached the read side: with a read lag, young posts are missing."""
    edge = world.now() - timedelta(seconds=world.knobs.read_lag_s)
    return [post for post in posts if post.created_at <= edge or not world.knobs.read_lag_s]


def post_page(world: World, call: Call, posts: Sequence[XPost], *, least: int, default: int, most: int = 100) -> Answer:
    """One page of posts inside the bounds that the query gives."""
    words = Words.of(world, call)
    low, high = _bounds(call)
    inside = [post for post in posts if low < post.number < high]
    page, meta = page_of(call, inside, lambda post: post.id, least=least, most=most, default=default)
    if page:
        meta = {"newest_id": page[0].id, "oldest_id": page[-1].id, **meta}
    charge(world, POST_READ_USD * len(page))
    return Answer(200, {**page_json(world, page, words), "meta": meta})


def _bounds(call: Call) -> tuple[int, int]:
    """Ids strictly between which the posts lie."""
    low, high = 0, 2**63
    if call.param("since_id"):
        low = _ident(call, "since_id")
    if call.param("until_id"):
        high = _ident(call, "until_id")
    if call.param("start_time"):
        low = max(low, first_id_at(moment(call, "start_time")) - 1)
    if call.param("end_time"):
        high = min(high, first_id_at(moment(call, "end_time")))
    return low, high


def _ident(call: Call, name: str) -> int:
    value = call.param(name)
    if not value.isascii() or not value.isdigit() or len(value) > 19:
        raise invalid(f"The `{name}` query parameter value [{value}] is not a valid id", **{name: [value]})
    return int(value)


def moment(call: Call, name: str) -> datetime:
    """A time parameter; X takes `YYYY-MM-DDTHH:mm:ssZ`."""
    value = call.param(name)
    for shape in ("%Y-%m-%dT%H:%M:%SZ", "%Y-%m-%dT%H:%M:%S.%fZ"):
        try:
            return datetime.strptime(value, shape).replace(tzinfo=UTC)
        except ValueError:
            continue
    raise invalid(f"The `{name}` query parameter value [{value}] is not a valid time", **{name: [value]})


def tweets(world: World, call: Call, caller: Caller) -> Answer:
    """Lookup by ids: each version under its own id; what is gone stands in `errors`."""
    need_scopes(caller, "tweet.read", "users.read")
    idents = [ident for ident in call.param("ids").split(",") if ident]
    if not 1 <= len(idents) <= 100 or not all(ident.isdigit() for ident in idents):
        raise invalid("The `ids` query parameter needs 1 to 100 ids", ids=idents[:3])
    words = Words.of(world, call)
    found = [world.x.posts[ident] for ident in idents if _readable(world, ident)]
    lost = [missing("tweet", "ids", ident) for ident in idents if not _readable(world, ident)]
    body = page_json(world, found, words)
    errors = lost + body.pop("errors", [])
    charge(world, POST_READ_USD * len(found))
    return Answer(200, {**body, "errors": errors} if errors else body)


def tweet(world: World, call: Call, caller: Caller) -> Answer:
    """One post; what is gone is an error beside a 200, as X answers."""
    need_scopes(caller, "tweet.read", "users.read")
    ident = call.path["id"]
    if not _readable(world, ident):
        return Answer(200, {"errors": [missing("tweet", "id", ident)]})
    body = page_json(world, [world.x.posts[ident]], Words.of(world, call))
    charge(world, POST_READ_USD)
    return Answer(200, {**body, "data": body["data"][0]})


def _readable(world: World, ident: str) -> bool:
    post = world.x.posts.get(ident)
    return post is not None and not post.deleted and _public(world, post)


def me(world: World, call: Call, caller: Caller) -> Answer:
    person = as_user(caller, "tweet.read", "users.read")
    return Answer(200, {"data": user_json(world, person, Words.of(world, call))})


def user(world: World, call: Call, caller: Caller) -> Answer:
    """By id or by handle."""
    need_scopes(caller, "tweet.read", "users.read")
    if "username" in call.path:
        handle = call.path["username"]
        return _one(world, call, world.x.by_handle(handle), "username", handle)
    return _one(world, call, world.x.people.get(call.path["id"]), "id", call.path["id"])


def _one(world: World, call: Call, person: Person | None, parameter: str, value: str) -> Answer:
    words = Words.of(world, call)
    if person is None or person.suspended:
        lost = missing("user", parameter, value, suspended=person is not None)
        return Answer(200, {"errors": [lost]})
    return Answer(200, {"data": user_json(world, person, words)})


def users(world: World, call: Call, caller: Caller) -> Answer:
    """Up to 100 people by `usernames` or `ids`; the missing ones in `errors`."""
    need_scopes(caller, "tweet.read", "users.read")
    words = Words.of(world, call)
    name = "usernames" if call.param("usernames") else "ids"
    asked = [value for value in call.param(name).split(",") if value]
    if not 1 <= len(asked) <= 100:
        raise invalid(f"The `{name}` query parameter needs 1 to 100 values", **{name: asked[:3]})
    find = world.x.by_handle if name == "usernames" else world.x.people.get
    people = {value: find(value) for value in asked}
    data = [user_json(world, who, words) for who in people.values() if who and not who.suspended]
    errors = [
        missing("user", name, value, suspended=who is not None)
        for value, who in people.items()
        if who is None or who.suspended
    ]
    return Answer(200, _filled({"data": data, "errors": errors}))


def media(world: World, call: Call, caller: Caller) -> Answer:
    """One medium by its key, to read alt text back before the post exists."""
    need_scopes(caller, "tweet.read")
    key = call.path["media_key"]
    found = next((item for item in world.x.media.values() if item.key == key), None)
    if found is None:
        raise not_found("media", "media_key", key)
    return Answer(200, {"data": media_json(world, found, Words.of(world, call))})


def _filled(body: Json) -> Json:
    return {key: value for key, value in body.items() if value}


def _person(world: World, ident: str, caller: Caller) -> Person:
    person = world.x.people.get(ident)
    if person is None or person.suspended:
        raise not_found("user", "id", ident)
    if person.protected and person is not caller.person:
        raise not_found("user", "id", ident)
    return person

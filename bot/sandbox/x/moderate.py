"""Hide, mute, block, and the lists that prove them."""

from __future__ import annotations

from bot.sandbox.wire import Answer, Call, Json
from bot.sandbox.world import World
from bot.sandbox.x.auth import Caller, as_user
from bot.sandbox.x.errors import forbidden, invalid, not_enrolled, not_found
from bot.sandbox.x.events import related
from bot.sandbox.x.pages import page_of
from bot.sandbox.x.present import user_json
from bot.sandbox.x.state import Person
from bot.sandbox.x.words import Words


def hide(world: World, call: Call, caller: Caller) -> Answer:
    """Only replies, and only in conversations that the caller started."""
    me = as_user(caller, "tweet.read", "users.read", "tweet.moderate.write")
    body = call.json()
    if not isinstance(body, dict) or set(body) != {"hidden"} or not isinstance(body["hidden"], bool):
        raise invalid('The body must be {"hidden": true} or {"hidden": false}.')
    ident = call.path["tweet_id"]
    post = world.x.posts.get(ident)
    if post is None or post.deleted:
        raise not_found("tweet", "tweet_id", ident)
    root = world.x.posts.get(post.conversation_id)
    if not post.parent_id or root is None or root.author_id != me.id:
        raise forbidden("You are not permitted to perform this action.")
    for version in post.chain:
        world.x.posts[version].hidden = body["hidden"]
    return Answer(200, {"data": {"hidden": body["hidden"]}})


def mute(world: World, call: Call, caller: Caller) -> Answer:
    me = _myself(call, as_user(caller, "mute.write", "users.read"))
    target = _target(world, call)
    _add(world.x.muting, me, target)
    related(world, "mute.mute", me, target)
    return Answer(200, {"data": {"muting": True}})


def unmute(world: World, call: Call, caller: Caller) -> Answer:
    me = _myself(call, as_user(caller, "mute.write", "users.read"))
    _remove(world.x.muting, me, call.path["target"])
    return Answer(200, {"data": {"muting": False}})


def block(world: World, call: Call, caller: Caller) -> Answer:
    """Enterprise only: other plans hear that they are not enrolled."""
    me = _may_block(call, as_user(caller, "block.write", "users.read"))
    target = _target(world, call)
    _add(world.x.blocking, me, target)
    related(world, "block.block", me, target)
    return Answer(200, {"data": {"blocking": True}})


def unblock(world: World, call: Call, caller: Caller) -> Answer:
    me = _may_block(call, as_user(caller, "block.write", "users.read"))
    _remove(world.x.blocking, me, call.path["target"])
    return Answer(200, {"data": {"blocking": False}})


def blocking(world: World, call: Call, caller: Caller) -> Answer:
    """The block list is open to every plan."""
    return _people(world, call, _myself(call, as_user(caller, "block.read", "users.read")), world.x.blocking)


def muting(world: World, call: Call, caller: Caller) -> Answer:
    return _people(world, call, _myself(call, as_user(caller, "mute.read", "users.read")), world.x.muting)


def _people(world: World, call: Call, me: Person, lists: dict[str, list[str]]) -> Answer:
    words = Words.of(world, call)
    listed = [world.x.people[ident] for ident in reversed(lists.get(me.id, []))]
    page, meta = page_of(call, listed, lambda person: person.id, least=1, most=1000, default=100)
    body: Json = {"data": [user_json(world, person, words) for person in page]} if page else {}
    return Answer(200, {**body, "meta": meta})


def _myself(call: Call, me: Person) -> Person:
    if call.path["id"] != me.id:
        raise forbidden("The `id` in the path must be the authenticated user.")
    return me


def _may_block(call: Call, me: Person) -> Person:
    if me.account is None or not me.account.block_by_api:
        raise not_enrolled()
    return _myself(call, me)


def _target(world: World, call: Call) -> Person:
    body = call.json()
    wanted = body.get("target_user_id") if isinstance(body, dict) else None
    if not isinstance(wanted, str) or set(body) != {"target_user_id"}:
        raise invalid("target_user_id is required, and nothing else is allowed.")
    person = world.x.people.get(wanted)
    if person is None:
        raise not_found("user", "target_user_id", wanted)
    return person


def _add(lists: dict[str, list[str]], me: Person, target: Person) -> None:
    listed = lists.setdefault(me.id, [])
    if target.id not in listed:
        listed.append(target.id)


def _remove(lists: dict[str, list[str]], me: Person, target_id: str) -> None:
    lists[me.id] = [ident for ident in lists.get(me.id, []) if ident != target_id]

"""What practice X tells its subscribers; private and public events of the Activity API."""

from __future__ import annotations

from bot.sandbox.ids import x_time
from bot.sandbox.wire import Json
from bot.sandbox.world import World
from bot.sandbox.x.state import Person, XPost
from bot.sandbox.x.text import escape

PRIVATE = frozenset(
    [
        "post.reply.create",
        "post.mention.create",
        "post.quote.create",
        "post.repost.create",
        "like.create",
        "mute.mute",
        "mute.unmute",
        "block.block",
        "block.unblock",
    ]
)
PUBLIC = frozenset(
    [
        "post.create",
        "post.delete",
        "profile.update.bio",
        "profile.update.profile_picture",
        "profile.update.banner_picture",
        "profile.update.screenname",
        "profile.update.geo",
        "profile.update.url",
        "profile.update.verified_badge",
        "profile.update.affiliate_badge",
        "profile.update.handle",
        "follow.follow",
        "follow.unfollow",
    ]
)


def created(world: World, post: XPost) -> None:
    """The events of one new post: for its author, and for those it answers, names or quotes."""
    author = world.x.people[post.author_id]
    _tell(world, "post.create", author.id, post)
    if author.protected:
        return
    parent, quoted = world.x.posts.get(post.parent_id), world.x.posts.get(post.quoted_id)
    if parent and parent.author_id != author.id:
        _tell(world, "post.reply.create", parent.author_id, post)
    if quoted and quoted.author_id != author.id:
        _tell(world, "post.quote.create", quoted.author_id, post)
    carried = {parent.author_id} if parent else set()
    for user_id in sorted(post.mentioned - carried - {author.id}):
        _tell(world, "post.mention.create", user_id, post)


def deleted(world: World, post: XPost) -> None:
    _emit(world, "post.delete", post.author_id, {"id": post.id, "author_id": post.author_id}, [])


def related(world: World, event_type: str, me: Person, target: Person) -> None:
    """A mute or a block."""
    _emit(world, event_type, me.id, {"source": {"id": me.id}, "target": _user(target)}, [])


def renamed(world: World, person: Person) -> None:
    """A handle has changed; the id has not."""
    _emit(world, "profile.update.handle", person.id, {"new_value": person.handle}, [_user(person)])


def _tell(world: World, event_type: str, user_id: str, post: XPost) -> None:
    author = world.x.people[post.author_id]
    payload: Json = {
        "id": post.id,
        "text": escape(post.text),
        "author_id": post.author_id,
        "created_at": x_time(post.created_at),
        "conversation_id": post.conversation_id,
        "edit_history_tweet_ids": list(post.chain),
        "lang": post.lang,
    }
    if post.parent_id:
        payload["in_reply_to_tweet_id"] = post.parent_id
        payload["referenced_tweets"] = [{"type": "replied_to", "id": post.parent_id}]
    _emit(world, event_type, user_id, payload, [_user(author)])


def _emit(world: World, event_type: str, user_id: str, payload: Json, users: list[Json]) -> None:
    person = world.x.people.get(user_id)
    if person is None or person.account is None:
        return
    event: Json = {
        "event_uuid": str(world.rng.getrandbits(63) - 2**62),
        "event_type": event_type,
        "filter": {"user_id": user_id},
        "payload": payload,
        "includes": {"users": users},
    }
    world.x.history.append((world.now(), event))
    del world.x.history[:-5000]
    world.announce("x", event)


def _user(person: Person) -> Json:
    return {"id": person.id, "name": person.name, "username": person.handle}

"""How X shows posts, people and media: requested fields, expansions, what is missing."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from bot.sandbox.ids import x_time
from bot.sandbox.wire import Json
from bot.sandbox.world import World
from bot.sandbox.x.create import PLAIN_LIMIT, edit_controls
from bot.sandbox.x.errors import missing
from bot.sandbox.x.length import weighted_length
from bot.sandbox.x.state import Medium, Person, XPost
from bot.sandbox.x.text import entities, escape
from bot.sandbox.x.words import Words


def post_json(world: World, post: XPost, words: Words) -> Json:
    """One post with the fields asked for; id, text and the edit history always."""
    wanted = {"id", "text", "edit_history_post_ids"} | words.fields
    wanted |= {word.partition(".")[0] for word in words.expansions}
    readers = _readers(world, post)
    shown = {key: read() for key, read in readers.items() if key in wanted}
    return words.say({key: value for key, value in shown.items() if value is not None})


def _readers(world: World, post: XPost) -> dict[str, Callable[[], Any]]:
    """Every field that practice X knows; None stands for a field that is missing."""
    state = world.x
    parent = state.posts.get(post.parent_id)
    text, is_cut = _cut(post.text)
    return {
        "id": lambda: post.id,
        "text": lambda: escape(text),
        "edit_history_post_ids": lambda: list(post.chain),
        "author_id": lambda: post.author_id,
        "conversation_id": lambda: post.conversation_id,
        "created_at": lambda: x_time(post.created_at),
        "lang": lambda: post.lang,
        "reply_settings": lambda: post.reply_settings,
        "possibly_sensitive": lambda: False,
        "edit_controls": lambda: edit_controls(world, post),
        "entities": lambda: entities(state, escape(text), post.links) or None,
        "attachments": lambda: {"media_keys": list(post.media_keys)} if post.media_keys else None,
        "in_reply_to_user_id": lambda: parent.author_id if parent else None,
        "referenced_posts": lambda: _references(post) or None,
        "note_post": lambda: {"text": escape(post.text)} if is_cut else None,
        "public_metrics": lambda: _metrics(world, post),
    }


def _metrics(world: World, post: XPost) -> Json:
    others = [other for other in world.x.posts.values() if not other.deleted]
    return {
        "repost_count": 0,
        "reply_count": sum(1 for other in others if other.parent_id == post.id),
        "like_count": 0,
        "quote_count": sum(1 for other in others if other.quoted_id == post.id),
        "bookmark_count": 0,
        "impression_count": 0,
    }


def _references(post: XPost) -> list[Json]:
    replied = [{"type": "replied_to", "id": post.parent_id}] if post.parent_id else []
    return replied + ([{"type": "quoted", "id": post.quoted_id}] if post.quoted_id else [])


def _cut(text: str) -> tuple[str, bool]:
    """A long post's short text, and whether anything was cut."""
    if len(text) <= PLAIN_LIMIT // 2 or weighted_length(text) <= PLAIN_LIMIT:
        return text, False
    return text[: PLAIN_LIMIT // 2 - 1] + "…", True


def user_json(world: World, person: Person, words: Words) -> Json:
    since = person.created_at or world.now().replace(year=2019, month=4, day=1, hour=0, minute=0, second=0)
    facts: Json = {
        "id": person.id,
        "name": person.name,
        "username": person.handle,
        "created_at": x_time(since),
        "description": "",
        "verified": person.account is not None,
        "verified_type": "government" if person.account else "none",
        "protected": person.protected,
        "parody": person.parody,
        "profile_image_url": f"https://pbs.example/{person.id}.png",
    }
    wanted = {"id", "name", "username"} | words.user_fields
    return {key: value for key, value in facts.items() if key in wanted}


def media_json(world: World, medium: Medium, words: Words) -> Json:
    kind = {"tweet_image": "photo", "tweet_gif": "animated_gif"}.get(medium.category, "video")
    facts: Json = {
        "media_key": medium.key,
        "type": kind,
        "url": f"https://pbs.example/media/{medium.id}",
        "width": 1200,
        "height": 675,
    }
    if medium.alt_text:
        facts["alt_text"] = medium.alt_text
    return {key: value for key, value in facts.items() if key in {"media_key", "type"} | words.media_fields}


def page_json(world: World, posts: Sequence[XPost], words: Words) -> Json:
    """`data`, `includes` and partial `errors`; each is missing when it would be empty."""
    body: Json = {}
    if posts:
        body["data"] = [post_json(world, post, words) for post in posts]
    includes, errors = _includes(world, posts, words)
    if includes:
        body["includes"] = includes
    return {**body, "errors": errors} if errors else body


def _includes(world: World, posts: Sequence[XPost], words: Words) -> tuple[Json, list[Json]]:
    wanted, state = words.expansions, world.x
    errors: list[Json] = []
    related: list[XPost] = []
    if wanted & {"referenced_posts", "referenced_posts.id", "referenced_posts.id.author_id"}:
        idents = _unique(ident for post in posts for ident in (post.parent_id, post.quoted_id) if ident)
        related = [state.posts[ident] for ident in idents if not state.posts[ident].deleted]
        errors = [missing("tweet", "referenced_tweets.id", i) for i in idents if state.posts[i].deleted]
    people = _people(world, posts, related, wanted)
    media = _unique(key for post in posts for key in post.media_keys)
    included: Json = {"users": [user_json(world, state.people[ident], words) for ident in people]}
    included["posts"] = [post_json(world, post, words) for post in related]
    if "attachments.media_keys" in wanted:
        by_key = {item.key: item for item in state.media.values()}
        included["media"] = [media_json(world, by_key[key], words) for key in media if key in by_key]
    return words.say({key: items for key, items in included.items() if items}), errors


def _people(world: World, posts: Sequence[XPost], related: Sequence[XPost], wanted: frozenset[str]) -> list[str]:
    idents: list[str] = []
    if "author_id" in wanted:
        idents += [post.author_id for post in posts]
    if "referenced_posts.id.author_id" in wanted:
        idents += [post.author_id for post in related]
    if "in_reply_to_user_id" in wanted:
        parents = (world.x.posts.get(post.parent_id) for post in posts)
        idents += [parent.author_id for parent in parents if parent]
    if "entities.mentions.username" in wanted:
        idents += [ident for post in posts for ident in sorted(post.mentioned)]
    return _unique(idents)


def _unique(items: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(items))

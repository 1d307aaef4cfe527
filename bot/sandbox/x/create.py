"""POST /2/tweets and DELETE /2/tweets/{id}: every rule that stands between a text and a post."""

from __future__ import annotations

import unicodedata
from datetime import datetime, timedelta

from bot.sandbox.wire import Answer, Call, Json
from bot.sandbox.world import World
from bot.sandbox.x.auth import Caller, as_user
from bot.sandbox.x.body import checked_create
from bot.sandbox.x.errors import forbidden, invalid, not_found
from bot.sandbox.x.events import created, deleted
from bot.sandbox.x.length import has_invalid_characters, urls_in, weighted_length
from bot.sandbox.x.limits import charge
from bot.sandbox.x.media import media_for_post
from bot.sandbox.x.state import Link, Medium, Person, XPost
from bot.sandbox.x.text import CASHTAG, escape, guess_language, mentioned_ids, short_link, shorten

POST_USD, URL_POST_USD = 0.015, 0.200
PLAIN_LIMIT, LONG_LIMIT, EDITS = 280, 25_000, 5


def create(world: World, call: Call, caller: Caller) -> Answer:
    """A post, or the reason why not."""
    me = as_user(caller, "tweet.read", "tweet.write", "users.read")
    body = checked_create(call.json())
    text = str(body.get("text", ""))
    media = media_for_post(world, me, body.get("media"))
    _check_text(me, text, has_other=bool(media) or "quote_tweet_id" in body or "poll" in body)
    parent, quoted = _parent(world, me, body), _quoted(world, me, body)
    previous = _previous(world, me, body)
    _refuse_duplicate(world, me, text, parent)
    post = add_post(world, me, text, at=world.now(), parent=parent, quoted=quoted, media=media, previous=previous)
    post.reply_settings, post.poll = body.get("reply_settings", "everyone"), "poll" in body
    handle = me.handle
    world.x.creates[handle] = world.x.creates.get(handle, 0) + 1
    charge(world, URL_POST_USD if urls_in(text) else POST_USD)
    return Answer(201, {"data": _receipt(world, post)})


def _receipt(world: World, post: XPost) -> Json:
    key = "edit_history_post_ids" if world.knobs.dialect == "post" else "edit_history_tweet_ids"
    return {"id": post.id, "text": escape(post.text), key: list(post.chain)}


def _check_text(me: Person, text: str, *, has_other: bool) -> None:
    if not text.strip() and not has_other:
        raise invalid("You must provide text when no media, poll or quote is given.", text=[text])
    if has_invalid_characters(text):
        raise invalid("Your text has characters that are not allowed.", text=[text])
    account = me.account
    limit = LONG_LIMIT if account and account.long_posts else PLAIN_LIMIT
    if weighted_length(text) > limit:
        raise invalid(f"Your Tweet text is too long. It may weigh {limit}.", text=[text])
    if account and account.self_serve and len(CASHTAG.findall(text)) > 1:
        raise forbidden("Posts may carry one cashtag at most.")


def _parent(world: World, me: Person, body: Json) -> XPost | None:
    if "reply" not in body:
        return None
    wanted = str(body["reply"]["in_reply_to_tweet_id"])
    parent = world.x.posts.get(wanted)
    if parent is None or parent.deleted:
        raise forbidden("You attempted to reply to a Tweet that is deleted or not visible to you.")
    if me.account and me.account.self_serve and not _summoned(parent, me, world):
        raise forbidden(
            "Reply to this conversation is not allowed because you have not been mentioned or otherwise "
            "engaged by the author of the post you are replying to."
        )
    return parent


def _summoned(parent: XPost, me: Person, world: World) -> bool:
    quoted = world.x.posts.get(parent.quoted_id)
    return me.id in parent.mentioned or (quoted is not None and quoted.author_id == me.id)


def _quoted(world: World, me: Person, body: Json) -> XPost | None:
    if "quote_tweet_id" not in body:
        return None
    if me.account and me.account.self_serve:
        raise forbidden("Quoting posts through the API is not available on your plan.")
    if "media" in body or "poll" in body:
        raise invalid("A quote cannot carry media or a poll.", quote_tweet_id=[str(body["quote_tweet_id"])])
    quoted = world.x.posts.get(str(body["quote_tweet_id"]))
    if quoted is None or quoted.deleted:
        raise forbidden("You attempted to quote a Tweet that is deleted or not visible to you.")
    return quoted


def _previous(world: World, me: Person, body: Json) -> XPost | None:
    """The version that an edit replaces; an edit is a create with a new id."""
    if "edit_options" not in body:
        return None
    post = world.x.posts.get(str(body["edit_options"]["previous_post_id"]))
    if post is None or post.deleted or post.author_id != me.id:
        raise forbidden("You are not allowed to edit this Tweet.")
    if world.x.newest(post) is not post or not edit_controls(world, post)["is_edit_eligible"]:
        raise forbidden("This Tweet can no longer be edited.")
    return post


def edit_controls(world: World, post: XPost) -> Json:
    first = world.x.posts[post.chain[0]]
    until = first.created_at + timedelta(seconds=world.knobs.edit_window_s)
    left = EDITS - (len(post.chain) - 1)
    eligible = left > 0 and not post.parent_id and not post.poll and world.now() <= until
    return {
        "is_edit_eligible": eligible,
        "edits_remaining": max(0, left),
        "editable_until": until.strftime("%Y-%m-%dT%H:%M:%S.000Z"),
    }


def _refuse_duplicate(world: World, me: Person, text: str, parent: XPost | None) -> None:
    """Same account, same words, also when the twin was deleted. The twin's id is not told."""
    words = f"{parent.id if parent else ''}|{' '.join(unicodedata.normalize('NFC', text).split())}"
    now, before = world.now(), world.x.sent.get((me.id, words))
    recent = before is not None and abs((now - before).total_seconds()) < world.knobs.duplicate_window_s
    if text.strip() and recent:
        word = world.knobs.duplicate_word
        raise forbidden(f"You are not allowed to create a {word} with duplicate content.")
    world.x.sent[(me.id, words)] = now


def add_post(
    world: World,
    author: Person,
    text: str,
    *,
    at: datetime,
    parent: XPost | None = None,
    quoted: XPost | None = None,
    media: tuple[Medium, ...] = (),
    previous: XPost | None = None,
    source: str = "api",
) -> XPost:
    """Put a post into the world and tell the subscribers."""
    ident = world.x.ids.mint(at)
    shown, links = _shown(author, ident, text, media, quoted)
    first = previous or parent
    chain = previous.chain if previous else []
    chain.append(ident)
    post = XPost(
        ident,
        author.id,
        text,
        shown,
        links,
        at,
        conversation_id=first.conversation_id if first else ident,
        parent_id=parent.id if parent else previous.parent_id if previous else "",
        quoted_id=quoted.id if quoted else previous.quoted_id if previous else "",
        media_keys=tuple(item.key for item in media) or (previous.media_keys if previous else ()),
        mentioned=mentioned_ids(world.x, text),
        lang=guess_language(text),
        chain=chain,
        source=source,
    )
    world.x.posts[ident] = post
    for item in media:
        item.used = True
    created(world, post)
    return post


def _shown(
    author: Person, ident: str, text: str, media: tuple[Medium, ...], quoted: XPost | None
) -> tuple[str, tuple[Link, ...]]:
    """The text with short links; attached media and a quoted post add one of their own at the end."""
    shown, links = shorten(text, ident)
    if media:
        links = (*links, _media_link(author, ident, len(links), media[0]))
        shown = f"{shown} {links[-1].short}".strip()
    if quoted:
        links = (*links, Link(f"https://x.com/i/status/{quoted.id}", short_link(ident, len(links))))
        shown = f"{shown} {links[-1].short}".strip()
    return shown, links


def _media_link(author: Person, ident: str, index: int, medium: Medium) -> Link:
    kind = "photo" if medium.category == "tweet_image" else "video"
    written = f"https://x.com/{author.handle}/status/{ident}/{kind}/1"
    return Link(written, short_link(ident, index), medium.key)


def delete(world: World, call: Call, caller: Caller) -> Answer:
    """Deleting any version deletes the chain; only one's own."""
    me = as_user(caller, "tweet.read", "tweet.write", "users.read")
    ident = call.path["id"]
    post = world.x.posts.get(ident)
    if post is None or post.deleted:
        raise not_found("tweet", "id", ident)
    if post.author_id != me.id:
        raise forbidden("You are not authorized to delete this Tweet.")
    remove_post(world, post)
    return Answer(200, {"data": {"deleted": True}})


def remove_post(world: World, post: XPost) -> None:
    for ident in post.chain:
        world.x.posts[ident].deleted = True
    deleted(world, post)

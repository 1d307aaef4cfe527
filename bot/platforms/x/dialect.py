"""X speaks two dialects at once: ``tweet`` words and ``post`` words. Both are read; the sent one is a setting."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from bot.domain.normal_form import ShownUrl, unfold_x, x_form
from bot.domain.ports import SeenPost, SeenReply
from bot.platforms.times import instant, minted_at

Raw = Mapping[str, Any]


class Dialect(StrEnum):
    """Which words are sent; answers are understood in either."""

    TWEET = "tweet"
    POST = "post"


_FIELDS: Final = "id,text,created_at,conversation_id,lang,entities,attachments,edit_controls"
_USER_FIELDS: Final = "id,name,username,verified,verified_type,protected,parody"
_ASK: Final[dict[Dialect, dict[str, str]]] = {
    Dialect.TWEET: {
        "tweet.fields": f"{_FIELDS},author_id,in_reply_to_user_id,referenced_tweets,edit_history_tweet_ids,note_tweet",
        "expansions": "author_id,attachments.media_keys",
    },
    Dialect.POST: {
        "post.fields": f"{_FIELDS},note_post",
        "expansions": "author_id,in_reply_to_user_id,referenced_posts,edit_history_post_ids,attachments.media_keys",
    },
}


def asked(dialect: Dialect) -> dict[str, str]:
    """Query parameters that ask for everything we read of a post and its author."""
    return {**_ASK[dialect], "user.fields": _USER_FIELDS, "media.fields": "media_key,type,url,alt_text"}


def rows(page: Raw) -> list[Raw]:
    """``data`` of a list answer; it is missing when empty."""
    return _objects(page.get("data"))


def included(page: Raw, kind: str, key: str) -> dict[str, Raw]:
    """Objects beside the data, by id, e.g. ``included(page, "users", "id")``."""
    includes = page.get("includes")
    found = includes.get(kind) if isinstance(includes, dict) else None
    return {str(each.get(key)): each for each in _objects(found)}


def references(post: Raw) -> dict[str, str]:
    """What the post refers to, e.g. ``{"replied_to": "19…"}``, in either dialect."""
    refs = _objects(post.get("referenced_posts") or post.get("referenced_tweets"))
    found = {str(ref.get("type")): str(ref.get("id")) for ref in refs}
    parent = post.get("in_reply_to_tweet_id") or post.get("in_reply_to_post_id")
    return {"replied_to": str(parent), **found} if parent else found


def versions(post: Raw) -> tuple[str, ...]:
    """Ids of every version of an edited post; the live service once sent an empty one."""
    ids = post.get("edit_history_post_ids") or post.get("edit_history_tweet_ids")
    return tuple(str(each) for each in ids if each) if isinstance(ids, list) else ()


def own_post(post: Raw, handle: str) -> SeenPost:
    """One of our posts, its text in normal form."""
    text, urls = _full_text(post)
    post_id = str(post.get("id", ""))
    return SeenPost(
        platform_id=post_id,
        text=x_form(text, urls),
        created_at=_created(post),
        permalink=permalink(handle, post_id),
        media=len(_media_keys(post)),
        versions=versions(post),
    )


def reply(post: Raw, users: Mapping[str, Raw], media: Mapping[str, Raw]) -> SeenReply:
    """Somebody else's post, as its author wrote it: unescaped, whole, links expanded."""
    text, urls = _full_text(post)
    author = users.get(str(post.get("author_id", "")), {})
    refs = references(post)
    kind = "quote" if "quoted" in refs else "reply" if "replied_to" in refs else "mention"
    return SeenReply(
        platform_id=str(post.get("id", "")),
        conversation_id=str(post.get("conversation_id") or post.get("id", "")),
        parent_id=refs.get("quoted" if kind == "quote" else "replied_to", ""),
        text=unfold_x(text, urls),
        created_at=_created(post),
        author_id=str(post.get("author_id", "")),
        author_handle=str(author.get("username", "")),
        author_name=str(author.get("name", "")),
        kind=kind,
        lang=str(post.get("lang", "")),
        attachments=tuple(_attachments(post, media)),
    )


def permalink(handle: str, post_id: str) -> str:
    return f"https://x.com/{handle}/status/{post_id}"


def _full_text(post: Raw) -> tuple[str, list[ShownUrl]]:
    """A long post is cut in ``text``; the whole of it is in the note."""
    note = post.get("note_post") or post.get("note_tweet")
    whole = note if isinstance(note, dict) and note.get("text") else post
    urls = [*_urls(whole), *(_urls(post) if whole is not post else ())]
    return str(whole.get("text", "")), urls


def _urls(part: Raw) -> Iterable[ShownUrl]:
    entities = part.get("entities")
    found = entities.get("urls") if isinstance(entities, dict) else None
    for each in _objects(found):
        if each.get("url"):
            short = str(each["url"])
            yield ShownUrl(short, str(each.get("expanded_url") or short), _is_media(each))


def _is_media(url: Raw) -> bool:
    """X appends a link to each attached picture or film."""
    target = str(url.get("expanded_url", ""))
    on_x = target.startswith(("https://x.com/", "https://twitter.com/"))
    return bool(url.get("media_key")) or (on_x and ("/photo/" in target or "/video/" in target))


def _media_keys(post: Raw) -> list[str]:
    attachments = post.get("attachments")
    keys = attachments.get("media_keys") if isinstance(attachments, dict) else None
    return [str(key) for key in keys] if isinstance(keys, list) else []


def _attachments(post: Raw, media: Mapping[str, Raw]) -> Iterable[str]:
    """``type:url`` per attached medium, the key where X gives no address."""
    for key in _media_keys(post):
        seen = media.get(key, {})
        yield f"{seen.get('type', 'media')}:{seen.get('url') or seen.get('preview_image_url') or key}"


def _created(post: Raw) -> datetime:
    return instant(post["created_at"]) if post.get("created_at") else minted_at(str(post.get("id", "")))


def _objects(value: object) -> list[Raw]:
    """The objects of a list; whatever else stands there is left out."""
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []

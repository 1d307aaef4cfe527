"""Graph's objects as our values, and the fields that are asked for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from bot.domain.normal_form import normal_form, with_link
from bot.domain.ports import SeenPost, SeenReply
from bot.platforms.times import instant

Raw = Mapping[str, Any]

POST_FIELDS: Final = (
    "id,message,created_time,is_published,permalink_url,status_type,admin_creator,"
    "attachments{media_type,type,url,unshimmed_url,target{id},subattachments}"
)
COMMENT_FIELDS: Final = (
    "id,message,created_time,from{id,name},parent{id},object{id},attachment,is_hidden,is_private,can_hide,can_remove,"
    "comment_count,permalink_url"
)


def rows(page: Raw) -> list[Raw]:
    data = page.get("data")
    return [each for each in data if isinstance(each, dict)] if isinstance(data, list) else []


def next_cursor(page: Raw) -> str:
    """The cursor of the next page; empty at the end."""
    paging = page.get("paging")
    if not isinstance(paging, dict) or not paging.get("next"):
        return ""
    cursors = paging.get("cursors")
    return str(cursors.get("after") or "") if isinstance(cursors, dict) else ""


def own_post(post: Raw) -> SeenPost:
    """One of our posts; a shared link counts as its last word, as in ``normal_form.sent_form``."""
    attachments = _attachments(post.get("attachments"))
    link = next((_link(each) for each in attachments if each.get("type") == "share"), "")
    return SeenPost(
        platform_id=str(post.get("id", "")),
        text=normal_form(with_link(str(post.get("message") or ""), link)),
        created_at=instant(post.get("created_time")),
        permalink=str(post.get("permalink_url") or permalink(str(post.get("id", "")))),
        media=sum(1 for each in attachments if each.get("media_type") in {"photo", "video"}),
    )


def comment(raw: Raw, post_id: str = "") -> SeenReply:
    """A visitor's comment. Without ``from`` (privacy) the author stays empty, which is normal."""
    author = _object(raw.get("from"))
    conversation = post_id or str(_object(raw.get("object")).get("id", ""))
    return SeenReply(
        platform_id=str(raw.get("id", "")),
        conversation_id=conversation,
        parent_id=str(_object(raw.get("parent")).get("id") or conversation),
        text=str(raw.get("message") or ""),
        created_at=instant(raw.get("created_time")),
        author_id=str(author.get("id", "")),
        author_name=str(author.get("name", "")),
        kind="comment",
        hidden=raw.get("is_hidden") if isinstance(raw.get("is_hidden"), bool) else None,
        attachments=tuple(_attached(_object(raw.get("attachment")))),
    )


def permalink(post_id: str) -> str:
    return f"https://www.facebook.com/{post_id}"


def _attachments(field: object) -> list[Raw]:
    """Attachments with the pictures of an album in its place."""
    found: list[Raw] = []
    for each in rows(_object(field)):
        inner = rows(_object(each.get("subattachments")))
        found += inner or [each]
    return found


def _attached(attachment: Raw) -> Iterable[str]:
    """``type:url`` of a comment's photo, sticker or GIF."""
    if attachment:
        image = _object(_object(attachment.get("media")).get("image"))
        yield f"{attachment.get('type', 'media')}:{attachment.get('url') or image.get('src') or ''}"


def _link(attachment: Raw) -> str:
    """Facebook's own address wraps the real one."""
    return str(attachment.get("unshimmed_url") or attachment.get("url") or "")


def _object(value: object) -> Raw:
    return value if isinstance(value, dict) else {}

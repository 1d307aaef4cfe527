"""How Graph shows Pages, posts, photos and comments."""

from __future__ import annotations

from bot.sandbox.graph.fields import Field, select
from bot.sandbox.graph.state import Comment, FbPost, Page, Photo
from bot.sandbox.ids import graph_time
from bot.sandbox.wire import Json
from bot.sandbox.world import World


def page_json(page: Page, wanted: list[Field]) -> Json:
    seed = page.seed
    readers = {
        "id": lambda: seed.page_id,
        "name": lambda: seed.name,
        "username": lambda: seed.handle,
        "link": lambda: f"https://www.facebook.com/{seed.handle}",
        "is_published": lambda: True,
        "verification_status": lambda: "blue_verified",
        "fan_count": lambda: 1200,
        "followers_count": lambda: 1500,
        "category": lambda: "Government organization",
        "access_token": lambda: seed.page_token,
        "tasks": lambda: ["CREATE_CONTENT", "MODERATE", "MANAGE"],
    }
    return select("Page", readers, wanted, "id,name")


def post_json(world: World, post: FbPost, wanted: list[Field]) -> Json:
    page = world.graph.pages[post.page_id]
    created = post.scheduled_at if post.scheduled_at and is_public(world, post) else post.created_at
    readers = {
        "id": lambda: post.id,
        "message": lambda: post.message or None,
        "created_time": lambda: graph_time(created or post.created_at),
        "updated_time": lambda: graph_time(created or post.created_at),
        "is_published": lambda: is_public(world, post),
        "is_hidden": lambda: False,
        "scheduled_publish_time": lambda: int(post.scheduled_at.timestamp()) if post.scheduled_at else None,
        "permalink_url": lambda: f"https://www.facebook.com/{page.seed.handle}/posts/{post.id.partition('_')[2]}",
        "from": lambda: {"id": page.id, "name": page.seed.name},
        "status_type": lambda: post.status_type,
        "admin_creator": lambda: {"id": world.app.app_id, "name": "kouhou"} if post.source == "api" else None,
        "attachments": lambda: _attachments(world, post),
        "comments": lambda: {"data": [comment_json(world, item, []) for item in world.graph.children(post.id)]},
    }
    return select("Post", readers, wanted, "created_time,message,id")


def is_public(world: World, post: FbPost) -> bool:
    """Published, or scheduled by Facebook for a moment that has passed."""
    return post.published or (post.scheduled_at is not None and post.scheduled_at <= world.now())


def _attachments(world: World, post: FbPost) -> Json | None:
    photos = [world.graph.photos[ident] for ident in post.photo_ids]
    items = [{"media_type": "photo", "type": "photo", "target": {"id": photo.id}} for photo in photos]
    if len(items) > 1:
        return {"data": [{"media_type": "album", "type": "album", "subattachments": {"data": items}}]}
    if items:
        return {"data": items}
    if post.link:
        return {"data": [{"media_type": "link", "type": "share", "url": post.link, "unshimmed_url": post.link}]}
    return None


def photo_json(world: World, photo: Photo, wanted: list[Field]) -> Json:
    page = world.graph.pages[photo.page_id]
    readers = {
        "id": lambda: photo.id,
        "name": lambda: photo.message or None,
        "created_time": lambda: graph_time(photo.created_at),
        "alt_text": lambda: photo.alt_text or "May be an image of text",
        "alt_text_custom": lambda: photo.alt_text or None,
        "from": lambda: {"id": page.id, "name": page.seed.name},
        "link": lambda: f"https://www.facebook.com/photo.php?fbid={photo.id}",
        "images": lambda: [{"width": 1200, "height": 675, "source": f"https://fbcdn.example/{photo.id}.png"}],
        "page_story_id": lambda: photo.post_id or None,
    }
    return select("Photo", readers, wanted, "created_time,name,id")


def comment_json(world: World, comment: Comment, wanted: list[Field]) -> Json:
    own = comment.author_id in world.graph.pages
    number = comment.id.partition("_")[2]
    readers = {
        "id": lambda: comment.id,
        "message": lambda: comment.message,
        "created_time": lambda: graph_time(comment.created_at),
        "from": lambda: None if comment.anonymous else {"id": comment.author_id, "name": comment.author_name},
        "parent": lambda: _parent(world, comment),
        "object": lambda: {"id": comment.post_id},
        "attachment": lambda: _attachment(comment),
        "is_hidden": lambda: comment.hidden,
        "is_private": lambda: False,
        "can_hide": lambda: not own,
        "can_remove": lambda: True,
        "can_comment": lambda: True,
        "can_like": lambda: True,
        "like_count": lambda: 0,
        "comment_count": lambda: len(world.graph.children(comment.id)),
        "permalink_url": lambda: f"https://www.facebook.com/{comment.post_id}?comment_id={number}",
        "message_tags": lambda: None,
        "admin_creator": lambda: {"id": world.app.app_id, "name": "kouhou"} if own else None,
        "comments": lambda: {"data": [comment_json(world, item, []) for item in world.graph.children(comment.id)]},
    }
    return select("Comment", readers, wanted, "created_time,from,message,id")


def _parent(world: World, comment: Comment) -> Json | None:
    parent = world.graph.comments.get(comment.parent_id)
    if parent is None:
        return None
    return comment_json(world, parent, [])


def _attachment(comment: Comment) -> Json | None:
    if not comment.attachment_url:
        return None
    return {"type": "photo", "url": comment.attachment_url, "media": {"image": {"src": comment.attachment_url}}}

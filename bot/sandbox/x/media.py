"""Media v2: initialize, append, finalize, status, alt text; media belongs to the uploader and expires."""

from __future__ import annotations

import base64
import binascii
from typing import Any

from bot.sandbox.wire import Answer, Call, Json
from bot.sandbox.world import World
from bot.sandbox.x.auth import Caller, as_user
from bot.sandbox.x.errors import forbidden, invalid, not_found
from bot.sandbox.x.state import Medium, Person

LARGEST = {
    "tweet_image": 5 * 2**20,
    "tweet_gif": 15 * 2**20,
    "tweet_video": 512 * 2**20,
    "amplify_video": 512 * 2**20,
}
TYPES = {
    "tweet_image": ("image/jpeg", "image/png", "image/webp", "image/bmp", "image/tiff", "image/pjpeg"),
    "tweet_gif": ("image/gif",),
    "tweet_video": ("video/mp4", "video/webm", "video/quicktime", "video/mp2t"),
    "amplify_video": ("video/mp4", "video/webm", "video/quicktime", "video/mp2t"),
}
ALT_LIMIT = 1000
_KEY_PREFIX = {"tweet_image": "3", "tweet_gif": "16", "tweet_video": "7", "amplify_video": "13"}


def initialize(world: World, call: Call, caller: Caller) -> Answer:
    me = as_user(caller, "media.write")
    body = call.json()
    if not isinstance(body, dict) or set(body) - _INIT_KEYS:
        raise invalid("The body has keys that are not allowed.")
    category = str(body.get("media_category", "tweet_image"))
    media_type, size = str(body.get("media_type", "")), body.get("total_bytes")
    if media_type not in TYPES.get(category, ()):
        raise invalid("media_type does not fit media_category", media_type=[media_type])
    if not isinstance(size, int) or not 0 < size <= LARGEST[category]:
        raise invalid("total_bytes is outside the allowed range", total_bytes=[str(size)])
    medium = _begin(world, me, category, media_type, size)
    return Answer(200, {"data": _facts(world, medium)})


_INIT_KEYS = {"media_type", "total_bytes", "media_category", "shared", "additional_owners"}


def _begin(world: World, me: Person, category: str, media_type: str, size: int) -> Medium:
    ident = world.x.ids.mint(world.now())
    medium = Medium(ident, f"{_KEY_PREFIX[category]}_{ident}", me.id, category, media_type, size, world.now())
    world.x.media[ident] = medium
    return medium


def append(world: World, call: Call, caller: Caller) -> Answer:
    medium = _own(world, as_user(caller, "media.write"), call.path["id"])
    content, index = _segment(call)
    if not 0 <= index <= 999:
        raise invalid("segment_index must lie between 0 and 999", segment_index=[str(index)])
    if medium.finalized_at:
        raise invalid("This media is already finalized.", id=[medium.id])
    medium.parts[index] = content
    return Answer(200, {"data": {"expires_at": int(medium.started_at.timestamp()) + world.knobs.media_expiry_s}})


def _segment(call: Call) -> tuple[bytes, int]:
    if "media" in call.files:
        return call.files["media"].content, _number(call.form.get("segment_index"))
    body = call.json()
    if not isinstance(body, dict):
        raise invalid("media is missing")
    try:
        return base64.b64decode(str(body.get("media", "")), validate=True), _number(body.get("segment_index"))
    except binascii.Error as exc:
        raise invalid("media is no base64") from exc


def _number(value: Any) -> int:
    try:
        return int(value)
    except (TypeError, ValueError):
        return -1


def finalize(world: World, call: Call, caller: Caller) -> Answer:
    medium = _own(world, as_user(caller, "media.write"), call.path["id"])
    if len(medium.content) != medium.total_bytes:
        raise invalid("The uploaded parts do not add up to total_bytes.", id=[medium.id])
    medium.finalized_at = medium.finalized_at or world.now()
    return Answer(200, {"data": _facts(world, medium)})


def upload(world: World, call: Call, caller: Caller) -> Answer:
    """One small picture in one call."""
    me = as_user(caller, "media.write")
    category = call.form.get("media_category", "")
    if category not in TYPES or "media" not in call.files:
        raise invalid("media and media_category are required", media_category=[category])
    sent = call.files["media"]
    if len(sent.content) > LARGEST[category]:
        raise invalid("The file is too large.", media=[sent.name])
    medium = _begin(world, me, category, sent.content_type, len(sent.content))
    medium.parts[0] = sent.content
    medium.finalized_at = world.now()
    return Answer(200, {"data": _facts(world, medium)})


def status(world: World, call: Call, caller: Caller) -> Answer:
    medium = _own(world, as_user(caller, "media.write"), call.param("media_id"))
    return Answer(200, {"data": _facts(world, medium)})


def metadata(world: World, call: Call, caller: Caller) -> Answer:
    """Alt text; at most 1000 characters."""
    me = as_user(caller, "media.write")
    body = call.json()
    if not isinstance(body, dict):
        raise invalid("Request body must be valid JSON.")
    medium = _own(world, me, str(body.get("id", "")))
    facts = body.get("metadata") or {}
    text = (facts.get("alt_text") or {}).get("text")
    if not isinstance(text, str) or len(text) > ALT_LIMIT:
        raise invalid("alt_text.text must be a string of at most 1000 characters")
    medium.alt_text = text
    return Answer(200, {"data": {"id": medium.id, "associated_metadata": {"alt_text": {"text": text}}}})


def _own(world: World, me: Person, ident: str) -> Medium:
    medium = world.x.media.get(ident)
    if medium is None or _expired(world, medium):
        raise not_found("media", "id", ident)
    if medium.owner_id != me.id:
        raise forbidden("This media belongs to another user.")
    return medium


def _expired(world: World, medium: Medium) -> bool:
    age = (world.now() - medium.started_at).total_seconds()
    return not medium.used and age > world.knobs.media_expiry_s


def _facts(world: World, medium: Medium) -> Json:
    facts: Json = {
        "id": medium.id,
        "media_key": medium.key,
        "expires_after_secs": world.knobs.media_expiry_s,
    }
    if medium.finalized_at:
        facts["size"] = medium.total_bytes
    if medium.finalized_at and medium.category != "tweet_image":
        facts["processing_info"] = _processing(world, medium)
    return facts


def _processing(world: World, medium: Medium) -> Json:
    if world.knobs.media_fails:
        medium.failed = True
    if medium.failed:
        return {"state": "failed", "progress_percent": 30}
    assert medium.finalized_at is not None
    needed = world.knobs.media_processing_s
    done = (world.now() - medium.finalized_at).total_seconds()
    if done >= needed:
        return {"state": "succeeded", "progress_percent": 100}
    share = int(100 * done / needed)
    state = "in_progress" if share else "pending"
    return {"state": state, "progress_percent": share, "check_after_secs": max(1, int(needed - done))}


def media_for_post(world: World, me: Person, wanted: Json | None) -> tuple[Medium, ...]:
    """The media of a create: own, finalized, processed, not expired; 4 images or one film."""
    if not wanted:
        return ()
    media = tuple(_usable(world, me, ident) for ident in wanted["media_ids"])
    if len(media) > 1 and any(item.category != "tweet_image" for item in media):
        raise invalid("A post holds 4 images, or 1 GIF, or 1 video.", media_ids=wanted["media_ids"])
    return media


def _usable(world: World, me: Person, ident: str) -> Medium:
    medium = world.x.media.get(ident)
    bad = medium is None or medium.owner_id != me.id or _expired(world, medium) or not medium.finalized_at
    if bad or (medium and medium.category != "tweet_image" and _processing(world, medium)["state"] != "succeeded"):
        raise invalid("Your media IDs are invalid.", media_ids=[ident])
    assert medium is not None
    return medium

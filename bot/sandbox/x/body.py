"""The closed body of a create: unknown keys and wrong shapes are refused, as X does."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from bot.sandbox.wire import Json
from bot.sandbox.x.errors import invalid

_ID = re.compile(r"[0-9]{1,19}\Z")
_SETTINGS = ("following", "mentionedUsers", "subscribers", "verified")
Check = Callable[[Any], bool]


def _is_id(value: Any) -> bool:
    return isinstance(value, str) and bool(_ID.match(value))


def _is_text(value: Any) -> bool:
    return isinstance(value, str)


def _is_bool(value: Any) -> bool:
    return isinstance(value, bool)


def _ids(least: int, most: int) -> Check:
    return lambda value: isinstance(value, list) and least <= len(value) <= most and all(_is_id(item) for item in value)


def _object(shape: dict[str, Check], *needed: str) -> Check:
    return lambda value: (
        isinstance(value, dict)
        and set(value) <= set(shape)
        and set(needed) <= set(value)
        and all(shape[key](item) for key, item in value.items())
    )


def _options(value: Any) -> bool:
    return (
        isinstance(value, list)
        and 2 <= len(value) <= 4
        and all(isinstance(item, str) and 1 <= len(item) <= 25 for item in value)
    )


def _minutes(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 5 <= value <= 10_080


_MEDIA = _object(
    {
        "media_ids": _ids(1, 4),
        "tagged_user_ids": _ids(0, 10),
        "title": _is_text,
        "description": _is_text,
        "preview_media_id": _is_id,
        "embeddable": _is_bool,
    },
    "media_ids",
)
_REPLY = _object(
    {
        "in_reply_to_tweet_id": _is_id,
        "exclude_reply_user_ids": _ids(0, 100),
        "auto_populate_reply_metadata": _is_bool,
    },
    "in_reply_to_tweet_id",
)
_SHAPE: dict[str, Check] = {
    "text": _is_text,
    "reply": _REPLY,
    "reply_settings": lambda value: value in _SETTINGS,
    "media": _MEDIA,
    "poll": _object(
        {
            "options": _options,
            "duration_minutes": _minutes,
            "reply_settings": lambda value: value in _SETTINGS,
        },
        "options",
        "duration_minutes",
    ),
    "quote_tweet_id": _is_id,
    "edit_options": _object({"previous_post_id": _is_id}, "previous_post_id"),
    "made_with_ai": _is_bool,
    "paid_partnership": _is_bool,
    "community_id": _is_id,
    "geo": _object({"place_id": _is_text}, "place_id"),
    "nullcast": _is_bool,
    "card_uri": _is_text,
    "share_with_followers": _is_bool,
    "for_super_followers_only": _is_bool,
    "direct_message_deep_link": _is_text,
}


def checked_create(body: Any) -> Json:
    """The body itself, once every key of it is known and well formed."""
    if not isinstance(body, dict):
        raise invalid("Request body must be valid JSON.")
    for key, value in body.items():
        if key not in _SHAPE:
            raise invalid(f"$.{key}: is not defined in the schema and the schema does not allow it")
        if not _SHAPE[key](value):
            raise invalid(f"$.{key}: does not have the expected shape")
    return body

"""Pages of a list: sizes, tokens, meta."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Sequence
from typing import TypeVar

from bot.sandbox.wire import Call, Json
from bot.sandbox.x.errors import invalid

Item = TypeVar("Item")


def page_of(
    call: Call, items: Sequence[Item], key: Callable[[Item], str], *, least: int, most: int, default: int
) -> tuple[list[Item], Json]:
    """One page of `items` and its meta. A token names the item after which the page starts,

    so a page does not shift when something new arrives at the head.
    """
    size = _size(call, least, most, default)
    keys = [key(item) for item in items]
    token = call.param("pagination_token") or call.param("next_token")
    start = _start(token, keys, size) if token else 0
    page = list(items[start : start + size])
    meta: Json = {"result_count": len(page)}
    if start + size < len(items):
        meta["next_token"] = _token("n", keys[start + size - 1])
    if start:
        meta["previous_token"] = _token("p", keys[start])
    return page, meta


def _size(call: Call, least: int, most: int, default: int) -> int:
    asked = call.param("max_results")
    if not asked:
        return default
    if not asked.isascii() or not asked.isdigit() or not least <= int(asked) <= most:
        message = f"The `max_results` query parameter value [{asked}] is not between {least} and {most}"
        raise invalid(message, max_results=[asked])
    return int(asked)


def _token(direction: str, key: str) -> str:
    return base64.b32encode(f"{direction}{key}".encode()).decode().rstrip("=").lower()


def _start(token: str, keys: Sequence[str], size: int) -> int:
    try:
        text = base64.b32decode(token.upper() + "=" * (-len(token) % 8)).decode()
    except (binascii.Error, UnicodeDecodeError) as exc:
        raise invalid(f"The pagination token [{token}] is not valid", pagination_token=[token]) from exc
    direction, key = text[:1], text[1:]
    if direction not in ("n", "p") or not key.isdigit():
        raise invalid(f"The pagination token [{token}] is not valid", pagination_token=[token])
    if direction == "p":
        return max(0, _place(keys, key) - size)
    place = _place(keys, key)
    return place + 1 if place < len(keys) and keys[place] == key else place


def _place(keys: Sequence[str], key: str) -> int:
    """Where the item stands, or would stand if it has gone since (lists run newest first)."""
    if key in keys:
        return list(keys).index(key)
    return next((index for index, other in enumerate(keys) if int(other) < int(key)), len(keys))

"""Cursor paging of Graph lists."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Sequence
from typing import TypeVar
from urllib.parse import urlencode, urlsplit

from bot.sandbox.graph.errors import bad_parameter
from bot.sandbox.wire import Call, Json

Item = TypeVar("Item")
LARGEST = 100


def page_of(call: Call, items: Sequence[Item], key: Callable[[Item], str], show: Callable[[Item], Json]) -> Json:
    """`data` and, when there is any, `paging` with cursors and the next address."""
    size = _size(call)
    keys = [key(item) for item in items]
    start = _start(call, keys, size)
    page = items[start : start + size]
    if not page:
        return {"data": []}
    before, after = _cursor(keys[start]), _cursor(keys[start + len(page) - 1])
    paging: Json = {"cursors": {"before": before, "after": after}}
    if start + size < len(items):
        paging["next"] = _address(call, after=after)
    if start:
        paging["previous"] = _address(call, before=before)
    return {"data": [show(item) for item in page], "paging": paging}


def _size(call: Call) -> int:
    asked = call.param("limit", "25")
    if not asked.isascii() or not asked.isdigit() or int(asked) < 1:
        raise bad_parameter("Param limit must be a positive integer")
    return min(int(asked), LARGEST)


def _start(call: Call, keys: Sequence[str], size: int) -> int:
    after, before = call.param("after"), call.param("before")
    if after:
        return _place(after, keys) + 1
    if before:
        return max(0, _place(before, keys) - size)
    return 0


def _cursor(key: str) -> str:
    return base64.urlsafe_b64encode(key.encode()).decode().rstrip("=")


def _place(cursor: str, keys: Sequence[str]) -> int:
    try:
        key = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode()
    except (binascii.Error, UnicodeDecodeError) as exc:
        raise bad_parameter("Invalid cursor") from exc
    if key not in keys:
        raise bad_parameter("Invalid cursors values")
    return list(keys).index(key)


def _address(call: Call, **cursor: str) -> str:
    kept = [(name, value) for name, value in call.query if name not in ("after", "before", "appsecret_proof")]
    parts = urlsplit(call.url)
    return f"{parts.scheme}://{parts.netloc}{parts.path}?{urlencode([*kept, *cursor.items()])}"

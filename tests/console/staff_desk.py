"""What the tests of the staff desk share: people of one office, a form as the composer sends it, a picture."""

from __future__ import annotations

import re
import zlib
from html import unescape
from typing import Any

from bot.bootstrap import App
from bot.domain.people import Grant, Person, Role
from bot.domain.posts import Post
from tests.console.rig import Visitor, enrol, visit_as
from tests.house import House

NORTH = Person("kita", "北 一郎", (Grant(Role.STAFF, "sapporo"),))
NORTH_APPROVER = Person("kitami", "北見 二郎", (Grant(Role.APPROVER, "sapporo"), Grant(Role.STAFF, "sapporo")))
SOUTH = Person("minami", "南 三郎", (Grant(Role.STAFF, "fukuoka"), Grant(Role.APPROVER, "fukuoka")))


def come(app: App, house: House, person: Person) -> Visitor:
    """Somebody of one office, enrolled and signed in."""
    enrol(house, person)
    return visit_as(app, person)


def account(house: House, handle: str) -> str:
    """The roster id behind a handle."""
    found = house.registry.by_handle(handle)
    assert found is not None
    return found.id


def sheet(house: House, *handles: str, **fields: Any) -> dict[str, Any]:
    """A composer form; ``do`` is ``submit`` unless it says otherwise."""
    to = [account(house, handle) for handle in handles]
    return {
        "notice": "a-form-token-of-tests",
        "text": "窓口は9時に開きます。",
        "lang": "ja",
        "do": "submit",
        "to": to,
        **fields,
    }


def hidden(page: str, name: str) -> str:
    """The value of a hidden field."""
    found = re.search(rf'name="{name}" value="([^"]*)"', page)
    assert found is not None, name
    return unescape(found[1])


def approval(post: Post) -> dict[str, str]:
    """What the approve button of this post sends."""
    return {"digest": post.revision.digest, "version": str(post.version)}


def png(shade: int = 0) -> bytes:
    """A small picture of a grey house with a door under a pale sky; another ``shade`` makes other bytes."""
    wide, high = 320, 180

    def chunk(kind: bytes, data: bytes) -> bytes:
        crc = zlib.crc32(kind + data)
        return len(data).to_bytes(4, "big") + kind + data + crc.to_bytes(4, "big")

    def colour(x: int, y: int) -> bytes:
        if 140 <= x < 180 and y >= 110:
            return bytes([40, 60 + shade, 120])
        return bytes([150, 150, 155]) if 60 <= x < 260 and y >= 60 else bytes([205, 225, 245])

    head = wide.to_bytes(4, "big") + high.to_bytes(4, "big") + b"\x08\x02\x00\x00\x00"
    rows = (b"\x00" + b"".join(colour(x, y) for x in range(wide)) for y in range(high))
    body = zlib.compress(b"".join(rows))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", body) + chunk(b"IEND", b"")

"""Pictures of posts, for the session that was shown them; nobody else can make their address."""

from __future__ import annotations

import hmac
import re
from typing import Final

from fastapi.responses import Response

from bot.console import desk as shared
from bot.console.guard import Here, Room
from bot.domain.errors import NotFound
from bot.usecases import importing

room = Room()
_SHA: Final = re.compile(r"[0-9a-f]{64}")
_HEADERS: Final = {
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "Cache-Control": "private, max-age=3600",
    "Content-Disposition": "inline",
}
"""Bytes that somebody uploaded run nothing, whatever they are."""


@room.page("/pictures/{sha256}", shared.READERS)
def picture(visit: Here, sha256: str) -> Response:
    key = shared.picture_key(visit, sha256)
    if not _SHA.fullmatch(sha256) or not hmac.compare_digest(visit.query("key"), key):
        raise NotFound("There is no such picture.").worded("problem.no-picture")
    data = visit.parts.shelf.get(sha256)
    return Response(data, media_type=importing.mime_of("picture.mp4", data), headers=_HEADERS)

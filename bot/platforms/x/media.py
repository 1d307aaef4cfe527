"""Media upload in v2's steps. Nothing is visible before a post uses it, so every step may be repeated."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from bot.domain.accounts import Account
from bot.domain.errors import Kind, NotSent, Rejected
from bot.domain.length import ALT_LIMIT
from bot.domain.ports import Clock, Uploaded
from bot.platforms.calls import repeatable
from bot.platforms.x.client import Clients
from bot.platforms.x.dialect import Raw

CHUNK: Final = 1_000_000
PROCESSING_S: Final = 120
_UPLOAD: Final = "/2/media/upload"


@dataclass(frozen=True, slots=True)
class MediaDesk:
    """Uploads bytes unchanged, waits for processing at most ``PROCESSING_S``, sets alt text and reads it back."""

    clients: Clients
    clock: Clock
    sleep: Callable[[float], None]

    def upload(self, account: Account, data: bytes, mime: str, alt: str) -> Uploaded:
        category = _category(mime)
        if len(alt) > ALT_LIMIT:
            raise Rejected(f"The alt text has {len(alt)} characters; X takes {ALT_LIMIT}.", code="alt-too-long")
        with repeatable():
            begun = self._begin(account, len(data), mime, category)
            media_id = str(begun["id"])
            self._send_bytes(account, media_id, data)
            self._finish(account, media_id)
            if alt:
                self._describe(account, media_id, str(begun.get("media_key", "")), alt)
        return Uploaded(media_id, alt, self._expiry(begun))

    def _begin(self, account: Account, size: int, mime: str, category: str) -> Raw:
        body = {"media_type": mime, "total_bytes": size, "media_category": category}
        said = self.clients.request(account, "POST", f"{_UPLOAD}/initialize", body=body)
        if not said.data.get("id"):
            raise said.unclear("X began an upload without giving its id.")
        return said.data

    def _send_bytes(self, account: Account, media_id: str, data: bytes) -> None:
        for index, chunk in enumerate(_chunks(data)):
            body = {"media": base64.b64encode(chunk).decode("ascii"), "segment_index": index}
            self.clients.request(account, "POST", f"{_UPLOAD}/{media_id}/append", body=body)

    def _finish(self, account: Account, media_id: str) -> None:
        said = self.clients.request(account, "POST", f"{_UPLOAD}/{media_id}/finalize")
        waited = 0
        while (state := _processing(said.data)) not in ("", "succeeded"):
            if state == "failed":
                raise Rejected("X could not process the medium; the author has to change it.", code="processing")
            if waited >= PROCESSING_S:
                raise NotSent("X is still processing the medium; it is tried again by itself.", code="processing")
            pause = _pause(said.data)
            self.sleep(pause)
            waited += pause
            params = {"command": "STATUS", "media_id": media_id}
            said = self.clients.request(account, "GET", _UPLOAD, params=params)

    def _describe(self, account: Account, media_id: str, media_key: str, alt: str) -> None:
        body = {"id": media_id, "metadata": {"alt_text": {"text": alt}}}
        echoed = _echoed_alt(self.clients.request(account, "POST", "/2/media/metadata", body=body).data)
        shown = self._shown_alt(account, media_key) if media_key else None
        if alt not in (shown, echoed) or (shown is not None and shown != alt):
            raise NotSent("X did not keep the alt text; the upload is tried again by itself.", code="alt-lost")

    def _shown_alt(self, account: Account, media_key: str) -> str | None:
        """The alt text as X shows it; None where this account may not look."""
        params = {"media.fields": "media_key,alt_text"}
        try:
            said = self.clients.request(account, "GET", f"/2/media/{media_key}", params=params)
        except Rejected:
            return None
        return str(said.data.get("alt_text", "")) if said.data else None

    def _expiry(self, begun: Raw) -> datetime | None:
        seconds = begun.get("expires_after_secs")
        return self.clock() + timedelta(seconds=seconds) if isinstance(seconds, int) and seconds > 0 else None


def _category(mime: str) -> str:
    """X wants to know beforehand whether it is a still, a GIF or a film."""
    if mime == "image/gif":
        return "tweet_gif"
    kinds = {"image": "tweet_image", "video": "tweet_video"}
    try:
        return kinds[mime.partition("/")[0]]
    except KeyError:
        raise Rejected(f"X takes no media of type {mime}.", kind=Kind.CONTENT, code="media-type") from None


def _chunks(data: bytes) -> Iterator[bytes]:
    """At least one, at most 1000 of them."""
    size = max(CHUNK, -(-len(data) // 1000))
    yield from (data[start : start + size] for start in range(0, max(len(data), 1), size))


def _processing(data: Raw) -> str:
    info = data.get("processing_info")
    return str(info.get("state", "")) if isinstance(info, dict) else ""


def _pause(data: Raw) -> int:
    """Seconds X asks us to wait, between 1 and 30."""
    info = data.get("processing_info")
    asked = info.get("check_after_secs") if isinstance(info, dict) else None
    return min(max(asked, 1), 30) if isinstance(asked, int) else 5


def _echoed_alt(data: Raw) -> str | None:
    """The alt text repeated in the answer to setting it."""
    kept = data.get("associated_metadata")
    alt = kept.get("alt_text") if isinstance(kept, dict) else None
    text = alt.get("text") if isinstance(alt, dict) else alt
    return text if isinstance(text, str) else None

"""What the platforms push: handshakes, signatures and envelopes, as pure functions over raw bytes.

A push is a hint that makes a poll come sooner; it is never the only witness. Verify the signature over the raw
body before anything is parsed. X signs in base64, Facebook in hex.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.domain.ports import SeenReply
from bot.platforms.times import EPOCH, from_epoch
from bot.platforms.transport import parsed
from bot.platforms.x.dialect import included, reply

BODY_LIMIT = 4_000_000
"""Bytes; a delivery holds at most 1,000 changes."""


@dataclass(frozen=True, slots=True)
class Pushed:
    """One event. ``key`` is equal for repeated deliveries of the same event.

    ``account_id`` is the agency account it is about, ``actor_id`` who did it (empty when withheld), ``object_id``
    the post, reply or comment. ``own`` marks our own doing coming back: a confirmation, never something to screen.
    """

    platform: str
    key: str
    name: str
    account_id: str
    object_id: str
    actor_id: str = ""
    parent_id: str = ""
    at: datetime = EPOCH
    own: bool = False
    reply: SeenReply | None = None


def x_crc_response(consumer_secret: str, crc_token: str) -> dict[str, str]:
    """The JSON body that answers X's challenge."""
    return {"response_token": _base64(consumer_secret, crc_token.encode())}


def x_signature_ok(consumer_secret: str, body: bytes, header: str) -> bool:
    """``header`` is ``x-twitter-webhooks-signature``; without a secret nothing is genuine."""
    return bool(consumer_secret) and _same(_base64(consumer_secret, body), header)


def facebook_challenge(verify_token: str, query: Mapping[str, str]) -> str | None:
    """The text that answers Facebook's handshake; None when it is not ours. An empty verify token fits nobody."""
    ours = query.get("hub.mode") == "subscribe" and bool(verify_token)
    if ours and _same(verify_token, query.get("hub.verify_token", "")):
        return query.get("hub.challenge", "")
    return None


def facebook_signature_ok(app_secret: str, body: bytes, header: str) -> bool:
    """``header`` is ``X-Hub-Signature-256``; the older SHA-1 header is not accepted."""
    return bool(app_secret) and _same(f"sha256={_digest(app_secret, body).hex()}", header)


def x_events(body: bytes) -> tuple[Pushed, ...]:
    """The event of an X Activity delivery; empty for anything else. Numbers that come doubled are read as text."""
    envelope = _envelope(body)
    data = _object(envelope.get("data"))
    payload, name = _object(data.get("payload")), str(data.get("event_type", ""))
    if not name:
        return ()
    account_id = str(_object(data.get("filter")).get("user_id", ""))
    object_id = _text(payload, "id") or _text(_object(payload.get("target")), "id")
    post = name.startswith("post.")
    seen = _x_reply(_including(data, envelope, payload), payload) if post and "text" in payload else None
    actor = _text(payload, "author_id") or _text(_object(payload.get("source")), "id")
    event = object_id if post and object_id else _text(data, "event_uuid") or _fingerprint(body)
    return (
        Pushed(
            platform="x",
            key=f"{name}:{event}",
            name=name,
            account_id=account_id,
            object_id=object_id,
            actor_id=actor,
            parent_id=seen.parent_id if seen else "",
            at=seen.created_at if seen else EPOCH,
            own=bool(account_id) and actor == account_id,
            reply=seen,
        ),
    )


def facebook_events(body: bytes) -> tuple[Pushed, ...]:
    """The feed changes of a Page delivery, in its order, which need not be the order of time."""
    envelope = _envelope(body)
    if envelope.get("object") != "page":
        return ()
    return tuple(_facebook_events(envelope))


def _facebook_events(envelope: Mapping[str, Any]) -> Iterator[Pushed]:
    for entry in _list(envelope.get("entry")):
        for change in _list(entry.get("changes")):
            value = _object(change.get("value"))
            if change.get("field") == "feed" and value:
                yield _feed_change(str(entry.get("id", "")), entry.get("time"), value)


def _feed_change(page_id: str, entry_time: object, value: Mapping[str, Any]) -> Pushed:
    item, verb = str(value.get("item", "")), str(value.get("verb", ""))
    author = _object(value.get("from"))
    actor = str(author.get("id") or value.get("sender_id") or "")
    post_id = str(value.get("post_id", ""))
    object_id = str(value.get("comment_id") or post_id or _object(value.get("user")).get("id") or "")
    stamp = value.get("created_time") or entry_time or ""
    at = from_epoch(stamp) or EPOCH
    is_comment = item == "comment" and verb in {"add", "edit", "edited"}
    return Pushed(
        platform="facebook",
        key=f"{item}.{verb}:{object_id}:{stamp}",
        name=f"{item}.{verb}",
        account_id=page_id,
        object_id=object_id,
        actor_id=actor,
        parent_id=str(value.get("parent_id") or post_id),
        at=at,
        own=actor == page_id,
        reply=_comment(value, object_id, post_id, actor, at) if is_comment and object_id else None,
    )


def _comment(value: Mapping[str, Any], comment_id: str, post_id: str, actor: str, at: datetime) -> SeenReply:
    return SeenReply(
        platform_id=comment_id,
        conversation_id=post_id,
        parent_id=str(value.get("parent_id") or post_id),
        text=str(value.get("message") or ""),
        created_at=at,
        author_id=actor,
        author_name=str(_object(value.get("from")).get("name") or value.get("sender_name") or ""),
        kind="comment",
    )


def _including(*places: Mapping[str, Any]) -> Mapping[str, Any]:
    """Where ``includes`` sits differs between X's pages."""
    return next((each for each in places if isinstance(each.get("includes"), dict)), {})


def _x_reply(beside: Mapping[str, Any], payload: Mapping[str, Any]) -> SeenReply:
    named = {**payload, "id": _text(payload, "id"), "author_id": _text(payload, "author_id")}
    return reply(named, included(beside, "users", "id"), included(beside, "media", "media_key"))


def _text(source: Mapping[str, Any], name: str) -> str:
    """A number as X writes it twice: ``id`` may have lost digits, ``id_str`` has not."""
    value = source.get(f"{name}_str") or source.get(name)
    return "" if value is None else str(value)


def _envelope(body: bytes) -> Mapping[str, Any]:
    """The JSON object of a delivery; empty for anything else, too large ones included."""
    return _object(parsed(body)) if len(body) <= BODY_LIMIT else {}


def _object(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _list(value: object) -> list[Mapping[str, Any]]:
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []


def _fingerprint(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()[:32]


def _base64(secret: str, body: bytes) -> str:
    return "sha256=" + base64.b64encode(_digest(secret, body)).decode("ascii")


def _digest(secret: str, body: bytes) -> bytes:
    return hmac.new(secret.encode(), body, hashlib.sha256).digest()


def _same(wanted: str, given: str) -> bool:
    """In constant time, also for text that is not ASCII."""
    return hmac.compare_digest(wanted.encode(), given.encode("utf-8", "replace"))

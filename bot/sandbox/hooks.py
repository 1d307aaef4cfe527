"""Signed deliveries of both platforms: asynchronous, with copies, loss and delay as the knobs say."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import json
from dataclasses import dataclass

import httpx

from bot.sandbox.server import ThreadedServer
from bot.sandbox.wire import Json
from bot.sandbox.world import World

TIMEOUT_S = 10.0
CHECK_TIMEOUT_S = 3.0  # the server waits meanwhile


@dataclass(frozen=True, slots=True)
class Delivery:
    platform: str
    url: str
    body: bytes
    status: int | None  # None: nobody answered


def x_signature(secret: str, body: bytes) -> str:
    """X signs in base64."""
    return "sha256=" + base64.b64encode(_mac(secret, body)).decode()


def facebook_signature(secret: str, body: bytes) -> str:
    """Facebook signs in hex."""
    return "sha256=" + _mac(secret, body).hex()


def _mac(secret: str, body: bytes) -> bytes:
    return hmac.new(secret.encode(), body, hashlib.sha256).digest()


class Outbox:
    """Takes events from the world and posts them to whoever subscribed."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._server: ThreadedServer | None = None
        self._under_way: set[asyncio.Task[None]] = set()
        self.direct: dict[str, str] = {}  # platform -> address given by the control API
        self.sent: list[Delivery] = []
        world.announce, world.check_webhook, world.post_event = self.announce, self.check_x, self.post_event

    def attach(self, server: ThreadedServer | None) -> None:
        self._server = server

    def clear(self) -> None:
        """Forget the addresses given by the control API and what was sent."""
        self.direct.clear()
        self.sent.clear()

    def announce(self, platform: str, event: Json) -> None:
        """Called with the world's lock held, from any thread; never waits."""
        for url, body in self._letters(platform, event):
            for _ in range(self._world.knobs.hook_copies):
                if self._world.rng.random() >= self._world.knobs.hook_loss:
                    self.post(platform, url, body)

    def _letters(self, platform: str, event: Json) -> list[tuple[str, bytes]]:
        if platform == "facebook":
            body = json.dumps(event, ensure_ascii=True, separators=(",", ":")).encode()
            page = self._world.graph.pages[event["entry"][0]["id"]]
            listening = "facebook" in self.direct and "feed" in page.subscribed_fields
            return [(self.direct["facebook"], body)] if listening else []
        return self._x_letters(event)

    def _x_letters(self, event: Json) -> list[tuple[str, bytes]]:
        letters: list[tuple[str, bytes]] = []
        for subscription in self._world.x.subscriptions.values():
            hook = self._world.x.webhooks.get(subscription["webhook_id"])
            fits = (
                subscription["event_type"] == event["event_type"]
                and subscription["filter"].get("user_id") == event["filter"]["user_id"]
            )
            if hook and hook["valid"] and fits:
                letters.append((hook["url"], _x_body(event, subscription.get("tag", ""))))
        if "x" in self.direct:
            letters.append((self.direct["x"], _x_body(event, "")))
        return letters

    def post_event(self, url: str, event: Json) -> None:
        """One X event again, for a replay."""
        self.post("x", url, _x_body(event, ""))

    def post(self, platform: str, url: str, body: bytes) -> None:
        """Send one signed delivery in the background."""
        loop = self._server.loop if self._server else None
        if loop is not None and not loop.is_closed():
            loop.call_soon_threadsafe(self._spawn, platform, url, body)

    def _spawn(self, platform: str, url: str, body: bytes) -> None:
        task = asyncio.ensure_future(self._deliver(platform, url, body))
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)

    async def _deliver(self, platform: str, url: str, body: bytes) -> None:
        if self._world.knobs.hook_delay_s:
            await asyncio.sleep(self._world.knobs.hook_delay_s)
        app = self._world.app
        if platform == "x":
            headers = {"x-twitter-webhooks-signature": x_signature(app.consumer_secret, body)}
        else:
            headers = {"x-hub-signature-256": facebook_signature(app.app_secret, body)}
        headers["content-type"] = "application/json"
        status: int | None = None
        try:
            async with httpx.AsyncClient(timeout=TIMEOUT_S, trust_env=False) as client:
                status = (await client.post(url, content=body, headers=headers)).status_code
        except (httpx.HTTPError, httpx.InvalidURL):
            status = None
        self.sent.append(Delivery(platform, url, body, status))

    async def settle(self) -> None:
        """Wait until everything announced so far has been delivered."""
        await asyncio.sleep(0)
        if self._under_way:
            await asyncio.wait(set(self._under_way), timeout=TIMEOUT_S)

    def check_x(self, url: str, token: str) -> bool:
        """X's challenge: the receiver must sign the token with the consumer secret."""
        wanted = x_signature(self._world.app.consumer_secret, token.encode())
        try:
            answer = httpx.get(url, params={"crc_token": token}, timeout=CHECK_TIMEOUT_S, trust_env=False)
            given = answer.json().get("response_token", "") if answer.status_code == 200 else ""
        except (httpx.HTTPError, httpx.InvalidURL, ValueError, AttributeError):
            return False
        return hmac.compare_digest(str(given), wanted)

    def check_facebook(self, url: str, token: str) -> bool:
        """Facebook's challenge: the receiver must echo it as text."""
        query = {"hub.mode": "subscribe", "hub.verify_token": self._world.app.verify_token, "hub.challenge": token}
        try:
            answer = httpx.get(url, params=query, timeout=CHECK_TIMEOUT_S, trust_env=False)
        except (httpx.HTTPError, httpx.InvalidURL):
            return False
        return answer.status_code == 200 and answer.text == token


def _x_body(event: Json, tag: str) -> bytes:
    return json.dumps({"data": {**event, "tag": tag}}, ensure_ascii=False, separators=(",", ":")).encode()

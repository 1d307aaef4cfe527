"""Signed deliveries: challenge, signature, copies, loss, order."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self
from urllib.parse import parse_qs, urlsplit

import pytest
import tweepy

from bot.sandbox import Sandbox
from bot.sandbox.hooks import facebook_signature, x_signature
from tests.sandbox.conftest import NAGOYA, TOKYO, Graph, X


class Receiver:
    """A webhook receiver as the service has one: answers the challenge, keeps what arrives."""

    def __init__(self, secret: str, verify_token: str = "") -> None:
        self.arrived: list[tuple[dict[str, str], bytes]] = []
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                query = {key: values[0] for key, values in parse_qs(urlsplit(self.path).query).items()}
                self._answer(receiver.challenge(query, secret, verify_token))

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                receiver.arrived.append(({key.lower(): value for key, value in self.headers.items()}, body))
                self._answer(b"")

            def _answer(self, body: bytes) -> None:
                self.send_response(200)
                self.send_header("content-length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *args: Any) -> None:
                """Silent."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}/hook"

    def challenge(self, query: dict[str, str], secret: str, verify_token: str) -> bytes:
        if "crc_token" in query:
            mac = hmac.new(secret.encode(), query["crc_token"].encode(), hashlib.sha256).digest()
            return json.dumps({"response_token": "sha256=" + base64.b64encode(mac).decode()}).encode()
        return query["hub.challenge"].encode() if query.get("hub.verify_token") == verify_token else b""

    def wait_for(self, count: int) -> list[Any]:
        """The bodies, once `count` have arrived (or 3 seconds have passed)."""
        deadline = time.monotonic() + 3
        while len(self.arrived) < count and time.monotonic() < deadline:
            time.sleep(0.01)
        return [json.loads(body) for _, body in self.arrived]

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        return self

    def __exit__(self, *exc: object) -> None:
        self._server.shutdown()
        self._server.server_close()


def test_signatures_agree_with_the_published_vectors() -> None:
    assert x_signature("shh", b"abc") == "sha256=VlSBXZGlbOjLWQr2Uhhp+s31qSVEWhjS+A+d+f6MKWg="
    assert (
        facebook_signature("shh", b"abc") == "sha256=5654815d91a56ce8cb590af6521869facdf5a925445a18d2f80f9df9fe8c2968"
    )


def test_a_subscriber_hears_of_a_reply_signed_and_in_the_described_envelope(sandbox: Sandbox, x: X) -> None:
    mine = X(sandbox, TOKYO, bearer_token=TOKYO.oauth2_token)
    with Receiver(sandbox.world.app.consumer_secret) as receiver:
        hook = x.call("POST", "/2/webhooks", user=False, json={"url": receiver.url})["data"]["id"]
        wanted = {"event_type": "post.reply.create", "filter": {"user_id": TOKYO.user_id}, "webhook_id": hook}
        mine.call("POST", "/2/activity/subscriptions", user=False, json={**wanted, "tag": "replies"})
        post = x.post("お知らせ")

        reply = sandbox.people.reply(post, "質問です", handle="taro_renshu")

        (event,) = receiver.wait_for(1)
    headers, body = receiver.arrived[0]
    assert headers["x-twitter-webhooks-signature"] == x_signature(sandbox.world.app.consumer_secret, body)
    assert event["data"]["event_type"] == "post.reply.create"
    assert event["data"]["tag"] == "replies"
    assert event["data"]["payload"]["id"] == reply
    assert event["data"]["payload"]["in_reply_to_tweet_id"] == post
    assert event["data"]["includes"]["users"][0]["username"] == "taro_renshu"
    mine.wire.close()


def test_a_new_handle_is_told(sandbox: Sandbox) -> None:
    with Receiver("") as receiver:
        sandbox.deliver_to("x", receiver.url)
        sandbox.people.rename("IMMI_TOKYO", "IMMI_TOKYO2")
        (event,) = receiver.wait_for(1)
    assert event["data"]["event_type"] == "profile.update.handle"
    assert event["data"]["payload"]["new_value"] == "IMMI_TOKYO2"


def test_private_events_need_the_token_of_that_very_user(x: X) -> None:
    wanted = {"event_type": "post.reply.create", "filter": {"user_id": TOKYO.user_id}}
    with pytest.raises(tweepy.Forbidden):
        x.call("POST", "/2/activity/subscriptions", user=False, json=wanted)


@pytest.mark.parametrize(
    ("shape", "read"),
    [
        (0, lambda body: body["data"]["subscription"]["subscription_id"]),
        (1, lambda body: body["data"]["subscription_id"]),
        (2, lambda body: body["data"][0]["subscription_id"]),
    ],
)
def test_a_subscription_is_answered_in_the_chosen_shape(sandbox: Sandbox, x: X, shape: int, read: Any) -> None:
    sandbox.turn(activity_reply_shape=shape)
    wanted = {"event_type": "post.create", "filter": {"user_id": TOKYO.user_id}}
    body = x.call("POST", "/2/activity/subscriptions", user=False, json=wanted)
    assert read(body) in sandbox.world.x.subscriptions


def test_a_receiver_that_signs_with_another_secret_is_refused(x: X) -> None:
    with Receiver("another secret") as receiver, pytest.raises(tweepy.BadRequest, match="CrcValidationFailed"):
        x.call("POST", "/2/webhooks", user=False, json={"url": receiver.url})


def test_facebook_tells_of_comments_and_echoes_our_own_hiding(sandbox: Sandbox, graph: Graph) -> None:
    app = sandbox.world.app
    with Receiver(app.app_secret, app.verify_token) as receiver:
        assert sandbox.verify_webhook("facebook", receiver.url)
        sandbox.deliver_to("facebook", receiver.url)
        post = graph.post("お知らせ")
        comment = sandbox.people.comment(post, "ひどい", name="しずく")
        graph.write(comment, is_hidden="true")
        changes = [body["entry"][0]["changes"][0]["value"] for body in receiver.wait_for(3)]
    added, said, hidden = sorted(changes, key=lambda change: (change["item"] == "comment", change["verb"]))
    headers, raw = receiver.arrived[1]
    assert headers["x-hub-signature-256"] == facebook_signature(app.app_secret, raw)
    assert raw.isascii()
    assert (added["item"], added["verb"], added["from"]["id"]) == ("status", "add", NAGOYA.page_id)
    assert (said["verb"], said["comment_id"], said["message"]) == ("add", comment, "ひどい")
    assert (hidden["verb"], hidden["from"]["id"]) == ("hide", NAGOYA.page_id)


@pytest.mark.parametrize(
    ("knobs", "count"), [({"hook_copies": 3}, 3), ({"hook_loss": 1.0}, 0), ({"hook_copies": 0}, 0)]
)
def test_deliveries_are_doubled_or_lost_as_ordered(sandbox: Sandbox, x: X, knobs: dict[str, Any], count: int) -> None:
    with Receiver("") as receiver:
        sandbox.turn(**knobs, hook_first=True)
        sandbox.deliver_to("x", receiver.url)
        x.post("お知らせ")
        assert len(receiver.wait_for(count)) == count


def test_a_delivery_can_arrive_before_the_answer(sandbox: Sandbox, x: X) -> None:
    with Receiver("") as receiver:
        sandbox.turn(hook_first=True)
        sandbox.deliver_to("x", receiver.url)
        ident = x.post("お知らせ")
        assert json.loads(receiver.arrived[0][1])["data"]["payload"]["id"] == ident

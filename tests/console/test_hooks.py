"""The two addresses that platforms deliver to: a signature instead of a session, and nothing without it."""

from __future__ import annotations

import pytest
from starlette.testclient import TestClient

from bot.bootstrap import App
from bot.console.app import create_app
from bot.sandbox.hooks import facebook_signature, x_signature
from bot.store import pushes
from tests.console.rig import app_of
from tests.house import House

SECRETS = {
    "x": {"consumer_secret": "shh", "accounts": {}},
    "facebook": {"app_secret": "shh", "verify_token": "ours", "pages": {}},
}
BODY = b'{"data":{"event_type":"post.delete","filter":{"user_id":"1"},"payload":{"id":"2"}}}'


@pytest.fixture
def app(sqlite_house: House) -> App:
    return app_of(sqlite_house, secrets=SECRETS)


@pytest.fixture
def client(app: App) -> TestClient:
    return TestClient(create_app(app), follow_redirects=False)


def waiting(app: App) -> int:
    with app.parts.store.read() as tx:
        return len(pushes.waiting(tx, limit=10))


def test_a_signed_delivery_is_stored_without_a_session(app: App, client: TestClient) -> None:
    answer = client.post("/hooks/x", content=BODY, headers={"X-Twitter-Webhooks-Signature": x_signature("shh", BODY)})
    assert (answer.status_code, answer.text, waiting(app)) == (200, "ok", 1)


@pytest.mark.parametrize("path", ["/hooks/x", "/hooks/facebook"])
@pytest.mark.parametrize(
    "headers", [{}, {"x-twitter-webhooks-signature": "sha256=x", "x-hub-signature-256": "sha256=x"}]
)
def test_anything_else_is_refused_in_a_word(app: App, client: TestClient, path: str, headers: dict[str, str]) -> None:
    answer = client.post(path, content=BODY, headers=headers)
    assert (answer.status_code, answer.text, waiting(app)) == (403, "no", 0)


def test_a_delivery_beyond_the_limit_is_cut_off(app: App, client: TestClient) -> None:
    big = b"x" * 4_000_001
    headers = {"x-hub-signature-256": facebook_signature("shh", big)}
    assert client.post("/hooks/facebook", content=big, headers=headers).status_code == 413
    assert waiting(app) == 0


def test_the_handshakes(client: TestClient) -> None:
    told = client.get("/hooks/x", params={"crc_token": "abc"})
    assert told.json() == {"response_token": "sha256=VlSBXZGlbOjLWQr2Uhhp+s31qSVEWhjS+A+d+f6MKWg="}
    good = {"hub.mode": "subscribe", "hub.verify_token": "ours", "hub.challenge": "1158201444"}
    assert client.get("/hooks/facebook", params=good).text == "1158201444"
    assert client.get("/hooks/facebook", params=good | {"hub.verify_token": "guess"}).status_code == 403
    assert client.get("/hooks/x").status_code == 403

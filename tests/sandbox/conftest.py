"""Practice platforms on a clock that stands still, and the real vendor libraries pointed at them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

import facebook
import pytest
import requests
import tweepy

from bot.sandbox import FacebookPage, Sandbox, SettableClock, XAccount

THU_10_JST = datetime(2026, 12, 3, 1, 0, tzinfo=UTC)
TOKYO = XAccount.invent("IMMI_TOKYO", "東京出入国在留管理局")
OSAKA = XAccount.invent("IMMI_OSAKA", "大阪出入国在留管理局", block_by_api=True, self_serve=True)
NAGOYA = FacebookPage.invent("nagoya.nyukan.support", "名古屋出入国在留管理局")


class Rewriting(requests.Session):
    """The vendor library's own transport, sent to the sandbox; remembers every answer."""

    def __init__(self, base: str) -> None:
        super().__init__()
        self.base = base
        self.trust_env = False
        self.answers: list[requests.Response] = []

    def request(self, method: str | bytes, url: str | bytes, *args: Any, **kwargs: Any) -> requests.Response:
        path = urlsplit(str(url)).path
        kwargs["timeout"] = kwargs.get("timeout") or 3
        answer = super().request(method, self.base + path, *args, **kwargs)
        self.answers.append(answer)
        return answer


@pytest.fixture(scope="module")
def started() -> Iterator[Sandbox]:
    with Sandbox(SettableClock(THU_10_JST), 7, [TOKYO, OSAKA, NAGOYA]) as running:
        yield running


@pytest.fixture
def sandbox(started: Sandbox) -> Sandbox:
    """One server for a module, a new world for each test."""
    assert isinstance(started.world.clock, SettableClock)
    started.world.clock.set(THU_10_JST)
    started.reset(knobs=True)
    return started


@pytest.fixture
def clock(sandbox: Sandbox) -> SettableClock:
    assert isinstance(sandbox.world.clock, SettableClock)
    return sandbox.world.clock


class X:
    """One tweepy client per account, as the adapter keeps them."""

    def __init__(self, sandbox: Sandbox, account: XAccount = TOKYO, **changes: str) -> None:
        keys = {
            "consumer_key": sandbox.world.app.consumer_key,
            "consumer_secret": sandbox.world.app.consumer_secret,
            "access_token": account.access_token,
            "access_token_secret": account.access_token_secret,
            "bearer_token": sandbox.world.app.bearer_token,
        }
        self.client = tweepy.Client(**{**keys, **changes}, return_type=requests.Response)
        self.client.session.close()
        self.wire = Rewriting(sandbox.urls.x)
        self.client.session = self.wire
        self.account = account

    def call(self, method: str, path: str, user: bool = True, **parts: Any) -> Any:
        """JSON of a success; tweepy's own exceptions otherwise."""
        return self.client.request(method, path, user_auth=user, **parts).json()

    def post(self, text: str, **more: Any) -> str:
        return str(self.call("POST", "/2/tweets", json={"text": text, **more})["data"]["id"])


@pytest.fixture
def x(sandbox: Sandbox) -> Iterator[X]:
    made = X(sandbox)
    yield made
    made.wire.close()


@pytest.fixture
def osaka(sandbox: Sandbox) -> Iterator[X]:
    made = X(sandbox, OSAKA)
    yield made
    made.wire.close()


class Graph:
    """facebook-sdk on the newest version."""

    def __init__(self, sandbox: Sandbox, token: str = NAGOYA.page_token) -> None:
        self.wire = Rewriting(sandbox.urls.facebook)
        self.api = facebook.GraphAPI(token, timeout=3, session=self.wire)
        self.api.version = "v26.0"

    def post(self, message: str, **more: str) -> str:
        return str(self.api.put_object("me", "feed", message=message, **more)["id"])

    def read(self, path: str, **params: str) -> Any:
        return self.api.request(f"v26.0/{path}", params)

    def write(self, path: str, **params: str) -> Any:
        return self.api.request(f"v26.0/{path}", post_args=params, method="POST")

    def error(self, path: str, method: str = "GET", **params: str) -> Any:
        """The error object of a refusal."""
        parts = {"post_args": params} if method == "POST" else {"args": params}
        with pytest.raises(facebook.GraphAPIError) as caught:
            self.api.request(f"v26.0/{path}", method=method, **parts)
        return caught.value.result["error"]


@pytest.fixture
def graph(sandbox: Sandbox) -> Iterator[Graph]:
    made = Graph(sandbox)
    yield made
    made.wire.close()

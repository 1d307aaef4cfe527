"""tweepy, held by the collar: one client per account and thread, raw answers only, one send per call.

Traps of tweepy 4.17 and where each ends: fixed host, no timeout, redirects (transport); sleeping and resending
on 429 (``wait_on_rate_limit=False``); crashes on odd headers and bodies, plain 402 (the answer itself is
classified, whatever was raised); models that know old words only (``return_type``); tokens in DEBUG logs
(logger pinned); own id from the token prefix (checked here); not thread-safe (thread-local).
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final
from weakref import WeakSet

import requests
import tweepy

from bot.domain.accounts import Account
from bot.domain.errors import AuthExpired, PlatformError, Unclear
from bot.domain.ports import Budget
from bot.platforms.credentials import XAccount, XApp
from bot.platforms.transport import Answer, Transport, parsed, quiet_vendor_logs
from bot.platforms.x.budget import budgets
from bot.platforms.x.dialect import Raw
from bot.platforms.x.errors import outcome_of

BASE_URL: Final = "https://api.x.com"

Send = Callable[[Any], requests.Response]
"""One call on a tweepy client."""


@dataclass(frozen=True, slots=True)
class Said:
    """A 2xx answer that is a JSON object."""

    page: Raw
    answer: Answer

    @property
    def data(self) -> Raw:
        """``data`` when it is one object, else empty."""
        data = self.page.get("data")
        return data if isinstance(data, dict) else {}

    def budgets(self, call: str) -> tuple[Budget, ...]:
        return budgets(self.answer.headers, call)

    def unclear(self, sentence: str) -> Unclear:
        """For a 2xx that does not prove what it should."""
        return Unclear(sentence, status=self.answer.status, trace=self.answer.trace)


class Clients:
    """``accounts`` maps casefolded handles to tokens; ``read_s`` is the longest wait for an answer."""

    def __init__(
        self, app: XApp, accounts: Mapping[str, XAccount], *, base_url: str = BASE_URL, read_s: float = 30.0
    ) -> None:
        self._app, self._base_url, self._read_s = app, base_url, read_s
        self._accounts = {handle.casefold(): each for handle, each in accounts.items()}
        self._local = threading.local()
        self._open: WeakSet[Transport] = WeakSet()  # a thread that ends takes its clients along
        quiet_vendor_logs()

    def own_id(self, account: Account) -> str:
        """The account's numeric id: the token knows it better than the roster."""
        own = self._token(account).user_id or account.platform_id
        if not own:
            raise AuthExpired(f"The X token of {account.handle} does not start with its user id; connect it again.")
        return own

    def call(self, account: Account, send: Send) -> Said:
        """Performs ``send`` once; raises a PlatformError unless X answered 2xx with a JSON object."""
        return _called(self._client(account), send)

    def request(
        self, account: Account, method: str, route: str, *, params: Raw | None = None, body: Raw | None = None
    ) -> Said:
        """For calls that tweepy has no method for, or a method that sends old words only."""
        return self.call(account, lambda c: c.request(method, route, params=params, json=body, user_auth=True))

    def app_request(self, method: str, route: str, *, body: Raw | None = None) -> Said:
        """As the app itself: webhooks belong to it and to no account."""
        if not self._app.bearer_token:
            raise AuthExpired("There is no bearer token of the X app in the secrets file; add bearer_token.")
        return self._bearer_request(self._app.bearer_token, method, route, body)

    def oauth2_request(self, account: Account, method: str, route: str, *, body: Raw | None = None) -> Said:
        """With the account's OAuth 2.0 token; AuthExpired without one."""
        token = self._token(account).oauth2_token
        if not token:
            raise AuthExpired(f"There is no OAuth 2.0 token for {account.handle} in the secrets file.")
        return self._bearer_request(token, method, route, body)

    def close(self) -> None:
        """Closes every connection of every thread; the clients may be used again afterwards."""
        for transport in list(self._open):
            transport.close()

    def _token(self, account: Account) -> XAccount:
        try:
            return self._accounts[account.key]
        except KeyError:
            raise AuthExpired(f"There is no X token for {account.handle} in the secrets file; add one.") from None

    def _client(self, account: Account) -> Any:
        mine: dict[str, Any] = self._local.__dict__.setdefault("clients", {})
        if account.key not in mine:
            mine[account.key] = self._new_client(self._token(account))
        return mine[account.key]

    def _bearer_request(self, token: str, method: str, route: str, body: Raw | None) -> Said:
        """Rare calls: the client is made for the one call."""
        client = self._held(tweepy.Client(token, return_type=requests.Response, wait_on_rate_limit=False))
        try:
            return _called(client, lambda c: c.request(method, route, json=body))
        finally:
            client.session.close()

    def _new_client(self, token: XAccount) -> Any:
        client = tweepy.Client(
            consumer_key=self._app.consumer_key,
            consumer_secret=self._app.consumer_secret,
            access_token=token.access_token,
            access_token_secret=token.access_token_secret,
            return_type=requests.Response,
            wait_on_rate_limit=False,
        )
        return self._held(client)

    def _held(self, client: Any) -> Any:
        client.session = Transport(self._base_url, read_s=self._read_s)
        self._open.add(client.session)
        return client


def _called(client: Any, send: Send) -> Said:
    transport: Transport = client.session
    error = _attempt(send, client, transport)
    if error:
        raise error
    return _said(transport.last)


def _attempt(send: Send, client: Any, transport: Transport) -> PlatformError | None:
    """The error, unraised, so that it carries no vendor exception with headers along."""
    transport.last = Answer()
    try:
        send(client)
    except PlatformError as exc:
        return exc
    except Exception:  # tweepy raises anything on odd answers; the answer itself decides
        return outcome_of(transport.last)
    return None


def _said(answer: Answer) -> Said:
    page = parsed(answer.body)
    if not isinstance(page, dict):
        raise Unclear("X answered without JSON; look before sending again.", status=answer.status, trace=answer.trace)
    return Said(page, answer)

"""facebook-sdk, held by the collar: a thin keeper of token, version and paths; the answer itself is judged here.

Traps of facebook-sdk 3.1.0 and where each ends: versions after 3.1 refused (attribute set afterwards); fixed
host, no timeout, redirects, token in the query string, no ``appsecret_proof`` (transport); status and headers
thrown away, HTTP 500 without ``error`` taken for success, HTML and a missing Content-Type (transport judges
before the library looks); Python booleans and lists mangled (``wire``); ``assert`` instead of a check for the
token (checked here); ``error_subcode`` no attribute (read from the raw answer); paging that loses the token
(own loop). Not thread-safe (thread-local).
"""

from __future__ import annotations

import hashlib
import hmac
import json
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final
from weakref import WeakSet

import facebook
import requests

from bot.domain.accounts import Account
from bot.domain.errors import AuthExpired, PlatformError, Unclear
from bot.domain.ports import Budget, Clock
from bot.platforms.credentials import FacebookApp, FacebookPage
from bot.platforms.facebook.budget import budgets
from bot.platforms.facebook.errors import is_error, outcome_of, unclear
from bot.platforms.transport import MEDIA_READ_S, READ_S, Answer, Transport, parsed, quiet_vendor_logs

BASE_URL: Final = "https://graph.facebook.com"
VERSION: Final = "v26.0"

Send = Callable[[Any], Any]
"""One call on a GraphAPI."""


class GraphTransport(Transport):
    """Moves the token into the header, proves the app, and lets only well-formed JSON objects reach the library."""

    def __init__(self, base_url: str, token: str, proof: str, *, read_s: float = READ_S) -> None:
        super().__init__(base_url, read_s=read_s)
        self._token, self._proof = token, proof

    def request(self, method: Any, url: Any, *args: Any, **kwargs: Any) -> requests.Response:
        params, data = _without_token(kwargs.get("params")), _without_token(kwargs.get("data"))
        (data or params)["appsecret_proof"] = self._proof
        kwargs.update(params=params, data=data or None, headers={"Authorization": f"Bearer {self._token}"})
        if kwargs.get("files"):
            kwargs["timeout"] = (self.timeout[0], max(self.timeout[1], MEDIA_READ_S))
        response = super().request(method, url, *args, **kwargs)
        if not _is_sound(self.last):
            raise unclear(self.last)
        return response


@dataclass(frozen=True, slots=True)
class Said:
    """A 2xx answer without ``error`` that is a JSON object."""

    page: Mapping[str, Any]
    answer: Answer
    budgets: tuple[Budget, ...]

    def unclear(self, sentence: str) -> Unclear:
        """For a 2xx that does not prove what it should."""
        return Unclear(sentence, status=self.answer.status, trace=self.answer.trace)

    def id(self) -> str:
        """The id of what was created; Unclear without one."""
        if not self.page.get("id"):
            raise self.unclear("Facebook accepted the call without giving an id; look before sending again.")
        return str(self.page["id"])

    def demand_success(self) -> None:
        if self.page.get("success") is not True:
            raise self.unclear("Facebook answered without confirming the action; read it back.")


class Pages:
    """``pages`` maps roster handles to tokens; ``version`` is like ``v26.0``; ``read_s`` bounds every answer."""

    def __init__(
        self,
        app: FacebookApp,
        pages: Mapping[str, FacebookPage],
        *,
        clock: Clock,
        base_url: str = BASE_URL,
        version: str = VERSION,
        read_s: float = READ_S,
    ) -> None:
        self._app, self._clock, self._base_url = app, clock, base_url
        self._version, self._read_s = version, read_s
        self._pages = {handle.casefold(): page for handle, page in pages.items()}
        self._local = threading.local()
        self._open: WeakSet[Transport] = WeakSet()  # a thread that ends takes its clients along
        quiet_vendor_logs()

    def page_id(self, account: Account) -> str:
        return self._page(account).page_id

    def call(self, account: Account, send: Send) -> Said:
        """Performs ``send`` once; raises a PlatformError unless Graph answered 2xx without an error."""
        graph = self._graph(account)
        transport: GraphTransport = graph.session
        error = self._attempt(send, graph, transport)
        if error:
            raise error
        answer = transport.last
        return Said(parsed(answer.body), answer, budgets(answer.headers, self._clock()))

    def get(self, account: Account, path: str, **params: Any) -> Said:
        return self.call(account, lambda g: g.request(f"{g.version}/{path}", wire(params)))

    def post(self, account: Account, path: str, **fields: Any) -> Said:
        return self.call(account, lambda g: g.request(f"{g.version}/{path}", post_args=wire(fields), method="POST"))

    def delete(self, account: Account, path: str, **params: Any) -> Said:
        return self.call(account, lambda g: g.request(f"{g.version}/{path}", wire(params), method="DELETE"))

    def answered_version(self, account: Account) -> str:
        """Which Graph version gave this thread's latest answer for the Page; empty when it did not say."""
        return str(self._graph(account).session.last.headers.get("facebook-api-version", ""))[:20]

    def close(self) -> None:
        """Closes every connection of every thread; the clients may be used again afterwards."""
        for transport in list(self._open):
            transport.close()

    def _attempt(self, send: Send, graph: Any, transport: GraphTransport) -> PlatformError | None:
        """The error, unraised, so that it carries no vendor exception with an address along."""
        transport.last = Answer()
        try:
            send(graph)
        except PlatformError as exc:
            return exc
        except Exception:  # the library raises KeyError, ValueError and more; the answer itself decides
            return outcome_of(transport.last, self._clock())
        sound = transport.last.status in range(200, 300)
        return None if sound else outcome_of(transport.last, self._clock())

    def _page(self, account: Account) -> FacebookPage:
        page = self._pages.get(account.key)
        if page is None or not page.page_token:
            raise AuthExpired(f"There is no Page token for {account.handle} in the secrets file; add one.")
        return page

    def _graph(self, account: Account) -> Any:
        mine: dict[str, Any] = self._local.__dict__.setdefault("graphs", {})
        if account.key not in mine:
            mine[account.key] = self._new_graph(self._page(account))
        return mine[account.key]

    def _new_graph(self, page: FacebookPage) -> Any:
        proof = appsecret_proof(self._app.app_secret, page.page_token)
        transport = GraphTransport(self._base_url, page.page_token, proof, read_s=self._read_s)
        self._open.add(transport)
        graph = facebook.GraphAPI(page.page_token, transport.timeout, None, None, transport)
        graph.version = self._version
        return graph


def appsecret_proof(app_secret: str, token: str) -> str:
    """Hex HMAC-SHA256 that shows Meta that the token's user also holds the app's secret."""
    return hmac.new(app_secret.encode(), token.encode(), hashlib.sha256).hexdigest()


def wire(fields: Mapping[str, Any]) -> dict[str, Any]:
    """Values as Graph reads them: ``true`` not ``True``, lists and objects as JSON, nothing for None."""
    return {name: _plain(value) for name, value in fields.items() if value is not None}


def _plain(value: Any) -> Any:
    if isinstance(value, bool):
        return "true" if value else "false"
    return json.dumps(value, ensure_ascii=False) if isinstance(value, list | tuple | dict) else value


def _without_token(fields: Mapping[str, Any] | None) -> dict[str, Any]:
    return {name: value for name, value in (fields or {}).items() if name != "access_token"}


def _is_sound(answer: Answer) -> bool:
    """A JSON object with a JSON content type that is either a 2xx or holds an ``error``."""
    if "json" not in answer.headers.get("content-type", ""):
        return False
    body = parsed(answer.body)
    return isinstance(body, dict) and (answer.status in range(200, 300) or is_error(body))

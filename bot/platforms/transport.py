"""The one way to the network for both vendor libraries: a ``requests`` session with the house's rules.

Rewrites the vendor's fixed host to the configured base URL, always waits a bounded time, follows no redirect,
repeats nothing, writes on a fresh connection, and keeps status and headers that the libraries throw away.
Failures of the network itself leave here already named: NotSent or Unclear, without URL, header or token.
"""

from __future__ import annotations

import json
import logging
import ssl
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from ipaddress import ip_address
from typing import Any, Final
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter
from requests.structures import CaseInsensitiveDict
from urllib3.exceptions import HTTPError, NewConnectionError

from bot.domain.errors import NotSent, PlatformError, Unclear

CONNECT_S: Final = 5.0
READ_S: Final = 30.0
MEDIA_READ_S: Final = 60.0
_NEVER_LEFT: Final = (
    requests.exceptions.ConnectTimeout,
    requests.exceptions.ProxyError,  # raised only while the proxy itself has not been reached
    requests.exceptions.InvalidURL,
    requests.exceptions.InvalidSchema,
    requests.exceptions.MissingSchema,
    requests.exceptions.InvalidHeader,
)
_HANDSHAKE: Final = frozenset(
    {
        "CERTIFICATE_VERIFY_FAILED",
        "HTTP_REQUEST",
        "NO_PROTOCOLS_AVAILABLE",
        "SSLV3_ALERT_HANDSHAKE_FAILURE",
        "TLSV1_ALERT_PROTOCOL_VERSION",
        "TLSV1_UNRECOGNIZED_NAME",
        "UNSUPPORTED_PROTOCOL",
        "WRONG_VERSION_NUMBER",
    }
)
_CHATTY: Final = ("tweepy", "oauthlib", "requests_oauthlib", "urllib3")


@dataclass(frozen=True, slots=True)
class Answer:
    """The latest answer as it came; the libraries keep neither status nor headers on success. 0: none came."""

    status: int = 0
    headers: Mapping[str, str] = field(default_factory=CaseInsensitiveDict)
    body: bytes = field(default=b"", repr=False)

    @property
    def trace(self) -> str:
        """The platform's own id of this request, for its support desk."""
        names = ("x-transaction-id", "x-fb-trace-id", "x-fb-request-id")
        return next((self.headers[name][:80] for name in names if name in self.headers), "")


class Transport(requests.Session):
    """One per account and thread. ``base_url`` may hold a path, e.g. ``http://127.0.0.1:8080/x``."""

    def __init__(self, base_url: str, *, connect_s: float = CONNECT_S, read_s: float = READ_S) -> None:
        super().__init__()
        self.base_url = base_url.rstrip("/")
        self.timeout = (connect_s, read_s)
        self.trust_env = not _is_local(self.base_url)
        self.last = Answer()
        for scheme in ("https://", "http://"):
            self.mount(scheme, HTTPAdapter(max_retries=0))

    def request(self, method: Any, url: Any, *args: Any, **kwargs: Any) -> requests.Response:
        """Sends once; raises NotSent or Unclear when there is no answer."""
        kwargs["timeout"] = kwargs.get("timeout") or self.timeout
        kwargs["allow_redirects"] = False
        kwargs["auth"] = kwargs.get("auth") or _no_netrc
        self.last = Answer()
        if str(method).upper() not in ("GET", "HEAD"):
            self._drop_connections()
        response = self._send(method, self.rewritten(str(url)), args, kwargs)
        self.last = Answer(response.status_code, response.headers, response.content)
        return response

    def rewritten(self, url: str) -> str:
        """The same path and query at the configured base."""
        parts = urlsplit(url)
        return self.base_url + parts.path + (f"?{parts.query}" if parts.query else "")

    def _send(self, method: str, url: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> requests.Response:
        failure: PlatformError
        try:
            return super().request(method, url, *args, **kwargs)
        except (OSError, HTTPError, ValueError) as exc:  # requests' own errors are OSErrors
            failure = network_failure(exc)
        raise failure  # outside the except block, so that no URL or header hangs on it as context

    def _drop_connections(self) -> None:
        """A kept-alive connection can die under a write without telling whether it arrived."""
        for adapter in self.adapters.values():
            adapter.close()


def network_failure(exc: Exception) -> NotSent | Unclear:
    """NotSent only when the request provably never left; everything else may have arrived."""
    if isinstance(exc, _NEVER_LEFT) or any(_before_sending(each) for each in _causes(exc)):
        return NotSent("The platform could not be reached; it is tried again by itself.")
    return Unclear("The connection broke before the platform's answer was complete; look before sending again.")


def parsed(body: bytes | str | None) -> Any:
    """JSON, however nested or broken; None for what is none."""
    try:
        return json.loads(body or b"")
    except (ValueError, RecursionError):
        return None


def quiet_vendor_logs() -> None:
    """The libraries log tokens and whole bodies at DEBUG; nobody gets to switch that on by a root level."""
    for name in _CHATTY:
        logging.getLogger(name).setLevel(logging.INFO)


def _causes(exc: object) -> Iterator[BaseException]:
    """The exception and what it wraps; urllib3 hides the reason in an attribute, requests in the arguments."""
    for _ in range(6):
        if not isinstance(exc, BaseException):
            return
        yield exc
        reason = getattr(exc, "reason", None)
        exc = reason if isinstance(reason, BaseException) else next(iter(exc.args), None)


def _before_sending(exc: BaseException) -> bool:
    """Name resolution, connecting, or a handshake that says so; other TLS faults can strike after sending."""
    if isinstance(exc, ssl.SSLError):
        return isinstance(exc, ssl.SSLCertVerificationError) or getattr(exc, "reason", "") in _HANDSHAKE
    return isinstance(exc, NewConnectionError)


def _no_netrc(request: requests.PreparedRequest) -> requests.PreparedRequest:
    """``requests`` would otherwise replace our Authorization header by a ``~/.netrc`` entry."""
    return request


def _is_local(base_url: str) -> bool:
    """The practice platforms are never behind the proxy of the environment."""
    host = urlsplit(base_url).hostname or ""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"

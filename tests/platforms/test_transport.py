"""The rules of the one way to the network."""

from __future__ import annotations

import ssl

import pytest
import requests
from urllib3.connectionpool import HTTPConnectionPool
from urllib3.exceptions import MaxRetryError, NameResolutionError, NewConnectionError, ProtocolError, ReadTimeoutError
from urllib3.exceptions import SSLError as PoolSSLError

from bot.domain.errors import NotSent, Unclear
from bot.platforms.facebook.graph import GraphTransport
from bot.platforms.transport import Transport, network_failure, parsed
from tests.platforms.canned import Canned, Reply

POOL = HTTPConnectionPool("x.example")
CERTIFICATE = ssl.SSLCertVerificationError(1, "[SSL: CERTIFICATE_VERIFY_FAILED]")
WRONG_VERSION = ssl.SSLError(1, "[SSL: WRONG_VERSION_NUMBER] wrong version number")
WRONG_VERSION.reason = "WRONG_VERSION_NUMBER"
LATE_EOF = ssl.SSLError(8, "EOF occurred in violation of protocol")
Vendor = requests.exceptions


def wrapped(reason: Exception) -> requests.ConnectionError:
    """As requests hands it on."""
    return requests.ConnectionError(MaxRetryError(POOL, "/2/tweets", reason))


NEVER_LEFT = [
    Vendor.ConnectTimeout("slow"),
    Vendor.ProxyError("proxy"),
    Vendor.InvalidURL("x"),
    Vendor.MissingSchema("x"),
    Vendor.InvalidHeader("x"),
    wrapped(NewConnectionError(None, "refused")),  # type: ignore[arg-type]
    wrapped(NameResolutionError("x.example", None, OSError("no such host"))),  # type: ignore[arg-type]
    Vendor.SSLError(MaxRetryError(POOL, "/", PoolSSLError(CERTIFICATE))),
    Vendor.SSLError(MaxRetryError(POOL, "/", PoolSSLError(WRONG_VERSION))),
]
MAY_HAVE_ARRIVED = [
    Vendor.ReadTimeout("slow"),
    Vendor.ChunkedEncodingError("cut"),
    Vendor.ContentDecodingError("gzip"),
    requests.ConnectionError(ProtocolError("Connection aborted.", ConnectionResetError(104, "reset"))),
    requests.ConnectionError(ReadTimeoutError(POOL, "/", "slow")),
    Vendor.SSLError(MaxRetryError(POOL, "/", PoolSSLError(LATE_EOF))),
    Vendor.SSLError(LATE_EOF),
    Vendor.TooManyRedirects("x"),
    OSError("disk"),
    ValueError("odd"),
    UnicodeEncodeError("latin-1", "あ", 0, 1, "header"),
    requests.RequestException(),
]


@pytest.mark.parametrize("error", NEVER_LEFT, ids=lambda each: type(each).__name__)
def test_what_never_left_may_be_sent_again(error: Exception) -> None:
    assert isinstance(network_failure(error), NotSent)


@pytest.mark.parametrize("error", MAY_HAVE_ARRIVED, ids=lambda each: type(each).__name__)
def test_everything_else_may_have_arrived(error: Exception) -> None:
    assert isinstance(network_failure(error), Unclear)


@pytest.mark.parametrize(
    ("base", "url", "wanted"),
    [
        ("https://api.x.com", "https://api.twitter.com/2/tweets", "https://api.x.com/2/tweets"),
        (
            "http://127.0.0.1:8080/x/",
            "https://api.twitter.com/2/users/me?a=1&b=2",
            "http://127.0.0.1:8080/x/2/users/me?a=1&b=2",
        ),
        ("http://h/facebook", "https://graph.facebook.com/v26.0/", "http://h/facebook/v26.0/"),
    ],
)
def test_only_scheme_host_and_base_path_change(base: str, url: str, wanted: str) -> None:
    assert Transport(base).rewritten(url) == wanted


def test_a_kept_netrc_never_replaces_our_token(
    canned: Canned, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    netrc = tmp_path_factory.mktemp("home") / "netrc"
    netrc.write_text("machine 127.0.0.1 login somebody password else\n")
    monkeypatch.setenv("NETRC", str(netrc))
    with GraphTransport(canned.url, "token", "proof") as transport:
        transport.trust_env = True
        canned.answers(Reply(200, b'{"id":"1"}'))
        transport.request("GET", "https://graph.facebook.com/v26.0/me")
    assert canned.arrived[0].headers["Authorization"] == "Bearer token"


def test_the_practice_platforms_are_never_behind_the_environments_proxy() -> None:
    assert [Transport(base).trust_env for base in ("http://127.0.0.1:1/x", "http://localhost:1", "http://[::1]:1")] == [
        False
    ] * 3
    assert Transport("https://api.x.com").trust_env is True


def test_reads_may_keep_their_connection_and_writes_never_do(canned: Canned) -> None:
    with Transport(canned.url) as transport:
        for method in ("GET", "GET", "POST", "POST", "DELETE", "PUT"):
            transport.request(method, "https://api.x.com/2/x")
    ports = [each.port for each in canned.arrived]
    assert ports[0] == ports[1]
    assert len(set(ports[1:])) == 5


def test_json_is_read_without_ever_failing() -> None:
    assert [parsed(each) for each in (b'{"a": 1}', b"[" * 100_000, b"\xff", None, "", b"<html>")] == [
        {"a": 1},
        *[None] * 5,
    ]

"""X's answers and what they mean: every row of the tables, over real HTTP through tweepy."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from bot.domain.accounts import Platform
from bot.domain.errors import AuthExpired, Kind, NotSent, PlatformError, RateLimited, Rejected, Unclear
from bot.domain.posts import Content
from bot.platforms import X
from bot.sandbox import SettableClock
from tests.platforms.canned import Canned, Reply, as_json
from tests.platforms.stage import account, x_adapter

TOKYO = account("IMMI_TOKYO", Platform.X)
HTML = Reply(403, b"<!DOCTYPE html><h1>no</h1>", {"content-type": "text/html"})
RESET = {"x_rate_limit_limit": "100", "x_rate_limit_remaining": "0", "x_rate_limit_reset": "1796263200"}
NOON = datetime.fromtimestamp(1796263200, UTC)


def problem(status: int, kind: str = "about:blank", detail: str = "no", **more: Any) -> Reply:
    body = {"title": "No", "detail": detail, "type": f"https://api.x.com/2/problems/{kind}", "status": status, **more}
    return as_json(status, body)


@pytest.fixture
def x(canned: Canned, clock: SettableClock) -> Iterator[X]:
    adapter = x_adapter(canned.url, clock, read_s=0.3)
    yield adapter
    adapter.close()


def refusal(x: X, error: type[PlatformError]) -> Any:
    with pytest.raises(error) as told:
        x.publish(TOKYO, Content("窓口の時間"), ())
    return told.value


REFUSED = [
    ("400", as_json(400, {"errors": [{"parameters": {}, "message": "bad"}], "title": "Invalid Request"}), Kind.CONTENT),
    ("402", problem(402, "credits-depleted"), Kind.CREDIT),
    ("402 without words", as_json(402, {"title": "Payment Required"}), Kind.CREDIT),
    (
        "403 duplicate, Tweet",
        problem(403, detail="You are not allowed to create a Tweet with duplicate content."),
        Kind.DUPLICATE,
    ),
    (
        "403 duplicate, Post",
        problem(403, detail="You are not allowed to create a Post with Duplicate Content."),
        Kind.DUPLICATE,
    ),
    ("403 v1.1 187", as_json(403, {"errors": [{"code": 187, "message": "Status is a duplicate."}]}), Kind.DUPLICATE),
    (
        "403 summon rule",
        problem(403, detail="You have not been mentioned or otherwise engaged by the author"),
        Kind.PLAN,
    ),
    ("403 plan", problem(403, "client-forbidden", reason="client-not-enrolled"), Kind.PLAN),
    ("403 plan, old host", as_json(403, {"type": "https://api.twitter.com/2/problems/client-forbidden"}), Kind.PLAN),
    ("403 v1.1 453", as_json(403, {"errors": [{"code": 453, "message": "subset"}]}), Kind.PLAN),
    ("403 suspended", problem(403, "user-suspended"), Kind.POLICY),
    ("403 other", problem(403, detail="You are not permitted to perform this action."), Kind.PERMISSION),
    ("404", problem(404, "resource-not-found"), Kind.GONE),
    ("409", problem(409, "rule-configuration-issue"), Kind.CONTENT),
    ("413", problem(413), Kind.CONTENT),
    (
        "429 monthly cap, healthy headers",
        as_json(429, {"title": "UsageCapExceeded", "type": "x/usage-capped"}),
        Kind.CREDIT,
    ),
]

UNKNOWN = [
    ("500", problem(500)),
    ("502", problem(502)),
    ("503 HTML", Reply(503, b"<h1>503</h1>", {"content-type": "text/html"})),
    ("504", Reply(504, b"", {})),
    ("403 HTML of a proxy", HTML),
    ("401 HTML of a proxy", Reply(401, b"<h1>sign in</h1>", {"content-type": "text/html"})),
    ("429 HTML of a proxy", Reply(429, b"<h1>slow</h1>", {"content-type": "text/html"})),
    ("408", problem(408)),
    ("425", problem(425)),
    ("499", problem(499)),
    ("302", Reply(302, b"", {"location": "/elsewhere"})),
    ("308", Reply(308, b"", {"location": "/elsewhere"})),
    ("201 without id", as_json(201, {"data": {"text": "窓口の時間"}})),
    ("201 with empty id", as_json(201, {"data": {"id": "", "text": "窓口の時間"}})),
    ("201 HTML", Reply(201, b"<h1>ok</h1>", {"content-type": "text/html"})),
    ("200 list", as_json(200, [1, 2])),
    ("400 list", as_json(400, ["bad"])),
    ("403 string", as_json(403, "no")),
    ("403 object that names no problem", as_json(403, {"ok": False})),
    ("403 nested beyond reason", Reply(403, b"[" * 100_000, {"content-type": "application/json"})),
    ("200 nothing", Reply(200, b"", {})),
    ("reset after sending", Reply(cut=True)),
    ("no answer in time", Reply(201, b'{"data":{"id":"1"}}', hang_s=0.8)),
]


@pytest.mark.parametrize(("reply", "kind"), [row[1:] for row in REFUSED], ids=[row[0] for row in REFUSED])
def test_a_refusal_says_whose_turn_it_is(canned: Canned, x: X, reply: Reply, kind: Kind) -> None:
    canned.answers(reply)

    error = refusal(x, Rejected)

    assert (error.kind, error.status) == (kind, reply.status)
    assert len(canned.arrived) == 1


@pytest.mark.parametrize("reply", [row[1] for row in UNKNOWN], ids=[row[0] for row in UNKNOWN])
def test_what_proves_nothing_is_unclear_and_was_sent_once(canned: Canned, x: X, reply: Reply) -> None:
    canned.answers(reply)

    refusal(x, Unclear)

    assert len(canned.arrived) == 1


@pytest.mark.parametrize("reply", [row[1] for row in UNKNOWN], ids=[row[0] for row in UNKNOWN])
def test_the_same_on_a_read_may_simply_be_tried_again(canned: Canned, x: X, reply: Reply) -> None:
    canned.answers(reply)

    with pytest.raises(NotSent):
        x.whoami(TOKYO)


def test_a_dead_token_is_the_owners_turn(canned: Canned, x: X) -> None:
    canned.answers(as_json(401, {"title": "Unauthorized", "type": "about:blank", "status": 401}))
    assert "connect" in str(refusal(x, AuthExpired))


LIMITED = [
    ("with reset", as_json(429, {"title": "Too Many Requests"}, **RESET), NOON),
    ("bare", as_json(429, {"title": "Too Many Requests"}), None),
    ("empty body", Reply(429, b"", {}), None),
    ("reset is no number", as_json(429, {"title": "x"}, x_rate_limit_remaining="0", x_rate_limit_reset="soon"), None),
    ("reset beyond all calendars", as_json(429, {"title": "x"}, x_rate_limit_reset="9" * 30), None),
    ("old code 88 in a 403", as_json(403, {"errors": [{"code": 88, "message": "Rate limit exceeded"}]}), None),
    (
        "the day's limit of the app is what ran out",
        as_json(
            429,
            {"title": "x"},
            x_rate_limit_remaining="5",
            x_rate_limit_reset="1796260000",
            x_app_limit_24hour_remaining="0",
            x_app_limit_24hour_reset="1796263200",
        ),
        NOON,
    ),
    (
        "HTML, yet X's own headers",
        Reply(429, b"<h1>slow</h1>", {"x-rate-limit-remaining": "0", "x-rate-limit-reset": "1796263200"}),
        NOON,
    ),
]


@pytest.mark.parametrize(("reply", "at"), [row[1:] for row in LIMITED], ids=[row[0] for row in LIMITED])
def test_a_limit_was_not_executed_and_says_when(canned: Canned, x: X, reply: Reply, at: datetime | None) -> None:
    canned.answers(reply)

    assert refusal(x, RateLimited).retry_at == at
    assert len(canned.arrived) == 1


def test_a_refused_connection_was_never_sent(canned: Canned, x: X, clock: SettableClock) -> None:
    closed = x_adapter("http://127.0.0.1:9", clock)
    refusal(closed, NotSent)
    closed.close()


def test_an_unknown_host_was_never_sent(clock: SettableClock) -> None:
    nowhere = x_adapter("http://nowhere.invalid", clock)
    refusal(nowhere, NotSent)
    nowhere.close()


def test_a_plain_http_port_behind_https_was_never_sent(canned: Canned, clock: SettableClock) -> None:
    tls = x_adapter(canned.url.replace("http://", "https://"), clock)
    refusal(tls, NotSent)
    assert canned.arrived == []
    tls.close()


def test_the_code_is_the_last_part_of_the_problem_type(canned: Canned, x: X) -> None:
    canned.answers(problem(403, "user-suspended"))
    assert refusal(x, Rejected).code == "user-suspended"


def test_an_account_without_a_token_is_told_so_before_any_call(canned: Canned, x: X) -> None:
    with pytest.raises(AuthExpired, match="no X token for IMMI_SENDAI"):
        x.publish(account("IMMI_SENDAI", Platform.X), Content("はい"), ())
    assert canned.arrived == []

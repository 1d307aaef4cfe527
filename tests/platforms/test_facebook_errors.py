"""Graph's error codes and what they mean: every row of the table, over real HTTP through facebook-sdk."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest

from bot.domain.accounts import Platform
from bot.domain.errors import AuthExpired, Kind, NotSent, PlatformError, RateLimited, Rejected, Unclear
from bot.domain.posts import Content
from bot.platforms import Facebook
from bot.sandbox import SettableClock
from tests.platforms.canned import Canned, Reply, as_json
from tests.platforms.stage import NAGOYA, THU_10_JST, account, facebook_adapter

PAGE = account("nagoya.nyukan.support", Platform.FACEBOOK)


def graph_error(code: int, subcode: int = 0, status: int = 400, **more: Any) -> Reply:
    error = {"message": "no", "type": "OAuthException", "code": code, "fbtrace_id": "Trace1", **more}
    if subcode:
        error["error_subcode"] = subcode
    return as_json(status, {"error": error})


@pytest.fixture
def page(canned: Canned, clock: SettableClock) -> Iterator[Facebook]:
    adapter = facebook_adapter(canned.url, clock, read_s=0.3)
    yield adapter
    adapter.close()


def refusal(page: Facebook, error: type[PlatformError]) -> Any:
    with pytest.raises(error) as told:
        page.publish(PAGE, Content("窓口の時間"), ())
    return told.value


REFUSED = [
    (3, 0, Kind.PERMISSION),
    (10, 0, Kind.PERMISSION),
    (200, 0, Kind.PERMISSION),
    (299, 0, Kind.PERMISSION),
    (100, 0, Kind.CONTENT),
    (100, 33, Kind.GONE),
    (803, 0, Kind.GONE),
    (368, 1390008, Kind.POLICY),
    (368, 4854002, Kind.POLICY),
    (368, 1404082, Kind.DUPLICATE),
    (506, 0, Kind.DUPLICATE),
    (1366051, 0, Kind.DUPLICATE),
    (1404078, 0, Kind.POLICY),
    (1609005, 0, Kind.CONTENT),
    (2635, 0, Kind.VERSION),
    (77777, 0, Kind.CONTENT),
]


@pytest.mark.parametrize(("code", "subcode", "kind"), REFUSED)
@pytest.mark.parametrize("status", [400, 403])
def test_a_refusal_says_whose_turn_it_is(
    canned: Canned, page: Facebook, code: int, subcode: int, kind: Kind, status: int
) -> None:
    canned.answers(graph_error(code, subcode, status))

    error = refusal(page, Rejected)

    assert (error.kind, error.trace) == (kind, "Trace1")
    assert error.code == (f"{code}:{subcode}" if subcode else str(code))
    assert len(canned.arrived) == 1


@pytest.mark.parametrize("subcode", [0, 458, 459, 460, 463, 464, 467, 492])
@pytest.mark.parametrize(("code", "status"), [(190, 400), (190, 401), (102, 400)])
def test_a_dead_token_is_the_owners_turn_whatever_the_status(
    canned: Canned, page: Facebook, code: int, subcode: int, status: int
) -> None:
    canned.answers(graph_error(code, subcode, status))
    assert "connect" in str(refusal(page, AuthExpired))


@pytest.mark.parametrize("code", [4, 17, 32, 613, 80001])
def test_a_limit_was_not_executed(canned: Canned, page: Facebook, code: int) -> None:
    canned.answers(graph_error(code))
    assert refusal(page, RateLimited).retry_at is None


def test_a_page_limit_says_when_it_ends(canned: Canned, page: Facebook) -> None:
    usage = {"168": [{"type": "pages", "call_count": 100, "estimated_time_to_regain_access": 42}]}
    reply = graph_error(80001)
    named = {**reply.headers, "x-business-use-case-usage": str(usage).replace("'", '"')}
    canned.answers(Reply(400, reply.body, named))

    assert refusal(page, RateLimited).retry_at == THU_10_JST + timedelta(minutes=42)


def test_the_publishing_limit_means_hours(canned: Canned, page: Facebook) -> None:
    canned.answers(graph_error(341))
    at: datetime = refusal(page, RateLimited).retry_at
    assert at >= THU_10_JST + timedelta(hours=1)


UNKNOWN = [
    ("code 1", graph_error(1, status=500, is_transient=True)),
    ("code 1 (99)", graph_error(1, 99, 400)),
    ("code 2", graph_error(2, status=500)),
    ("code 1363047", graph_error(1363047)),
    ("code 1609010", graph_error(1609010)),
    ("unlisted and transient", graph_error(88888, is_transient=True)),
    ("unlisted on 500", graph_error(88888, status=500)),
    ("code is no number", as_json(400, {"error": {"code": "x"}})),
    ("error is a string", as_json(400, {"error": "no"})),
    ("500 JSON without error", as_json(500, {"ok": True})),
    ("403 HTML", Reply(403, b"<h1>no</h1>", {"content-type": "text/html"})),
    ("503 HTML", Reply(503, b"<h1>no</h1>", {"content-type": "text/html"})),
    ("no Content-Type", Reply(200, b'{"id":"1_2"}', {})),
    ("200 without id", as_json(200, {"success": True})),
    ("200 list", as_json(200, [])),
    ("200 broken JSON", Reply(200, b'{"id": ')),
    ("302", Reply(302, b"{}", {"location": "/x", "content-type": "application/json"})),
    ("reset after sending", Reply(cut=True)),
    ("no answer in time", Reply(200, b'{"id":"1_2"}', hang_s=0.8)),
]


@pytest.mark.parametrize("reply", [row[1] for row in UNKNOWN], ids=[row[0] for row in UNKNOWN])
def test_what_proves_nothing_is_unclear_and_was_sent_once(canned: Canned, page: Facebook, reply: Reply) -> None:
    canned.answers(reply)

    refusal(page, Unclear)

    assert len(canned.arrived) == 1


@pytest.mark.parametrize("reply", [row[1] for row in UNKNOWN], ids=[row[0] for row in UNKNOWN])
def test_the_same_on_a_read_may_simply_be_tried_again(canned: Canned, page: Facebook, reply: Reply) -> None:
    canned.answers(reply)

    with pytest.raises(NotSent):
        page.whoami(PAGE)


def test_words_for_staff_are_shown_without_anything_like_a_token(canned: Canned, page: Facebook) -> None:
    canned.answers(graph_error(368, error_user_msg=f"しばらくお待ちください {NAGOYA.page_token}"))

    sentence = str(refusal(page, Rejected))

    assert "しばらくお待ちください" in sentence
    assert NAGOYA.page_token not in sentence


def test_a_page_without_a_token_is_told_so_before_any_call(canned: Canned, page: Facebook) -> None:
    with pytest.raises(AuthExpired, match="no Page token"):
        page.publish(account("immi.other", Platform.FACEBOOK), Content("はい"), ())
    assert canned.arrived == []


def test_an_unreachable_graph_was_never_sent(clock: SettableClock) -> None:
    closed = facebook_adapter("http://127.0.0.1:9", clock)
    refusal(closed, NotSent)
    closed.close()

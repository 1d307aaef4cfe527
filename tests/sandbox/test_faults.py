"""Faults on demand: what the client sees, and whether the platform has acted meanwhile."""

from __future__ import annotations

from typing import Any

import facebook
import pytest
import requests
import tweepy

from bot.sandbox import KINDS, Fault, Sandbox
from tests.sandbox.conftest import Graph, X

RESET = requests.ConnectionError
SEEN_ON_X: dict[str, tuple[type[BaseException] | int, int]] = {
    # fault: what tweepy raises (or the status it passes on), and how many posts exist afterwards
    "refuse": (RESET, 0),
    "reset_before": (RESET, 0),
    "hang_before": (requests.ReadTimeout, 0),
    "unauthorized": (tweepy.Unauthorized, 0),
    "forbidden": (tweepy.Forbidden, 0),
    "rate_limited": (tweepy.TooManyRequests, 0),
    "rate_limited_bare": (tweepy.TooManyRequests, 0),
    "rate_limited_odd": (ValueError, 0),
    "usage_capped": (tweepy.TooManyRequests, 0),
    "credits": (tweepy.HTTPException, 0),
    "error": (tweepy.TwitterServerError, 0),
    "html_403": (tweepy.Forbidden, 0),
    "html_503": (tweepy.TwitterServerError, 0),
    "list_body": (200, 0),
    "reset_after": (RESET, 1),
    "hang_after": (requests.ReadTimeout, 1),
    "error_after": (tweepy.TwitterServerError, 1),
    "html_after": (tweepy.TwitterServerError, 1),
    "no_error_500": (tweepy.TwitterServerError, 1),
    "no_id": (201, 1),
    "html_201": (201, 1),
    "list_after": (201, 1),
    "no_content_type": (201, 1),
    "slow": (201, 1),
}


@pytest.mark.parametrize("kind", SEEN_ON_X)
def test_a_fault_on_x_shows_as_ordered_and_leaves_the_ordered_number_of_posts(
    sandbox: Sandbox, x: X, kind: str
) -> None:
    seen, posts = SEEN_ON_X[kind]
    x.wire.request = short_patience(x.wire.request)  # type: ignore[method-assign]
    sandbox.fault(kind, route="create", seconds=0.3 if kind == "slow" else 5.0)
    if isinstance(seen, int):
        assert x.client.request("POST", "/2/tweets", json={"text": "お知らせ"}, user_auth=True).status_code == seen
    else:
        with pytest.raises(seen):
            x.client.request("POST", "/2/tweets", json={"text": "お知らせ"}, user_auth=True)
    assert len(sandbox.people.posts("IMMI_TOKYO")) == posts
    assert sandbox.requests("x", "create")[0].executed is bool(posts)
    assert x.call("GET", "/2/users/me")  # the next call is well


def short_patience(request: Any) -> Any:
    return lambda *args, **kwargs: request(*args, **{**kwargs, "timeout": 0.6})


def test_every_kind_of_fault_is_tried_on_one_platform_or_the_other() -> None:
    assert set(KINDS) == set(SEEN_ON_X) | {"redirect", "wrong_version"}


def test_a_bare_429_has_no_reset_and_an_odd_one_has_no_number(sandbox: Sandbox, x: X) -> None:
    sandbox.fault("rate_limited_bare")
    with pytest.raises(tweepy.TooManyRequests) as caught:
        x.call("GET", "/2/users/me")
    assert caught.value.reset_time is None
    sandbox.fault("rate_limited_odd")
    with pytest.raises(ValueError, match="soon"):
        x.call("GET", "/2/users/me")


def test_a_fault_is_scoped_and_counted(sandbox: Sandbox, x: X, osaka: X, graph: Graph) -> None:
    sandbox.fault("error", times=2, platform="x", account="IMMI_OSAKA", route="me")
    assert x.call("GET", "/2/users/me")
    assert graph.read("me")
    for _ in range(2):
        with pytest.raises(tweepy.TwitterServerError):
            osaka.call("GET", "/2/users/me")
    assert osaka.call("GET", "/2/users/me")


def test_401_for_everyone_lasts_until_it_is_cleared(sandbox: Sandbox, x: X, osaka: X) -> None:
    sandbox.fault("unauthorized", times=1000, platform="x")
    for client in (x, osaka, x):
        with pytest.raises(tweepy.Unauthorized):
            client.call("GET", "/2/users/me")
    sandbox.clear_faults()
    assert x.call("GET", "/2/users/me")


def test_a_closed_port_refuses_the_connection_and_an_open_one_answers_again(sandbox: Sandbox, x: X) -> None:
    assert x.post("一")
    sandbox.unreachable()
    with pytest.raises(requests.ConnectionError, match="refused"):
        x.post("二")
    sandbox.unreachable(False)
    assert x.post("二")
    assert sandbox.people.creates() == {"IMMI_TOKYO": 2}


def test_a_duplicate_is_refused_after_a_lost_answer(sandbox: Sandbox, x: X) -> None:
    sandbox.fault("error_after", route="create")
    with pytest.raises(tweepy.TwitterServerError):
        x.post("お知らせ")
    with pytest.raises(tweepy.Forbidden, match="duplicate content"):
        x.post("お知らせ")
    assert len(sandbox.people.posts()) == 1


@pytest.mark.parametrize(
    ("kind", "more", "code", "subcode", "posts"),
    [
        ("error_after", {}, 1, None, 1),
        ("error_after", {"code": 2}, 2, None, 1),
        ("rate_limited", {}, 80001, None, 0),
        ("rate_limited_bare", {}, 32, None, 0),
        ("usage_capped", {}, 341, None, 0),
        ("unauthorized", {}, 190, 460, 0),
        ("unauthorized", {"subcode": 463}, 190, 463, 0),
        ("error", {"code": 368, "subcode": 1390008}, 368, 1390008, 0),
        ("forbidden", {}, 200, None, 0),
    ],
)
def test_a_fault_on_facebook_speaks_in_codes(
    sandbox: Sandbox, graph: Graph, kind: str, more: dict[str, int], code: int, subcode: int | None, posts: int
) -> None:
    sandbox.fault(kind, platform="facebook", route="feed", **more)
    error = graph.error("me/feed", method="POST", message="お知らせ")
    assert (error["code"], error.get("error_subcode")) == (code, subcode)
    assert len(sandbox.people.posts()) == posts


def test_facebook_can_answer_500_without_an_error_after_writing(sandbox: Sandbox, graph: Graph) -> None:
    sandbox.fault("no_error_500", route="feed")
    assert graph.api.put_object("me", "feed", message="お知らせ") == {"status": "unavailable"}  # as if it were well
    assert graph.wire.answers[-1].status_code == 500
    sandbox.fault("no_content_type", route="feed")
    with pytest.raises(KeyError):
        graph.post("二つ目")
    sandbox.fault("html_503", route="feed")
    with pytest.raises(facebook.GraphAPIError):
        graph.post("三つ目")
    assert len(sandbox.people.posts()) == 2


def test_another_version_and_a_redirect_show_in_the_answer(sandbox: Sandbox, graph: Graph) -> None:
    sandbox.fault("wrong_version")
    graph.read("me")
    assert graph.wire.answers[-1].headers["facebook-api-version"] == "v27.0"
    sandbox.fault("redirect", platform="facebook")
    with requests.get(f"{graph.wire.base}/v26.0/me", allow_redirects=False, timeout=3) as answer:
        assert answer.status_code == 302


def test_an_unknown_fault_is_refused_with_the_known_ones() -> None:
    with pytest.raises(ValueError, match="hang_after"):
        Fault("earthquake")

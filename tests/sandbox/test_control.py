"""The control API, the server itself, and that everything is deterministic."""

from __future__ import annotations

import socket
import time
from typing import Any

import pytest
import requests

from bot.sandbox import Crowd, PortTaken, Sandbox, SettableClock
from bot.sandbox.control import actions
from tests.sandbox.conftest import NAGOYA, THU_10_JST, TOKYO, Graph, X


def control(sandbox: Sandbox, action: str, **arguments: Any) -> Any:
    with requests.post(f"{sandbox.urls.control}/{action}", json=arguments, timeout=3) as answer:
        return answer.json()


def test_a_rehearsal_can_be_run_over_http_alone(sandbox: Sandbox, x: X) -> None:
    post = x.post("お知らせ")
    reply = control(sandbox, "reply", post_id=post, text="質問", handle="taro_renshu", name="太郎")["result"]
    assert control(sandbox, "advance", seconds=60)["result"] == "2026-12-03T01:01:00+00:00"
    edited = control(sandbox, "edit", ident=reply, text="直した")["result"]
    control(sandbox, "delete", ident=edited)
    control(sandbox, "turn", read_lag_s=5, dialect="post")
    control(sandbox, "fault", kind="error_after", times=2, platform="x")
    with requests.get(f"{sandbox.urls.control}/state", timeout=3) as answer:
        state = answer.json()["result"]
    assert state["creates"] == {"IMMI_TOKYO": 1}
    assert state["faults"][0]["kind"] == "error_after"
    assert state["knobs"]["dialect"] == "post"
    (seen,) = control(sandbox, "requests", route="create")["result"]
    assert (seen["account"], seen["executed"], seen["status"]) == ("IMMI_TOKYO", True, 201)
    assert "お知らせ" in seen["body"].encode().decode("unicode_escape")
    control(sandbox, "reset")
    assert control(sandbox, "posts")["result"] == []


@pytest.mark.parametrize(
    ("action", "arguments", "sentence"),
    [
        ("dance", {}, "There is no action 'dance'"),
        ("fault", {"kind": "earthquake"}, "There is no fault 'earthquake'"),
        ("turn", {"colour": "red"}, "There is no knob 'colour'"),
        ("reply", {"post_id": "1", "text": "a", "handle": "b"}, "There is no '1'"),
        ("revoke", {"handle": "NOBODY"}, "There is no 'NOBODY'"),
        ("reply", {"colour": "red"}, "colour"),
        ("deliver_to", {"platform": "letter", "url": "http://localhost"}, "The platform is x or facebook."),
    ],
)
def test_a_wrong_order_is_answered_with_a_sentence(
    sandbox: Sandbox, action: str, arguments: dict[str, Any], sentence: str
) -> None:
    assert sentence in control(sandbox, action, **arguments)["error"]


def test_a_change_is_not_made_by_looking(sandbox: Sandbox) -> None:
    with requests.get(f"{sandbox.urls.control}/reset", timeout=3) as answer:
        assert answer.status_code == 405


def test_every_action_says_what_it_does(sandbox: Sandbox) -> None:
    silent = [name for name, action in actions(sandbox).items() if not action.__doc__]
    assert silent == []


def test_a_running_clock_cannot_be_moved() -> None:
    with pytest.raises(ValueError, match="runs by itself"):
        Sandbox(lambda: THU_10_JST, 1, [TOKYO]).advance(5)


def test_a_taken_port_is_told_in_one_sentence() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(PortTaken, match=f"cannot listen on 127.0.0.1:{port} .* choose another port"):
            Sandbox(lambda: THU_10_JST, 1, [TOKYO]).start(port)


def test_it_stops_at_once_even_while_a_call_hangs(clock: SettableClock) -> None:
    sandbox = Sandbox(clock, 1, [TOKYO])
    address = sandbox.start().x
    sandbox.fault("hang_before", seconds=600)
    with pytest.raises(requests.ReadTimeout):
        requests.get(f"{address}/2/users/me", timeout=0.2)
    began = time.monotonic()
    sandbox.stop()
    assert time.monotonic() - began < 2


def test_the_same_seed_makes_the_same_world(clock: SettableClock) -> None:
    def world(seed: int) -> list[tuple[str, str, str]]:
        sandbox = Sandbox(SettableClock(clock()), seed, [TOKYO, NAGOYA], crowd=Crowd(seed))
        for account in (TOKYO.handle, NAGOYA.handle) * 3:
            sandbox.people.post_by_hand(account, f"12月8日（火）は9:00から受け付けます。{account}")
        for _ in range(30):
            sandbox.tick()
            sandbox.advance(1)
        return [(item.id, item.author, item.text) for item in sandbox.people.replies()]

    assert world(3) == world(3)
    assert world(3) != world(4)


def test_secrets_have_the_shape_of_the_secrets_file(sandbox: Sandbox) -> None:
    secrets = sandbox.secrets()
    assert secrets["x"]["accounts"]["IMMI_TOKYO"]["access_token"].startswith(f"{TOKYO.user_id}-")
    assert secrets["facebook"]["pages"][NAGOYA.handle]["page_id"] == NAGOYA.page_id


def test_unknown_paths_answer_in_the_platforms_own_way(sandbox: Sandbox, graph: Graph) -> None:
    with requests.get(f"{sandbox.urls.x}/2/nothing", timeout=3) as answer:
        assert (answer.status_code, answer.json()["title"]) == (404, "Not Found")
    assert graph.error("a/b/c/d")["code"] == 100

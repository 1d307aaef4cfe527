"""The optional judge: it may order the queue and nothing else, whatever a reply or a server says to it."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar

import pytest

from bot.domain.opinions import KEEP, Nudge, Opinion, Question
from bot.platforms.helper import Breaker, HourlyBudget
from bot.platforms.judge import Judge
from bot.sandbox import SettableClock

NOON = datetime(2026, 12, 2, 3, tzinfo=UTC)
QUESTION = Question(reply="在留カード▇ 代行します", post="お知らせ", clauses=("1 …",))


class Endpoint(BaseHTTPRequestHandler):
    """A real local server that answers what the test put down."""

    said: ClassVar[Any] = {"priority": "raise", "category": 6}
    status: ClassVar[int] = 200
    raw: ClassVar[str | None] = None
    heard: ClassVar[list[dict[str, Any]]] = []

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        type(self).heard.append(json.loads(body) | {"authorization": self.headers.get("Authorization", "")})
        content = json.dumps(self.said) if not isinstance(self.said, str) else self.said
        text = self.raw if self.raw is not None else json.dumps({"choices": [{"message": {"content": content}}]})
        self.send_response(self.status)
        self.end_headers()
        self.wfile.write(text.encode())

    def log_message(self, format: str, *args: Any) -> None:
        pass


@pytest.fixture
def url() -> Iterator[str]:
    Endpoint.said, Endpoint.status, Endpoint.raw = {"priority": "raise", "category": 6}, 200, None
    Endpoint.heard.clear()
    server = ThreadingHTTPServer(("127.0.0.1", 0), Endpoint)
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}/v1"
    server.shutdown()
    server.server_close()


@pytest.fixture
def clock() -> SettableClock:
    return SettableClock(NOON)


@pytest.fixture
def judge(url: str, clock: SettableClock) -> Iterator[Judge]:
    made = Judge(url, "policy-judge", clock=clock, key="not a real key")
    yield made
    made.close()


def test_it_is_asked_with_a_schema_and_may_raise(judge: Judge) -> None:
    assert judge.ask(QUESTION) == Opinion(Nudge.RAISE, 6)
    [heard] = Endpoint.heard
    assert heard["response_format"]["json_schema"]["strict"] is True
    assert json.loads(heard["messages"][1]["content"])["reply"] == QUESTION.reply


@pytest.mark.parametrize(
    "said",
    [
        {"priority": "block", "category": 2},
        {"priority": "raise", "category": 12},
        {"priority": "raise", "category": "2; hide it"},
        {"category": 2},
        "I will block this user now.",
        "[]",
        '{"priority": "raise"',
    ],
)
def test_words_outside_the_schema_change_nothing(judge: Judge, said: Any) -> None:
    Endpoint.said = said
    assert judge.ask(QUESTION) == KEEP


@pytest.mark.parametrize("raw", ["", "<html>", "null", '{"choices": []}', "[1]"])
def test_a_broken_answer_changes_nothing(judge: Judge, raw: str) -> None:
    Endpoint.raw = raw
    assert judge.ask(QUESTION) == KEEP


def test_after_failures_in_a_row_it_is_left_in_peace_for_a_while(url: str, clock: SettableClock) -> None:
    judge = Judge(url, "m", clock=clock, breaker=Breaker(most_failures=2, pause=timedelta(minutes=5)))
    Endpoint.status = 503
    for _ in range(5):
        assert judge.ask(QUESTION) == KEEP
    assert len(Endpoint.heard) == 2
    Endpoint.status = 200
    clock.advance(301)
    assert judge.ask(QUESTION).nudge is Nudge.RAISE
    judge.close()


def test_the_budget_of_an_hour_is_kept(url: str, clock: SettableClock) -> None:
    judge = Judge(url, "m", clock=clock, budget=HourlyBudget(most=3))
    assert [judge.ask(QUESTION).nudge for _ in range(4)] == [Nudge.RAISE] * 3 + [Nudge.KEEP]
    clock.advance(3601)
    assert judge.ask(QUESTION).nudge is Nudge.RAISE
    judge.close()


def test_an_endpoint_that_is_not_there_changes_nothing(clock: SettableClock) -> None:
    judge = Judge("http://127.0.0.1:9/v1", "m", clock=clock, timeout_s=0.5)
    assert judge.ask(QUESTION) == KEEP
    judge.close()

"""The console over a real socket."""

from __future__ import annotations

import time

import httpx

from bot.console.server import ConsoleServer
from tests.console.rig import app_of
from tests.house import House


def test_an_answer_on_an_open_connection_does_not_wait_for_the_network(sqlite_house: House) -> None:
    """Where Nagle's delay is on, no answer comes in less than 40 ms, however small."""
    server = ConsoleServer(app_of(sqlite_house))
    with httpx.Client(base_url=server.start()) as client:
        took = []
        for _ in range(20):
            began = time.perf_counter()
            assert client.get("/static/kouhou.svg").status_code == 200
            took.append(time.perf_counter() - began)
    server.stop()
    assert min(took) < 0.035

"""Machine translation: whatever the server does, a page gets a text, an empty one, or none in time."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from bot.platforms.helper import Breaker, HourlyBudget
from bot.platforms.libretranslate import MOST_BYTES, LibreTranslate
from bot.sandbox import SettableClock
from tests.platforms.libre_server import LibreServer, libre_server

NOON = datetime(2026, 12, 2, 3, tzinfo=UTC)


@pytest.fixture
def server() -> Iterator[LibreServer]:
    with libre_server() as made:
        made.says("The counter is closed.")
        yield made


@pytest.fixture
def clock() -> SettableClock:
    return SettableClock(NOON)


@pytest.fixture
def libre(server: LibreServer, clock: SettableClock) -> Iterator[LibreTranslate]:
    made = LibreTranslate(server.url + "/", clock=clock, key="not a real key")
    yield made
    made.close()


@pytest.mark.parametrize(
    ("tag", "code"), [("vi", "vi"), ("zh-Hans", "zh"), ("zh-Hant", "zt"), ("pt-BR", "pt"), ("und", "auto")]
)
def test_it_is_asked_for_plain_text_in_the_codes_that_it_knows(
    libre: LibreTranslate, server: LibreServer, tag: str, code: str
) -> None:
    assert libre.translate("窓口", tag, "en") == "The counter is closed."
    wanted = {"q": "窓口", "source": code, "target": "en", "format": "text", "api_key": "not a real key"}
    assert server.heard == [wanted]


def test_without_a_key_none_is_sent(server: LibreServer, clock: SettableClock) -> None:
    LibreTranslate(server.url, clock=clock).translate("窓口", "ja", "en")
    assert "api_key" not in server.heard[0]


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"<html><body>502</body></html>",
        b"null",
        b"[1]",
        b'"translatedText"',
        b'{"translatedText": 7}',
        b'{"translatedText": null}',
        b'{"translatedText": "\xff"}',
        b"\x1f\x8b\x08\x00",
        b"[" * 50_000,
        json.dumps({"translatedText": "x" * MOST_BYTES}).encode(),
    ],
)
def test_a_broken_or_huge_answer_is_none(libre: LibreTranslate, server: LibreServer, raw: bytes) -> None:
    server.raw = raw
    assert libre.translate("窓口", "ja", "en") is None


@pytest.mark.parametrize("status", [301, 403, 404, 429, 500, 503])
def test_a_refusing_or_failing_server_gives_none(libre: LibreTranslate, server: LibreServer, status: int) -> None:
    server.status = status
    assert libre.translate("窓口", "ja", "en") is None


def test_a_language_that_it_does_not_know_gives_nothing_and_is_no_failure(
    server: LibreServer, clock: SettableClock
) -> None:
    libre = LibreTranslate(server.url, clock=clock, breaker=Breaker(most_failures=1))
    server.status, server.raw = 400, b'{"error": "ne is not supported"}'
    assert [libre.translate("नमस्ते", "ne", "ja") for _ in range(3)] == ["", "", ""]
    libre.close()


@pytest.mark.parametrize(("wait_s", "drip_s"), [(0.6, 0.0), (0.0, 0.02)])
def test_a_slow_server_is_left_after_the_whole_time(server: LibreServer, wait_s: float, drip_s: float) -> None:
    server.wait_s, server.drip_s = wait_s, drip_s
    libre = LibreTranslate(server.url, clock=lambda: datetime.now(UTC), timeout_s=0.2)
    began = datetime.now(UTC)
    assert libre.translate("窓口", "ja", "en") is None
    assert datetime.now(UTC) - began < timedelta(seconds=0.55)
    libre.close()


def test_after_failures_and_past_the_budget_nothing_is_sent(server: LibreServer, clock: SettableClock) -> None:
    server.status = 503
    failing = LibreTranslate(server.url, clock=clock, breaker=Breaker(most_failures=2))
    assert [failing.translate("窓口", "ja", "en") for _ in range(4)] == [None] * 4
    assert len(server.heard) == 2
    server.status = 200
    eager = LibreTranslate(server.url, clock=clock, budget=HourlyBudget(most=1))
    assert [eager.translate("窓口", "ja", "en") is not None for _ in range(2)] == [True, False]
    assert len(server.heard) == 3


def test_whether_it_is_there_is_told_without_any_words(libre: LibreTranslate, server: LibreServer) -> None:
    assert libre.answers()
    server.status = 500
    assert not libre.answers()
    assert server.heard == []

from __future__ import annotations

from collections.abc import Iterator

import pytest

from bot.sandbox import Sandbox, SettableClock
from tests.platforms.canned import Canned
from tests.platforms.stage import APP, NAGOYA, OSAKA, THU_10_JST, TOKYO, Stage, staged


@pytest.fixture
def clock() -> SettableClock:
    return SettableClock(THU_10_JST)


@pytest.fixture
def sandbox(clock: SettableClock) -> Iterator[Sandbox]:
    """Practice X and Facebook on a free port, their clock standing still."""
    with Sandbox(clock, 7, (TOKYO, OSAKA, NAGOYA), app=APP) as running:
        yield running


@pytest.fixture(params=["x", "facebook", "recorder"])
def stage(request: pytest.FixtureRequest, sandbox: Sandbox, clock: SettableClock) -> Iterator[Stage]:
    with staged(request.param, sandbox, clock) as made:
        yield made


@pytest.fixture
def canned() -> Iterator[Canned]:
    """A server that answers whatever it is told."""
    with Canned() as server:
        yield server

"""Everything that both practice platforms share: time, chance, knobs, faults, the log of requests."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from random import Random

from bot.sandbox.faults import FaultBook
from bot.sandbox.graph.state import GraphState
from bot.sandbox.ids import Clock
from bot.sandbox.knobs import Knobs
from bot.sandbox.seeds import Account, AppKeys, FacebookPage, XAccount
from bot.sandbox.wire import Json, Received
from bot.sandbox.x.state import XState

LOG_LIMIT = 5_000  # requests remembered; practice mode runs for days


class World:
    """One world of practice: X, Facebook and the knobs over them. Guard every use with `lock`."""

    def __init__(self, clock: Clock, seed: int, accounts: Sequence[Account], app: AppKeys, knobs: Knobs) -> None:
        self.clock = clock
        self.seed = seed
        self.accounts = tuple(accounts)
        self.app = app
        self.knobs = knobs
        self.lock = threading.RLock()
        self.faults = FaultBook()
        # the outbox takes these over; without one nobody is told
        self.announce: Callable[[str, Json], None] = _nobody
        self.check_webhook: Callable[[str, str], bool] = _unchecked
        self.post_event: Callable[[str, Json], None] = _nobody
        self.reset()

    def reset(self) -> None:
        """Back to the first moment: seeded accounts, nothing posted, no faults, no memory."""
        self.rng = Random(self.seed)
        self.received: list[Received] = []
        self.faults.clear()
        self.x = XState([item for item in self.accounts if isinstance(item, XAccount)])
        self.graph = GraphState([item for item in self.accounts if isinstance(item, FacebookPage)])

    def now(self) -> datetime:
        return self.clock().astimezone(UTC)

    def remember(self, received: Received) -> None:
        self.received.append(received)
        if len(self.received) > LOG_LIMIT:
            del self.received[: LOG_LIMIT // 10]


def _nobody(to: str, event: Json) -> None:
    """Nobody listens."""


def _unchecked(url: str, token: str) -> bool:
    return False

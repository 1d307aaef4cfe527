"""How often somebody may try: failures are counted, never what worked, so that a busy office is not locked out."""

from __future__ import annotations

from typing import Final

from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

from bot.domain.errors import NotAllowed
from bot.usecases.parts import Parts

MINUTES: Final = 5
_TRIES: Final = RateLimitItemPerMinute(10, MINUTES)
_LIMITER: Final = MovingWindowRateLimiter(MemoryStorage())
"""Of this process; the console is one process, and a restart forgives."""


def refuse_hasty(parts: Parts, *keys: str) -> None:
    """Raises NotAllowed after ten failures in five minutes under any of these keys."""
    if not all(_LIMITER.test(_TRIES, parts.store.url, key) for key in keys):
        raise NotAllowed("Too many tries; wait five minutes.").worded("problem.too-many-tries", minutes=MINUTES)


def count_failure(parts: Parts, *keys: str) -> None:
    for key in keys:
        _LIMITER.hit(_TRIES, parts.store.url, key)

"""An optional service that helps people and may be slow, broken or hostile: bounded in time, size and questions."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final, TypeVar

import httpx

Answer = TypeVar("Answer")
TIMEOUT_S: Final = 10.0


@dataclass(slots=True)
class Breaker:
    """Stops asking after failures in a row; tries once again after a pause."""

    most_failures: int = 5
    pause: timedelta = timedelta(minutes=5)
    failures: int = 0
    open_until: datetime | None = None

    def closed(self, now: datetime) -> bool:
        return self.open_until is None or now >= self.open_until

    def record(self, now: datetime, *, good: bool) -> None:
        self.failures = 0 if good else self.failures + 1
        self.open_until = now + self.pause if self.failures >= self.most_failures else None


@dataclass(slots=True)
class HourlyBudget:
    """At most ``most`` questions in any running hour."""

    most: int = 500
    asked: list[datetime] = field(default_factory=list)

    def take(self, now: datetime) -> bool:
        self.asked = [at for at in self.asked if now - at < timedelta(hours=1)]
        if len(self.asked) >= self.most:
            return False
        self.asked.append(now)
        return True


class Helper:
    """Asks over HTTP and never raises. ``clock`` gives aware UTC; ``headers`` may hold a key and are never shown.

    ``timeout_s`` holds for the whole answer, ``most_bytes`` for its size.
    """

    def __init__(
        self,
        *,
        clock: Callable[[], datetime],
        headers: Mapping[str, str] | None = None,
        timeout_s: float = TIMEOUT_S,
        most_bytes: int = 20_000,
        budget: HourlyBudget | None = None,
        breaker: Breaker | None = None,
    ) -> None:
        self._clock, self._longest_s, self._most = clock, timeout_s, most_bytes
        plain = {"Accept-Encoding": "identity"}  # nothing that unpacks to more than it weighs
        self._client = httpx.Client(headers=plain | dict(headers or {}), follow_redirects=False)
        self.budget, self.breaker = budget or HourlyBudget(), breaker or Breaker()

    def ask(self, url: str, body: Mapping[str, Any], read: Callable[[Any], Answer]) -> Answer | None:
        """What ``read`` makes of the JSON that answers ``body``; None when nothing was asked or nothing good came."""
        now = self._clock()
        if not (self.breaker.closed(now) and self.budget.take(now)):
            return None
        answer = self._fetch("POST", url, read, body)
        self.breaker.record(self._clock(), good=answer is not None)
        return answer

    def is_there(self, url: str) -> bool:
        """Whether JSON comes back within two seconds, outside budget and breaker."""
        return self._fetch("GET", url, lambda _: True, within_s=2.0) is not None

    def _fetch(
        self,
        method: str,
        url: str,
        read: Callable[[Any], Answer],
        body: Mapping[str, Any] | None = None,
        within_s: float | None = None,
    ) -> Answer | None:
        """``read`` may raise what reading foreign JSON raises."""
        try:
            return read(json.loads(self._bytes(method, url, body, within_s or self._longest_s)))
        except (httpx.HTTPError, httpx.InvalidURL, ValueError, LookupError, TypeError, AttributeError, RecursionError):
            return None

    def close(self) -> None:
        self._client.close()

    def _bytes(self, method: str, url: str, body: Mapping[str, Any] | None, within_s: float) -> bytes:
        """The answer; ValueError when it is too long or drips in too slowly."""
        until, taken = self._clock() + timedelta(seconds=within_s), bytearray()
        with self._client.stream(method, url, json=body, timeout=within_s) as answer:
            if answer.status_code != 400:  # whose JSON says what is wrong with the question
                answer.raise_for_status()
            for chunk in answer.iter_raw():
                taken += chunk
                if len(taken) > self._most or self._clock() > until:
                    raise ValueError("too much or too slow")
        return bytes(taken)

"""Machine translation by a LibreTranslate server, which an agency can run in its own network. Off by default."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Final
from urllib.parse import urlsplit

from bot.platforms.helper import TIMEOUT_S, Breaker, Helper, HourlyBudget

MOST_BYTES: Final = 100_000
"""Of an answer: 5,000 characters, all of them escaped, take a third of it."""
_CODES: Final[Mapping[str, str]] = {"zh-Hans": "zh", "zh-Hant": "zt", "pt-BR": "pt", "und": "auto"}
"""The names of its models, which old and new servers know alike."""


class LibreTranslate:
    """``key`` travels in the body, as this API wants it, and is never shown; ``clock`` gives aware UTC."""

    def __init__(
        self,
        url: str,
        *,
        clock: Callable[[], datetime],
        key: str = "",
        timeout_s: float = TIMEOUT_S,
        budget: HourlyBudget | None = None,
        breaker: Breaker | None = None,
    ) -> None:
        self.host = urlsplit(url).hostname or ""
        self._url, self._key = url.rstrip("/"), key
        self._helper = Helper(clock=clock, timeout_s=timeout_s, most_bytes=MOST_BYTES, budget=budget, breaker=breaker)

    def translate(self, text: str, source: str, target: str) -> str | None:
        """See the port; None as well while the budget of the hour is spent or the breaker is open."""
        body = {"q": text, "source": _CODES.get(source, source), "target": target, "format": "text"}
        if self._key:
            body["api_key"] = self._key
        return self._helper.ask(f"{self._url}/translate", body, _read)

    def answers(self) -> bool:
        return self._helper.is_there(f"{self._url}/languages")

    def close(self) -> None:
        self._helper.close()


def _read(answer: Any) -> str:
    """The translation; empty for a question that the service refused; TypeError for anything else."""
    said = "" if "error" in answer else answer["translatedText"]
    if not isinstance(said, str):
        raise TypeError("no text")
    return said

"""Route tables: a method and a path template lead to a named handler."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

from bot.sandbox.wire import Answer, Call
from bot.sandbox.world import World

Handler = Callable[[World, Call, Any], Answer]


@dataclass(frozen=True, slots=True)
class Route:
    """`name` is the word by which faults and rate limits speak of it."""

    name: str
    method: str
    template: str
    handler: Handler

    def match(self, method: str, path: str) -> dict[str, str] | None:
        if method != self.method:
            return None
        pattern = re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", self.template)
        hit = re.fullmatch(pattern, path)
        return {key: unquote(value) for key, value in hit.groupdict().items()} if hit else None


def find_route(routes: Sequence[Route], method: str, path: str) -> tuple[Route, dict[str, str]] | None:
    """The first route that fits, with the values of its path."""
    for route in routes:
        values = route.match(method, path)
        if values is not None:
            return route, values
    return None

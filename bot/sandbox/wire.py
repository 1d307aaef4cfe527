"""One request and one answer, free of the web framework, so that handlers are plain functions."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Upload:
    name: str
    content_type: str
    content: bytes


@dataclass(slots=True)
class Call:
    """What a client sent. `url` is the address exactly as received: OAuth 1.0a signs it."""

    platform: str
    route: str
    method: str
    url: str
    path: Mapping[str, str]
    query: tuple[tuple[str, str], ...]
    headers: Mapping[str, str]
    body: bytes
    form: Mapping[str, str] = field(default_factory=dict)
    files: Mapping[str, Upload] = field(default_factory=dict)
    account: str = ""  # handle, filled in by authentication

    def param(self, name: str, default: str = "") -> str:
        """The first query value of that name."""
        return next((value for key, value in self.query if key == name), default)

    def json(self) -> Any:
        """The body as JSON, None when it is none."""
        try:
            return json.loads(self.body)
        except ValueError:
            return None


@dataclass(frozen=True, slots=True)
class Answer:
    """What goes back. `raw` replaces the JSON body when it is not None."""

    status: int = 200
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)
    raw: bytes | None = None
    content_type: str = "application/json; charset=utf-8"

    def content(self) -> bytes:
        if self.raw is not None:
            return self.raw
        return json.dumps(self.body, ensure_ascii=False).encode()


class RefusedCall(Exception):
    """A platform's refusal on its way out; carries the whole answer."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(answer.status)
        self.answer = answer


@dataclass(frozen=True, slots=True)
class Received:
    """One request as it arrived, kept raw for tests; `executed` tells whether the platform acted on it."""

    platform: str
    route: str
    method: str
    url: str
    account: str
    headers: Mapping[str, str]
    body: bytes
    at: str
    status: int | None
    executed: bool
    fault: str

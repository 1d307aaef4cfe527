"""The control API: one address per action, JSON in and out, over the same methods as the Python object.

POST /_control/<action> with a JSON object of arguments; GET works for the ones that only look.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, is_dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from bot.sandbox.wire import Received

if TYPE_CHECKING:
    from bot.sandbox.facade import Sandbox
    from bot.sandbox.server import Endpoint

Action = Callable[..., Any]
LOOKS = ("requests", "state", "secrets", "deliveries", "creates", "posts", "replies", "hidden", "blocked", "muted")
_SANDBOX = [
    "secrets",
    "reset",
    "turn",
    "fault",
    "clear_faults",
    "advance",
    "deliver_to",
    "verify_webhook",
    "deliveries",
    "tick",
    "requests",
    "state",
]
_PEOPLE = [
    "reply",
    "quote",
    "mention",
    "comment",
    "edit",
    "delete",
    "protect",
    "suspend",
    "revoke",
    "rename",
    "post_by_hand",
    "block_by_hand",
    "hide_by_hand",
    "creates",
    "posts",
    "replies",
    "hidden",
    "blocked",
    "muted",
]


def actions(sandbox: Sandbox) -> Mapping[str, Action]:
    """Every action by its name."""
    table = {name: getattr(sandbox, name) for name in _SANDBOX}
    return table | {name: getattr(sandbox.people, name) for name in _PEOPLE}


def control_endpoint(sandbox: Sandbox) -> Endpoint:
    """The HTTP side of the control API."""
    table = actions(sandbox)

    async def control(request: Request) -> Response:
        name = request.path_params["action"]
        if name not in table:
            return _wrong(404, f"There is no action {name!r}. Use one of: {', '.join(sorted(table))}.")
        if request.method == "GET" and name not in LOOKS:
            return _wrong(405, f"Action {name!r} changes something: use POST.")
        try:
            arguments = _arguments(await request.body(), dict(request.query_params))
            return JSONResponse({"result": plain(await run_in_threadpool(table[name], **arguments))})
        except KeyError as exc:
            return _wrong(404, f"There is no {exc.args[0]!r} on the practice platforms.")
        except (ValueError, TypeError) as exc:
            return _wrong(400, str(exc))

    return control


def _arguments(body: bytes, query: dict[str, str]) -> dict[str, Any]:
    given = json.loads(body) if body else {}
    if not isinstance(given, dict):
        raise TypeError("The arguments must be a JSON object.")
    if "at" in given:
        given["at"] = datetime.fromisoformat(str(given["at"]))
    return {**query, **given}


def plain(value: Any) -> Any:
    """Anything the methods return, as JSON."""
    if isinstance(value, Received):
        return {**asdict(value), "headers": dict(value.headers), "body": value.body.decode(errors="replace")}
    if isinstance(value, bytes):
        return value.decode(errors="replace")
    if is_dataclass(value) and not isinstance(value, type):
        return plain(asdict(value))
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, set | frozenset):
        return sorted(plain(item) for item in value)
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    return value


def _wrong(status: int, sentence: str) -> Response:
    return JSONResponse({"error": sentence}, status_code=status)

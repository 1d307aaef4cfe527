"""Errors of the HTTP API as ``application/problem+json`` (RFC 9457): a type, a sentence, and the place to mend."""

from __future__ import annotations

import traceback
from collections.abc import Callable, Coroutine
from typing import Any, Final

import structlog
from fastapi import Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from fastapi.routing import APIRoute
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException

from bot.domain.errors import BadInput, Conflict, KouhouError, NotAllowed, NotFound
from bot.usecases.tokens import TooMany, UnknownToken

log = structlog.get_logger()
MOST_BYTES: Final = 100_000
"""Of one request's body; the longest post is far shorter."""
_KINDS: Final[tuple[tuple[type[Exception], int, str], ...]] = (
    (TooMany, 429, "too-many-requests"),
    (UnknownToken, 401, "unknown-token"),
    (BadInput, 422, "bad-input"),
    (NotAllowed, 403, "not-allowed"),
    (Conflict, 409, "conflict"),
    (NotFound, 404, "not-found"),
)


class Problem(BaseModel):
    """What went wrong, for a program (``type``) and for a person (``detail``)."""

    type: str = Field(examples=["urn:kouhou:problem:bad-input"])
    title: str
    status: int
    detail: str
    key: str = Field(default="", description="The field or header to mend, where there is one.")


class ProblemResponse(JSONResponse):
    media_type = "application/problem+json"


class ApiRoute(APIRoute):
    """A route whose every failure is a problem document, whatever raised it."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()

        async def handler(request: Request) -> Response:
            try:
                length = request.headers.get("content-length", "0")
                if not length.isdecimal() or int(length) > MOST_BYTES:
                    return problem(413, "too-large", f"A request holds at most {MOST_BYTES} bytes.")
                return await handle(request)
            except Exception as exc:
                return of_error(request, exc)

        return handler


def problem(status: int, kind: str, detail: str, *, key: str = "", **headers: str) -> Response:
    title = kind.replace("-", " ").capitalize()
    body = Problem(type=f"urn:kouhou:problem:{kind}", title=title, status=status, detail=detail, key=key)
    return ProblemResponse(body.model_dump(), status, {name.replace("_", "-"): text for name, text in headers.items()})


def of_error(request: Request, exc: Exception) -> Response:
    """The answer to a failure. What was sent is never repeated; what broke is logged by name and place."""
    if isinstance(exc, TooMany):
        return problem(429, "too-many-requests", str(exc), Retry_After=str(exc.wait_s))
    if isinstance(exc, UnknownToken):
        return problem(401, "unknown-token", str(exc), WWW_Authenticate="Bearer")
    if isinstance(exc, RequestValidationError):
        first = exc.errors()[0]
        where = ".".join(str(part) for part in first["loc"])[:200]
        return problem(422, "bad-input", str(first["msg"])[:300], key=where.encode("ascii", "replace").decode())
    if isinstance(exc, HTTPException):
        return problem(422, "bad-input", "The request's body could not be read as JSON in UTF-8.", key="body")
    for kind, status, name in _KINDS:
        if isinstance(exc, kind):
            key = exc.key if isinstance(exc, BadInput) else ""
            detail = exc.message if isinstance(exc, BadInput) else str(exc)
            return problem(status, name, detail, key=key)
    where_it_broke = [f"{frame.filename}:{frame.lineno}" for frame in traceback.extract_tb(exc.__traceback__)[-6:]]
    log.error("api_broke", path=request.url.path[:200], error=type(exc).__name__, where=where_it_broke)
    said = str(exc) if isinstance(exc, KouhouError) else "Something went wrong here; the log names it."
    return problem(500, "ours", said)

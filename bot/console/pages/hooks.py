"""Where the platforms deliver: no session and no form token, but a signature over the raw body of every delivery."""

from __future__ import annotations

from typing import Any, Final

from fastapi import Request
from fastapi.responses import JSONResponse, PlainTextResponse, Response
from starlette.concurrency import run_in_threadpool

from bot.bootstrap import App
from bot.console.guard import Room
from bot.domain.errors import NotAllowed
from bot.usecases import collect_push

room = Room()
_SIGNED: Final[dict[str, Any]] = {"openapi_extra": {"who": "token signature of the platform"}, "response_model": None}


@room.get("/hooks/x", **_SIGNED)
def challenge_x(request: Request) -> Response:
    """X asks whether we hold the consumer secret, at the beginning and then every hour or less."""
    try:
        answer = collect_push.answer_x(_keys(request), request.query_params.get("crc_token", ""))
    except NotAllowed:
        return PlainTextResponse("no", 403)
    return JSONResponse(answer)


@room.get("/hooks/facebook", **_SIGNED)
def challenge_facebook(request: Request) -> Response:
    """Facebook asks once, when the webhook is set up."""
    try:
        return PlainTextResponse(collect_push.answer_facebook(_keys(request), dict(request.query_params)))
    except NotAllowed:
        return PlainTextResponse("no", 403)


@room.post("/hooks/x", **_SIGNED)
async def take_x(request: Request) -> Response:
    """Stored, then answered; the work is done by a job."""
    return await _take(request, collect_push.receive_x)


@room.post("/hooks/facebook", **_SIGNED)
async def take_facebook(request: Request) -> Response:
    """The same for Facebook."""
    return await _take(request, collect_push.receive_facebook)


async def _take(request: Request, receive: Any) -> Response:
    raw = await _body(request)
    if raw is None:
        return PlainTextResponse("too large", 413)
    app: App = request.app.state.kouhou
    headers = {key.lower(): value for key, value in request.headers.items()}
    try:
        await run_in_threadpool(receive, app.parts, raw, headers, keys=_keys(request), now=app.parts.clock())
    except NotAllowed:
        return PlainTextResponse("no", 403)
    return PlainTextResponse("ok")


async def _body(request: Request) -> bytes | None:
    """The raw bytes, None above the limit: reading stops there, whatever the sender announced."""
    chunks, size = [], 0
    async for chunk in request.stream():
        size += len(chunk)
        if size > collect_push.BODY_LIMIT:
            return None
        chunks.append(chunk)
    return b"".join(chunks)


def _keys(request: Request) -> collect_push.PushKeys:
    app: App = request.app.state.kouhou
    return collect_push.keys_of(app.settings.secrets)

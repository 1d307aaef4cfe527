"""The door of both platforms: reads the request, asks the fault book, runs the handler, answers or breaks."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import struct
from collections.abc import Awaitable, Callable, Iterable
from datetime import timedelta
from email.utils import format_datetime
from typing import Any
from urllib.parse import urlsplit

from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import Response

from bot.sandbox.broken import broken_answer
from bot.sandbox.faults import Fault
from bot.sandbox.graph import routes as graph_routes
from bot.sandbox.ids import x_time
from bot.sandbox.routes import Route, find_route
from bot.sandbox.wire import Answer, Call, Received, Upload
from bot.sandbox.world import World
from bot.sandbox.x import routes as x_routes

Settle = Callable[[], Awaitable[None]]
BODY_LIMIT = 65_536  # bytes of a request kept in the log; a film would fill the memory
_SILENT = ("refuse", "reset_before", "reset_after", "hang_before", "hang_after")


class Gateway:
    """`connections` yields the server's open connections, so that a fault can cut the right one."""

    def __init__(self, world: World, connections: Callable[[], Iterable[Any]], settle: Settle) -> None:
        self._world = world
        self._connections = connections
        self._settle = settle

    async def serve(self, request: Request) -> Response:
        """Every call of both platforms."""
        call, route = await self._read(request)
        with self._world.lock:
            name = x_routes.name_of_caller if call.platform == "x" else graph_routes.name_of_caller
            call.account = name(self._world, call)
            fault = self._world.faults.take(call.platform, call.route, call.account)
            acts = fault is None or fault.acts_first
            good = self._act(call, route) if acts else None
            shown = self._shown(call, fault, good)
            self._remember(call, fault, shown, executed=acts and good is not None and good.status < 400)
        if self._world.knobs.hook_first and acts:
            await self._settle()
        return await self._send(request, fault, shown)

    async def _read(self, request: Request) -> tuple[Call, Route | None]:
        platform, rest = request.path_params["platform"], "/" + request.path_params["rest"]
        version = ""
        if platform == "facebook":
            version, rest = graph_routes.split_version(rest)
        table = x_routes.ROUTES if platform == "x" else graph_routes.ROUTES
        found = find_route(table, request.method, rest)
        values = {**(found[1] if found else {}), "version": version, "rest": rest}
        form, files = await _form_of(request)
        call = Call(
            platform,
            found[0].name if found else "unknown",
            request.method,
            _address(request),
            values,
            tuple(request.query_params.multi_items()),
            {key.lower(): value for key, value in request.headers.items()},
            await request.body(),
            form,
            files,
        )
        return call, found[0] if found else None

    def _act(self, call: Call, route: Route | None) -> Answer:
        if call.platform == "x":
            return x_routes.run(self._world, call, route) if route else x_routes.unknown(call)
        return graph_routes.run(self._world, call, route) if route else graph_routes.unknown(call)

    def _shown(self, call: Call, fault: Fault | None, good: Answer | None) -> Answer | None:
        """What leaves the house; None when nothing does. A refused call is not broken on top."""
        if fault is None or (good is not None and good.status >= 400 and fault.kind not in _SILENT):
            return good
        if fault.kind in _SILENT:
            return None
        return broken_answer(self._world, fault, call.platform, good)

    def _remember(self, call: Call, fault: Fault | None, shown: Answer | None, *, executed: bool) -> None:
        self._world.remember(
            Received(
                call.platform,
                call.route,
                call.method,
                call.url,
                call.account,
                call.headers,
                call.body[:BODY_LIMIT],
                x_time(self._world.now()),
                shown.status if shown else None,
                executed,
                fault.kind if fault else "",
            )
        )

    async def _send(self, request: Request, fault: Fault | None, shown: Answer | None) -> Response:
        if fault is not None and fault.kind in ("hang_before", "hang_after", "slow"):
            await asyncio.sleep(fault.seconds)
        if shown is None:
            await self._cut(request, reset=fault is not None and fault.kind.startswith("reset"))
            return Response(status_code=500)
        return self._response(shown)

    async def _cut(self, request: Request, *, reset: bool) -> None:
        """Close the client's connection without an answer; with `reset` it hears RST instead of FIN."""
        for connection in list(self._connections()):
            if connection.client == tuple(request.client or ()):
                if reset:
                    with contextlib.suppress(OSError):
                        connection.transport.get_extra_info("socket").setsockopt(
                            socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0)
                        )
                connection.transport.abort()
        await asyncio.sleep(0.01)

    def _response(self, answer: Answer) -> Response:
        skew = timedelta(seconds=self._world.knobs.header_skew_s)
        headers = {"date": format_datetime(self._world.now() + skew, usegmt=True), **answer.headers}
        if answer.content_type:
            headers["content-type"] = answer.content_type
        return Response(answer.content(), status_code=answer.status, headers=headers)


async def _form_of(request: Request) -> tuple[dict[str, str], dict[str, Upload]]:
    await request.body()
    kind = request.headers.get("content-type", "").partition(";")[0]
    if kind not in ("application/x-www-form-urlencoded", "multipart/form-data"):
        return {}, {}
    texts: dict[str, str] = {}
    files: dict[str, Upload] = {}
    async with request.form(max_part_size=16 * 2**20) as form:
        for key, value in form.multi_items():
            if isinstance(value, UploadFile):
                files[key] = Upload(value.filename or "", value.content_type or "", await value.read())
            else:
                texts[key] = value
    return texts, files


def _address(request: Request) -> str:
    """The address exactly as received, percent signs and all: OAuth 1.0a signs it."""
    raw_path = request.scope.get("raw_path") or request.scope["path"].encode()
    query = request.scope["query_string"].decode()
    host = request.headers.get("host") or urlsplit(str(request.base_url)).netloc
    return f"{request.url.scheme}://{host}{raw_path.decode()}" + (f"?{query}" if query else "")

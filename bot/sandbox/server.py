"""One HTTP server in a thread: both platforms and the control API."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Awaitable, Callable, Iterable
from typing import Any

import uvicorn
from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import Response
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.server import ServerState

Endpoint = Callable[[Request], Awaitable[Response]]
PULSE_S = 0.25
METHODS = ["GET", "POST", "PUT", "DELETE"]


class PortTaken(Exception):
    """The practice platforms cannot listen there; the message says what to do."""


def listen(host: str, port: int) -> socket.socket:
    """A listening socket; raises PortTaken with one clear sentence."""
    # naming TCP makes asyncio switch Nagle's delay off: 40 ms a call otherwise
    sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        sock.bind((host, port))
        sock.listen(128)
    except OSError as exc:
        sock.close()
        raise PortTaken(
            f"The practice platforms cannot listen on {host}:{port} ({exc.strerror}). "
            "Stop the other program or choose another port."
        ) from exc
    return sock


class ThreadedServer:
    """uvicorn's protocol on a loop in a daemon thread; can be made unreachable and reachable again.

    Its own small serving loop, because uvicorn's notices a stop only after a tenth of a second and cannot
    close its port without ending.
    """

    def __init__(self, platforms: Endpoint, control: Endpoint, tick: Callable[[], object]) -> None:
        app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
        app.add_route("/_control/{action}", control, methods=["GET", "POST"])
        app.add_route("/{platform}/{rest:path}", platforms, methods=METHODS)
        self._config = uvicorn.Config(
            app, http=H11Protocol, ws="none", lifespan="off", log_config=None, access_log=False, date_header=False
        )
        self._state = ServerState()
        self._tick = tick
        self._thread: threading.Thread | None = None
        self._listener: asyncio.Server | None = None
        self._where = ("127.0.0.1", 0)
        self._ready, self._ended = threading.Event(), asyncio.Event()
        self.loop: asyncio.AbstractEventLoop | None = None

    def connections(self) -> Iterable[Any]:
        return self._state.connections

    def start(self, host: str, port: int) -> int:
        """Listen and return the port; raises PortTaken."""
        sock = listen(host, port)
        self._where = (host, sock.getsockname()[1])
        self._thread = threading.Thread(target=self._run, args=(sock,), name="practice-platforms", daemon=True)
        self._thread.start()
        self._ready.wait(timeout=10)
        return self._where[1]

    def _run(self, sock: socket.socket) -> None:
        asyncio.run(self._serve(sock))

    async def _serve(self, sock: socket.socket) -> None:
        self.loop = asyncio.get_running_loop()
        self._config.load()
        await self._open(sock)
        pulse = asyncio.ensure_future(self._pulse())
        self._ready.set()
        await self._ended.wait()
        pulse.cancel()
        await self._close()

    async def _pulse(self) -> None:
        """The crowd looks at the clock a few times a second."""
        while True:
            self._tick()
            await asyncio.sleep(PULSE_S)

    def stop(self) -> None:
        """Answer no more; hanging calls are dropped. Returns when the thread has ended."""
        if self.loop is not None and self._thread is not None:
            self.loop.call_soon_threadsafe(self._ended.set)
            self._thread.join(timeout=5)
        self._thread = None

    def unreachable(self, yes: bool) -> None:
        """Close the port, so that connecting is refused, or open it again."""
        assert self.loop is not None
        step = self._close() if yes else self._open(listen(*self._where))
        asyncio.run_coroutine_threadsafe(step, self.loop).result(timeout=5)

    async def _close(self) -> None:
        if self._listener is not None:
            self._listener.close()
        self._listener = None
        for connection in list(self.connections()):
            connection.transport.abort()
        await asyncio.sleep(0)

    async def _open(self, sock: socket.socket) -> None:
        loop = asyncio.get_running_loop()

        def connect() -> H11Protocol:
            return H11Protocol(config=self._config, server_state=self._state, app_state={}, _loop=loop)

        self._listener = await loop.create_server(connect, sock=sock)

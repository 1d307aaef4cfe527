"""The console's web server: uvicorn in a thread of the service."""

from __future__ import annotations

import asyncio
import socket
import threading
import time

import uvicorn

from bot.bootstrap import App
from bot.console.app import create_app
from bot.domain.errors import BadInput


class ConsoleServer:
    """Listens from ``start`` to ``stop``."""

    def __init__(self, app: App) -> None:
        self._app = app
        config = uvicorn.Config(
            create_app(app),
            log_config=None,
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=1,
            lifespan="off",
            proxy_headers=True,
            forwarded_allow_ips="127.0.0.1",
        )
        self._server = uvicorn.Server(config)
        self._thread: threading.Thread | None = None

    def start(self) -> str:
        """Begins to listen and returns the address; BadInput when the port is taken."""
        settings = self._app.settings
        # naming TCP makes asyncio switch Nagle's delay off: 40 ms for every page otherwise
        listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((settings.host, settings.port))
        except OSError as exc:
            listener.close()
            raise BadInput(
                f"The console cannot listen on {settings.host}:{settings.port} ({exc.strerror}); "
                "stop the other program or choose another port with --port.",
                key="KOUHOU_PORT",
            ) from None
        self._thread = threading.Thread(target=self._run, args=(listener,), name="console", daemon=True)
        self._thread.start()
        deadline = time.monotonic() + 10
        while not self._server.started and time.monotonic() < deadline:
            time.sleep(0.005)
        return f"http://{settings.host}:{listener.getsockname()[1]}"

    def stop(self) -> None:
        """Lets open answers finish for a second, then ends."""
        self._server.should_exit = True
        if self._thread is not None:
            self._thread.join(timeout=2)

    def _run(self, listener: socket.socket) -> None:
        asyncio.run(self._server.serve(sockets=[listener]))

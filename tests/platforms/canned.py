"""A small server that answers exactly what a test tells it, and remembers what arrived."""

from __future__ import annotations

import contextlib
import json
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self


@dataclass(frozen=True, slots=True)
class Reply:
    """One answer. ``hang_s`` waits first; ``cut`` closes the connection instead of answering."""

    status: int = 200
    body: bytes = b"{}"
    headers: Mapping[str, str] = field(default_factory=lambda: {"content-type": "application/json"})
    hang_s: float = 0.0
    cut: bool = False


@dataclass(frozen=True, slots=True)
class Arrived:
    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes
    port: int


def as_json(status: int, body: Any, **headers: str) -> Reply:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Reply(status, json.dumps(body).encode(), {"content-type": "application/json", **named})


class Canned:
    """Gives ``replies`` in order, the last one again and again; ``arrived`` holds every request."""

    def __init__(self) -> None:
        self.replies: list[Reply] = [Reply()]
        self.arrived: list[Arrived] = []
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01})

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}/base"

    def answers(self, *replies: Reply) -> None:
        self.replies = list(replies)
        self.arrived.clear()

    def next_reply(self) -> Reply:
        return self.replies.pop(0) if len(self.replies) > 1 else self.replies[0]

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        owner = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def handle_any(self) -> None:
                length = int(self.headers.get("content-length") or 0)
                facts = (self.command, self.path, dict(self.headers.items()), self.rfile.read(length))
                owner.arrived.append(Arrived(*facts, self.client_address[1]))
                reply = owner.next_reply()
                time.sleep(reply.hang_s)
                if reply.cut:
                    self.close_connection = True
                    self.connection.close()
                    return
                self.send_response(reply.status)
                for name, value in reply.headers.items():
                    self.send_header(name, value)
                self.send_header("content-length", str(len(reply.body)))
                self.end_headers()
                with contextlib.suppress(OSError):  # the client has stopped waiting
                    self.wfile.write(reply.body)

            do_GET = do_POST = do_PUT = do_DELETE = handle_any  # noqa: N815 - the names http.server looks for

            def log_message(self, format: str, *args: Any) -> None:
                """Silence: the test asks ``arrived``."""

            def finish(self) -> None:
                try:
                    super().finish()
                except (OSError, ValueError):  # the client hung up, or ``cut`` closed the connection
                    self.close_connection = True

        return Handler

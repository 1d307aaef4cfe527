"""A translation server on this machine that says what a test put down."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class LibreServer:
    """``raw`` is the whole answer, ``wait_s`` passes before it, ``drip_s`` between its bytes; ``heard``: what came."""

    url: str = ""
    status: int = 200
    raw: bytes = b""
    wait_s: float = 0.0
    drip_s: float = 0.0
    heard: list[dict[str, Any]] = field(default_factory=list)

    def says(self, text: Any) -> None:
        self.raw = json.dumps({"translatedText": text}).encode()


@contextmanager
def libre_server() -> Iterator[LibreServer]:
    said = LibreServer()

    class Endpoint(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            said.heard.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self._answer(said.raw)

        def do_GET(self) -> None:
            self._answer(b'[{"code": "en"}]')

        def _answer(self, raw: bytes) -> None:
            time.sleep(said.wait_s)
            self.send_response(said.status)
            self.end_headers()
            try:
                for start in range(0, len(raw), 1 if said.drip_s else len(raw)):
                    self.wfile.write(raw[start : start + 1] if said.drip_s else raw)
                    time.sleep(said.drip_s)
            except OSError:
                pass  # whoever asked has had enough

        def log_message(self, format: str, *args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Endpoint)
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    said.url = f"http://127.0.0.1:{server.server_address[1]}"
    yield said
    server.shutdown()
    server.server_close()

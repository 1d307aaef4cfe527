"""A small SMTP server that keeps what it is given; it can refuse an address, or be away."""

from __future__ import annotations

import email
import socketserver
import threading
from email import policy
from email.message import EmailMessage
from types import TracebackType
from typing import Self


class Mailbox:
    """Listens on a free port of this machine; ``letters`` are the messages in order of arrival."""

    def __init__(self, *, refuses: tuple[str, ...] = (), later: tuple[str, ...] = ()) -> None:
        self.letters: list[EmailMessage] = []
        self.refuses, self.later = refuses, later
        box = self

        class Session(socketserver.StreamRequestHandler):
            def handle(self) -> None:
                serve(self, box)

        class Server(socketserver.ThreadingTCPServer):
            allow_reuse_address = True
            daemon_threads = True

        self._server = Server(("127.0.0.1", 0), Session)
        self.url = f"smtp://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self) -> Self:
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(5)

    def to(self, address: str) -> list[EmailMessage]:
        return [each for each in self.letters if each["To"] == address]


def serve(session: socketserver.StreamRequestHandler, box: Mailbox) -> None:
    """RFC 5321, as much of it as a client needs."""

    def say(line: str) -> None:
        session.wfile.write(f"{line}\r\n".encode())

    say("220 mailbox.example")
    while line := session.rfile.readline().decode().strip():
        verb, _, rest = line.partition(" ")
        if verb.upper() == "DATA":
            say("354 go on")
            lines = []
            while (part := session.rfile.readline()) != b".\r\n":
                lines.append(part.removeprefix(b".") if part.startswith(b"..") else part)
            letter = email.message_from_bytes(b"".join(lines), policy=policy.default)
            box.letters.append(letter)
            say("250 kept")
        elif verb.upper() == "RCPT" and any(each in rest for each in box.refuses):
            say("550 no such person")
        elif verb.upper() == "RCPT" and any(each in rest for each in box.later):
            say("451 come back later")
        elif verb.upper() == "QUIT":
            say("221 bye")
            return
        else:
            say("250 fine")

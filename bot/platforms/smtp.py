"""E-mail by SMTP: one plain message a call, encrypted wherever the server offers it."""

from __future__ import annotations

import smtplib
import ssl
from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime
from typing import Final
from urllib.parse import unquote, urlsplit

from bot.domain.errors import BadInput, NotSent, Rejected

TIMEOUT_S: Final = 10.0
_SCHEMES: Final = {"smtp": 25, "smtps": 465}


class Smtp:
    """``url``: ``smtp://user:password@host:port`` (STARTTLS where offered) or ``smtps://…``; never logged."""

    def __init__(self, url: str, sender: str) -> None:
        parts = urlsplit(url)
        if parts.scheme not in _SCHEMES or not parts.hostname:
            raise BadInput("Write smtp://host:port or smtps://host:port.", key="KOUHOU_SMTP_URL")
        if "@" not in sender:
            raise BadInput("Write the address that mails come from.", key="KOUHOU_MAIL_FROM")
        self._tls = parts.scheme == "smtps"
        self._host, self._port = parts.hostname, parts.port or _SCHEMES[parts.scheme]
        self._user, self._password = unquote(parts.username or ""), unquote(parts.password or "")
        self._sender = sender

    def send(self, to: str, subject: str, body: str, *, at: datetime) -> None:
        """Hands one message over. Rejected: this address is refused. NotSent: the server cannot take mail now."""
        message = self._message(to, subject, body, at)
        try:
            with self._connected() as server:
                server.send_message(message)
        except (smtplib.SMTPRecipientsRefused, smtplib.SMTPSenderRefused, smtplib.SMTPDataError) as exc:
            failure: Rejected | NotSent = _refusal(exc)
        except (smtplib.SMTPException, OSError):
            failure = NotSent("The mail server does not answer properly; it is tried again by itself.")
        else:
            return
        raise failure  # outside the except block, so that no address hangs on it as context

    def _connected(self) -> smtplib.SMTP:
        server = self._open()
        try:
            server.ehlo()
            if not self._tls and server.has_extn("starttls"):
                server.starttls(context=ssl.create_default_context())
                server.ehlo()
            if self._user:
                server.login(self._user, self._password)
        except BaseException:
            server.close()
            raise
        return server

    def _open(self) -> smtplib.SMTP:
        if self._tls:
            context = ssl.create_default_context()
            return smtplib.SMTP_SSL(self._host, self._port, timeout=TIMEOUT_S, context=context)
        return smtplib.SMTP(self._host, self._port, timeout=TIMEOUT_S)

    def _message(self, to: str, subject: str, body: str, at: datetime) -> EmailMessage:
        message = EmailMessage()
        message["From"], message["To"], message["Subject"] = self._sender, _one_line(to), _one_line(subject)
        message["Date"] = format_datetime(at)
        message["Auto-Submitted"] = "auto-generated"  # or out-of-office answers come back
        message.set_content(body)
        return message


def _refusal(exc: smtplib.SMTPException) -> Rejected | NotSent:
    """A code from 500 on is final; one from 400 on asks to come back later."""
    codes = [code for code, _ in exc.recipients.values()] if isinstance(exc, smtplib.SMTPRecipientsRefused) else []
    code = max(codes, default=getattr(exc, "smtp_code", 0))
    if code >= 500:
        return Rejected("The mail server refuses this address.", status=code)
    return NotSent("The mail server takes this mail later.", status=code)


def _one_line(text: str) -> str:
    """A line break in a header would start another header."""
    return " ".join(text.split())

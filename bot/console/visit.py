"""One request as the pages see it: who is there, in which language, at what time, with which form."""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Final
from zoneinfo import ZoneInfo

from fastapi import Request
from starlette.datastructures import UploadFile

from bot.bootstrap import App
from bot.console.words import Words
from bot.domain.errors import NotAllowed
from bot.domain.people import EVERYWHERE, Person, Role
from bot.usecases.parts import Parts

JAPAN = ZoneInfo("Asia/Tokyo")
_CONTROLS: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")


@dataclass(frozen=True, slots=True)
class Visit:
    """``person`` is None before sign-in. ``form`` holds the text fields of a POST that passed the CSRF check."""

    request: Request
    app: App
    words: Words
    now: datetime
    person: Person | None = None
    session: int = 0
    csrf: str = ""
    must_change_password: bool = False
    form: Mapping[str, str] = field(default_factory=dict)
    lists: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    files: Mapping[str, tuple[UploadFile, ...]] = field(default_factory=dict)

    @property
    def parts(self) -> Parts:
        return self.app.parts

    @property
    def by(self) -> Person:
        """The signed-in person; pages that use it are guarded, so nobody gets here without one."""
        if self.person is None:
            raise NotAllowed("Sign in first.").worded("problem.sign-in-first")
        return self.person

    @property
    def today(self) -> date:
        return self.now.astimezone(JAPAN).date()

    def has(self, *roles: Role) -> bool:
        """Whether the person holds one of the roles in any office today."""
        held = self.person.roles(self.today) if self.person else ()
        return any(role in held for role in roles)

    def accounts(self, *roles: Role) -> tuple[str, ...] | None:
        """Account ids of the offices in which the person holds one of the roles; None stands for all."""
        offices = self.offices(*roles)
        if offices is None:
            return None
        return tuple(a.id for a in self.parts.registry().accounts if a.office in offices)

    def offices(self, *roles: Role) -> tuple[str, ...] | None:
        """Offices in which the person holds one of the roles; None stands for all."""
        found: set[str] = set()
        for role in roles:
            found |= self.by.offices(role, self.today)
        return None if EVERYWHERE in found else tuple(sorted(found))

    def query(self, name: str, default: str = "") -> str:
        return readable(self.request.query_params.get(name, default))[:200]

    def number(self, name: str, default: int = 0, *, most: int = 1_000_000) -> int:
        """A whole number from the address, within bounds whatever was typed."""
        text = self.query(name)
        return min(int(text), most) if text.isdecimal() and len(text) < 10 else default


def readable(text: str) -> str:
    """Typed text without control characters but tabs and line ends: nobody types them, and PostgreSQL keeps no NUL."""
    return _CONTROLS.sub("", text)


def csrf_of(session_token: str) -> str:
    """The form token of a session: nobody without the cookie can know it."""
    return hmac.new(session_token.encode(), b"kouhou form", hashlib.sha256).hexdigest()


def token_hash(session_token: str) -> str:
    """What the database keeps of a session's token."""
    return hashlib.sha256(session_token.encode()).hexdigest()

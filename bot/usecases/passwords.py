"""Passwords: argon2id through pwdlib, at most four hashes at once because each takes 64 MiB."""

from __future__ import annotations

import threading
from functools import cache
from typing import Final

from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher

from bot.domain.errors import BadInput

_HASHER: Final = PasswordHash((Argon2Hasher(),))
_AT_ONCE: Final = threading.BoundedSemaphore(4)
SHORTEST: Final = 12
"""Characters; length is what helps (NIST SP 800-63B)."""


def hash_password(password: str) -> str:
    with _AT_ONCE:
        return _HASHER.hash(password)


def fits(password: str, hashed: str | None) -> bool:
    """Whether the password is right. Takes as long for an unknown login, so that nobody can find out logins."""
    with _AT_ONCE:
        return _HASHER.verify(password[:1024], hashed or _nobody()) and hashed is not None


def check_strength(password: str, login: str) -> None:
    """Raises BadInput for a password that is too short or holds the login."""
    if len(password) < SHORTEST:
        raise BadInput(f"Choose at least {SHORTEST} characters; a short sentence is good.", key="password").worded(
            "problem.password-short", least=SHORTEST
        )
    if login.casefold() in password.casefold():
        raise BadInput("The password must not hold your login.", key="password").worded("problem.password-login")


@cache
def _nobody() -> str:
    """A hash to compare with when there is no such login; made at first use, because hashing takes a tenth of a second."""
    return _HASHER.hash("nobody has this password")

"""The second factor: codes of an authenticator app, passkeys, and recovery codes for the day both are lost."""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

import pyotp

from bot.domain.errors import BadInput, NotAllowed
from bot.domain.people import Person
from bot.store import audit, people
from bot.store import second_factor as kept
from bot.store.database import Tx
from bot.usecases.parts import Parts
from bot.usecases.passwords import fits
from bot.usecases.throttle import count_failure, refuse_hasty

STEP_S: Final = 30
"""Seconds one code is good for (RFC 6238); the one before and the one after are taken too, for slow clocks."""
RECOVERY_CODES: Final = 10
CHALLENGE_LIVES: Final = timedelta(minutes=5)
ISSUER: Final = "kouhou"


@dataclass(frozen=True, slots=True)
class Enrolment:
    """What an authenticator app needs, as text and as the address that the picture holds."""

    secret: str = field(repr=False)
    uri: str = field(repr=False)


def start_totp(parts: Parts, *, by: Person, now: datetime) -> Enrolment:
    """A fresh secret that counts once a code proves that the app has it."""
    secret = pyotp.random_base32()
    with parts.store.begin() as tx:
        kept.propose_totp(tx, by.id, secret)
        audit.append(tx, by, "user.totp-started", f"user:{by.login}", at=now)
    return _enrolment(secret, by)


def waiting_totp(parts: Parts, *, by: Person) -> Enrolment | None:
    with parts.store.read() as tx:
        secret = kept.new_totp_secret(tx, by.id)
    return _enrolment(secret, by) if secret else None


def confirm_totp(parts: Parts, code: str, *, by: Person, session: int, now: datetime) -> list[str]:
    """Takes the secret into use. Returns fresh recovery codes, shown once."""
    refuse_hasty(parts, f"factor:{by.id}")
    with parts.store.begin() as tx:
        secret = kept.new_totp_secret(tx, by.id)
        step = _step_of(secret, code, now) if secret else None
        if step is not None:
            kept.confirm_totp(tx, by.id, step=step)
            people.prove_second_factor(tx, session)
            audit.append(tx, by, "user.totp-set", f"user:{by.login}", at=now)
            return fresh_recovery(tx, by.id)
    count_failure(parts, f"factor:{by.id}")
    raise BadInput(
        "The code does not fit; wait for the next one and check the clock of the device.", key="code"
    ).worded("problem.wrong-code")


def pass_code(parts: Parts, session: int, code: str, *, address: str, now: datetime) -> Person:
    """The second step of sign-in: a code of the app, or a recovery code. Raises NotAllowed when it does not fit."""
    person = waiting_person(parts, session, address)
    refuse_hasty(parts, f"factor:{person.id}")
    with parts.store.begin() as tx:
        means = _fitting(tx, person.id, code, now)
        if means:
            people.prove_second_factor(tx, session)
            audit.append(tx, person, "session.second-factor", f"user:{person.login}", at=now, means=means)
            return person
        audit.append(tx, person, "session.second-factor-refused", f"user:{person.login}", at=now)
    count_failure(parts, f"factor:{person.id}")
    raise NotAllowed("The code does not fit, or was used already; wait for the next one.").worded("problem.wrong-code")


def new_recovery_codes(parts: Parts, *, by: Person, password: str, now: datetime) -> list[str]:
    """Ten fresh codes, shown once; the old ones no longer work."""
    with parts.store.begin() as tx:
        _require_password(tx, by, password)
        audit.append(tx, by, "user.recovery-codes", f"user:{by.login}", at=now)
        return fresh_recovery(tx, by.id)


def remove_totp(parts: Parts, *, by: Person, password: str, now: datetime) -> None:
    with parts.store.begin() as tx:
        _require_password(tx, by, password)
        kept.remove_totp(tx, by.id)
        audit.append(tx, by, "user.totp-removed", f"user:{by.login}", at=now)


def remove_passkey(parts: Parts, passkey: int, *, by: Person, password: str, now: datetime) -> None:
    with parts.store.begin() as tx:
        _require_password(tx, by, password)
        kept.remove_passkey(tx, by.id, passkey)
        audit.append(tx, by, "user.passkey-removed", f"user:{by.login}", at=now, passkey=passkey)


def _fitting(tx: Tx, user: int, code: str, now: datetime) -> str:
    """Which means this code is, spent at once; empty for none."""
    secret = kept.totp_secret(tx, user)
    step = _step_of(secret, code, now) if secret else None
    if step is not None:
        return "totp" if kept.take_step(tx, user, step) else ""
    return "recovery" if kept.take_recovery(tx, user, _recovery_hash(code), at=now) else ""


def _step_of(secret: str, code: str, now: datetime) -> int | None:
    """The time step whose code this is; None when it is nobody's."""
    typed = "".join(code.split())
    current = int(now.timestamp()) // STEP_S
    totp = pyotp.TOTP(secret, interval=STEP_S)
    fitting = (s for s in (current, current - 1, current + 1) if hmac.compare_digest(totp.at(s * STEP_S), typed))
    return next(fitting, None) if typed.isascii() else None


def fresh_recovery(tx: Tx, user: int) -> list[str]:
    codes = [f"{secrets.token_hex(3)}-{secrets.token_hex(3)}" for _ in range(RECOVERY_CODES)]
    kept.replace_recovery(tx, user, [_recovery_hash(code) for code in codes])
    return codes


def _recovery_hash(code: str) -> str:
    """48 random bits behind a limit of ten tries in five minutes need no slow hash."""
    return hashlib.sha256(f"recovery {code.strip().lower()}".encode("utf-8", "replace")).hexdigest()


def waiting_person(parts: Parts, session: int, address: str) -> Person:
    with parts.store.read() as tx:
        found = people.session_by_id(tx, session)
        if found is None:
            raise NotAllowed("Sign in first.").worded("problem.sign-in-first")
        return people.person_by_id(tx, found.user, address=address)


def _require_password(tx: Tx, by: Person, password: str) -> None:
    """Taking protection away needs the password again; people of the agency's sign-in have none here."""
    known = people.login_of(tx, by.login)
    if known is None or (known.password is not None and not fits(password, known.password)):
        raise NotAllowed("The password is wrong.").worded("problem.wrong-password")


def _enrolment(secret: str, by: Person) -> Enrolment:
    return Enrolment(secret, pyotp.TOTP(secret).provisioning_uri(name=by.login, issuer_name=ISSUER))


def as_json(text: str) -> dict[str, object]:
    """What a browser's passkey dialogue gave; BadInput for anything else."""
    try:
        value = json.loads(text[:20_000])
    except ValueError:
        value = None
    if not isinstance(value, dict):
        raise BadInput("The passkey's answer could not be read; try again.").worded("problem.passkey")
    return value

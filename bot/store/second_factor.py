"""Queries about second factors: the sealed TOTP secret, passkeys, recovery codes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, func, update
from sqlmodel import col, select

from bot.domain.errors import Conflict, NotFound
from bot.store.database import Tx
from bot.store.tables.people import PasskeyRow, RecoveryRow, UserRow


@dataclass(frozen=True, slots=True)
class Passkey:
    """One device of a person; ``credential`` is base64url."""

    id: int
    user: int
    credential: str
    public_key: bytes
    sign_count: int
    name: str
    created_at: datetime
    used_at: datetime | None


def totp_secret(tx: Tx, user: int) -> str | None:
    """The confirmed secret, base32; None without one."""
    row = _user(tx, user)
    return tx.seal.open(row.totp) if row.totp else None


def new_totp_secret(tx: Tx, user: int) -> str | None:
    """The secret that waits for its first code."""
    row = _user(tx, user)
    return tx.seal.open(row.totp_new) if row.totp_new else None


def propose_totp(tx: Tx, user: int, secret: str) -> None:
    row = _user(tx, user)
    row.totp_new = tx.seal.close(secret)
    tx.session.add(row)


def confirm_totp(tx: Tx, user: int, *, step: int) -> None:
    """The waiting secret is in force; ``step`` is the time step of the code that proved it."""
    row = _user(tx, user)
    row.totp, row.totp_new, row.totp_step = row.totp_new, None, step
    tx.session.add(row)


def take_step(tx: Tx, user: int, step: int) -> bool:
    """Whether this time step is newer than any used before; it is used from now on."""
    done = tx.session.execute(
        update(UserRow)
        .where(col(UserRow.id) == user, col(UserRow.totp_step) < step)
        .values(totp_step=step)
        .execution_options(synchronize_session=False)
    )
    return bool(done.rowcount == 1)  # type: ignore[attr-defined]


def passkeys(tx: Tx, user: int) -> list[Passkey]:
    rows = tx.session.exec(select(PasskeyRow).where(PasskeyRow.user == user).order_by(col(PasskeyRow.id)))
    return [_passkey(row) for row in rows]


def add_passkey(tx: Tx, user: int, *, credential: str, public_key: bytes, count: int, name: str, at: datetime) -> None:
    """Conflict if the device is known already, to this person or to somebody else."""
    if tx.session.exec(select(PasskeyRow.id).where(PasskeyRow.credential == credential)).first() is not None:
        raise Conflict("This passkey is registered already.").worded("problem.passkey-known")
    tx.session.add(
        PasskeyRow(
            user=user, credential=credential, public_key=public_key, sign_count=count, name=name[:60], created_at=at
        )
    )
    tx.session.flush()


def use_passkey(tx: Tx, passkey: int, *, count: int, at: datetime) -> None:
    row = tx.session.get(PasskeyRow, passkey)
    if row is not None:
        row.sign_count, row.used_at = count, at
        tx.session.add(row)


def remove_passkey(tx: Tx, user: int, passkey: int) -> None:
    """NotFound for a passkey of somebody else."""
    done = tx.session.execute(delete(PasskeyRow).where(col(PasskeyRow.id) == passkey, col(PasskeyRow.user) == user))
    if done.rowcount != 1:  # type: ignore[attr-defined]
        raise NotFound("You have no such passkey.").worded("problem.no-passkey")


def remove_totp(tx: Tx, user: int) -> None:
    row = _user(tx, user)
    row.totp = row.totp_new = None
    tx.session.add(row)


def replace_recovery(tx: Tx, user: int, hashes: Iterable[str]) -> None:
    """New codes; the old ones no longer work."""
    tx.session.execute(delete(RecoveryRow).where(col(RecoveryRow.user) == user))
    for each in hashes:
        tx.session.add(RecoveryRow(user=user, code_hash=each))
    tx.session.flush()


def take_recovery(tx: Tx, user: int, code_hash: str, *, at: datetime) -> bool:
    """Whether this code was still unused; it is used from now on."""
    done = tx.session.execute(
        update(RecoveryRow)
        .where(
            col(RecoveryRow.user) == user, col(RecoveryRow.code_hash) == code_hash, col(RecoveryRow.used_at).is_(None)
        )
        .values(used_at=at)
        .execution_options(synchronize_session=False)
    )
    return bool(done.rowcount == 1)  # type: ignore[attr-defined]


def recovery_left(tx: Tx, user: int) -> int:
    statement = select(func.count()).where(RecoveryRow.user == user, col(RecoveryRow.used_at).is_(None))
    return int(tx.session.exec(statement).one())


def forget_all(tx: Tx, user: int) -> None:
    """No second factor at all: after a loss, by two admins."""
    remove_totp(tx, user)
    tx.session.execute(delete(PasskeyRow).where(col(PasskeyRow.user) == user))
    tx.session.execute(delete(RecoveryRow).where(col(RecoveryRow.user) == user))


def _user(tx: Tx, user: int) -> UserRow:
    row = tx.session.get(UserRow, user)
    if row is None:
        raise NotFound("This user does not exist any more.").worded("problem.no-user")
    return row


def _passkey(row: PasskeyRow) -> Passkey:
    return Passkey(
        row.id or 0,
        row.user,
        row.credential,
        row.public_key,
        row.sign_count,
        row.name,
        row.created_at,
        row.used_at,
    )

"""Queries about the service itself: heartbeats, budgets, stop switches, notices to staff."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, func
from sqlmodel import col, select

from bot.domain.people import Person
from bot.domain.ports import Budget
from bot.store.database import Tx
from bot.store.tables.service import AccountSeenRow, BudgetRow, HeartbeatRow, NoticeRow, StopRow


@dataclass(frozen=True, slots=True)
class Heartbeat:
    job: str
    process: str
    at: datetime
    every_s: float
    note: str = ""


@dataclass(frozen=True, slots=True)
class Stop:
    """A switch that is on. ``scope``: ``all``, ``platform:<name>`` or ``account:<id>``."""

    scope: str
    reason: str
    by: str
    at: datetime
    resume_asked_by: str | None = None


@dataclass(frozen=True, slots=True)
class Notice:
    """Something a member of staff should know."""

    id: int
    person: str
    kind: str
    subject: str
    at: datetime


def beat(tx: Tx, job: str, process: str, *, at: datetime, every_s: float, note: str = "") -> None:
    """Records that a job finished a tick."""
    tx.session.merge(HeartbeatRow(job=job, process=process, at=at, every_s=every_s, note=note))


def heartbeats(tx: Tx) -> list[Heartbeat]:
    rows = tx.session.exec(select(HeartbeatRow).order_by(HeartbeatRow.job, HeartbeatRow.process))
    return [Heartbeat(row.job, row.process, row.at, row.every_s, row.note) for row in rows]


def forget_process(tx: Tx, process: str) -> None:
    """A process that stopped cleanly leaves no heartbeat that would look like a death."""
    tx.session.execute(delete(HeartbeatRow).where(col(HeartbeatRow.process) == process))


def record_budgets(tx: Tx, account: str, budgets: Iterable[Budget], *, at: datetime) -> None:
    """Keeps what the platform last said; headers are trusted, constants are not."""
    for each in budgets:
        tx.session.merge(
            BudgetRow(
                account=account,
                name=each.name,
                limit_count=each.limit,
                remaining=each.remaining,
                reset_at=each.reset_at,
                at=at,
            )
        )


def budgets(tx: Tx, account: str | None = None) -> dict[tuple[str, str], Budget]:
    """What is left, by (account, name)."""
    statement = select(BudgetRow)
    if account is not None:
        statement = statement.where(BudgetRow.account == account)
    return {
        (row.account, row.name): Budget(row.name, row.limit_count, row.remaining, row.reset_at)
        for row in tx.session.exec(statement)
    }


def stop(tx: Tx, scope: str, *, reason: str, by: Person, at: datetime) -> None:
    """Turns a switch on; turning it on twice keeps the first reason."""
    if tx.session.get(StopRow, scope) is None:
        tx.session.add(StopRow(scope=scope, reason=reason, by=by.login, at=at))
        tx.session.flush()


def ask_resume(tx: Tx, scope: str, *, by: Person) -> None:
    row = tx.session.get(StopRow, scope)
    if row is not None:
        row.resume_asked_by = by.login
        tx.session.add(row)


def resume(tx: Tx, scope: str) -> None:
    tx.session.execute(delete(StopRow).where(col(StopRow.scope) == scope))


def stops(tx: Tx) -> list[Stop]:
    rows = tx.session.exec(select(StopRow).order_by(StopRow.scope))
    return [Stop(row.scope, row.reason, row.by, row.at, row.resume_asked_by) for row in rows]


def tell(tx: Tx, people: Iterable[str], kind: str, subject: str, *, at: datetime, once: str = "") -> None:
    """Leaves a notice for each person; the same ``kind``, ``subject`` and ``once`` is told to a person only once."""
    for person in dict.fromkeys(people):
        key = f"{person}|{kind}|{subject}|{once}"
        if tx.session.exec(select(NoticeRow.id).where(NoticeRow.once == key)).first() is None:
            tx.session.add(NoticeRow(person=person, kind=kind, subject=subject, at=at, once=key))
            tx.session.flush()


def notices(tx: Tx, people: Sequence[str], *, after: int = 0, limit: int = 50) -> list[Notice]:
    """What these addressees (a login and its ``office:`` and ``role:`` names) were told since ``after``, newest first."""
    statement = select(NoticeRow).where(col(NoticeRow.person).in_(people), col(NoticeRow.id) > after)
    rows = tx.session.exec(statement.order_by(col(NoticeRow.id).desc()).limit(limit))
    return [Notice(row.id or 0, row.person, row.kind, row.subject, row.at) for row in rows]


def newest_notice(tx: Tx) -> int:
    """The number of the newest notice to anybody, 0 before the first."""
    return tx.session.exec(select(func.max(NoticeRow.id))).one() or 0


def account_digests(tx: Tx) -> dict[str, str]:
    """The digest of each account's roster entry as it was last followed."""
    return {row.account: row.digest for row in tx.session.exec(select(AccountSeenRow))}


def save_account_digest(tx: Tx, account: str, digest: str, *, at: datetime) -> None:
    tx.session.merge(AccountSeenRow(account=account, digest=digest, at=at))

"""The audit chain: each event holds the hash of the one before; nothing is ever changed or taken out.

Events hold ids, digests and codes. People's words stay in their sealed columns, so that erasing them
leaves the chain whole.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import text
from sqlmodel import col, select

from bot.domain.people import Person
from bot.store.database import Tx
from bot.store.tables.audit import AuditHeadRow, AuditRow

GENESIS: Final = "0" * 64


@dataclass(frozen=True, slots=True)
class Event:
    """One line of the chain as it is read back."""

    seq: int
    at: datetime
    actor: str
    what: str
    subject: str
    office: str
    facts: dict[str, Any]
    previous: str
    hash: str


def append(tx: Tx, person: Person, what: str, subject: str, *, at: datetime, office: str = "", **facts: Any) -> Event:
    """Adds one event in the transaction of the change it tells of. ``what`` is a constant like ``post.approved``."""
    head = _lock_head(tx)
    previous = head.hash or GENESIS
    seq = head.seq + 1
    body = canonical(
        {
            "seq": seq,
            "at": at.isoformat(),
            "actor": person.login,
            "from": person.address,
            "what": what,
            "subject": subject,
            "office": office,
            "facts": facts,
        }
    )
    link = hash_of(previous, body)
    row = AuditRow(
        seq=seq,
        at=at,
        actor=person.login,
        what=what,
        subject=subject,
        office=office,
        body=body,
        previous=previous,
        hash=link,
    )
    tx.session.add(row)
    head.seq, head.hash = seq, link
    tx.session.add(head)
    tx.session.flush()
    return _event(row)


def canonical(body: dict[str, Any]) -> str:
    """The one way to write an event: keys sorted, no spaces, no escapes."""
    return json.dumps(body, sort_keys=True, ensure_ascii=False, separators=(",", ":"), default=str)


def hash_of(previous: str, body: str) -> str:
    """SHA-256 over the previous hash, a line feed and the body, hex."""
    return hashlib.sha256(f"{previous}\n{body}".encode("utf-8", "surrogatepass")).hexdigest()


def about(tx: Tx, subject: str, *, limit: int = 200) -> list[Event]:
    """The story of one subject, oldest first."""
    rows = tx.session.exec(select(AuditRow).where(AuditRow.subject == subject).order_by(col(AuditRow.seq)).limit(limit))
    return [_event(row) for row in rows]


def latest(tx: Tx, *, limit: int = 50) -> list[Event]:
    """The newest events, newest first."""
    return [_event(row) for row in tx.session.exec(select(AuditRow).order_by(col(AuditRow.seq).desc()).limit(limit))]


def raw_lines(tx: Tx) -> Iterator[tuple[int, str, str, str]]:
    """(seq, body, previous, hash) of the whole chain in order, without building objects."""
    rows = (
        tx.session.connection()
        .execution_options(yield_per=5000)
        .execute(text("SELECT seq, body, previous, hash FROM audit ORDER BY seq"))
    )
    for row in rows:
        yield row[0], row[1], row[2], row[3]


def head(tx: Tx) -> tuple[int, str]:
    """(number, hash) of the newest link; (0, genesis) for an empty chain."""
    row = tx.session.get(AuditHeadRow, 1)
    return (row.seq, row.hash or GENESIS) if row else (0, GENESIS)


def _lock_head(tx: Tx) -> AuditHeadRow:
    statement = select(AuditHeadRow).where(AuditHeadRow.id == 1)
    if tx.is_postgres:
        tx.session.execute(text("LOCK TABLE audit_head IN EXCLUSIVE MODE"))
    found = tx.session.exec(statement.execution_options(populate_existing=True)).first()
    if found is None:
        found = AuditHeadRow(id=1)
        tx.session.add(found)
        tx.session.flush()
    return found


def _event(row: AuditRow) -> Event:
    return Event(
        seq=row.seq,
        at=row.at,
        actor=row.actor,
        what=row.what,
        subject=row.subject,
        office=row.office,
        facts=json.loads(row.body)["facts"],
        previous=row.previous,
        hash=row.hash,
    )

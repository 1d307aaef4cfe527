"""The audit chain: each event holds the hash of the one before; nothing is ever changed or taken out.

Events hold ids, digests and codes. People's words stay in their sealed columns, so that erasing them
leaves the chain whole.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from types import SimpleNamespace
from typing import Any, Final
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, insert, text
from sqlmodel import col, select

from bot.domain.people import EVERYWHERE, Person
from bot.store.database import Tx
from bot.store.tables.audit import AuditHeadRow, AuditRow

GENESIS: Final = "0" * 64
_JAPAN: Final = ZoneInfo("Asia/Tokyo")


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
    address: str = ""
    roles: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Filter:
    """What to look for: exact actor and office, beginnings of ``what`` and ``subject``, times [since, until) UTC."""

    actor: str = ""
    what: str = ""
    subject: str = ""
    office: str = ""
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """One event to be written: ``what`` is a constant like ``post.approved``, ``facts`` are ids and codes."""

    what: str
    subject: str
    office: str = ""
    facts: Mapping[str, Any] = field(default_factory=dict)


def append(tx: Tx, person: Person, what: str, subject: str, *, at: datetime, office: str = "", **facts: Any) -> Event:
    """Adds one event in the transaction of the change it tells of. ``what`` is a constant like ``post.approved``.

    The event also says which roles the person held there on that day.
    """
    return append_many(tx, person, [Entry(what, subject, office, facts)], at=at)[0]


def append_many(tx: Tx, person: Person, entries: Iterable[Entry], *, at: datetime) -> list[Event]:
    """The same for many events of one instant, with one look at the head of the chain."""
    head = _lock_head(tx)
    seq, previous = head.seq, head.hash or GENESIS
    rows = []
    for entry in entries:
        seq += 1
        row = _row(seq, previous, person, entry, at)
        previous = row["hash"]
        rows.append(row)
    if rows:
        tx.session.execute(insert(AuditRow), rows)
    head.seq, head.hash = seq, previous
    tx.session.add(head)
    tx.session.flush()
    return [_event(SimpleNamespace(**row)) for row in rows]


def _row(seq: int, previous: str, person: Person, entry: Entry, at: datetime) -> dict[str, Any]:
    body = canonical(
        {
            "seq": seq,
            "at": at.isoformat(),
            "actor": person.login,
            "from": person.address,
            "what": entry.what,
            "subject": entry.subject,
            "office": entry.office,
            "roles": _roles(person, entry.office, at),
            "facts": dict(entry.facts),
        }
    )
    return {
        "seq": seq,
        "at": at,
        "actor": person.login,
        "what": entry.what,
        "subject": entry.subject,
        "office": entry.office,
        "body": body,
        "previous": previous,
        "hash": hash_of(previous, body),
    }


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


def search(tx: Tx, wanted: Filter, *, before: int = 0, limit: int = 50) -> list[Event]:
    """Newest first, from below event ``before`` (0: from the newest), so that pages stay put while events arrive."""
    conditions = _conditions(wanted)
    if before:
        conditions.append(col(AuditRow.seq) < before)
    rows = tx.session.exec(select(AuditRow).where(*conditions).order_by(col(AuditRow.seq).desc()).limit(limit))
    return [_event(row) for row in rows]


def walk(tx: Tx, wanted: Filter) -> Iterator[Event]:
    """Everything that fits, oldest first, a thousand at a time."""
    after = 0
    while True:
        rows = tx.session.exec(
            select(AuditRow)
            .where(*_conditions(wanted), col(AuditRow.seq) > after)
            .order_by(col(AuditRow.seq))
            .limit(1000)
        ).all()
        if not rows:
            return
        yield from (_event(row) for row in rows)
        after = rows[-1].seq
        tx.session.expunge_all()


def last_before(tx: Tx, at: datetime) -> tuple[int, str]:
    """(number, hash) of the newest event before an instant; (0, genesis) if there is none."""
    row = tx.session.exec(select(AuditRow).where(AuditRow.at < at).order_by(col(AuditRow.seq).desc()).limit(1)).first()
    return (row.seq, row.hash) if row else (0, GENESIS)


def newest(tx: Tx, what: str) -> Event | None:
    """The newest event of one kind."""
    row = tx.session.exec(
        select(AuditRow).where(AuditRow.what == what).order_by(col(AuditRow.seq).desc()).limit(1)
    ).first()
    return _event(row) if row else None


def chain(tx: Tx) -> Iterator[tuple[int, str, str, str, str, str, str, str, str]]:
    """(seq, at, actor, what, subject, office, body, previous, hash) of every event in order; ``at`` as UTC text."""
    at = """to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US')""" if tx.is_postgres else "at"
    statement = f"SELECT seq, {at}, actor, what, subject, office, body, previous, hash FROM audit ORDER BY seq"  # noqa: S608
    cursor: Any = tx.session.connection().connection.cursor(*(["audit_chain"] if tx.is_postgres else []))
    try:  # the driver's own cursor: a million rows through the mapper would take longer than the proof
        cursor.execute(statement)
        while part := cursor.fetchmany(10_000):
            yield from part
    finally:
        cursor.close()


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


def _conditions(wanted: Filter) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if wanted.actor:
        found.append(col(AuditRow.actor) == wanted.actor)
    if wanted.office:
        found.append(col(AuditRow.office) == wanted.office)
    for column, value in ((AuditRow.what, wanted.what), (AuditRow.subject, wanted.subject)):
        if value:
            found.append(col(column).startswith(value, autoescape=True))
    if wanted.since:
        found.append(col(AuditRow.at) >= wanted.since)
    if wanted.until:
        found.append(col(AuditRow.at) < wanted.until)
    return found


def _roles(person: Person, office: str, at: datetime) -> list[str]:
    """What the person was there; everything they were anywhere, for an event that belongs to no office."""
    day = at.astimezone(_JAPAN).date()
    living = [g for g in person.grants if g.until is None or day <= g.until]
    return sorted({g.role.value for g in living if not office or g.office in (EVERYWHERE, office)})


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


def _event(row: AuditRow | SimpleNamespace) -> Event:
    body = json.loads(row.body)
    return Event(
        seq=row.seq,
        at=row.at,
        actor=row.actor,
        what=row.what,
        subject=row.subject,
        office=row.office,
        facts=body["facts"],
        previous=row.previous,
        hash=row.hash,
        address=body.get("from", ""),
        roles=tuple(body.get("roles", ())),
    )

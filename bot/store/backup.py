"""Whole copies of the database. SQLite by its own online backup; PostgreSQL by its own tools, which we name."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from sqlalchemy.engine import make_url

from bot.domain.errors import BadInput, KouhouError
from bot.store.database import Store

_ELSEWHERE = "Back up PostgreSQL with its own tools: pg_dump --format=custom, pg_restore; see the runbook."


def backup(store: Store, target: Path) -> int:
    """Writes a consistent copy while others write. Returns its size in bytes; an existing file is refused."""
    source = _sqlite_path(store.url)
    if target.exists():
        raise BadInput("This file exists; choose another name, copies are never overwritten.", file=str(target))
    part = target.with_name(target.name + ".part")
    with closing(sqlite3.connect(source)) as live, closing(sqlite3.connect(part)) as copy:
        live.backup(copy, pages=2000)
        _demand_whole(copy, part)
        copy.execute("PRAGMA journal_mode=DELETE")
    part.replace(target)
    return target.stat().st_size


def restore(url: str, copy: Path) -> Path:
    """Puts ``copy`` in place of the database; the former one is kept beside it. Returns where."""
    target = _sqlite_path(url)
    with closing(sqlite3.connect(f"file:{copy}?mode=ro", uri=True)) as candidate:
        _demand_whole(candidate, copy)
    aside = target.with_name(f"{target.name}.before-restore")
    for suffix in ("-wal", "-shm"):
        target.with_name(target.name + suffix).unlink(missing_ok=True)
    if target.exists():
        target.replace(aside)
    with closing(sqlite3.connect(copy)) as source, closing(sqlite3.connect(target)) as fresh:
        source.backup(fresh)
    return aside


def _demand_whole(connection: sqlite3.Connection, path: Path) -> None:
    try:
        verdict = connection.execute("PRAGMA quick_check").fetchone()[0]
        tables = {row[0] for row in connection.execute("SELECT name FROM sqlite_master")}
    except sqlite3.DatabaseError:
        raise BadInput("This is no kouhou database.", file=str(path)) from None
    if verdict != "ok" or "audit" not in tables:
        raise BadInput("This copy is damaged or no kouhou database; nothing was changed.", file=str(path))


def _sqlite_path(url: str) -> Path:
    parsed = make_url(url)
    if parsed.get_backend_name() != "sqlite" or not parsed.database:
        raise KouhouError(_ELSEWHERE)
    return Path(parsed.database)

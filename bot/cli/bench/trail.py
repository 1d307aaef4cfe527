"""Proving a long audit chain."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from sqlite3 import connect
from typing import Any

from bot.cli.bench.shared import timed
from bot.store import audit
from bot.store.database import Store
from bot.store.seal import Seal, new_key
from bot.usecases.verify_audit import verify_store

_NOW = datetime(2026, 12, 2, 1, tzinfo=UTC)


def measure(events: int) -> dict[str, Any]:
    """Seconds to prove a whole chain of so many events on SQLite."""
    with tempfile.TemporaryDirectory() as folder:
        store = Store(f"sqlite:///{folder}/audit.db", Seal(new_key()))
        store.create_all()
        _fill(f"{folder}/audit.db", events)
        seconds, proof = timed(lambda: verify_store(store))
        store.close()
    return {"events": events, "whole": proof.whole, "seconds": round(seconds, 2)}


def lines(found: dict[str, Any]) -> Iterable[str]:
    yield f"audit chain of {found['events']:,} events  {found['seconds']:8.2f} s   (bar: 10 s for 1,000,000)"


def _fill(path: str, events: int) -> None:
    """Writes links as the service would, but many in one transaction."""
    database = connect(path)
    head = {"hash": audit.GENESIS}

    def rows() -> Iterator[tuple[Any, ...]]:
        for seq in range(1, events + 1):
            at = _NOW + timedelta(seconds=seq)
            body = audit.canonical(
                {"seq": seq, "at": at.isoformat(), "actor": "staff", "from": "", "what": "post.edited",
                 "subject": f"post:{seq % 5000}", "office": "tokyo", "facts": {"revision": seq % 7}}
            )  # fmt: skip
            link = audit.hash_of(head["hash"], body)
            stored = at.replace(tzinfo=None).isoformat(sep=" ", timespec="microseconds")
            yield (seq, stored, "staff", "post.edited", f"post:{seq % 5000}", "tokyo", body, head["hash"], link)
            head["hash"] = link

    database.executemany(
        "INSERT INTO audit (seq, at, actor, what, subject, office, body, previous, hash) VALUES (?,?,?,?,?,?,?,?,?)",
        rows(),
    )
    database.execute("INSERT INTO audit_head (id, seq, hash) VALUES (1, ?, ?)", (events, head["hash"]))
    database.commit()
    database.close()

"""Proving a long audit chain."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from sqlite3 import connect
from typing import Any

from bot import settings
from bot.bootstrap import build
from bot.cli.bench.shared import timed
from bot.store import audit
from bot.usecases.verify_audit import verify

_NOW = datetime(2026, 12, 2, 1, tzinfo=UTC)


def measure(events: int) -> dict[str, Any]:
    """Seconds to prove a whole chain of so many events on SQLite."""
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/audit.db"
        app = build(replace(settings.environment(), home=Path(folder), database_url=url), practice_platforms=False)
        try:
            _fill(f"{folder}/audit.db", events)
            seconds, proof = timed(lambda: verify(app.parts))
        finally:
            app.close()
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

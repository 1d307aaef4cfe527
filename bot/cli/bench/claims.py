"""Claims that survive a power cut: one conditional update each, several processes racing for the same rows."""

from __future__ import annotations

import multiprocessing
import tempfile
import time
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

from bot.store import attempts
from bot.store.database import Store
from bot.store.seal import Seal, new_key
from bot.store.tables.posts import PostRow, RevisionRow

_ROWS = 2000
_NOW = datetime(2026, 12, 2, 1, tzinfo=UTC)


def measure() -> dict[str, Any]:
    """Claims a second with 1 and 4 processes; every row must be claimed exactly once."""
    found: dict[str, Any] = {}
    for processes in (1, 4):
        with tempfile.TemporaryDirectory() as folder:
            url = f"sqlite:///{folder}/claims.db"
            _fill(url)
            began = time.perf_counter()
            with multiprocessing.get_context("spawn").Pool(processes) as pool:
                claimed = [each for part in pool.map(_claim_all, [url] * processes) for each in part]
            seconds = time.perf_counter() - began
        found[f"claims_per_s_{processes}"] = round(len(claimed) / seconds)
        found[f"doubles_{processes}"] = len(claimed) - len(set(claimed))
        found[f"lost_{processes}"] = _ROWS - len(set(claimed))
    return found


def lines(found: dict[str, Any]) -> Iterable[str]:
    for processes in (1, 4):
        yield (
            f"claims, {processes} process(es)           {found[f'claims_per_s_{processes}']:8} /s  "
            f"doubles {found[f'doubles_{processes}']}, lost {found[f'lost_{processes}']}"
        )


def _fill(url: str) -> None:
    store = Store(url, Seal(new_key()))
    store.create_all()
    with store.begin() as tx:
        for number in range(_ROWS):
            tx.session.add(_post(number))
            tx.session.add(_revision(number))
    store.close()


def _post(number: int) -> PostRow:
    return PostRow(
        id=number + 1, account=f"a{number}", office="tokyo", author="staff", state="scheduled", due_at=_NOW,
        due_wall="", publish_by=_NOW + timedelta(minutes=30), content_digest="", created_at=_NOW, updated_at=_NOW,
    )  # fmt: skip


def _revision(number: int) -> RevisionRow:
    return RevisionRow(
        post=number + 1, number=1, digest=str(number), author="staff", at=_NOW, text="お知らせ", due_at=_NOW,
        publish_by=_NOW + timedelta(minutes=30),
    )  # fmt: skip


def _claim_all(url: str) -> list[int]:
    store = Store(url, Seal(new_key()))
    claimed: list[int] = []
    while True:
        with store.begin() as tx:
            post = attempts.claim(tx, now=_NOW, owner="bench")
        if post is None:
            store.close()
            return claimed
        claimed.append(post.id)

"""Server time of every page that shows a list, over a database as full as an agency's after years."""

from __future__ import annotations

import statistics
import tempfile
import time
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

from bot import settings
from bot.bootstrap import App, build
from bot.cli.bench import fill
from bot.cli.bench.shared import percentile
from bot.store import people
from bot.usecases import sign_in
from bot.usecases.passwords import hash_password
from bot.usecases.practice import DEMO_USERS, enrol_demo_users

_TIMES = 20


def measure(posts: int, replies: int) -> dict[str, Any]:
    """Milliseconds in the server for each page, p50 and p95 of 20 calls after a warm-up."""
    with tempfile.TemporaryDirectory() as home:
        app = build(replace(settings.environment(), home=Path(home), database_url=f"sqlite:///{home}/full.db"),
                    practice_platforms=False)  # fmt: skip
        try:
            fill.posts(app, posts)
            fill.replies(app, replies)
            return {"posts": posts, "replies": replies, "pages": _walk(app)}
        finally:
            app.close()


def lines(found: dict[str, Any]) -> Iterable[str]:
    yield f"pages over {found['posts']:,} posts and {found['replies']:,} replies (bar: p95 50 ms)"
    for path, times in found["pages"].items():
        yield f"  {path:34} p50 {times['p50_ms']:7.1f} ms   p95 {times['p95_ms']:7.1f} ms"


def _walk(app: App) -> dict[str, dict[str, float]]:
    from fastapi.testclient import TestClient

    from bot.console.app import create_app

    client = TestClient(create_app(app), base_url="http://bench.example")
    client.cookies.set("kouhou_session", _session(app))
    found = {}
    for path in fill.PAGES:
        if client.get(path).status_code != 200:
            continue
        times = []
        for _ in range(_TIMES):
            began = time.perf_counter()
            client.get(path)
            times.append((time.perf_counter() - began) * 1e3)
        found[path] = {"p50_ms": round(statistics.median(times), 1), "p95_ms": round(percentile(times, 0.95), 1)}
    return found


def _session(app: App) -> str:
    now = app.parts.clock()
    enrol_demo_users(app.parts, now=now)
    login = DEMO_USERS[-1][0]
    with app.parts.store.begin() as tx:
        people.set_password(tx, login, hash_password("a password for the bench"), one_time=False)
    done = sign_in.sign_in(app.parts, login, "a password for the bench", address="", agent="bench", now=now)
    return done.token

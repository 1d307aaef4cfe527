"""Server time of every page that shows a list, over a database as full as an agency's after years."""

from __future__ import annotations

import gc
import statistics
import tempfile
from collections.abc import Iterable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import httpx

from bot import settings
from bot.bootstrap import App, build
from bot.cli.bench import fill
from bot.cli.bench.shared import percentile, timed
from bot.console.guard import COOKIE
from bot.console.server import ConsoleServer
from bot.store import people
from bot.usecases import consent, sign_in
from bot.usecases.passwords import hash_password
from bot.usecases.practice import DEMO_USERS, enrol_demo_users

_TIMES = 40


def measure(posts: int, replies: int) -> dict[str, Any]:
    """Milliseconds in the server for each page, p50 and p95 of 40 calls after a warm-up."""
    with tempfile.TemporaryDirectory() as home:
        app = build(replace(settings.environment(), home=Path(home), database_url=f"sqlite:///{home}/full.db", port=0),
                    practice_platforms=False)  # fmt: skip
        try:
            fill.posts(app, posts)
            fill.replies(app, replies)
            fill.events(app, posts)
            gc.collect()
            gc.freeze()  # as the service does once it runs
            return {"posts": posts, "replies": replies, "pages": _walk(app)}
        finally:
            app.close()


def lines(found: dict[str, Any]) -> Iterable[str]:
    yield f"pages over {found['posts']:,} posts and {found['replies']:,} replies (bar: p95 50 ms)"
    for path, times in found["pages"].items():
        yield f"  {path:34} p50 {times['p50_ms']:7.1f} ms   p95 {times['p95_ms']:7.1f} ms"


def _walk(app: App) -> dict[str, dict[str, float]]:
    """Over HTTP on this machine, so the figures hold what a browser's first byte would wait for."""
    server = ConsoleServer(app)
    found = {}
    try:
        with httpx.Client(base_url=server.start(), cookies={COOKIE: _session(app)}, timeout=60) as client:
            for path in fill.PAGES:
                if client.get(path).status_code == httpx.codes.OK:
                    times = [timed(partial(client.get, path))[0] * 1e3 for _ in range(_TIMES)]
                    found[path] = {
                        "p50_ms": round(statistics.median(times), 1),
                        "p95_ms": round(percentile(times, 0.95), 1),
                    }
    finally:
        server.stop()
    return found


def _session(app: App) -> str:
    now = app.parts.clock()
    enrol_demo_users(app.parts, now=now)
    login = DEMO_USERS[-1][0]
    with app.parts.store.begin() as tx:
        people.set_password(tx, login, hash_password("a password for the bench"), one_time=False)
    done = sign_in.sign_in(app.parts, login, "a password for the bench", address="", agent="bench", now=now)
    terms = consent.current()
    consent.agree(app.parts, terms.version, terms, locale="ja", by=done.person, now=now)
    return done.token

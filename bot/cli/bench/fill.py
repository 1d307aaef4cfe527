"""A database as full as an agency's after years: invented posts, replies and cases, written in bulk."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any, Final

from bot.bootstrap import App
from bot.domain.people import SERVICE
from bot.store import audit
from bot.store.bulk import insert_rows
from bot.store.tables.cases import CaseLabelRow, CaseRow, DecisionRow
from bot.store.tables.posts import PostRow, RevisionRow
from bot.store.tables.replies import ReplyRow, VerdictRow

PAGES: Final = (
    "/", "/posts", "/posts/500", "/held", "/compose", "/calendar", "/calendar?view=month", "/approve", "/cases",
    "/cases/500", "/reviews", "/groups", "/appeals", "/reports", "/quality", "/policies", "/roster", "/roster/changes",
    "/official", "/audit", "/operations", "/people", "/templates", "/stop",
)  # fmt: skip
_CASE_EVERY: Final = 10
_AT_ONCE: Final = 5000


def posts(app: App, count: int) -> None:
    """Posts over two years, nearly all published, some waiting."""
    now = app.parts.clock()
    accounts = [(account.id, account.office) for account in app.parts.registry().accounts]
    rows = list(_posts(now, accounts, count))
    insert_rows(app.parts.store, PostRow, [post for post, _ in rows])
    insert_rows(app.parts.store, RevisionRow, [revision for _, revision in rows])


def replies(app: App, count: int) -> None:
    """Replies with verdicts; every tenth has a case, most of them decided."""
    seal, now = app.parts.store.seal, app.parts.clock()
    accounts = [(a.id, a.office, a.platform.value) for a in app.parts.registry().accounts]
    author, words = seal.close(json.dumps(["someone", "だれか"])), seal.close("窓口の待ち時間が長すぎます。")
    evidence = seal.close(json.dumps({"findings": [], "signals": [], "freed": []}))
    kept, judged, files, labels, decisions = [], [], [], [], []
    for number in range(1, count + 1):
        account, office, platform = accounts[number % len(accounts)]
        at = now - timedelta(minutes=number)
        kept.append(_reply(number, account, platform, at, author, words))
        judged.append(_verdict(number, at, evidence))
        if number % _CASE_EVERY == 0:
            files.append(_case(number, account, office, platform, at))
            labels.append(_label(files[-1]))
            decisions += [_decision(files[-1])] if files[-1]["state"] == "dismissed" else []
    insert_rows(app.parts.store, ReplyRow, kept)
    insert_rows(app.parts.store, VerdictRow, judged)
    insert_rows(app.parts.store, CaseRow, files)
    insert_rows(app.parts.store, CaseLabelRow, labels)
    insert_rows(app.parts.store, DecisionRow, decisions)


def events(app: App, count: int) -> None:
    """A chain of so many events, most about the posts."""
    now = app.parts.clock()
    with app.parts.store.begin() as tx:
        for start in range(0, count, _AT_ONCE):
            numbers = range(start + 1, min(start + _AT_ONCE, count) + 1)
            entries = [audit.Entry("post.published", f"post:{number}", "tokyo", {"revision": 1}) for number in numbers]
            audit.append_many(tx, SERVICE, entries, at=now - timedelta(minutes=count - start))


def _posts(
    now: datetime, accounts: list[tuple[str, str]], count: int
) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    for number in range(1, count + 1):
        account, office = accounts[number % len(accounts)]
        due = now + timedelta(minutes=10 * (100 - number))
        state = "scheduled" if number < 100 else ("held" if number % 997 == 0 else "published")
        shared = {"due_at": due, "publish_by": due + timedelta(minutes=30), "reason": ""}
        post = {
            "id": number, "account": account, "office": office, "author": "staff", "notice": "", "state": state,
            "lane": "routine", "revision": 1, "version": 1, "due_wall": "", "content_digest": str(number),
            "hold": "late" if state == "held" else None, "note": "", "fence": 0, "permalink": "",
            "platform_id": f"p{number}" if state == "published" else None, "published_text": "",
            "published_at": due if state == "published" else None, "created_at": due, "updated_at": due, **shared,
        }  # fmt: skip
        revision = {
            "post": number, "number": 1, "digest": str(number), "author": "staff", "at": due, "link": "",
            "text": f"お知らせ {number}:窓口の受付時間は9時から16時までです。", "lang": "ja", "media": [], **shared,
        }  # fmt: skip
        yield post, revision


def _reply(number: int, account: str, platform: str, at: datetime, author: bytes, words: bytes) -> dict[str, Any]:
    return {
        "id": number, "platform": platform, "platform_id": f"r{number}", "account": account,
        "conversation_id": f"p{number % 1000}", "parent_id": f"p{number % 1000}", "kind": "reply", "lang": "ja",
        "author_id": f"u{number % 5000}", "author": author, "words": words, "print": str(number % 20000), "version": 1,
        "attachments": [], "written_at": at, "collected_at": at, "screened_at": at, "policy": "bench",
        "action": "review" if number % _CASE_EVERY == 0 else "none", "labels": "2" if number % _CASE_EVERY == 0 else "",
    }  # fmt: skip


def _verdict(number: int, at: datetime, evidence: bytes) -> dict[str, Any]:
    return {
        "id": number, "reply": number, "reply_version": 1, "policy": "bench", "action": "none", "labels": "",
        "scores": {}, "evidence": evidence, "language": "ja", "language_doubt": 0.0, "at": at,
    }  # fmt: skip


def _case(number: int, account: str, office: str, platform: str, at: datetime) -> dict[str, Any]:
    return {
        "id": number // _CASE_EVERY, "reply": number, "verdict": number, "account": account, "office": office, "platform": platform,
        "lane": number // _CASE_EVERY % 4, "state": "open" if number % 50 == 0 else "dismissed", "step": "none",
        "labels": str(number // _CASE_EVERY % 9 + 1), "top_score": 0.8, "language": "ja", "policy": "bench",
        "group_key": str(number % 300), "review_due": False, "version": 1, "opened_at": at,
    }  # fmt: skip


def _label(case: dict[str, Any]) -> dict[str, Any]:
    shared = {name: case[name] for name in ("state", "lane", "opened_at")}
    return {"case": case["id"], "category": int(case["labels"]), **shared}


def _decision(case: dict[str, Any]) -> dict[str, Any]:
    return {
        "case": case["id"], "by": "moderator", "move": "dismiss", "step": "none", "category": None, "clause": "",
        "policy": "bench", "reason": None, "why_not_less": None, "at": case["opened_at"] + timedelta(minutes=5),
    }  # fmt: skip

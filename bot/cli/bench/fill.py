"""A database as full as an agency's after years: invented posts, replies and cases, written in bulk."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any, Final

from bot.bootstrap import App
from bot.store.bulk import insert_rows
from bot.store.tables.cases import CaseRow
from bot.store.tables.posts import PostRow, RevisionRow
from bot.store.tables.replies import ReplyRow, VerdictRow

PAGES: Final = (
    "/", "/posts", "/posts/held", "/calendar", "/approve", "/cases", "/reports", "/quality", "/roster", "/audit",
    "/operations", "/people",
)  # fmt: skip
_CASE_EVERY: Final = 10


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
    kept, judged, files = [], [], []
    for number in range(1, count + 1):
        account, office, platform = accounts[number % len(accounts)]
        at = now - timedelta(minutes=number)
        kept.append(_reply(number, account, platform, at, author, words))
        judged.append(_verdict(number, at, evidence))
        if number % _CASE_EVERY == 0:
            files.append(_case(number, account, office, platform, at))
    insert_rows(app.parts.store, ReplyRow, kept)
    insert_rows(app.parts.store, VerdictRow, judged)
    insert_rows(app.parts.store, CaseRow, files)


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
        "reply": number, "verdict": number, "account": account, "office": office, "platform": platform,
        "lane": number // _CASE_EVERY % 4, "state": "open" if number % 50 == 0 else "dismissed", "step": "none",
        "labels": str(number // _CASE_EVERY % 9 + 1), "top_score": 0.8, "language": "ja", "policy": "bench",
        "group_key": str(number % 300), "review_due": False, "version": 1, "opened_at": at,
    }  # fmt: skip

"""A database as full as an agency's after years: invented posts, replies and cases, written in bulk."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any, Final

from bot.bootstrap import App
from bot.domain.people import SERVICE
from bot.store import audit
from bot.store.bulk import insert_rows
from bot.store.tables.cases import CaseLabelRow, CaseRow, DecisionRow
from bot.store.tables.posts import PostRow, RevisionRow
from bot.store.tables.replies import ReplyRow, VerdictRow
from moderation.categories import Category
from moderation.model import Finding

PAGES: Final = (
    "/", "/posts", "/posts/500", "/held", "/compose", "/calendar", "/calendar?view=month", "/approve", "/cases",
    "/cases?lane=1", "/cases?office=tokyo", "/cases?category=2", "/cases?language=vi", "/cases?language=mine", "/cases?platform=facebook&score=90",
    "/cases?state=dismissed&page=20", "/cases/500", "/reviews", "/groups", "/appeals", "/reports", "/quality", "/policies", "/roster", "/roster/changes",
    "/official", "/audit", "/operations", "/people", "/templates", "/stop", "/notices",
)  # fmt: skip
_CASE_EVERY: Final = 10
_AT_ONCE: Final = 5000
_REPLIES_AT_ONCE: Final = 50_000
_WORDS: Final = "無能な窓口です。待ち時間が長すぎます。"
_LANGUAGES: Final = ("ja", "vi", "zh-Hans", "pt-BR", "en", "ko", "ne")


def posts(app: App, count: int) -> None:
    """Posts over two years, nearly all published, some waiting."""
    now = app.parts.clock()
    accounts = [(account.id, account.office) for account in app.parts.registry().accounts]
    rows = list(_posts(now, accounts, count))
    insert_rows(app.parts.store, PostRow, [post for post, _ in rows])
    insert_rows(app.parts.store, RevisionRow, [revision for _, revision in rows])


def replies(app: App, count: int, words: Sequence[str] = (_WORDS,)) -> None:
    """Replies with verdicts, saying ``words`` in turn; every tenth has a case, most of them decided."""
    invented = _Invented(app, words)
    for start in range(0, count, _REPLIES_AT_ONCE):
        numbers = range(start + 1, min(start + _REPLIES_AT_ONCE, count) + 1)
        insert_rows(app.parts.store, ReplyRow, [invented.reply(number) for number in numbers])
        insert_rows(app.parts.store, VerdictRow, [invented.verdict(number) for number in numbers])
        cases = [invented.case(number) for number in numbers if number % _CASE_EVERY == 0]
        insert_rows(app.parts.store, CaseRow, cases)
        insert_rows(app.parts.store, CaseLabelRow, [_label(each) for each in cases])
        decided = [each for each in cases if each["state"] == "dismissed"]
        insert_rows(app.parts.store, DecisionRow, [_decision(each) for each in decided])


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


class _Invented:
    """Rows about the reply of a number: account, language, score and category follow from the number alone."""

    def __init__(self, app: App, words: Sequence[str]) -> None:
        seal, self._now = app.parts.store.seal, app.parts.clock()
        self._accounts = [(a.id, a.office, a.platform.value) for a in app.parts.registry().accounts]
        self._author, self._words = seal.close(json.dumps(["someone", "だれか"])), [seal.close(each) for each in words]
        finding = Finding(Category.DEFAMATION, 0.8, "defamation", 0, 2, "insult")
        self._evidence = seal.close(json.dumps({"findings": [asdict(finding)], "signals": [], "freed": []}))

    def reply(self, number: int) -> dict[str, Any]:
        account, _, platform = self._account(number)
        flagged, at, post = number % _CASE_EVERY == 0, self._at(number), f"p{self._post(number)}"
        return {
            "id": number, "platform": platform, "platform_id": f"r{number}", "account": account,
            "conversation_id": post, "parent_id": post, "kind": "reply", "lang": "ja",
            "author_id": f"u{number % 5000}", "author": self._author, "words": self._words[number % len(self._words)],
            "print": str(number % 20000), "version": 1, "attachments": [], "written_at": at, "collected_at": at,
            "screened_at": at, "policy": "bench", "action": "review" if flagged else "none",
            "labels": "2" if flagged else "",
        }  # fmt: skip

    def _post(self, number: int) -> int:
        """One of forty published posts of the same account, if so many posts were written."""
        accounts = len(self._accounts)
        return accounts * (100 // accounts + 1 + number % 40) + number % accounts

    def verdict(self, number: int) -> dict[str, Any]:
        action = "review" if number % _CASE_EVERY == 0 else "none"
        return {
            "id": number, "reply": number, "reply_version": 1, "policy": "bench", "action": action, "labels": "",
            "scores": {}, "evidence": self._evidence, "language": _language(number), "language_doubt": 0.0,
            "at": self._at(number),
        }  # fmt: skip

    def case(self, number: int) -> dict[str, Any]:
        account, office, platform = self._account(number)
        case = number // _CASE_EVERY
        return {
            "id": case, "reply": number, "verdict": number, "account": account, "office": office, "platform": platform,
            "lane": case % 4, "state": "open" if case % 5 == 0 else "dismissed", "step": "none",
            "labels": str(case % 9 + 1), "top_score": 0.5 + case % 50 / 100, "language": _language(number),
            "policy": "bench", "group_key": str(number % 300), "review_due": False, "version": 1,
            "opened_at": self._at(number),
        }  # fmt: skip

    def _account(self, number: int) -> tuple[str, str, str]:
        return self._accounts[number % len(self._accounts)]

    def _at(self, number: int) -> datetime:
        return self._now - timedelta(minutes=number)


def _language(number: int) -> str:
    return _LANGUAGES[number // _CASE_EVERY % len(_LANGUAGES)]


def _label(case: dict[str, Any]) -> dict[str, Any]:
    shared = {name: case[name] for name in ("state", "lane", "opened_at")}
    return {"case": case["id"], "category": int(case["labels"]), **shared}


def _decision(case: dict[str, Any]) -> dict[str, Any]:
    return {
        "case": case["id"], "by": "moderator", "move": "dismiss", "step": "none", "category": None, "clause": "",
        "policy": "bench", "reason": None, "why_not_less": None, "at": case["opened_at"] + timedelta(minutes=5),
    }  # fmt: skip

"""Uploads between their preview and their sender's yes or no: sealed, looked at row by row, gone with the answer."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from bot.domain.errors import BadInput, Conflict
from bot.domain.people import Person
from bot.store import desk
from bot.usecases import compose
from bot.usecases.importing import Plan, check, rows_of
from bot.usecases.parts import Parts

KEPT_FOR: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Seen:
    """One row of a preview: the slot is None where the next free one will be taken."""

    line: int
    account: str = ""
    text: str = ""
    due_at: datetime | None = None
    problem: BadInput | None = None


def keep(parts: Parts, raw: bytes, name: str, *, by: Person, now: datetime) -> str:
    """Keeps an upload, sealed, for its preview; no post is made of it. BadInput for what is no such file."""
    next(iter(rows_of(raw, name)), None)
    token = secrets.token_urlsafe(18)
    with parts.store.begin() as tx:
        desk.drop_old_imports(tx, before=now - KEPT_FOR)
        desk.keep_import(tx, token, by=by, name=Path(name).name[:200], body=raw.decode("utf-8-sig"), at=now)
    return token


def kept(parts: Parts, token: str, *, by: Person, now: datetime) -> tuple[str, Plan]:
    """The upload's name and what it would do as things stand now."""
    with parts.store.read() as tx:
        waiting = desk.waiting_import(tx, token, by=by)
    return waiting.name, check(parts, waiting.body.encode("utf-8", "surrogatepass"), waiting.name, by=by, now=now)


def confirm(parts: Parts, token: str, *, by: Person, now: datetime, submit: bool) -> list[int]:
    """Makes posts of a kept upload, all or none; of two confirmations at once only one counts."""
    _, plan = kept(parts, token, by=by, now=now)
    if plan.problems:
        raise BadInput("The import has problems; nothing was stored.").worded("problem.import")
    with parts.store.begin() as tx:
        if not desk.drop_import(tx, token):
            raise Conflict("This upload was already taken in.").worded("problem.import-done")
        wishes = [row.wish for row in plan.rows]
        return compose.draft_all(parts, tx, wishes, by=by, now=now, submit=submit)


def cancel(parts: Parts, token: str, *, by: Person) -> None:
    """Forgets an upload; nothing of it was ever a post."""
    with parts.store.begin() as tx:
        desk.waiting_import(tx, token, by=by)
        desk.drop_import(tx, token)


def preview(plan: Plan) -> list[Seen]:
    """Every row in the order of the file, the good and the bad ones."""
    good = [Seen(row.line, row.wish.account, row.wish.content.text, row.wish.due_at) for row in plan.rows]
    bad = [Seen(each.line or 0, problem=each) for each in plan.problems]
    return sorted([*good, *bad], key=lambda each: each.line)

"""E-mail to staff: urgent notices at once, the rest as one digest every ten minutes. Ids only, nobody's words.

A mail may arrive twice when the server dies in the middle of a run; none is ever lost.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any, Final

import structlog

from bot.domain.errors import NotSent, Rejected
from bot.domain.ports import Mailer
from bot.store import mailing, people
from bot.store.database import Tx
from bot.store.mailing import Address
from bot.store.service import Notice
from bot.usecases.duty import day
from bot.usecases.notices import addresses
from bot.usecases.parts import Parts

log = structlog.get_logger()

URGENT: Final = (
    "account.token", "clock.", "platform.", "stop.", "budget.spent", "db.restored", "case.urgent", "post.unknown",
    "post.failed", "post.approve-soon", "post.held.account", "post.review-overdue", "policy.braked",
)  # fmt: skip
"""Beginnings of the kinds that do not wait for the digest."""
DIGEST_EVERY: Final = timedelta(minutes=10)
TOO_OLD: Final = timedelta(hours=24)
"""When mail is switched on late, yesterday's notices stay in the console only."""
_WORDS: Final = Path(__file__).parent / "mail_words.toml"


@dataclass(frozen=True, slots=True)
class Mailed:
    """How many mails left, and how many addresses were refused."""

    sent: int = 0
    refused: int = 0


def send_mail(parts: Parts, mailer: Mailer | None, *, console: str, now: datetime) -> Mailed:
    """Sends what is due. ``mailer`` None: no mail is configured. NotSent leaves everything for the next tick."""
    if mailer is None:
        return Mailed()
    with parts.store.read() as tx:
        due, old = _due(mailing.unmailed(tx), now)
        letters = _letters(tx, due, now)
    mailed = Mailed()
    for address, name, notices in letters:
        mailed = _count(mailed, taken=_send(mailer, address, name, notices, console, now))
    with parts.store.begin() as tx:
        mailing.mark_mailed(tx, [each.id for each in (*due, *old)], at=now)
    return mailed


def is_urgent(kind: str) -> bool:
    return kind.startswith(URGENT)


def _due(waiting: list[Notice], now: datetime) -> tuple[list[Notice], list[Notice]]:
    """What is mailed now, and what is too old to be mailed. The digest goes when its oldest notice is old enough."""
    old = [each for each in waiting if now - each.at > TOO_OLD]
    fresh = [each for each in waiting if now - each.at <= TOO_OLD]
    if any(now - each.at >= DIGEST_EVERY for each in fresh):
        return fresh, old
    return [each for each in fresh if is_urgent(each.kind)], old


def _letters(tx: Tx, due: list[Notice], now: datetime) -> list[tuple[Address, str, list[Notice]]]:
    """Who gets which notices: those addressed to them, to their offices or to a role they hold."""
    if not due:
        return []
    staff = {each.login: each for each in people.everyone(tx)}
    letters = []
    for address in mailing.addresses(tx):
        person = staff[address.login]
        names = set(addresses(person, day(now)))
        mine = [each for each in due if each.person in names and each.id > address.notices_read]
        if mine:
            letters.append((address, person.name, mine))
    return letters


def _send(mailer: Mailer, to: Address, name: str, notices: list[Notice], console: str, now: datetime) -> bool:
    """False when this address is refused; the others still get their mail."""
    words = _words(to.locale)
    urgent = any(is_urgent(each.kind) for each in notices)
    subject = words["subject_urgent" if urgent else "subject_digest"].format(n=len(notices))
    lines = [words["greeting"].format(name=name or to.login), "", words["lead"], ""]
    lines += [f"- {line(each, to.locale)}" for each in notices]
    lines += ["", words["console"].format(url=console), "", words["footer"]]
    try:
        mailer.send(to.email, subject, "\n".join(lines), at=now)
    except Rejected as exc:
        log.warning("mail_refused", person=to.login, status=exc.status)
        return False
    except NotSent as exc:
        log.warning("mail_not_sent", person=to.login, status=exc.status)
        raise
    return True


def line(notice: Notice, locale: str) -> str:
    """One notice as a line: ``投稿 12: 保留されました``."""
    words = _words(locale)
    noun, _, name = notice.subject.partition(":")
    shown = words["subject_of"].get(noun, words["subject_of"]["other"]).format(id=name or noun)
    return f"{shown}: {_said(words['kind'], notice.kind)}"


def _said(kinds: Mapping[str, str], kind: str) -> str:
    parts = kind.split(".")
    tries = (".".join(parts[:end]) for end in range(len(parts), 0, -1))
    return next((kinds[each] for each in tries if each in kinds), kinds["other"])


def _words(locale: str) -> Mapping[str, Any]:
    """Japanese for everybody who does not read English; mails know no ruby."""
    table: Mapping[str, Any] = _tables()["en" if locale == "en" else "ja"]
    return table


@cache
def _tables() -> dict[str, Any]:
    return tomllib.loads(_WORDS.read_text(encoding="utf-8"))


def _count(mailed: Mailed, *, taken: bool) -> Mailed:
    return Mailed(mailed.sent + taken, mailed.refused + (not taken))

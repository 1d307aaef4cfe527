"""Queries about replies, their earlier words, verdicts, cursors and gaps. Words are sealed on the way in."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import func, update
from sqlmodel import col, select

from bot.domain.cases import KeptReply, KeptVerdict
from bot.domain.errors import NotFound, missing
from bot.domain.ports import SeenReply
from bot.store.database import Tx
from bot.store.tables.replies import CursorRow, GapRow, ReplyRow, ReplyVersionRow, VerdictRow
from moderation.categories import Category
from moderation.model import Action, Author, Finding, Freed, Signal, SignalKind, Verdict


def keep(tx: Tx, platform: str, account: str, seen: SeenReply, *, at: datetime) -> tuple[int, str]:
    """Stores a reply once per platform id. Returns its number and ``new``, ``edited`` or ``known``."""
    row = tx.session.exec(
        select(ReplyRow).where(ReplyRow.platform == platform, ReplyRow.platform_id == seen.platform_id)
    ).first()
    if row is None:
        return _add(tx, platform, account, seen, at), "new"
    if row.forgotten_at is not None or row.print == tx.seal.fingerprint(seen.text):
        return _number(row.id), "known"
    _new_words(tx, row, seen, at)
    return _number(row.id), "edited"


def get(tx: Tx, reply_id: int) -> KeptReply:
    row = tx.session.get(ReplyRow, reply_id)
    if row is None:
        raise missing("reply", reply_id)
    return kept_reply(tx, row)


def many(tx: Tx, ids: Sequence[int]) -> dict[int, KeptReply]:
    rows = tx.session.exec(select(ReplyRow).where(col(ReplyRow.id).in_(ids)))
    return {_number(row.id): kept_reply(tx, row) for row in rows}


def by_platform_id(tx: Tx, platform: str, platform_id: str) -> KeptReply | None:
    row = tx.session.exec(
        select(ReplyRow).where(ReplyRow.platform == platform, ReplyRow.platform_id == platform_id)
    ).first()
    return kept_reply(tx, row) if row else None


def unscreened(tx: Tx, *, limit: int) -> list[KeptReply]:
    """The oldest replies that nobody has screened yet, edited ones included."""
    rows = tx.session.exec(
        select(ReplyRow)
        .where(col(ReplyRow.screened_at).is_(None), col(ReplyRow.gone_at).is_(None))
        .order_by(col(ReplyRow.id))
        .limit(limit)
    )
    return [kept_reply(tx, row) for row in rows]


def thread(tx: Tx, reply: KeptReply, *, limit: int = 30) -> list[KeptReply]:
    """What was written in the same conversation, oldest first."""
    rows = tx.session.exec(
        select(ReplyRow)
        .where(ReplyRow.account == reply.account, ReplyRow.conversation_id == reply.conversation_id)
        .order_by(col(ReplyRow.written_at))
        .limit(limit)
    )
    return [kept_reply(tx, row) for row in rows]


def by_author(tx: Tx, reply: KeptReply, *, limit: int = 20) -> list[KeptReply]:
    """The same author's replies to any of our accounts, newest first; nothing else about them is kept."""
    if not reply.author_id:
        return []
    rows = tx.session.exec(
        select(ReplyRow)
        .where(ReplyRow.platform == reply.platform, ReplyRow.author_id == reply.author_id, ReplyRow.id != reply.id)
        .order_by(col(ReplyRow.written_at).desc())
        .limit(limit)
    )
    return [kept_reply(tx, row) for row in rows]


def collected_since(tx: Tx, since: datetime, *, limit: int) -> list[KeptReply]:
    """What came in since then, newest first."""
    rows = tx.session.exec(
        select(ReplyRow).where(ReplyRow.collected_at >= since).order_by(col(ReplyRow.id).desc()).limit(limit)
    )
    return [kept_reply(tx, row) for row in rows]


def versions(tx: Tx, reply_id: int) -> list[tuple[int, str | None, datetime]]:
    """Earlier words: (number, words or None once erased, when they were seen)."""
    rows = tx.session.exec(
        select(ReplyVersionRow).where(ReplyVersionRow.reply == reply_id).order_by(col(ReplyVersionRow.number))
    )
    return [(row.number, tx.seal.open(row.words) if row.words else None, row.seen_at) for row in rows]


def same_words(tx: Tx, words: str, *, since: datetime) -> tuple[int, int]:
    """How many replies since then have exactly these words, and by how many authors."""
    print_ = tx.seal.fingerprint(words)
    row = tx.session.exec(
        select(func.count(), func.count(func.distinct(ReplyRow.author_id))).where(
            ReplyRow.print == print_, ReplyRow.written_at >= since
        )
    ).one()
    return int(row[0]), int(row[1])


def add_verdict(tx: Tx, reply: KeptReply, verdict: Verdict, *, at: datetime) -> int:
    """Stores a verdict and marks the reply as screened under its policy version."""
    evidence = {
        "findings": [asdict(each) for each in verdict.findings],
        "signals": [asdict(each) for each in verdict.signals],
        "freed": [asdict(each) for each in verdict.freed],
    }
    row = VerdictRow(
        reply=reply.id,
        reply_version=reply.version,
        policy=verdict.policy,
        action=verdict.action.value,
        labels=labels_text(verdict.labels),
        scores={str(int(category)): round(score, 4) for category, score in verdict.scores.items()},
        evidence=tx.seal.close(json.dumps(evidence, ensure_ascii=False)),
        language=verdict.language,
        language_doubt=verdict.language_doubt,
        at=at,
    )
    tx.session.add(row)
    kept = tx.session.get(ReplyRow, reply.id)
    if kept is not None:
        kept.screened_at, kept.policy, kept.action, kept.labels = at, verdict.policy, row.action, row.labels
        tx.session.add(kept)
    tx.session.flush()
    return _number(row.id)


def verdict(tx: Tx, verdict_id: int) -> KeptVerdict:
    row = tx.session.get(VerdictRow, verdict_id)
    if row is None:
        raise missing("verdict", verdict_id)
    return _verdict(tx, row)


def latest_verdict(tx: Tx, reply_id: int) -> KeptVerdict | None:
    row = tx.session.exec(
        select(VerdictRow).where(VerdictRow.reply == reply_id).order_by(col(VerdictRow.id).desc()).limit(1)
    ).first()
    return _verdict(tx, row) if row else None


def mark_gone(tx: Tx, platform: str, platform_ids: Iterable[str], *, at: datetime) -> list[int]:
    """Notes that replies are no longer on the platform. Returns the numbers of those that were there before."""
    found = []
    for each in platform_ids:
        row = tx.session.exec(
            select(ReplyRow).where(ReplyRow.platform == platform, ReplyRow.platform_id == each)
        ).first()
        if row is not None and row.gone_at is None:
            row.gone_at = at
            tx.session.add(row)
            found.append(_number(row.id))
    return found


def come_back(tx: Tx, platform: str, seen: Iterable[SeenReply]) -> list[int]:
    """Replies counted as gone that the platform shows again; returns their numbers.

    Words that were erased because the reply was gone are stored and screened anew; those erased on request are not.
    """
    shown = {each.platform_id: each for each in seen}
    rows = tx.session.exec(
        select(ReplyRow).where(
            ReplyRow.platform == platform, col(ReplyRow.platform_id).in_(shown), col(ReplyRow.gone_at).is_not(None)
        )
    ).all()
    for row in rows:
        row.gone_at = None
        if row.forgotten_why == "gone":
            _write(tx, row, shown[row.platform_id])
            row.forgotten_at, row.forgotten_why, row.screened_at = None, "", None
            row.version += 1
        tx.session.add(row)
    tx.session.flush()
    return [_number(row.id) for row in rows]


def forget_words(tx: Tx, reply_id: int, *, why: str, at: datetime) -> None:
    """Erases what somebody wrote and who they are, in every version and in the evidence; numbers and decisions stay.

    ``why`` is ``gone``, ``retention`` or ``request``.
    """
    row = tx.session.get(ReplyRow, reply_id)
    if row is None:
        raise missing("reply", reply_id)
    row.words, row.author, row.author_id, row.print, row.attachments = None, None, "", "", []
    row.forgotten_at, row.forgotten_why = at, why
    if why != "gone":  # what only left the platform may come back, and is then public again
        row.look_at = None
    tx.session.add(row)
    for version in tx.session.exec(select(ReplyVersionRow).where(ReplyVersionRow.reply == reply_id)):
        version.words = None
        tx.session.add(version)
    for judged in tx.session.exec(select(VerdictRow).where(VerdictRow.reply == reply_id)):
        judged.evidence = None
        tx.session.add(judged)


def judge_again(tx: Tx, words: str, *, since: datetime) -> None:
    """Replies with exactly these words that nothing was found in are screened once more: they are part of a flood."""
    tx.session.execute(
        update(ReplyRow)
        .where(
            col(ReplyRow.print) == tx.seal.fingerprint(words),
            col(ReplyRow.written_at) >= since,
            col(ReplyRow.action) == Action.NONE.value,
            col(ReplyRow.screened_at).is_not(None),
        )
        .values(screened_at=None)
        .execution_options(synchronize_session=False)
    )


def cursor(tx: Tx, account: str, source: str) -> str:
    row = tx.session.get(CursorRow, (account, source))
    return row.value if row else ""


def save_cursor(tx: Tx, account: str, source: str, value: str, *, at: datetime) -> None:
    """Stored in the transaction of the replies it stands for, so that a crash reads them again and loses none."""
    tx.session.merge(CursorRow(account=account, source=source, value=value, read_at=at))


def last_read(tx: Tx, account: str) -> datetime | None:
    """When any sweep of this account last finished a page."""
    return tx.session.exec(select(func.max(CursorRow.read_at)).where(CursorRow.account == account)).one()


def note_gap(tx: Tx, account: str, source: str, *, since: datetime | None, at: datetime) -> None:
    tx.session.add(GapRow(account=account, source=source, since=since, noticed_at=at))


def open_gaps(tx: Tx) -> list[tuple[str, str, datetime]]:
    """(account, source, noticed at) of stretches that may have been missed."""
    rows = tx.session.exec(select(GapRow).where(col(GapRow.closed_at).is_(None)).order_by(col(GapRow.noticed_at)))
    return [(row.account, row.source, row.noticed_at) for row in rows]


def _add(tx: Tx, platform: str, account: str, seen: SeenReply, at: datetime) -> int:
    row = ReplyRow(
        platform=platform,
        platform_id=seen.platform_id,
        account=account,
        conversation_id=seen.conversation_id,
        parent_id=seen.parent_id,
        kind=seen.kind,
        lang=seen.lang,
        written_at=seen.created_at,
        collected_at=at,
        look_at=at,
    )
    _write(tx, row, seen)
    tx.session.add(row)
    tx.session.flush()
    return _number(row.id)


def _write(tx: Tx, row: ReplyRow, seen: SeenReply) -> None:
    """What was said and by whom, sealed."""
    row.author_id, row.attachments = seen.author_id, list(seen.attachments)
    row.author = tx.seal.close(json.dumps([seen.author_handle, seen.author_name]))
    row.words, row.print = tx.seal.close(seen.text), tx.seal.fingerprint(seen.text)


def _new_words(tx: Tx, row: ReplyRow, seen: SeenReply, at: datetime) -> None:
    tx.session.add(ReplyVersionRow(reply=_number(row.id), number=row.version, words=row.words, seen_at=at))
    row.words, row.print = tx.seal.close(seen.text), tx.seal.fingerprint(seen.text)
    row.version += 1
    row.edited_at, row.screened_at = at, None
    tx.session.add(row)
    tx.session.flush()


def kept_reply(tx: Tx, row: ReplyRow) -> KeptReply:
    """A row with its words opened."""
    handle, name = json.loads(tx.seal.open(row.author)) if row.author else ("", "")
    return KeptReply(
        id=_number(row.id),
        platform=row.platform,
        platform_id=row.platform_id,
        account=row.account,
        conversation_id=row.conversation_id,
        parent_id=row.parent_id,
        kind=row.kind,
        lang=row.lang,
        author_id=row.author_id,
        author=Author(handle, name),
        text=tx.seal.open(row.words) if row.words else None,
        version=row.version,
        written_at=row.written_at,
        collected_at=row.collected_at,
        attachments=tuple(row.attachments),
        edited_at=row.edited_at,
        gone_at=row.gone_at,
        forgotten_at=row.forgotten_at,
        forgotten_why=row.forgotten_why,
        policy=row.policy,
    )


def _verdict(tx: Tx, row: VerdictRow) -> KeptVerdict:
    evidence: dict[str, list[dict[str, Any]]] = json.loads(tx.seal.open(row.evidence)) if row.evidence else {}
    return KeptVerdict(
        id=_number(row.id),
        reply=row.reply,
        reply_version=row.reply_version,
        policy=row.policy,
        action=row.action,
        labels=parse_labels(row.labels),
        scores={Category(int(number)): score for number, score in row.scores.items()},
        findings=tuple(_finding(each) for each in evidence.get("findings", ())),
        signals=tuple(Signal(**each | {"kind": SignalKind(each["kind"])}) for each in evidence.get("signals", ())),
        freed=tuple(Freed(**each | {"category": Category(each["category"])}) for each in evidence.get("freed", ())),
        language=row.language,
        language_doubt=row.language_doubt,
        at=row.at,
    )


def _finding(facts: dict[str, Any]) -> Finding:
    return Finding(**facts | {"category": Category(facts["category"])})


def parse_labels(text: str) -> tuple[Category, ...]:
    """``"2,6"`` as categories."""
    return tuple(Category(int(each)) for each in text.split(",") if each)


def labels_text(labels: Iterable[Category]) -> str:
    """Categories as they are stored, e.g. ``"2,6"``."""
    return ",".join(str(int(each)) for each in labels)


def _number(value: int | None) -> int:
    if value is None:
        raise NotFound("The row was not stored.").worded("problem.database")
    return value

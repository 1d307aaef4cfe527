"""Erasure: words and names go, the decision stays countable and the audit chain verifiable; legal holds come first."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

import structlog

from bot.domain.errors import BadInput, NotAllowed
from bot.domain.judging import LegalHold
from bot.domain.people import EVERYWHERE, SERVICE, Person, Role, require
from bot.store import archive, audit, cases, judging, replies
from bot.store.database import Tx
from bot.usecases.decide import WHY_NOT, deciders_of
from bot.usecases.parts import Parts
from moderation.cases import CaseState

log = structlog.get_logger()

X_GRACE: Final = timedelta(hours=20)
"""X wants deleted content gone within 24 hours; until then people may still put a legal hold on it."""
LONGEST_HOLD: Final = timedelta(days=3 * 366)


def forget_gone(parts: Parts, *, now: datetime, limit: int = 500) -> int:
    """The hourly duty: words of X replies that left the platform are erased within 24 hours of our noticing."""
    with parts.store.begin() as tx:
        due = archive.gone_unforgotten(tx, "x", gone_before=now - X_GRACE, limit=limit)
        return erase_in(tx, due, why="gone", by=SERVICE, now=now)


def erase(parts: Parts, reply_id: int, *, ground: str, by: Person, now: datetime) -> int:
    """Erases one reply on request. Returns 1; NotAllowed while a legal hold or a judgement to come protects it, and for
    somebody who decided on it: nobody removes the ground of their own measure.
    """
    if not ground.strip():
        raise BadInput("Write on whose request and on what ground.", key="ground").worded("problem.erase-ground")
    with parts.store.begin() as tx:
        _require_eraser(parts, tx, reply_id, by, now)
        if judging.held(tx, [reply_id], now=now):
            raise NotAllowed("A legal hold protects these words; end it first.").worded("problem.hold-first")
        if _to_be_judged(tx, [reply_id], by):
            raise NotAllowed("An objection or an urgent review has to be judged first.").worded("problem.judge-first")
        return erase_in(tx, [reply_id], why="request", by=by, now=now)


def erase_author(parts: Parts, reply_id: int, *, ground: str, by: Person, now: datetime) -> int:
    """Erases everything that the author of this reply wrote to us. Returns how many; held replies stay, and those that
    an objection or an urgent review has yet to judge. NotAllowed for somebody who decided on one of them.
    """
    if not ground.strip():
        raise BadInput("Write on whose request and on what ground.", key="ground").worded("problem.erase-ground")
    require(by, Role.ADMIN, EVERYWHERE, now.date())
    with parts.store.begin() as tx:
        reply = replies.get(tx, reply_id)
        written = archive.of_author(tx, reply.platform, reply.author_id) or [reply_id]
        waiting = _to_be_judged(tx, written, by)
        return erase_in(tx, [each for each in written if each not in waiting], why="request", by=by, now=now)


def erase_in(tx: Tx, reply_ids: list[int], *, why: str, by: Person, now: datetime) -> int:
    """Erases what no legal hold protects, objections included; one event a reply, with ids only."""
    held = judging.held(tx, reply_ids, now=now)
    free = [each for each in reply_ids if each not in held]
    about = cases.of_replies(tx, free)
    for each in free:
        replies.forget_words(tx, each, why=why, at=now)
        case = about.get(each)
        if case is not None:
            if why != "gone":  # a letter to us is nothing that left the platform
                judging.forget_appeals(tx, case.id)
            cases.forget_group(tx, case.id)
        audit.append(tx, by, "reply.forgotten", f"reply:{each}", at=now, office=case.office if case else "", why=why)
    if free:
        log.info("replies_forgotten", replies=len(free), why=why, held=len(held))
    return len(free)


def hold(parts: Parts, reply_id: int, *, ground: str, until: datetime, by: Person, now: datetime) -> LegalHold:
    """Keeps words for a legal ground until a day; a reviewer or admin says which ground."""
    if not ground.strip():
        raise BadInput("Write the legal ground: the request, its number and whose it is.", key="ground").worded(
            "problem.hold-ground"
        )
    if not now < until <= now + LONGEST_HOLD:
        raise BadInput("Name a day within the next three years; a hold can be renewed.", key="until").worded(
            "problem.hold-until"
        )
    with parts.store.begin() as tx:
        _require_eraser(parts, tx, reply_id, by, now)
        kept = judging.hold(tx, reply_id, ground=ground.strip(), by=by.login, at=now, until=until)
        audit.append(tx, by, "reply.held", f"reply:{reply_id}", at=now, hold=kept.id, until=until.isoformat())
    return kept


def end_hold(parts: Parts, reply_id: int, *, by: Person, now: datetime) -> int:
    """Ends every hold on a reply; what is due is erased by the next run."""
    with parts.store.begin() as tx:
        _require_eraser(parts, tx, reply_id, by, now)
        ended = judging.end_holds(tx, reply_id, by=by.login, at=now)
        audit.append(tx, by, "reply.hold-ended", f"reply:{reply_id}", at=now, holds=ended)
    return ended


def _to_be_judged(tx: Tx, reply_ids: list[int], by: Person) -> set[int]:
    """Those of these replies that still have to be judged. NotAllowed when ``by`` decided on any of them."""
    about = cases.of_replies(tx, reply_ids)
    for case in about.values():
        if by.login in deciders_of(cases.decisions(tx, case.id)):
            raise NotAllowed(WHY_NOT["own-decision"]).worded("why-not.own-decision")
    return {number for number, case in about.items() if case.review_due or case.state is CaseState.APPEALED}


def _require_eraser(parts: Parts, tx: Tx, reply_id: int, by: Person, now: datetime) -> None:
    office = parts.account(replies.get(tx, reply_id).account).office
    today = parts.today(parts.registry().office(office), now)
    if not by.may(Role.ADMIN, office, today):
        require(by, Role.REVIEWER, office, today)

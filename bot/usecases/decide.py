"""People decide cases: every move is checked in one place, written down with its clause, and carried out later."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from bot.domain.accounts import Account
from bot.domain.cases import Case, Decision, KeptReply
from bot.domain.errors import BadInput, NotAllowed
from bot.domain.judging import Judgement, Opinion, ReviewKind
from bot.domain.people import SERVICE, Person, Role
from bot.store import audit, cases, commands, judging, people, replies
from bot.store.database import Tx
from bot.usecases.orders import order_commands
from bot.usecases.parts import Parts
from moderation.cases import (
    LIFE,
    PROPOSED_STEP,
    CaseFacts,
    CaseState,
    Duty,
    Moderator,
    Move,
    after,
    moves,
    way,
    why_not,
)
from moderation.categories import Category
from moderation.ladder import Step

HOLD_FOR: Final = timedelta(minutes=10)
"""How long a claimed case stays locked for its holder without a move."""
MOST_GROUNDS: Final = 2000
"""Characters of a reason, its template included."""
BLOCK_REVIEW: Final = timedelta(days=90)

WHY_NOT: Final = {
    "no-such-step": "The case does not stand where this step begins; read it again.",
    "no-right": "This needs another role in this office; ask an admin.",
    "held-by-another": "A colleague is working on this case; take one that is free, or wait until the lock lapses.",
    "own-proposal": "You proposed this yourself; a second person has to look at it.",
    "not-own-proposal": "Only the person who proposed it can take it back.",
    "own-decision": "You took part in this decision; another person has to judge it.",
    "platform-cannot": "This account cannot take that step on its platform.",
    "author-unknown": "The platform does not say who wrote this, so nobody can be blocked.",
    "already-taken": "This step, or a higher one, has been taken already.",
    "no-emergency": "Deleting alone is only for exposed personal data and threats; propose it instead.",
    "no-review-due": "There is nothing to review on this case.",
    "review-first": "The urgent deletion has to be reviewed by another person first.",
    "not-carried-out": "The platform does not stand as decided yet; wait, try it again, or take the measure back.",
    "cannot-be-undone": "This step cannot be undone on the platform.",
    "no-reader": "Neither the proposer nor you read this language; a colleague who does has to put down a view, or "
    "write down who read it for you.",
    "read-already": "Somebody who reads this language stands behind the proposal already.",
    "look-first": "Look at the evidence and put down your own view first; then the proposal is shown to you.",
}
_NEEDS_CATEGORY: Final = frozenset({Move.HIDE, Move.DELETE_NOW, *PROPOSED_STEP})
_NEEDS_REASON: Final = frozenset({Move.DELETE_NOW, Move.REFUSE, Move.UNDO, Move.UPHOLD, Move.REVERSE, Move.REVIEW})
_DECIDES: Final = frozenset({Move.HIDE, Move.DELETE_NOW, Move.APPROVE, *PROPOSED_STEP})
"""Moves that make somebody a decider of the step: they may not judge an objection to it."""
_FREES: Final = frozenset({Move.UNDO, Move.REVERSE, Move.DISMISS})
"""Moves after which nothing that can be taken back stays in force."""
_FREE: Final[Mapping[str, object]] = {"holder": None, "held_until": None}
_NO_PROPOSAL: Final[Mapping[str, object]] = {"proposed": Step.NONE.word, "proposer": None}


@dataclass(frozen=True, slots=True)
class Grounds:
    """Why a move is made: the category names the clause, ``why_not_less`` says why a lower step was not enough."""

    category: Category | None = None
    reason: str = ""
    why_not_less: str = ""


NO_GROUNDS: Final = Grounds()


def decide(
    parts: Parts,
    case_id: int,
    move: Move,
    *,
    by: Person,
    now: datetime,
    grounds: Grounds = NO_GROUNDS,
    version: int | None = None,
) -> Case:
    """One person's move; a free case is claimed on the way, and both are written down.

    NotAllowed says why not; BadInput says which ground is missing; Conflict: read it again.
    """
    with parts.store.begin() as tx:
        return decide_in(parts, tx, case_id, move, by=by, now=now, grounds=grounds, version=version)


def decide_in(
    parts: Parts,
    tx: Tx,
    case_id: int,
    move: Move,
    *,
    by: Person,
    now: datetime,
    grounds: Grounds = NO_GROUNDS,
    version: int | None = None,
) -> Case:
    """The same inside a transaction that does more than this move."""
    case = _unlock_lapsed(tx, cases.get(tx, case_id), now)
    if version is not None and version != case.version:
        raise NotAllowed(f"Case {case_id} was changed by somebody else in the meantime; read it again.").worded(
            "problem.case-moved"
        )
    facts, person = facts_of(parts, tx, case, by), moderator(parts, by, case.office, now)
    refusal = why_not(facts, person, move)
    if refusal is not None:
        raise NotAllowed(WHY_NOT[refusal]).worded(f"why-not.{refusal}")
    _check_grounds(facts, move, grounds)
    for each in way(case.state, move):
        case = _make(parts, tx, case, each, by, grounds if each is move else NO_GROUNDS, now)
    return case


def look(parts: Parts, case_id: int, opinion: Opinion, *, by: Person, now: datetime) -> None:
    """The second person's own view of the evidence, put down before the proposer's reasons are shown.

    NotAllowed for anybody who could not approve anyway; Conflict when the view was given already.
    """
    with parts.store.begin() as tx:
        case = cases.get(tx, case_id)
        facts = replace(facts_of(parts, tx, case, by), looked=True, reading_confirmed=True)
        refusal = why_not(facts, moderator(parts, by, case.office, now), Move.APPROVE)
        if refusal is not None:
            raise NotAllowed(WHY_NOT[refusal]).worded(f"why-not.{refusal}")
        item = judging.newest_second(tx, case_id)
        if item is None:
            raise NotAllowed(WHY_NOT["no-such-step"]).worded("why-not.no-such-step")
        judging.judge(tx, item.id, by.login, opinion, blind=True, at=now)
        audit.append(tx, by, "case.looked", f"case:{case_id}", at=now, office=case.office, item=item.id)


def drop_proposal(tx: Tx, case: Case, *, now: datetime) -> Case:
    """The words that a proposal was about are gone: the case stands as before it, and nobody's view of them counts."""
    state = after(case.state, Move.REFUSE, case.step)
    _close_second(tx, case, now)
    audit.append(tx, SERVICE, "case.proposal-dropped", f"case:{case.id}", at=now, office=case.office)
    return cases.change(tx, case, state, **_FREE, **_NO_PROPOSAL)


def allowed(parts: Parts, tx: Tx, case: Case, *, by: Person, now: datetime) -> tuple[Move, ...]:
    """The buttons of the page."""
    return moves(facts_of(parts, tx, lapse(case, now), by), moderator(parts, by, case.office, now))


def refusals(parts: Parts, tx: Tx, case: Case, *, by: Person, now: datetime) -> dict[Move, str | None]:
    """For every move None when it is allowed, else the code of the sentence that says why not."""
    facts, person = facts_of(parts, tx, lapse(case, now), by), moderator(parts, by, case.office, now)
    return {move: why_not(facts, person, move) for move in Move}


def facts_of(parts: Parts, tx: Tx, case: Case, by: Person | None = None) -> CaseFacts:
    """What the rules look at, gathered from case, verdict, decisions and roster; ``by`` is who wants to know."""
    account = parts.account(case.account)
    verdict, reply = replies.verdict(tx, case.verdict), replies.get(tx, case.reply)
    made = cases.decisions(tx, case.id)
    return CaseFacts(
        state=case.state,
        step=case.step,
        proposed=case.proposed,
        labels=frozenset(case.labels),
        signals=frozenset(signal.kind for signal in verdict.signals),
        holder=case.holder,
        proposer=case.proposer,
        deciders=deciders_of(made),
        review_due=case.review_due,
        means=means_of(account, reply),
        author_known=bool(reply.author_id),
        looked=by is None or has_looked(tx, case, by),
        language=case.language,
        readers=_readers(tx, case),
        reading_confirmed=any(_confirms_reading(each, reply) for each in made),
        carried_out=all(each.ended for each in commands.of_case(tx, case.id)),
    )


def deciders_of(made: Iterable[Decision]) -> frozenset[str]:
    """Who took a measure on a case or stood by it."""
    return frozenset(each.by for each in made if each.step is not Step.NONE or each.move is Move.UPHOLD)


def has_looked(tx: Tx, case: Case, by: Person) -> bool:
    """Whether this person put down their own view since the newest proposal on the case was made."""
    return any(each.by == by.login for each in _views(tx, case))


def _views(tx: Tx, case: Case) -> list[Judgement]:
    """The own views put down since the newest proposal was made."""
    item = judging.newest_second(tx, case.id) if case.state is CaseState.PROPOSED else None
    return judging.judgements(tx, [item.id]) if item else []


def _readers(tx: Tx, case: Case) -> frozenset[str]:
    """Who behind a proposal reads the reply's language; a view that found no violation stands behind nothing."""
    if case.state is not CaseState.PROPOSED:
        return frozenset()
    behind = {case.proposer or "", *(each.by for each in _views(tx, case) if each.opinion.category is not None)}
    return people.who_reads(tx, behind, case.language)


def _confirms_reading(made: Decision, reply: KeptReply) -> bool:
    """Whether a named reader was written down for the words as they stand now."""
    return made.move is Move.CONFIRM_READING and (reply.edited_at is None or made.at > reply.edited_at)


def means_of(account: Account, reply: KeptReply | None = None) -> dict[Step, str]:
    """How each step is taken here. X hides only replies below own posts: neither quotes nor mere mentions."""
    able = account.capabilities
    elsewhere = reply is not None and reply.kind in ("quote", "mention")
    hide = "none" if elsewhere else able.hide.value
    return {Step.HIDE: hide, Step.DELETE: able.delete.value, Step.BLOCK: able.block.value}


def moderator(parts: Parts, by: Person, office: str, now: datetime) -> Moderator:
    """The person as the case rules see them, in this office on this day."""
    today = parts.today(parts.registry().office(office), now)
    pairs = ((Role.MODERATOR, Duty.MODERATOR), (Role.REVIEWER, Duty.REVIEWER))
    duties = frozenset(duty for role, duty in pairs if by.may(role, office, today))
    return Moderator(by.login, duties, frozenset(by.reads))


def lapse(case: Case, now: datetime) -> Case:
    """The case as it stands once a forgotten lock is counted as gone."""
    if case.state is CaseState.CLAIMED and case.held_until is not None and case.held_until <= now:
        return replace(case, state=CaseState.OPEN, holder=None)
    return case


def _make(parts: Parts, tx: Tx, case: Case, move: Move, by: Person, grounds: Grounds, now: datetime) -> Case:
    decided = PROPOSED_STEP.get(move) or _step_after(case, move)
    decision = cases.decide(
        tx,
        case,
        move,
        by=by.login,
        step=decided if move in _DECIDES else Step.NONE,
        category=grounds.category,
        reason=grounds.reason.strip(),
        why_not_less=grounds.why_not_less.strip(),
        at=now,
    )
    state = after(case.state, move, case.step)
    changed = cases.change(tx, case, state, **_values(case, move, state, by, now))
    if move in PROPOSED_STEP:
        asked = {"case": case.id, "reply": case.reply, "language": case.language, "batch": judging.PROPOSAL}
        judging.add_item(tx, ReviewKind.SECOND, at=now, **asked)
    if move in (Move.APPROVE, Move.REFUSE, Move.WITHDRAW):
        _close_second(tx, case, now)
    order_commands(parts, tx, case, changed, move, by, now)
    _record(tx, changed, decision, by, now, **_read_by(tx, case, move, by))
    return changed


def _close_second(tx: Tx, case: Case, now: datetime) -> None:
    item = judging.newest_second(tx, case.id)
    judging.close_item(tx, item.id if item else 0, at=now)


def _step_after(case: Case, move: Move) -> Step:
    """What is in force after the move; a deletion cannot be taken back by any."""
    if move in _FREES:
        return case.step if case.step is Step.DELETE else Step.NONE
    if move is Move.APPROVE:
        return case.proposed
    return {Move.HIDE: Step.HIDE, Move.DELETE_NOW: Step.DELETE}.get(move, case.step)


def _values(case: Case, move: Move, state: CaseState, by: Person, now: datetime) -> dict[str, object]:
    """What else changes on the case's row."""
    if move is Move.CONFIRM_READING:
        return {}
    values: dict[str, object] = {"first_seen_at": case.first_seen_at or now, "step": _step_after(case, move).word}
    if state in (CaseState.CLAIMED, CaseState.PROPOSED):
        values |= {"holder": by.login, "held_until": now + HOLD_FOR}
    else:
        values |= _FREE
    if state is not CaseState.PROPOSED:
        values |= _NO_PROPOSAL
    if move in PROPOSED_STEP:
        values |= {"proposed": PROPOSED_STEP[move].word, "proposer": by.login}
    if move in (Move.HIDE, Move.DELETE_NOW, Move.APPROVE):
        values |= {"decider": by.login, "acted_at": now}
    if move is Move.DELETE_NOW:
        values["review_due"] = True
    if move in (Move.REVIEW, Move.UPHOLD, Move.REVERSE):  # all three are another person's judgement of the act
        values["review_due"] = False
    if move is Move.APPROVE and case.proposed is Step.BLOCK:
        values["block_review_at"] = now + BLOCK_REVIEW
    if move in _FREES:
        values["block_review_at"] = None
    if state in (CaseState.CLOSED, CaseState.DISMISSED, CaseState.REVERSED):
        values["closed_at"] = now
    return values


def _check_grounds(facts: CaseFacts, move: Move, grounds: Grounds) -> None:
    for key, words in (("reason", grounds.reason), ("why_not_less", grounds.why_not_less)):
        if len(words) > MOST_GROUNDS:
            raise BadInput(f"At most {MOST_GROUNDS} characters; sum the rest up.", key=key).worded(
                "problem.too-many-characters", most=MOST_GROUNDS
            )
    if move in _NEEDS_CATEGORY and grounds.category is None:
        raise BadInput("Name the category: every measure rests on a clause of the policy.", key="category").worded(
            "problem.category-missing"
        )
    if grounds.category is Category.OTHER_UNSUITABLE and not grounds.reason.strip():
        raise BadInput("Category 9 needs the reasonable grounds in words.", key="reason").worded("problem.reason-nine")
    if move is Move.CONFIRM_READING and not grounds.reason.strip():
        raise BadInput("Write who read the words and how.", key="reader").worded("problem.reader-missing")
    if move in (Move.DISMISS, Move.HIDE) and facts.signals & LIFE and not grounds.reason.strip():
        raise BadInput("A life may be at stake: write whom you told and when.", key="reason").worded(
            "problem.whom-told"
        )
    if move in _NEEDS_REASON and not grounds.reason.strip():
        raise BadInput("Write the reason; it is kept with the case.", key="reason").worded("problem.reason-missing")
    step = PROPOSED_STEP.get(move, Step.DELETE if move is Move.DELETE_NOW else Step.NONE)
    if step.lower and not grounds.why_not_less.strip():
        lower = [each.word for each in step.lower if facts.means.get(each, "none") != "none"]
        if lower:
            raise BadInput(f"Write why '{' or '.join(lower)}' was not enough.", key="why_not_less").worded(
                "problem.why-not-less", steps=lower
            )


def _unlock_lapsed(tx: Tx, case: Case, now: datetime) -> Case:
    lapsed = lapse(case, now)
    return case if lapsed is case else cases.change(tx, case, lapsed.state, **_FREE)


def _read_by(tx: Tx, case: Case, move: Move, by: Person) -> dict[str, object]:
    """For the trail: who could read what was approved, as of now; nobody where a confirmation stands for them."""
    if move is not Move.APPROVE:
        return {}
    own = {by.login} if case.language in by.reads else set()
    return {"language": case.language, "readers": sorted(_readers(tx, case) | own)}


def _record(tx: Tx, case: Case, decision: Decision, by: Person, now: datetime, **more: object) -> None:
    audit.append(
        tx,
        by,
        f"case.{decision.move.value}",
        f"case:{case.id}",
        at=now,
        office=case.office,
        step=case.step.word,
        proposed=case.proposed.word,
        category=int(decision.category) if decision.category else None,
        policy=case.policy,
        decision=decision.id,
        **more,
    )

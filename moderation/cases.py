"""What may happen to a case next, and who may do it. Pages, commands and the API ask here and decide nothing.

A machine opens cases and orders them; it never takes a step. Acts on categories 2, 8 and 9 alone therefore always
have a person behind them, and deleting or blocking has two, except that exposed personal data and threats may be
deleted by one person at once: then a review by another person is due and the case cannot close without it.
Somebody who reads the reply's language stands behind every other deletion and block.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Final

from moderation.categories import Category
from moderation.ladder import Step
from moderation.model import SignalKind


class CaseState(StrEnum):
    """Where a case stands."""

    OPEN = "open"
    CLAIMED = "claimed"
    PROPOSED = "proposed"  # waits for the second person
    ACTED = "acted"  # decided; carried out by the executor
    CLOSED = "closed"
    DISMISSED = "dismissed"  # no violation
    APPEALED = "appealed"
    REVERSED = "reversed"


class Move(StrEnum):
    """What a person can do with a case."""

    CLAIM = "claim"
    RELEASE = "release"
    DISMISS = "dismiss"
    HIDE = "hide"
    PROPOSE_DELETE = "propose-delete"
    PROPOSE_BLOCK = "propose-block"
    DELETE_NOW = "delete-now"  # break-glass, personal data and threats only
    APPROVE = "approve"
    REFUSE = "refuse"
    WITHDRAW = "withdraw"  # the proposer takes the proposal back
    CONFIRM_READING = "confirm-reading"  # somebody outside the case read the words: who and how is written down
    REVIEW = "review"  # another person confirms a break-glass act
    UNDO = "undo"
    CLOSE = "close"
    REOPEN = "reopen"
    APPEAL = "appeal"
    UPHOLD = "uphold"
    REVERSE = "reverse"


class Duty(StrEnum):
    """What a person on the moderator desk is trusted with in the case's office."""

    MODERATOR = "moderator"
    REVIEWER = "reviewer"


ENDED: Final = frozenset({CaseState.CLOSED, CaseState.DISMISSED, CaseState.REVERSED})

PROPOSED_STEP: Final = {Move.PROPOSE_DELETE: Step.DELETE, Move.PROPOSE_BLOCK: Step.BLOCK}

_AFTER: Final[Mapping[tuple[CaseState, Move], CaseState]] = {
    (CaseState.OPEN, Move.CLAIM): CaseState.CLAIMED,
    (CaseState.CLAIMED, Move.RELEASE): CaseState.OPEN,
    (CaseState.CLAIMED, Move.DISMISS): CaseState.DISMISSED,
    (CaseState.CLAIMED, Move.HIDE): CaseState.ACTED,
    (CaseState.CLAIMED, Move.PROPOSE_DELETE): CaseState.PROPOSED,
    (CaseState.CLAIMED, Move.PROPOSE_BLOCK): CaseState.PROPOSED,
    (CaseState.CLAIMED, Move.DELETE_NOW): CaseState.ACTED,
    (CaseState.PROPOSED, Move.APPROVE): CaseState.ACTED,
    (CaseState.PROPOSED, Move.REFUSE): CaseState.OPEN,
    (CaseState.PROPOSED, Move.WITHDRAW): CaseState.CLAIMED,
    (CaseState.PROPOSED, Move.CONFIRM_READING): CaseState.PROPOSED,
    (CaseState.ACTED, Move.REVIEW): CaseState.ACTED,
    (CaseState.ACTED, Move.UNDO): CaseState.OPEN,
    (CaseState.ACTED, Move.CLOSE): CaseState.CLOSED,
    (CaseState.ACTED, Move.PROPOSE_DELETE): CaseState.PROPOSED,
    (CaseState.ACTED, Move.PROPOSE_BLOCK): CaseState.PROPOSED,
    (CaseState.ACTED, Move.APPEAL): CaseState.APPEALED,
    (CaseState.CLOSED, Move.UNDO): CaseState.OPEN,
    (CaseState.CLOSED, Move.APPEAL): CaseState.APPEALED,
    (CaseState.DISMISSED, Move.REOPEN): CaseState.OPEN,
    (CaseState.REVERSED, Move.REOPEN): CaseState.OPEN,
    (CaseState.APPEALED, Move.UPHOLD): CaseState.CLOSED,
    (CaseState.APPEALED, Move.REVERSE): CaseState.REVERSED,
}
"""Every arrow that exists."""

_BACK: Final = {
    Move.CLAIM: Move.RELEASE,
    Move.DISMISS: Move.REOPEN,
    Move.HIDE: Move.UNDO,
    Move.PROPOSE_DELETE: Move.WITHDRAW,
    Move.PROPOSE_BLOCK: Move.WITHDRAW,
    Move.APPROVE: Move.UNDO,
}
"""What takes a move back at once; the rest is a new decision, or cannot be undone."""
_TAKES_BACK: Final = frozenset({Move.REFUSE, Move.WITHDRAW})
REVIEWERS_ONLY: Final = frozenset(
    {Move.APPROVE, Move.REFUSE, Move.CONFIRM_READING, Move.REVIEW, Move.UPHOLD, Move.REVERSE}
)
_ANOTHERS: Final = frozenset({Move.UPHOLD, Move.REVERSE, Move.REVIEW})
"""Judgements about a decision: never of those who took part in it."""
LIFE: Final = frozenset({SignalKind.CRISIS, SignalKind.THREAT_TO_LIFE})
"""Somebody outside has to be told: neither hiding nor leaving it alone is enough."""
UNKNOWN: Final = "und"
DOUBTFUL: Final = 0.5
"""Above this doubt a language is a guess: nobody is asked to read it, and no list is made of it."""


@dataclass(frozen=True, slots=True)
class CaseFacts:
    """What the rules look at. ``means`` tells for each step whether this account can take it (none, assisted, api).

    ``step`` is in force at the platform, ``proposed`` waits for the second person, ``looked`` tells whether the person
    in question has put down their own view of the evidence since the proposal was made. ``readers`` are the proposer
    and the colleagues whose view found a violation, as far as they read the ``language`` that the reply is filed under.
    ``carried_out``: the platform stands as decided, as far as it says.
    """

    state: CaseState
    step: Step = Step.NONE
    proposed: Step = Step.NONE
    labels: frozenset[Category] = frozenset()
    signals: frozenset[SignalKind] = frozenset()
    holder: str | None = None
    proposer: str | None = None
    deciders: frozenset[str] = frozenset()
    review_due: bool = False
    means: Mapping[Step, str] = field(default_factory=dict)
    author_known: bool = True
    looked: bool = True
    language: str = UNKNOWN
    readers: frozenset[str] = frozenset()
    reading_confirmed: bool = False
    carried_out: bool = True

    @property
    def is_emergency(self) -> bool:
        """Exposed personal data or a threat: one person may delete at once, another reviews."""
        exposed = {SignalKind.EXPOSED_NUMBER, SignalKind.THREAT_TO_LIFE} & self.signals
        return Category.PERSONAL_INFORMATION in self.labels or bool(exposed)


@dataclass(frozen=True, slots=True)
class Moderator:
    """The person as the rules see them; ``reads`` are language tags."""

    login: str
    duties: frozenset[Duty]
    reads: frozenset[str] = frozenset()


def after(state: CaseState, move: Move, in_force: Step = Step.NONE) -> CaseState:
    """The state after ``move``; ValueError for an arrow that does not exist.

    A proposal that is taken back leaves a case as it was: still acted on when a lower step is ``in_force``.
    """
    try:
        target = _AFTER[state, move]
    except KeyError:
        raise ValueError(f"a case that is {state.value} cannot take the move '{move.value}'") from None
    return CaseState.ACTED if move in _TAKES_BACK and in_force > Step.NONE else target


def way(state: CaseState, move: Move) -> tuple[Move, ...]:
    """The arrows of one press: what only a holder may decide claims a free case first."""
    claims_first = state is CaseState.OPEN and move is not Move.RELEASE and (CaseState.CLAIMED, move) in _AFTER
    return (Move.CLAIM, move) if claims_first else (move,)


def moves(case: CaseFacts, person: Moderator) -> tuple[Move, ...]:
    """The moves this person may make now: the buttons of the page, and nothing else."""
    return tuple(move for move in Move if why_not(case, person, move) is None)


def why_not(case: CaseFacts, person: Moderator, move: Move) -> str | None:
    """None when the move is allowed, else a constant code for the sentence that tells the person why not."""
    if len(way(case.state, move)) > 1:
        case = replace(case, state=after(case.state, Move.CLAIM), holder=person.login)
    if (case.state, move) not in _AFTER:
        return "no-such-step"
    duty = Duty.REVIEWER if move in REVIEWERS_ONLY or _overturns(case, move) else Duty.MODERATOR
    if duty not in person.duties and Duty.REVIEWER not in person.duties:
        return "no-right"
    return _not_theirs(case, person, move) or _not_possible(case, move)


def way_back(case: CaseFacts, person: Moderator, made: Move) -> Move | None:
    """What takes back the move that this person ``made`` last; None where nothing may."""
    back = _BACK.get(made)
    return back if back is not None and why_not(case, person, back) is None else None


def waits_for(case: CaseFacts, person: Moderator) -> bool:
    """Whether there is anything to do here for this person but to take back what they proposed."""
    return any(move is not Move.WITHDRAW for move in moves(case, person))


def told_language(tag: str, doubt: float) -> str:
    """The language that a reply is filed under: ``und`` where it would be a guess."""
    return UNKNOWN if doubt > DOUBTFUL else tag or UNKNOWN


def is_read(case: CaseFacts, person: Moderator) -> bool:
    """Whether a reader stands behind the proposal: proposer, second person, a colleague's view or a confirmation."""
    confirmed = case.reading_confirmed or bool(case.readers)
    return case.language in person.reads | {UNKNOWN} or confirmed


def _not_theirs(case: CaseFacts, person: Moderator, move: Move) -> str | None:
    if case.state is CaseState.CLAIMED and case.holder != person.login:
        return "held-by-another"
    if move in (Move.APPROVE, Move.REFUSE, Move.CONFIRM_READING) and person.login == case.proposer:
        return "own-proposal"
    if move in (Move.APPROVE, Move.REFUSE) and not case.looked:
        return "look-first"
    if move is Move.APPROVE and not is_read(case, person):
        return "no-reader"
    if move is Move.CONFIRM_READING and is_read(case, person):
        return "read-already"
    if move is Move.WITHDRAW and person.login != case.proposer:
        return "not-own-proposal"
    judges = move in _ANOTHERS or _overturns(case, move)
    return "own-decision" if judges and person.login in case.deciders else None


def _overturns(case: CaseFacts, move: Move) -> bool:
    """Whether the move takes back what an objection achieved."""
    return case.state is CaseState.REVERSED and move is Move.REOPEN


def _not_possible(case: CaseFacts, move: Move) -> str | None:
    step = PROPOSED_STEP.get(move) or {Move.HIDE: Step.HIDE, Move.DELETE_NOW: Step.DELETE}.get(move)
    if step is not None and case.means.get(step, "none") == "none":
        return "platform-cannot"
    blocks = step is Step.BLOCK or (move is Move.APPROVE and case.proposed is Step.BLOCK)
    if blocks and not case.author_known:
        return "author-unknown"
    if step is not None and case.state is CaseState.ACTED and step <= case.step:
        return "already-taken"
    if move is Move.DELETE_NOW and not case.is_emergency:
        return "no-emergency"
    if move is Move.REVIEW and not case.review_due:
        return "no-review-due"
    if move in (Move.CLOSE, Move.PROPOSE_BLOCK, Move.PROPOSE_DELETE) and case.review_due:
        return "review-first"
    if move is Move.CLOSE and not case.carried_out:
        return "not-carried-out"
    if move is Move.UNDO and not case.step.can_be_undone:
        return "cannot-be-undone"
    return None


def lane(labels: frozenset[Category], signals: frozenset[SignalKind]) -> int:
    """The queue's lane: 0 life and crisis, 1 exposed personal data, 2 false notices, 3 the rest."""
    if signals & LIFE:
        return 0
    if SignalKind.EXPOSED_NUMBER in signals or Category.PERSONAL_INFORMATION in labels:
        return 1
    if SignalKind.FALSE_NOTICE in signals or labels & {Category.IMPERSONATION, Category.ALTERED_POST}:
        return 2
    return 3


def may_hide_by_itself(labels: frozenset[Category], switched_on: frozenset[Category]) -> bool:
    """Whether a policy file may let the machine hide at once: categories 1 and 4 only, and only if switched on."""
    allowed = {Category.PERSONAL_INFORMATION, Category.ILLEGAL_OR_INDECENT} & switched_on
    return bool(labels & allowed)

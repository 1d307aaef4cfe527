"""The case machine: no way around the second person, no act by a machine, no review that can be skipped."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from moderation.cases import (
    ENDED,
    PROPOSED_STEP,
    CaseFacts,
    CaseState,
    Duty,
    Moderator,
    Move,
    after,
    lane,
    moves,
    waits_for,
    way,
    way_back,
    why_not,
)
from moderation.categories import VIEWPOINT_RISK, Category
from moderation.ladder import Step, step_of
from moderation.model import SignalKind

EVERY_MEANS = {Step.HIDE: "api", Step.DELETE: "api", Step.BLOCK: "api"}
AIKO = Moderator("aiko", frozenset(Duty))
BENI = Moderator("beni", frozenset(Duty))
CHIE = Moderator("chie", frozenset({Duty.MODERATOR}))


def walk(case: CaseFacts, steps: list[tuple[Moderator, int]]) -> list[tuple[CaseFacts, str, Move]]:
    """Plays random allowed moves and returns the path: the case before, who, which move."""
    path: list[tuple[CaseFacts, str, Move]] = []
    for person, choice in steps:
        open_moves = moves(case, person)
        if not open_moves:
            continue
        move = open_moves[choice % len(open_moves)]
        for arrow in way(case.state, move):
            path.append((case, person.login, arrow))
            case = played(case, person.login, arrow)
    return path


def played(case: CaseFacts, who: str, move: Move) -> CaseFacts:
    state = after(case.state, move, case.step)
    if move is Move.CLAIM:
        return replace(case, state=state, holder=who)
    if move in PROPOSED_STEP:
        return replace(case, state=state, proposer=who, proposed=PROPOSED_STEP[move])
    if move is Move.HIDE:
        return replace(case, state=state, step=Step.HIDE, deciders=case.deciders | {who})
    if move is Move.DELETE_NOW:
        return replace(case, state=state, step=Step.DELETE, deciders=case.deciders | {who}, review_due=True)
    if move is Move.APPROVE:
        both = {who, case.proposer or ""}
        return replace(
            case, state=state, deciders=case.deciders | both, step=case.proposed, proposed=Step.NONE, proposer=None
        )
    if move in (Move.REFUSE, Move.WITHDRAW):
        return replace(case, state=state, proposed=Step.NONE, proposer=None)
    if move is Move.UPHOLD:
        return replace(case, state=state, review_due=False, deciders=case.deciders | {who})
    if move is Move.REVIEW:
        return replace(case, state=state, review_due=False)
    if move in (Move.UNDO, Move.REVERSE, Move.DISMISS):
        return replace(case, state=state, step=Step.NONE, review_due=False, proposer=None)
    return replace(case, state=state)


HIDDEN = CaseFacts(CaseState.ACTED, step=Step.HIDE, means=EVERY_MEANS, deciders=frozenset({"aiko"}))
PATHS = st.lists(st.tuples(st.sampled_from([AIKO, BENI, CHIE]), st.integers(0, 20)), max_size=25)
LABELS = st.frozensets(st.sampled_from(Category), min_size=1)
SIGNALS = st.frozensets(st.sampled_from(SignalKind))


@given(PATHS, LABELS, SIGNALS)
def test_nobody_blocks_alone_on_any_path(
    steps: list[tuple[Moderator, int]], labels: frozenset[Category], signals: frozenset[SignalKind]
) -> None:
    start = CaseFacts(CaseState.OPEN, labels=labels, signals=signals, means=EVERY_MEANS)
    for case, who, move in walk(start, steps):
        if move is Move.APPROVE:
            assert case.proposer is not None
            assert case.proposer != who
        if case.step is Step.BLOCK:
            assert len(case.deciders) >= 2


@given(PATHS, LABELS)
def test_deleting_alone_takes_an_emergency_and_leaves_a_review(
    steps: list[tuple[Moderator, int]], labels: frozenset[Category]
) -> None:
    start = CaseFacts(CaseState.OPEN, labels=labels, means=EVERY_MEANS)
    for case, _who, move in walk(start, steps):
        if move is Move.DELETE_NOW:
            assert case.is_emergency
        if move is Move.CLOSE:
            assert not case.review_due
        if case.state in ENDED:
            assert not case.review_due


@given(PATHS)
def test_no_decider_takes_back_a_reversal(steps: list[tuple[Moderator, int]]) -> None:
    start = replace(HIDDEN, state=CaseState.REVERSED, step=Step.NONE)
    for case, who, _move in walk(start, steps):
        if case.state is CaseState.REVERSED:
            assert who not in case.deciders | {CHIE.login}


@given(PATHS)
def test_no_objection_is_judged_by_a_decider_or_twice_by_one_person_who_upheld(
    steps: list[tuple[Moderator, int]],
) -> None:
    for case, who, move in walk(HIDDEN, steps):
        if move in (Move.UPHOLD, Move.REVERSE):
            assert who not in case.deciders


@given(PATHS)
def test_criticism_is_never_acted_on_without_a_person(steps: list[tuple[Moderator, int]]) -> None:
    """Categories 2, 8 and 9 alone: every act on the path names a person, and no emergency door opens."""
    start = CaseFacts(CaseState.OPEN, labels=frozenset(VIEWPOINT_RISK), means=EVERY_MEANS)
    for _case, who, move in walk(start, steps):
        assert who
        assert move is not Move.DELETE_NOW


def test_a_person_without_a_duty_can_do_nothing() -> None:
    for state in CaseState:
        assert moves(CaseFacts(state, means=EVERY_MEANS), Moderator("gast", frozenset())) == ()


@pytest.mark.parametrize(
    ("case", "person", "move", "why"),
    [
        (CaseFacts(CaseState.CLAIMED, holder="beni", means=EVERY_MEANS), AIKO, Move.HIDE, "held-by-another"),
        (CaseFacts(CaseState.OPEN, means=EVERY_MEANS), AIKO, Move.HIDE, None),
        (CaseFacts(CaseState.OPEN, means=EVERY_MEANS), AIKO, Move.APPROVE, "no-such-step"),
        (CaseFacts(CaseState.OPEN, means=EVERY_MEANS), AIKO, Move.RELEASE, "no-such-step"),
        (CaseFacts(CaseState.OPEN, means={}), AIKO, Move.HIDE, "platform-cannot"),
        (CaseFacts(CaseState.OPEN, means=EVERY_MEANS), AIKO, Move.DELETE_NOW, "no-emergency"),
        (CaseFacts(CaseState.PROPOSED, proposer="aiko", step=Step.BLOCK), AIKO, Move.APPROVE, "own-proposal"),
        (CaseFacts(CaseState.PROPOSED, proposer="aiko", step=Step.BLOCK), BENI, Move.APPROVE, None),
        (CaseFacts(CaseState.PROPOSED, proposer="aiko", step=Step.BLOCK), CHIE, Move.APPROVE, "no-right"),
        (CaseFacts(CaseState.PROPOSED, proposer="aiko", looked=False), BENI, Move.APPROVE, "look-first"),
        (CaseFacts(CaseState.PROPOSED, proposer="aiko", looked=False), BENI, Move.REFUSE, "look-first"),
        (CaseFacts(CaseState.APPEALED, deciders=frozenset({"aiko"})), AIKO, Move.UPHOLD, "own-decision"),
        (CaseFacts(CaseState.APPEALED, deciders=frozenset({"aiko"})), BENI, Move.REVERSE, None),
        (CaseFacts(CaseState.CLAIMED, holder="aiko", means={}), AIKO, Move.HIDE, "platform-cannot"),
        (
            CaseFacts(CaseState.CLAIMED, holder="aiko", means=EVERY_MEANS, author_known=False),
            AIKO,
            Move.PROPOSE_BLOCK,
            "author-unknown",
        ),
        (CaseFacts(CaseState.ACTED, step=Step.DELETE, means=EVERY_MEANS), AIKO, Move.UNDO, "cannot-be-undone"),
        (CaseFacts(CaseState.ACTED, step=Step.HIDE, means=EVERY_MEANS), AIKO, Move.UNDO, None),
        (CaseFacts(CaseState.ACTED, step=Step.DELETE, review_due=True), AIKO, Move.CLOSE, "review-first"),
        (CaseFacts(CaseState.ACTED, step=Step.HIDE, carried_out=False), AIKO, Move.CLOSE, "not-carried-out"),
        (CaseFacts(CaseState.DISMISSED), AIKO, Move.HIDE, "no-such-step"),
        (CaseFacts(CaseState.DISMISSED, deciders=frozenset({"chie"})), CHIE, Move.REOPEN, None),
        (CaseFacts(CaseState.REVERSED, deciders=frozenset({"aiko"})), AIKO, Move.REOPEN, "own-decision"),
        (CaseFacts(CaseState.REVERSED, deciders=frozenset({"aiko"})), BENI, Move.REOPEN, None),
        (CaseFacts(CaseState.REVERSED, deciders=frozenset({"aiko"})), CHIE, Move.REOPEN, "no-right"),
    ],
)
def test_why_a_move_is_refused(case: CaseFacts, person: Moderator, move: Move, why: str | None) -> None:
    assert why_not(case, person, move) == why


@pytest.mark.parametrize("state", CaseState)
@pytest.mark.parametrize("move", Move)
def test_every_arrow_that_is_not_listed_is_refused(state: CaseState, move: Move) -> None:
    """The full product of states and moves: ``after`` and ``why_not`` agree on what exists."""
    exists = why_not(CaseFacts(state, means=EVERY_MEANS), AIKO, move) != "no-such-step"
    if exists:
        for arrow in way(state, move):
            state = after(state, arrow)
    else:
        with pytest.raises(ValueError, match="cannot take the move"):
            after(state, move)


@pytest.mark.parametrize("move", [move for move in Move if move is not Move.CLAIM])
@given(LABELS, SIGNALS)
def test_a_free_case_offers_what_its_holder_could_do(
    move: Move, labels: frozenset[Category], signals: frozenset[SignalKind]
) -> None:
    """One press or two: claiming first opens no door and closes none, but for giving the case back."""
    free = CaseFacts(CaseState.OPEN, labels=labels, signals=signals, means=EVERY_MEANS)
    held = replace(free, state=CaseState.CLAIMED, holder="aiko")
    assert (move in moves(free, AIKO)) is (move in moves(held, AIKO) and move is not Move.RELEASE)
    assert move not in moves(replace(held, holder="beni"), AIKO)


@pytest.mark.parametrize(
    ("labels", "signals", "expected"),
    [
        ({Category.DEFAMATION}, {SignalKind.CRISIS}, 0),
        ({Category.PERSONAL_INFORMATION}, set(), 1),
        (set(), {SignalKind.EXPOSED_NUMBER}, 1),
        ({Category.ALTERED_POST}, set(), 2),
        ({Category.ADVERTISING}, set(), 3),
    ],
)
def test_harm_decides_the_lane(labels: set[Category], signals: set[SignalKind], expected: int) -> None:
    assert lane(frozenset(labels), frozenset(signals)) == expected


def test_a_step_is_named_as_people_say_it() -> None:
    assert step_of("hide") is Step.HIDE
    assert Step.BLOCK.lower == (Step.HIDE, Step.DELETE)


@pytest.mark.parametrize("move", [Move.REFUSE, Move.WITHDRAW])
def test_a_proposal_that_falls_leaves_the_lower_step_standing(move: Move) -> None:
    assert after(CaseState.PROPOSED, move, Step.HIDE) is CaseState.ACTED
    assert after(CaseState.PROPOSED, move) in (CaseState.OPEN, CaseState.CLAIMED)


@pytest.mark.parametrize(
    ("case", "made", "back"),
    [
        (CaseFacts(CaseState.ACTED, step=Step.HIDE, means=EVERY_MEANS), Move.HIDE, Move.UNDO),
        (CaseFacts(CaseState.ACTED, step=Step.BLOCK, means=EVERY_MEANS), Move.APPROVE, Move.UNDO),
        (CaseFacts(CaseState.ACTED, step=Step.DELETE, means=EVERY_MEANS), Move.DELETE_NOW, None),
        (CaseFacts(CaseState.ACTED, step=Step.DELETE, means=EVERY_MEANS), Move.APPROVE, None),
        (CaseFacts(CaseState.DISMISSED), Move.DISMISS, Move.REOPEN),
        (CaseFacts(CaseState.PROPOSED, proposer="aiko"), Move.PROPOSE_BLOCK, Move.WITHDRAW),
        (CaseFacts(CaseState.PROPOSED, proposer="beni"), Move.PROPOSE_BLOCK, None),
        (CaseFacts(CaseState.CLAIMED, holder="aiko"), Move.CLAIM, Move.RELEASE),
        (CaseFacts(CaseState.OPEN), Move.REFUSE, None),
    ],
)
def test_what_takes_a_move_back(case: CaseFacts, made: Move, back: Move | None) -> None:
    assert way_back(case, AIKO, made) is back


def test_a_case_waits_for_whoever_can_go_on_with_it() -> None:
    assert waits_for(CaseFacts(CaseState.OPEN), CHIE)
    assert not waits_for(CaseFacts(CaseState.CLAIMED, holder="beni"), AIKO)
    assert not waits_for(CaseFacts(CaseState.PROPOSED, proposer="aiko"), AIKO)  # one's own proposal
    assert not waits_for(CaseFacts(CaseState.PROPOSED, proposer="aiko"), CHIE)  # she is no reviewer
    assert waits_for(CaseFacts(CaseState.PROPOSED, proposer="aiko"), BENI)

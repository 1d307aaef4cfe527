"""Nobody is blocked and nothing is deleted for words that nobody behind it reads; the urgent deletion stays urgent."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from moderation.cases import (
    PROPOSED_STEP,
    CaseFacts,
    CaseState,
    Duty,
    Moderator,
    Move,
    moves,
    told_language,
    way,
    why_not,
)
from moderation.categories import Category
from tests.moderation.test_cases import EVERY_MEANS, played

AIKO = Moderator("aiko", frozenset(Duty), frozenset({"ja"}))
BENI = Moderator("beni", frozenset(Duty), frozenset({"ja", "vi"}))
CHIE = Moderator("chie", frozenset(Duty), frozenset({"ja", "en"}))
PROPOSED = CaseFacts(CaseState.PROPOSED, proposer="aiko", language="vi")


@pytest.mark.parametrize(
    ("case", "person", "move", "why"),
    [
        (PROPOSED, CHIE, Move.APPROVE, "no-reader"),
        (PROPOSED, CHIE, Move.REFUSE, None),  # leaving words alone needs no reader
        (PROPOSED, CHIE, Move.CONFIRM_READING, None),
        (PROPOSED, AIKO, Move.CONFIRM_READING, "own-proposal"),
        (PROPOSED, replace(CHIE, duties=frozenset({Duty.MODERATOR})), Move.CONFIRM_READING, "no-right"),
        (PROPOSED, BENI, Move.APPROVE, None),
        (PROPOSED, BENI, Move.CONFIRM_READING, "read-already"),
        (replace(PROPOSED, looked=False), CHIE, Move.APPROVE, "look-first"),
        (replace(PROPOSED, readers=frozenset({"aiko"})), CHIE, Move.APPROVE, None),
        (replace(PROPOSED, reading_confirmed=True), CHIE, Move.APPROVE, None),
        (replace(PROPOSED, language="und"), CHIE, Move.APPROVE, None),
        (
            CaseFacts(
                CaseState.CLAIMED, holder="aiko", language="vi", means=EVERY_MEANS,
                labels=frozenset({Category.PERSONAL_INFORMATION}),
            ),
            AIKO, Move.DELETE_NOW, None,
        ),
    ],
)  # fmt: skip
def test_who_may_approve_words_in_a_language(case: CaseFacts, person: Moderator, move: Move, why: str | None) -> None:
    assert why_not(case, person, move) == why


@pytest.mark.parametrize(
    ("tag", "doubt", "filed"), [("vi", 0.05, "vi"), ("vi", 0.5, "vi"), ("vi", 0.51, "und"), ("", 0.0, "und")]
)
def test_a_guess_is_no_language(tag: str, doubt: float, filed: str) -> None:
    assert told_language(tag, doubt) == filed


PATHS = st.lists(st.tuples(st.sampled_from([AIKO, BENI, CHIE]), st.integers(0, 20)), max_size=25)


@given(PATHS, st.sampled_from(["ja", "vi", "my"]))
def test_on_every_path_somebody_reads_what_is_approved_or_says_who_did(
    steps: list[tuple[Moderator, int]], language: str
) -> None:
    case = CaseFacts(CaseState.OPEN, language=language, means=EVERY_MEANS)
    proposed_by, confirmed = AIKO, False
    for person, choice in steps:
        offered = moves(case, person)
        if not offered:
            continue
        move = offered[choice % len(offered)]
        if move in PROPOSED_STEP:
            proposed_by = person
        if move is Move.APPROVE:
            assert confirmed or language in proposed_by.reads | person.reads
        confirmed = confirmed or move is Move.CONFIRM_READING
        for arrow in way(case.state, move):
            case = _after(case, person, arrow)


def _after(case: CaseFacts, person: Moderator, move: Move) -> CaseFacts:
    done = played(case, person.login, move)
    if move in PROPOSED_STEP:
        return replace(done, readers=frozenset({person.login} if case.language in person.reads else ()))
    return replace(done, reading_confirmed=case.reading_confirmed or move is Move.CONFIRM_READING)

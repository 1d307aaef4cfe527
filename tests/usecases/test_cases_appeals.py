"""Objections reach another person; a reversal reaches the platform; the office gets words to use, the bot none to say."""

from __future__ import annotations

import pytest

from bot.domain.errors import BadInput, NotAllowed, NotFound
from bot.domain.judging import Channel
from bot.store import cases, judging
from bot.usecases import appeals, wordings
from moderation.cases import CaseState, Move
from tests.house import MODERATOR, REVIEWER, House
from tests.usecases.desk import FACEBOOK, JUDGE, Desk, X


@pytest.fixture
def desk(house: House) -> Desk:
    return Desk(house)


@pytest.fixture
def quick(sqlite_house: House) -> Desk:
    return Desk(sqlite_house)


def objected(desk: Desk, account: str = X, language: str = "vi") -> int:
    """A hidden reply whose author objects by letter."""
    case = desk.case(account=account)
    desk.does(case, Move.CLAIM, Move.HIDE, by=REVIEWER)
    desk.carries_out()
    appeals.record(
        desk.parts,
        case.id,
        channel=Channel.LETTER,
        words="広告ではありません。",
        by=MODERATOR,
        now=desk.house.now,
        language=language,
    )
    return case.id


@pytest.mark.parametrize("account", [X, FACEBOOK])
def test_a_reversal_by_another_person_shows_the_reply_again(desk: Desk, account: str) -> None:
    number = objected(desk, account)
    with desk.house.store.read() as tx:
        assert cases.decisions(tx, number)[-1].reason == ""
    with pytest.raises(NotAllowed, match="took part"):
        appeals.judge(desk.parts, number, reverse=True, reason="理由", by=REVIEWER, now=desk.house.now)
    case, appeal = appeals.judge(desk.parts, number, reverse=True, reason="意見です", by=JUDGE, now=desk.house.now)
    assert (case.state, appeal.outcome, appeal.judged_by) == (CaseState.REVERSED, "reversed", JUDGE.login)
    with desk.house.store.read() as tx:
        assert not appeals.reversal_done(tx, number)
    desk.carries_out()
    with desk.house.store.read() as tx:
        assert appeals.reversal_done(tx, number)
    assert not desk.hidden(case)


def test_an_upheld_decision_stays(quick: Desk) -> None:
    number = objected(quick)
    case, _ = appeals.judge(quick.parts, number, reverse=False, reason="広告です", by=JUDGE, now=quick.house.now)
    quick.carries_out()
    assert case.state is CaseState.CLOSED
    assert quick.hidden(case)


def test_whoever_decided_does_not_take_back_a_reversal(quick: Desk) -> None:
    number = objected(quick)
    case, _ = appeals.judge(quick.parts, number, reverse=True, reason="意見です", by=JUDGE, now=quick.house.now)
    for person in (REVIEWER, MODERATOR):
        for move in (Move.REOPEN, Move.HIDE):
            with pytest.raises(NotAllowed):
                quick.does(case, move, by=person)
    assert quick.does(case, Move.REOPEN, by=JUDGE).state is CaseState.OPEN


def test_the_same_person_does_not_uphold_a_second_objection(quick: Desk) -> None:
    number, now = objected(quick), quick.house.now
    appeals.judge(quick.parts, number, reverse=False, reason="広告です", by=JUDGE, now=now)
    appeals.record(quick.parts, number, channel=Channel.LETTER, words="違います", by=MODERATOR, now=now)
    with pytest.raises(NotAllowed, match="took part"):
        appeals.judge(quick.parts, number, reverse=False, reason="広告です", by=JUDGE, now=now)


def test_an_objection_needs_words_and_a_decision(quick: Desk) -> None:
    case = quick.case()
    for words, error in (("  ", BadInput), ("違います", NotAllowed), ("あ" * 10_001, BadInput)):
        with pytest.raises(error):
            appeals.record(quick.parts, case.id, channel=Channel.STAFF, words=words, by=MODERATOR, now=quick.house.now)
    with pytest.raises(NotFound, match="record it first"):
        appeals.judge(quick.parts, case.id, reverse=True, reason="理由", by=JUDGE, now=quick.house.now)


def test_the_notice_is_in_the_authors_language_and_in_easy_japanese(quick: Desk) -> None:
    number = objected(quick)
    with quick.house.store.read() as tx:
        (appeal,) = judging.appeals_of(tx, number)
    received = appeals.notice(quick.parts, number, appeal.id)
    assert tuple(received) == ("vi", "ja", "ja-easy")
    assert "2026-12-02" in received["vi"]
    assert "2026年12月2日" in received["ja-easy"]
    assert "東京出入国在留管理局" in received["ja"]
    appeals.judge(quick.parts, number, reverse=False, reason="広告です", by=JUDGE, now=quick.house.now)
    assert "7(6)" in appeals.notice(quick.parts, number, appeal.id, language="en")["en"]


def test_nothing_was_written_to_the_public(quick: Desk) -> None:
    number = objected(quick)
    before = quick.house.created(X)
    appeals.judge(
        quick.parts, number, reverse=True, reason="意見", by=JUDGE, now=quick.house.now, answer="ご連絡します"
    )
    quick.carries_out()
    assert quick.house.created(X) == before


@pytest.mark.parametrize("kind", ["received", "reversed", "upheld"])
@pytest.mark.parametrize("language", wordings.notice_languages())
def test_every_notice_exists_in_every_language_with_its_facts(kind: str, language: str) -> None:
    facts = {"office": "OFFICE", "date": "DAY", "clause": "7(6)"}
    texts = wordings.notice(kind, language, facts)
    assert {language, "ja", "ja-easy"} == set(texts)
    for text in texts.values():
        assert "{" not in text
        assert "OFFICE" in text
        assert "DAY" in text


def test_templates_name_moves_and_clauses_that_exist() -> None:
    known = {move.value for move in Move}
    assert len({note.id for note in wordings.notes()}) == len(wordings.notes())
    for note in wordings.notes():
        assert set(note.moves) <= known
        assert note.text("ja")
        assert note.text("en") != note.text("ja")

"""Readers in the office: who reads the words, what counts as a confirmation, and that no case gets stuck."""

from __future__ import annotations

import pytest

from bot.domain.cases import Case
from bot.domain.errors import BadInput, NotAllowed
from bot.domain.people import Person
from bot.store import audit, cases, people
from bot.store.audit import Event
from bot.usecases import people as staff
from bot.usecases.decide import Grounds
from bot.usecases.people import OPERATOR
from moderation.cases import CaseState, Move
from moderation.categories import Category
from tests.house import ADMIN, MODERATOR, REVIEWER, House
from tests.usecases.desk import FACEBOOK, JUDGE, Desk

SPOKEN = "Số thẻ của bạn tôi là AB12345678CD, gọi cho người này 090-1234-5678"
NAMED = Grounds(reason="ベトナム語相談員のグエンさんが電話で確認")


@pytest.fixture
def desk(sqlite_house: House) -> Desk:
    return Desk(sqlite_house)


@pytest.fixture
def proposed(desk: Desk) -> Case:
    """A block of somebody who wrote Vietnamese; the proposer reads Japanese only."""
    case = desk.case(SPOKEN)
    assert case.language == "vi"
    case = desk.does(case, Move.CLAIM, Move.PROPOSE_BLOCK)
    desk.looks(case)
    return case


def teach(desk: Desk, person: Person, *languages: str) -> Person:
    """The person as a page sees them once an admin has written down what they read."""
    staff.set_reads(desk.parts, person.login, languages, by=OPERATOR, now=desk.house.now)
    return Person(person.login, person.name, person.grants, reads=tuple(languages))


def newest(desk: Desk, what: str) -> Event:
    with desk.house.store.read() as tx:
        found = audit.newest(tx, what)
    assert found is not None
    return found


def test_two_people_who_cannot_read_it_block_nobody(desk: Desk, proposed: Case) -> None:
    with pytest.raises(NotAllowed, match="read this language"):
        desk.does(proposed, Move.APPROVE, by=REVIEWER)
    assert desk.state(proposed) is CaseState.PROPOSED
    assert desk.does(proposed, Move.REFUSE, by=REVIEWER).state is CaseState.OPEN


@pytest.mark.parametrize("who", [MODERATOR, REVIEWER], ids=["proposer", "second person"])
def test_one_of_the_two_is_enough(desk: Desk, proposed: Case, who: Person) -> None:
    taught = teach(desk, who, "ja", "vi")
    second = taught if who is REVIEWER else REVIEWER
    assert desk.does(proposed, Move.APPROVE, by=second).state is CaseState.ACTED
    facts = newest(desk, "case.approve").facts
    assert (facts["language"], facts["readers"]) == ("vi", [who.login])


def test_a_view_of_a_colleague_who_reads_it_counts_unless_it_finds_no_violation(desk: Desk, proposed: Case) -> None:
    reader = teach(desk, JUDGE, "vi")
    desk.looks(proposed, by=reader, category=None)
    with pytest.raises(NotAllowed, match="read this language"):
        desk.does(proposed, Move.APPROVE, by=REVIEWER)
    desk.does(proposed, Move.WITHDRAW)
    desk.does(proposed, Move.PROPOSE_BLOCK)
    desk.looks(proposed)
    desk.looks(proposed, by=reader, category=Category.PERSONAL_INFORMATION)
    assert desk.does(proposed, Move.APPROVE, by=REVIEWER).state is CaseState.ACTED


def test_a_reviewer_writes_down_who_read_it_and_then_approves(desk: Desk, proposed: Case) -> None:
    with pytest.raises(BadInput, match="who read the words"):
        desk.does(proposed, Move.CONFIRM_READING, by=REVIEWER, grounds=Grounds(reason=" "))
    with pytest.raises(NotAllowed):
        desk.does(proposed, Move.CONFIRM_READING, by=MODERATOR, grounds=NAMED)
    desk.does(proposed, Move.CONFIRM_READING, by=REVIEWER, grounds=NAMED)
    event = newest(desk, "case.confirm-reading")
    assert (event.actor, event.subject) == (REVIEWER.login, f"case:{proposed.id}")
    assert "グエン" not in str(event)
    with desk.house.store.read() as tx:
        assert cases.decisions(tx, proposed.id)[-1].reason == NAMED.reason
        assert cases.get(tx, proposed.id).proposer == MODERATOR.login
    assert desk.does(proposed, Move.APPROVE, by=REVIEWER).state is CaseState.ACTED
    assert newest(desk, "case.approve").facts["readers"] == []


def test_a_confirmation_is_about_the_words_as_they_were(desk: Desk) -> None:
    case = desk.does(desk.case(SPOKEN, account=FACEBOOK), Move.CLAIM, Move.PROPOSE_DELETE)
    desk.looks(case)
    desk.does(case, Move.CONFIRM_READING, by=REVIEWER, grounds=NAMED)
    desk.wait(minutes=5)
    desk.house.sandbox.people.edit(desk.reply_of(case).platform_id, SPOKEN + " nhé, cảm ơn các bạn")
    desk.collected()
    desk.does(case, Move.PROPOSE_DELETE)
    desk.looks(case)
    with pytest.raises(NotAllowed, match="read this language"):
        desk.does(case, Move.APPROVE, by=REVIEWER)


def test_the_urgent_deletion_waits_for_no_reader(desk: Desk) -> None:
    case = desk.case(SPOKEN, account=FACEBOOK)
    assert desk.does(case, Move.CLAIM, Move.DELETE_NOW).state is CaseState.ACTED


def test_nobody_says_of_themselves_what_they_read(desk: Desk) -> None:
    with desk.house.store.begin() as tx:
        for login in (ADMIN.login, "kanri2"):
            people.add(tx, login, name=login, at=desk.house.now)
            for grant in ADMIN.grants:
                people.grant(tx, login, grant.role, by="test", at=desk.house.now)
    now = desk.house.now
    with pytest.raises(NotAllowed, match="of themselves"):
        staff.set_reads(desk.parts, ADMIN.login, ["vi"], by=ADMIN, now=now)
    with pytest.raises(BadInput, match="zh-Hans"):
        staff.set_reads(desk.parts, "kanri2", ["klingon"], by=ADMIN, now=now)
    with pytest.raises(NotAllowed):
        staff.set_reads(desk.parts, "kanri2", ["vi"], by=MODERATOR, now=now)
    assert staff.set_reads(desk.parts, "kanri2", ["vi", "ja"], by=ADMIN, now=now) == ("ja", "vi")
    assert newest(desk, "user.reads").facts == {"before": ["ja"], "reads": ["ja", "vi"]}

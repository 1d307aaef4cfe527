"""From a flagged reply to a decision: one case, clear grounds, a second person, and every step can be told apart."""

from __future__ import annotations

import pytest

from bot.domain.cases import CommandState
from bot.domain.errors import BadInput, Conflict, NotAllowed
from bot.domain.judging import Opinion
from bot.domain.people import Grant, Person, Role
from bot.store import audit, cases
from bot.usecases import decide
from bot.usecases.decide import Grounds
from bot.usecases.verify_audit import verify
from moderation.cases import CaseState, Move
from moderation.categories import Category
from moderation.ladder import Step
from tests.house import MODERATOR, REVIEWER, House
from tests.usecases.desk import ADVERT, CARD, FACEBOOK, JUDGE, OTHER, Desk, X


@pytest.fixture
def desk(house: House) -> Desk:
    return Desk(house)


@pytest.fixture
def quick(sqlite_house: House) -> Desk:
    return Desk(sqlite_house)


@pytest.mark.parametrize("account", [X, FACEBOOK])
def test_a_flagged_reply_opens_one_case_and_criticism_opens_none(desk: Desk, account: str) -> None:
    bad = desk.says(ADVERT, account=account)
    good = desk.says("対応が遅すぎる。もっと窓口を増やしてほしい。", account=account, name="shimin_a")
    desk.collected()
    desk.collected()
    case = desk.case_of(bad)
    assert case is not None
    assert (case.state, Category.ADVERTISING in case.labels) == (CaseState.OPEN, True)
    assert case.policy
    assert desk.case_of(good) is None


def test_exposed_numbers_go_to_the_front_of_the_queue(desk: Desk) -> None:
    late, first = desk.case(ADVERT), desk.case(CARD, name="hoka_no_hito")
    with desk.house.store.read() as tx:
        queue = cases.find(tx, states=[CaseState.OPEN])
    assert [each.id for each in queue] == [first.id, late.id]


def test_a_claim_locks_a_case_until_it_lapses(desk: Desk) -> None:
    case = desk.case()
    desk.does(case, Move.CLAIM)
    with pytest.raises(NotAllowed, match="colleague is working"):
        desk.does(case, Move.DISMISS, by=OTHER)
    desk.wait(minutes=11)
    assert desk.does(case, Move.CLAIM, Move.DISMISS, by=OTHER).state is CaseState.DISMISSED


def test_one_press_on_a_free_case_claims_it_and_decides(quick: Desk) -> None:
    case = quick.case()
    version = case.version
    done = decide.decide(
        quick.parts, case.id, Move.DISMISS, by=MODERATOR, now=quick.house.now, version=version, grounds=Grounds()
    )
    assert done.state is CaseState.DISMISSED
    with quick.house.store.read() as tx:
        assert [event.what for event in audit.about(tx, f"case:{case.id}")][1:] == ["case.claim", "case.dismiss"]
        assert [each.move for each in cases.decisions(tx, case.id)] == [Move.CLAIM, Move.DISMISS]


def test_a_press_that_lacks_its_ground_claims_nothing(quick: Desk) -> None:
    case = quick.case()
    with pytest.raises(BadInput, match="clause of the policy"):
        quick.does(case, Move.HIDE, grounds=Grounds())
    assert quick.state(case) is CaseState.OPEN


@pytest.mark.parametrize(
    ("move", "grounds", "missing"),
    [
        (Move.HIDE, Grounds(), "clause of the policy"),
        (Move.HIDE, Grounds(Category.OTHER_UNSUITABLE), "grounds in words"),
        (Move.PROPOSE_BLOCK, Grounds(Category.ADVERTISING, "広告"), "was not enough"),
    ],
)
def test_a_measure_names_its_clause_and_why_less_was_not_enough(
    quick: Desk, move: Move, grounds: Grounds, missing: str
) -> None:
    case = quick.case()
    quick.does(case, Move.CLAIM)
    with pytest.raises(BadInput, match=missing):
        quick.does(case, move, grounds=grounds)
    assert quick.state(case) is CaseState.CLAIMED


def test_a_decision_keeps_the_policy_version_it_was_made_under(quick: Desk) -> None:
    case = quick.case()
    quick.does(case, Move.CLAIM, Move.HIDE)
    with quick.house.store.read() as tx:
        made = cases.decisions(tx, case.id)
    assert {each.policy for each in made} == {case.policy}
    assert made[-1].category is Category.ADVERTISING


def test_the_proposer_cannot_approve_and_neither_can_a_moderator(desk: Desk) -> None:
    case = desk.case()
    desk.does(case, Move.CLAIM, Move.PROPOSE_BLOCK, by=REVIEWER)
    for person, why in ((REVIEWER, "second person"), (MODERATOR, "another role")):
        with pytest.raises(NotAllowed, match=why):
            desk.does(case, Move.APPROVE, by=person)
        with pytest.raises(NotAllowed, match=why):
            desk.looks(case, by=person)
    assert desk.commands(case) == []


def test_the_second_person_puts_down_their_own_view_first(desk: Desk) -> None:
    case = desk.case()
    desk.does(case, Move.CLAIM, Move.PROPOSE_BLOCK)
    with pytest.raises(NotAllowed, match="your own view first"):
        desk.does(case, Move.APPROVE, by=REVIEWER)
    desk.looks(case)
    with pytest.raises(Conflict, match="first view is not changed"):
        decide.look(desk.parts, case.id, Opinion(None), by=REVIEWER, now=desk.house.now)
    done = desk.does(case, Move.APPROVE, by=REVIEWER)
    assert (done.state, done.step, done.proposed) == (CaseState.ACTED, Step.BLOCK, Step.NONE)
    assert done.block_review_at is not None


def test_a_view_of_an_earlier_proposal_does_not_count_for_the_next(quick: Desk) -> None:
    case = quick.case()
    quick.does(case, Move.CLAIM, Move.PROPOSE_BLOCK)
    quick.looks(case)
    quick.does(case, Move.REFUSE, by=REVIEWER)
    quick.does(case, Move.CLAIM, Move.PROPOSE_BLOCK)
    with pytest.raises(NotAllowed, match="your own view first"):
        quick.does(case, Move.APPROVE, by=REVIEWER)


def test_a_proposal_falls_with_the_words_it_was_about(quick: Desk) -> None:
    case = quick.does(quick.case(account=FACEBOOK), Move.CLAIM, Move.HIDE, Move.PROPOSE_DELETE)
    quick.looks(case)
    quick.wait(minutes=5)
    quick.house.sandbox.people.edit(quick.reply_of(case).platform_id, "入管の対応は遅すぎると思います。")
    quick.house.collect()
    now = quick.now(case)
    assert (now.state, now.step, now.proposed, now.proposer) == (CaseState.ACTED, Step.HIDE, Step.NONE, None)
    with pytest.raises(NotAllowed):
        quick.does(case, Move.APPROVE, by=REVIEWER)
    quick.does(case, Move.PROPOSE_DELETE)
    with pytest.raises(NotAllowed, match="own view"):
        quick.does(case, Move.APPROVE, by=REVIEWER)


def test_a_refused_block_leaves_the_hiding_in_force(desk: Desk) -> None:
    case = desk.case()
    desk.does(case, Move.CLAIM, Move.HIDE)
    desk.carries_out()
    desk.does(case, Move.PROPOSE_BLOCK)
    desk.looks(case)
    refused = desk.does(case, Move.REFUSE, by=REVIEWER)
    assert (refused.state, refused.step) == (CaseState.ACTED, Step.HIDE)
    desk.does(case, Move.UNDO)
    desk.carries_out()
    assert not desk.hidden(case)


def test_dismissing_takes_back_what_is_in_force(desk: Desk) -> None:
    """An edit woke the case: if nothing is wrong any more, nothing may stay hidden."""
    case = desk.case()
    desk.does(case, Move.CLAIM, Move.HIDE)
    desk.carries_out()
    desk.does(case, Move.CLOSE)
    desk.house.sandbox.people.edit(desk.reply_of(case).platform_id, "お知らせありがとうございます。")
    from bot.usecases.collect import recheck

    recheck(desk.parts, now=desk.house.now)
    desk.house.screen()
    assert desk.state(case) is CaseState.OPEN
    desk.does(case, Move.CLAIM, Move.DISMISS)
    desk.carries_out()
    assert not desk.hidden(case)


def test_one_person_may_delete_exposed_data_and_another_must_review(desk: Desk) -> None:
    case = desk.case(CARD, account=FACEBOOK)
    acted = desk.does(case, Move.CLAIM, Move.DELETE_NOW)
    assert acted.review_due
    for move in (Move.CLOSE, Move.REVIEW):
        with pytest.raises(NotAllowed):
            desk.does(case, move)
    with desk.house.store.read() as tx:
        assert [each.id for each in cases.reviews_due(tx)] == [case.id]
    desk.carries_out()
    done = desk.does(case, Move.REVIEW, Move.CLOSE, by=REVIEWER)
    assert (done.state, done.review_due) == (CaseState.CLOSED, False)


@pytest.mark.parametrize("grounds", [Grounds(Category.ADVERTISING, "理" * 2001), Grounds(why_not_less="理" * 2001)])
def test_grounds_are_no_letters(quick: Desk, grounds: Grounds) -> None:
    with pytest.raises(BadInput, match="At most 2000"):
        quick.does(quick.case(), Move.HIDE, grounds=grounds)


def test_an_advertisement_is_no_emergency(quick: Desk) -> None:
    case = quick.case(account=FACEBOOK)
    quick.does(case, Move.CLAIM)
    with pytest.raises(NotAllowed, match="only for exposed personal data"):
        quick.does(case, Move.DELETE_NOW)


def test_a_quote_on_x_cannot_be_hidden(quick: Desk) -> None:
    post = quick.post_on(X)
    said = quick.house.sandbox.people.quote(post, f"@IMMI_TOKYO {ADVERT}", handle="tanuki")
    quick.collected()
    case = quick.case_of(said)
    assert case is not None
    quick.does(case, Move.CLAIM)
    with pytest.raises(NotAllowed, match="cannot take that step"):
        quick.does(case, Move.HIDE)


def test_an_office_decides_its_own_cases_only(quick: Desk) -> None:
    case = quick.case()
    nagoya = Person("nagoya", "", (Grant(Role.MODERATOR, "nagoya"),))
    with pytest.raises(NotAllowed, match="another role in this office"):
        quick.does(case, Move.CLAIM, by=nagoya)


def test_every_move_is_in_the_chain_without_anybodys_words(desk: Desk) -> None:
    case = desk.case()
    desk.blocked(case)
    desk.carries_out()
    with desk.house.store.read() as tx:
        story = [event.what for event in audit.about(tx, f"case:{case.id}")]
        bodies = " ".join(body for _, body, _, _ in audit.raw_lines(tx))
    assert story == [
        "case.opened",
        "case.claim",
        "case.propose-block",
        "case.looked",
        "case.approve",
        "command.done",
    ]
    assert "副業" not in bodies
    assert verify(desk.parts).whole


def test_a_case_that_somebody_changed_is_read_again_first(quick: Desk) -> None:
    case = quick.case()
    quick.does(case, Move.CLAIM)
    with pytest.raises(NotAllowed, match="read it again"):
        decide.decide(quick.parts, case.id, Move.DISMISS, by=MODERATOR, now=quick.house.now, version=case.version)


def test_a_bystander_may_judge_what_the_deciders_may_not(quick: Desk) -> None:
    case = quick.case()
    quick.blocked(case)
    quick.does(case, Move.APPEAL)
    with pytest.raises(NotAllowed, match="took part"):
        quick.does(case, Move.UPHOLD, by=REVIEWER)
    assert quick.does(case, Move.UPHOLD, by=JUDGE).state is CaseState.CLOSED
    assert quick.states(case)[-1] == ("block", CommandState.BY_HAND)

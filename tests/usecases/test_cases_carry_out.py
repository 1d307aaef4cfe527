"""Decisions become acts: once, in order of harm, within the platforms' limits, and proved by looking again."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.domain.accounts import Platform
from bot.domain.cases import Case, Command, CommandState, Verb
from bot.domain.errors import NotAllowed
from bot.store import cases, commands, service
from bot.store.database import Tx
from bot.usecases import carry_out, case_view, drift, erase
from moderation.cases import Move
from tests.house import MODERATOR, REVIEWER, House
from tests.usecases.desk import ADVERT, CARD, FACEBOOK, Desk, X


@pytest.fixture
def desk(house: House) -> Desk:
    return Desk(house)


@pytest.fixture
def quick(sqlite_house: House) -> Desk:
    return Desk(sqlite_house)


@pytest.mark.parametrize(
    ("account", "stranger", "hidden"), [(X, None, "unsaid"), (FACEBOOK, False, "yes")], ids=["x", "facebook"]
)
def test_hiding_is_carried_out_and_read_back(desk: Desk, account: str, stranger: bool | None, hidden: str) -> None:
    case = desk.case(account=account)
    desk.does(case, Move.CLAIM, Move.HIDE)
    assert desk.carries_out() == 1
    assert desk.hidden(case)
    (command,) = desk.commands(case)
    assert command.state is CommandState.DONE
    assert (command.seen["stranger"], command.seen["author"], command.seen["hidden"]) == (stranger, True, hidden)


@pytest.mark.parametrize("account", [X, FACEBOOK])
def test_an_undo_shows_the_reply_again(desk: Desk, account: str) -> None:
    case = desk.case(account=account)
    desk.does(case, Move.CLAIM, Move.HIDE)
    desk.carries_out()
    desk.does(case, Move.UNDO)
    assert desk.carries_out() == 1
    assert not desk.hidden(case)
    assert desk.states(case) == [("hide", CommandState.DONE), ("unhide", CommandState.DONE)]


def test_an_undo_before_the_act_leaves_only_the_undo(quick: Desk) -> None:
    case = quick.case()
    quick.does(case, Move.CLAIM, Move.HIDE, Move.UNDO)
    quick.carries_out()
    assert quick.states(case) == [("hide", CommandState.OVERTAKEN), ("unhide", CommandState.DONE)]
    assert not quick.hidden(case)


def test_an_act_that_has_to_wait_never_follows_its_own_reversal(quick: Desk) -> None:
    case = quick.case()
    quick.does(case, Move.CLAIM, Move.HIDE)
    quick.house.sandbox.fault("error", platform="x", route="hide", status=503)
    quick.carries_out()
    quick.does(case, Move.UNDO)
    quick.wait(minutes=30)
    quick.carries_out()
    quick.wait(minutes=30)
    quick.carries_out()
    assert not quick.hidden(case)
    assert quick.states(case) == [("hide", CommandState.OVERTAKEN), ("unhide", CommandState.DONE)]


def test_a_reversal_waits_while_its_act_is_under_way(desk: Desk) -> None:
    case = desk.case()
    desk.does(case, Move.CLAIM, Move.HIDE)
    with desk.house.store.begin() as tx:
        under_way = commands.claim(tx, now=desk.house.now, owner="another")
    assert under_way is not None
    desk.does(case, Move.UNDO)
    assert desk.carries_out() == 0
    desk.wait(minutes=2)  # the other process died; its lease lapsed
    desk.carries_out()
    assert not desk.hidden(case)


def test_two_people_delete_on_facebook_and_it_is_gone(desk: Desk) -> None:
    case = desk.case(account=FACEBOOK)
    desk.does(case, Move.CLAIM, Move.PROPOSE_DELETE)
    desk.looks(case)
    desk.does(case, Move.APPROVE, by=REVIEWER)
    assert desk.carries_out() == 1
    (command,) = desk.commands(case)
    assert (command.state, command.seen["reply"]) == (CommandState.DONE, "gone")


def test_two_people_block_on_facebook_by_call(desk: Desk) -> None:
    case = desk.case(account=FACEBOOK)
    desk.blocked(case)
    assert desk.carries_out() == 2
    block = desk.commands(case)[-1]
    assert (block.verb, block.state, block.seen["blocked"]) == (Verb.BLOCK, CommandState.DONE, True)
    desk.does(case, Move.UNDO)
    desk.carries_out()
    assert not desk.house.sandbox.people.blocked(FACEBOOK)


def test_facebook_that_says_no_with_status_200_leaves_it_to_a_person(quick: Desk) -> None:
    case = quick.case(account=FACEBOOK)
    author = quick.reply_of(case).author_id
    quick.house.sandbox.turn(graph_unblockable={author})
    quick.blocked(case)
    quick.carries_out()
    assert quick.states(case)[-1] == ("block", CommandState.BY_HAND)


def test_a_block_by_hand_on_x_counts_only_when_the_block_list_shows_it(desk: Desk) -> None:
    case = desk.case()
    desk.blocked(case)
    desk.carries_out()
    hide, block = desk.commands(case)
    assert (hide.state, block.state) == (CommandState.DONE, CommandState.BY_HAND)
    now = desk.house.now
    claimed = carry_out.confirm_by_hand(desk.parts, block.id, by=MODERATOR, now=now)
    assert (claimed.state, claimed.seen["blocked"]) == (CommandState.UNPROVED, False)
    desk.house.sandbox.people.block_by_hand(X, "tanuki_no_mori")
    proved = carry_out.confirm_by_hand(desk.parts, block.id, by=MODERATOR, now=now)
    assert (proved.state, proved.seen["blocked"]) == (CommandState.DONE, True)
    with pytest.raises(NotAllowed, match="nothing to confirm"):
        carry_out.confirm_by_hand(desk.parts, block.id, by=MODERATOR, now=now)


def by_hand(desk: Desk, case: Case) -> list[tuple[Verb, str]]:
    """What the case page asks people to do in the app, and where."""
    with desk.house.store.read() as tx:
        view = case_view.case_view(desk.parts, tx, case.id, by=REVIEWER, now=desk.house.now)
    return [(each.command.verb, each.profile) for each in view.by_hand]


def forgotten(desk: Desk, case: Case) -> None:
    """The author deleted the reply, and its words and author were erased."""
    with desk.house.store.begin() as tx:
        erase.erase_in(tx, [case.reply], why="gone", by=REVIEWER, now=desk.house.now)


def test_a_block_is_lifted_after_the_words_were_forgotten(quick: Desk) -> None:
    case = quick.blocked(quick.case(account=FACEBOOK))
    quick.carries_out()
    forgotten(quick, case)
    quick.does(case, Move.UNDO)
    quick.carries_out()
    assert not quick.house.sandbox.people.blocked(FACEBOOK)
    assert quick.states(case)[-1] == ("unblock", CommandState.DONE)


def test_a_block_by_hand_names_its_person_after_the_words_were_forgotten(quick: Desk) -> None:
    case = quick.blocked(quick.case())
    who = quick.reply_of(case).author_id
    forgotten(quick, case)
    quick.does(case, Move.UNDO)
    assert by_hand(quick, case) == [(Verb.UNBLOCK, f"https://x.com/i/user/{who}")]


def test_nobody_is_blocked_whose_name_was_forgotten(quick: Desk) -> None:
    case = quick.does(quick.case(account=FACEBOOK), Move.CLAIM, Move.PROPOSE_BLOCK)
    quick.looks(case)
    forgotten(quick, case)
    with pytest.raises(NotAllowed, match="who wrote this"):
        quick.does(case, Move.APPROVE, by=REVIEWER)
    with quick.house.store.begin() as tx, pytest.raises(ValueError, match="object with an id"):
        commands.order(tx, case, Verb.BLOCK, "author:", state=CommandState.QUEUED, by="rin", at=quick.house.now)


def test_after_an_undo_nobody_is_asked_to_block_any_more(quick: Desk) -> None:
    case = quick.blocked(quick.case())
    quick.carries_out()
    block = quick.commands(case)[-1]
    confirmed = carry_out.confirm_by_hand(quick.parts, block.id, by=MODERATOR, now=quick.house.now)
    assert confirmed.state is CommandState.UNPROVED
    quick.does(case, Move.UNDO)
    assert [verb for verb, _ in by_hand(quick, case)] == [Verb.UNBLOCK]
    with pytest.raises(NotAllowed, match="nothing to confirm"):
        carry_out.confirm_by_hand(quick.parts, block.id, by=MODERATOR, now=quick.house.now)
    quick.house.sandbox.people.block_by_hand(X, "tanuki_no_mori")
    quick.wait(minutes=16)
    drift.check_blocks(quick.parts, now=quick.house.now)
    assert quick.states(case)[1:] == [
        ("block", CommandState.OVERTAKEN),
        ("unhide", CommandState.QUEUED),
        ("unblock", CommandState.BY_HAND),
    ]


def test_a_deletion_that_the_platform_refuses_is_overtaken_by_its_reversal(quick: Desk) -> None:
    case = quick.case(CARD, account=FACEBOOK)
    quick.does(case, Move.CLAIM, Move.DELETE_NOW)
    quick.house.sandbox.fault("error", platform="facebook", route="delete", status=503)
    quick.carries_out()
    quick.does(case, Move.APPEAL)
    quick.does(case, Move.REVERSE, by=REVIEWER)
    quick.wait(hours=1)
    quick.carries_out()
    assert quick.states(case) == [("delete", CommandState.OVERTAKEN), ("unhide", CommandState.DONE)]


def test_the_short_block_list_budget_is_spent_on_blocks_only(quick: Desk) -> None:
    for number in range(20):
        case = quick.case(f"{ADVERT} {number}", name=f"visitor{number}")
        quick.does(case, Move.CLAIM, Move.HIDE)
    assert quick.carries_out() == 20
    assert quick.house.sandbox.requests("x", "blocking") == []


@pytest.mark.parametrize(
    ("fault", "times"),
    [("error_after", 1), ("error", 1), ("reset_after", 1), ("rate_limited", 1), ("html_503", 2), ("unauthorized", 1)],
)
def test_it_is_tried_until_the_platforms_truth_is_known(quick: Desk, fault: str, times: int) -> None:
    case = quick.case()
    quick.does(case, Move.CLAIM, Move.HIDE)
    quick.house.sandbox.fault(
        fault, platform="x", route="hide", times=times, **({"status": 503} if "error" in fault else {})
    )
    quick.carries_out()
    for _ in range(4):
        quick.wait(minutes=16)
        quick.carries_out()
    assert quick.hidden(case)
    assert quick.states(case) == [("hide", CommandState.DONE)]


def test_a_reply_that_is_gone_needs_no_hiding(desk: Desk) -> None:
    case = desk.case()
    desk.house.sandbox.people.delete(desk.reply_of(case).platform_id)
    desk.does(case, Move.CLAIM, Move.HIDE)
    assert desk.carries_out() == 1
    (command,) = desk.commands(case)
    assert (command.state, command.seen["gone"] or command.seen["reply"] == "gone") == (CommandState.DONE, True)


def test_a_refusal_that_repeating_cannot_help_is_told_to_the_person(quick: Desk) -> None:
    case = quick.case()
    quick.does(case, Move.CLAIM, Move.HIDE)
    quick.house.sandbox.fault("forbidden", platform="x", route="hide")
    quick.carries_out()
    assert quick.states(case) == [("hide", CommandState.FAILED)]
    with quick.house.store.read() as tx:
        told = [(each.kind, each.subject) for each in service.notices(tx, [MODERATOR.login])]
    assert told == [("command.failed", f"case:{case.id}")]


def test_a_stopped_account_acts_on_nobody(quick: Desk) -> None:
    from bot.usecases.stop import stop
    from tests.house import APPROVER

    case = quick.case()
    quick.does(case, Move.CLAIM, Move.HIDE)
    stop(quick.parts, "platform:x", by=APPROVER, now=quick.house.now, reason="調査")
    assert quick.carries_out() == 0
    assert not quick.hidden(case)


def raid(desk: Desk, adverts: int, cards: int) -> None:
    """Adverts first, then exposed data; everything decided to be hidden, nothing carried out."""
    post = desk.post_on(X)
    for number in range(adverts):
        desk.says(f"{ADVERT} {number}", name=f"visitor{number}", post=post)
    for number in range(cards):
        desk.says(f"その{number} {CARD}", name=f"other{number}", post=post)
    desk.house.collect()
    desk.house.screen()
    with desk.house.store.read() as tx:
        found = cases.find(tx, limit=1000)
    assert len(found) == adverts + cards
    for case in found:
        desk.does(case, Move.CLAIM, Move.HIDE)


def test_a_raid_is_worked_by_harm_within_the_budget_and_without_a_429(quick: Desk) -> None:
    raid(quick, adverts=60, cards=15)
    lanes: list[int] = []
    seen: set[int] = set()
    while quick.carries_out(at_most=1):
        with quick.house.store.read() as tx:
            done = {each.id: each.lane for each in _all(tx) if each.done_at}
        lanes += [lane for number, lane in done.items() if number not in seen]
        seen |= set(done)
    assert lanes[:15] == [1] * 15
    assert len(lanes) == 40  # ten of the fifty calls are kept back for the urgent lanes
    urgent = quick.case(f"その99 {CARD}", name="the_last")
    quick.does(urgent, Move.CLAIM, Move.HIDE)
    assert quick.carries_out() == 1
    quick.wait(minutes=15, seconds=1)
    assert quick.carries_out() == 35
    assert all(200 <= (each.status or 0) < 300 for each in quick.house.sandbox.requests("x", "hide"))


def _all(tx: Tx) -> list[Command]:
    return [each for case in cases.find(tx, limit=1000) for each in commands.of_case(tx, case.id)]


FEW = {Platform.X: carry_out.CallLimits(calls=50, urgent=10, span=timedelta(minutes=15), conversation=3)}


def test_a_conversation_takes_no_more_hidden_replies_than_x_allows(quick: Desk) -> None:
    raid(quick, adverts=5, cards=0)
    quick.house.sandbox.fault("forbidden", platform="x", route="hide")  # one that was refused takes no room
    assert carry_out.carry_out(quick.parts, owner="test:1:1", clock=quick.house.clock, limits=FEW) == 3
    with quick.house.store.read() as tx:
        failed = [each for each in _all(tx) if each.state is CommandState.FAILED]
    assert [each.why for each in failed] == ["permission", "conversation-full"]

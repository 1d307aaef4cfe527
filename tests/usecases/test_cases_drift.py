"""Alarms: what a colleague, the author or the platform did past this service is noticed and told once."""

from __future__ import annotations

import pytest

from bot.domain.cases import CommandState, DriftKind
from bot.domain.errors import NotAllowed
from bot.store import commands, service
from bot.usecases import drift
from bot.usecases.collect import recheck
from moderation.cases import Move
from tests.house import MODERATOR, House
from tests.usecases.desk import ADVERT, FACEBOOK, Desk, X


@pytest.fixture
def desk(house: House) -> Desk:
    return Desk(house)


@pytest.fixture
def quick(sqlite_house: House) -> Desk:
    return Desk(sqlite_house)


def alarms(desk: Desk) -> list[DriftKind]:
    with desk.house.store.read() as tx:
        return [each.kind for each in commands.open_drifts(tx)]


def test_a_hiding_undone_in_the_app_is_noticed_and_can_be_repeated(desk: Desk) -> None:
    case = desk.case(account=FACEBOOK)
    desk.does(case, Move.CLAIM, Move.HIDE)
    desk.carries_out()
    recheck(desk.parts, now=desk.house.now)
    assert alarms(desk) == []
    desk.house.sandbox.people.hide_by_hand(desk.reply_of(case).platform_id, yes=False)
    recheck(desk.parts, now=desk.house.now)
    recheck(desk.parts, now=desk.house.now)
    assert alarms(desk) == [DriftKind.UNDONE]
    with desk.house.store.read() as tx:
        told = [each.kind for each in service.notices(tx, ["role:moderator"])]
        alarm = commands.open_drifts(tx)[0].id
    assert told.count("drift.undone") == 1
    drift.hide_again(desk.parts, alarm, by=MODERATOR, now=desk.house.now)
    desk.carries_out()
    assert desk.hidden(case)
    assert alarms(desk) == []


def test_a_hiding_made_in_the_app_is_shown_on_the_case(quick: Desk) -> None:
    case = quick.case(account=FACEBOOK)
    quick.house.sandbox.people.hide_by_hand(quick.reply_of(case).platform_id)
    recheck(quick.parts, now=quick.house.now)
    assert alarms(quick) == [DriftKind.HIDDEN_ELSEWHERE]


@pytest.mark.parametrize("account", [X, FACEBOOK])
def test_an_edit_after_the_decision_is_an_alarm(desk: Desk, account: str) -> None:
    case = desk.case(account=account)
    desk.does(case, Move.CLAIM, Move.HIDE)
    desk.carries_out()
    desk.house.sandbox.people.edit(desk.reply_of(case).platform_id, "書き直しました。")
    recheck(desk.parts, now=desk.house.now)
    assert alarms(desk) == [DriftKind.EDITED]


def test_a_reply_its_author_deleted_is_told_but_our_own_deletion_is_not(desk: Desk) -> None:
    mine, theirs = desk.case(account=FACEBOOK), desk.case(account=FACEBOOK, name="betsu_no_hito")
    from tests.house import REVIEWER

    desk.does(mine, Move.CLAIM, Move.PROPOSE_DELETE)
    desk.looks(mine)
    desk.does(mine, Move.APPROVE, by=REVIEWER)
    desk.carries_out()
    desk.house.sandbox.people.delete(desk.reply_of(theirs).platform_id)
    recheck(desk.parts, now=desk.house.now)
    with desk.house.store.read() as tx:
        assert [(each.case, each.kind) for each in commands.open_drifts(tx)] == [(theirs.id, DriftKind.GONE)]


def test_a_block_by_hand_that_nobody_confirmed_is_found_in_the_list(desk: Desk) -> None:
    case = desk.case()
    desk.blocked(case)
    desk.carries_out()
    desk.house.sandbox.people.block_by_hand(X, "tanuki_no_mori")
    assert drift.check_blocks(desk.parts, now=desk.house.now) == 0  # people get some minutes first
    desk.wait(minutes=16)
    assert drift.check_blocks(desk.parts, now=desk.house.now) == 1
    assert desk.states(case)[-1] == ("block", CommandState.DONE)


def test_a_block_taken_back_on_one_case_is_an_alarm_on_the_other(quick: Desk) -> None:
    first, second = quick.case(account=FACEBOOK), quick.case(f"{ADVERT} 2", account=FACEBOOK)
    for case in (first, second):
        quick.blocked(case)
    quick.does(first, Move.UNDO)
    with quick.house.store.read() as tx:
        assert [(each.case, each.kind) for each in commands.open_drifts(tx)] == [(second.id, DriftKind.LIFTED)]


def test_a_block_lifted_in_the_app_is_an_alarm_and_needs_two_people_again(desk: Desk) -> None:
    case = desk.case(account=FACEBOOK)
    desk.blocked(case)
    desk.carries_out()
    page = desk.house.sandbox.world.graph.page_named(FACEBOOK)
    assert page is not None
    page.blocked.clear()
    desk.wait(days=1, minutes=1)
    assert drift.check_blocks(desk.parts, now=desk.house.now) == 1
    assert alarms(desk) == [DriftKind.UNBLOCKED_ELSEWHERE]
    with desk.house.store.read() as tx:
        alarm = commands.open_drifts(tx)[0].id
    with pytest.raises(NotAllowed, match="Only a hiding"):
        drift.hide_again(desk.parts, alarm, by=MODERATOR, now=desk.house.now)
    assert drift.settle(desk.parts, alarm, by=MODERATOR, now=desk.house.now).settled_by == MODERATOR.login

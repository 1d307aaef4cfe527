"""An act that could not be done stays somebody's task, with its reason, until the platform stands as decided."""

from __future__ import annotations

import pytest

from bot.domain.cases import Case, Command, CommandState, DriftKind
from bot.domain.errors import NotAllowed
from bot.domain.judging import Channel
from bot.store import commands, judging, service
from bot.usecases import appeals, reports, tasks
from bot.usecases.collect import recheck
from bot.usecases.try_again import try_again
from moderation.cases import CaseState, Move
from tests.house import MODERATOR, REVIEWER, House
from tests.usecases.desk import ADVERT, CARD, FACEBOOK, JUDGE, Desk


@pytest.fixture
def desk(sqlite_house: House) -> Desk:
    return Desk(sqlite_house)


def left(desk: Desk) -> list[tuple[str, CommandState, str]]:
    """The acts that the list of tasks holds: verb, state and why."""
    with desk.house.store.read() as tx:
        acts = tasks.due(tx, offices=["tokyo", "nagoya"], now=desk.house.now).acts
        assert tasks.due(tx, offices=["sapporo"], now=desk.house.now).acts == ()
    return [(each.verb.value, each.state, each.why) for each in acts]


def again(desk: Desk, case: Case) -> Command:
    return try_again(desk.parts, desk.commands(case)[-1].id, by=MODERATOR, now=desk.house.now)


def refused(desk: Desk, route: str = "hide") -> None:
    desk.house.sandbox.fault("forbidden", platform="x", route=route)
    desk.carries_out()


def test_a_refused_hiding_is_a_task_until_it_was_tried_again(desk: Desk) -> None:
    case = desk.does(desk.case(CARD), Move.CLAIM, Move.HIDE)
    refused(desk)
    assert left(desk) == [("hide", CommandState.FAILED, "permission")]
    with pytest.raises(NotAllowed, match="does not stand as decided"):
        desk.does(case, Move.CLOSE)
    again(desk, case)
    assert left(desk) == []
    with pytest.raises(NotAllowed, match="nothing to try again"):
        try_again(desk.parts, desk.commands(case)[0].id, by=MODERATOR, now=desk.house.now)
    desk.carries_out()
    assert desk.hidden(case)
    assert desk.states(case) == [("hide", CommandState.OVERTAKEN), ("hide", CommandState.DONE)]
    assert desk.does(case, Move.CLOSE).state is CaseState.CLOSED


def test_nobody_is_told_of_a_reversal_that_failed(desk: Desk) -> None:
    case = desk.does(desk.case(account=FACEBOOK), Move.CLAIM, Move.HIDE, by=REVIEWER)
    desk.carries_out()
    now = desk.house.now
    appeal = appeals.record(desk.parts, case.id, channel=Channel.LETTER, words="違います", by=MODERATOR, now=now)
    appeals.judge(desk.parts, case.id, reverse=True, reason="意見です", by=JUDGE, now=now)
    with desk.house.store.begin() as tx:
        commands.settle(tx, desk.commands(case)[-1].id, CommandState.FAILED, code="permission:200")
    assert left(desk) == [("unhide", CommandState.FAILED, "permission")]
    assert appeals.notice(desk.parts, case.id, appeal.id) == {}
    recheck(desk.parts, now=now)
    with desk.house.store.read() as tx:
        assert [each.kind for each in commands.open_drifts(tx)] == [DriftKind.STILL_HIDDEN]
        assert judging.appeals_of(tx, case.id)[0].outcome == "reversed"
    again(desk, case)
    desk.carries_out()
    assert "元のとおり" in appeals.notice(desk.parts, case.id, appeal.id)["ja"]


def test_a_block_left_to_hands_is_told_after_a_day(desk: Desk) -> None:
    case = desk.blocked(desk.case())
    desk.carries_out()
    assert left(desk) == []
    desk.wait(days=1)
    assert left(desk) == [("block", CommandState.BY_HAND, "")]
    with pytest.raises(NotAllowed, match="nothing to try again"):
        again(desk, case)
    assert tasks.remind(desk.parts, now=desk.house.now) == 1
    with desk.house.store.read() as tx:
        assert service.notices(tx, ["office:tokyo"])[0].kind == "command.by-hand"


def test_the_report_counts_what_was_done(desk: Desk) -> None:
    said = [desk.says(f"{ADVERT} {number}", name=f"v{number}") for number in range(6)]
    desk.collected()
    for each in said:
        case = desk.case_of(each)
        assert case is not None
        desk.does(case, Move.CLAIM, Move.HIDE)
    refused(desk)
    report = reports.month_report(desk.parts, "2026-12")
    assert (report.actions.rows["hide"], report.measures) == (5, 5)

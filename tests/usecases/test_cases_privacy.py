"""What people wrote goes when its time has come; the decision is still counted and the chain still holds."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.cases import Case
from bot.domain.errors import BadInput, NotAllowed
from bot.domain.judging import Channel
from bot.domain.people import Grant, Person, Role
from bot.store import cases, commands, judging, replies
from bot.usecases import appeals, case_view, erase, retention
from bot.usecases.collect import recheck
from bot.usecases.verify_audit import verify
from moderation.cases import CaseState, Move
from tests.house import ADMIN, MODERATOR, REVIEWER, House
from tests.usecases.desk import ADVERT, FACEBOOK, JUDGE, Desk


@pytest.fixture
def desk(house: House) -> Desk:
    return Desk(house)


@pytest.fixture
def quick(sqlite_house: House) -> Desk:
    return Desk(sqlite_house)


def everything(desk: Desk) -> bytes:
    """All that the database holds about replies and cases, unsealed where it can be."""
    with desk.house.store.read() as tx:
        seen = []
        for case in cases.find(tx, limit=1000):
            reply = replies.get(tx, case.reply)
            verdict = replies.verdict(tx, case.verdict)
            seen += [repr(reply), repr(replies.versions(tx, reply.id)), repr(verdict.findings)]
            seen += [repr(judging.appeals_of(tx, case.id))]
    return "\n".join(seen).encode()


def test_deleted_x_content_is_forgotten_within_24_hours(desk: Desk) -> None:
    case = desk.case(ADVERT)
    desk.does(case, Move.CLAIM, Move.HIDE)
    desk.house.sandbox.people.delete(desk.reply_of(case).platform_id)
    recheck(desk.parts, now=desk.house.now)
    desk.wait(hours=19)
    assert erase.forget_gone(desk.parts, now=desk.house.now) == 0
    desk.wait(hours=2)
    assert erase.forget_gone(desk.parts, now=desk.house.now) == 1
    reply = desk.reply_of(case)
    assert (reply.text, reply.author.handle, reply.author_id, reply.forgotten_why) == (None, "", "", "gone")
    assert "副業".encode() not in everything(desk)
    with desk.house.store.read() as tx:
        assert cases.count_by_state(tx) == {CaseState.ACTED: 1}
    assert verify(desk.parts).whole
    view = case_view.show(desk.parts, case.id, by=MODERATOR, now=desk.house.now)
    assert view.wordings[0].text is None


def test_a_reply_that_its_author_deletes_weeks_later_is_forgotten_as_well(quick: Desk) -> None:
    case = quick.case(ADVERT)
    quick.wait(days=40)
    quick.house.sandbox.people.delete(quick.reply_of(case).platform_id)
    for _ in range(24):
        quick.wait(hours=1)
        recheck(quick.parts, now=quick.house.now)
    assert quick.reply_of(case).gone_at is not None
    quick.wait(hours=21)
    assert erase.forget_gone(quick.parts, now=quick.house.now) == 1


def test_what_comes_back_into_public_is_kept_and_screened_again(quick: Desk) -> None:
    case, people = quick.case(ADVERT, name="shy"), quick.house.sandbox.people
    people.protect("shy")
    recheck(quick.parts, now=quick.house.now)
    quick.wait(hours=21)
    erase.forget_gone(quick.parts, now=quick.house.now)
    assert quick.reply_of(case).text is None
    people.protect("shy", yes=False)
    recheck(quick.parts, now=quick.house.now)
    quick.house.screen()
    reply = quick.reply_of(case)
    assert (reply.gone_at, reply.forgotten_at, reply.author.handle) == (None, None, "shy")
    assert "副業" in (reply.text or "")
    with quick.house.store.read() as tx:
        assert commands.open_drifts(tx) == []
        assert replies.verdict(tx, quick.now(case).verdict).reply_version == reply.version


def test_deleted_facebook_comments_follow_the_ordinary_terms(quick: Desk) -> None:
    case = quick.case(account=FACEBOOK)
    quick.house.sandbox.people.delete(quick.reply_of(case).platform_id)
    recheck(quick.parts, now=quick.house.now)
    quick.wait(days=2)
    assert erase.forget_gone(quick.parts, now=quick.house.now) == 0


def test_a_legal_hold_with_its_ground_outlasts_the_duty(desk: Desk) -> None:
    case = desk.case(ADVERT)
    desk.house.sandbox.people.delete(desk.reply_of(case).platform_id)
    recheck(desk.parts, now=desk.house.now)
    until = desk.house.now + timedelta(days=30)
    with pytest.raises(BadInput, match="legal ground"):
        erase.hold(desk.parts, case.reply, ground=" ", until=until, by=REVIEWER, now=desk.house.now)
    erase.hold(desk.parts, case.reply, ground="照会 第12号", until=until, by=REVIEWER, now=desk.house.now)
    desk.wait(days=2)
    assert erase.forget_gone(desk.parts, now=desk.house.now) == 0
    with pytest.raises(NotAllowed, match="legal hold"):
        erase.erase(desk.parts, case.reply, ground="本人の求め", by=REVIEWER, now=desk.house.now)
    desk.wait(days=29)
    assert erase.forget_gone(desk.parts, now=desk.house.now) == 1


def test_a_hold_that_was_ended_protects_no_longer(quick: Desk) -> None:
    case = quick.case()
    until = quick.house.now + timedelta(days=30)
    erase.hold(quick.parts, case.reply, ground="照会", until=until, by=REVIEWER, now=quick.house.now)
    assert erase.end_hold(quick.parts, case.reply, by=REVIEWER, now=quick.house.now) == 1
    assert erase.erase(quick.parts, case.reply, ground="本人の求め", by=REVIEWER, now=quick.house.now) == 1


def under_objection(desk: Desk, case: Case) -> None:
    desk.does(case, Move.CLAIM, Move.HIDE)
    words = "広告ではありません"
    appeals.record(desk.parts, case.id, channel=Channel.LETTER, words=words, by=MODERATOR, now=desk.house.now)


def objection(desk: Desk, case: Case) -> str:
    with desk.house.store.read() as tx:
        return judging.appeals_of(tx, case.id)[-1].words


def test_an_objection_outlives_the_reply_it_is_about_until_it_is_judged(quick: Desk) -> None:
    case = quick.case()
    under_objection(quick, case)
    quick.house.sandbox.people.delete(quick.reply_of(case).platform_id)
    recheck(quick.parts, now=quick.house.now)
    quick.wait(hours=21)
    assert erase.forget_gone(quick.parts, now=quick.house.now) == 1
    assert objection(quick, case) == "広告ではありません"
    quick.wait(days=1200)
    retention.purge(quick.parts, now=quick.house.now)
    assert objection(quick, case) == "広告ではありません"


def test_nobody_erases_what_still_has_to_be_judged(quick: Desk) -> None:
    case = quick.case()
    under_objection(quick, case)
    with pytest.raises(NotAllowed, match="objection"):
        erase.erase(quick.parts, case.reply, ground="本人の求め", by=REVIEWER, now=quick.house.now)
    assert erase.erase_author(quick.parts, case.reply, ground="本人の求め", by=ADMIN, now=quick.house.now) == 0
    appeals.judge(quick.parts, case.id, reverse=False, reason="広告", by=JUDGE, now=quick.house.now)
    with pytest.raises(NotAllowed, match="took part"):
        erase.erase(quick.parts, case.reply, ground="本人の求め", by=JUDGE, now=quick.house.now)
    assert erase.erase(quick.parts, case.reply, ground="本人の求め", by=REVIEWER, now=quick.house.now) == 1
    assert objection(quick, case) == ""


def test_everything_an_author_wrote_is_erased_on_request(desk: Desk) -> None:
    first, second = desk.case(ADVERT), desk.case(f"{ADVERT} 二回目")
    other = desk.case(f"{ADVERT} 他の人", name="another")
    with pytest.raises(NotAllowed):
        erase.erase_author(desk.parts, first.reply, ground="本人の求め", by=MODERATOR, now=desk.house.now)
    assert erase.erase_author(desk.parts, first.reply, ground="本人の求め", by=ADMIN, now=desk.house.now) == 2
    assert desk.reply_of(second).text is None
    assert desk.reply_of(other).text is not None
    assert verify(desk.parts).whole


def test_the_id_of_an_author_stays_only_while_their_block_is_in_force(quick: Desk) -> None:
    case = quick.blocked(quick.case(account=FACEBOOK))
    quick.carries_out()
    author = quick.reply_of(case).author_id
    erase.erase_author(quick.parts, case.reply, ground="本人の求め", by=ADMIN, now=quick.house.now)
    retention.purge(quick.parts, now=quick.house.now)
    assert author in repr(quick.commands(case))
    quick.does(quick.now(case), Move.UNDO)
    quick.carries_out()
    retention.purge(quick.parts, now=quick.house.now)
    assert not quick.house.sandbox.people.blocked(FACEBOOK)
    assert author not in repr(quick.commands(case))


def test_a_moderator_erases_nothing(quick: Desk) -> None:
    case = quick.case()
    with pytest.raises(NotAllowed):
        erase.erase(quick.parts, case.reply, ground="求め", by=MODERATOR, now=quick.house.now)
    elsewhere = Person("sapporo", "", (Grant(Role.REVIEWER, "sapporo"),))
    with pytest.raises(NotAllowed):
        erase.erase(quick.parts, case.reply, ground="求め", by=elsewhere, now=quick.house.now)


def test_what_was_erased_on_request_stays_forgotten_when_it_is_seen_again(quick: Desk) -> None:
    case = quick.case()
    quick.house.sandbox.people.protect("tanuki_no_mori")
    recheck(quick.parts, now=quick.house.now)
    erase.erase(quick.parts, case.reply, ground="本人の求め", by=REVIEWER, now=quick.house.now)
    quick.house.sandbox.people.protect("tanuki_no_mori", yes=False)
    quick.collected()
    recheck(quick.parts, now=quick.house.now)
    assert quick.reply_of(case).text is None


@pytest.mark.parametrize(
    ("days", "left"),
    [(89, {"plain", "dismissed", "hidden"}), (91, {"dismissed", "hidden"}), (181, {"hidden"}), (1100, set())],
)
def test_each_class_of_words_has_its_term(quick: Desk, days: int, left: set[str]) -> None:
    plain = quick.says("ありがとうございます。", name="guest")
    dismissed, hidden = quick.case(ADVERT), quick.case(f"{ADVERT} 2", name="another")
    quick.does(dismissed, Move.CLAIM, Move.DISMISS)
    quick.does(hidden, Move.CLAIM, Move.HIDE)
    quick.carries_out()
    quick.does(hidden, Move.CLOSE)
    quick.wait(days=days)
    retention.purge(quick.parts, now=quick.house.now)
    with quick.house.store.read() as tx:
        unflagged = replies.by_platform_id(tx, "x", plain)
    assert unflagged is not None
    kept = {"plain": unflagged, "dismissed": quick.reply_of(dismissed), "hidden": quick.reply_of(hidden)}
    assert {name for name, reply in kept.items() if reply.text is not None} == left
    assert verify(quick.parts).whole


@given(st.floats(0, 89.9))
def test_nothing_is_due_before_the_shortest_term(days: float) -> None:
    from tests.house import WED_10_JST

    assert not retention.is_due(None, WED_10_JST, WED_10_JST + timedelta(days=days))

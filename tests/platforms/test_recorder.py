"""The recorder obeys the port (test_contract) and does what tests of other rooms ask of it."""

from __future__ import annotations

import pytest

from bot.domain.accounts import Platform
from bot.domain.errors import BadInput, Kind, NotSent, Rejected, Unclear
from bot.domain.ports import Uploaded
from bot.domain.posts import Content
from bot.platforms import Recorder
from bot.sandbox import SettableClock
from tests.platforms.stage import THU_10_JST, account

TOKYO = account("IMMI_TOKYO", Platform.X)
PAGE = account("nagoya.nyukan.support", Platform.FACEBOOK)


@pytest.fixture
def recorder(clock: SettableClock) -> Recorder:
    return Recorder(clock)


def test_a_fault_before_the_effect_leaves_nothing(recorder: Recorder) -> None:
    recorder.fail_next("publish", NotSent())
    with pytest.raises(NotSent):
        recorder.publish(TOKYO, Content("はい"), ())
    assert recorder.posts == {}
    assert recorder.publish(TOKYO, Content("はい"), ()).platform_id in recorder.posts


@pytest.mark.parametrize("verb", ["hide", "unhide", "block", "unblock", "withdraw"])
def test_a_fault_after_the_effect_is_raised_all_the_same(recorder: Recorder, verb: str) -> None:
    reply = recorder.hear(TOKYO, "1", "はい")
    recorder.fail_next(verb, Unclear(), after=True)
    with pytest.raises(Unclear):
        getattr(recorder, verb)(TOKYO, reply)
    assert recorder.calls == [verb]


def test_faults_strike_in_their_order(recorder: Recorder) -> None:
    recorder.fail_next("whoami", NotSent())
    recorder.fail_next("whoami", Unclear())
    for error in (NotSent, Unclear):
        with pytest.raises(error):
            recorder.whoami(TOKYO)
    assert recorder.whoami(TOKYO).handle == "IMMI_TOKYO"


def test_a_call_that_does_not_exist_cannot_fail(recorder: Recorder) -> None:
    with pytest.raises(BadInput):
        recorder.fail_next("retweet", NotSent())


def test_accounts_do_not_see_one_another(recorder: Recorder) -> None:
    recorder.publish(TOKYO, Content("東京"), ())
    recorder.hear(TOKYO, "1", "はい")
    assert recorder.own_posts(PAGE, since=THU_10_JST).posts == ()
    assert recorder.replies(PAGE, "replies", "").replies == ()


def test_media_must_have_been_uploaded(recorder: Recorder) -> None:
    with pytest.raises(Rejected) as told:
        recorder.publish(TOKYO, Content("はい"), [Uploaded("404", "")])
    assert told.value.kind is Kind.CONTENT


def test_as_facebook_it_deletes_and_shows_what_is_hidden(clock: SettableClock) -> None:
    recorder = Recorder(clock, name="facebook")
    kept, lost = recorder.hear(PAGE, "1", "隠す"), recorder.hear(PAGE, "1", "消す")

    recorder.hide(PAGE, kept)
    recorder.delete_reply(PAGE, lost)
    recorder.delete_reply(PAGE, lost)

    assert [(each.platform_id, each.hidden) for each in recorder.look(PAGE, [kept, lost]).present] == [(kept, True)]
    assert recorder.read_back(PAGE, kept, "").stranger is False
    assert recorder.read_back(PAGE, lost, "").agency is False


def test_replies_below_replies_share_the_conversation(recorder: Recorder) -> None:
    first = recorder.hear(TOKYO, "1", "はい")
    second = recorder.hear(TOKYO, first, "いいえ")
    assert recorder.said[second].conversation_id == "1"
    recorder.take_away(first)
    assert recorder.look(TOKYO, [first]).gone == (first,)

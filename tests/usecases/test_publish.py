"""Publishing once: approved words go out at their slot, exactly once, and never by themselves when late."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.domain.errors import BadInput, Conflict, NotAllowed
from bot.domain.posts import Hold, PostState
from bot.usecases import approve, compose
from tests.house import APPROVER, SECOND, STAFF, WED_10_JST, House


@pytest.mark.parametrize("account", ["IMMI_TOKYO", "nagoya.nyukan.support"])
def test_an_approved_post_goes_out_once_at_its_slot(house: House, account: str) -> None:
    post = house.scheduled(account, "本日の窓口は混み合っています。")
    house.publish()
    house.publish()
    found = house.post(post)
    assert found.state is PostState.PUBLISHED
    assert found.platform_id
    assert house.created(account) == 1


def test_nothing_goes_out_before_its_slot(house: House) -> None:
    post = house.scheduled(at=WED_10_JST + timedelta(minutes=10))
    house.publish()
    assert house.state(post) is PostState.SCHEDULED
    house.wait(minutes=10)
    house.publish()
    assert house.state(post) is PostState.PUBLISHED


def test_a_late_post_waits_for_a_person(house: House) -> None:
    post = house.scheduled()
    house.wait(hours=2)
    house.publish()
    found = house.post(post)
    assert (found.state, found.hold) == (PostState.HELD, Hold.LATE)
    assert house.created() == 0


def test_nobody_approves_their_own_post(sqlite_house: House) -> None:
    post = sqlite_house.draft(by=APPROVER)
    compose.submit(sqlite_house.parts, post.id, by=APPROVER, now=sqlite_house.now)
    with pytest.raises(NotAllowed, match="own post"):
        approve.approve(sqlite_house.parts, post.id, by=APPROVER, now=sqlite_house.now)


def test_an_edit_voids_the_approval(house: House) -> None:
    post = house.scheduled(at=WED_10_JST + timedelta(minutes=30))
    edited = compose.edit(house.parts, post.id, by=STAFF, now=house.now, content=None, due_at=None, reason=None)
    assert edited.state is PostState.SCHEDULED  # nothing changed, nothing is void
    from bot.domain.posts import Content

    edited = compose.edit(house.parts, post.id, by=STAFF, now=house.now, content=Content("別の文です。"))
    assert edited.state is PostState.SUBMITTED
    house.wait(minutes=30)
    house.publish()
    assert house.created() == 0


def test_an_approval_of_an_older_text_is_refused(sqlite_house: House) -> None:
    from bot.domain.posts import Content

    post = sqlite_house.submitted()
    seen = post.revision.digest
    compose.edit(sqlite_house.parts, post.id, by=STAFF, now=sqlite_house.now, content=Content("書き直しました。"))
    with pytest.raises(Conflict, match="edited after you opened it"):
        approve.approve(sqlite_house.parts, post.id, by=APPROVER, now=sqlite_house.now, digest=seen)


def test_outside_hours_takes_a_reason_and_a_second_approver(house: House) -> None:
    night = WED_10_JST + timedelta(hours=13)
    with pytest.raises(BadInput, match="not open then"):
        house.submitted(at=night)
    post = house.submitted(at=night, reason="台風のため")
    once = approve.approve(house.parts, post.id, by=APPROVER, now=house.now)
    assert once.state is PostState.SUBMITTED
    twice = approve.approve(house.parts, post.id, by=SECOND, now=house.now)
    assert twice.state is PostState.SCHEDULED
    house.wait(hours=13)
    house.publish()
    assert house.state(post) is PostState.PUBLISHED


def test_an_outcome_that_nobody_knows_is_found_on_the_timeline(house: House) -> None:
    post = house.scheduled(text="年末年始の業務について")
    house.sandbox.fault("error_after", platform="x", route="create", status=503)
    house.publish()
    assert house.state(post) is PostState.UNKNOWN
    house.wait(seconds=50)
    assert house.reconcile() == 1
    assert house.state(post) is PostState.PUBLISHED
    assert house.created() == 1

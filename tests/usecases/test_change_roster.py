"""The roster changes only by two admins, in one step, and nobody's edit is lost."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from bot.domain.errors import BadInput, Conflict, NotAllowed
from bot.domain.people import Grant, Person, Role
from bot.domain.posts import Hold, PostState
from bot.roster.edit import Edit
from bot.roster.keeper import Keeper
from bot.store import audit
from bot.store.roster_changes import ChangeState
from bot.usecases import change_roster, follow_roster, truth_checks
from tests.house import ADMIN, ROSTER, STAFF, WED_10_JST, House

OTHER_ADMIN = Person("kanri2", "管理 二", (Grant(Role.ADMIN),))
RENAMED = Edit("account", "x-tokyo", ("handle",), "IMMI_TOKYO2")
URL = Edit("account", "x-tokyo", ("url",), "https://x.com/IMMI_TOKYO2")
HOURS = Edit("office", "naha", ("hours", "note"), "電話で確認した。")


@pytest.fixture
def keeper(tmp_path: Path) -> Keeper:
    file = tmp_path / "accounts.toml"
    file.write_bytes(ROSTER.read_bytes())
    return Keeper(file)


def test_a_second_admin_approves_and_the_file_changes_in_that_place_only(house: House, keeper: Keeper) -> None:
    before = keeper.loaded.text
    change = change_roster.propose(house.parts, keeper, [HOURS], by=ADMIN, now=house.now)
    assert keeper.path.read_text(encoding="utf-8") == before
    done = change_roster.approve(house.parts, keeper, change.id, by=OTHER_ADMIN, now=house.now)
    after = keeper.path.read_text(encoding="utf-8")
    assert done.state is ChangeState.APPLIED
    assert "電話で確認した。" in after
    assert len(set(after.splitlines()) ^ set(before.splitlines())) <= 2
    with house.store.read() as tx:
        story = [event.what for event in audit.about(tx, f"roster-change:{change.id}")]
    assert story == ["roster.proposed", "roster.approved", "roster.applied"]


def test_nobody_approves_their_own_change(sqlite_house: House, keeper: Keeper) -> None:
    change = change_roster.propose(sqlite_house.parts, keeper, [HOURS], by=ADMIN, now=sqlite_house.now)
    with pytest.raises(NotAllowed, match="second admin"):
        change_roster.approve(sqlite_house.parts, keeper, change.id, by=ADMIN, now=sqlite_house.now)


def test_staff_cannot_touch_the_roster(sqlite_house: House, keeper: Keeper) -> None:
    with pytest.raises(NotAllowed):
        change_roster.propose(sqlite_house.parts, keeper, [HOURS], by=STAFF, now=sqlite_house.now)


def test_a_bad_value_is_refused_before_anybody_has_to_look(sqlite_house: House, keeper: Keeper) -> None:
    bad = Edit("account", "x-tokyo", ("handle",), "no spaces allowed")
    with pytest.raises(Exception, match="handle"):
        change_roster.propose(sqlite_house.parts, keeper, [bad], by=ADMIN, now=sqlite_house.now)
    with pytest.raises(BadInput, match="Nothing would change"):
        change_roster.propose(sqlite_house.parts, keeper, [], by=ADMIN, now=sqlite_house.now)


def test_a_second_change_of_the_same_place_waits_for_the_first(sqlite_house: House, keeper: Keeper) -> None:
    change_roster.propose(sqlite_house.parts, keeper, [HOURS], by=ADMIN, now=sqlite_house.now)
    twin = Edit("office", "naha", ("hours", "note"), "別の注記")
    with pytest.raises(Conflict, match="decide it first"):
        change_roster.propose(sqlite_house.parts, keeper, [twin], by=OTHER_ADMIN, now=sqlite_house.now)


def test_an_edit_in_the_file_meanwhile_is_merged(sqlite_house: House, keeper: Keeper) -> None:
    change = change_roster.propose(sqlite_house.parts, keeper, [HOURS], by=ADMIN, now=sqlite_house.now)
    text = keeper.path.read_text(encoding="utf-8")
    keeper.path.write_text(text.replace("# Order:", "# 順番 Order:"), encoding="utf-8")
    change_roster.approve(sqlite_house.parts, keeper, change.id, by=OTHER_ADMIN, now=sqlite_house.now)
    after = keeper.path.read_text(encoding="utf-8")
    assert "# 順番 Order:" in after
    assert "電話で確認した。" in after


def test_an_edit_of_the_same_place_meanwhile_refuses_the_change_and_loses_nothing(
    sqlite_house: House, keeper: Keeper
) -> None:
    change = change_roster.propose(sqlite_house.parts, keeper, [RENAMED, URL], by=ADMIN, now=sqlite_house.now)
    text = keeper.path.read_text(encoding="utf-8").replace("IMMI_TOKYO", "IMMI_TOKYO3")
    keeper.path.write_text(text, encoding="utf-8")
    done = change_roster.approve(sqlite_house.parts, keeper, change.id, by=OTHER_ADMIN, now=sqlite_house.now)
    assert done.state is ChangeState.REFUSED
    assert keeper.path.read_text(encoding="utf-8") == text


def test_a_change_waits_for_its_day(sqlite_house: House, keeper: Keeper) -> None:
    later = sqlite_house.now + timedelta(days=3)
    change = change_roster.propose(
        sqlite_house.parts, keeper, [HOURS], by=ADMIN, now=sqlite_house.now, effective_at=later
    )
    approved = change_roster.approve(sqlite_house.parts, keeper, change.id, by=OTHER_ADMIN, now=sqlite_house.now)
    assert approved.state is ChangeState.APPROVED
    assert change_roster.apply_due(sqlite_house.parts, keeper, now=sqlite_house.now) == 0
    assert change_roster.apply_due(sqlite_house.parts, keeper, now=later) == 1


def test_waiting_posts_of_a_renamed_account_are_held(house: House) -> None:
    follow_roster.hold_changed(house.parts, now=house.now)
    post = house.scheduled(at=WED_10_JST + timedelta(minutes=30))
    other = house.scheduled("IMMI_OSAKA", "大阪のお知らせ", at=WED_10_JST + timedelta(minutes=30))
    house.change_account("IMMI_TOKYO", handle="IMMI_TOKYO2")
    assert follow_roster.hold_changed(house.parts, now=house.now) == 1
    assert house.post(post).hold is Hold.ROSTER
    assert house.state(other) is PostState.SCHEDULED


def test_a_renamed_account_a_dead_token_and_a_post_by_hand_are_noticed(house: House) -> None:
    house.sandbox.people.rename("IMMI_OSAKA", "IMMI_OSAKA_NEW")
    house.sandbox.people.revoke("IMMI_KOBE")
    house.sandbox.people.post_by_hand("IMMI_TOKYO", "手で投稿しました。")
    found = {(truth.account, truth.kind) for truth in truth_checks.look(house.parts, now=house.now)}
    assert ("x-osaka", "renamed") in found
    assert ("x-kobe", "token-refused") in found
    assert ("x-tokyo", "posted-outside") in found


def test_another_account_behind_the_handle_is_an_alarm(sqlite_house: House) -> None:
    sqlite_house.change_account("IMMI_TOKYO", platform_id="1")
    alarms = [truth for truth in truth_checks.look(sqlite_house.parts, now=sqlite_house.now) if truth.alarm]
    assert ("x-tokyo", "other-account") in {(truth.account, truth.kind) for truth in alarms}


def test_an_expired_owner_is_an_alarm_and_an_attestation_lapses(sqlite_house: House) -> None:
    house = sqlite_house
    owner = house.parts.account("IMMI_TOKYO").owner
    assert owner is not None
    assert owner.until is not None
    truth_checks.attest(house.parts, "x-tokyo", by=Person(owner.staff), now=house.now)
    assert "never-attested" not in kinds(house, house.now)
    assert "attestation-old" in kinds(house, house.now + timedelta(days=100))
    assert "owner-expired" in kinds(house, house.now + timedelta(days=365))


def test_a_stranger_cannot_attest(sqlite_house: House) -> None:
    with pytest.raises(NotAllowed, match="owner"):
        truth_checks.attest(sqlite_house.parts, "x-tokyo", by=STAFF, now=sqlite_house.now)


def test_a_look_alike_that_writes_under_our_posts_is_remembered_once(sqlite_house: House) -> None:
    house = sqlite_house
    post = house.published()
    for text in ("お知らせです", "もう一度お知らせです"):
        house.sandbox.people.reply(post.platform_id, text, handle="IMMI_T0KYO", name="東京入管")
    house.collect()
    assert truth_checks.find_look_alikes(house.parts, now=house.now) == 1
    assert truth_checks.find_look_alikes(house.parts, now=house.now) == 0


def kinds(house: House, at: object) -> set[str]:
    found = truth_checks.standing(house.parts, now=at)  # type: ignore[arg-type]
    return {truth.kind for truth in found if truth.account == "x-tokyo"}

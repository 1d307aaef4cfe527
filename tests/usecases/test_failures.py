"""The failure matrix, first half: what machines, people and clocks do. In every row nothing is sent twice.

F2 with a real ``kill -9`` stands in ``tests/test_service.py``; F10 (racing refreshers) cannot happen, for no token
here is refreshed: X uses OAuth 1.0a pairs and Facebook Page tokens, neither of which expires.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from bot.domain import hours
from bot.domain.accounts import Account, Platform, Status
from bot.domain.posts import Content, Hold, Lane, PostState
from bot.platforms import X, XApp
from bot.platforms.credentials import XAccount
from bot.store import attempts
from bot.usecases import compose, follow_roster, probe_tokens, reconcile, stop, wall_times
from bot.usecases.publish import HANDS, body_of, publish_due
from bot.usecases.restore import after_restore
from tests.house import ADMIN, APPROVER, JAPAN, STAFF, WED_10_JST, House
from tests.usecases.stage import PNG, is_out_once, picture, seen_ids, sql, tapped, told

FRIDAY_EVENING = datetime(2026, 12, 4, 15, 50, tzinfo=JAPAN)
MONDAY_MORNING = datetime(2026, 12, 7, 9, 1, tzinfo=JAPAN)


# -- F1, F2: the process dies ------------------------------------------------------------------------


@pytest.mark.parametrize("prepared", [False, True], ids=["claimed only", "attempt prepared"])
def test_f1_a_claim_whose_process_died_goes_back_and_out_once(house: House, prepared: bool) -> None:
    post = house.scheduled()
    with house.store.begin() as tx:
        claimed = attempts.claim(tx, now=house.now, owner="gone:1:1")
        assert claimed is not None
        if prepared:
            attempts.prepare(tx, claimed, body=body_of("a", "", []), baseline="", media_count=0, now=house.now)
    house.publish()
    assert house.created() == 0  # the lease still holds
    house.wait(seconds=60)
    assert reconcile.recover(house.parts, now=house.now) == 1
    house.publish()
    assert is_out_once(house, post)


def test_f2_a_call_that_nobody_recorded_is_found_and_bound(house: House) -> None:
    class Died(BaseException):
        """Like kill -9: nothing after this line runs."""

    def die() -> None:
        raise Died

    post = house.scheduled(text="来週の窓口のご案内")
    with pytest.raises(Died):
        publish_due(tapped(house, after=die), owner="gone:1:1", clock=house.clock)
    assert house.state(post) is PostState.PUBLISHING
    assert reconcile.recover(house.parts, now=house.now, is_dead=lambda owner: owner == "gone:1:1") == 1
    assert house.state(post) is PostState.UNKNOWN
    house.reconcile()
    house.publish()
    assert is_out_once(house, post)


def test_a_process_that_slept_through_its_lease_does_not_send(house: House) -> None:
    """Paused after the claim, it wakes when another one holds the post."""
    post = house.scheduled(content=picture(house))

    def overtake() -> None:
        house.wait(minutes=6)
        reconcile.recover(house.parts, now=house.now)
        house.publish()

    once = iter([overtake])
    x = house.parts.platforms["x"]

    class Slow:
        name = x.name

        def __getattr__(self, name: str) -> object:
            return getattr(x, name)

        def upload(self, *args: object) -> object:
            next(once, lambda: None)()
            return x.upload(*args)  # type: ignore[arg-type]

    slow = replace(house.parts, platforms={**house.parts.platforms, "x": Slow()})  # type: ignore[dict-item]
    tally = publish_due(slow, owner="slow:1:1", clock=house.clock)
    assert tally.passed_on == 1
    assert is_out_once(house, post)


# -- F4: the platform cannot be reached --------------------------------------------------------------


@pytest.mark.parametrize("account", ["IMMI_TOKYO", "nagoya.nyukan.support"])
def test_f4_what_never_left_is_tried_again_and_goes_out_once(house: House, account: str) -> None:
    post = house.scheduled(account)
    house.sandbox.unreachable()
    waits = []
    for _ in range(3):
        before = house.now
        house.publish()
        assert house.state(post) is PostState.SCHEDULED
        while house.publish().retried == 0 and house.now - before < timedelta(minutes=3):
            house.wait(seconds=1)
        waits.append((house.now - before).total_seconds())
    assert waits == sorted(waits), "each wait is longer than the one before"
    house.sandbox.unreachable(yes=False)
    house.wait(minutes=3)
    house.publish()
    assert is_out_once(house, post)


def test_f4_after_its_last_minute_it_waits_for_a_person(house: House) -> None:
    post = house.scheduled()
    house.sandbox.unreachable()
    for _ in range(40):
        house.publish()
        house.wait(minutes=1)
    house.sandbox.unreachable(yes=False)
    house.publish()
    found = house.post(post)
    assert (found.state, found.hold, house.created()) == (PostState.HELD, Hold.LATE, 0)


def test_f4_a_name_that_does_not_resolve_is_not_sent(sqlite_house: House) -> None:
    post = sqlite_house.scheduled()
    nowhere = X(
        XApp("a", "b", "c"),
        {"IMMI_TOKYO": XAccount("1-a", "b")},
        clock=sqlite_house.clock,
        base_url="http://no-such-host.invalid",
    )
    lost = replace(sqlite_house.parts, platforms={**sqlite_house.parts.platforms, "x": nowhere})
    publish_due(lost, owner="t:1:1", clock=sqlite_house.clock)
    nowhere.close()
    assert sqlite_house.state(post) is PostState.SCHEDULED
    with sqlite_house.store.read() as tx:
        assert [each.outcome for each in attempts.of_post(tx, post.id)] == ["not-sent"]


# -- F6, F7: sleep and clocks -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("due", "wakes"),
    [
        (WED_10_JST + timedelta(minutes=5), WED_10_JST + timedelta(hours=6)),
        (FRIDAY_EVENING, MONDAY_MORNING),
    ],
    ids=["six hours", "a weekend"],
)
def test_f6_a_machine_that_slept_sends_nothing_late(house: House, due: datetime, wakes: datetime) -> None:
    late = [house.scheduled(text=f"お知らせ {number}", at=due) for number in range(3)]
    later = house.scheduled(text="これからのお知らせ", at=wakes + timedelta(hours=1), reason="点検のため")
    house.jump_to(wakes)
    house.publish()
    assert {(house.post(p).state, house.post(p).hold) for p in late} == {(PostState.HELD, Hold.LATE)}
    assert house.state(later) is PostState.SCHEDULED
    assert house.created() == 0
    assert told(house, STAFF.login).count("post.held.late") == 3


def test_f6_even_more_late_posts_than_one_tick_looks_at_stay_in(sqlite_house: House) -> None:
    post = sqlite_house.scheduled()
    sqlite_house.wait(hours=2)
    with sqlite_house.store.begin() as tx:
        assert attempts.claim(tx, now=sqlite_house.now, owner="t") is None
    assert sqlite_house.state(post) is PostState.SCHEDULED


@pytest.mark.parametrize("hours", [1, -1])
def test_f7_a_clock_that_jumps_sends_nothing_twice(house: House, hours: int) -> None:
    out = house.scheduled(text="一つ目", at=WED_10_JST)
    house.publish()
    waiting = house.scheduled(text="二つ目", at=WED_10_JST + timedelta(minutes=20))
    house.wait(hours=hours)
    house.publish()
    assert house.created() == 1
    assert house.state(out) is PostState.PUBLISHED
    assert house.state(waiting) is (PostState.HELD if hours > 0 else PostState.SCHEDULED)


def test_f7_a_post_whose_two_times_disagree_is_held_at_start_and_at_its_slot(house: House) -> None:
    """As after a missing zone link, when the wall time was read one hour off."""
    first, second, well = (house.scheduled(text=f"時刻 {number}", at=house.now) for number in range(3))
    typed = "2026-12-02T11:00:00+10:00[Asia/Tokyo]"
    sql(house, "UPDATE post SET due_wall = :typed WHERE id = :id", typed=typed, id=first.id)
    assert wall_times.hold_disagreeing(house.parts, now=house.now) == 1
    sql(house, "UPDATE post SET due_wall = :typed WHERE id = :id", typed=typed, id=second.id)
    house.publish()
    assert [house.state(p) for p in (first, second, well)] == [PostState.HELD, PostState.HELD, PostState.PUBLISHED]
    assert house.created() == 1


@pytest.mark.parametrize(
    ("typed", "agreed"),
    [
        ("2026-12-02T10:00:00+09:00[Asia/Tokyo]", True),
        ("2026-12-02T10:00:00[Asia/Tokyo]", True),
        ("2026-12-02T11:00:00+09:00[Asia/Tokyo]", False),
        ("2026-12-02T10:00:00+09:00[Asia/Seoul]", True),  # the same hour there
        ("2026-12-02T10:00:00+09:00[Asia/Nowhere]", False),
        ("2026-12-02T10:00:00+09:00", False),
        ("soon", False),
        ("", False),
    ],
)
def test_f7_wall_time_and_instant_are_compared_in_the_named_zone(typed: str, agreed: bool) -> None:
    assert wall_times.agrees(WED_10_JST, typed) is agreed


# -- F9: tokens ---------------------------------------------------------------------------------------


def test_f9_a_token_revoked_before_the_slot_is_told_once_and_holds_the_post(house: House) -> None:
    account = house.parts.account("IMMI_TOKYO")
    owner = account.owner.staff if account.owner else "role:admin"
    post = house.scheduled(at=WED_10_JST + timedelta(hours=4))
    assert probe_tokens.probe_due(house.parts, now=house.now) == 0
    house.sandbox.people.revoke("IMMI_TOKYO")
    house.wait(hours=3)  # T - 1 h
    assert probe_tokens.probe_due(house.parts, now=house.now) == 1
    house.wait(hours=1)
    house.publish()
    found = house.post(post)
    assert (found.state, found.hold, house.created()) == (PostState.HELD, Hold.ACCOUNT, 0)
    assert told(house, owner).count("account.token") == 1


def test_f9_a_renewed_token_is_noticed_and_posts_go_out_again(house: House) -> None:
    house.sandbox.people.revoke("IMMI_TOKYO")
    held = house.scheduled(text="一つ目")
    house.publish()
    assert house.post(held).hold is Hold.ACCOUNT
    house.sandbox.people.revoke("IMMI_TOKYO", yes=False)
    post = house.scheduled(text="二つ目", at=house.now + timedelta(minutes=1))
    house.wait(minutes=1)
    house.publish()
    assert is_out_once(house, post)


def open_x_accounts(house: House) -> list[Account]:
    """Those whose office is open now."""
    accounts = house.registry.active(Platform.X)
    return [each for each in accounts if hours.is_open(house.registry.office_of(each), house.now)]


# -- F11, F12: limits and credit ----------------------------------------------------------------------


def test_f11_a_limit_that_lasts_past_closing_time_moves_the_post_to_the_next_opening(house: House) -> None:
    post = house.scheduled()
    house.sandbox.fault("rate_limited", platform="x", route="create", seconds=8 * 3600)
    house.publish()
    moved = house.post(post)
    assert moved.state is PostState.SCHEDULED
    assert moved.revision.slot.due_at == datetime(2026, 12, 3, 9, 0, tzinfo=JAPAN)
    assert "post.reslotted" in told(house, STAFF.login)
    house.jump_to(WED_10_JST + timedelta(hours=9))  # in the evening
    house.publish()
    assert house.created() == 0
    house.jump_to(datetime(2026, 12, 3, 9, 0, tzinfo=JAPAN))
    house.publish()
    assert is_out_once(house, post)


def test_f12_used_up_credit_stops_the_platform_once_and_fails_nothing(house: House) -> None:
    queued = [house.scheduled(each.handle, f"{each.handle} のお知らせ") for each in open_x_accounts(house)]
    page = house.scheduled("nagoya.nyukan.support", "ページのお知らせ")
    house.sandbox.turn(credit_usd=0.0)
    for _ in range(3):
        house.publish()
        house.wait(seconds=1)
    found = [house.post(each) for each in queued]
    assert len(found) > HANDS
    assert {(each.state, each.hold) for each in found} <= {(PostState.HELD, Hold.BUDGET), (PostState.SCHEDULED, None)}
    assert house.state(page) is PostState.PUBLISHED, "Facebook costs nothing and goes on"
    assert told(house, "role:admin").count("stop.credit") == 1
    assert 1 <= len(house.sandbox.requests("x", "create")) <= HANDS, "only those already on their way"


def test_f12_the_disaster_lane_stays_open_for_topped_up_credit(house: House) -> None:
    house.sandbox.turn(credit_usd=0.0)
    house.scheduled("IMMI_TOKYO", "一つ目")
    house.publish()
    house.sandbox.turn(credit_usd=100.0)
    urgent = house.scheduled("IMMI_OSAKA", "台風のため閉庁します。", lane=Lane.DISASTER)
    routine = house.scheduled("IMMI_OSAKA", "ふだんのお知らせ")
    house.publish()
    assert (house.state(urgent), house.state(routine)) == (PostState.PUBLISHED, PostState.SCHEDULED)


# -- F14: an older database --------------------------------------------------------------------------


def test_f14_after_a_restore_nothing_is_sent_again(house: House) -> None:
    sent, unsent, later = (
        house.scheduled("IMMI_TOKYO", "送られたお知らせ", at=house.now + timedelta(minutes=1)),
        house.scheduled("IMMI_OSAKA", "送られていないお知らせ", at=house.now + timedelta(minutes=2)),
        house.scheduled("IMMI_TOKYO", "あとのお知らせ", at=house.now + timedelta(hours=5)),
    )
    in_the_copy = house.post(sent)
    house.wait(minutes=1)
    house.publish()
    assert house.created("IMMI_TOKYO") == 1
    # last night's copy comes back: it still says that everything waits
    sql(house, "DELETE FROM attempt")
    sql(
        house,
        "UPDATE post SET state = 'scheduled', version = :v, fence = 0, platform_id = NULL, published_at = NULL "
        "WHERE id = :id",
        v=in_the_copy.version,
        id=sent.id,
    )
    house.wait(minutes=10)
    done = after_restore(house.parts, now=house.now)
    assert (done.unknown, done.held) == (2, 1)
    assert [house.state(p) for p in (sent, unsent)] == [PostState.UNKNOWN, PostState.UNKNOWN]
    assert house.post(later).hold is Hold.RESTORE
    house.reconcile()
    assert house.state(sent) is PostState.PUBLISHED
    assert house.post(sent).platform_id in seen_ids(house)
    for _ in range(6):
        house.wait(minutes=15)
        house.publish()
        house.reconcile()
    assert house.state(unsent) is PostState.UNKNOWN
    assert (house.created("IMMI_TOKYO"), house.created("IMMI_OSAKA")) == (1, 0)
    again = reconcile.resend(house.parts, unsent.id, by=APPROVER, now=house.now, reason="アカウントを確認しました")
    assert again.hold is Hold.LATE, "even then it is a person who gives it a new slot"


def test_f14_a_restore_that_is_run_twice_changes_nothing_more(house: House) -> None:
    house.scheduled(at=house.now + timedelta(hours=1))
    assert after_restore(house.parts, now=house.now).held == 1
    assert after_restore(house.parts, now=house.now).held == 0


# -- F15, F16: content and roster change while a post waits ------------------------------------------


def test_f15_an_edit_by_the_approver_voids_the_approval(house: House) -> None:
    post = house.scheduled(at=WED_10_JST + timedelta(minutes=5))
    compose.edit(house.parts, post.id, by=APPROVER, now=house.now, content=Content("直した文です。"))
    house.wait(minutes=5)
    house.publish()
    assert (house.state(post), house.created()) == (PostState.SUBMITTED, 0)


def test_f15_words_changed_behind_our_back_are_not_sent(house: House) -> None:
    post = house.scheduled()
    sql(house, "UPDATE revision SET text = 'すりかえた文' WHERE post = :id", id=post.id)
    house.publish()
    assert (house.post(post).hold, house.created()) == (Hold.BY_HAND, 0)


@pytest.mark.parametrize("harm", ["replaced", "missing"])
def test_f15_a_picture_with_other_bytes_is_not_sent(house: House, harm: str) -> None:
    post = house.scheduled(content=picture(house))
    file = house.folder / "media" / post.revision.content.media[0].sha256
    file.write_bytes(PNG + b"x") if harm == "replaced" else file.unlink()
    house.publish()
    found = house.post(post)
    assert (found.state, house.created()) == (PostState.HELD, 0)
    assert "attach it again" in found.note


@pytest.mark.parametrize(
    "change",
    [{"status": Status.PAUSED}, {"handle": "IMMI_TOKYO_NEW"}, {"platform_id": "42"}],
    ids=["paused", "renamed", "another id"],
)
def test_f16_a_changed_roster_entry_holds_what_waits(house: House, change: dict[str, object]) -> None:
    follow_roster.hold_changed(house.parts, now=house.now)
    post = house.scheduled(at=house.now + timedelta(minutes=5))
    house.registry = replace(
        house.registry,
        accounts=tuple(
            replace(a, **change) if a.handle == "IMMI_TOKYO" else a  # type: ignore[arg-type]
            for a in house.registry.accounts
        ),
    )
    assert follow_roster.hold_changed(house.parts, now=house.now) == 1
    house.wait(minutes=5)
    house.publish()
    assert (house.post(post).hold, house.created()) == (Hold.ROSTER, 0)
    assert "post.held.roster" in told(house, STAFF.login)


def test_f16_a_post_of_an_account_that_left_the_roster_is_held(house: House) -> None:
    follow_roster.hold_changed(house.parts, now=house.now)
    post = house.scheduled()
    house.registry = replace(
        house.registry, accounts=tuple(a for a in house.registry.accounts if a.handle != "IMMI_TOKYO")
    )
    house.publish()
    assert (house.post(post).state, house.post(post).hold) == (PostState.HELD, Hold.ROSTER)
    assert house.created() == 0


# -- F18: pictures ------------------------------------------------------------------------------------


@pytest.mark.parametrize("account", ["IMMI_TOKYO", "nagoya.nyukan.support"])
def test_f18_bytes_and_alternative_text_arrive_as_approved(house: House, account: str) -> None:
    post = house.scheduled(account, content=picture(house, alt="庁舎の入口の写真"))
    house.publish()
    assert is_out_once(house, post)
    world = house.sandbox.world
    if account == "IMMI_TOKYO":
        [medium] = world.x.media.values()
        assert (b"".join(medium.parts[i] for i in sorted(medium.parts)), medium.alt_text) == (PNG, "庁舎の入口の写真")
    else:
        [photo] = world.graph.photos.values()
        assert photo.alt_text == "庁舎の入口の写真"


def test_f18_an_alternative_text_that_got_lost_sends_nothing(house: House) -> None:
    post = house.scheduled(content=picture(house))
    gone = {"data": {"media_key": "3_1", "alt_text": ""}}
    house.sandbox.fault("list_body", times=9, platform="x", route="media", body=gone, status=200)
    house.publish()
    assert (house.state(post), house.created()) == (PostState.SCHEDULED, 0)
    house.sandbox.clear_faults()
    house.wait(seconds=10)
    house.publish()
    assert is_out_once(house, post)


# -- stop ---------------------------------------------------------------------------------------------


def test_a_stop_between_claim_and_call_still_wins(house: House) -> None:
    post = house.scheduled(content=picture(house))
    x = house.parts.platforms["x"]

    class Stopping:
        name = x.name

        def __getattr__(self, name: str) -> object:
            return getattr(x, name)

        def upload(self, *args: object) -> object:
            stop.stop(house.parts, "account:x-tokyo", by=APPROVER, now=house.now, reason="確認のため")
            return x.upload(*args)  # type: ignore[arg-type]

    stopping = replace(house.parts, platforms={**house.parts.platforms, "x": Stopping()})  # type: ignore[dict-item]
    publish_due(stopping, owner="t:1:1", clock=house.clock, at_most=1)
    assert (house.state(post), house.created()) == (PostState.SCHEDULED, 0)


@pytest.mark.parametrize("scope", ["all", "platform:x"])
def test_resuming_never_releases_late_posts(house: House, scope: str) -> None:
    post = house.scheduled()
    stop.stop(house.parts, scope, by=ADMIN, now=house.now, reason="点検")
    house.publish()
    assert house.state(post) is PostState.SCHEDULED
    house.wait(hours=1)
    stop.resume(house.parts, scope, by=ADMIN, now=house.now)
    stop.resume(house.parts, scope, by=APPROVER, now=house.now)
    house.publish()
    assert (house.post(post).hold, house.created()) == (Hold.LATE, 0)

"""The failure matrix, second half: what platforms do. An unknown outcome is looked for and never sent again by itself."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from structlog.testing import capture_logs

from bot.domain.errors import KouhouError, NotAllowed
from bot.domain.posts import Content, Hold, PostState
from bot.store import attempts, audit
from bot.usecases import approve, probe_tokens, reconcile, withdraw
from bot.usecases.publish import publish_due
from tests.house import APPROVER, SECOND, STAFF, WED_10_JST, House
from tests.usecases.stage import is_out_once, picture, seen_ids, tapped, told

X, PAGE = "IMMI_TOKYO", "nagoya.nyukan.support"

MAYBE_TAKEN: list[tuple[str, str, dict[str, Any]]] = [
    (X, "hang_after", {"seconds": 2}),  # F3: read timeout
    (X, "error_after", {"status": 500}),
    (X, "error_after", {"status": 503}),
    (X, "error_after", {"status": 408}),
    (X, "error_after", {"status": 425}),
    (X, "error_after", {"status": 499}),
    (X, "reset_after", {}),  # G11
    (X, "html_after", {}),
    (X, "no_id", {}),  # G2
    (X, "html_201", {}),
    (X, "list_after", {}),
    (X, "html_after", {"status": 403}),  # G3: an edge proxy, after the post was taken
    (PAGE, "hang_after", {"seconds": 2}),
    (PAGE, "error_after", {"code": 1, "status": 500}),  # G8
    (PAGE, "error_after", {"code": 2, "status": 500}),
    (PAGE, "no_error_500", {}),
    (PAGE, "no_id", {}),
    (PAGE, "html_201", {}),
    (PAGE, "list_after", {}),
    (PAGE, "reset_after", {}),
]

NOT_TAKEN_BUT_UNSAID: list[tuple[str, str, dict[str, Any]]] = [
    (X, "html_403", {}),  # G3
    (X, "html_503", {}),
    (X, "redirect", {}),
    (X, "hang_before", {"seconds": 2}),
    (X, "reset_before", {}),
    (X, "refuse", {}),  # the connection closes without an answer
    (PAGE, "html_503", {}),
    (PAGE, "error", {"code": 1, "status": 500}),
]


@pytest.mark.parametrize(("account", "kind", "facts"), MAYBE_TAKEN, ids=str)
def test_what_may_have_been_taken_is_found_and_never_sent_again(
    sqlite_house: House, account: str, kind: str, facts: dict[str, Any]
) -> None:
    post = sqlite_house.scheduled(account, "年末年始の業務について")
    sqlite_house.sandbox.fault(kind, route="create" if account == X else "feed", **facts)
    assert sqlite_house.publish().unknown == 1
    sqlite_house.publish()
    sqlite_house.wait(seconds=45)
    assert sqlite_house.reconcile() == 1
    sqlite_house.publish()
    assert is_out_once(sqlite_house, post)
    assert "post.unknown" in told(sqlite_house, STAFF.login)


@pytest.mark.parametrize(("account", "kind", "facts"), NOT_TAKEN_BUT_UNSAID, ids=str)
def test_what_is_not_found_stays_unknown_until_a_person_decides(
    sqlite_house: House, account: str, kind: str, facts: dict[str, Any]
) -> None:
    house = sqlite_house
    house.published(account, "前のお知らせ")
    post = house.scheduled(account, "年末年始の業務について")
    house.sandbox.fault(kind, route="create" if account == X else "feed", **facts)
    assert house.publish().unknown == 1
    with pytest.raises(NotAllowed, match="three good reads"):
        reconcile.resend(house.parts, post.id, by=APPROVER, now=house.now, reason="見ました")
    for _ in range(5):
        house.wait(minutes=5)
        house.reconcile()
        house.publish()
    assert (house.state(post), house.created(account)) == (PostState.UNKNOWN, 1)
    assert "post.absent-likely" in told(house, STAFF.login)
    sent = reconcile.resend(house.parts, post.id, by=APPROVER, now=house.now, reason="アカウントを見て確かめました")
    assert sent.state is PostState.SCHEDULED
    house.publish()
    assert (house.state(post), house.created(account)) == (PostState.PUBLISHED, 2)


def test_a_person_may_give_up_instead(house: House) -> None:
    house.published(text="前のお知らせ")
    post = house.scheduled(text="出なかったお知らせ")
    house.sandbox.fault("html_503", route="create")
    house.publish()
    for _ in range(4):
        house.wait(minutes=8)
        house.reconcile()
    with house.store.read() as tx:
        [attempt] = attempts.of_post(tx, post.id)
        assert reconcile.absent_likely(attempt, house.now)
    given_up = reconcile.give_up(house.parts, post.id, by=SECOND, now=house.now, reason="古くなりました")
    assert (given_up.state, house.created()) == (PostState.FAILED, 1)


# -- G1: limits without a usable header -----------------------------------------------------------


@pytest.mark.parametrize("kind", ["rate_limited_bare", "rate_limited_odd"])
def test_g1_a_limit_without_a_usable_header_never_spins(house: House, kind: str) -> None:
    post = house.scheduled()
    house.sandbox.fault(kind, times=3, platform="x", route="create")
    began = house.now
    while house.state(post) is not PostState.PUBLISHED:
        house.publish()
        house.wait(seconds=5)
        calls = len(house.sandbox.requests("x", "create"))
        assert calls <= 2 + 2 * (house.now - began).total_seconds() / 60
        assert house.now - began < timedelta(minutes=29)
    assert is_out_once(house, post)


@pytest.mark.parametrize("seconds", [-3600, 0, 40 * 24 * 3600], ids=["in the past", "now", "in forty days"])
def test_g1_a_reset_that_cannot_be_true_is_not_believed(house: House, seconds: int) -> None:
    post = house.scheduled()
    house.sandbox.fault("rate_limited", platform="x", route="create", seconds=seconds)
    house.publish()
    house.publish()
    assert len(house.sandbox.requests("x", "create")) == 1
    house.wait(minutes=2)
    house.publish()
    assert is_out_once(house, post)


# -- G4, G5: the duplicate refusal ------------------------------------------------------------------


def test_g4_a_duplicate_after_an_own_lost_call_means_that_it_is_out(house: House) -> None:
    """The timeline lagged, a person sent it again, and the platform says that the twin exists."""
    house.published(text="前のお知らせ")
    house.wait(hours=2)
    post = house.scheduled(text="年末年始の業務について")
    house.sandbox.fault("error_after", platform="x", route="create", status=503)
    house.publish()
    house.sandbox.turn(read_lag_s=3600.0)
    house.wait(minutes=1)
    for _ in range(4):
        house.wait(minutes=6)
        house.reconcile()
    assert house.state(post) is PostState.UNKNOWN
    reconcile.resend(house.parts, post.id, by=APPROVER, now=house.now, reason="見当たりません")
    house.publish()
    assert house.state(post) is PostState.UNKNOWN
    house.sandbox.turn(read_lag_s=0.0)
    house.reconcile()
    assert house.state(post) is PostState.PUBLISHED
    assert house.created() == 2  # the earlier notice and this one
    assert house.post(post).platform_id == seen_ids(house)[-1]


@pytest.mark.parametrize(
    ("account", "facts"),
    [
        (X, {"status": 403, "body": {"detail": "You are not allowed to create a Post with duplicate content."}}),
        (PAGE, {"status": 400, "code": 506}),
        (PAGE, {"status": 400, "code": 368, "subcode": 1404082}),
    ],
    ids=["x", "page", "page, as spam"],
)
def test_g5_a_duplicate_of_what_a_colleague_posted_by_hand_is_held(
    house: House, account: str, facts: dict[str, Any]
) -> None:
    house.sandbox.people.post_by_hand(account, "本日の窓口は混み合っています。")
    post = house.scheduled(account, text="本日の窓口は混み合っています。")
    house.sandbox.fault("error", route="create" if account == X else "feed", **facts)
    house.publish()
    found = house.post(post)
    assert (found.state, found.hold, house.created(account)) == (PostState.HELD, Hold.DUPLICATE, 0)


# -- G6: the timeline is late or away ---------------------------------------------------------------


def test_g6_a_timeline_that_lags_is_read_again(house: House) -> None:
    post = house.scheduled(text="年末年始の業務について")
    house.sandbox.turn(read_lag_s=120.0)
    house.sandbox.fault("error_after", platform="x", route="create", status=503)
    house.publish()
    house.wait(seconds=45)
    assert house.reconcile() == 0
    house.wait(minutes=2)
    assert house.reconcile() == 1
    assert is_out_once(house, post)


def test_g6_while_reads_are_unhealthy_it_stays_unknown(house: House) -> None:
    house.published(text="前のお知らせ")
    post = house.scheduled(text="年末年始の業務について")
    house.sandbox.fault("error_after", platform="x", route="create", status=503)
    house.publish()
    house.sandbox.fault("error", times=50, platform="x", route="timeline", status=503)
    for _ in range(6):
        house.wait(minutes=5)
        house.reconcile()
    assert house.state(post) is PostState.UNKNOWN
    with pytest.raises(NotAllowed):
        reconcile.resend(house.parts, post.id, by=APPROVER, now=house.now, reason="見ました")
    house.sandbox.clear_faults()
    house.wait(minutes=15)
    assert house.reconcile() == 1
    assert house.created() == 2


# -- G7: twins ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("account", [X, PAGE])
def test_g7_two_equal_texts_get_their_own_ids(house: House, account: str) -> None:
    house.sandbox.turn(duplicate_window_s=0.0)
    house.sandbox.fault("error_after", times=2, route="create" if account == X else "feed", status=503)
    first = house.scheduled(account, "同じお知らせ")
    house.publish()
    house.wait(seconds=10)
    second = house.scheduled(account, "同じお知らせ")
    house.publish()
    for _ in range(8):
        house.wait(minutes=5)
        house.reconcile()
    bound = [house.post(first).platform_id, house.post(second).platform_id]
    ids = seen_ids(house, account)
    if account == X:
        assert bound == ids, "the earlier call is the earlier post"
    assert len(ids) == 2
    assert bound[0] != bound[1] or bound == ["", ""], "never both to one"
    assert house.created(account) == 2


def test_two_equal_posts_that_cannot_be_told_apart_go_to_a_person(house: House) -> None:
    house.sandbox.turn(duplicate_window_s=0.0)
    post = house.scheduled(text="同じお知らせ")
    house.sandbox.fault("error_after", platform="x", route="create", status=503)
    house.publish()
    house.sandbox.people.post_by_hand(X, "同じお知らせ")
    house.wait(minutes=1)
    assert house.reconcile() == 0
    assert house.state(post) is PostState.UNKNOWN
    assert "post.unknown.several" in told(house, STAFF.login)


# -- G9: edited in the app ---------------------------------------------------------------------------


def test_g9_a_post_edited_in_the_app_is_still_ours_and_warned_of(house: House) -> None:
    post = house.scheduled(text="12月8日(火)の午前中は窓口が混み合います。")
    house.sandbox.fault("error_after", platform="x", route="create", status=503)
    house.publish()
    newest = house.sandbox.people.edit(seen_ids(house)[0], "12月8日(火)の午前中は窓口がたいへん混み合います。")
    house.wait(minutes=2)
    assert house.reconcile() == 1
    found = house.post(post)
    assert (found.state, found.platform_id, house.created()) == (PostState.PUBLISHED, newest, 1)
    assert "other words" in found.note
    assert "post.text-differs" in told(house, STAFF.login)


@pytest.mark.parametrize("text", ["まったく別のことを書いた投稿です。今日はよい天気でした。", "無関係"])
def test_an_edited_post_that_is_not_like_ours_is_not_taken(house: House, text: str) -> None:
    post = house.scheduled(text="12月8日(火)の午前中は窓口が混み合います。")
    house.sandbox.fault("html_503", route="create")
    house.publish()
    other = house.sandbox.people.post_by_hand(X, "別の投稿")
    house.sandbox.people.edit(other, text)
    house.wait(minutes=2)
    house.reconcile()
    assert (house.state(post), house.post(post).platform_id) == (PostState.UNKNOWN, "")


# -- G10: media ---------------------------------------------------------------------------------------


def test_g10_media_are_handed_over_again_for_each_try(house: House) -> None:
    """An id that expired while the post waited is never used."""
    house.sandbox.turn(media_expiry_s=60)
    post = house.scheduled(content=picture(house))
    house.sandbox.fault("rate_limited", platform="x", route="create", seconds=300)
    house.publish()
    house.wait(minutes=6)
    house.publish()
    assert is_out_once(house, post)
    assert len(house.sandbox.requests("x", "media_initialize")) == 2


def test_g10_a_film_that_cannot_be_processed_fails_before_any_create(house: House) -> None:
    content = picture(house)
    film = replace(content.media[0], mime="video/mp4", name="film.mp4", alt="")
    house.sandbox.turn(media_processing_s=5.0, media_fails=True)
    post = house.scheduled(content=replace(content, media=(film,)))
    house.publish()
    house.wait(seconds=30)
    house.publish()
    assert house.state(post) is PostState.FAILED
    assert house.sandbox.requests("x", "create") == []


# -- G12, G13: twice at once --------------------------------------------------------------------------


@pytest.mark.parametrize("step", ["approve", "release"])
def test_g12_a_double_click_makes_one_post(house: House, step: str) -> None:
    post = house.submitted() if step == "approve" else house.scheduled()
    if step == "release":
        approve.hold(house.parts, post.id, by=APPROVER, now=house.now, reason="確認")

    def click() -> bool:
        try:
            if step == "approve":
                approve.approve(house.parts, post.id, by=APPROVER, now=house.now)
            else:
                approve.release(house.parts, post.id, by=APPROVER, now=house.now)
        except KouhouError:
            return False
        return True

    with ThreadPoolExecutor(2) as pool:
        clicks = [pool.submit(click) for _ in range(2)]
    assert sum(each.result() for each in clicks) == 1
    if house.state(post) is PostState.SUBMITTED:
        approve.approve(house.parts, post.id, by=SECOND, now=house.now)
    house.publish()
    house.publish()
    assert is_out_once(house, post)


def test_g13_an_echo_before_the_answer_changes_nothing(house: House) -> None:
    """Everything the echo may trigger runs while the create has not been answered yet."""
    post = house.scheduled()

    def echo() -> None:
        assert reconcile.check_now(house.parts, house.post(post).account, now=house.now) == 0

    publish_due(tapped(house, after=echo), owner="t:1:1", clock=house.clock)
    assert is_out_once(house, post)


def test_g13_an_answer_after_the_lease_is_settled_by_its_receipt(house: House) -> None:
    post = house.scheduled()

    def take_long() -> None:
        house.wait(minutes=2)
        reconcile.recover(house.parts, now=house.now)

    publish_due(tapped(house, after=take_long), owner="t:1:1", clock=house.clock)
    assert is_out_once(house, post)


def test_g13_an_answer_after_reconciliation_had_found_it_binds_the_same_id(house: House) -> None:
    post = house.scheduled()

    def take_longer() -> None:
        house.wait(minutes=2)
        reconcile.recover(house.parts, now=house.now)
        assert reconcile.reconcile(house.parts, now=house.now) == 1

    publish_due(tapped(house, after=take_longer), owner="t:1:1", clock=house.clock)
    assert is_out_once(house, post)


def test_a_person_may_ask_to_look_at_once(house: House) -> None:
    post = house.scheduled(text="年末年始の業務について")
    house.sandbox.fault("error_after", platform="x", route="create", status=503)
    house.publish()
    assert reconcile.check_now(house.parts, house.post(post).account, now=house.now) == 1
    assert is_out_once(house, post)


# -- G14, G15 -----------------------------------------------------------------------------------------


def test_g14_a_platform_that_refuses_every_token_is_one_alarm_and_no_dead_account(house: House) -> None:
    posts = [house.scheduled(each, f"{each} のお知らせ") for each in (X, "IMMI_OSAKA", "IMMI_NAGOYA")]
    house.sandbox.fault("unauthorized", times=1000, platform="x")
    for _ in range(10):  # twenty minutes
        house.publish()
        probe_tokens.probe_due(house.parts, now=house.now)
        house.wait(minutes=2)
    assert told(house, "role:admin").count("platform.tokens-refused") == 1
    people = [duty.staff for a in house.registry.accounts for duty in (a.owner, a.deputy) if duty]
    assert "account.token" not in told(house, *people)
    assert {house.state(each) for each in posts} == {PostState.SCHEDULED}
    house.sandbox.clear_faults()
    house.wait(minutes=3)
    house.publish()
    assert all(is_out_once(house, each) for each in posts)


def test_g15_no_token_and_nobodys_words_reach_a_log_or_the_record(house: House) -> None:
    words = "だれにも見えない文 https://www.moj.go.jp/isa/secret"
    secrets = house.sandbox.secrets()
    tokens = [value for account in secrets["x"]["accounts"].values() for value in account.values()]
    tokens += [page["page_token"] for page in secrets["facebook"]["pages"].values()]
    tokens += [secrets["x"]["consumer_secret"], secrets["x"]["bearer_token"], secrets["facebook"]["app_secret"]]
    with capture_logs() as lines:
        for number, kind in enumerate(("unauthorized", "forbidden", "error_after", "html_403", "reset_after")):
            for account in (X, PAGE):
                house.scheduled(account, f"{words} {number}")
                house.sandbox.fault(kind, times=2, route="create" if account == X else "feed")
                house.publish()
                house.wait(seconds=50)
                house.reconcile()
                house.sandbox.clear_faults()
    said = json.dumps(lines, default=str, ensure_ascii=False)
    with house.store.read() as tx:
        said += "".join(body for _, body, _, _ in audit.raw_lines(tx))
    assert lines
    assert not [token for token in tokens if token in said]
    assert words not in said


# -- withdrawing ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("account", [X, PAGE])
def test_withdrawing_after_an_unclear_try_deletes_once_and_is_recorded(house: House, account: str) -> None:
    post = house.published(account)
    house.sandbox.fault("error_after", route="delete", status=503)
    with pytest.raises(KouhouError):
        withdraw.withdraw(house.parts, post.id, by=APPROVER, now=house.now, reason="誤記のため")
    assert house.state(post) is PostState.PUBLISHED
    done = withdraw.withdraw(house.parts, post.id, by=APPROVER, now=house.now, reason="誤記のため")
    assert done.state is PostState.WITHDRAWN
    assert seen_ids(house, account) == []


def test_nothing_but_a_published_post_can_be_withdrawn(house: House) -> None:
    post = house.scheduled(at=WED_10_JST + timedelta(hours=1))
    with pytest.raises(NotAllowed):
        withdraw.withdraw(house.parts, post.id, by=APPROVER, now=house.now, reason="誤記のため")


def test_an_ampersand_or_a_short_link_is_no_difference(house: House) -> None:
    post = house.scheduled(text="Q&A <窓口> https://www.moj.go.jp/isa/index.html をご覧ください。")
    house.publish()
    assert house.post(post).note == ""
    assert is_out_once(house, post)


def test_other_words_in_the_answer_are_warned_of_and_not_sent_again(house: House) -> None:
    post = house.scheduled(text="窓口のお知らせです。")
    other = {"data": {"id": "1999999999999999999", "text": "まったく違う文"}}
    house.sandbox.fault("list_after", platform="x", route="create", body=other, status=201)
    house.publish()
    found = house.post(post)
    assert (found.state, house.created()) == (PostState.PUBLISHED, 1)
    assert "other words" in found.note
    assert Content("窓口のお知らせです。") == found.revision.content

"""One test per trap of facebook-sdk 3.1.0 and of Graph that the adapter has to step over."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from urllib.parse import parse_qs, parse_qsl, urlsplit

import pytest

from bot.domain.accounts import Platform
from bot.domain.errors import AuthExpired, Kind, PlatformError, Rejected
from bot.domain.normal_form import sent_form
from bot.domain.ports import Uploaded
from bot.domain.posts import Content, Media
from bot.platforms import Facebook, FacebookPage
from bot.platforms.facebook.graph import BASE_URL, VERSION, appsecret_proof, wire
from bot.sandbox import Sandbox, SettableClock
from tests.platforms.canned import Arrived, Canned, Reply, as_json
from tests.platforms.stage import (
    APP,
    FACEBOOK_APP,
    NAGOYA,
    PNG,
    THU_10_JST,
    account,
    facebook_adapter,
)

PAGE = account("nagoya.nyukan.support", Platform.FACEBOOK)
CREATED = as_json(200, {"id": "1_2"})
PROOF = appsecret_proof(APP.app_secret, NAGOYA.page_token)


@pytest.fixture
def page(canned: Canned, clock: SettableClock) -> Iterator[Facebook]:
    adapter = facebook_adapter(canned.url, clock)
    yield adapter
    adapter.close()


@pytest.fixture
def practice(sandbox: Sandbox, clock: SettableClock) -> Iterator[Facebook]:
    adapter = facebook_adapter(sandbox.urls.facebook, clock)
    yield adapter
    adapter.close()


def form(arrived: Arrived) -> dict[str, str]:
    return dict(parse_qsl(arrived.body.decode()))


def query(arrived: Arrived) -> dict[str, list[str]]:
    return parse_qs(urlsplit(arrived.target).query)


def test_a_version_that_the_library_refuses_is_spoken(canned: Canned, page: Facebook) -> None:
    canned.answers(CREATED)
    page.publish(PAGE, Content("はい"), ())
    assert urlsplit(canned.arrived[0].target).path == f"/base/{VERSION}/{NAGOYA.page_id}/feed"
    assert VERSION == "v26.0"


def test_the_host_is_rewritten_without_touching_the_library(canned: Canned, page: Facebook) -> None:
    import facebook

    canned.answers(CREATED)
    page.publish(PAGE, Content("はい"), ())
    assert len(canned.arrived) == 1
    assert facebook.FACEBOOK_GRAPH_URL.rstrip("/") == BASE_URL


@pytest.mark.parametrize("verb", ["publish", "withdraw", "whoami", "hide", "upload"])
def test_the_token_travels_in_the_header_only_and_the_app_proves_itself(
    canned: Canned, page: Facebook, verb: str
) -> None:
    canned.answers(as_json(200, {"id": "1_2", "success": True, "alt_text_custom": "地図"}))
    calls: dict[str, Callable[[], object]] = {
        "publish": lambda: page.publish(PAGE, Content("はい"), ()),
        "withdraw": lambda: page.withdraw(PAGE, "1_2"),
        "whoami": lambda: page.whoami(PAGE),
        "hide": lambda: page.hide(PAGE, "1_2"),
        "upload": lambda: page.upload(PAGE, PNG, "image/png", "地図"),
    }

    calls[verb]()

    for each in canned.arrived:
        assert each.headers["Authorization"] == f"Bearer {NAGOYA.page_token}"
        assert NAGOYA.page_token not in each.target
        assert NAGOYA.page_token.encode() not in each.body
        assert PROOF in each.target or PROOF.encode() in each.body


def test_the_practice_graph_accepts_the_proof(practice: Facebook, sandbox: Sandbox) -> None:
    sandbox.turn(graph_requires_proof=True)
    assert practice.whoami(PAGE).platform_id == NAGOYA.page_id


def test_status_headers_and_budgets_survive_the_library(canned: Canned, page: Facebook) -> None:
    usage = {"168": [{"type": "pages", "call_count": 28, "total_time": 5, "estimated_time_to_regain_access": 0}]}
    canned.answers(
        as_json(
            200,
            {"id": "1_2"},
            x_fb_trace_id="Trace7",
            x_app_usage=json.dumps({"call_count": 11}),
            x_business_use_case_usage=json.dumps(usage),
        )
    )

    receipt = page.publish(PAGE, Content("はい"), ())

    assert (receipt.status, receipt.trace) == (200, "Trace7")
    left = {each.name: each.remaining for each in receipt.budgets}
    assert left == {"app-call_count": 89, "page-call_count": 72, "page-total_time": 95}


@pytest.mark.parametrize("header", ["{", "[]", "7", '{"a": 1}', '{"a": [1]}', '{"a": [{"call_count": "x"}]}', "null"])
def test_odd_usage_headers_never_stop_a_call(canned: Canned, page: Facebook, header: str) -> None:
    canned.answers(as_json(200, {"id": "1_2"}, x_app_usage=header, x_business_use_case_usage=header))
    assert page.publish(PAGE, Content("はい"), ()).platform_id == "1_2"


def test_the_answering_version_is_known(practice: Facebook, sandbox: Sandbox) -> None:
    sandbox.fault("wrong_version", platform="facebook")
    practice.whoami(PAGE)
    assert practice.answered_version(PAGE) == "v27.0"


def test_a_retired_version_says_so(sandbox: Sandbox, clock: SettableClock) -> None:
    old = facebook_adapter(sandbox.urls.facebook, clock, version="v2.8")
    with pytest.raises(Rejected) as told:
        old.whoami(PAGE)
    assert told.value.kind is Kind.VERSION
    old.close()


def test_a_500_without_error_is_no_success(practice: Facebook, sandbox: Sandbox) -> None:
    sandbox.fault("no_error_500", route="feed")
    with pytest.raises(PlatformError) as told:
        practice.publish(PAGE, Content("はい"), ())
    assert type(told.value).__name__ == "Unclear"
    assert sandbox.people.creates()["nagoya.nyukan.support"] == 1


@pytest.mark.parametrize("kind", ["reset_after", "error_after", "html_after", "no_id", "html_201", "no_content_type"])
def test_a_post_that_stands_behind_a_broken_answer_is_unclear(practice: Facebook, sandbox: Sandbox, kind: str) -> None:
    sandbox.fault(kind, route="feed")
    with pytest.raises(PlatformError) as told:
        practice.publish(PAGE, Content("はい"), ())
    assert type(told.value).__name__ == "Unclear"
    assert [post.text for post in practice.own_posts(PAGE, since=THU_10_JST).posts] == ["はい"]


def test_booleans_and_lists_are_written_as_graph_reads_them() -> None:
    fields = {"is_hidden": True, "published": False, "attached_media": [{"media_fbid": "5"}], "link": None, "limit": 5}
    assert wire(fields) == {
        "is_hidden": "true",
        "published": "false",
        "attached_media": '[{"media_fbid": "5"}]',
        "limit": 5,
    }


def test_hide_sends_lower_case_booleans(canned: Canned, page: Facebook) -> None:
    canned.answers(as_json(200, {"success": True}))
    page.hide(PAGE, "1_2")
    page.unhide(PAGE, "1_2")
    assert [form(each)["is_hidden"] for each in canned.arrived] == ["true", "false"]


def test_several_photos_arrive_as_one_json_list(canned: Canned, page: Facebook) -> None:
    canned.answers(CREATED)
    media = (Media("a.png", "0" * 64, "image/png"), Media("b.png", "1" * 64, "image/png"))
    page.publish(PAGE, Content("はい", media=media), [Uploaded("5", "a"), Uploaded("6", "b")])
    assert json.loads(form(canned.arrived[0])["attached_media"]) == [{"media_fbid": "5"}, {"media_fbid": "6"}]


def test_a_link_beside_photos_stands_in_the_message(practice: Facebook, sandbox: Sandbox) -> None:
    media = (Media("a.png", "0" * 64, "image/png", "地図"),)
    content = Content("地図です", link="https://www.moj.go.jp/isa/map", media=media)
    uploaded = practice.upload(PAGE, PNG, "image/png", "地図")

    practice.publish(PAGE, content, [uploaded])

    seen = practice.own_posts(PAGE, since=THU_10_JST).posts[0]
    assert (seen.text, seen.media) == (sent_form(content), 1)


def test_subcodes_are_read(practice: Facebook, sandbox: Sandbox) -> None:
    sandbox.turn(graph_token_errors={"nagoya.nyukan.support": 460})
    with pytest.raises(AuthExpired, match="password") as told:
        practice.whoami(PAGE)
    assert told.value.code == "190:460"


def test_an_empty_page_token_is_noticed_before_any_call(canned: Canned, clock: SettableClock) -> None:
    """The library would only assert."""
    poor = Facebook(FACEBOOK_APP, {PAGE.handle: FacebookPage("1", "")}, clock=clock, base_url=canned.url)
    with pytest.raises(AuthExpired):
        poor.publish(PAGE, Content("はい"), ())
    assert canned.arrived == []


def test_a_redirect_is_not_followed(canned: Canned, page: Facebook) -> None:
    canned.answers(Reply(302, b"{}", {"location": f"{canned.url}/x", "content-type": "application/json"}), CREATED)
    with pytest.raises(PlatformError):
        page.publish(PAGE, Content("はい"), ())
    assert len(canned.arrived) == 1


def test_paging_follows_cursors_and_not_addresses(canned: Canned, page: Facebook) -> None:
    """The library's own paging drops the token and fails."""
    posts = [
        {"id": f"1_{number}", "message": "はい", "created_time": "2026-12-03T01:00:00+0000"} for number in range(3)
    ]
    elsewhere = "https://elsewhere.example/next?access_token=x"
    first = {"data": posts[:2], "paging": {"cursors": {"after": "MTI"}, "next": elsewhere}}
    canned.answers(as_json(200, first), as_json(200, {"data": posts[2:], "paging": {"cursors": {"after": "MTM"}}}))

    timeline = page.own_posts(PAGE, since=THU_10_JST)

    assert (len(timeline.posts), timeline.complete) == (3, True)
    assert query(canned.arrived[1])["after"] == ["MTI"]


def test_a_timeline_without_end_is_not_called_complete(canned: Canned, page: Facebook) -> None:
    row = {"id": "1_1", "message": "はい", "created_time": "2026-12-03T01:00:00+0000"}
    canned.answers(as_json(200, {"data": [row], "paging": {"cursors": {"after": "MTI"}, "next": "x"}}))
    assert page.own_posts(PAGE, since=THU_10_JST).complete is False


def test_alt_text_is_sent_and_read_back(practice: Facebook, sandbox: Sandbox) -> None:
    photo = practice.upload(PAGE, PNG, "image/png", "受付窓口の地図").media_id
    stored = sandbox.world.graph.photos[photo]
    assert (stored.content, stored.alt_text, stored.published) == (PNG, "受付窓口の地図", False)


def test_lost_alt_text_is_noticed(canned: Canned, page: Facebook) -> None:
    canned.answers(as_json(200, {"id": "5"}), as_json(200, {"id": "5", "alt_text": "May be an image of text"}))
    with pytest.raises(PlatformError) as told:
        page.upload(PAGE, PNG, "image/png", "地図")
    assert (type(told.value).__name__, told.value.code) == ("NotSent", "alt-lost")


def test_an_unknown_photo_upload_may_simply_be_repeated(practice: Facebook, sandbox: Sandbox) -> None:
    sandbox.fault("error_after", route="photos")
    with pytest.raises(PlatformError) as told:
        practice.upload(PAGE, PNG, "image/png", "地図")
    assert type(told.value).__name__ == "NotSent"
    assert practice.own_posts(PAGE, since=THU_10_JST).posts == ()


def test_a_film_is_refused_before_any_call(canned: Canned, page: Facebook) -> None:
    with pytest.raises(Rejected):
        page.upload(PAGE, b"1", "video/mp4", "")
    assert canned.arrived == []


def test_a_duplicate_of_the_preceding_post_is_told_apart(practice: Facebook) -> None:
    practice.publish(PAGE, Content("はい"), ())
    with pytest.raises(Rejected) as told:
        practice.publish(PAGE, replace(Content("はい"), lang="en"), ())
    assert told.value.kind is Kind.DUPLICATE

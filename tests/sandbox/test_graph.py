"""What practice Facebook accepts, shows and refuses."""

from __future__ import annotations

import hashlib
import hmac
import io
import json
from typing import Any

import pytest
import requests

from bot.sandbox import Sandbox, SettableClock
from tests.sandbox.conftest import NAGOYA, THU_10_JST, Graph

STREAM = {"filter": "stream", "order": "chronological"}
FIELDS = "id,message,from{id,name},parent{id},is_hidden,can_hide,comment_count,attachment"


def comments(graph: Graph, node: str, **params: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = graph.read(f"{node}/comments", fields=FIELDS, **params)["data"]
    return found


def test_a_post_is_read_back_with_its_maker(graph: Graph) -> None:
    ident = graph.post("お知らせ", link="https://www.moj.go.jp/isa/")
    (post,) = graph.read("me/published_posts", fields="id,message,created_time,is_published,admin_creator,attachments")[
        "data"
    ]
    assert ident.startswith(f"{NAGOYA.page_id}_")
    assert post["created_time"] == "2026-12-03T01:00:00+0000"
    assert post["admin_creator"]["name"] == "kouhou"
    assert post["attachments"]["data"][0]["url"] == "https://www.moj.go.jp/isa/"


def test_only_the_directly_preceding_post_makes_a_duplicate(sandbox: Sandbox, graph: Graph) -> None:
    graph.post("同じ")
    assert graph.error("me/feed", method="POST", message="同じ")["code"] == 506
    graph.post("別")
    assert graph.post("同じ")
    assert sandbox.people.creates() == {NAGOYA.handle: 3}


def test_an_unpublished_post_is_invisible_until_it_is_published(graph: Graph) -> None:
    ident = graph.post("準備中", published="false")
    assert graph.read("me/published_posts")["data"] == []
    assert graph.write(ident, is_published="true") == {"success": True}
    assert [post["id"] for post in graph.read("me/feed")["data"]] == [ident]


def test_facebooks_own_schedule_follows_the_clock(clock: SettableClock, graph: Graph) -> None:
    at = int(THU_10_JST.timestamp())
    early = {"published": "false", "scheduled_publish_time": str(at + 60)}
    assert graph.error("me/feed", method="POST", message="早すぎる", **early)["error_subcode"] == 1363166
    ident = graph.post("予約", published="false", scheduled_publish_time=str(at + 3600))
    assert [post["id"] for post in graph.read("me/scheduled_posts")["data"]] == [ident]
    clock.advance(3600)
    assert graph.read("me/scheduled_posts")["data"] == []
    assert [post["id"] for post in graph.read("me/published_posts")["data"]] == [ident]


def test_a_photo_has_two_ids_and_keeps_bytes_and_alt_text(sandbox: Sandbox, graph: Graph) -> None:
    made = graph.api.put_photo(io.BytesIO(b"\xff\xd8 photo"), "me/photos", message="写真", alt_text_custom="窓口")
    assert made["post_id"].startswith(f"{NAGOYA.page_id}_")
    assert graph.read(made["id"], fields="alt_text,alt_text_custom")["alt_text_custom"] == "窓口"
    assert sandbox.world.graph.photos[made["id"]].content == b"\xff\xd8 photo"


def test_several_photos_are_attached_to_one_post(graph: Graph) -> None:
    photos = [
        graph.api.put_photo(io.BytesIO(bytes([number])), "me/photos", published="false")["id"] for number in (1, 2)
    ]
    post = graph.post("二枚", attached_media=json.dumps([{"media_fbid": ident} for ident in photos]))
    shown = graph.read(post, fields="attachments,status_type")
    parts = shown["attachments"]["data"][0]["subattachments"]["data"]
    assert [part["target"]["id"] for part in parts] == photos
    assert shown["status_type"] == "added_photos"
    assert graph.error("me/feed", method="POST", attached_media="media_fbid")["code"] == 100


def test_comments_are_a_tree_that_can_be_read_flat(sandbox: Sandbox, clock: SettableClock, graph: Graph) -> None:
    post = graph.post("お知らせ")
    first = sandbox.people.comment(post, "一", name="しずく")
    clock.advance(10)
    below = sandbox.people.comment(first, "一の下", name="はるか", anonymous=True)
    clock.advance(10)
    second = sandbox.people.comment(post, "二", name="しずく", attachment_url="https://fbcdn.example/a.png")
    assert [item["id"] for item in comments(graph, post, order="chronological")] == [first, second]
    flat = comments(graph, post, **STREAM)
    assert [item["id"] for item in flat] == [first, below, second]
    assert flat[0]["comment_count"] == 1
    assert "from" not in flat[1]
    assert flat[1]["parent"] == {"id": first}
    assert flat[2]["attachment"]["url"] == "https://fbcdn.example/a.png"
    since = str(int(THU_10_JST.timestamp()) + 15)
    assert [item["id"] for item in comments(graph, post, since=since, **STREAM)] == [second]


def test_lists_are_paged_by_cursor(sandbox: Sandbox, graph: Graph) -> None:
    post = graph.post("お知らせ")
    made = [sandbox.people.comment(post, str(number), name="しずく") for number in range(7)]
    seen: list[str] = []
    params = {"limit": "3", **STREAM}
    while True:
        body = graph.read(f"{post}/comments", **params)
        seen += [item["id"] for item in body["data"]]
        if "next" not in body["paging"]:
            break
        params["after"] = body["paging"]["cursors"]["after"]
    assert seen == made


def test_a_comment_is_hidden_shown_again_and_read_back(sandbox: Sandbox, graph: Graph) -> None:
    comment = sandbox.people.comment(graph.post("お知らせ"), "ひどい", name="しずく")
    for wanted in ("true", "true", "false"):
        assert graph.write(comment, is_hidden=wanted) == {"success": True}
        assert graph.read(comment, fields="is_hidden")["is_hidden"] is (wanted == "true")
    assert graph.error(comment, method="POST", is_hidden="True")["code"] == 100


def test_ones_own_comment_cannot_be_hidden(graph: Graph) -> None:
    post = graph.post("お知らせ")
    own = graph.api.put_object(post, "comments", message="補足です")["id"]
    assert graph.read(own, fields="can_hide")["can_hide"] is False
    assert graph.error(own, method="POST", is_hidden="true")["code"] == 200


def test_deleting_a_comment_takes_everything_below_it(sandbox: Sandbox, graph: Graph) -> None:
    post = graph.post("お知らせ")
    top = sandbox.people.comment(post, "一", name="しずく")
    below = sandbox.people.comment(top, "二", name="はるか")
    kept = sandbox.people.comment(post, "三", name="はるか")
    assert graph.api.delete_object(top) == {"success": True}
    assert [item["id"] for item in comments(graph, post, **STREAM)] == [kept]
    for gone in (top, below):
        error = graph.error(gone)
        assert (error["code"], error["error_subcode"]) == (100, 33)


def test_the_block_map_may_say_false_and_the_list_is_the_proof(sandbox: Sandbox, graph: Graph) -> None:
    sandbox.people.comment(graph.post("お知らせ"), "一", name="しずく")
    sandbox.people.comment(graph.post("次"), "二", name="はるか")
    first, second = sandbox.world.graph.visitors
    sandbox.turn(graph_unblockable=[second])
    assert graph.write("me/blocked", user=json.dumps([first, second])) == {first: True, second: False}
    assert [item["id"] for item in graph.read("me/blocked")["data"]] == [first]
    assert sandbox.people.blocked(NAGOYA.handle) == {first}
    assert graph.api.request("v26.0/me/blocked", {"user": first}, method="DELETE") == {"success": True}
    assert graph.read("me/blocked")["data"] == []


def test_a_visitors_edit_keeps_the_id_and_changes_the_words(sandbox: Sandbox, graph: Graph) -> None:
    post = graph.post("お知らせ")
    comment = sandbox.people.comment(post, "一", name="しずく")
    assert sandbox.people.edit(comment, "二") == comment
    assert comments(graph, post)[0]["message"] == "二"


def test_a_read_lag_hides_a_young_post_from_the_lists(sandbox: Sandbox, clock: SettableClock, graph: Graph) -> None:
    sandbox.turn(read_lag_s=120)
    ident = graph.post("お知らせ")
    assert graph.read("me/published_posts")["data"] == []
    clock.advance(121)
    assert [post["id"] for post in graph.read("me/published_posts")["data"]] == [ident]


@pytest.mark.parametrize(
    "fields", ["nonsense", "id,from{id", "id}", "{id}", "id,!"], ids=["unknown", "open", "closed", "headless", "sign"]
)
def test_unknown_and_broken_fields_are_refused(graph: Graph, fields: str) -> None:
    assert graph.error(graph.post("お知らせ"), fields=fields)["code"] == 100


def test_a_retired_version_is_named(graph: Graph) -> None:
    graph.api.version = "v9.0"
    with requests.get(f"{graph.wire.base}/v9.0/me", params={"access_token": NAGOYA.page_token}, timeout=3) as answer:
        assert answer.json()["error"]["code"] == 2635


def test_bearer_and_query_tokens_work_and_a_wrong_proof_does_not(sandbox: Sandbox, graph: Graph) -> None:
    address, secret = f"{graph.wire.base}/v26.0/me", sandbox.world.app.app_secret
    proof = hmac.new(secret.encode(), NAGOYA.page_token.encode(), hashlib.sha256).hexdigest()
    bearer = {"Authorization": f"Bearer {NAGOYA.page_token}"}

    def code(params: dict[str, str], headers: dict[str, str]) -> int:
        with requests.get(address, params=params, headers=headers, timeout=3) as answer:
            return int(answer.json().get("error", {}).get("code", 0))

    assert code({}, bearer) == 0
    assert code({"access_token": NAGOYA.page_token}, {}) == 0
    assert code({"appsecret_proof": proof}, bearer) == 0
    assert code({"appsecret_proof": "0" * 64}, bearer) == 100
    assert code({"access_token": "wrong"}, {}) == 190
    assert code({}, {}) == 104
    sandbox.turn(graph_requires_proof=True)
    assert code({}, bearer) == 100
    assert code({"appsecret_proof": proof}, bearer) == 0


def test_a_dead_token_says_why_here_and_in_debug_token(sandbox: Sandbox, graph: Graph) -> None:
    app = Graph(sandbox, sandbox.world.app.facebook_app_token)
    alive = app.read("debug_token", input_token=NAGOYA.page_token)["data"]
    assert (alive["is_valid"], alive["expires_at"]) == (True, 0)
    sandbox.turn(graph_token_errors={NAGOYA.handle: 492})
    assert graph.error("me")["error_subcode"] == 492
    assert app.read("debug_token", input_token=NAGOYA.page_token)["data"]["is_valid"] is False
    app.wire.close()


def test_usage_rises_with_calls_and_ends_in_80001_with_minutes(
    sandbox: Sandbox, clock: SettableClock, graph: Graph
) -> None:
    sandbox.turn(graph_calls_per_hour=4)
    shares = []
    for _ in range(4):
        graph.read("me")
        use = json.loads(graph.wire.answers[-1].headers["x-business-use-case-usage"])
        shares.append(use[NAGOYA.page_id][0]["call_count"])
    assert shares == [0, 25, 50, 75]
    clock.advance(600)
    assert graph.error("me")["code"] == 80001
    use = json.loads(graph.wire.answers[-1].headers["x-business-use-case-usage"])
    assert use[NAGOYA.page_id][0]["estimated_time_to_regain_access"] == 50
    clock.advance(3000)
    assert graph.read("me")


def test_the_app_is_subscribed_per_page(graph: Graph) -> None:
    assert graph.read("me/subscribed_apps")["data"] == []
    assert graph.write("me/subscribed_apps", subscribed_fields="feed") == {"success": True}
    assert graph.read("me/subscribed_apps")["data"][0]["subscribed_fields"] == ["feed"]


def test_a_post_is_rewritten_and_deleted_with_its_comments(sandbox: Sandbox, graph: Graph) -> None:
    post = graph.post("お知らせ")
    comment = sandbox.people.comment(post, "一", name="しずく")
    graph.write(post, message="訂正したお知らせ")
    assert graph.read(post)["message"] == "訂正したお知らせ"
    by_hand = sandbox.people.post_by_hand(NAGOYA.handle, "手で書いた")
    assert graph.error(by_hand, method="POST", message="直す")["code"] == 200
    assert graph.api.delete_object(post) == {"success": True}
    assert graph.error(comment)["code"] == 100

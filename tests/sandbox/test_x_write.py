"""What practice X accepts and refuses when somebody writes."""

from __future__ import annotations

import base64
from datetime import UTC, datetime
from typing import Any

import pytest
import tweepy

from bot.sandbox import Sandbox, SettableClock
from tests.sandbox.conftest import OSAKA, TOKYO, X

BLACK = b"\x89PNG practice"


def refusal(x: X, kind: type[tweepy.HTTPException], **body: Any) -> str:
    with pytest.raises(kind) as caught:
        x.call("POST", "/2/tweets", json=body)
    return str(caught.value.response.text)


@pytest.mark.parametrize(
    ("text", "accepted"),
    [
        ("あ" * 140, True),
        ("あ" * 141, False),
        ("a" * 280, True),
        ("a" * 281, False),
        ("い" * 128 + " https://www.moj.go.jp/isa/" + "x" * 200, True),  # any link weighs 23
        ("い" * 129 + " https://www.moj.go.jp/isa/", False),
        ("", False),
        (" \n", False),
        ("a\ufffe", False),
    ],
)
def test_a_text_is_weighed_as_x_weighs_it(x: X, text: str, accepted: bool) -> None:
    if accepted:
        assert x.post(text)
    else:
        assert "invalid-request" in refusal(x, tweepy.BadRequest, text=text)


def test_ids_carry_the_instant_of_the_clock(x: X, clock: SettableClock) -> None:
    first = int(x.post("一"))
    clock.advance(3600)
    second = int(x.post("二"))
    assert ((first >> 22) + 1288834974657) / 1000 == datetime(2026, 12, 3, 1, tzinfo=UTC).timestamp()
    assert (second >> 22) - (first >> 22) == 3_600_000


def test_links_come_back_short_with_their_target_and_signs_are_escaped(x: X) -> None:
    ident = x.post("詳細は https://www.moj.go.jp/isa/ <注意> & www.nta.go.jp を")
    post = x.call("GET", f"/2/tweets/{ident}", params={"tweet.fields": "entities"})["data"]
    first, second = post["entities"]["urls"]
    assert "&lt;注意&gt; &amp; https://t.co/" in post["text"]
    assert first["expanded_url"] == "https://www.moj.go.jp/isa/"
    assert second["expanded_url"] == "http://www.nta.go.jp"
    assert post["text"][first["start"] : first["end"]] == first["url"]


@pytest.mark.parametrize(
    ("second", "refused"),
    [
        ("同じお知らせです", True),
        ("同じ お知らせです", False),
        (" 同じお知らせです ", True),
        ("別のお知らせです", False),
    ],
)
def test_the_same_words_twice_on_one_account_are_refused_without_the_twins_id(x: X, second: str, refused: bool) -> None:
    first = x.post("同じお知らせです")
    x.call("DELETE", f"/2/tweets/{first}")
    if refused:
        text = refusal(x, tweepy.Forbidden, text=second)
        assert "duplicate content" in text
        assert first not in text
    else:
        assert x.post(second)


def test_the_same_words_pass_on_another_account_and_after_the_window(
    sandbox: Sandbox, clock: SettableClock, x: X, osaka: X
) -> None:
    x.post("同じお知らせです")
    assert osaka.post("同じお知らせです")
    clock.advance(86_401)
    assert x.post("同じお知らせです")
    sandbox.turn(duplicate_window_s=0)
    assert x.post("同じお知らせです")


@pytest.mark.parametrize(
    "body",
    [
        {"text": "a", "colour": "red"},
        {"text": 5},
        {"text": "a", "reply_settings": "nobody"},
        {"text": "a", "media": {"media_ids": []}},
        {"text": "a", "media": {"media_ids": ["1", "2", "3", "4", "5"]}},
        {"text": "a", "media": {"media_ids": ["99"]}},
        {"text": "a", "poll": {"options": ["x"], "duration_minutes": 60}},
        {"text": "a", "reply": {}},
        {"text": "a", "reply": {"in_reply_to_tweet_id": 12}},
    ],
)
def test_the_body_of_a_create_is_closed(sandbox: Sandbox, x: X, body: dict[str, Any]) -> None:
    assert "Invalid Request" in refusal(x, tweepy.BadRequest, **body)
    assert sandbox.people.creates() == {}


def test_an_edit_is_a_new_id_in_the_same_chain_and_reads_show_the_newest(x: X, clock: SettableClock) -> None:
    first = x.post("十二月八日")
    second = x.post("十二月九日", edit_options={"previous_post_id": first})
    timeline = x.call("GET", f"/2/users/{TOKYO.user_id}/tweets")["data"]
    old = x.call("GET", "/2/tweets", params={"ids": first})["data"][0]
    assert [post["id"] for post in timeline] == [second]
    assert (old["text"], old["edit_history_tweet_ids"]) == ("十二月八日", [first, second])
    clock.advance(3601)
    refusal(x, tweepy.Forbidden, text="十日", edit_options={"previous_post_id": second})


def test_five_edits_are_the_end_and_deleting_one_version_deletes_all(x: X) -> None:
    chain = [x.post("0")]
    for number in range(1, 6):
        chain.append(x.post(str(number), edit_options={"previous_post_id": chain[-1]}))
    refusal(x, tweepy.Forbidden, text="6", edit_options={"previous_post_id": chain[-1]})
    x.call("DELETE", f"/2/tweets/{chain[2]}")
    assert "data" not in x.call("GET", f"/2/users/{TOKYO.user_id}/tweets")


def test_only_ones_own_post_can_be_deleted_and_only_once(x: X, osaka: X) -> None:
    post = x.post("お知らせ")
    with pytest.raises(tweepy.Forbidden):
        osaka.call("DELETE", f"/2/tweets/{post}")
    assert x.call("DELETE", f"/2/tweets/{post}") == {"data": {"deleted": True}}
    with pytest.raises(tweepy.NotFound):
        x.call("DELETE", f"/2/tweets/{post}")


def test_self_serve_answers_only_when_summoned_and_never_quotes(sandbox: Sandbox, x: X, osaka: X) -> None:
    calling = sandbox.people.mention("@IMMI_OSAKA 教えてください", handle="taro_renshu")
    silent = sandbox.people.mention("独り言です", handle="taro_renshu")
    assert osaka.post("はい", reply={"in_reply_to_tweet_id": calling})
    refused = refusal(osaka, tweepy.Forbidden, text="はい", reply={"in_reply_to_tweet_id": silent})
    assert "have not been mentioned or otherwise engaged" in refused
    refusal(osaka, tweepy.Forbidden, text="見て", quote_tweet_id=calling)
    refusal(osaka, tweepy.Forbidden, text="$ABC と $DEF")
    assert x.post("見て", quote_tweet_id=calling)


def start(x: X, size: int = len(BLACK), kind: str = "image/png", category: str = "tweet_image") -> Any:
    body = {"media_type": kind, "total_bytes": size, "media_category": category}
    return x.call("POST", "/2/media/upload/initialize", json=body)["data"]


def upload(x: X, content: bytes = BLACK, kind: str = "image/png", category: str = "tweet_image") -> str:
    """Initialize, two parts, finalize."""
    ident = str(start(x, len(content), kind, category)["id"])
    for index, part in enumerate((content[:5], content[5:])):
        body = {"media": base64.b64encode(part).decode(), "segment_index": index}
        x.call("POST", f"/2/media/upload/{ident}/append", json=body)
    x.call("POST", f"/2/media/upload/{ident}/finalize")
    return ident


def test_a_picture_keeps_its_bytes_and_its_alt_text(sandbox: Sandbox, x: X) -> None:
    ident = upload(x)
    x.call("POST", "/2/media/metadata", json={"id": ident, "metadata": {"alt_text": {"text": "窓口の地図"}}})
    post = x.post("地図です", media={"media_ids": [ident]})
    params = {"expansions": "attachments.media_keys", "media.fields": "alt_text", "tweet.fields": "entities"}
    body = x.call("GET", f"/2/tweets/{post}", params=params)
    assert body["includes"]["media"] == [
        {"media_key": f"3_{ident}", "type": "photo", "alt_text": "窓口の地図"},
    ]
    assert body["data"]["text"].startswith("地図です https://t.co/")
    assert body["data"]["entities"]["urls"][-1]["media_key"] == f"3_{ident}"
    assert sandbox.world.x.media[ident].content == BLACK


def test_a_link_in_the_text_costs_more_and_a_picture_does_not(sandbox: Sandbox, x: X) -> None:
    x.post("地図です", media={"media_ids": [upload(x)]})
    assert sandbox.state()["spent_usd"] == 0.015
    x.post("詳細は isa.go.jp を")
    assert sandbox.state()["spent_usd"] == 0.215


def test_media_belong_to_the_uploader_expire_and_must_be_complete(
    sandbox: Sandbox, clock: SettableClock, x: X, osaka: X
) -> None:
    ident = upload(x)
    refusal(osaka, tweepy.BadRequest, text="a", media={"media_ids": [ident]})
    half = start(x)["id"]
    with pytest.raises(tweepy.BadRequest):
        x.call("POST", f"/2/media/upload/{half}/finalize")
    refusal(x, tweepy.BadRequest, text="a", media={"media_ids": [half]})
    clock.advance(sandbox.knobs.media_expiry_s + 1)
    refusal(x, tweepy.BadRequest, text="a", media={"media_ids": [ident]})


def test_a_film_is_processed_before_it_can_be_used(sandbox: Sandbox, clock: SettableClock, x: X) -> None:
    sandbox.turn(media_processing_s=30)
    film = upload(x, kind="video/mp4", category="tweet_video")
    states = []
    for _ in range(3):
        body = x.call("GET", "/2/media/upload", params={"command": "STATUS", "media_id": film})
        states.append(body["data"]["processing_info"]["state"])
        clock.advance(16)
    assert states == ["pending", "in_progress", "succeeded"]
    assert x.post("動画です", media={"media_ids": [film]})
    sandbox.turn(media_fails=True)
    broken = upload(x, kind="video/mp4", category="tweet_video")
    refusal(x, tweepy.BadRequest, text="動画", media={"media_ids": [broken]})


@pytest.mark.parametrize(
    ("size", "kind", "category"),
    [(5 * 2**20 + 1, "image/png", "tweet_image"), (10, "text/html", "tweet_image"), (10, "image/gif", "tweet_image")],
)
def test_media_of_a_wrong_size_or_kind_are_refused(x: X, size: int, kind: str, category: str) -> None:
    with pytest.raises(tweepy.BadRequest):
        start(x, size, kind, category)


def test_only_replies_in_ones_own_conversation_can_be_hidden(sandbox: Sandbox, x: X, osaka: X) -> None:
    post = x.post("お知らせ")
    reply = sandbox.people.reply(post, "ひどい", handle="taro_renshu")
    deeper = sandbox.people.reply(reply, "そうだ", handle="jiro_renshu")
    for _ in range(2):  # repeatable
        assert x.client.hide_reply(reply).json() == {"data": {"hidden": True}}
    x.client.hide_reply(deeper)
    assert sandbox.people.hidden() == {reply, deeper}
    x.client.unhide_reply(deeper)
    assert sandbox.people.hidden() == {reply}
    with pytest.raises(tweepy.Forbidden):
        osaka.client.hide_reply(reply)
    with pytest.raises(tweepy.Forbidden):
        x.client.hide_reply(post)
    with pytest.raises(tweepy.NotFound):
        x.client.hide_reply("1")


def test_block_is_for_the_enterprise_plan_and_the_list_is_for_everybody(sandbox: Sandbox, x: X, osaka: X) -> None:
    sandbox.people.mention("こんにちは", handle="taro_renshu")
    target = {"target_user_id": sandbox.world.x.visitor("taro_renshu").id}
    with pytest.raises(tweepy.Forbidden) as caught:
        x.call("POST", f"/2/users/{TOKYO.user_id}/blocking", json=target)
    assert caught.value.response.json()["reason"] == "client-not-enrolled"
    assert osaka.call("POST", f"/2/users/{OSAKA.user_id}/blocking", json=target) == {"data": {"blocking": True}}
    sandbox.people.block_by_hand("IMMI_TOKYO", "taro_renshu")
    listed = x.call("GET", f"/2/users/{TOKYO.user_id}/blocking")["data"]
    assert [person["username"] for person in listed] == ["taro_renshu"]


def test_mute_finds_the_own_id_in_the_token(sandbox: Sandbox, x: X) -> None:
    sandbox.people.mention("こんにちは", handle="taro_renshu")
    target = sandbox.world.x.visitor("taro_renshu").id
    assert x.client.mute(target).json() == {"data": {"muting": True}}
    assert sandbox.people.muted("IMMI_TOKYO") == {"taro_renshu"}
    assert x.client.unmute(target).json() == {"data": {"muting": False}}
    assert sandbox.people.muted("IMMI_TOKYO") == set()

"""What practice X shows, to whom, and how much of it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import requests
import tweepy

from bot.sandbox import Sandbox, SettableClock
from tests.sandbox.conftest import THU_10_JST, TOKYO, X

MENTIONS = f"/2/users/{TOKYO.user_id}/mentions"
TIMELINE = f"/2/users/{TOKYO.user_id}/tweets"


def idents(body: dict[str, Any]) -> list[str]:
    return [post["id"] for post in body.get("data", [])]


def found(x: X, query: str, **params: Any) -> list[str]:
    return idents(x.call("GET", "/2/tweets/search/recent", params={"query": query, **params}))


def test_data_is_missing_when_nothing_is_there(x: X) -> None:
    assert x.call("GET", MENTIONS) == {"meta": {"result_count": 0}}


def test_pages_do_not_shift_when_something_new_arrives(sandbox: Sandbox, x: X) -> None:
    post = x.post("お知らせ")
    replies = [sandbox.people.reply(post, f"質問{number}", handle="taro_renshu") for number in range(12)]
    pages: list[str] = []
    params = {"max_results": 5}
    while True:
        body = x.call("GET", MENTIONS, params=params)
        pages += idents(body)
        sandbox.people.reply(post, f"割り込み{len(pages)}", handle="jiro_renshu")
        if "next_token" not in body["meta"]:
            break
        params["pagination_token"] = body["meta"]["next_token"]
    assert pages == replies[::-1]


@pytest.mark.parametrize("params", [{"max_results": 4}, {"max_results": 101}, {"pagination_token": "what"}])
def test_wrong_page_sizes_and_tokens_are_refused(x: X, params: dict[str, Any]) -> None:
    with pytest.raises(tweepy.BadRequest):
        x.call("GET", MENTIONS, params=params)


def test_mentions_reach_back_800_and_no_more(sandbox: Sandbox, x: X) -> None:
    for number in range(805):
        sandbox.people.mention(f"@IMMI_TOKYO {number}", handle="taro_renshu")
    seen, params = 0, {"max_results": 100}
    while True:
        meta = x.call("GET", MENTIONS, params=params)["meta"]
        seen += meta["result_count"]
        if "next_token" not in meta:
            break
        params["pagination_token"] = meta["next_token"]
    assert seen == 800


def test_a_reply_without_the_name_is_found_by_its_conversation_only(sandbox: Sandbox, x: X) -> None:
    post = x.post("お知らせ")
    named = sandbox.people.reply(post, "質問", handle="taro_renshu")
    bare = sandbox.people.reply(post, "独り言", handle="jiro_renshu", mention=False)
    deeper = sandbox.people.reply(bare, "そうだね", handle="saburo_renshu")
    assert idents(x.call("GET", MENTIONS)) == [named]
    assert found(x, f"conversation_id:{post}") == [deeper, bare, named, post]


def test_search_understands_the_operators_of_the_sweep(sandbox: Sandbox, x: X) -> None:
    first, second = x.post("一つ目"), x.post("二つ目")
    reply = sandbox.people.reply(first, "はい 質問です", handle="taro_renshu")
    quote = sandbox.people.quote(second, "見て", handle="jiro_renshu")
    english = sandbox.people.reply(second, "really good", handle="wren_renshu")
    queries = {
        f"conversation_id:{first} OR conversation_id:{second}": {first, second, reply, english},
        f"(conversation_id:{first} OR conversation_id:{second}) is:reply": {reply, english},
        f"conversation_id:{second} -from:IMMI_TOKYO": {english},
        f"in_reply_to_tweet_id:{first}": {reply},
        f"quotes_of_tweet_id:{second}": {quote},
        "to:IMMI_TOKYO lang:ja": {reply},
        "from:jiro_renshu": {quote},
        "from:IMMI_TOKYO -is:retweet": {first, second},
        f"-(from:IMMI_TOKYO OR from:jiro_renshu) conversation_id:{first}": {reply},
        '"質問です"': {reply},
        "from:nobody_renshu": set(),
    }
    assert {query: set(found(x, query)) for query in queries} == queries


@pytest.mark.parametrize("query", ["", "a" * 513, "(from:a", "from:a)", "colour:red", "OR"])
def test_broken_queries_are_refused(x: X, query: str) -> None:
    with pytest.raises(tweepy.BadRequest):
        found(x, query)


def test_search_reaches_back_seven_days_and_refuses_older_bounds(sandbox: Sandbox, clock: SettableClock, x: X) -> None:
    old = x.post("古いお知らせ")
    clock.advance(timedelta(days=7, seconds=1).total_seconds())
    assert found(x, "from:IMMI_TOKYO") == []
    assert idents(x.call("GET", TIMELINE)) == [old]
    with pytest.raises(tweepy.BadRequest, match="since_id"):
        found(x, "from:IMMI_TOKYO", since_id=old)
    sandbox.turn(search_refuses_old_since_id=False)
    assert found(x, "from:IMMI_TOKYO", since_id=old) == []


def test_since_and_until_are_exclusive_and_times_follow_the_clock(clock: SettableClock, x: X) -> None:
    posts = []
    for number in range(5):
        posts.append(x.post(str(number)))
        clock.advance(60)
    assert idents(x.call("GET", TIMELINE, params={"since_id": posts[1], "until_id": posts[4]})) == [posts[3], posts[2]]
    from_two = (THU_10_JST + timedelta(seconds=120)).strftime("%Y-%m-%dT%H:%M:%SZ")
    assert idents(x.call("GET", TIMELINE, params={"start_time": from_two})) == [posts[4], posts[3], posts[2]]


def test_with_a_read_lag_a_young_post_is_not_in_the_lists_yet(sandbox: Sandbox, clock: SettableClock, x: X) -> None:
    sandbox.turn(read_lag_s=120)
    post = x.post("お知らせ")
    assert idents(x.call("GET", TIMELINE)) == []
    assert found(x, "from:IMMI_TOKYO") == []
    assert idents(x.call("GET", "/2/tweets", params={"ids": post})) == [post]
    clock.advance(121)
    assert idents(x.call("GET", TIMELINE)) == [post]


def test_lookups_show_the_gone_beside_the_standing(sandbox: Sandbox, x: X) -> None:
    post = x.post("お知らせ")
    gone = sandbox.people.reply(post, "消します", handle="taro_renshu")
    sandbox.people.delete(gone)
    body = x.call("GET", "/2/tweets", params={"ids": f"{post},{gone},77"})
    assert idents(body) == [post]
    assert [error["resource_id"] for error in body["errors"]] == [gone, "77"]
    assert all(error["type"].endswith("/resource-not-found") for error in body["errors"])


def test_a_visitors_edit_shows_under_the_old_id_as_a_longer_history(sandbox: Sandbox, x: X) -> None:
    reply = sandbox.people.reply(x.post("お知らせ"), "一", handle="taro_renshu")
    newer = sandbox.people.edit(reply, "二")
    old = x.call("GET", "/2/tweets", params={"ids": reply})["data"][0]
    assert old["edit_history_tweet_ids"] == [reply, newer]
    assert idents(x.call("GET", MENTIONS)) == [newer]


def test_protected_and_suspended_authors_are_out_of_sight(sandbox: Sandbox, x: X) -> None:
    post = x.post("お知らせ")
    for handle in ("open_renshu", "shut_renshu", "frozen_renshu"):
        sandbox.people.reply(post, "はい", handle=handle)
    sandbox.people.protect("shut_renshu")
    sandbox.people.suspend("frozen_renshu")
    fields = {"expansions": "author_id"}
    body = x.call("GET", "/2/tweets/search/recent", params={"query": f"conversation_id:{post} is:reply", **fields})
    assert [user["username"] for user in body["includes"]["users"]] == ["open_renshu"]
    assert "errors" in x.call("GET", "/2/users/by/username/frozen_renshu")


@pytest.mark.parametrize(
    ("dialect", "asked", "key"),
    [
        ("tweet", {"tweet.fields": "referenced_tweets"}, "referenced_tweets"),
        ("post", {"expansions": "referenced_posts"}, "referenced_posts"),
        ("mixed", {"tweet.fields": "referenced_tweets"}, "referenced_tweets"),
        ("mixed", {"post.fields": "lang", "expansions": "referenced_posts"}, "referenced_posts"),
    ],
)
def test_both_dialects_are_spoken(sandbox: Sandbox, x: X, dialect: str, asked: dict[str, str], key: str) -> None:
    post = x.post("お知らせ")
    sandbox.people.reply(post, "はい", handle="taro_renshu")
    sandbox.turn(dialect=dialect)
    assert x.call("GET", MENTIONS, params=asked)["data"][0][key] == [{"type": "replied_to", "id": post}]


@pytest.mark.parametrize(("dialect", "word"), [("tweet", "post.fields"), ("post", "tweet.fields")])
def test_a_pure_dialect_refuses_the_other_ones_parameter(sandbox: Sandbox, x: X, dialect: str, word: str) -> None:
    sandbox.turn(dialect=dialect)
    with pytest.raises(tweepy.BadRequest):
        x.call("GET", MENTIONS, params={word: "lang"})


def test_a_long_post_is_cut_and_its_full_text_stands_apart(sandbox: Sandbox, x: X) -> None:
    long = "長い返信です。" * 60
    reply = sandbox.people.reply(x.post("お知らせ"), long, handle="taro_renshu", mention=False)
    post = x.call("GET", f"/2/tweets/{reply}", params={"tweet.fields": "note_tweet"})["data"]
    assert post["text"].endswith("…")
    assert post["note_tweet"]["text"] == long


@pytest.mark.parametrize(
    "changes",
    [
        {"consumer_secret": "wrong"},
        {"access_token_secret": "wrong"},
        {"access_token": f"{TOKYO.user_id}-wrong"},
        {"consumer_key": "wrong"},
    ],
)
def test_a_wrong_signature_is_unauthorized(sandbox: Sandbox, changes: dict[str, str]) -> None:
    wrong = X(sandbox, TOKYO, **changes)
    with pytest.raises(tweepy.Unauthorized):
        wrong.call("GET", "/2/tweets/search/recent", params={"query": "窓口 & 予約 from:a"})
    wrong.wire.close()


def test_a_right_signature_covers_japanese_queries(x: X) -> None:
    assert found(x, "窓口 予約 -from:IMMI_TOKYO 100%") == []


def test_a_request_cannot_be_sent_twice_with_one_nonce(sandbox: Sandbox, x: X) -> None:
    x.post("お知らせ")
    sent = x.wire.answers[-1].request
    with requests.Session() as other:
        other.trust_env = False
        assert other.send(sent).status_code == 401
    assert sandbox.people.creates() == {"IMMI_TOKYO": 1}


def test_tokens_tell_the_accounts_apart_and_die_one_by_one(sandbox: Sandbox, x: X, osaka: X) -> None:
    assert x.call("GET", "/2/users/me")["data"]["username"] == "IMMI_TOKYO"
    assert osaka.call("GET", "/2/users/me")["data"]["username"] == "IMMI_OSAKA"
    sandbox.people.revoke("IMMI_TOKYO")
    with pytest.raises(tweepy.Unauthorized):
        x.call("GET", "/2/users/me")
    sandbox.people.suspend("IMMI_OSAKA")
    with pytest.raises(tweepy.Forbidden) as caught:
        osaka.call("GET", "/2/users/me")
    assert caught.value.response.json()["type"].endswith("/user-suspended")


def test_the_app_alone_reads_and_does_not_write(sandbox: Sandbox, x: X) -> None:
    assert x.call("GET", TIMELINE, user=False)["meta"]["result_count"] == 0
    with pytest.raises(tweepy.Forbidden):
        x.call("POST", "/2/tweets", user=False, json={"text": "a"})
    assert sandbox.people.creates() == {}


def test_limits_count_down_in_headers_and_end_in_429_until_the_window_turns(
    sandbox: Sandbox, clock: SettableClock, x: X
) -> None:
    sandbox.turn(rate_limits={"mentions": {"user": 2}})
    for left in ("1", "0"):
        x.call("GET", MENTIONS)
        assert x.wire.answers[-1].headers["x-rate-limit-remaining"] == left
    with pytest.raises(tweepy.TooManyRequests) as caught:
        x.call("GET", MENTIONS)
    assert caught.value.reset_time == int(THU_10_JST.timestamp()) + 900
    clock.advance(900)
    assert x.call("GET", MENTIONS)


def test_the_days_cap_is_shared_by_all_accounts(sandbox: Sandbox, clock: SettableClock, x: X, osaka: X) -> None:
    sandbox.turn(creates_per_day=2)
    x.post("一")
    osaka.post("二")
    with pytest.raises(tweepy.TooManyRequests) as caught:
        x.post("三")
    assert caught.value.response.headers["x-app-limit-24hour-remaining"] == "0"
    clock.advance(86_400)
    assert x.post("三")


def test_without_credit_everything_is_402(sandbox: Sandbox, x: X) -> None:
    sandbox.turn(credit_usd=0.2)
    x.post("https://www.moj.go.jp/isa/ を見てください")  # 0.20 because of the link
    with pytest.raises(tweepy.HTTPException) as caught:
        x.call("GET", MENTIONS)
    assert caught.value.response.status_code == 402
    assert caught.value.response.json()["type"].endswith("/credits-depleted")

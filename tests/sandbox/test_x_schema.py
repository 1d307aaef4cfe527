"""Every success that practice X emits has the shape that X itself describes."""

from __future__ import annotations

import base64
import json
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import jsonschema
import pytest
import requests

from bot.sandbox import Sandbox, SettableClock
from bot.sandbox.routes import find_route
from bot.sandbox.x.routes import ROUTES
from bot.sandbox.x.words import NEW_WORDS
from tests.sandbox.conftest import OSAKA, TOKYO, X
from tests.sandbox.test_hooks import Receiver

FACTS = json.loads(Path(__file__).with_name("x_schema.json").read_text(encoding="utf-8"))
UNDESCRIBED = {"POST block", "DELETE unblock"}  # Enterprise: not in X's public file
EVERYTHING = {
    "tweet": {
        "tweet.fields": "author_id,conversation_id,created_at,lang,entities,attachments,reply_settings,edit_controls,"
        "note_tweet,possibly_sensitive,in_reply_to_user_id,referenced_tweets,public_metrics",
        "expansions": "author_id,referenced_tweets.id,referenced_tweets.id.author_id,attachments.media_keys,"
        "in_reply_to_user_id,entities.mentions.username",
    },
    "post": {
        "post.fields": "conversation_id,created_at,lang,entities,attachments,reply_settings,edit_controls,note_post,"
        "possibly_sensitive,public_metrics",
        "expansions": "author_id,referenced_posts,edit_history_post_ids,attachments.media_keys,in_reply_to_user_id,"
        "entities.mentions.username",
    },
}
PEOPLE = {
    "user.fields": "id,name,username,verified,verified_type,protected,profile_image_url,parody,created_at,description",
    "media.fields": "alt_text,media_key,type,url,width,height",
}


def in_new_words(value: Any) -> Any:
    if isinstance(value, dict):
        return {NEW_WORDS.get(key, key): in_new_words(item) for key, item in value.items()}
    if isinstance(value, list):
        return [in_new_words(item) for item in value]
    return value


def route_of(answer: requests.Response) -> str:
    path = urlsplit(answer.url).path.removeprefix("/x")
    found = find_route(ROUTES, str(answer.request.method), path)
    assert found is not None
    if found[0].name in ("subscriptions", "webhooks"):
        return f"{found[0].method} {found[0].name}" + ("/replay" if path.endswith("/replay") else "")
    return f"{found[0].method} {found[0].name}"


def check(answer: requests.Response) -> str:
    """Validates one answer and returns its route."""
    route = route_of(answer)
    if route in UNDESCRIBED:
        return route
    validator(route).validate(in_new_words(answer.json()))
    return route


@cache
def validator(route: str) -> jsonschema.Draft202012Validator:
    facts = FACTS["answers"].get(route) or FACTS["answers"][route.partition(" ")[2]]
    return jsonschema.Draft202012Validator({**facts, "$defs": FACTS["$defs"]})


def tour(sandbox: Sandbox, x: X, osaka: X, words: dict[str, str], hook: str) -> None:
    """Every endpoint once, with something in every answer."""
    me, params = TOKYO.user_id, {**words, **PEOPLE}
    started = {"media_type": "image/png", "total_bytes": 4, "media_category": "tweet_image"}
    medium = x.call("POST", "/2/media/upload/initialize", json=started)["data"]
    part = {"media": base64.b64encode(b"\x89PNG").decode(), "segment_index": 0}
    x.call("POST", f"/2/media/upload/{medium['id']}/append", json=part)
    x.call("POST", f"/2/media/upload/{medium['id']}/finalize")
    x.call("GET", "/2/media/upload", params={"command": "STATUS", "media_id": medium["id"]})
    alt = {"id": medium["id"], "metadata": {"alt_text": {"text": "受付時間の表"}}}
    x.call("POST", "/2/media/metadata", json=alt)
    x.call("GET", f"/2/media/{medium['media_key']}", params={"media.fields": "alt_text"})
    post = x.post("詳細は https://www.moj.go.jp/isa/ #在留 & @IMMI_OSAKA", media={"media_ids": [medium["id"]]})
    edited = x.post("詳細は次の頁へ", edit_options={"previous_post_id": post})
    reply = sandbox.people.reply(edited, "ありがとう @IMMI_OSAKA $ABC", handle="taro_renshu", name="太郎")
    sandbox.people.reply(reply, "そうですね", handle="jiro_renshu")
    sandbox.people.quote(edited, "見て", handle="saburo_renshu")
    gone = x.post("消えるお知らせ")
    sandbox.people.reply(gone, "あとで", handle="taro_renshu")
    x.call("DELETE", f"/2/tweets/{gone}")
    x.call("GET", "/2/tweets", params={"ids": f"{edited},{reply},{gone}", **params})
    x.call("GET", f"/2/tweets/{reply}", params=params)
    for path in (f"users/{me}/tweets", f"users/{me}/mentions", f"tweets/{edited}/quote_tweets"):
        x.call("GET", f"/2/{path}", params=params)
    x.call("GET", f"/2/users/{me}/mentions", params={"max_results": 5, "since_id": reply})
    query = {"query": f"conversation_id:{post} OR from:IMMI_TOKYO", "max_results": 10}
    x.call("GET", "/2/tweets/search/recent", params={**query, **params})
    x.call("PUT", f"/2/tweets/{reply}/hidden", json={"hidden": True})
    x.call("GET", "/2/users/me", params=PEOPLE)
    x.call("GET", "/2/users/by/username/taro_renshu", params=PEOPLE)
    x.call("GET", "/2/users/by", params={"usernames": "taro_renshu,nobody_renshu", **PEOPLE})
    for client, own in ((x, me), (osaka, OSAKA.user_id)):
        moderate(sandbox, client, own)
    subscribe(x, hook)


def moderate(sandbox: Sandbox, x: X, me: str) -> None:
    target = sandbox.world.x.visitor("taro_renshu").id
    x.call("POST", f"/2/users/{me}/muting", json={"target_user_id": target})
    x.call("GET", f"/2/users/{me}/muting", params=PEOPLE)
    x.call("DELETE", f"/2/users/{me}/muting/{target}")
    sandbox.people.block_by_hand(x.account.handle, "jiro_renshu")
    x.call("GET", f"/2/users/{me}/blocking", params=PEOPLE)
    if x.account.block_by_api:
        x.call("POST", f"/2/users/{me}/blocking", json={"target_user_id": target})
        x.call("DELETE", f"/2/users/{me}/blocking/{target}")


def subscribe(x: X, hook_url: str) -> None:
    hook = x.call("POST", "/2/webhooks", user=False, json={"url": hook_url})["data"]["id"]
    x.call("GET", "/2/webhooks", user=False)
    x.call("PUT", f"/2/webhooks/{hook}", user=False)
    body = {"event_type": "post.create", "filter": {"user_id": TOKYO.user_id}, "tag": "own", "webhook_id": hook}
    made = x.call("POST", "/2/activity/subscriptions", user=False, json=body)
    ident = made["data"]["subscription"]["subscription_id"]
    x.call("GET", "/2/activity/subscriptions", user=False)
    x.call("PUT", f"/2/activity/subscriptions/{ident}", user=False, json={"tag": "other"})
    span = {"webhook_id": hook, "from_date": "202612030000", "to_date": "202612030200"}
    x.call("POST", "/2/webhooks/replay", user=False, json=span)
    x.call("DELETE", f"/2/activity/subscriptions/{ident}", user=False)
    x.call("DELETE", f"/2/webhooks/{hook}", user=False)


@pytest.mark.parametrize("dialect", ["tweet", "post"])
def test_every_success_of_practice_x_has_the_shape_that_x_describes(
    sandbox: Sandbox, clock: SettableClock, x: X, osaka: X, dialect: str
) -> None:
    sandbox.turn(dialect=dialect, graph_requires_proof=False)
    with Receiver(sandbox.world.app.consumer_secret) as receiver:
        tour(sandbox, x, osaka, EVERYTHING[dialect], receiver.url)

    seen = {check(answer) for answer in (*x.wire.answers, *osaka.wire.answers)}

    wanted = {
        f"{route.method} {route.name}" + ("/replay" if route.template.endswith("/replay") else "") for route in ROUTES
    }
    assert seen == wanted - {"POST media_upload"}  # multipart: its own test


def test_a_picture_uploaded_in_one_call_has_the_described_shape(sandbox: Sandbox, x: X) -> None:
    parts = {"files": {"media": ("a.png", b"\x89PNG", "image/png")}, "data": {"media_category": "tweet_image"}}
    bearer = {"Authorization": f"Bearer {TOKYO.oauth2_token}"}

    answer = x.wire.request("POST", "https://api.x.com/2/media/upload", headers=bearer, **parts)

    assert check(answer) == "POST media_upload"


def test_a_property_that_x_does_not_know_would_fail_the_check() -> None:
    good = {"data": {"id": "1", "name": "n", "username": "u"}}
    validator("GET me").validate(good)
    with pytest.raises(jsonschema.ValidationError):
        validator("GET me").validate({"data": {**good["data"], "hidden": True}})

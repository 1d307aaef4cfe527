"""Handshakes, signatures and envelopes of what the platforms push."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.platforms.webhooks import (
    BODY_LIMIT,
    facebook_challenge,
    facebook_events,
    facebook_signature_ok,
    x_crc_response,
    x_events,
    x_signature_ok,
)

X_VECTOR = "sha256=VlSBXZGlbOjLWQr2Uhhp+s31qSVEWhjS+A+d+f6MKWg="
FACEBOOK_VECTOR = "sha256=5654815d91a56ce8cb590af6521869facdf5a925445a18d2f80f9df9fe8c2968"


def test_x_is_answered_with_the_base64_of_its_token() -> None:
    assert x_crc_response("shh", "abc") == {"response_token": X_VECTOR}


def test_the_known_signatures_fit_their_own_platform_only() -> None:
    assert x_signature_ok("shh", b"abc", X_VECTOR)
    assert facebook_signature_ok("shh", b"abc", FACEBOOK_VECTOR)
    assert not x_signature_ok("shh", b"abc", FACEBOOK_VECTOR)
    assert not facebook_signature_ok("shh", b"abc", X_VECTOR)


@pytest.mark.parametrize("header", ["", "sha256=", "sha1=abc", "\ud800", "署名", X_VECTOR + "\n", X_VECTOR.lower()])
def test_other_signatures_are_refused(header: str) -> None:
    assert not x_signature_ok("shh", b"abc", header)
    assert not facebook_signature_ok("shh", b"abc", header)


def test_without_a_secret_nothing_is_genuine() -> None:
    empty_x, empty_facebook = x_crc_response("", "abc")["response_token"], "sha256=" + "0" * 64
    assert not x_signature_ok("", b"abc", empty_x)
    assert not facebook_signature_ok("", b"abc", empty_facebook)


def test_the_signature_covers_the_raw_bytes() -> None:
    """Meta escapes letters beyond ASCII in what it signs."""
    escaped, plain = b'{"message":"\\u3042"}', '{"message":"あ"}'.encode()
    signature = "sha256=" + __import__("hmac").new(b"shh", escaped, "sha256").hexdigest()
    assert facebook_signature_ok("shh", escaped, signature)
    assert not facebook_signature_ok("shh", plain, signature)


SUBSCRIBE = {"hub.mode": "subscribe", "hub.verify_token": "ours", "hub.challenge": "1158201444"}


def test_facebooks_handshake_is_answered_with_its_challenge() -> None:
    assert facebook_challenge("ours", SUBSCRIBE) == "1158201444"


@pytest.mark.parametrize(
    ("token", "query"),
    [
        ("ours", {**SUBSCRIBE, "hub.verify_token": "theirs"}),
        ("ours", {**SUBSCRIBE, "hub.mode": "unsubscribe"}),
        ("ours", {}),
        ("", {**SUBSCRIBE, "hub.verify_token": ""}),
    ],
)
def test_a_foreign_handshake_is_not_answered(token: str, query: dict[str, str]) -> None:
    assert facebook_challenge(token, query) is None


def x_delivery(**changes: Any) -> dict[str, Any]:
    payload = {
        "id": 1990000000000000001,
        "id_str": "1990000000000000001",
        "text": "1 &lt; 2",
        "author_id": "77",
        "created_at": "2026-12-03T01:00:00.000Z",
        "conversation_id": "1980000000000000001",
        "in_reply_to_tweet_id": "1980000000000000001",
        "referenced_tweets": [{"type": "replied_to", "id": "1980000000000000001"}],
        "edit_history_tweet_ids": ["1990000000000000001"],
    }
    data = {
        "event_uuid": -7181182,
        "event_type": "post.reply.create",
        "filter": {"user_id": "42"},
        "payload": payload,
        "includes": {"users": [{"id": "77", "name": "訪問者", "username": "visitor"}]},
    }
    return {"data": {**data, **changes}}


def raw(envelope: Any) -> bytes:
    return json.dumps(envelope).encode()


def test_a_reply_is_read_with_its_author() -> None:
    event = x_events(raw(x_delivery()))[0]

    assert (event.name, event.account_id, event.actor_id, event.own) == ("post.reply.create", "42", "77", False)
    assert event.reply is not None
    assert (event.reply.platform_id, event.reply.text) == ("1990000000000000001", "1 < 2")
    assert (event.reply.author_handle, event.reply.parent_id) == ("visitor", "1980000000000000001")
    assert event.at == datetime(2026, 12, 3, 1, tzinfo=UTC)


def test_included_people_are_found_wherever_x_puts_them() -> None:
    inside = x_delivery()
    users = inside["data"].pop("includes")
    for envelope in ({**inside, "includes": users}, x_delivery()):
        event = x_events(raw(envelope))[0]
        assert event.reply is not None
        assert event.reply.author_handle == "visitor"


def test_a_post_delivered_twice_has_one_key_even_under_two_event_numbers() -> None:
    first, second = (x_events(raw(x_delivery(event_uuid=number)))[0].key for number in (-1, 2))
    assert first == second


def test_an_event_without_a_number_still_has_a_stable_key() -> None:
    delivery = x_delivery(event_type="block.block", payload={"source": {"id": "42"}, "target": {"id": "77"}})
    del delivery["data"]["event_uuid"]

    first, again = x_events(raw(delivery))[0], x_events(raw(delivery))[0]

    assert first.key == again.key
    assert (first.object_id, first.actor_id, first.own, first.reply) == ("77", "42", True, None)


def test_our_own_post_comes_back_as_a_confirmation() -> None:
    delivery = x_delivery(event_type="post.create", filter={"user_id": "77"})
    assert x_events(raw(delivery))[0].own is True


def facebook_delivery(**changes: Any) -> dict[str, Any]:
    value = {
        "item": "comment",
        "verb": "add",
        "comment_id": "100_7",
        "post_id": "42_100",
        "parent_id": "42_100",
        "from": {"id": "77", "name": "訪問者"},
        "message": "何時からですか",
        "created_time": 1796259600,
        **changes,
    }
    value = {name: each for name, each in value.items() if each is not None}
    change = {"field": "feed", "value": value}
    return {"object": "page", "entry": [{"id": "42", "time": 1796259601, "changes": [change]}]}


def test_a_comment_is_read_with_its_author() -> None:
    event = facebook_events(raw(facebook_delivery()))[0]

    assert (event.name, event.account_id, event.object_id, event.own) == ("comment.add", "42", "100_7", False)
    assert event.reply is not None
    assert (event.reply.text, event.reply.author_name) == ("何時からですか", "訪問者")
    assert event.reply.conversation_id == "42_100"


def test_the_pages_own_doing_is_marked_as_own() -> None:
    hidden = facebook_events(raw(facebook_delivery(verb="hide", **{"from": {"id": "42"}})))[0]
    posted = facebook_events(raw(facebook_delivery(item="status", comment_id=None, **{"from": {"id": "42"}})))[0]
    assert (hidden.own, hidden.reply) == (True, None)
    assert (posted.own, posted.object_id, posted.name) == (True, "42_100", "status.add")


def test_a_withheld_author_is_normal_and_not_our_own() -> None:
    event = facebook_events(raw(facebook_delivery(**{"from": None})))[0]
    assert (event.actor_id, event.own) == ("", False)


def test_old_samples_name_the_sender_otherwise() -> None:
    event = facebook_events(raw(facebook_delivery(sender_id=77, sender_name="訪問者", **{"from": None})))[0]
    assert event.actor_id == "77"
    assert event.reply is not None
    assert event.reply.author_name == "訪問者"


def test_a_comment_an_edit_and_a_removal_have_three_keys_and_a_repeat_has_none_new() -> None:
    deliveries = [facebook_delivery(verb=verb) for verb in ("add", "edited", "remove", "add")]
    assert len({facebook_events(raw(each))[0].key for each in deliveries}) == 3


def test_a_thousand_changes_fit_into_one_delivery() -> None:
    many = facebook_delivery()
    many["entry"][0]["changes"] *= 1000
    assert len(facebook_events(raw(many))) == 1000


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b"[]",
        b"{",
        b'{"object":"user","entry":[{}]}',
        b'{"object":"page","entry":{"a":1}}',
        b'{"object":"page","entry":[{"changes":[{"field":"feed","value":7},{"field":"mention","value":{}}]}]}',
        b'{"data":7}',
        b'{"data":{"event_type":""}}',
        b"[" * 100_000,
        b" " * (BODY_LIMIT + 1),
        b"\xff\xfe",
    ],
)
def test_what_is_no_event_gives_none_and_never_fails(body: bytes) -> None:
    assert x_events(body) == ()
    assert facebook_events(body) == ()


JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


@given(JUNK, JUNK, JUNK)
def test_no_envelope_breaks_the_reading(one: Any, two: Any, three: Any) -> None:
    x_events(raw(x_delivery(payload=one, filter=two, includes=three)))
    for odd in (one, two, three):
        payload = {"text": odd, "id": two, "entities": {"urls": odd}, "referenced_tweets": odd, "note_tweet": odd}
        payload |= {"attachments": {"media_keys": odd}, "edit_history_tweet_ids": odd, "created_at": odd}
        x_events(raw(x_delivery(payload=payload, includes={"users": odd, "media": odd})))
    facebook_events(raw(facebook_delivery(**{"from": one, "message": two, "created_time": three})))
    facebook_events(raw({"object": "page", "entry": one}))

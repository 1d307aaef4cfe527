"""One test per trap of tweepy 4.17 and of X that the adapter has to step over."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from bot.domain.accounts import Platform
from bot.domain.errors import PlatformError, RateLimited, Rejected
from bot.domain.posts import Content
from bot.platforms import Dialect, X
from bot.platforms.transport import CONNECT_S, READ_S, Transport
from bot.platforms.x.client import BASE_URL
from bot.sandbox import Sandbox, SettableClock
from tests.platforms.canned import Canned, Reply, as_json
from tests.platforms.stage import OSAKA, THU_10_JST, TOKYO, account, x_adapter

IMMI_TOKYO = account("IMMI_TOKYO", Platform.X)
IMMI_OSAKA = account("IMMI_OSAKA", Platform.X)
CREATED = as_json(201, {"data": {"id": "1990000000000000001", "text": "はい"}})


@pytest.fixture
def x(canned: Canned, clock: SettableClock) -> Iterator[X]:
    adapter = x_adapter(canned.url, clock)
    yield adapter
    adapter.close()


@pytest.fixture
def practice(sandbox: Sandbox, clock: SettableClock) -> Iterator[X]:
    adapter = x_adapter(sandbox.urls.x, clock)
    yield adapter
    adapter.close()


def test_the_fixed_host_is_replaced_and_the_base_path_kept(canned: Canned, x: X) -> None:
    canned.answers(CREATED)
    x.publish(IMMI_TOKYO, Content("はい"), ())
    assert [each.target for each in canned.arrived] == ["/base/2/tweets"]


def test_without_a_base_url_the_documented_host_is_used() -> None:
    assert BASE_URL == "https://api.x.com"
    rewritten = Transport(BASE_URL).rewritten("https://api.twitter.com/2/tweets?ids=1")
    assert rewritten == "https://api.x.com/2/tweets?ids=1"


def test_the_signature_fits_the_rewritten_address(practice: X) -> None:
    """The practice platform checks OAuth 1.0a signatures over the address as received."""
    assert practice.whoami(IMMI_TOKYO).handle == "IMMI_TOKYO"


def test_every_call_waits_a_bounded_time() -> None:
    assert Transport(BASE_URL).timeout == (CONNECT_S, READ_S) == (5.0, 30.0)


def test_a_redirect_is_not_followed(canned: Canned, x: X) -> None:
    canned.answers(Reply(307, b"", {"location": f"{canned.url}/2/tweets"}), CREATED)
    with pytest.raises(PlatformError):
        x.publish(IMMI_TOKYO, Content("はい"), ())
    assert len(canned.arrived) == 1


def test_a_429_is_neither_slept_through_nor_sent_again(canned: Canned, x: X) -> None:
    canned.answers(as_json(429, {"title": "Too Many Requests"}), CREATED)
    with pytest.raises(RateLimited):
        x.publish(IMMI_TOKYO, Content("はい"), ())
    assert len(canned.arrived) == 1


def test_a_create_opens_its_own_connection(canned: Canned, x: X) -> None:
    canned.answers(CREATED)
    for _ in range(3):
        x.publish(IMMI_TOKYO, Content("はい"), ())
    assert len({each.port for each in canned.arrived}) == 3


def test_odd_budget_headers_never_stop_a_call(canned: Canned, x: X) -> None:
    odd = {"x_rate_limit_limit": "many", "x_rate_limit_remaining": "-1", "x_app_limit_24hour_limit": "9" * 40}
    canned.answers(as_json(201, {"data": {"id": "1990", "text": "はい"}}, **odd))
    assert x.publish(IMMI_TOKYO, Content("はい"), ()).budgets == ()


def test_budgets_are_read_from_headers_also_on_success(canned: Canned, x: X) -> None:
    headers = {"x_rate_limit_limit": "100", "x_rate_limit_remaining": "99", "x_rate_limit_reset": "1796263200"}
    canned.answers(as_json(201, {"data": {"id": "1990"}}, x_transaction_id="abc", **headers))

    receipt = x.publish(IMMI_TOKYO, Content("はい"), ())

    assert [(each.name, each.limit, each.remaining) for each in receipt.budgets] == [("create", 100, 99)]
    assert (receipt.status, receipt.trace) == (201, "abc")


def test_each_account_speaks_with_its_own_token_also_from_several_threads(practice: X, sandbox: Sandbox) -> None:
    accounts = [IMMI_TOKYO, IMMI_OSAKA] * 4

    def post(number: int) -> None:
        practice.publish(accounts[number], Content(f"お知らせ {number}"), ())

    threads = [threading.Thread(target=post, args=(number,)) for number in range(len(accounts))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    wrote = {(seen.account, int(seen.text.split()[1]) % 2) for seen in sandbox.people.posts()}
    assert wrote == {("IMMI_TOKYO", 0), ("IMMI_OSAKA", 1)}


@pytest.mark.parametrize(
    ("sent", "spoken"),
    [(Dialect.TWEET, "tweet"), (Dialect.POST, "post"), (Dialect.TWEET, "mixed"), (Dialect.POST, "mixed")],
)
def test_either_dialect_can_be_spoken(sandbox: Sandbox, clock: SettableClock, sent: Dialect, spoken: str) -> None:
    sandbox.turn(dialect=spoken)
    speaker = x_adapter(sandbox.urls.x, clock, dialect=sent)
    post = speaker.publish(IMMI_TOKYO, Content("はい"), ()).platform_id
    reply = sandbox.people.reply(post, "何時から", handle="visitor")

    found = speaker.look(IMMI_TOKYO, [reply]).present

    assert [(each.parent_id, each.conversation_id, each.kind) for each in found] == [(post, post, "reply")]
    assert found[0].author_handle == "visitor"
    speaker.close()


@pytest.mark.parametrize("refs", ["referenced_tweets", "referenced_posts"])
@pytest.mark.parametrize("chain", ["edit_history_tweet_ids", "edit_history_post_ids"])
def test_both_dialects_are_read_whichever_was_asked_for(canned: Canned, x: X, refs: str, chain: str) -> None:
    row = {"id": "9", "text": "はい", refs: [{"type": "quoted", "id": "5"}], chain: ["8", "9"]}
    canned.answers(as_json(200, {"data": [row]}))

    found = x.look(IMMI_TOKYO, ["8"]).present

    assert [(each.platform_id, each.kind, each.parent_id) for each in found] == [("8", "quote", "5")]


def test_an_edit_history_with_an_empty_id_is_survived(canned: Canned, x: X) -> None:
    """Seen in a live answer."""
    canned.answers(as_json(200, {"data": [{"id": "9", "text": "はい", "edit_history_tweet_ids": [""]}]}))
    assert [each.platform_id for each in x.look(IMMI_TOKYO, ["9"]).present] == ["9"]


def test_the_sent_words_are_those_of_the_setting(canned: Canned, clock: SettableClock) -> None:
    for dialect, word, other in (
        (Dialect.TWEET, "tweet.fields", "post.fields"),
        (Dialect.POST, "post.fields", "tweet.fields"),
    ):
        canned.answers(as_json(200, {"data": []}))
        speaker = x_adapter(canned.url, clock, dialect=dialect)
        speaker.look(IMMI_TOKYO, ["1"])
        asked = parse_qs(urlsplit(canned.arrived[0].target).query)
        assert word in asked
        assert other not in asked
        speaker.close()


def test_an_edited_reply_shows_its_newest_words_under_the_known_id(practice: X, sandbox: Sandbox) -> None:
    post = practice.publish(IMMI_TOKYO, Content("はい"), ()).platform_id
    reply = sandbox.people.reply(post, "前の言葉", handle="visitor")
    newer = sandbox.people.edit(reply, "後の言葉")

    looked = practice.look(IMMI_TOKYO, [reply])

    assert newer != reply
    assert [(each.platform_id, each.text.endswith("後の言葉")) for each in looked.present] == [(reply, True)]


def test_an_edited_own_post_shows_all_its_versions(practice: X, sandbox: Sandbox) -> None:
    post = practice.publish(IMMI_TOKYO, Content("前"), ()).platform_id
    newer = sandbox.people.edit(post, "後")

    seen = practice.own_posts(IMMI_TOKYO, since=THU_10_JST).posts[0]

    assert {post, newer} <= {seen.platform_id, *seen.versions}


def test_a_long_posts_whole_text_comes_from_its_note(canned: Canned, x: X) -> None:
    whole = "あ" * 400
    for note in ("note_tweet", "note_post"):
        canned.answers(as_json(200, {"data": [{"id": "7", "text": "あ" * 139 + "…", note: {"text": whole}}]}))
        assert x.look(IMMI_TOKYO, ["7"]).present[0].text == whole


def test_a_missing_data_key_is_an_empty_list(canned: Canned, x: X) -> None:
    canned.answers(as_json(200, {"meta": {"result_count": 0}}))
    timeline = x.own_posts(IMMI_TOKYO, since=THU_10_JST)
    assert (timeline.posts, timeline.complete) == ((), True)


def test_errors_beside_a_200_tell_what_is_gone_but_not_what_merely_failed(canned: Canned, x: X) -> None:
    base = "https://api.twitter.com/2/problems/"
    errors = [
        {"resource_id": "1", "type": f"{base}resource-not-found"},
        {"value": "2", "type": f"{base}not-authorized-for-resource"},
        {"resource_id": "3", "type": f"{base}internal-error"},
        "odd",
    ]
    canned.answers(as_json(200, {"errors": errors}))

    looked = x.look(IMMI_TOKYO, ["1", "2", "3", "4"])

    assert (looked.present, looked.gone) == ((), ("1", "2"))


def test_many_replies_are_looked_at_in_hundreds(canned: Canned, x: X) -> None:
    canned.answers(as_json(200, {}))
    x.look(IMMI_TOKYO, [str(number) for number in range(1, 251)])
    sizes = [len(parse_qs(urlsplit(each.target).query)["ids"][0].split(",")) for each in canned.arrived]
    assert sizes == [100, 100, 50]


def test_the_reply_markup_is_undone(practice: X, sandbox: Sandbox) -> None:
    post = practice.publish(IMMI_TOKYO, Content("はい"), ()).platform_id
    reply = sandbox.people.reply(post, "<b>1 & 2</b> https://evil.example/a", handle="visitor")
    assert practice.look(IMMI_TOKYO, [reply]).present[0].text == "@IMMI_TOKYO <b>1 & 2</b> https://evil.example/a"


def test_block_goes_to_the_enterprise_endpoint_that_tweepy_lacks(practice: X, sandbox: Sandbox) -> None:
    post = practice.publish(IMMI_TOKYO, Content("はい"), ()).platform_id
    sandbox.people.reply(post, "脅し", handle="visitor")
    practice.block(IMMI_TOKYO, sandbox.world.x.visitor("visitor", "").id)
    assert sandbox.people.blocked("IMMI_TOKYO") == {"visitor"}


def test_a_plan_without_block_says_so(practice: X, sandbox: Sandbox) -> None:
    assert not OSAKA.block_by_api
    visitor = sandbox.world.x.visitor("visitor", "").id
    with pytest.raises(Rejected) as told:
        practice.block(IMMI_OSAKA, visitor)
    assert told.value.kind == "plan"


def test_a_block_by_hand_is_proved_by_the_block_list(practice: X, sandbox: Sandbox) -> None:
    sandbox.people.block_by_hand("IMMI_OSAKA", "visitor")
    visitor = sandbox.world.x.visitor("visitor", "").id
    assert practice.read_back(IMMI_OSAKA, "", visitor).blocked is True


def test_a_2xx_that_does_not_confirm_the_action_is_unclear(canned: Canned, x: X) -> None:
    calls: dict[str, Any] = {"hide": {"hidden": False}, "unhide": {}, "block": {"blocking": "true"}, "withdraw": {}}
    for verb, data in calls.items():
        canned.answers(as_json(200, {"data": data}))
        with pytest.raises(PlatformError) as told:
            getattr(x, verb)(IMMI_TOKYO, "99")
        assert type(told.value).__name__ == "Unclear"


def test_the_own_id_comes_from_the_token_not_from_the_handle(canned: Canned, x: X) -> None:
    canned.answers(as_json(200, {}))
    x.own_posts(IMMI_TOKYO, since=THU_10_JST)
    assert f"/2/users/{TOKYO.user_id}/tweets" in canned.arrived[0].target


def test_the_body_of_a_create_holds_only_what_x_knows(canned: Canned, x: X) -> None:
    canned.answers(CREATED)
    x.publish(IMMI_TOKYO, Content("点検", link="https://www.moj.go.jp/isa/"), ())
    assert json.loads(canned.arrived[0].body) == {"text": "点検\nhttps://www.moj.go.jp/isa/"}

"""Comments on Facebook: reading, looking again, hiding, deleting, blocking."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

import pytest

from bot.domain.accounts import Platform
from bot.domain.errors import Rejected
from bot.domain.posts import Content
from bot.platforms import Facebook
from bot.sandbox import Sandbox, SettableClock
from tests.platforms.canned import Arrived, Canned, as_json
from tests.platforms.stage import (
    account,
    facebook_adapter,
)

PAGE = account("nagoya.nyukan.support", Platform.FACEBOOK)


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


def query(arrived: Arrived) -> dict[str, list[str]]:
    return parse_qs(urlsplit(arrived.target).query)


def test_a_block_map_with_false_is_no_block(practice: Facebook, sandbox: Sandbox) -> None:
    post = practice.publish(PAGE, Content("はい"), ()).platform_id
    sandbox.people.comment(post, "脅し", name="Visitor")
    author = sandbox.world.graph.visitor("Visitor")
    sandbox.turn(graph_unblockable=[author])

    with pytest.raises(Rejected) as told:
        practice.block(PAGE, author)

    assert told.value.code == "block-refused"
    assert practice.read_back(PAGE, "", author).blocked is False


def test_a_comment_without_author_is_normal(practice: Facebook, sandbox: Sandbox) -> None:
    post = practice.publish(PAGE, Content("はい"), ()).platform_id
    sandbox.people.comment(post, "匿名", name="Visitor", anonymous=True)
    page = practice.replies(PAGE, f"comments:{post}", "")
    assert [(each.text, each.author_id, each.author_name) for each in page.replies] == [("匿名", "", "")]


def test_a_comment_may_be_only_an_attachment(practice: Facebook, sandbox: Sandbox) -> None:
    post = practice.publish(PAGE, Content("はい"), ()).platform_id
    sandbox.people.comment(post, "", name="Visitor", attachment_url="https://pictures.example/a.png")
    page = practice.replies(PAGE, f"comments:{post}", "")
    assert [(each.text, each.attachments) for each in page.replies] == [("", ("photo:https://pictures.example/a.png",))]


def test_the_pages_own_comments_are_no_replies(practice: Facebook, sandbox: Sandbox) -> None:
    post = practice.publish(PAGE, Content("はい"), ()).platform_id
    practice._pages.post(PAGE, f"{post}/comments", message="ご案内")
    assert practice.replies(PAGE, f"comments:{post}", "").replies == ()


def test_comments_are_asked_for_flat_and_in_the_order_of_time(canned: Canned, page: Facebook) -> None:
    canned.answers(as_json(200, {"data": []}))
    page.replies(PAGE, "comments:1_2", '{"since":1796259600,"page":"","top":0,"seen":0,"swept":0}')
    asked = query(canned.arrived[0])
    assert {name: asked[name] for name in ("filter", "order", "since", "limit")} == {
        "filter": ["stream"],
        "order": ["chronological"],
        "since": ["1796259600"],
        "limit": ["100"],
    }


def test_one_missing_comment_does_not_hide_the_others(practice: Facebook, sandbox: Sandbox) -> None:
    """Graph refuses the whole set for one id that is gone."""
    post = practice.publish(PAGE, Content("はい"), ()).platform_id
    comments = [sandbox.people.comment(post, f"返信 {number}", name="Visitor") for number in range(70)]
    gone = {comments[3], comments[60], comments[69]}
    for each in gone:
        sandbox.people.delete(each)

    looked = practice.look(PAGE, comments)

    assert set(looked.gone) == gone
    assert [each.platform_id for each in looked.present] == [each for each in comments if each not in gone]


def test_an_id_that_would_change_the_path_is_refused(canned: Canned, page: Facebook) -> None:
    for evil in ("../me", "1/feed", "1?x=1", "", "1_2#", "ａ"):
        with pytest.raises(Rejected):
            page.withdraw(PAGE, evil)
    assert canned.arrived == []


def test_deleting_what_is_gone_is_done_but_unhiding_it_is_not(canned: Canned, page: Facebook) -> None:
    missing = {"error": {"code": 100, "error_subcode": 33, "message": "Object does not exist"}}
    canned.answers(as_json(400, missing))
    page.delete_reply(PAGE, "1_2")
    page.hide(PAGE, "1_2")
    with pytest.raises(Rejected):
        page.unhide(PAGE, "1_2")

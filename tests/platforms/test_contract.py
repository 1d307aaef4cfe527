"""What every platform behind the port does, shown over HTTP against the practice platforms."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.domain.accounts import Platform
from bot.domain.errors import Kind, Rejected, Unclear
from bot.domain.normal_form import came_back_as_sent, sent_form
from bot.domain.ports import SeenReply
from bot.domain.posts import Content, Media
from tests.platforms.stage import NOTHING, PNG, STRANGER, THU_10_JST, Stage

NOTICE = Content("12月8日(火)は<システム>点検 & 停止\n10時から15時まで", link="https://www.moj.go.jp/isa/tenken")
AGO = THU_10_JST - timedelta(hours=1)


class TestPlatformContract:
    def test_a_token_tells_whose_it_is(self, stage: Stage) -> None:
        me = stage.platform.whoami(stage.account)

        assert me.platform_id
        assert me.handle.casefold() == stage.account.key
        assert stage.platform.resolve(stage.account, f"@{stage.account.handle}").platform_id == me.platform_id

    def test_a_handle_of_nobody_is_gone(self, stage: Stage) -> None:
        with pytest.raises(Rejected) as told:
            stage.platform.resolve(stage.account, "nobody_at_all")
        assert told.value.kind is Kind.GONE

    def test_what_is_published_stands_once_on_the_own_timeline_in_normal_form(self, stage: Stage) -> None:
        receipt = stage.platform.publish(stage.account, NOTICE, ())

        timeline = stage.platform.own_posts(stage.account, since=AGO)
        assert timeline.complete
        assert [(post.platform_id, post.text) for post in timeline.posts] == [(receipt.platform_id, sent_form(NOTICE))]
        assert timeline.posts[0].created_at == THU_10_JST
        assert came_back_as_sent(NOTICE, receipt.text, Platform(stage.platform.name))
        assert receipt.permalink.startswith("https://")

    def test_the_timeline_shows_the_baseline_post_so_that_a_reader_knows_it_is_healthy(self, stage: Stage) -> None:
        first = stage.platform.publish(stage.account, Content("一つ目"), ()).platform_id
        stage.clock.advance(7200)
        second = stage.platform.publish(stage.account, Content("二つ目"), ()).platform_id

        posts = stage.platform.own_posts(stage.account, since=stage.clock(), after_id=first).posts
        assert [post.platform_id for post in posts] == [second, first]

    def test_a_lost_answer_is_unclear_and_the_timeline_knows_better(self, stage: Stage) -> None:
        stage.lose_next_answer()

        with pytest.raises(Unclear):
            stage.platform.publish(stage.account, NOTICE, ())

        posts = stage.platform.own_posts(stage.account, since=AGO).posts
        assert [post.text for post in posts] == [sent_form(NOTICE)]
        assert stage.creates() == 1

    def test_a_picture_travels_with_its_alt_text(self, stage: Stage) -> None:
        content = replace(NOTICE, media=(Media("map.png", "0" * 64, "image/png", "地図"),))
        uploaded = stage.platform.upload(stage.account, PNG, "image/png", "地図")

        stage.platform.publish(stage.account, content, [uploaded])

        post = stage.platform.own_posts(stage.account, since=AGO).posts[0]
        assert (uploaded.alt, post.media, post.text) == ("地図", 1, sent_form(content))

    def test_withdrawing_twice_is_withdrawing_once(self, stage: Stage) -> None:
        post = stage.platform.publish(stage.account, NOTICE, ()).platform_id

        stage.platform.withdraw(stage.account, post)
        stage.platform.withdraw(stage.account, post)

        assert stage.platform.own_posts(stage.account, since=AGO).posts == ()

    def test_sweeps_find_replies_at_every_depth_and_keep_who_and_where(self, stage: Stage) -> None:
        post = stage.platform.publish(stage.account, NOTICE, ()).platform_id
        first = stage.says(post, "何時からですか")
        second = stage.says(first, "10時からと書いてあります")

        found: dict[str, SeenReply] = {}
        for source in stage.platform.sources(stage.account, [post]):
            page = stage.platform.replies(stage.account, source, "")
            found |= {each.platform_id: each for each in page.replies}

        assert set(found) == {first, second}
        assert found[second].parent_id == first
        assert found[second].conversation_id == post
        assert found[second].author_id == stage.author_of(second)
        assert found[first].text.endswith("何時からですか")
        assert found[first].created_at == THU_10_JST

    def test_a_settled_sweep_brings_what_is_new(self, stage: Stage) -> None:
        post = stage.platform.publish(stage.account, NOTICE, ()).platform_id
        cursors: dict[str, str] = {}
        early = stage.says(post, "ありがとうございます")
        stage.clock.advance(600)
        assert early in stage.sweep([post], cursors)
        stage.clock.advance(600)
        later = stage.says(post, "了解です")

        assert later in stage.sweep([post], cursors)
        assert stage.sweep([], cursors) in ([], [later])

    def test_a_sweep_that_dies_between_two_pages_loses_nothing(self, stage: Stage) -> None:
        post = stage.platform.publish(stage.account, NOTICE, ()).platform_id
        said = set()
        for number in range(130):
            stage.clock.advance(1)
            said.add(stage.says(post, f"返信 {number}"))
        cursors: dict[str, str] = {}

        before = stage.sweep([post], cursors, pages=1)
        stage.clock.advance(3600)
        during = stage.says(post, "その間の返信")
        after = stage.sweep([post], cursors)
        last = stage.sweep([post], cursors)

        assert said | {during} == {*before, *after, *last}
        assert len(before) == 100

    def test_an_unreadable_cursor_starts_from_the_beginning(self, stage: Stage) -> None:
        post = stage.platform.publish(stage.account, NOTICE, ()).platform_id
        reply = stage.says(post, "はい")
        cursors = dict.fromkeys(stage.platform.sources(stage.account, [post]), '{"since": "x"')

        assert reply in stage.sweep([post], cursors)

    def test_looking_again_tells_what_stands_and_what_is_gone(self, stage: Stage) -> None:
        post = stage.platform.publish(stage.account, NOTICE, ()).platform_id
        standing, gone = stage.says(post, "残る"), stage.says(post, "消える")
        stage.vanish(gone)

        looked = stage.platform.look(stage.account, [standing, gone])

        assert [each.platform_id for each in looked.present] == [standing]
        assert looked.gone == (gone,)
        assert stage.platform.look(stage.account, []).present == ()

    def test_hiding_may_be_repeated_and_undone(self, stage: Stage) -> None:
        post = stage.platform.publish(stage.account, NOTICE, ()).platform_id
        reply = stage.says(post, "ひどい言葉")

        stage.platform.hide(stage.account, reply)
        stage.platform.hide(stage.account, reply)

        seen = stage.platform.read_back(stage.account, reply, "")
        assert (seen.stranger, seen.author, seen.blocked) == (None if stage.is_x else False, True, None)
        stage.platform.unhide(stage.account, reply)
        assert stage.platform.read_back(stage.account, reply, "").stranger is (None if stage.is_x else True)

    def test_hiding_what_its_author_deleted_is_done(self, stage: Stage) -> None:
        post = stage.platform.publish(stage.account, NOTICE, ()).platform_id
        reply = stage.says(post, "消します")
        stage.vanish(reply)

        stage.platform.hide(stage.account, reply)

        seen = stage.platform.read_back(stage.account, reply, "")
        assert (seen.stranger, seen.author, seen.agency) == (False, False, False)

    def test_deleting_a_reply_exists_on_facebook_only(self, stage: Stage) -> None:
        post = stage.platform.publish(stage.account, NOTICE, ()).platform_id
        reply = stage.says(post, "個人情報")

        if stage.is_x:
            with pytest.raises(Rejected) as told:
                stage.platform.delete_reply(stage.account, reply)
            assert told.value.kind is Kind.PLAN
            return
        stage.platform.delete_reply(stage.account, reply)
        stage.platform.delete_reply(stage.account, reply)
        assert stage.platform.look(stage.account, [reply]).gone == (reply,)

    def test_a_block_is_proved_by_the_block_list_and_may_be_lifted(self, stage: Stage) -> None:
        post = stage.platform.publish(stage.account, NOTICE, ()).platform_id
        author = stage.author_of(stage.says(post, "脅し"))

        stage.platform.block(stage.account, author)
        stage.platform.block(stage.account, author)
        assert stage.platform.read_back(stage.account, "", author).blocked is True

        stage.platform.unblock(stage.account, author)
        stage.platform.unblock(stage.account, author)
        assert stage.platform.read_back(stage.account, "", author).blocked is False

    @pytest.mark.parametrize("verb", ["hide", "unhide", "delete_reply", "block", "unblock"])
    def test_what_the_roster_does_not_allow_is_never_called(self, stage: Stage, verb: str) -> None:
        tied = replace(stage.account, capabilities=NOTHING)

        with pytest.raises(Rejected) as told:
            getattr(stage.platform, verb)(tied, STRANGER)

        assert told.value.kind is Kind.PLAN

"""Every reply is found once stored; gaps are told; X's limits of reach are respected."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest

from bot.domain.accounts import Platform
from bot.domain.errors import BadInput, NotSent
from bot.domain.posts import Content
from bot.platforms import X
from bot.platforms.cursors import load
from bot.platforms.times import first_id_at, minted_at
from bot.platforms.x import sweep
from bot.sandbox import Sandbox, SettableClock
from tests.platforms.canned import Canned, as_json
from tests.platforms.stage import THU_10_JST, account, x_adapter

TOKYO = account("IMMI_TOKYO", Platform.X)
DAY = timedelta(days=1)


def ids_of(day: int, number: int) -> list[str]:
    start = first_id_at(THU_10_JST + DAY * day)
    return [str(start + step) for step in range(number)]


@pytest.fixture
def x(sandbox: Sandbox, clock: SettableClock) -> Iterator[X]:
    adapter = x_adapter(sandbox.urls.x, clock)
    yield adapter
    adapter.close()


def all_pages(x: X, source: str, cursor: str = "") -> tuple[set[str], str, bool]:
    found: set[str] = set()
    gap, more = False, True
    while more:
        page = x.replies(TOKYO, source, cursor)
        found |= {each.platform_id for each in page.replies}
        cursor, more, gap = page.cursor, page.more, gap or page.gap
    return found, cursor, gap


def test_no_query_is_longer_than_x_allows() -> None:
    recent = [each for day in range(7) for each in ids_of(day, 40)]
    named = sweep.sources(recent)
    queries = [sweep.query(each) for each in named if each != sweep.MENTIONS]
    assert max(map(len, queries)) <= 512
    asked = " ".join(queries)
    assert all(f"conversation_id:{each}" in asked and f"quotes_of_tweet_id:{each}" in asked for each in recent)


def test_a_new_post_renames_only_the_sweeps_of_its_own_day() -> None:
    yesterday, today = ids_of(0, 5), ids_of(1, 2)
    before, after = set(sweep.sources(yesterday + today[:1])), set(sweep.sources(yesterday + today))
    kept = before & after
    assert all(yesterday[0] in each for each in kept if each != sweep.MENTIONS)
    assert len(kept) == 3


def test_ids_that_are_none_are_left_out() -> None:
    assert sweep.sources(["x", "", "1_2", "٣"]) == (sweep.MENTIONS,)


@pytest.mark.parametrize("source", ["", "conversations:", "conversations:1 OR from:me", "likes:1", "quotes:1,x"])
def test_a_source_of_another_making_is_refused(source: str) -> None:
    with pytest.raises(BadInput):
        sweep.query(source)


def test_quotes_mentions_and_replies_without_the_name_are_found(x: X, sandbox: Sandbox) -> None:
    post = x.publish(TOKYO, Content("お知らせ"), ()).platform_id
    nameless = sandbox.people.reply(post, "名前なし", handle="one", mention=False)
    deep = sandbox.people.reply(nameless, "その返信", handle="two", mention=False)
    quote = sandbox.people.quote(post, "引用します", handle="three")
    mention = sandbox.people.mention("@IMMI_TOKYO 教えて", handle="four")

    kinds = {}
    for source in x.sources(TOKYO, [post]):
        for each in x.replies(TOKYO, source, "").replies:
            kinds[each.platform_id] = (source.partition(":")[0], each.kind)

    assert kinds == {
        nameless: ("conversations", "reply"),
        deep: ("conversations", "reply"),
        quote: ("quotes", "quote"),
        mention: ("mentions", "mention"),
    }


def test_own_posts_are_no_replies(x: X, sandbox: Sandbox) -> None:
    post = x.publish(TOKYO, Content("お知らせ"), ()).platform_id
    found, _, _ = all_pages(x, f"conversations:{post}")
    assert found == set()


def test_what_has_settled_is_not_read_again(x: X, sandbox: Sandbox, clock: SettableClock) -> None:
    post = x.publish(TOKYO, Content("お知らせ"), ()).platform_id
    early = sandbox.people.reply(post, "早い", handle="one")
    clock.advance(600)
    first, cursor, _ = all_pages(x, "mentions")
    clock.advance(600)
    later = sandbox.people.reply(post, "遅い", handle="two")

    second, _, _ = all_pages(x, "mentions", cursor)

    assert (first, second) == ({early}, {later})


def test_a_reply_that_x_shows_late_is_still_found(x: X, sandbox: Sandbox, clock: SettableClock) -> None:
    sandbox.turn(read_lag_s=60)
    post = x.publish(TOKYO, Content("お知らせ"), ()).platform_id
    clock.advance(100)
    sandbox.people.reply(post, "見える", handle="one")
    clock.advance(59)
    lagging = sandbox.people.reply(post, "まだ見えない", handle="two")
    clock.advance(10)

    first, cursor, _ = all_pages(x, "mentions")
    clock.advance(60)
    second, _, _ = all_pages(x, "mentions", cursor)

    assert lagging not in first
    assert lagging in second


def test_more_mentions_than_x_reaches_back_to_are_a_gap(canned: Canned, clock: SettableClock) -> None:
    far = x_adapter(canned.url, clock)
    start = first_id_at(THU_10_JST)
    rows = [{"id": str(start + number), "text": "はい", "author_id": "5"} for number in range(100)]
    pages = [as_json(200, {"data": rows, "meta": {"next_token": f"t{number}"}}) for number in range(7)]
    canned.answers(*pages, as_json(200, {"data": rows, "meta": {}}))

    _, _, gap = all_pages(far, "mentions", '{"since":5,"page":"","top":0,"seen":0,"swept":5}')

    assert gap is True
    assert len(canned.arrived) == 8
    far.close()


def test_fewer_mentions_are_no_gap_and_neither_is_a_first_sweep(x: X, sandbox: Sandbox) -> None:
    sandbox.people.mention("@IMMI_TOKYO はい", handle="one")
    assert all_pages(x, "mentions", '{"since":5,"page":"","top":0,"seen":0,"swept":5}')[2] is False
    assert all_pages(x, "mentions")[2] is False


def test_search_is_never_asked_beyond_its_seven_days(x: X, sandbox: Sandbox, clock: SettableClock) -> None:
    post = x.publish(TOKYO, Content("お知らせ"), ()).platform_id
    sandbox.people.reply(post, "はい", handle="one")
    source = f"conversations:{post}"
    clock.advance(600)
    _, cursor, gap = all_pages(x, source)
    clock.advance(9 * 86_400)
    late = sandbox.people.reply(post, "今さら", handle="two")

    found, _, later_gap = all_pages(x, source, cursor)

    assert (found, gap, later_gap) == ({late}, False, True)


def test_a_quiet_thread_that_was_swept_all_along_has_no_gap(x: X, sandbox: Sandbox, clock: SettableClock) -> None:
    post = x.publish(TOKYO, Content("お知らせ"), ()).platform_id
    sandbox.people.reply(post, "はい", handle="one")
    cursor, gaps = "", []
    for _ in range(10):
        clock.advance(86_400)
        _, cursor, gap = all_pages(x, f"conversations:{post}", cursor)
        gaps.append(gap)
    assert not any(gaps)


def test_a_page_that_x_has_forgotten_starts_the_sweep_again(x: X, sandbox: Sandbox) -> None:
    post = x.publish(TOKYO, Content("お知らせ"), ()).platform_id
    reply = sandbox.people.reply(post, "はい", handle="one")
    cursor = '{"since":0,"page":"!!forgotten!!","top":0,"seen":100,"swept":0}'
    assert all_pages(x, "mentions", cursor)[0] == {reply}


def test_a_poll_that_fails_keeps_its_place(x: X, sandbox: Sandbox) -> None:
    post = x.publish(TOKYO, Content("お知らせ"), ()).platform_id
    said = {sandbox.people.reply(post, f"返信 {number}", handle=f"v{number}") for number in range(150)}
    first = x.replies(TOKYO, "mentions", "")
    sandbox.fault("html_503", route="mentions")
    with pytest.raises(NotSent):
        x.replies(TOKYO, "mentions", first.cursor)

    rest, _, _ = all_pages(x, "mentions", first.cursor)

    assert {each.platform_id for each in first.replies} | rest == said


def test_the_cursor_moves_only_after_the_last_page(canned: Canned, clock: SettableClock) -> None:
    paging = x_adapter(canned.url, clock)
    new = first_id_at(THU_10_JST - DAY)
    row = {"id": str(new), "text": "はい", "author_id": "5"}
    canned.answers(as_json(200, {"data": [row], "meta": {"next_token": "t1"}}), as_json(200, {"data": [], "meta": {}}))

    half = paging.replies(TOKYO, "mentions", "")
    whole = paging.replies(TOKYO, "mentions", half.cursor)

    assert (load(half.cursor).since, load(half.cursor).page, half.more) == (0, "t1", True)
    assert (load(whole.cursor).since, load(whole.cursor).page, whole.more) == (new, "", False)
    assert parse_qs(urlsplit(canned.arrived[1].target).query)["pagination_token"] == ["t1"]
    paging.close()


def test_ids_and_instants_agree() -> None:
    """The sample that X's own documentation shows."""
    assert minted_at("2080761390344937796").isoformat() == "2026-07-24T21:05:48.792000+00:00"
    assert minted_at(str(first_id_at(THU_10_JST))) == THU_10_JST

"""Whatever a platform puts into an object, reading it gives a value and never fails."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.platforms.facebook import shapes
from bot.platforms.times import EPOCH, first_id_at, from_epoch, instant, minted_at
from bot.platforms.x import dialect

X_KEYS = [
    "id",
    "text",
    "created_at",
    "conversation_id",
    "author_id",
    "lang",
    "entities",
    "attachments",
    "note_tweet",
    "note_post",
    "referenced_tweets",
    "referenced_posts",
    "edit_history_tweet_ids",
    "in_reply_to_tweet_id",
    "urls",
    "url",
    "expanded_url",
    "media_keys",
    "type",
]
GRAPH_KEYS = [
    "id",
    "message",
    "created_time",
    "from",
    "name",
    "parent",
    "object",
    "attachment",
    "attachments",
    "data",
    "media",
    "image",
    "src",
    "is_hidden",
]


def junk(keys: list[str]) -> st.SearchStrategy[dict[str, Any]]:
    leaf = (
        st.none()
        | st.booleans()
        | st.integers()
        | st.text(max_size=4)
        | st.sampled_from(["²", "0001-01-01T00:00+14:00"])
    )
    inner = st.recursive(
        leaf, lambda x: st.lists(x, max_size=2) | st.dictionaries(st.sampled_from(keys), x, max_size=3), max_leaves=6
    )
    return st.dictionaries(st.sampled_from(keys), inner, max_size=6)


@given(junk(X_KEYS), st.dictionaries(st.text(max_size=2), junk(X_KEYS), max_size=2))
def test_no_post_of_x_breaks_the_reading(post: dict[str, Any], beside: dict[str, Any]) -> None:
    assert isinstance(dialect.reply(post, beside, beside).text, str)
    assert dialect.own_post(post, "IMMI_TOKYO").created_at.tzinfo is not None


@given(junk(GRAPH_KEYS))
def test_no_object_of_graph_breaks_the_reading(raw: dict[str, Any]) -> None:
    assert isinstance(shapes.comment(raw, "1_2").text, str)
    assert shapes.own_post(raw).created_at.tzinfo is not None
    assert shapes.next_cursor({"paging": raw}) == ""


TIMES = [
    ("2026-07-24T21:05:48.000Z", datetime(2026, 7, 24, 21, 5, 48, tzinfo=UTC)),
    ("2026-12-03T01:00:00+0000", datetime(2026, 12, 3, 1, tzinfo=UTC)),
    ("2026-12-03T10:00:00+09:00", datetime(2026, 12, 3, 1, tzinfo=UTC)),
    ("2026-12-03T01:00:00", datetime(2026, 12, 3, 1, tzinfo=UTC)),
    ("soon", EPOCH),
    (None, EPOCH),
    ("0001-01-01T00:00:00+14:00", EPOCH),
]


@pytest.mark.parametrize(("text", "wanted"), TIMES)
def test_both_platforms_times_are_instants(text: object, wanted: datetime) -> None:
    assert instant(text) == wanted


@pytest.mark.parametrize("odd", ["soon", "", None, "-5", "0", "9" * 5000, "1e9", "٣", 10**18])
def test_an_odd_reset_is_no_instant(odd: object) -> None:
    assert from_epoch(odd) is None


@given(st.datetimes(min_value=datetime(2011, 1, 1), max_value=datetime(2040, 1, 1), timezones=st.just(UTC)))
def test_the_first_id_of_an_instant_was_minted_in_its_millisecond(moment: datetime) -> None:
    minted = minted_at(str(first_id_at(moment)))
    assert abs((moment - minted).total_seconds()) <= 0.001


@pytest.mark.parametrize("odd", ["", "x", "1_2", "٣", "-1", "9" * 400])
def test_what_is_no_id_was_minted_at_no_time_that_matters(odd: str) -> None:
    assert minted_at(odd).tzinfo is not None

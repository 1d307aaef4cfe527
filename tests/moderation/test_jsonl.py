"""Rows in, verdicts out; a bad line is named."""

from __future__ import annotations

import json

import pytest

from moderation.categories import Category
from moderation.jsonl import RowError, read_labelled, read_replies, write_verdict
from moderation.model import Reply
from moderation.screen import load_screener
from tests.moderation.roster import OFFICIALS


def test_only_text_is_required() -> None:
    (reply,) = read_replies(['{"text": "hello"}', "", "  "])

    assert reply == Reply("hello")


def test_a_full_row_keeps_everything() -> None:
    row = {
        "id": "ja-1", "lang": "ja", "platform": "facebook", "account": "IMMI_TOKYO", "kind": "quote", "post": "p",
        "author": {"handle": "h", "name": "n"}, "text": "t", "labels": [2, 1], "tags": ["crisis"],
    }  # fmt: skip

    (labelled,) = read_labelled([json.dumps(row)])

    assert labelled.labels == {Category.PERSONAL_INFORMATION, Category.DEFAMATION}
    assert labelled.tags == {"crisis"}
    assert (labelled.reply.author.handle, labelled.reply.kind, labelled.reply.platform) == ("h", "quote", "facebook")


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        ("nonsense", "line 2: not JSON"),
        ("[1]", "line 2: not an object"),
        ("{}", "line 2: text"),
        ('{"text": 5}', "line 2: text: write text"),
        ('{"text": "a", "author": "b"}', "line 2: author"),
        ('{"text": "a", "labels": ["x"]}', "line 2: labels"),
        ('{"text": "a", "labels": [10]}', "line 2: labels"),
        ('{"text": "a", "labels": 3}', "line 2: labels"),
        ("[" * 100_000, "line 2: not JSON"),
    ],
)
def test_a_bad_line_is_named(line: str, complaint: str) -> None:
    with pytest.raises(RowError, match=complaint):
        list(read_labelled(['{"text": "fine"}', line]))


def test_a_lone_surrogate_does_not_break_the_output() -> None:
    verdict = load_screener(OFFICIALS).screen(Reply("\ud800 IMMI", id="\udfff"))

    assert json.loads(write_verdict(verdict).encode("ascii"))["id"] == "\udfff"

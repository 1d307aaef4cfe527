"""``kouhou post lint`` and the desk: the outside contract, bad rows, order, and what went out before."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from bot.domain.errors import BadInput
from bot.domain.posts import Content, Media, Slot
from bot.usecases.linting import lint_content, lint_lines, recent_texts
from tests.house import WED_10_JST, House
from tests.notices import TUE_10_JST, registry

GOOD = {"id": "1", "account": "IMMI_TOKYO", "text": "12月8日(火)の窓口は9時に開きます。", "publish_at": "2026-12-01T10:00:00+09:00", "media": []}  # fmt: skip


def lines(*rows: dict[str, Any] | str) -> Iterator[str]:
    for each in rows:
        yield (each if isinstance(each, str) else json.dumps(each, ensure_ascii=False)) + "\n"


def answers(*rows: dict[str, Any] | str, lang: str = "ja") -> list[dict[str, Any]]:
    found = lint_lines(registry(), lines(*rows), now=TUE_10_JST, file="posts.jsonl", lang=lang)
    return [json.loads(each) for each in found]


def rules(answer: dict[str, Any]) -> list[str]:
    return [each["rule"] for each in answer["findings"]]


def test_a_good_row_has_no_findings() -> None:
    assert answers(GOOD) == [{"id": "1", "findings": []}]


def test_a_finding_has_the_keys_of_the_contract() -> None:
    (answer,) = answers(GOOD | {"text": "12月8日(水)に開きます"})
    (found,) = answer["findings"]
    assert set(found) == {"rule", "severity", "start", "end", "message", "fix"}
    assert (found["rule"], found["severity"], found["start"], found["end"], found["fix"]) == (
        "weekday-mismatch", "error", 6, 7, "火",
    )  # fmt: skip
    assert found["message"] == "2026年12月8日は「火」です。「水」を直してください。"


def test_messages_come_in_english_too() -> None:
    (answer,) = answers(GOOD | {"text": "12月8日(水)に開きます"}, lang="en")
    assert answer["findings"][0]["message"] == "2026-12-08 is not '水' but '火'."


def test_one_line_a_row_in_the_same_order_whatever_the_ids_are() -> None:
    rows = [GOOD | {"id": key, "text": f"お知らせの{n}番目です"} for n, key in enumerate(("b", "a", 7, "a", None))]
    assert [each["id"] for each in answers(*rows, "", "\ufeff")] == ["b", "a", 7, "a", None]


def test_a_row_without_slot_or_media_is_linted_for_the_rest() -> None:
    row = {"id": "1", "account": "IMMI_YOKOHAMA", "text": "ﾃﾞｰﾀ 12月8日(水)"}
    assert rules(answers(row)[0]) == ["halfwidth-kana", "weekday-mismatch"]


def test_accounts_are_known_by_handle_in_any_case_and_by_id() -> None:
    for name in ("immi_tokyo", "@IMMI_TOKYO", "x-tokyo"):
        assert answers(GOOD | {"account": name})[0]["findings"] == []


def test_repeated_rows_name_each_other() -> None:
    text = "年末年始は窓口がお休みです。くわしくはホームページをご覧ください。"
    first, second = answers(GOOD | {"text": text}, GOOD | {"id": "2", "account": "IMMI_OSAKA", "text": text})
    assert (rules(first), rules(second)) == (["near-duplicate"], ["near-duplicate"])
    assert "「2」" in first["findings"][0]["message"]


BAD = [
    ("{", 1, "", "valid JSON"),
    ("[1]", 1, "", "JSON object"),
    ("9" * 5000, 1, "", "valid JSON"),
    (GOOD | {"account": "IMMI_NOWHERE"}, 1, "account", "no account"),
    ({"id": "1", "text": "a"}, 1, "account", "missing"),
    ({"id": "1", "account": "IMMI_TOKYO"}, 1, "text", "missing"),
    (GOOD | {"text": 5}, 1, "text", "must be a text"),
    (GOOD | {"publish_at": "tomorrow"}, 1, "publish_at", "no instant"),
    (GOOD | {"publish_at": "0001-01-01T00:00+14:00"}, 1, "publish_at", "no instant"),
    (GOOD | {"media": "a.png"}, 1, "media", "list of objects"),
    (GOOD | {"media": [{"path": 1}]}, 1, "path", "must be a text"),
]


@pytest.mark.parametrize(("row", "line", "key", "words"), BAD)
def test_a_row_that_cannot_be_read_names_file_line_and_key(row: Any, line: int, key: str, words: str) -> None:
    with pytest.raises(BadInput, match=words) as told:
        answers(row)
    assert (told.value.file, told.value.line, told.value.key) == ("posts.jsonl", line, key)


def test_a_bad_row_after_good_ones_gives_no_half_answer() -> None:
    with pytest.raises(BadInput) as told:
        next(lint_lines(registry(), lines(GOOD, "", "{"), now=TUE_10_JST, file="posts.jsonl"))
    assert told.value.line == 3


def test_halves_of_characters_do_not_break_the_output() -> None:
    row = '{"id": "\\ud800", "account": "IMMI_TOKYO", "text": "\\ud800 12月8日(水)", "publish_at": null}'
    (line,) = lint_lines(registry(), [row], now=TUE_10_JST)
    assert line.encode("utf-8")
    assert rules(json.loads(line)) == ["machine-dependent-character", "weekday-mismatch"]


def test_the_desk_sees_the_same_findings_as_the_shell(sqlite_house: House) -> None:
    parts = sqlite_house.parts
    account = parts.account("IMMI_TOKYO")
    slot = Slot(WED_10_JST, WED_10_JST + timedelta(minutes=30))
    media = (Media("a.png", "0" * 64, "image/png", ""),)
    content = Content("12月8日(水)に開きます", "https://bit.ly/a", media)
    desk = [each.rule for each in lint_content(parts, account, content, slot, now=sqlite_house.now)]
    row = {"id": "1", "account": "IMMI_TOKYO", "text": "12月8日(水)に開きます\nhttps://bit.ly/a",
           "publish_at": WED_10_JST.isoformat(), "media": [{"path": "a.png", "alt": ""}]}  # fmt: skip
    assert desk == rules(answers(row)[0]) == ["missing-alt-text", "weekday-mismatch", "shortener"]


def test_what_waits_or_went_out_is_not_to_be_repeated(sqlite_house: House) -> None:
    text = "年末年始は窓口がお休みです。くわしくはホームページをご覧ください。"
    post = sqlite_house.submitted("IMMI_OSAKA", text)
    parts, now = sqlite_house.parts, sqlite_house.now
    recent = recent_texts(parts, now=now)
    found = lint_content(parts, parts.account("IMMI_TOKYO"), Content(text), None, now=now, recent=recent)
    assert [(each.rule, each.facts["other"]) for each in found] == [("near-duplicate", str(post.id))]
    assert recent_texts(parts, now=now, without=post.id) == []

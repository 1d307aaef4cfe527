"""Evaluation: the figures, their intervals, and the page of errors."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from moderation.categories import Category
from moderation.evaluate import evaluate, wilson
from moderation.evaluate_html import marked, page
from moderation.jsonl import LabelledReply
from moderation.model import Action, Finding, Reply, Signal, SignalKind, Verdict

INSULT, OFFER = Category.DEFAMATION, Category.ILLEGAL_OR_INDECENT


def row(number: int, labels: set[Category], tags: str = "", lang: str = "ja") -> LabelledReply:
    return LabelledReply(
        Reply(f"reply <{number}>", id=f"r{number}", lang=lang), frozenset(labels), frozenset(tags.split())
    )


def verdict(labels: tuple[Category, ...], crisis: bool = False) -> Verdict:
    signals = (Signal(SignalKind.CRISIS, 0.9, "signals", 0, 1, "cry-for-help"),) if crisis else ()
    findings = tuple(Finding(label, 0.9, "d", 0, 3, "insult", detail={"was": "<b>"}) for label in labels)
    return Verdict("", labels, dict.fromkeys(Category, 0.5), findings, signals, Action.NONE, "p+1")


ROWS = [
    row(1, {INSULT}),
    row(2, {INSULT}, "obfuscated"),
    row(3, {OFFER}, lang="en"),
    row(4, set(), "criticism"),
    row(5, set(), "crisis"),
]
VERDICTS = [verdict((INSULT,)), verdict(()), verdict((INSULT,)), verdict((INSULT,)), verdict((), crisis=True)]


def test_figures_are_counted() -> None:
    result = evaluate(ROWS, VERDICTS)

    insult = result.categories[INSULT - 1]
    assert (insult.precision.hits, insult.precision.of) == (1, 3)
    assert (insult.recall.hits, insult.recall.of) == (1, 2)
    assert insult.f1.value == pytest.approx(0.4)
    assert result.macro_f1.value == pytest.approx(0.2)  # insult 0.4, offer 0
    assert (result.flag_recall.hits, result.flag_recall.of) == (2, 3)
    assert (result.false_positives.hits, result.false_positives.of) == (1, 2)
    assert result.permit_rate_on_criticism.value == 0
    assert result.crisis_recall.value == result.crisis_precision.value == 1
    assert result.obfuscated_category_recall.of == 1
    assert result.confusion == {"0>2": 1, "2>0": 1, "4>2": 1}


def test_languages_stand_apart() -> None:
    result = evaluate(ROWS, VERDICTS)

    assert {group.name: group.rows for group in result.languages} == {"ja": 4, "en": 1}
    assert result.worst_language == "ja"


def test_the_result_is_json() -> None:
    assert json.loads(json.dumps(evaluate(ROWS, VERDICTS).as_json()))["rows"] == 5


def test_no_rows_is_an_error_that_says_so() -> None:
    with pytest.raises(ValueError, match="no labelled rows"):
        evaluate([], [])


@given(st.integers(0, 50), st.integers(0, 50))
def test_an_interval_holds_its_share(hits: int, more: int) -> None:
    share = wilson(hits, hits + more)

    assert 0 <= share.low <= share.high <= 1
    if share.of:
        assert share.low <= share.value <= share.high


def test_the_page_shows_errors_escaped() -> None:
    html = page(evaluate(ROWS, VERDICTS), ROWS, VERDICTS)

    assert "<mark>rep</mark>ly &lt;4&gt;" in html
    assert "<b>" not in html
    assert "id='r1'" not in html  # right rows are no errors
    assert html.count("<article") == 3


def test_marks_stand_where_the_finding_is() -> None:
    finding = Finding(INSULT, 0.9, "d", 2, 4, "insult")

    assert marked("a <b> c", [finding]) == "a <mark>&lt;b</mark>&gt; c"
    assert marked("a <b> c", [replace(finding, where="name")]) == "a &lt;b&gt; c"


@given(st.text())
def test_any_text_can_be_shown(written: str) -> None:
    assert "<mark>" not in marked(written.replace("<", ""), [])
    marked(written, []).encode("utf-8")

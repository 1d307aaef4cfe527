"""The whole verdict: obvious cases of all nine categories, innocents, signals, failures, hostile input."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from moderation.categories import Category
from moderation.context import Context
from moderation.detectors import DETECTORS
from moderation.jsonl import verdict_json, write_verdict
from moderation.model import Action, Author, Finding, Reply, SignalKind
from moderation.policy import load_policy
from moderation.screen import MOST_CHARACTERS, Screener, load_screener
from tests.moderation.roster import OFFICIALS

SCREENER = load_screener(OFFICIALS)
POST = "3月3日(火)は9時から16時まで開庁します。手数料は6,000円です。予約は不要です。"

OBVIOUS = [
    (1, Reply("私の在留カードは ＵＨ１２３４５６７８ＥＡ です", post=POST)),
    (2, Reply("you useless clowns, bunch of idiots and parasites", post=POST)),
    (3, Reply("最新号の記事、全文コピペ しました。リンクからダウンロードどうぞ", post=POST)),
    (4, Reply("偽造カード作ります。3万円、テレグラムで連絡 DMください", post=POST)),
    (5, Reply("お知らせです", author=Author("IMMI_T0KYO", "東京出入国在留管理局"), post=POST)),
    (6, Reply("【限定】ビザ代行は当店へ!今だけ割引クーポン、DMください", post=POST)),
    (7, Reply("3月5日(木)は9時から12時まで開庁します。手数料は9,000円です。予約は不要です。", post=POST)),
    (9, Reply("うるさい うるさい うるさい うるさい うるさい うるさい うるさい うるさい", post=POST)),
]

INNOCENT = [
    Reply("4時間待たされました。窓口を増やしてください。", post=POST),
    Reply("在留カードの更新はいつからできますか?", post=POST),
    Reply("Thank you for the clear information!", post=POST),
    Reply("見本 AB12345678CD のように書きます", post=POST),
    Reply("0570-013904 に聞いてください", post=POST),
    Reply("3月3日(火)は9時から16時まで開庁します。", post=POST),
    Reply("家族で行きます", author=Author("tokyo_tower_fan", "東京タワー")),
    Reply("This new fee policy is a shame and modern slavery.", post=POST),
]


@pytest.mark.parametrize(("number", "reply"), OBVIOUS)
def test_the_obvious_is_flagged(number: int, reply: Reply) -> None:
    verdict = SCREENER.screen(reply)

    assert Category(number) in verdict.labels
    assert all(signal.kind is not SignalKind.DETECTOR_FAILED for signal in verdict.signals)
    assert any(finding.category == number for finding in verdict.findings)


@pytest.mark.parametrize("reply", INNOCENT)
def test_innocent_replies_carry_no_label(reply: Reply) -> None:
    assert SCREENER.screen(reply).labels == ()


def test_a_cry_for_help_is_urgent_but_no_violation() -> None:
    verdict = SCREENER.screen(Reply("もう死にたいです。だれか話を聞いてください。"))

    assert verdict.labels == ()
    assert verdict.action is Action.URGENT
    assert SignalKind.CRISIS in {signal.kind for signal in verdict.signals}


def test_a_failing_detector_asks_for_review() -> None:
    def broken(context: Context) -> Iterator[Finding]:
        raise RuntimeError("broken")

    screener = Screener(load_policy(), OFFICIALS, detectors=[*DETECTORS, ("broken", broken)])

    verdict = screener.screen(Reply("おはようございます"))

    assert [s.detector for s in verdict.signals if s.kind is SignalKind.DETECTOR_FAILED] == ["broken"]
    assert verdict.action is Action.REVIEW


def test_the_verdict_is_contract_json() -> None:
    line = write_verdict(SCREENER.screen(OBVIOUS[0][1]))

    row = json.loads(line)
    assert {"id", "labels", "scores", "findings", "signals", "action", "policy"} <= set(row)
    assert set(row["scores"]) == {str(n) for n in range(1, 10)}
    finding = row["findings"][0]
    assert {"category", "score", "detector", "start", "end", "in", "reason"} <= set(finding)


def test_a_too_long_reply_is_cut_and_says_so() -> None:
    verdict = SCREENER.screen(Reply("a" * (MOST_CHARACTERS + 1)))

    assert "too-long" in {signal.reason for signal in verdict.signals}


@pytest.mark.parametrize(
    "text",
    [
        "Когда откроется окно для визы, подскажите",
        "Wann öffnet der Schalter bitte, ich brauche eine neue Karte",
        "متى يفتح المكتب؟",
    ],
)
def test_a_language_that_was_not_taught_is_not_called_clean(text: str) -> None:
    verdict = SCREENER.screen(Reply(text, post=POST))

    assert "language-not-covered" in {signal.reason for signal in verdict.signals}
    assert verdict.action is Action.REVIEW
    assert verdict.labels == ()


@pytest.mark.parametrize("text", ["", "👍", "123", "在留カードの更新はいつですか", "Thanks a lot, see you on Monday"])
def test_taught_languages_and_no_letters_are_no_doubt(text: str) -> None:
    assert "language-not-covered" not in {signal.reason for signal in SCREENER.screen(Reply(text, post=POST)).signals}


def test_unrelated_alone_never_rises_above_review() -> None:
    verdict = SCREENER.screen(Reply("昨日の試合のホームランすごかった、推しの選手が優勝", post=POST))

    assert verdict.labels == (Category.UNRELATED,)
    assert verdict.action is Action.REVIEW


def test_a_batch_judges_like_single_calls() -> None:
    replies = [reply for _, reply in OBVIOUS] + INNOCENT

    assert SCREENER.screen_many(replies) == [SCREENER.screen(reply) for reply in replies]


HOSTILE = [
    "\x00" * 100_000,
    "\ud800" * 100_000,
    "\u202e" * 100_000,
    "0 " * 50_000,
    "a.a" * 33_000,
    "9-" * 50_000,
    "e\u0301\u0302" * 33_000,
    "(" * 100_000,
    "あ。" * 50_000,
    "@" * 100_000,
]


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_length_takes_bounded_time(text: str) -> None:
    reply = Reply(text, post=text, author=Author(text, text))

    started = time.perf_counter()
    SCREENER.screen(reply)

    assert time.perf_counter() - started < 2.0


@settings(max_examples=300, deadline=None)
@given(st.text(), st.text(), st.text(max_size=20))
def test_screening_never_raises_and_spans_lie_inside(text: str, post: str, name: str) -> None:
    verdict = SCREENER.screen(Reply(text, post=post, author=Author(name, name)))

    length = {"text": len(text), "handle": len(name), "name": len(name)}
    assert all(s.kind is not SignalKind.DETECTOR_FAILED for s in verdict.signals)
    assert all(0 <= f.start <= f.end <= length[f.where] for f in verdict.findings)
    assert all(0 <= score <= 1 for score in verdict.scores.values())
    assert json.dumps(verdict_json(verdict))


@settings(max_examples=200, deadline=None)
@given(st.binary())
def test_screening_takes_any_bytes(data: bytes) -> None:
    verdict = SCREENER.screen(Reply(data.decode("utf-8", "surrogateescape")))

    assert all(s.kind is not SignalKind.DETECTOR_FAILED for s in verdict.signals)

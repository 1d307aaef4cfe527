"""Figures about the desk: criticism on the front page, recall by category and language, a proposal as a draft."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from bot.store import audit, policies
from bot.store.tables.cases import CaseRow, DecisionRow
from bot.store.tables.replies import ReplyRow, VerdictRow
from bot.usecases import golden, permit
from moderation.cases import CaseState, Move
from moderation.ladder import Step
from moderation.policy import read_policy
from tests.console.moderator_desk import BOSS, ConsoleDesk
from tests.house import MODERATOR, REVIEWER, STAFF, House

NOT_YET = "まだ測っていません"
PERMIT = "批判をそのまま通した割合"


@pytest.fixture
def desk(sqlite_house: House) -> ConsoleDesk:
    return ConsoleDesk(sqlite_house)


def decided(desk: ConsoleDesk, number: int = 50) -> None:
    """Cases of category 6 whose scores lie between 0.5 and 1; people confirmed what scored 0.7 and more."""
    at = desk.house.now
    reply: dict[str, Any] = {"platform": "x", "account": "x-tokyo", "written_at": at, "collected_at": at}
    judged: dict[str, Any] = {"policy": "p", "action": "review", "labels": "6", "language": "ja", "at": at}
    case: dict[str, Any] = {
        "account": "x-tokyo",
        "office": "tokyo",
        "platform": "x",
        "lane": 3,
        "labels": "6",
        "language": "ja",
    }
    with desk.house.store.begin() as tx:
        for each in range(1, number + 1):
            score = 0.5 + each / 100
            right = score >= 0.7
            step, move = (Step.HIDE.word, Move.HIDE) if right else (Step.NONE.word, Move.DISMISS)
            state = CaseState.ACTED if right else CaseState.DISMISSED
            tx.session.add(ReplyRow(id=each, platform_id=str(each), **reply))
            tx.session.flush()
            tx.session.add(VerdictRow(id=each, reply=each, scores={"6": score}, **judged))
            tx.session.flush()
            tx.session.add(
                CaseRow(id=each, reply=each, verdict=each, state=state, step=step, policy="p", opened_at=at, **case)
            )
            tx.session.flush()
            category = 6 if right else None
            tx.session.add(DecisionRow(case=each, by="m", move=move, step=step, category=category, policy="p", at=at))
    desk.wait(minutes=1)


def example(desk: ConsoleDesk, text: str) -> None:
    """A reviewer adds criticism that has to be left alone."""
    golden.add_golden(desk.parts, text=text, post="", category=None, note="criticism", by=REVIEWER, now=desk.house.now)


def test_the_front_page_tells_how_much_criticism_is_left_alone_and_on_what(desk: ConsoleDesk) -> None:
    staff, rin = desk.visit(STAFF), desk.visit(MODERATOR)
    permit.measure(desk.parts, now=desk.house.now)
    shown = rin.get("/").text.partition(PERMIT)[2]
    assert NOT_YET in shown
    assert "付属の例文での値" in shown
    assert 'href="/quality"><span class="tile-word">' in rin.get("/").text
    example(desk, "対応が遅い。職員を増やして。")
    permit.measure(desk.parts, now=desk.house.now)
    told = staff.get("/").text.partition(PERMIT)[2].partition("</section>")[0]
    assert "100 %" in told
    assert "1/1" in told
    assert "2026年12月2日(水)に測定" in told
    assert "付属" not in told
    assert "/quality" not in told


def test_the_share_is_measured_anew_for_other_examples_only(desk: ConsoleDesk) -> None:
    for text in ("", "対応が遅い。職員を増やして。", "", "窓口の説明が分かりにくい。", ""):
        if text:
            example(desk, text)
        permit.measure(desk.parts, now=desk.house.wait(hours=1))
    with desk.house.store.read() as tx:
        events = audit.search(tx, audit.Filter(what=permit.MEASURED))
    assert [each.facts["of"] for each in events] == [2, 1]
    assert {each.subject for each in events} == {f"policy:{desk.parts.screener().policy.version}"}


def test_recall_stands_beside_precision_for_categories_and_languages(desk: ConsoleDesk) -> None:
    decided(desk)
    shown = desk.visit(BOSS).get("/quality").text
    assert shown.count("検知31・見逃し0") == 2  # advertising, Japanese; nothing was sampled, so there is no estimate
    assert "6 広告・宣伝 日本語" in shown


def test_a_proposed_threshold_becomes_a_draft_in_one_press(desk: ConsoleDesk) -> None:
    decided(desk)
    boss = desk.visit(BOSS)
    assert 'action="/quality/proposals"' in boss.get("/quality").text
    assert 'action="/quality/proposals"' not in desk.visit(REVIEWER).get("/quality").text
    assert desk.visit(REVIEWER).post("/quality/proposals", {"category": "6"}).status_code == 403
    assert boss.post("/quality/proposals", {"category": "2"}).status_code == 422
    answer = boss.post("/quality/proposals", {"category": "6", "days": "90"})
    assert answer.status_code == 303, answer.text
    number = int(answer.headers["location"].rpartition("/")[2].partition("?")[0])
    with desk.house.store.read() as tx:
        made = policies.get(tx, number)
    assert made.state == "draft"
    assert "0.52" in made.note
    assert read_policy("draft", made.text.encode(), []).thresholds.label[6] == 0.7  # type: ignore[index]
    assert desk.parts.screener().policy.thresholds.label[6] == 0.52  # type: ignore[index]
    assert desk.house.now - made.made_at < timedelta(hours=1)

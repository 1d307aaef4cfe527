"""Working through the queue: a decision leads to the next case, says what was done, and is undone in one press."""

from __future__ import annotations

import re

import pytest

from bot.console.words import words_for
from bot.domain.cases import Case
from moderation.cases import CaseState, Move
from tests.console.moderator_desk import ELSEWHERE, ConsoleDesk
from tests.house import MODERATOR, REVIEWER, House
from tests.usecases.desk import ADVERT, CARD, FACEBOOK, OTHER


@pytest.fixture
def desk(sqlite_house: House) -> ConsoleDesk:
    return ConsoleDesk(sqlite_house)


def adverts(desk: ConsoleDesk, number: int) -> list[Case]:
    """So many cases of the last lane, the oldest first."""
    return [desk.case(f"{ADVERT}/{each}", name=f"seller{each}") for each in range(number)]


def take_back(text: str) -> tuple[str, dict[str, str]]:
    """The address and the fields of the banner's one-press form."""
    form = re.search(r'<div class="just">.*?<form method="post" action="([^"]+)".*?</form>', text, re.DOTALL)
    assert form is not None
    fields = dict(re.findall(r'name="(version|note)" value="([^"]*)"', form.group(0)))
    return form.group(1).replace("&amp;", "&"), fields


def test_a_decision_leads_to_the_next_case_until_none_is_left(desk: ConsoleDesk) -> None:
    first, second, third = adverts(desk, 3)
    assert desk.sends(second, "dismiss").headers["location"] == f"/cases/{third.id}?did={second.id}"
    assert desk.sends(third, "hide", category="6").headers["location"] == f"/cases/{first.id}?did={third.id}"
    assert desk.sends(first, "propose-block", category="6", why_not_less="毎日").headers["location"] == (
        f"/cases?did={first.id}"  # one's own proposal is no work for oneself
    )
    shown = desk.visit().get(f"/cases?did={first.id}").text
    assert words_for("ja").plain("rounds.others-wait") in shown


def test_what_others_work_on_is_passed_over(desk: ConsoleDesk) -> None:
    first, held, third = adverts(desk, 3)
    desk.does(held, Move.CLAIM, by=OTHER)
    shown = desk.visit().get(f"/cases/{first.id}").text
    assert re.search(rf'rel="next"[^>]*href="/cases/{third.id}"', shown)
    assert 'rel="prev"' not in shown
    assert desk.sends(first, "dismiss").headers["location"].startswith(f"/cases/{third.id}?")
    assert desk.sends(held, "dismiss").status_code == 422
    desk.wait(minutes=11)  # the lock lapses
    assert desk.sends(third, "dismiss").headers["location"].startswith(f"/cases/{held.id}?")


def test_the_next_case_comes_from_the_queue_that_was_left(desk: ConsoleDesk) -> None:
    card, urgent = desk.case(CARD), desk.case(CARD, name="another")
    advert = adverts(desk, 1)[0]
    shown = desk.visit().get("/cases?lane=1&language=ja&page=1").text
    assert f'href="/cases/{card.id}?lane=1&amp;language=ja"' in shown
    page = desk.visit().get(f"/cases/{card.id}?lane=1&language=ja").text
    assert f'formaction="/cases/{card.id}/hide?lane=1&amp;language=ja"' in page
    assert words_for("ja").plain("rounds.left", n=2) in page
    form = {"version": str(card.version), "category": "1"}
    done = desk.visit().post(f"/cases/{card.id}/hide?lane=1&language=ja", form)
    assert done.headers["location"] == f"/cases/{urgent.id}?lane=1&language=ja&did={card.id}"
    form = {"version": str(urgent.version), "category": "1"}
    done = desk.visit().post(f"/cases/{urgent.id}/hide?lane=1&language=ja", form)
    assert done.headers["location"] == f"/cases?lane=1&language=ja&did={urgent.id}"
    assert desk.state(advert) is CaseState.OPEN


@pytest.mark.parametrize(
    ("move", "fields", "after"),
    [
        ("hide", {"category": "6"}, CaseState.OPEN),
        ("dismiss", {}, CaseState.OPEN),
        ("propose-block", {"category": "6", "why_not_less": "毎日"}, CaseState.CLAIMED),
    ],
)
def test_what_was_just_done_is_undone_in_one_press(
    desk: ConsoleDesk, move: str, fields: dict[str, str], after: CaseState
) -> None:
    first, second = adverts(desk, 2)
    landed = desk.sends(first, move, MODERATOR, **fields).headers["location"]
    shown = desk.visit().get(landed).text
    assert words_for("ja").plain(f"done.case-{move}") in shown
    address, form = take_back(shown)
    undone = desk.visit().post(address, form)
    assert undone.headers["location"].startswith(f"/cases/{first.id}?")
    assert desk.state(first) is after
    assert desk.state(second) is CaseState.OPEN


def test_a_deletion_says_that_it_cannot_be_undone(desk: ConsoleDesk) -> None:
    case = desk.case(CARD, account=FACEBOOK)
    answer = desk.sends(case, "delete-now", category="1", reason="番号", why_not_less="友達に見える")
    shown = desk.visit().get(answer.headers["location"]).text
    assert 'class="just"' in shown
    assert words_for("ja").plain("why-not.cannot-be-undone") in shown
    assert "/undo" not in shown


def test_only_ones_own_newest_move_is_offered_for_undoing(desk: ConsoleDesk) -> None:
    case = adverts(desk, 1)[0]
    desk.does(case, Move.HIDE)
    for person in (REVIEWER, ELSEWHERE):
        assert 'class="just"' not in desk.visit(person).get(f"/cases?did={case.id}").text
    desk.does(case, Move.UNDO, by=OTHER)
    assert 'class="just"' not in desk.visit(MODERATOR).get(f"/cases?did={case.id}").text


def test_a_forged_address_carries_nothing_on(desk: ConsoleDesk) -> None:
    case = adverts(desk, 1)[0]
    visitor = desk.visit()
    for query in ('lane="><script>', "language=%00", "did=99999999", "did=x", "office=" + "a" * 300, "page=3"):
        shown = visitor.get(f"/cases/{case.id}?{query}").text.partition('<main id="main"')[2]
        assert f'formaction="/cases/{case.id}/hide"' in shown
        assert "<script>" not in shown


@pytest.mark.parametrize("locale", ["ja", "en", "easy"])
def test_every_move_has_words_for_having_been_made(locale: str) -> None:
    assert [move for move in Move if not words_for(locale).has(f"done.case-{move}")] == []

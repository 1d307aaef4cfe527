"""What the desk shows about languages: a filter, a mark, the form that names a reader, and one's own settings."""

from __future__ import annotations

import pytest

from bot.store import people
from moderation.cases import CaseState, Move
from tests.console.moderator_desk import BOSS, ConsoleDesk
from tests.house import MODERATOR, REVIEWER, STAFF, House
from tests.usecases.desk import ADVERT
from tests.usecases.test_cases_readers import SPOKEN

NOT_YOURS = "読めない言語"


@pytest.fixture
def desk(sqlite_house: House) -> ConsoleDesk:
    return ConsoleDesk(sqlite_house)


def test_the_queue_says_what_one_reads_and_shows_that_alone(desk: ConsoleDesk) -> None:
    japanese, vietnamese = desk.case(ADVERT), desk.case(SPOKEN, name="ban")
    rin = desk.visit()
    assert rin.get("/cases").text.count(NOT_YOURS) == 1
    mine = rin.get("/cases", language="mine").text
    assert f'href="/cases/{japanese.id}?language=mine"' in mine
    assert f'href="/cases/{vietnamese.id}?language=mine"' not in mine
    assert desk.visit(BOSS).post(f"/people/{MODERATOR.login}/reads", {"reads": ["ja", "vi"]}).status_code == 303
    mine = rin.get("/cases", language="mine").text
    assert f'href="/cases/{vietnamese.id}?language=mine"' in mine
    assert NOT_YOURS not in mine
    assert "ベトナム語" in rin.get("/reading").text


def test_a_reader_is_named_on_the_case_before_it_can_be_approved(desk: ConsoleDesk) -> None:
    case = desk.does(desk.case(SPOKEN), Move.CLAIM, Move.PROPOSE_BLOCK)
    midori, path = desk.visit(REVIEWER), f"/cases/{case.id}"
    assert f'action="{path}/confirm-reading"' in midori.get(path).text
    assert f'action="{path}/confirm-reading"' not in desk.visit().get(path).text
    desk.looks(case)
    shown = midori.get(path).text
    assert "この言語を読める人の確認がありません" in shown
    assert f"{path}/approve" not in shown
    assert desk.sends(case, "approve", REVIEWER).status_code == 422
    assert desk.sends(case, "confirm-reading", REVIEWER, reader=" ").status_code == 422
    assert desk.sends(case, "confirm-reading", REVIEWER, reader="<b>グエンさん</b>が読んだ").status_code == 303
    shown = midori.get(path).text
    assert "&lt;b&gt;グエンさん" in shown
    assert f"{path}/approve" in shown
    assert desk.sends(case, "approve", REVIEWER).status_code == 303
    assert desk.state(case) is CaseState.ACTED


def test_one_reader_is_named_for_a_flood(desk: ConsoleDesk) -> None:
    found = [desk.case(SPOKEN, name=f"ban{each}") for each in range(3)]
    for case in found:
        desk.does(case, Move.CLAIM, Move.PROPOSE_BLOCK)
        desk.looks(case)
    midori, path = desk.visit(REVIEWER), f"/groups/{desk.now(found[0]).group_key}"
    shown = midori.get(path).text
    assert f'action="{path}/confirm-reading"' in shown
    assert f"{path}/approve" not in shown
    listed = {"ids": ",".join(f"{case.id}:{desk.now(case).version}" for case in found)}
    assert midori.post(f"{path}/confirm-reading", {**listed, "reader": ""}).status_code == 422
    assert midori.post(f"{path}/confirm-reading", {**listed, "reader": "グエンさん"}).status_code == 303
    assert f"{path}/approve" in midori.get(path).text


def test_everybody_chooses_for_themselves_whether_harsh_words_are_blurred(desk: ConsoleDesk) -> None:
    desk.case("入管の職員は無能なバカだ、死ね")
    rin = desk.visit()
    assert 'class="harsh"' in rin.get("/cases").text
    assert '<body class="unblurred">' not in rin.get("/cases").text
    assert rin.post("/reading", {"blurs": "no"}).status_code == 303
    assert '<body class="unblurred">' in rin.get("/cases").text
    assert '<body class="unblurred">' not in desk.visit(REVIEWER).get("/cases").text
    assert rin.post("/reading", {"blurs": "yes"}).status_code == 303
    assert '<body class="unblurred">' not in rin.get("/cases").text
    assert desk.visit(STAFF).post("/reading", {"blurs": "no"}).status_code == 403


def test_an_admin_sets_no_languages_for_themselves(desk: ConsoleDesk) -> None:
    boss = desk.visit(BOSS)
    assert "/reads" not in boss.get(f"/people/{BOSS.login}").text
    assert boss.post(f"/people/{BOSS.login}/reads", {"reads": ["vi"]}).status_code == 403
    assert boss.post(f"/people/{MODERATOR.login}/reads", {"reads": ["<b>"]}).status_code == 422
    with desk.house.store.read() as tx:
        assert people.person(tx, BOSS.login).reads == ("ja",)

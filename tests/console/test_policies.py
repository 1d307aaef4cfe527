"""Policy versions on the console: drafted, tried on the archive, agreed by two people, watched, taken back."""

from __future__ import annotations

import time
from datetime import timedelta

import pytest

from bot.domain.judging import RescreenRun, RunState
from bot.domain.people import Person
from bot.store import rescreens
from bot.usecases import rescreen_runs
from bot.usecases.rescreen import Span
from moderation.drafts import shipped_text
from tests.console.moderator_desk import BOSS, ConsoleDesk
from tests.console.rig import AUDITOR, Visitor
from tests.house import MODERATOR, REVIEWER, STAFF, House
from tests.usecases.archive_of import fill

CALM = shipped_text().replace('name = "2026-11"', 'name = "calm"').replace("\n6 = 0.52", "\n6 = 1.0")

DAYS = {"since": "2026-11-01", "until": "2026-12-31"}


@pytest.fixture
def desk(sqlite_house: House) -> ConsoleDesk:
    return ConsoleDesk(sqlite_house)


def drafted(admin: Visitor, text: str = CALM, note: str = "広告の検知をやめる") -> str:
    answer = admin.post("/policies/new", {"text": text, "note": note})
    assert answer.status_code == 303, answer.text
    return answer.headers["location"].partition("?")[0]


def rescreened(desk: ConsoleDesk, visitor: Visitor, path: str) -> None:
    assert visitor.post(f"{path}/rescreen", DAYS).status_code == 303
    for _ in range(600):
        if "data-again" not in visitor.get(path).text:
            return
        time.sleep(0.05)
    raise AssertionError("the rescreen did not end")


def test_a_policy_change_is_seen_on_the_archive_and_agreed_by_two(desk: ConsoleDesk) -> None:
    fill(desk, 70)
    desk.wait(hours=1)
    admin = desk.visit(BOSS)
    path = drafted(admin)
    assert admin.post(f"{path}/propose").status_code == 403  # nobody knows yet what would change
    rescreened(desk, admin, path)
    shown = admin.get(path).text
    assert 'href="#freed"' in shown
    assert "副業" in shown  # an example in words
    assert "6 = 1.0" in shown
    assert admin.post(f"{path}/propose").status_code == 303
    assert admin.post(f"{path}/live").status_code == 403
    assert desk.visit(REVIEWER).post(f"{path}/live").status_code == 303
    assert "calm+" in desk.visit(MODERATOR).get("/policies").text
    assert desk.parts.screener().policy.name == "calm"
    assert admin.post("/policies/take-back", {"reason": "多すぎる"}).status_code == 303
    assert desk.parts.screener().policy.name == "2026-11"


def test_a_draft_that_cannot_be_read_is_told_and_stays_in_the_form(desk: ConsoleDesk) -> None:
    answer = desk.visit(BOSS).post("/policies/new", {"text": CALM + "\n[surprise]\nx = 1\n", "note": "<b>試し</b>"})
    assert answer.status_code == 422
    assert "surprise" in answer.text
    assert "&lt;b&gt;試し" in answer.text


@pytest.mark.parametrize(("person", "status"), [(MODERATOR, 403), (REVIEWER, 403), (AUDITOR, 403), (STAFF, 403)])
def test_only_admins_draft_a_policy(desk: ConsoleDesk, person: Person, status: int) -> None:
    assert desk.visit(person).post("/policies/new", {"text": CALM, "note": "x"}).status_code == status


def begun(desk: ConsoleDesk, path: str) -> RescreenRun:
    """A walk that another process began and has not ended."""
    span = Span(desk.house.now - timedelta(days=30), desk.house.now)
    return rescreen_runs.begin(desk.parts, int(path.rpartition("/")[2]), span, by=BOSS, now=desk.house.now)


def test_a_rescreen_of_another_process_is_seen_and_stopped_from_here(desk: ConsoleDesk) -> None:
    fill(desk, 70)
    desk.wait(hours=1)
    admin = desk.visit(BOSS)
    path = drafted(admin)
    run = begun(desk, path)
    assert 'max="70"' in admin.get(path).text
    assert admin.post(f"{path}/rescreen", DAYS).status_code == 409
    assert admin.post(f"{path}/stop").status_code == 303
    assert "中止しています" in admin.get(path).text
    rescreen_runs.work(desk.parts, run, by=BOSS, model=False)
    with desk.house.store.read() as tx:
        assert rescreens.get(tx, run.id).state is RunState.DONE  # its only batch was under way already


def test_a_rescreen_whose_process_died_says_so_and_can_be_started_again(desk: ConsoleDesk) -> None:
    fill(desk, 70)
    desk.wait(hours=1)
    admin = desk.visit(BOSS)
    path = drafted(admin)
    lost = begun(desk, path)
    desk.wait(seconds=61)
    shown = admin.get(path).text
    assert "途切れました" in shown
    assert "data-again" not in shown
    rescreened(desk, admin, path)
    assert "途切れました" not in admin.get(path).text
    with desk.house.store.begin() as tx:
        assert rescreens.note(tx, lost.id, done=1, at=desk.house.now)  # the dead one, should it wake up, has to stop

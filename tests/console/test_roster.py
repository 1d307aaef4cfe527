"""The roster desk and the public pages: two admins, nothing lost, and an answer to "is this official?"."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.bootstrap import App
from bot.domain.people import Grant, Person, Role
from tests.console.rig import AUDITOR, app_of, enrol, visit_as, visitor
from tests.house import ADMIN, ROSTER, STAFF, House

SECOND_ADMIN = Person("kanri2", "管理 二", (Grant(Role.ADMIN),))


@pytest.fixture
def app(sqlite_house: House, tmp_path: Path) -> App:
    file = tmp_path / "accounts.toml"
    file.write_bytes(ROSTER.read_bytes())
    made = app_of(sqlite_house, roster=file)
    enrol(sqlite_house, SECOND_ADMIN)
    return made


def form_of(app: App, **fields: str) -> dict[str, str]:
    return {"base": app.keeper.loaded.sha256, **fields}


def test_everybody_may_read_the_roster_and_staff_may_not_change_it(app: App) -> None:
    staff = visit_as(app, STAFF)
    assert "IMMI_TOKYO" in staff.get("/roster").text
    assert staff.get("/roster/offices/naha").status_code == 200
    assert staff.post("/roster/offices/naha", form_of(app, **{"hours.note": "x"})).status_code == 403


def test_an_office_is_renamed_by_two_admins(app: App) -> None:
    admin, other = visit_as(app, ADMIN), visit_as(app, SECOND_ADMIN)
    sent = admin.post("/roster/offices/naha", form_of(app, **{"name.en": "Naha District Office"}))
    assert sent.status_code == 303
    assert "Naha District Office" in admin.get("/roster/changes").text
    assert admin.post("/roster/changes/1/approve").status_code == 403
    assert other.post("/roster/changes/1/approve").status_code == 303
    assert 'name.en = "Naha District Office"' in app.keeper.path.read_text(encoding="utf-8")
    assert "roster-change:1" in visit_as(app, AUDITOR).get("/audit?subject=roster-change:1").text


def test_a_value_that_the_file_cannot_hold_is_refused_in_a_sentence(app: App) -> None:
    before = app.keeper.path.read_bytes()
    answer = visit_as(app, ADMIN).post("/roster/accounts/x-tokyo", form_of(app, handle="not a handle!"))
    assert answer.status_code == 422
    assert "handle" in answer.text
    assert app.keeper.path.read_bytes() == before


def test_an_edit_of_an_older_roster_is_refused(app: App) -> None:
    answer = visit_as(app, ADMIN).post("/roster/offices/naha", {"base": "old", "name.en": "X"})
    assert answer.status_code == 422


def test_a_policy_page_is_compared_and_not_stored(app: App) -> None:
    page = "<table><tr><td>东京出入国在留管理局</td><td>IMMI_TOKYO9</td></tr></table>"
    answer = visit_as(app, ADMIN).post("/roster/compare", {"text": page})
    assert answer.status_code == 200
    assert "IMMI_TOKYO" in answer.text


@pytest.mark.parametrize(
    ("asked", "answer"),
    [
        ("https://x.com/IMMI_TOKYO", "official"),
        ("@immi_tokyo", "official"),
        ("https://x.com/IMMI_T0KYO", "look-alike"),
        ("https://x.com/somebody_else", "unknown"),
        ("https://www.facebook.com/nagoya.nyukan.support", "official"),
        ("<script>alert(1)</script>", "unknown"),
    ],
)
def test_anybody_can_ask_whether_an_account_is_official(app: App, asked: str, answer: str) -> None:
    stranger = visitor(app)
    said = stranger.client.get("/official/verify", params={"url": asked}, headers={"accept": "application/json"})
    assert said.json()["answer"] == answer
    page = stranger.client.get("/official/verify", params={"url": asked})
    assert page.status_code == 200
    assert "<script>alert" not in page.text


def test_the_public_list_is_the_same_in_every_language(app: App) -> None:
    stranger = visitor(app)
    for language in ("ja", "en", "zh-Hans", "vi"):
        page = stranger.client.get("/official", params={"lang": language}).text
        assert page.count('rel="me noreferrer"') == 21
    data = stranger.client.get("/official.json").json()
    assert len(data["accounts"]) == 21
    assert stranger.client.get("/official.atom").status_code == 200


def test_a_change_of_the_list_appears_in_the_feed(app: App) -> None:
    visit_as(app, ADMIN).post("/roster/offices/naha", form_of(app, **{"name.en": "Naha District Office"}))
    visit_as(app, SECOND_ADMIN).post("/roster/changes/1/approve")
    feed = visitor(app).client.get("/official.atom").text
    assert feed.count("<entry>") == 1
    assert "Naha" in feed

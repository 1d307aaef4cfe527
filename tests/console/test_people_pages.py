"""Terms, second factors, rights, sessions, tokens, trail and maintenance as pages."""

from __future__ import annotations

import re
import shutil
from datetime import timedelta
from pathlib import Path

import pyotp
import pytest

from bot.bootstrap import App
from bot.console.guard import COOKIE
from bot.console.visit import csrf_of
from bot.domain.people import Grant, Person, Role
from bot.store import audit, people, rights
from bot.usecases import consent
from tests.console.rig import AUDITOR, PASSWORD, Visitor, app_of, enrol, visit_as, visitor
from tests.house import ADMIN, STAFF, House

SECOND_ADMIN = Person("kanri2", "管理 二", (Grant(Role.ADMIN),))


@pytest.fixture
def app(sqlite_house: House) -> App:
    made = app_of(sqlite_house)
    made.settings.key_path.touch(mode=0o600)
    enrol(sqlite_house, SECOND_ADMIN)
    return made


def sign_in(app: App, login: str, address: str) -> Visitor:
    come = visitor(app, address=address)
    come.post("/sign-in", {"login": login, "password": PASSWORD})
    come.csrf = csrf_of(come.client.cookies[COOKIE])
    return come


def totp_of(app: App, house: House, person: Person) -> pyotp.TOTP:
    come = visit_as(app, person)
    come.post("/security/totp")
    secret = re.search(r'id="secret">([A-Z2-7]+)<', come.get("/security/totp").text)
    assert secret
    app_side = pyotp.TOTP(secret[1])
    assert come.post("/security/totp/confirm", {"code": app_side.at(house.now)}).status_code == 200
    house.wait(seconds=90)
    return app_side


# -- terms of use ------------------------------------------------------------------------------------


def test_nobody_does_anything_before_agreeing(app: App) -> None:
    with app.parts.store.begin() as tx:
        people.consent(tx, STAFF.login, "an older version", locale="ja", at=app.parts.clock(), address="")
    come = visit_as(app, STAFF)
    assert come.get("/").headers["location"] == "/terms"
    assert come.post("/security/totp").headers["location"] == "/terms"
    page = come.get("/terms")
    assert "規約が変わりました" in page.text
    assert come.post("/terms", {"version": consent.current().version}).headers["location"] == "/"
    assert come.get("/").status_code == 200
    with app.parts.store.read() as tx:
        [event] = audit.latest(tx, limit=1)
    assert (event.what, event.facts["version"]) == ("terms.agreed", consent.current().version)


def test_a_changed_japanese_text_asks_everybody_again_and_an_old_form_does_not_count(
    sqlite_house: House, tmp_path: Path
) -> None:
    folder = tmp_path / "terms"
    shutil.copytree(consent.SHIPPED, folder)
    app = app_of(sqlite_house, terms=folder)
    come = visit_as(app, STAFF)
    assert come.get("/").status_code == 200
    text = (folder / "ja.toml").read_text(encoding="utf-8")
    (folder / "ja.toml").write_text(text.replace("わざと", "故意に"), encoding="utf-8")
    assert come.get("/").headers["location"] == "/terms"
    assert come.post("/terms", {"version": consent.current().version}).status_code == 409


@pytest.mark.parametrize(("locale", "words"), [("ja", "してはならないこと"), ("en", "prevails"), ("easy", "<ruby>")])
def test_the_terms_are_read_in_three_languages_before_sign_in(app: App, locale: str, words: str) -> None:
    come = visitor(app)
    come.post("/words", {"locale": locale})
    page = come.get("/terms")
    assert page.status_code == 200
    assert words in page.text
    assert consent.current().version in page.text


# -- second factor -----------------------------------------------------------------------------------


def test_between_password_and_second_factor_one_is_nobody(app: App, sqlite_house: House) -> None:
    device = totp_of(app, sqlite_house, STAFF)
    come = sign_in(app, STAFF.login, "192.0.2.70")
    for path in ("/", "/security", "/sessions", "/terms-of-nothing"):
        assert STAFF.name not in come.get(path).text
    assert come.get("/").headers["location"] == "/second-factor"
    assert come.post("/security/totp/remove", {"password": PASSWORD}).headers["location"] == "/second-factor"
    assert come.post("/second-factor", {"code": "000000"}).status_code == 403
    assert come.post("/second-factor", {"code": device.at(sqlite_house.now)}).headers["location"] == "/"
    assert come.get("/").status_code == 200


def test_the_second_step_has_its_form_token_too(app: App, sqlite_house: House) -> None:
    device = totp_of(app, sqlite_house, STAFF)
    come = sign_in(app, STAFF.login, "192.0.2.71")
    come.csrf = "guessed"
    assert come.post("/second-factor", {"code": device.at(sqlite_house.now)}).status_code == 403
    assert come.get("/").headers["location"] == "/second-factor"


def test_without_a_session_there_is_no_second_step(app: App) -> None:
    come = visitor(app)
    assert come.get("/second-factor").headers["location"] == "/"
    for path in ("/second-factor", "/second-factor/passkey", "/second-factor/passkey/prove"):
        assert come.post(path, {"code": "123456"}).status_code == 403


def test_the_picture_is_svg_and_the_secret_is_gone_after_confirming(app: App, sqlite_house: House) -> None:
    come = visit_as(app, STAFF)
    come.post("/security/totp")
    page = come.get("/security/totp").text
    assert "data:image/svg+xml;base64," in page
    assert come.post("/security/totp/confirm", {"code": "12"}).status_code == 422
    totp_of(app, sqlite_house, STAFF)
    assert visit_as(app, ADMIN).get("/security/totp").headers["location"] == "/security"


def test_with_real_platforms_everybody_needs_a_second_factor(sqlite_house: House) -> None:
    app = app_of(sqlite_house, x_base_url="https://api.x.com")
    come = visit_as(app, STAFF)
    assert come.get("/").headers["location"] == "/security"
    page = come.get("/security")
    assert page.status_code == 200
    assert "続けるには" in page.text
    assert come.post("/sessions/1/end").headers["location"] == "/security"


@pytest.mark.parametrize("answer", ["", "{}", "[]", "no json", '{"id": "x", "response": {}}', "{" * 30_000])
def test_a_made_up_passkey_answer_registers_nothing(app: App, answer: str) -> None:
    come = visit_as(app, STAFF)
    assert come.post("/security/passkeys").status_code == 200
    assert come.post("/security/passkeys/add", {"answer": answer, "name": "x"}).status_code in (403, 422)
    with app.parts.store.read() as tx:
        known = people.login_of(tx, STAFF.login)
    assert known is not None
    assert not known.has_passkey


# -- people ------------------------------------------------------------------------------------------


def test_a_right_is_asked_on_one_desk_and_confirmed_on_another(app: App) -> None:
    one, two = visit_as(app, ADMIN), visit_as(app, SECOND_ADMIN)
    asked = one.post(f"/people/{STAFF.login}/ask", {"kind": "grant", "role": "approver", "office": "tokyo"})
    assert asked.status_code == 303
    assert "別の管理者の確認が必要です" in one.get("/people").text
    with app.parts.store.read() as tx:
        [change] = rights.waiting(tx)
    assert one.post(f"/rights/{change.id}/confirm").status_code == 403
    assert two.post(f"/rights/{change.id}/confirm").status_code == 303
    assert "承認者" in two.get(f"/people/{STAFF.login}").text


def test_a_rogue_self_promotion_is_refused_in_words(app: App) -> None:
    rogue = visit_as(app, ADMIN)
    answer = rogue.post(f"/people/{ADMIN.login}/ask", {"kind": "grant", "role": "approver", "office": "*"})
    assert answer.status_code == 403
    assert "自分の役割は変えられません" in answer.text
    own = rogue.get(f"/people/{ADMIN.login}").text
    assert 'value="grant"' not in own


def test_a_new_users_password_is_shown_once(app: App) -> None:
    admin = visit_as(app, ADMIN)
    page = admin.post("/people", {"login": "shinjin", "name": "<b>新人</b>"})
    password = re.search(r'id="password">([^<]+)<', page.text)
    assert password
    again = admin.get("/people/shinjin").text
    assert password[1] not in again
    assert "<b>新人" not in again


@pytest.mark.parametrize(
    "form",
    [{}, {"kind": "nothing"}, {"kind": "grant", "role": "king"}, {"kind": "grant", "role": "staff", "until": "x"}],
)
def test_a_form_that_makes_no_sense_is_told_so(app: App, form: dict[str, str]) -> None:
    assert visit_as(app, ADMIN).post(f"/people/{STAFF.login}/ask", form).status_code == 422


def test_looking_at_people_is_in_the_trail(app: App) -> None:
    visit_as(app, ADMIN).get(f"/people/{STAFF.login}")
    with app.parts.store.read() as tx:
        [event] = audit.latest(tx, limit=1)
    assert (event.what, event.subject, event.actor) == ("user.read", f"user:{STAFF.login}", ADMIN.login)


def test_sessions_are_seen_and_ended(app: App) -> None:
    here, there = visit_as(app, STAFF), visit_as(app, STAFF)
    found = re.findall(r'action="/sessions/(\d+)/end"', here.get("/sessions").text)
    assert len(found) == 2
    assert visit_as(app, SECOND_ADMIN).get("/sessions/all").text.count("/end") == 3
    here.post(f"/sessions/{max(map(int, found))}/end")
    assert there.get("/").headers["location"] == "/sign-in"
    assert here.get("/").status_code == 200


def test_a_stranger_cannot_end_somebody_elses_session(app: App) -> None:
    victim = visit_as(app, ADMIN)
    [number] = re.findall(r'action="/sessions/(\d+)/end"', victim.get("/sessions").text)
    assert visit_as(app, STAFF).post(f"/sessions/{number}/end").status_code == 403
    assert victim.get("/").status_code == 200


def test_a_tokens_secret_is_shown_once_to_the_one_who_asked(app: App) -> None:
    one, two = visit_as(app, ADMIN), visit_as(app, SECOND_ADMIN)
    form = {"name": "weather", "owner": STAFF.login, "scopes": "posts:read", "offices": "tokyo", "per_minute": "60"}
    assert one.post("/api-tokens", form | {"until": "2027-06-30"}).status_code == 303
    assert two.post("/api-tokens/1/confirm").status_code == 303
    secret = re.search(r'id="secret">(kouhou_[^<]+)<', one.post("/api-tokens/1/fetch").text)
    assert secret
    assert secret[1] not in one.get("/api-tokens").text
    assert one.post("/api-tokens/1/fetch").status_code == 409
    assert two.post("/api-tokens/1/revoke").status_code == 303


# -- trail, operations, maintenance -----------------------------------------------------------------


def test_the_trail_is_searched_proved_and_taken_out(app: App) -> None:
    visit_as(app, ADMIN).get(f"/people/{STAFF.login}")
    come = visit_as(app, AUDITOR)
    page = come.get("/audit", what="user.", actor=ADMIN.login).text
    assert "user.read" in page
    assert "user:hanako" in page
    proof = come.post("/audit/verify")
    assert "すべて書かれたときのままつながっています" in proof.text
    file = come.get("/audit/export", form="csv", masked="1")
    assert file.headers["content-disposition"].endswith('.csv"')
    assert "職員1" in file.text
    assert ADMIN.login not in file.text
    assert come.get("/audit", since="2026-13-45").status_code == 422


def test_a_broken_trail_is_told_with_its_number(app: App) -> None:
    visit_as(app, ADMIN).get("/people")
    with app.parts.store.begin() as tx:
        tx.session.connection().exec_driver_sql("UPDATE audit SET actor = 'nobody' WHERE seq = 1")
    assert "1番の記録が合いません" in visit_as(app, AUDITOR).post("/audit/verify").text


def test_an_auditor_of_one_office_does_not_read_the_whole_trail(app: App, sqlite_house: House) -> None:
    local = Person("shikyoku", "支局", (Grant(Role.AUDITOR, "tokyo"),))
    enrol(sqlite_house, local)
    come = visit_as(app, local)
    assert [come.get(path).status_code for path in ("/audit", "/audit/export")] == [403, 403]
    assert come.post("/audit/verify").status_code == 403


def test_the_operations_page_tells_how_it_is_and_what_to_do(app: App) -> None:
    page = visit_as(app, ADMIN).get("/operations")
    assert page.status_code == 200
    assert "heartbeat" in page.text
    assert "kouhou run" in page.text
    assert "announce" not in visit_as(app, AUDITOR).get("/operations").text


def test_in_maintenance_pages_are_read_and_nothing_is_changed(app: App, sqlite_house: House) -> None:
    admin, staff = visit_as(app, ADMIN), visit_as(app, STAFF)
    form = {"starts_at": "2026-12-02T11:00", "ends_at": "2026-12-02T12:00", "note": "<i>点検</i>のため"}
    assert admin.post("/operations/maintenance", form).status_code == 303
    page = staff.get("/")
    assert "メンテナンスの予定" in page.text
    assert "<i>点検" not in page.text
    assert staff.post("/compose", {}).status_code != 403
    sqlite_house.wait(minutes=70)
    assert "メンテナンス中です" in staff.get("/").text
    refused = staff.post("/compose", {})
    assert refused.status_code == 403
    assert "閲覧だけができます" in refused.text
    assert staff.post("/security/totp").status_code == 303, "protecting oneself is always possible"
    assert staff.post("/sign-out").status_code == 303
    assert admin.post("/operations/maintenance/1/end").status_code == 303
    assert "メンテナンス" not in visit_as(app, STAFF).get("/").text


def test_codes_and_secrets_never_reach_the_log(
    app: App, sqlite_house: House, capfd: pytest.CaptureFixture[str]
) -> None:
    device = totp_of(app, sqlite_house, STAFF)
    come = sign_in(app, STAFF.login, "192.0.2.72")
    code = device.at(sqlite_house.now + timedelta(hours=5))
    come.post("/second-factor", {"code": code})
    told = "".join(capfd.readouterr())
    assert not any(secret in told for secret in (device.secret, code, PASSWORD, come.client.cookies[COOKIE]))

"""Who gets in, how long, and with what cookie."""

from __future__ import annotations

import pytest

from bot.bootstrap import App
from bot.console.guard import COOKIE
from bot.domain.people import Grant, Person, Role
from bot.store import audit, people
from tests.console.rig import PASSWORD, Visitor, app_of, enrol, visit_as, visitor
from tests.house import STAFF, House

NEW = "another long sentence"


def enter(app: App, login: str, password: str = PASSWORD, **more: str) -> Visitor:
    come = visitor(app, **more)
    come.post("/sign-in", {"login": login, "password": password})
    return come


def test_the_right_pair_opens_a_session_that_scripts_and_other_sites_cannot_read(app: App) -> None:
    come = visitor(app)
    answer = come.post("/sign-in", {"login": STAFF.login, "password": PASSWORD, "back": "/posts"})
    cookie = answer.headers["set-cookie"]
    assert (answer.status_code, answer.headers["location"]) == (303, "/posts")
    assert cookie.startswith(f"{COOKIE}=")
    assert {"HttpOnly", "SameSite=lax", "Path=/"} <= set(cookie.split("; "))
    assert "Secure" not in cookie  # practice over http; the next test has https
    assert come.get("/").status_code == 200


def test_over_https_the_cookie_never_travels_in_the_clear(sqlite_house: House) -> None:
    app = app_of(sqlite_house, public_url="https://kouhou.example")
    answer = visitor(app).post("/sign-in", {"login": STAFF.login, "password": PASSWORD})
    assert "Secure" in answer.headers["set-cookie"].split("; ")


def test_a_wrong_password_and_an_unknown_login_get_the_same_words(app: App) -> None:
    wrong = visitor(app, address="192.0.2.2").post("/sign-in", {"login": STAFF.login, "password": "x" * 20})
    unknown = visitor(app, address="192.0.2.3").post("/sign-in", {"login": "nobody", "password": "x" * 20})
    assert wrong.status_code == unknown.status_code == 403
    assert "ログイン名またはパスワードが違います" in wrong.text
    assert wrong.text.replace(STAFF.login, "") == unknown.text.replace("nobody", "")


@pytest.mark.parametrize(
    ("back", "leads_to"),
    [
        ("/posts?page=2", "/posts?page=2"),
        ("//evil.example", "/"),
        ("/\\evil.example", "/"),
        ("https://evil.example", "/"),
    ],
)
def test_sign_in_leads_back_inside_this_console_only(app: App, back: str, leads_to: str) -> None:
    answer = visitor(app).post("/sign-in", {"login": STAFF.login, "password": PASSWORD, "back": back})
    assert answer.headers["location"] == leads_to


def test_ten_failures_close_the_door_for_that_login_and_that_address_only(app: App) -> None:
    guesser = visitor(app, address="192.0.2.9")
    for _ in range(10):
        assert guesser.post("/sign-in", {"login": "guessed", "password": "wrong"}).status_code == 403
    said = guesser.post("/sign-in", {"login": STAFF.login, "password": PASSWORD})
    assert said.status_code == 403
    assert "5分たってから" in said.text
    elsewhere = visitor(app, address="192.0.2.10")
    assert "5分たってから" in elsewhere.post("/sign-in", {"login": "guessed", "password": "wrong"}).text
    assert elsewhere.post("/sign-in", {"login": STAFF.login, "password": PASSWORD}).status_code == 303


def test_many_people_behind_one_address_sign_in_at_nine(app: App) -> None:
    for _ in range(11):
        assert enter(app, STAFF.login, address="192.0.2.20").get("/").status_code == 200


def test_a_one_time_password_opens_one_page_only(sqlite_house: House) -> None:
    app = app_of(sqlite_house)
    enrol(sqlite_house, Person("shin", "新人", (Grant(Role.STAFF),)), one_time=True)
    come = enter(app, "shin")
    assert come.get("/").headers["location"] == "/password"
    come.csrf = _csrf_in(come.get("/password").text)
    changed = come.post("/password", {"old": PASSWORD, "new": NEW, "again": NEW})
    assert changed.headers["location"].startswith("/?")
    assert come.get("/").status_code == 200
    assert enter(app, "shin", NEW).get("/").status_code == 200


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"old": "wrong", "new": NEW, "again": NEW}, "今のパスワードが違います"),
        ({"old": PASSWORD, "new": "short", "again": "short"}, "12文字以上"),
        ({"old": PASSWORD, "new": "hanako hanako hanako", "again": "hanako hanako hanako"}, "ログイン名を入れないで"),
        ({"old": PASSWORD, "new": NEW, "again": NEW + "!"}, "2つの新しいパスワードが違います"),
    ],
)
def test_a_password_that_cannot_be_taken_says_why(app: App, fields: dict[str, str], said: str) -> None:
    answer = visit_as(app, STAFF).post("/password", fields)
    assert answer.status_code == 422
    assert said in answer.text


def test_signing_out_ends_the_session_itself_not_only_the_cookie(app: App) -> None:
    come = visit_as(app, STAFF)
    token = come.client.cookies[COOKIE]
    assert come.post("/sign-out").headers["location"] == "/sign-in"
    come.client.cookies.set(COOKIE, token)
    assert come.get("/").headers["location"] == "/sign-in"


@pytest.mark.parametrize(("hours", "status"), [(1.9, 200), (2.1, 303)])
def test_a_session_ends_after_two_idle_hours(app: App, sqlite_house: House, hours: float, status: int) -> None:
    come = visit_as(app, STAFF)
    sqlite_house.wait(hours=hours)
    assert come.get("/").status_code == status


def test_a_session_ends_after_twelve_hours_however_busy(app: App, sqlite_house: House) -> None:
    come = visit_as(app, STAFF)
    for _ in range(11):
        sqlite_house.wait(hours=1)
        assert come.get("/").status_code == 200
    sqlite_house.wait(hours=1.1)
    assert come.get("/").status_code == 303


def test_a_person_who_is_switched_off_is_out_at_once(app: App) -> None:
    come = visit_as(app, STAFF)
    with app.parts.store.begin() as tx:
        people.set_active(tx, STAFF.login, active=False)
    assert come.get("/").headers["location"] == "/sign-in"


def test_sign_in_and_its_refusal_stand_in_the_audit_chain_without_the_login_that_was_typed(app: App) -> None:
    enter(app, "a-secret-typed-into-the-wrong-field", "x", address="192.0.2.30")
    enter(app, STAFF.login, address="192.0.2.31")
    with app.parts.store.read() as tx:
        events = audit.latest(tx, limit=2)
    assert [(event.what, event.subject) for event in events] == [
        ("session.opened", f"user:{STAFF.login}"),
        ("session.refused", "user:unknown"),
    ]


def test_the_language_is_kept_for_the_person_and_the_browser(app: App) -> None:
    come = visit_as(app, STAFF)
    come.post("/words", {"locale": "easy", "back": "/password"})
    assert "<ruby>" in come.get("/").text
    come.client.cookies.delete("kouhou_words")
    assert "<ruby>" in come.get("/").text
    assert come.post("/words", {"locale": "klingon"}).status_code == 303
    assert "<ruby>" in come.get("/").text


def _csrf_in(html: str) -> str:
    return html.split('name="csrf" value="')[1].split('"', maxsplit=1)[0]

"""Nobody sees a page that does not say who may, and no other site can send a form here."""

from __future__ import annotations

from typing import Final

import pytest
from starlette.routing import Mount, Route

from bot.bootstrap import App
from bot.console import guard
from bot.console.app import HEADERS, create_app, rooms
from bot.console.guard import Room, holders
from bot.console.pages import home, sign_in
from bot.domain.people import Grant, Person, Role
from tests.console.rig import AUDITOR, app_of, enrol, visit_as, visitor
from tests.house import ADMIN, JAPAN, MODERATOR, REVIEWER, STAFF, House

OPEN: Final = {"GET /sign-in", "POST /sign-in", "POST /words", "GET /healthz"}
"""What the shell itself leaves open to anybody; desks test their own."""


def declared() -> dict[str, str]:
    """Who each route is for, as the route itself says."""
    found = {}
    for room in rooms():
        for route in room.routes:
            assert isinstance(route, Route)
            extra = getattr(route, "openapi_extra", None) or {}
            for method in route.methods or ():
                found[f"{method} {route.path}"] = str(extra.get("who", ""))
    return found


def test_every_route_says_who_may_use_it() -> None:
    routes = declared()
    assert len(routes) > 8
    assert [route for route, who in routes.items() if not who] == []


def test_nothing_but_rooms_and_static_files_is_served(app: App) -> None:
    paths = {route.path for route in create_app(app).routes if isinstance(route, Route | Mount)}
    known = {route.split()[1] for route in declared()} | {"/static"}
    assert paths - known == set()


def test_the_shell_leaves_nothing_else_open() -> None:
    paths = {route.path for room in (home.room, sign_in.room) for route in room.routes if isinstance(route, Route)}
    open_ones = {route for route, who in declared().items() if who == "anybody" and route.split()[1] in paths}
    assert open_ones == OPEN


def test_without_a_session_every_guarded_page_asks_to_sign_in(app: App) -> None:
    come = visitor(app)
    guarded = [r.split()[1] for r, who in declared().items() if r.startswith("GET ") and _for_people(who)]
    assert "/" in guarded
    for path in guarded:
        answer = come.get(_filled(path))
        assert (path, answer.status_code) == (path, 303)
        assert answer.headers["location"].startswith("/sign-in")


def test_without_a_session_no_guarded_form_does_anything(app: App) -> None:
    come = visitor(app)
    for route, who in declared().items():
        if route.startswith("POST ") and _for_people(who):
            answer = come.post(_filled(route.split()[1]))
            assert (route, answer.status_code, answer.headers["location"]) == (route, 303, "/sign-in")


def test_every_form_without_its_token_is_refused(app: App) -> None:
    come = visit_as(app, Person("kanri"))
    come.csrf = "guessed"
    forms = [r.split()[1] for r, who in declared().items() if r.startswith("POST ") and _for_people(who)]
    assert "/sign-out" in forms
    for path in forms:
        answer = come.post(_filled(path))
        assert (path, answer.status_code) == (path, 403)
        assert "開き直して" in answer.text


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ],
)
@pytest.mark.parametrize("path", ["/sign-in", "/words", "/sign-out"])
def test_a_form_from_another_site_has_no_power(app: App, path: str, headers: dict[str, str]) -> None:
    answer = visit_as(app, STAFF).post(path, {"locale": "en"}, headers=headers)
    assert answer.status_code == 403
    assert "set-cookie" not in answer.headers


def test_a_form_from_this_console_is_taken(app: App) -> None:
    headers = {"Origin": "http://testserver", "Sec-Fetch-Site": "same-origin"}
    assert visit_as(app, STAFF).post("/words", {"locale": "en"}, headers=headers).status_code == 303


def a_room() -> Room:
    """A page and a form for reviewers and admins that tell who came."""
    room = Room()

    @room.page("/for-reviewers", holders(Role.REVIEWER, Role.ADMIN))
    def reviewers(visit: guard.Here) -> str:
        return visit.by.login

    @room.form("/for-reviewers", holders(Role.REVIEWER, Role.ADMIN))
    def review(visit: guard.Here) -> str:
        return visit.by.login

    return room


@pytest.mark.parametrize(
    ("person", "status"), [(STAFF, 403), (MODERATOR, 403), (AUDITOR, 403), (REVIEWER, 200), (ADMIN, 200)]
)
def test_a_page_for_some_roles_is_closed_to_others(app: App, person: Person, status: int) -> None:
    come = visit_as(app, person, a_room())
    assert come.get("/for-reviewers").status_code == status
    assert come.post("/for-reviewers").status_code == status


@pytest.mark.parametrize(("days", "status"), [(0, 200), (1, 403)])
def test_a_deputy_is_let_in_up_to_the_last_day(sqlite_house: House, days: int, status: int) -> None:
    app = app_of(sqlite_house)
    today = sqlite_house.now.astimezone(JAPAN).date()
    enrol(sqlite_house, Person("daiko", "代行", (Grant(Role.REVIEWER, "tokyo", today),)))
    sqlite_house.wait(days=days)
    assert visit_as(app, Person("daiko"), a_room()).get("/for-reviewers").status_code == status


def test_another_page_may_have_to_come_first(app: App, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guard, "FIRST", [*guard.FIRST, lambda visit: "/terms"])
    come = visit_as(app, ADMIN, a_room())
    assert come.get("/for-reviewers").headers["location"] == "/terms"
    assert come.post("/sign-out").headers["location"] == "/sign-in"


def test_pages_run_no_foreign_script_and_are_kept_by_no_cache(app: App) -> None:
    for come, path in ((visitor(app), "/sign-in"), (visit_as(app, STAFF), "/"), (visitor(app), "/no-such-page")):
        answer = come.get(path)
        assert {name: answer.headers.get(name) for name in HEADERS} == HEADERS
        assert answer.headers["cache-control"] == "no-store"
    policy = HEADERS["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy


def test_a_stranger_cannot_fill_the_disk(app: App) -> None:
    answer = visitor(app).post("/sign-in", {"login": "x" * 1_000_001})
    assert answer.status_code == 422
    assert "1MB" in answer.text


def _for_people(who: str) -> bool:
    """Behind a session; the routes of other systems ask for a token and are tested with the API."""
    return who != "anybody" and not who.startswith("token")


def _filled(path: str) -> str:
    """The path with something in every place."""
    while "{" in path:
        head, _, rest = path.partition("{")
        path = f"{head}1{rest.partition('}')[2]}"
    return path

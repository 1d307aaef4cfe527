"""The agency's own sign-in against a real provider: another process, HTTP, RS256, PKCE."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from bot.bootstrap import App
from bot.console.pages.agency import TRIP
from bot.store import audit, people, second_factor
from tests.console.rig import Visitor, app_of, visitor
from tests.house import STAFF, WED_10_JST, House
from tests.oidc_provider import CLIENT_ID, CLIENT_SECRET, LIES


@pytest.fixture(scope="module")
def issuer() -> Iterator[str]:
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.oidc_provider", str(int(WED_10_JST.timestamp()))],
        cwd=Path(__file__).parent.parent.parent,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    yield process.stdout.readline().strip()
    process.terminate()
    process.wait(timeout=10)
    process.stdout.close()


@pytest.fixture
def agency(sqlite_house: House, issuer: str) -> App:
    """The console of an agency with its own sign-in; Hanako is linked to its subject sub-1."""
    tell(issuer)
    app = app_of(sqlite_house, oidc_issuer=issuer, oidc_client_id=CLIENT_ID, oidc_client_secret=CLIENT_SECRET)
    with sqlite_house.store.begin() as tx:
        people.set_subject(tx, STAFF.login, f"{issuer}|sub-1")
    return app


def tell(issuer: str, **wanted: object) -> None:
    httpx.put(f"{issuer}/person", json={"person": "sub-1", **wanted}).raise_for_status()


def leave(come: Visitor, back: str = "/") -> str:
    """To the provider and, signed in there, the address it sends the browser back to."""
    gone = come.get("/sign-in/agency", back=back)
    assert gone.status_code == 303, gone.text
    there = httpx.get(gone.headers["location"])
    assert there.status_code == 302
    address = urlsplit(there.headers["location"])
    return f"{address.path}?{address.query}"


def test_the_agencys_person_is_signed_in_here_with_their_rights_here(agency: App) -> None:
    come = visitor(agency)
    done = come.get(leave(come, back="/sessions"))
    assert (done.status_code, done.headers["location"]) == (303, "/sessions")
    assert come.get("/sessions").status_code == 200
    with agency.parts.store.read() as tx:
        [event] = audit.latest(tx, limit=1)
    assert (event.what, event.actor, event.facts["by"]) == ("session.opened", STAFF.login, "oidc")


@pytest.mark.parametrize("lie", LIES)
def test_a_provider_that_says_anything_wrong_opens_nothing(agency: App, issuer: str, lie: str) -> None:
    come = visitor(agency)
    back = leave(come)
    tell(issuer, lie=lie)
    done = come.get(back)
    assert done.status_code == 403
    assert come.get("/").headers["location"].startswith("/sign-in")


def test_a_code_is_good_once(agency: App) -> None:
    come = visitor(agency)
    trip, back = "", leave(come)
    trip = come.client.cookies[TRIP]
    assert come.get(back).status_code == 303
    again = visitor(agency)
    again.client.cookies.set(TRIP, trip, path="/sign-in/agency")
    assert again.get(back).status_code == 403


def test_somebody_elses_answer_has_no_power(agency: App) -> None:
    """Login forgery: the victim's browser is led to the attacker's answer, but holds no trip with that state."""
    attacker, victim = visitor(agency), visitor(agency)
    stolen = leave(attacker)
    assert victim.get(stolen).status_code == 403
    leave(victim)
    assert victim.get(stolen).status_code == 403


@pytest.mark.parametrize("change", [{"state": "x"}, {"code": ""}, {"code": "guess"}, {"state": ""}])
def test_an_altered_answer_has_no_power(agency: App, change: dict[str, str]) -> None:
    come = visitor(agency)
    address = urlsplit(leave(come))
    query = {name: values[0] for name, values in parse_qs(address.query).items()} | change
    assert come.get(address.path, **query).status_code == 403


def test_a_trip_ends_after_ten_minutes(agency: App, sqlite_house: House) -> None:
    come = visitor(agency)
    back = leave(come)
    sqlite_house.wait(minutes=11)
    assert come.get(back).status_code == 403


def test_a_stranger_to_this_service_is_told_to_ask_an_admin(agency: App, issuer: str) -> None:
    come = visitor(agency)
    tell(issuer, person="sub-999")
    done = come.get(leave(come))
    assert done.status_code == 403
    assert "結び付いた職員がいません" in done.text


def test_a_switched_off_user_stays_out_whatever_the_agency_says(agency: App) -> None:
    with agency.parts.store.begin() as tx:
        people.set_active(tx, STAFF.login, active=False)
    come = visitor(agency)
    assert come.get(leave(come)).status_code == 403


@pytest.mark.parametrize(
    ("methods", "waits"), [((), True), (("pwd",), True), (("pwd", "otp"), False), (("mfa",), False)]
)
def test_a_second_factor_seen_by_the_agency_is_not_asked_again(
    agency: App, issuer: str, methods: tuple[str, ...], waits: bool
) -> None:

    with agency.parts.store.begin() as tx:
        known = people.login_of(tx, STAFF.login)
        assert known is not None
        second_factor.propose_totp(tx, known.id, "JBSWY3DPEHPK3PXP")
        second_factor.confirm_totp(tx, known.id, step=1)
    tell(issuer, methods=methods)
    come = visitor(agency)
    come.get(leave(come))
    answer = come.get("/")
    assert (answer.headers.get("location") == "/second-factor") is waits


@pytest.mark.parametrize("back", ["//evil.example", "https://evil.example", "/\\evil.example"])
def test_the_way_back_stays_inside_this_console(agency: App, back: str) -> None:
    come = visitor(agency)
    assert come.get(leave(come, back=back)).headers["location"] == "/"


def test_a_provider_that_is_away_is_told_and_local_logins_go_on(sqlite_house: House) -> None:
    app = app_of(sqlite_house, oidc_issuer="http://127.0.0.1:9", oidc_client_id=CLIENT_ID)
    answer = visitor(app).get("/sign-in/agency")
    assert answer.status_code == 500
    assert "つながりません" in answer.text


def test_without_a_provider_there_is_no_such_page(app: App) -> None:
    assert visitor(app).get("/sign-in/agency").status_code == 404

"""The console over a house: people with rights, visitors with a session, forms that carry their token.

``rin = visit_as(app, MODERATOR)`` then ``rin.get("/cases")`` and ``rin.post("/cases/1/claim")``.
"""

from __future__ import annotations

import secrets
import warnings
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any

import httpx

from bot.bootstrap import App
from bot.console.app import create_app
from bot.console.guard import COOKIE, Room
from bot.console.visit import csrf_of, token_hash
from bot.domain.people import Grant, Person, Role
from bot.roster.keeper import Keeper
from bot.settings import Settings
from bot.store import people
from bot.usecases import consent
from bot.usecases.passwords import hash_password
from tests.house import ADMIN, APPROVER, MODERATOR, REVIEWER, ROSTER, SECOND, STAFF, House

with warnings.catch_warnings():  # it would rather have httpx2 than the httpx that the service uses
    warnings.simplefilter("ignore", UserWarning)
    from starlette.testclient import TestClient

AUDITOR = Person("kansa", "監査 四郎", (Grant(Role.AUDITOR),))
EVERYBODY = (STAFF, APPROVER, SECOND, MODERATOR, REVIEWER, ADMIN, AUDITOR)
PASSWORD = "a long sentence for tests"


@cache
def hashed() -> str:
    """Made once: argon2 is slow on purpose."""
    return hash_password(PASSWORD)


def app_of(house: House, roster: Path = ROSTER, **changes: Any) -> App:
    """The service as bootstrap would build it, over the house's parts; everybody of the house has an account."""
    settings = Settings(
        home=house.folder,
        database_url="",
        accounts=roster,
        x_base_url="http://127.0.0.1:1",
        facebook_base_url="http://127.0.0.1:1",
        port=0,
    )
    for person in EVERYBODY:
        enrol(house, person)
    return App(replace(settings, **changes), house.parts, Keeper(roster), house.sandbox)


def enrol(house: House, person: Person, *, one_time: bool = False) -> None:
    """An account with the person's grants and the password of all tests."""
    with house.store.begin() as tx:
        people.add(tx, person.login, name=person.name, at=house.now, password=hashed(), one_time=one_time)
        people.consent(tx, person.login, consent.current().version, locale="ja", at=house.now, address="")
        for grant in person.grants:
            people.grant(tx, person.login, grant.role, office=grant.office, until=grant.until, by="test", at=house.now)


@dataclass
class Visitor:
    """A browser without a window: follows no redirects, sends the session's form token by itself."""

    client: TestClient
    csrf: str = ""

    def get(self, path: str, **query: str) -> httpx.Response:
        answer: httpx.Response = self.client.get(path, params=query or None)
        return answer

    def post(self, path: str, fields: Mapping[str, Any] | None = None, **more: Any) -> httpx.Response:
        """``fields`` as a form with the token; ``more`` goes to httpx (files, headers)."""
        answer: httpx.Response = self.client.post(path, data={"csrf": self.csrf, **(fields or {})}, **more)
        return answer


def visitor(app: App, *extra: Room, address: str = "192.0.2.1", **more: Any) -> Visitor:
    """Somebody who has not signed in; ``extra`` are rooms of the test's own."""
    web = create_app(app)
    for room in extra:
        web.include_router(room)
    return Visitor(TestClient(web, follow_redirects=False, client=(address, 50000), **more))


def visit_as(app: App, person: Person, *extra: Room, **more: Any) -> Visitor:
    """Somebody with a living session, without the slow password."""
    token = secrets.token_urlsafe(16)
    now = app.parts.clock()
    with app.parts.store.begin() as tx:
        login = people.login_of(tx, person.login)
        assert login is not None, f"enrol {person.login} first"
        ends_at = now + timedelta(hours=12)
        people.open_session(tx, login.id, token_hash(token), at=now, ends_at=ends_at, address="", agent="test")
    come = visitor(app, *extra, **more)
    come.client.cookies.set(COOKIE, token)
    come.csrf = csrf_of(token)
    return come

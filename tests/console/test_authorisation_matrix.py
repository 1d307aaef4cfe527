"""Every route × every role × own and other office, generated from the routes: nobody gets further than the table says."""

from __future__ import annotations

import re
import secrets
from datetime import timedelta
from typing import Final

import httpx
import pytest

from bot.bootstrap import App
from bot.console.app import create_app
from bot.console.guard import COOKIE
from bot.console.visit import csrf_of, token_hash
from bot.domain.people import EVERYWHERE, Grant, Person, Role
from bot.store import audit, cases, people
from tests.console.authorisation import TABLE, Door, doors, table, unlisted
from tests.console.rig import app_of, enrol, visitor
from tests.house import House

DOORS: Final = doors()
OF_AN_OFFICE: Final = ("/posts/{post_id}", "/cases/{number}")
"""Addresses whose object belongs to one office."""
NEEDS_MORE: Final = {
    "/groups/{key}",  # no such group in this house
    "/imports/{token}",  # nothing was uploaded
    "/pictures/{sha256}",  # no post has a picture
    "/policies/{number}",  # no draft of a policy
    "/templates/{key}",  # no such template
    "/reports/{table}.svg",  # no such chart
    "/posts/{post_id}/copy",  # opens the composer, or says that there is nothing to copy
}
"""GET addresses whose object this house does not have: a holder gets "not found", which is an answer of the page."""
SAYS_OTHERWISE: Final = {"/sign-in/agency", "/sign-in/agency/back", "/healthz"}
"""No provider is set up, and no job is ticking: these say so with other statuses, to anybody."""
VALUES: Final = {"account_id": "x-tokyo", "office_id": "tokyo", "login": "victim", "move": "claim", "step": "submit"}
PROVES_NOTHING: Final = (
    "user.read",
    "session.read",
    "audit.read",
    "reply.read",
    "appeal.read",
    "review.read",
    "case.looked",
)
"""Kinds of events that tell of a look, not of a change."""


class World:
    """A post and a case in Tokyo, a victim without rights, and whoever comes with one role."""

    def __init__(self, house: House) -> None:
        self.house, self.app = house, app_of(house)
        self.client = visitor(self.app, address="192.0.2.99").client
        enrol(house, Person("victim", "被害 者"))
        self.app.settings.key_path.touch(mode=0o600)  # the doctor looks at it
        self.post = house.submitted("IMMI_TOKYO", "窓口のお知らせです。").id
        self.case = _case(house)

    def come(self, person: Person, door: Door) -> httpx.Response:
        """A request in a fresh session, for some doors end it; a form carries its token and nothing else."""
        token = secrets.token_urlsafe(8)
        with self.house.store.begin() as tx:
            known = people.login_of(tx, person.login)
            assert known is not None
            ends = self.house.now + timedelta(hours=1)
            people.open_session(tx, known.id, token_hash(token), at=self.house.now, ends_at=ends, address="", agent="")
        self.client.cookies.clear()
        self.client.cookies.set(COOKIE, token)
        form = {"csrf": csrf_of(token)} if door.method != "GET" else None
        answer: httpx.Response = self.client.request(door.method, self.fill(door), data=form)
        self._undo_maintenance(door)
        return answer

    def fill(self, door: Door) -> str:
        """The address with this house's objects in its places; an unknown place fails, so that nobody forgets one."""
        number = self.case if door.path.startswith("/cases/") else 1
        known = VALUES | {"post_id": str(self.post), "post": str(self.post), "number": str(number), "rest": "x"}
        known |= {"key": "none", "token": "none", "sha256": "0" * 64, "table": "none", "command": "1", "drift_id": "1"}
        return re.sub(r"\{(\w+)(?::path)?\}", lambda place: known[place[1]], door.path)

    def newest(self) -> int:
        with self.house.store.read() as tx:
            return audit.head(tx)[0]

    def changed_since(self, event: int) -> list[str]:
        """The kinds of newer events that tell of a change."""
        with self.house.store.read() as tx:
            news = audit.search(tx, audit.Filter(), limit=50)
        return [each.what for each in news if each.seq > event and each.what not in PROVES_NOTHING]

    def _undo_maintenance(self, door: Door) -> None:
        if door.path.startswith("/operations/maintenance"):
            with self.house.store.begin() as tx:
                tx.session.connection().exec_driver_sql("DELETE FROM maintenance")


@pytest.fixture
def world(sqlite_house: House) -> World:
    return World(sqlite_house)


def _case(house: House) -> int:
    """A reply on Tokyo's account that screening made a case of."""
    post = house.published("IMMI_TOKYO", "住所の届出のお知らせです。")
    house.sandbox.people.reply(
        post.platform_id, "私の電話は090-1234-5678です。在留カードはAB12345678CDです。", handle="someone"
    )
    house.wait(minutes=2)
    house.collect()
    house.screen()
    with house.store.read() as tx:
        [case] = cases.find(tx, limit=1)
    return case.id


def somebody(world: World, role: Role, office: str) -> Person:
    person = Person(f"{role.value}-{'all' if office == EVERYWHERE else office}", role.value, (Grant(role, office),))
    enrol(world.house, person)
    return person


def test_no_route_is_unlisted_and_the_table_in_the_docs_is_the_one_in_force(app: App) -> None:
    assert unlisted(list(create_app(app).routes)) == set()
    assert [str(door) for door in DOORS if not door.who] == []
    assert TABLE.read_text(encoding="utf-8") == table(), "look at it, then: python -m tests.console.authorisation"


@pytest.mark.parametrize("role", list(Role))
def test_a_role_opens_its_own_doors_and_no_other(world: World, role: Role) -> None:
    person = somebody(world, role, EVERYWHERE)
    wrong = []
    for door in DOORS:
        if door.is_for_machines:
            continue
        before = world.newest()
        answer = world.come(person, door)
        if role not in door.roles:
            fine = answer.status_code == 403 and not world.changed_since(before)
        elif door.method == "GET":
            missing = answer.status_code == 404 and (door.path in NEEDS_MORE or door.who == "anybody")
            there = answer.status_code == 200 or answer.headers.get("location", "/sign-in") != "/sign-in"
            fine = missing or (there and answer.status_code < 400) or door.path in SAYS_OTHERWISE
        else:
            fine = answer.status_code < 500
        wrong += [] if fine else [(str(door), door.who, answer.status_code)]
    assert wrong == []


@pytest.mark.parametrize("role", list(Role))
def test_a_role_of_another_office_reaches_no_object_of_this_one(world: World, role: Role) -> None:
    own, other = somebody(world, role, "tokyo"), somebody(world, role, "osaka")
    wrong = []
    for door in (each for each in DOORS if each.path.startswith(OF_AN_OFFICE) and role in each.roles):
        if door.method == "GET" and door.path not in NEEDS_MORE:
            answer = world.come(own, door)
            wrong += [] if answer.status_code in (200, 303, 409, 422) else [("own", str(door), answer.status_code)]
        before = world.newest()
        answer = world.come(other, door)
        stopped = answer.status_code in (403, 404, 422) and not world.changed_since(before)
        wrong += [] if stopped else [("other", str(door), answer.status_code)]
    assert wrong == []


def test_a_session_has_no_power_at_the_doors_of_machines(world: World) -> None:
    person = Person("almighty", "全", tuple(Grant(role) for role in Role))
    enrol(world.house, person)
    before = world.newest()
    machines = [door for door in DOORS if door.is_for_machines]
    assert len(machines) >= 7
    answers = {str(door): world.come(person, door).status_code for door in machines}
    assert {door: status for door, status in answers.items() if status not in (400, 401, 403, 404, 422)} == {}
    assert world.changed_since(before) == []


def test_a_form_without_its_token_changes_nothing_whoever_sends_it(world: World) -> None:
    person = Person("almighty", "全", tuple(Grant(role) for role in Role))
    enrol(world.house, person)
    forms = [d for d in DOORS if d.method != "GET" and not d.is_for_machines and not d.path.startswith("/api/")]
    token = secrets.token_urlsafe(8)
    with world.house.store.begin() as tx:
        known = people.login_of(tx, person.login)
        assert known is not None
        ends = world.house.now + timedelta(hours=1)
        people.open_session(tx, known.id, token_hash(token), at=world.house.now, ends_at=ends, address="", agent="")
    world.client.cookies.set(COOKIE, token)
    before = world.newest()
    for form in ({}, {"csrf": ""}, {"csrf": csrf_of("another session")}):
        for door in forms:
            answer = world.client.request(door.method, world.fill(door), data=form)
            assert (str(door), answer.status_code) == (str(door), 403)
    assert world.changed_since(before) == []
    assert len(forms) > 30


def test_without_a_session_only_open_doors_open(world: World) -> None:
    world.client.cookies.clear()
    for door in DOORS:
        if door.who == "anybody" or door.is_for_machines:
            continue
        answer = world.client.request(door.method, world.fill(door), data={} if door.method != "GET" else None)
        assert (str(door), answer.status_code, answer.headers["location"][:8]) == (str(door), 303, "/sign-in")

"""Who may do what: two admins for every change of rights, deputies with an end, and no way to raise oneself."""

from __future__ import annotations

import shutil
import tempfile
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.errors import BadInput, Conflict, KouhouError, NotAllowed, NotFound
from bot.domain.people import EVERYWHERE, Grant, Person, Role
from bot.store import audit, people, rights
from bot.store.database import Store
from bot.store.rights import ChangeKind, ChangeState
from bot.store.seal import Seal
from bot.usecases import people as desk
from bot.usecases.parts import Parts, Shelf
from bot.usecases.people import OPERATOR, Wish
from bot.usecases.sign_in import sign_in
from tests.conftest import KEY
from tests.house import House

ONE = Person("ichiro", "管理 一郎", (Grant(Role.ADMIN),))
TWO = Person("niko", "管理 二子", (Grant(Role.ADMIN),))
OSAKA = Person("naniwa", "大阪 管理", (Grant(Role.ADMIN, "osaka"),))
CLERK = Person("hana", "広報 花", (Grant(Role.STAFF, "tokyo"),))
TODAY = date(2026, 12, 2)


@pytest.fixture
def town(house: House) -> House:
    for person in (ONE, TWO, OSAKA, CLERK):
        enrol(house, person)
    return house


@pytest.fixture
def village(sqlite_house: House) -> House:
    for person in (ONE, TWO, OSAKA, CLERK):
        enrol(sqlite_house, person)
    return sqlite_house


def enrol(house: House, person: Person) -> None:
    with house.store.begin() as tx:
        people.add(tx, person.login, name=person.name, at=house.now, password="no hash at all")
        for grant in person.grants:
            people.grant(tx, person.login, grant.role, office=grant.office, until=grant.until, by="test", at=house.now)


def fresh(house: House, person: Person) -> Person:
    with house.store.read() as tx:
        return people.person(tx, person.login)


def wish(role: Role = Role.APPROVER, office: str = "tokyo", login: str = CLERK.login, **more: object) -> Wish:
    return Wish(ChangeKind.GRANT, login, role, office, **more)  # type: ignore[arg-type]


def ask(house: House, wanted: Wish, by: Person = ONE) -> int:
    change = desk.ask(house.parts, wanted, by=by, now=house.now).change
    assert change is not None
    return change.id


def test_a_right_counts_once_a_second_admin_agreed(town: House) -> None:
    number = ask(town, wish())
    assert not fresh(town, CLERK).may(Role.APPROVER, "tokyo", TODAY)
    done = desk.confirm(town.parts, number, by=TWO, now=town.now)
    assert done.in_force
    assert fresh(town, CLERK).may(Role.APPROVER, "tokyo", TODAY)
    assert not fresh(town, CLERK).may(Role.APPROVER, "osaka", TODAY)
    with town.store.read() as tx:
        told = [(event.what, event.actor) for event in audit.about(tx, f"user:{CLERK.login}")]
    assert told == [("rights.asked", ONE.login), ("rights.confirmed", TWO.login)]


def test_nobody_confirms_what_they_asked_for(town: House) -> None:
    number = ask(town, wish())
    with pytest.raises(NotAllowed, match="another admin"):
        desk.confirm(town.parts, number, by=ONE, now=town.now)
    assert not fresh(town, CLERK).may(Role.APPROVER, "tokyo", TODAY)


@pytest.mark.parametrize("role", list(Role))
@pytest.mark.parametrize("office", [EVERYWHERE, "tokyo"])
def test_a_rogue_self_promotion_is_refused(village: House, role: Role, office: str) -> None:
    with pytest.raises(NotAllowed, match="own rights"):
        desk.ask(village.parts, wish(role, office, ONE.login), by=ONE, now=village.now)
    with pytest.raises(NotAllowed):
        desk.ask(village.parts, wish(role, office), by=CLERK, now=village.now)


def test_who_gains_cannot_be_the_second_admin(town: House) -> None:
    number = ask(town, wish(Role.APPROVER, "tokyo", TWO.login))
    with pytest.raises(NotAllowed, match="own rights"):
        desk.confirm(town.parts, number, by=TWO, now=town.now)


def test_a_right_of_ones_own_may_be_given_back(town: House) -> None:
    number = ask(town, Wish(ChangeKind.REVOKE, TWO.login, Role.ADMIN, EVERYWHERE), by=TWO)
    desk.confirm(town.parts, number, by=ONE, now=town.now)
    assert fresh(town, TWO).roles(TODAY) == ()


def test_rights_are_looked_up_when_the_button_is_pressed_not_when_the_page_was_opened(town: House) -> None:
    number = ask(town, wish())
    with town.store.begin() as tx:
        people.revoke(tx, TWO.login, Role.ADMIN, office=EVERYWHERE)
    with pytest.raises(NotAllowed):
        desk.confirm(town.parts, number, by=TWO, now=town.now)


@pytest.mark.parametrize(
    ("wanted", "why"),
    [
        (wish(office="tokyo"), "gives in an office that is not theirs"),
        (wish(office=EVERYWHERE), "gives everywhere"),
        (Wish(ChangeKind.RESET, ONE.login), "resets somebody who stands above them"),
        (Wish(ChangeKind.RESET, CLERK.login), "resets somebody of another office"),
    ],
)
def test_an_admin_of_one_office_reaches_only_that_office(village: House, wanted: Wish, why: str) -> None:
    with pytest.raises(NotAllowed):
        desk.ask(village.parts, wanted, by=OSAKA, now=village.now)
    assert why


def test_an_admin_of_one_office_gives_rights_there(village: House) -> None:
    desk.add_user(village.parts, "kansai", name="関西", by=OSAKA, now=village.now)
    number = ask(village, wish(Role.STAFF, "osaka", "kansai"), by=OSAKA)
    desk.confirm(village.parts, number, by=ONE, now=village.now)
    assert fresh(village, Person("kansai")).may(Role.STAFF, "osaka", TODAY)


def test_a_deputy_holds_the_right_until_the_last_day_and_not_longer(town: House) -> None:
    with town.store.begin() as tx:
        people.grant(tx, TWO.login, Role.APPROVER, office="tokyo", by="test", at=town.now)
    last = TODAY + timedelta(days=14)
    number = ask(town, wish(until=last, deputy_of=TWO.login))
    desk.confirm(town.parts, number, by=TWO, now=town.now)
    deputy = fresh(town, CLERK)
    assert deputy.may(Role.APPROVER, "tokyo", last)
    assert not deputy.may(Role.APPROVER, "tokyo", last + timedelta(days=1))
    with town.store.read() as tx:
        [given_now] = [each for each in people.given(tx, CLERK.login) if each.role is Role.APPROVER]
    assert (given_now.deputy_of, given_now.until) == (TWO.login, last)


@pytest.mark.parametrize(
    ("wanted", "says"),
    [
        (wish(deputy_of=TWO.login), "last day"),
        (wish(deputy_of=TWO.login, until=TODAY + timedelta(days=400)), "a year"),
        (wish(deputy_of=CLERK.login, until=TODAY), "own deputy"),
        (wish(deputy_of=TWO.login, until=TODAY), "does not hold"),
        (wish(until=TODAY - timedelta(days=1)), "passed"),
        (wish(office="atlantis"), "office"),
        (Wish(ChangeKind.GRANT, CLERK.login, None, "tokyo"), "role"),
        (Wish(ChangeKind.REVOKE, CLERK.login, Role.ADMIN, "tokyo"), "does not hold"),
        (Wish(ChangeKind.RESTORE, CLERK.login), "not switched off"),
        (Wish(ChangeKind.LINK, CLERK.login), "sign-in"),
        (wish(login="nobody"), "no user"),
    ],
)
def test_a_change_that_makes_no_sense_is_refused_before_anybody_is_asked(
    village: House, wanted: Wish, says: str
) -> None:
    with pytest.raises((BadInput, NotFound), match=says):
        desk.ask(village.parts, wanted, by=ONE, now=village.now)
    with village.store.read() as tx:
        assert rights.waiting(tx) == []


def test_the_same_change_is_asked_once(village: House) -> None:
    ask(village, wish())
    with pytest.raises(Conflict, match="already waits"):
        ask(village, wish(), by=TWO)


def test_a_change_is_decided_once(town: House) -> None:
    number = ask(town, wish())
    assert desk.refuse(town.parts, number, by=TWO, now=town.now).state is ChangeState.REFUSED
    with pytest.raises(Conflict):
        desk.confirm(town.parts, number, by=TWO, now=town.now)
    assert not fresh(town, CLERK).may(Role.APPROVER, "tokyo", TODAY)


def test_who_asked_may_take_it_back(village: House) -> None:
    number = ask(village, wish())
    assert desk.refuse(village.parts, number, by=ONE, now=village.now).state is ChangeState.WITHDRAWN


def test_a_change_whose_last_day_went_by_is_not_confirmed(village: House) -> None:
    number = ask(village, wish(until=TODAY))
    village.wait(days=1)
    with pytest.raises(NotAllowed, match="passed"):
        desk.confirm(village.parts, number, by=TWO, now=village.now)


def test_switching_off_ends_sessions_at_once_and_back_on_needs_two(town: House) -> None:
    password = desk.add_user(town.parts, "mika", name="臨時", by=ONE, now=town.now)
    sign_in(town.parts, "mika", password, address="192.0.2.50", agent="", now=town.now)
    desk.switch_off(town.parts, "mika", by=ONE, now=town.now)
    with town.store.read() as tx:
        assert people.all_sessions(tx, now=town.now) == []
    with pytest.raises(NotAllowed):
        sign_in(town.parts, "mika", password, address="192.0.2.51", agent="", now=town.now)
    number = ask(town, Wish(ChangeKind.RESTORE, "mika"))
    desk.confirm(town.parts, number, by=TWO, now=town.now)
    assert sign_in(town.parts, "mika", password, address="192.0.2.52", agent="", now=town.now).one_time


def test_nobody_switches_off_themselves_or_the_last_two_admins(village: House) -> None:
    with pytest.raises(NotAllowed, match="yourself"):
        desk.switch_off(village.parts, ONE.login, by=ONE, now=village.now)
    with pytest.raises(NotAllowed, match="Two admins"):
        desk.switch_off(village.parts, TWO.login, by=ONE, now=village.now)


def test_a_reset_makes_a_one_time_password_after_two_admins_and_ends_every_session(village: House) -> None:
    number = ask(village, Wish(ChangeKind.RESET, CLERK.login))
    done = desk.confirm(village.parts, number, by=TWO, now=village.now)
    assert done.password not in repr(done)
    signed_in = sign_in(village.parts, CLERK.login, done.password, address="192.0.2.53", agent="", now=village.now)
    assert signed_in.one_time
    assert signed_in.token not in repr(signed_in)


@pytest.mark.parametrize("login", ["operator", "kouhou", "api", "Big", "with space", "a:b", "", "ü", "x" * 51, "../x"])
def test_a_login_is_plain_and_not_a_name_of_the_service(village: House, login: str) -> None:
    with pytest.raises(BadInput, match="login"):
        desk.add_user(village.parts, login, name="x", by=ONE, now=village.now)


def test_the_operator_sets_up_the_first_admins_and_then_needs_one_of_them(sqlite_house: House) -> None:
    house = sqlite_house
    for login in ("first", "second", "third"):
        desk.add_user(house.parts, login, name=login, by=OPERATOR, now=house.now)
    for login in ("first", "second"):
        assert desk.ask(house.parts, wish(Role.ADMIN, EVERYWHERE, login), by=OPERATOR, now=house.now).in_force
    waiting = desk.ask(house.parts, wish(Role.ADMIN, EVERYWHERE, "third"), by=OPERATOR, now=house.now)
    assert not waiting.in_force
    assert waiting.change is not None
    desk.confirm(house.parts, waiting.change.id, by=fresh(house, Person("first")), now=house.now)
    assert fresh(house, Person("third")).may(Role.ADMIN, "tokyo", TODAY)


@settings(max_examples=25)
@given(data=st.data())
def test_whatever_one_person_does_alone_they_hold_no_more_than_before(template: Path, data: st.DataObject) -> None:
    """A rogue admin tries everything in any order, as themselves: nobody's rights grow by it."""
    with tempfile.TemporaryDirectory() as folder:
        shutil.copy(template, Path(folder) / "a.db")
        store = Store(f"sqlite:///{folder}/a.db", Seal(KEY))
        house = House(store, Path(folder))
        house.parts = _parts(house)
        before = {login: _held(house, login) for login in (ONE.login, TWO.login, CLERK.login)}
        for _ in range(data.draw(st.integers(1, 8))):
            _try_something(data, house)
        after = {login: _held(house, login) for login in before}
        store.close()
    assert all(after[login] <= before[login] for login in before)


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small database to copy: making all tables anew for each example would take most of the time."""
    folder = tmp_path_factory.mktemp("template")
    store = Store(f"sqlite:///{folder / 'a.db'}", Seal(KEY))
    store.create_all()
    house = House(store, folder)
    for person in (ONE, TWO, CLERK):
        enrol(house, person)
    store.close()
    return folder / "a.db"


def _held(house: House, login: str) -> set[tuple[str, str]]:
    with house.store.read() as tx:
        return {(each.role, each.office) for each in people.given(tx, login)}


def _try_something(data: st.DataObject, house: House) -> None:
    login = data.draw(st.sampled_from([ONE.login, TWO.login, CLERK.login, "sock"]))
    kind = data.draw(st.sampled_from(list(ChangeKind)))
    wanted = Wish(
        kind, login, data.draw(st.sampled_from(list(Role))), data.draw(st.sampled_from([EVERYWHERE, "tokyo"]))
    )
    act = data.draw(st.sampled_from(["ask", "confirm", "refuse", "add", "off"]))
    number = data.draw(st.integers(1, 5))
    try:
        if act == "ask":
            desk.ask(house.parts, wanted, by=ONE, now=house.now)
        elif act == "confirm":
            desk.confirm(house.parts, number, by=ONE, now=house.now)
        elif act == "refuse":
            desk.refuse(house.parts, number, by=ONE, now=house.now)
        elif act == "add":
            desk.add_user(house.parts, "sock", name="sock", subject="someone", by=ONE, now=house.now)
        else:
            desk.switch_off(house.parts, login, by=ONE, now=house.now)
    except KouhouError:
        return  # a refusal is what the rule is for


def _parts(house: House) -> Parts:
    return Parts(
        store=house.store,
        registry=lambda: house.registry,
        platforms={},
        screener=lambda: None,  # type: ignore[arg-type,return-value]
        shelf=Shelf(house.folder),
        clock=house.clock,
    )

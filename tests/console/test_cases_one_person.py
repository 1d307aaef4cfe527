"""The law of the desk at its pages: one person with every right, sending any form to any address, blocks nobody."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from typing import Final

import pytest
from starlette.routing import Route

from bot.console.app import rooms
from bot.domain.cases import Case, Verb
from bot.domain.people import EVERYWHERE, Grant, Person, Role
from bot.store import commands, people, rights
from bot.usecases import decide
from moderation.cases import CaseState, Move
from moderation.ladder import Step
from tests.console.moderator_desk import ConsoleDesk
from tests.console.rig import enrol
from tests.house import REVIEWER, House
from tests.usecases.desk import ADVERT, OTHER, X

ALONE: Final = Person("hitori", "何でも できる", tuple(Grant(role, EVERYWHERE) for role in Role))
STEPS, MOST_STEPS = 15, 300
"""Forms at random after every address was visited once; more only while the case stood in fewer than three states."""
_LEFT_ALONE: Final = ("/sign-out", "/sign-in", "/password", "/security", "/sessions", "/second-factor", "/operations")
"""Addresses that would only end the visit, or the work of everybody."""


@pytest.fixture
def desk(sqlite_house: House) -> ConsoleDesk:
    desk = ConsoleDesk(sqlite_house)
    enrol(sqlite_house, ALONE)
    return desk


def addresses() -> list[str]:
    """Every address of the console that takes a form."""
    found = {
        route.path
        for room in rooms()
        for route in room.routes
        if isinstance(route, Route) and "POST" in (route.methods or ())
    }
    return sorted(path for path in found if not path.startswith(_LEFT_ALONE))


def forged(desk: ConsoleDesk, case: Case, path: str, move: Move, chance: random.Random) -> tuple[str, dict[str, str]]:
    """An address filled in and a form with every field that any page knows; by chance some are wrong."""
    now = desk.now(case)
    right = 1 if path.startswith("/rights") else now.id
    places = {"number": right, "key": now.group_key or "0" * 64, "move": move, "login": OTHER.login}
    path = re.sub(r"{(\w+)}", lambda place: str(places.get(place[1], 1)), path)
    choose = chance.choice
    form = {
        "version": choose([str(now.version), str(now.version), str(now.version - 1)]),
        "category": choose(["6", "6", "6", "0", "9", ""]),
        "reason": choose(["理由", "理由", ""]),
        "why_not_less": "何度も書き込む",
        "step": choose(["block", "hide", "none"]),
        "ids": f"{now.id}:{now.version}",
        "outcome": choose(["uphold", "reverse"]),
        "channel": "letter",
        "words": "異議",
        "proposer": "somebody-else",
        "by": REVIEWER.login,
        "looked": "1",
        "reader": "名前",
        "do": choose(["hide", "seen"]),
        "move": move.value,
        "kind": "grant",
        "role": choose(["reviewer", "admin"]),
        "office": EVERYWHERE,
        "login": "futari",
        "name": "二人目",
    }
    return path, form


def blocked(desk: ConsoleDesk, case: Case) -> bool:
    with desk.house.store.read() as tx:
        told = {each.verb for each in commands.of_case(tx, case.id)}
    return bool(told & {Verb.BLOCK, Verb.DELETE}) or desk.now(case).step >= Step.DELETE


def offered(desk: ConsoleDesk, case: Case) -> tuple[Move, ...]:
    with desk.house.store.read() as tx:
        return decide.allowed(desk.parts, tx, desk.now(case), by=ALONE, now=desk.house.now)


def forms(desk: ConsoleDesk, case: Case, chance: random.Random) -> Iterator[tuple[str, Move]]:
    """Every address with every move it takes, those that erase words last; then at random about the case itself."""
    own = [path for path in addresses() if path.startswith(("/cases/{number}", "/groups/{key}"))]
    for path in sorted(addresses(), key=lambda path: (path not in own, "eras" in path)):
        yield from ((path, move) for move in (Move if "{move}" in path else (Move.CLAIM,)))
    while True:
        likely = chance.random() < 0.7
        path = "/cases/{number}/{move}" if likely else chance.choice(own)
        yield path, chance.choice(offered(desk, case) or tuple(Move) if likely else tuple(Move))


@pytest.mark.parametrize(
    "begun", [(), (Move.CLAIM, Move.PROPOSE_BLOCK), (Move.CLAIM, Move.HIDE, Move.PROPOSE_BLOCK)], ids=len
)
def test_one_person_with_every_right_blocks_nobody_by_any_form(desk: ConsoleDesk, begun: tuple[Move, ...]) -> None:
    case = desk.does(desk.case(ADVERT), *begun, by=ALONE)
    visitor, chance, reached = desk.visit(ALONE), random.Random(len(begun)), set()
    once = sum(len(Move) if "{move}" in path else 1 for path in addresses())
    for sent, (path, move) in enumerate(forms(desk, case, chance)):
        address, form = forged(desk, case, path, move, chance)
        visitor.post(address, form)
        assert not blocked(desk, case), (address, form)
        reached.add(desk.state(case))
        if sent >= once + (STEPS if len(reached) >= 3 else MOST_STEPS):
            break
    assert len(reached) >= 3, reached  # the walk did not stand still
    with desk.house.store.read() as tx:
        assert [each.role for each in people.given(tx, OTHER.login)] == [Role.MODERATOR]
        assert rights.of(tx, OTHER.login), "the right was asked for, and waits"


def test_no_read_of_any_address_changes_a_case(desk: ConsoleDesk) -> None:
    case = desk.case(ADVERT)
    desk.does(case, Move.CLAIM, Move.PROPOSE_BLOCK)
    before = desk.now(case)
    visitor = desk.visit(REVIEWER)
    for move in Move:
        visitor.get(f"/cases/{case.id}/{move}")
        visitor.get(f"/groups/{before.group_key}/{move}")
    visitor.get(f"/cases/{case.id}")
    assert desk.now(case) == before


def test_a_forged_form_without_the_token_does_nothing(desk: ConsoleDesk) -> None:
    case = desk.case(ADVERT)
    desk.does(case, Move.CLAIM, Move.PROPOSE_BLOCK)
    desk.looks(case)
    visitor = desk.visit(REVIEWER)
    visitor.csrf = "0" * 64
    answer = visitor.post(f"/cases/{case.id}/approve", {"version": str(desk.now(case).version)})
    assert answer.status_code == 403
    assert desk.state(case) is CaseState.PROPOSED


def test_with_a_second_person_the_same_forms_do_block(desk: ConsoleDesk) -> None:
    """The law above would hold for a desk that can do nothing at all; this one can."""
    case = desk.case(ADVERT, account=X)
    desk.sends(case, "claim", ALONE)
    assert desk.sends(case, "propose-block", ALONE, category="6", why_not_less="何度も").status_code == 303
    assert desk.sends(case, "approve", ALONE).status_code == 422
    assert desk.sends(case, "approve", REVIEWER).status_code == 422  # the evidence comes first
    desk.visit(REVIEWER).post(f"/cases/{case.id}/look", {"category": "6", "step": "block"})
    assert desk.sends(case, "approve", REVIEWER).status_code == 303
    assert blocked(desk, case)

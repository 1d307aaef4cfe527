"""The law of the desk at its pages: one person with every right, sending any form to any address, blocks nobody."""

from __future__ import annotations

import random
from typing import Final

import pytest
from starlette.routing import Route

from bot.console.app import rooms
from bot.domain.cases import Case, Verb
from bot.domain.people import EVERYWHERE, Grant, Person, Role
from bot.store import commands
from bot.usecases import decide
from moderation.cases import CaseState, Move
from moderation.ladder import Step
from tests.console.moderator_desk import ConsoleDesk
from tests.console.rig import Visitor, enrol
from tests.house import REVIEWER, House
from tests.usecases.desk import ADVERT, X

ALONE: Final = Person("hitori", "何でも できる", tuple(Grant(role, EVERYWHERE) for role in Role))
REQUESTS: Final = 80
_LEFT_ALONE: Final = (
    "/sign-out",
    "/sign-in",
    "/password",
    "/people",
    "/security",
    "/sessions",
    "/second-factor",
    "/operations",
)
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


def forged(chance: random.Random, desk: ConsoleDesk, case: Case, path: str) -> tuple[str, dict[str, str]]:
    """An address filled in and a form with every field that any page knows, right or wrong."""
    now = desk.now(case)
    with desk.house.store.read() as tx:
        offered = decide.allowed(desk.parts, tx, now, by=ALONE, now=desk.house.now)
    move = chance.choice(offered or tuple(Move)) if chance.random() < 0.5 else chance.choice(tuple(Move))
    places = {
        "number": str(now.id),
        "key": now.group_key or "0" * 64,
        "move": move.value,
        "command": "1",
        "drift_id": "1",
    }
    for name, value in places.items():
        path = path.replace("{" + name + "}", value)
    choose = chance.choice
    form = {
        "version": choose([str(now.version), str(now.version - 1)]),
        "category": choose(["6", "6", "0", "9", ""]),
        "reason": choose(["理由", "理由", ""]),
        "why_not_less": "何度も書き込む",
        "step": choose(["block", "hide", "none"]),
        "ids": str(now.id),
        "outcome": choose(["uphold", "reverse"]),
        "channel": "letter",
        "words": "異議",
        "proposer": "somebody-else",
        "by": REVIEWER.login,
        "looked": "1",
        "do": choose(["hide", "seen"]),
        "move": move.value,
    }
    return path, form


def blocked(desk: ConsoleDesk, case: Case) -> bool:
    with desk.house.store.read() as tx:
        told = {each.verb for each in commands.of_case(tx, case.id)}
    return bool(told & {Verb.BLOCK, Verb.DELETE}) or desk.now(case).step >= Step.DELETE


def wander(desk: ConsoleDesk, case: Case, visitor: Visitor, seed: int) -> set[CaseState]:
    """Sends forms at random, most of them about the case itself. Returns the states that the case was in."""
    chance, everywhere = random.Random(seed), addresses()
    own = [path for path in everywhere if path.startswith(("/cases/{number}", "/groups/{key}"))]
    own += ["/cases/{number}/{move}"] * len(own)
    reached = {desk.state(case)}
    for _ in range(REQUESTS):
        path, form = forged(chance, desk, case, chance.choice(own if chance.random() < 0.7 else everywhere))
        visitor.post(path, form)
        assert not blocked(desk, case), (seed, path, form)
        reached.add(desk.state(case))
    return reached


@pytest.mark.parametrize(
    "begun", [(), (Move.CLAIM, Move.PROPOSE_BLOCK), (Move.CLAIM, Move.HIDE, Move.PROPOSE_BLOCK)], ids=len
)
def test_one_person_with_every_right_blocks_nobody_by_any_form(desk: ConsoleDesk, begun: tuple[Move, ...]) -> None:
    case = desk.does(desk.case(ADVERT), *begun, by=ALONE)
    reached = wander(desk, case, desk.visit(ALONE), seed=7 + len(begun))
    assert len(reached) >= 3, reached  # the walk did not stand still


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

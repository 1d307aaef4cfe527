"""Working through the queue: which case comes next for a person, how many are left, what was decided just now."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import chain
from typing import Final

from bot.domain.cases import Case
from bot.domain.errors import KouhouError
from bot.domain.people import Person
from bot.store import cases
from bot.store.cases import Wanted
from bot.store.database import Tx
from bot.usecases import decide, exposure
from bot.usecases.parts import Parts
from moderation.cases import CaseFacts, Move, waits_for, way_back, why_not

AT_A_TIME: Final = 20
FURTHEST: Final = 1000
"""So many cases in a row that only others can go on with are passed over before the search ends."""


@dataclass(frozen=True, slots=True)
class Around:
    """The cases before and behind one that wait for this person; ``left`` counts its lane, itself included."""

    before: Case | None
    behind: Case | None
    left: int


@dataclass(frozen=True, slots=True)
class JustDone:
    """A person's newest move on a case. ``back`` takes it back in one press; ``final``: nothing ever can."""

    case: Case
    move: Move
    back: Move | None
    final: bool


def around(parts: Parts, tx: Tx, case: Case, wanted: Wanted, *, by: Person, now: datetime) -> Around:
    """What stands around a case in the queue that the person came from."""
    return Around(
        before=next(_waiting(parts, tx, case, wanted, by, now, back=True), None),
        behind=next(_waiting(parts, tx, case, wanted, by, now), None),
        left=cases.count(tx, replace(wanted, lane=case.lane)),
    )


def onward(parts: Parts, tx: Tx, case: Case, wanted: Wanted, *, by: Person, now: datetime) -> Case | None:
    """The next case after a decision: behind the decided one, else from the front again; None: nothing waits."""
    found = chain(_waiting(parts, tx, case, wanted, by, now), _waiting(parts, tx, None, wanted, by, now))
    return next((each for each in found if each.id != case.id), None)


def just_done(parts: Parts, tx: Tx, case_id: int, *, by: Person, now: datetime) -> JustDone | None:
    """What this person did last on a case; None when that was somebody else, or they may not read it."""
    try:
        case = cases.get(tx, case_id)
        exposure.may_read(parts, case, by, now)
    except KouhouError:
        return None
    made = cases.decisions(tx, case_id)
    if not made or made[-1].by != by.login:
        return None
    facts, person = decide.facts_of(parts, tx, case, by), decide.moderator(parts, by, case.office, now)
    final = why_not(facts, person, Move.UNDO) == "cannot-be-undone"
    return JustDone(case, made[-1].move, way_back(facts, person, made[-1].move), final)


def _waiting(
    parts: Parts, tx: Tx, past: Case | None, wanted: Wanted, by: Person, now: datetime, *, back: bool = False
) -> Iterator[Case]:
    for _ in range(FURTHEST // AT_A_TIME):
        found = cases.beyond(tx, wanted, past, back=back, limit=AT_A_TIME)
        yield from (case for case in found if _waits(parts, case, by, now))
        if len(found) < AT_A_TIME:
            return
        past = found[-1]


def _waits(parts: Parts, case: Case, by: Person, now: datetime) -> bool:
    """Told from the case's row alone; who only reads goes through all of them."""
    case, person = decide.lapse(case, now), decide.moderator(parts, by, case.office, now)
    facts = CaseFacts(
        state=case.state,
        step=case.step,
        labels=frozenset(case.labels),
        holder=case.holder,
        proposer=case.proposer,
        deciders=frozenset({case.decider} if case.decider else ()),
        review_due=case.review_due,
    )
    return not person.duties or waits_for(facts, person)

"""Floods and brigades: many cases with the same words, judged once for the members that were listed, never for later
arrivals.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from bot.domain.cases import Case
from bot.domain.errors import BadInput, KouhouError, NotAllowed
from bot.domain.judging import Opinion
from bot.domain.people import Person
from bot.store import audit, cases, replies
from bot.store.database import Tx
from bot.usecases.decide import NO_GROUNDS, Grounds, decide_in, look
from bot.usecases.parts import Parts
from moderation.cases import CaseState, Move

MOST: Final = 1000
"""Cases that one decision may list."""
LEAST: Final = 3
"""So many equal open cases are offered as a group."""
OPEN: Final = (CaseState.OPEN, CaseState.CLAIMED, CaseState.PROPOSED)
TOGETHER: Final = frozenset(
    {
        Move.CLAIM,
        Move.DISMISS,
        Move.HIDE,
        Move.PROPOSE_DELETE,
        Move.PROPOSE_BLOCK,
        Move.CONFIRM_READING,
        Move.APPROVE,
        Move.REFUSE,
        Move.UNDO,
    }
)
"""Moves that may be made for many at once; an urgent deletion, a review and an objection are each looked at alone."""
_AS_THEY_ARE: Final[Mapping[int, int]] = {}


@dataclass(frozen=True, slots=True)
class Group:
    """Cases with the same words. ``key`` names the group, ``sample`` is one member's case number."""

    key: str
    cases: int
    first: datetime
    last: datetime
    sample: int


@dataclass(frozen=True, slots=True)
class Members:
    """Who would be decided about: the numbers to list, how many authors and accounts, and some of the words."""

    ids: tuple[int, ...]
    authors: int
    accounts: tuple[str, ...]
    examples: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Done:
    """What became of a decision for many: done, and those where it was not possible with the reason."""

    done: tuple[int, ...]
    refused: dict[int, KouhouError]


def groups(tx: Tx, *, offices: Sequence[str] | None, least: int = LEAST, limit: int = 50) -> list[Group]:
    """Open groups, the largest first."""
    sizes = cases.group_sizes(tx, states=OPEN, offices=offices, least=least, limit=limit)
    return [Group(key, n, first, last, cases.first_of_group(tx, key, OPEN)) for key, n, first, last in sizes]


def members(tx: Tx, key: str, *, offices: Sequence[str] | None, limit: int = MOST) -> Members:
    """The count before the act: exactly these are listed, and only these are decided."""
    found = cases.find(tx, states=OPEN, offices=offices, group_key=key, limit=limit)
    said = replies.many(tx, [each.reply for each in found])
    words = dict.fromkeys(reply.text or "" for reply in said.values())
    return Members(
        ids=tuple(each.id for each in found),
        authors=len({reply.author_id or reply.platform_id for reply in said.values()}),
        accounts=tuple(sorted({each.account for each in found})),
        examples=tuple(words)[:5],
    )


def decide_group(
    parts: Parts,
    ids: Sequence[int],
    move: Move,
    *,
    by: Person,
    now: datetime,
    grounds: Grounds = NO_GROUNDS,
    key: str = "",
    versions: Mapping[int, int] = _AS_THEY_ARE,
) -> Done:
    """One move for the listed members of one group, each checked and written down by itself; free ones are claimed.

    ``key`` and ``versions`` are what the person was shown: a member that left the group or changed since then, and one
    that cannot take the move, is left as it was. BadInput when the list is empty, too long, or mixes groups.
    """
    if move not in TOGETHER:
        raise NotAllowed("This step is taken case by case.").worded("problem.case-by-case")
    with parts.store.begin() as tx:
        listed = _listed(tx, ids, mixed=bool(key))
        key = key or listed[0].group_key
        done: list[int] = []
        refused: dict[int, KouhouError] = {}
        for case in listed:
            try:
                _as_shown(case, key, versions)
                _one(parts, tx, case, move, by, now, grounds)
                done.append(case.id)
            except BadInput:
                raise  # the grounds are the same for all: mend them once
            except KouhouError as exc:
                refused[case.id] = exc
        audit.append(tx, by, f"group.{move.value}", f"group:{key[:16]}", at=now, cases=done, refused=sorted(refused))
    return Done(tuple(done), refused)


def look_group(
    parts: Parts,
    ids: Sequence[int],
    opinion: Opinion,
    *,
    by: Person,
    now: datetime,
    key: str = "",
    versions: Mapping[int, int] = _AS_THEY_ARE,
) -> Done:
    """The second person's own view of every listed proposal, put down before the reasons are shown."""
    with parts.store.read() as tx:
        listed = _listed(tx, ids, mixed=bool(key))
    done: list[int] = []
    refused: dict[int, KouhouError] = {}
    for case in listed:
        try:
            _as_shown(case, key or case.group_key, versions)
            look(parts, case.id, opinion, by=by, now=now)
            done.append(case.id)
        except KouhouError as exc:
            refused[case.id] = exc
    return Done(tuple(done), refused)


def _as_shown(case: Case, key: str, versions: Mapping[int, int]) -> None:
    if case.group_key != key or versions.get(case.id, case.version) != case.version:
        raise NotAllowed(f"Case {case.id} changed since the group was listed; open it again.").worded(
            "problem.case-moved"
        )


def _listed(tx: Tx, ids: Sequence[int], *, mixed: bool) -> list[Case]:
    if not 0 < len(set(ids)) <= MOST:
        raise BadInput(f"List between 1 and {MOST} cases.", key="ids").worded("problem.group-size", most=MOST)
    found = cases.many(tx, list(dict.fromkeys(ids)))
    keys = {each.group_key for each in found}
    if len(found) != len(set(ids)) or (not mixed and (len(keys) != 1 or keys == {""})):
        raise BadInput("These cases do not belong to one group; open the group again.", key="ids").worded(
            "problem.group-mixed"
        )
    return found


def _one(parts: Parts, tx: Tx, case: Case, move: Move, by: Person, now: datetime, grounds: Grounds) -> None:
    with cases.apart(tx):  # a refusal halfway leaves this member as it was
        decide_in(parts, tx, case.id, move, by=by, now=now, grounds=grounds)

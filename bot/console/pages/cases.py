"""The moderators' queue: lanes by harm, then age; every filter stands in the address."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from fastapi.responses import Response

from bot.console import moderating as desk
from bot.console import rounds, shown
from bot.console.guard import Here, Room
from bot.console.moderating import DESK, READERS, WORKING
from bot.console.show import page
from bot.console.visit import Visit
from bot.domain.cases import Case, KeptReply
from bot.store import cases, replies
from bot.store.cases import Wanted
from moderation.cases import UNKNOWN, CaseState

room = Room()
PER_PAGE: Final = 50
MINE: Final = "mine"
"""In place of one language: all that the person reads, and what nobody can name."""
_LANES: Final = ("0", "1", "2", "3")
_SCORES: Final = (("50", "0.5"), ("70", "0.7"), ("90", "0.9"))


@dataclass(frozen=True, slots=True)
class Line:
    """One row of the queue."""

    case: Case
    words: str | None
    author: str
    harsh: bool
    reads: bool


@room.page("/cases", DESK)
def queue(visit: Here) -> Response:
    wanted = wanted_of(visit)
    number = max(1, visit.number("page", 1, most=2000))
    offices = visit.offices(*READERS)
    with visit.parts.store.read() as tx:
        found = cases.queue(tx, wanted, limit=PER_PAGE, offset=(number - 1) * PER_PAGE)
        total = cases.count(tx, wanted)
        lanes = cases.count_by_lane(tx, states=WORKING, offices=offices)
        said = replies.many(tx, [case.reply for case in found])
    shown.note(visit, "/cases", said)
    filters = _filters(visit, offices)
    return page(
        visit,
        "cases/queue.html",
        lines=[_line(visit, case, said) for case in found],
        total=total,
        number=number,
        per_page=PER_PAGE,
        lanes=[lanes.get(lane, 0) for lane in range(4)],
        filters=filters,
        narrowed=any(value for _, value, _ in filters) or bool(wanted.group_key),
        trail=rounds.trail(visit),
        just=rounds.just_done(visit),
    )


def _line(visit: Visit, case: Case, said: Mapping[int, KeptReply]) -> Line:
    harsh, reads = desk.is_harsh(case), case.language in (*visit.by.reads, UNKNOWN)
    reply = said.get(case.reply)
    if reply is None:
        return Line(case, None, "", harsh, reads)
    return Line(case, reply.text, reply.author.handle or reply.author.name, harsh, reads)


def wanted_of(visit: Visit) -> Wanted:
    """Which cases the address asks for; what it does not know asks for nothing, and other offices are left out."""
    state, lane, score = visit.query("state"), visit.query("lane"), visit.query("score")
    allowed = visit.offices(*READERS)
    office = visit.query("office")
    mine = allowed is None or office in allowed
    return Wanted(
        states=(CaseState(state),) if state in set(CaseState) else WORKING,
        offices=(office,) if office and mine else allowed,
        lane=int(lane) if lane in _LANES else None,
        category=desk.category_of(visit.query("category")),
        language="" if visit.query("language") == MINE else visit.query("language"),
        languages=(*visit.by.reads, UNKNOWN) if visit.query("language") == MINE else (),
        platform=visit.query("platform") if visit.query("platform") in ("x", "facebook") else "",
        min_score=int(score) / 100 if score in dict(_SCORES) else 0.0,
        group_key=visit.query("group"),
    )


def _filters(visit: Visit, offices: tuple[str, ...] | None) -> list[tuple[str, str, desk.Choices]]:
    """Each filter with its value and its choices, in the order of the form."""
    states = [
        ("", visit.words.plain("cases.working")),
        *desk.coded(visit, "case-state", [each.value for each in CaseState]),
    ]
    choices = {
        "lane": desk.any_of(visit, desk.coded(visit, "lane", _LANES)),
        "state": states,
        "category": desk.any_of(visit, desk.categories(visit)),
        "office": desk.any_of(visit, desk.offices(visit, offices)),
        "language": desk.any_of(
            visit, [(MINE, visit.words.plain("readers.mine")), *desk.coded(visit, "language", desk.LANGUAGES)]
        ),
        "platform": desk.any_of(visit, desk.coded(visit, "platform", ("x", "facebook"))),
        "score": desk.any_of(visit, _SCORES),
    }
    return [(name, visit.query(name), each) for name, each in choices.items()]

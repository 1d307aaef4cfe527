"""Floods and brigades: equal words listed, looked at and decided once for exactly the members that were listed."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Annotated, Final

from fastapi import Path
from fastapi.responses import Response

from bot.console import moderating as desk
from bot.console import shown
from bot.console.guard import Here, Room
from bot.console.moderating import DANGER, DESK, HANDS, KEYS, READERS
from bot.console.show import go, page, sentence
from bot.console.visit import Visit
from bot.domain.cases import Case, KeptReply
from bot.domain.errors import BadInput, KouhouError, NotFound
from bot.domain.people import Role
from bot.store import cases, replies
from bot.usecases import decide, exposure, groups
from bot.usecases.decide import Grounds
from moderation.cases import CaseState, Move
from moderation.gloss import known_words

room = Room()
Key = Annotated[str, Path(pattern=r"^[0-9a-f]{16,64}$")]
STAGES: Final[Mapping[str, tuple[CaseState, ...]]] = {
    "waiting": (CaseState.OPEN, CaseState.CLAIMED),
    "proposed": (CaseState.PROPOSED,),
    "acted": (CaseState.ACTED, CaseState.CLOSED),
}
"""What stands alike is decided alike; each stage is a list of its own."""
SHOWN: Final = 50
WORDINGS: Final = 5
WHYS: Final = frozenset({"problem.case-moved", *(f"why-not.{code}" for code in decide.WHY_NOT)})
"""Why a member was left out, as far as that is said of it; the address names nothing else."""
_WHY: Final = re.compile(r"([a-z.-]{1,40}):([0-9]{1,4})(?:,|$)")
_STEP: Final = frozenset({Move.HIDE, Move.PROPOSE_BLOCK, Move.PROPOSE_DELETE})
OFFERED: Final[Mapping[str, frozenset[Move]]] = {
    "waiting": _STEP | {Move.DISMISS},
    "proposed": frozenset({Move.CONFIRM_READING, Move.APPROVE, Move.REFUSE}),
    "acted": frozenset({Move.UNDO}),
}
"""What is decided for many; the rest is looked at case by case."""


@room.page("/groups", HANDS)
def listing(visit: Here) -> Response:
    """Words that many cases share, the most frequent first."""
    with visit.parts.store.read() as tx:
        found = groups.groups(tx, offices=visit.offices(*READERS))
        samples = {case.id: case for case in cases.many(tx, [each.sample for each in found])}
        said = replies.many(tx, [case.reply for case in samples.values()])
    shown.note(visit, "/groups", said)
    lines = [(each, samples.get(each.sample), _words(samples.get(each.sample), said)) for each in found]
    return page(visit, "cases/groups.html", lines=lines)


@room.page("/groups/{key}", DESK)
def one(visit: Here, key: Key) -> Response:
    return _one(visit, key)


@room.form("/groups/{key}/look", HANDS)
def look(visit: Here, key: Key) -> Response:
    """The second person's own view of every listed proposal."""
    listed, opinion = _listed(visit), desk.opinion_of(visit)
    done = groups.look_group(visit.parts, tuple(listed), opinion, by=visit.by, now=visit.now, key=key, versions=listed)
    return _done(key, done, stage="proposed")


@room.form("/groups/{key}/confirm-reading", HANDS)
def confirm_reading(visit: Here, key: Key) -> Response:
    """Who read the words that all listed proposals are about."""
    return _done(
        key, _decide(visit, key, Move.CONFIRM_READING, Grounds(reason=visit.form.get("reader", ""))), stage="proposed"
    )


@room.form("/groups/{key}/{move}", HANDS)
def make_move(visit: Here, key: Key, move: str) -> Response:
    """One move for the members that the form lists; whoever came later is not among them."""
    if move not in set(Move):
        raise BadInput("There is no such step.").worded("why-not.no-such-step")
    form = visit.form
    grounds = Grounds(desk.category_of(form.get("category", "")), desk.reason_of(visit), form.get("why_not_less", ""))
    try:
        return _done(key, _decide(visit, key, Move(move), grounds))
    except KouhouError as exc:
        return _one(visit, key, problem=sentence(visit, exc), typed=form, status=422)


def _decide(visit: Visit, key: str, move: Move, grounds: Grounds) -> groups.Done:
    listed = _listed(visit)
    return groups.decide_group(
        visit.parts, tuple(listed), move, by=visit.by, now=visit.now, grounds=grounds, key=key, versions=listed
    )


def _done(key: str, done: groups.Done, **more: str) -> Response:
    """Back to the group, told how many and why not the others."""
    reasons = Counter(each.word for each in done.refused.values() if each.word in WHYS)
    why = {"why": ",".join(f"{word}:{n}" for word, n in sorted(reasons.items()))} if reasons else {}
    return go(f"/groups/{key}", n=str(len(done.done)), refused=str(len(done.refused)), **why, **more)


def _one(
    visit: Visit, key: str, *, problem: str = "", typed: Mapping[str, str] | None = None, status: int = 200
) -> Response:
    stages = {name: _members(visit, key, states) for name, states in STAGES.items()}
    stage = visit.query("stage") if visit.query("stage") in stages else ""
    stage = stage or next((name for name, found in stages.items() if found), "waiting")
    listed = stages[stage]
    if not any(stages.values()):
        raise NotFound("There is no such group.").worded("problem.no-group")
    sample, said = _looked_at(visit, listed or next(found for found in stages.values() if found))
    wordings = list(dict.fromkeys(reply.text or "" for reply in said.values()))
    words = "\n".join(wordings[:WORDINGS])
    kept = {name: (typed or {}).get(name, "") for name in ("category", "reason", "why_not_less", "note")}
    moves, concealed = _offered(visit, sample, stage) if listed else ((), False)
    return page(
        visit,
        "cases/group.html",
        status,
        key=key,
        problem=problem,
        sizes={name: len(found) for name, found in stages.items()},
        stage=stage,
        listed=listed,
        ids=",".join(f"{case.id}:{case.version}" for case in listed),
        shown=[(case, said.get(case.reply)) for case in listed[:SHOWN]],
        wordings=wordings[:WORDINGS],
        others=len(wordings[WORDINGS:]),
        glossary=desk.meanings(visit, words, known_words(words, sample.language)),
        authors=len({reply.author_id or reply.platform_id for reply in said.values()}),
        accounts=sorted({case.account for case in listed}),
        harsh=desk.is_harsh(sample),
        moves=[move for move in moves if move is not Move.CONFIRM_READING],
        unread=Move.CONFIRM_READING in moves,
        concealed=concealed,
        grounds=bool(set(moves) & _STEP),
        lower=any(move in DANGER for move in moves),
        steps=desk.steps(visit),
        notes=desk.notes(visit),
        typed=kept | {"category": kept["category"] or str(int(sample.labels[0])) if sample.labels else ""},
        platform=sample.platform,
        keys=KEYS,
        danger=DANGER,
        done=(visit.number("n"), visit.number("refused")) if visit.query("n") else None,
        whys=[(word, int(n)) for word, n in _WHY.findall(visit.query("why")) if word in WHYS],
    )


def _members(visit: Visit, key: str, states: Sequence[CaseState]) -> list[Case]:
    with visit.parts.store.read() as tx:
        return cases.find(tx, states=states, offices=visit.offices(*READERS), group_key=key, limit=groups.MOST)


def _looked_at(visit: Visit, listed: Sequence[Case]) -> tuple[Case, dict[int, KeptReply]]:
    """One member that nobody holds stands for all; that it was read is logged like any other reading."""
    sample = next((case for case in listed if case.state is not CaseState.CLAIMED), listed[0])
    with visit.parts.store.begin() as tx:
        exposure.may_read(visit.parts, sample, visit.by, visit.now)
        exposure.note_read(tx, sample, replies.verdict(tx, sample.verdict), visit.by, now=visit.now)
        said = replies.many(tx, [case.reply for case in listed])
    shown.note(visit, "/groups", said)
    return sample, said


def _offered(visit: Visit, sample: Case, stage: str) -> tuple[tuple[Move, ...], bool]:
    """What may be done for all, judged by one member; the use case checks each one again."""
    if not visit.has(Role.MODERATOR, Role.REVIEWER):
        return (), False
    with visit.parts.store.read() as tx:
        allowed = decide.allowed(visit.parts, tx, sample, by=visit.by, now=visit.now)
        looked = decide.has_looked(tx, sample, visit.by)
    concealed = stage == "proposed" and not looked and visit.by.login != sample.proposer
    return tuple(move for move in allowed if move in OFFERED[stage]), concealed


def _listed(visit: Visit) -> dict[int, int]:
    """The listed cases with the versions that were shown; BadInput for anything else."""
    text = visit.form.get("ids", "")
    if not re.fullmatch(r"\d{1,9}:\d{1,9}(,\d{1,9}:\d{1,9}){0,999}", text, re.ASCII):
        raise BadInput("List between 1 and 1000 cases; open the group again.", key="ids").worded("problem.number")
    return {int(number): int(version) for number, _, version in (each.partition(":") for each in text.split(","))}


def _words(case: Case | None, said: Mapping[int, KeptReply]) -> str | None:
    reply = said.get(case.reply) if case else None
    return reply.text if reply else None

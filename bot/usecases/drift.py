"""The platform no longer stands as decided: shown again by a colleague, edited, deleted, blocked or unblocked elsewhere.

Nothing is put right by itself: every difference is an alarm on its case, and a person decides.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

import structlog

from bot.domain.accounts import Account
from bot.domain.cases import Case, Command, CommandState, Drift, DriftKind, Verb
from bot.domain.errors import NotAllowed
from bot.domain.people import SERVICE, Person, Role, require
from bot.domain.ports import SeenReply
from bot.store import archive, audit, cases, commands, replies, service
from bot.store.database import Tx
from bot.usecases import carry_out
from bot.usecases.parts import Parts
from moderation.cases import CaseState
from moderation.ladder import Step

log = structlog.get_logger()

PROVE_EVERY: Final = timedelta(days=1)
HANDS_EVERY: Final = timedelta(minutes=15)
LISTS_AT_ONCE: Final = 5
"""Block lists read in one run: X allows 15 reads in 15 minutes and account, and confirmations need some of them."""


def compare(parts: Parts, tx: Tx, account: Account, present: Sequence[SeenReply], *, now: datetime) -> int:
    """Holds what a platform says about hiding against our last command on each reply; returns how many alarms."""
    said = {f"reply:{each.platform_id}": each.hidden for each in present if each.hidden is not None}
    last = commands.objects(tx, account.id, list(said))
    alarms = 0
    for obj, hidden in said.items():
        command = last.get(obj)
        if command is not None and _settled(command) and command.verb is Verb.HIDE and not hidden:
            alarms += _alarm(tx, cases.get(tx, command.case), DriftKind.UNDONE, now)
        elif hidden and (kind := _why_hidden(command)):
            case = _case_of(tx, account, obj)
            alarms += case is not None and _alarm(tx, case, kind, now)
    return alarms


def edited(parts: Parts, tx: Tx, reply_id: int, *, now: datetime) -> None:
    """The words changed after somebody decided about them."""
    case = cases.of_reply(tx, reply_id)
    if case is not None and case.state in (CaseState.ACTED, CaseState.CLOSED, CaseState.PROPOSED):
        _alarm(tx, case, DriftKind.EDITED, now)


def gone(parts: Parts, tx: Tx, reply_id: int, *, now: datetime) -> None:
    """The reply left the platform, and not by our deletion."""
    case = cases.of_reply(tx, reply_id)
    if case is None or case.step is Step.DELETE:
        return
    _alarm(tx, case, DriftKind.GONE, now)


def back(tx: Tx, reply_id: int, *, now: datetime) -> None:
    """The reply stands on the platform again: that it was gone needs nobody's look any more."""
    case = cases.of_reply(tx, reply_id)
    for each in commands.drifts(tx, case.id) if case else ():
        if each.kind is DriftKind.GONE and each.settled_at is None:
            commands.settle_drift(tx, each.id, by=SERVICE.login, at=now)


def blocked_elsewhere(parts: Parts, tx: Tx, account: Account, author_id: str, *, blocked: bool, now: datetime) -> bool:
    """A platform told that somebody was blocked or unblocked: proof of a block by hand, or a colleague's own act."""
    command = commands.newest(tx, account.id, f"author:{author_id}")
    wanted = Verb.BLOCK if blocked else Verb.UNBLOCK
    if command is not None and command.verb is wanted:
        return _proved_by_event(tx, command, blocked=blocked, now=now)
    if command is not None and not _settled(command):
        return False
    case = cases.get(tx, command.case) if command else _newest_case(tx, account, author_id)
    kind = DriftKind.BLOCKED_ELSEWHERE if blocked else DriftKind.UNBLOCKED_ELSEWHERE
    return case is not None and _alarm(tx, case, kind, now)


def lifted(tx: Tx, case: Case, obj: str, *, now: datetime) -> None:
    """A block taken back on one case does not hold on another about the same author any more: people decide there."""
    for other in cases.many(tx, commands.blocked_by(tx, case.account, obj)):
        if other.id != case.id and other.step is Step.BLOCK:
            _alarm(tx, other, DriftKind.LIFTED, now)


def check_blocks(parts: Parts, *, now: datetime) -> int:
    """Reads block lists: proves blocks by hand that nobody confirmed, and finds lifted ones. Returns what changed."""
    with parts.store.read() as tx:
        due = commands.blocks_to_prove(tx, before=now - PROVE_EVERY, limit=LISTS_AT_ONCE)
        hands = commands.by_hand_unproved(tx, before=now - HANDS_EVERY, limit=LISTS_AT_ONCE)
    changed = sum(_still_blocked(parts, command, now) for command in due)
    return changed + sum(_done_by_hand(parts, command, now) for command in hands)


def settle(parts: Parts, drift_id: int, *, by: Person, now: datetime) -> Drift:
    """A moderator looked at an alarm."""
    with parts.store.begin() as tx:
        case = cases.get(tx, commands.drift(tx, drift_id).case)
        require(by, Role.MODERATOR, case.office, parts.today(parts.registry().office(case.office), now))
        audit.append(tx, by, "drift.settled", f"case:{case.id}", at=now, office=case.office, drift=drift_id)
        return commands.settle_drift(tx, drift_id, by=by.login, at=now)


def hide_again(parts: Parts, drift_id: int, *, by: Person, now: datetime) -> Command:
    """Repeats a hiding that somebody undid in the app; a block that was lifted needs a new proposal."""
    with parts.store.begin() as tx:
        found = commands.drift(tx, drift_id)
        case = cases.get(tx, found.case)
        require(by, Role.MODERATOR, case.office, parts.today(parts.registry().office(case.office), now))
        if found.kind is not DriftKind.UNDONE or case.step not in (Step.HIDE, Step.BLOCK):
            raise NotAllowed("Only a hiding that is still decided can be repeated.").worded("problem.not-hidden")
        obj = f"reply:{replies.get(tx, case.reply).platform_id}"
        command = commands.order(tx, case, Verb.HIDE, obj, state=CommandState.QUEUED, by=by.login, at=now)
        commands.settle_drift(tx, drift_id, by=by.login, at=now)
        audit.append(tx, by, "drift.hidden-again", f"case:{case.id}", at=now, office=case.office, command=command.id)
    return command


def _alarm(tx: Tx, case: Case, kind: DriftKind, now: datetime) -> bool:
    """Tells the office once per difference."""
    if commands.note_drift(tx, case, kind, at=now) is None:
        return False
    audit.append(tx, SERVICE, f"drift.{kind.value}", f"case:{case.id}", at=now, office=case.office)
    service.tell(tx, [f"office:{case.office}", "role:moderator"], f"drift.{kind.value}", f"case:{case.id}", at=now)
    log.warning("drift_noticed", case=case.id, kind=kind.value)
    return True


def _why_hidden(command: Command | None) -> DriftKind | None:
    """How a hidden reply differs from the newest command on it; None where it stands as ordered."""
    if command is None or (command.verb is Verb.UNHIDE and command.state is CommandState.DONE):
        return DriftKind.HIDDEN_ELSEWHERE
    gave_up = command.verb is Verb.UNHIDE and command.can_be_repeated
    return DriftKind.STILL_HIDDEN if gave_up else None


def _settled(command: Command) -> bool:
    return command.state in (CommandState.DONE, CommandState.UNPROVED)


def _proved_by_event(tx: Tx, command: Command, *, blocked: bool, now: datetime) -> bool:
    if command.state not in (CommandState.BY_HAND, CommandState.UNPROVED):
        return False
    commands.settle(
        tx, command.id, CommandState.DONE, seen={"blocked": blocked}, done_at=now, checked_at=now, code="by-event"
    )
    case = cases.get(tx, command.case)
    audit.append(
        tx, SERVICE, "command.done", f"case:{case.id}", at=now, office=case.office, command=command.id, by_event=True
    )
    return True


def _still_blocked(parts: Parts, command: Command, now: datetime) -> bool:
    seen = carry_out.read_back(parts, parts.account(command.account), command)
    with parts.store.begin() as tx:
        commands.checked(tx, command.id, at=now)
        later = commands.newest(tx, command.account, command.object)
        if seen is None or seen.blocked is not False or (later is not None and later.id != command.id):
            return False
        return _alarm(tx, cases.get(tx, command.case), DriftKind.UNBLOCKED_ELSEWHERE, now)


def _done_by_hand(parts: Parts, command: Command, now: datetime) -> bool:
    """Somebody did it in the app and forgot to say so."""
    seen = carry_out.read_back(parts, parts.account(command.account), command)
    with parts.store.begin() as tx:
        commands.checked(tx, command.id, at=now)
        if seen is None or seen.blocked is not (command.verb is Verb.BLOCK):
            return False
        return _proved_by_event(tx, command, blocked=bool(seen.blocked), now=now)


def _case_of(tx: Tx, account: Account, obj: str) -> Case | None:
    reply = replies.by_platform_id(tx, account.platform.value, obj.partition(":")[2])
    return cases.of_reply(tx, reply.id) if reply else None


def _newest_case(tx: Tx, account: Account, author_id: str) -> Case | None:
    written = archive.of_author(tx, account.platform.value, author_id, limit=50)
    about = cases.of_replies(tx, written)
    return next((about[each] for each in written if each in about), None)

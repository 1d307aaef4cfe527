"""Carry decisions out at the platforms, most harm first, until the platform's own truth is known."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import structlog

from bot.domain.accounts import Account
from bot.domain.accounts import Platform as PlatformName
from bot.domain.cases import ON_AUTHOR, Command, CommandState, Verb
from bot.domain.errors import AuthExpired, Kind, NotAllowed, PlatformError, RateLimited, Rejected
from bot.domain.people import SERVICE, Person, Role, require
from bot.domain.ports import Budget, Clock, Platform, ReadBack
from bot.store import audit, cases, commands, replies, service
from bot.store.database import Tx
from bot.usecases.parts import Parts
from bot.usecases.stop import stopped

log = structlog.get_logger()

WAITS_S: Final = (5, 15, 60, 300, 900)
"""Before each further try, seconds; the last one is repeated. Every verb converges and may be repeated freely."""
GIVE_UP_AFTER: Final = 40
_COUNTED: Final = frozenset({Verb.HIDE, Verb.UNHIDE})


@dataclass(frozen=True, slots=True)
class CallLimits:
    """What a platform allows: ``calls`` of hide and unhide per account within ``span``, and hidden replies at once
    in one conversation. ``urgent`` of the calls are kept back for the lanes of life and exposed personal data.
    """

    calls: int
    urgent: int
    span: timedelta
    conversation: int


LIMITS: Final[Mapping[PlatformName, CallLimits]] = {
    PlatformName.X: CallLimits(calls=50, urgent=10, span=timedelta(minutes=15), conversation=725)
}
"""X only; Facebook states its limits in headers. Counted in our own ledger, besides what the headers say."""


def carry_out(
    parts: Parts,
    *,
    owner: str,
    clock: Clock,
    at_most: int = 50,
    limits: Mapping[PlatformName, CallLimits] = LIMITS,
) -> int:
    """Executes due commands. Returns how many were done and proved by read-back."""
    done = 0
    for _ in range(at_most):
        command = _claim(parts, owner, clock(), limits)
        if command is None:
            break
        done += _execute(parts, command, clock) is CommandState.DONE
    return done


def confirm_by_hand(parts: Parts, command_id: int, *, by: Person, now: datetime) -> Command:
    """A moderator says that they blocked (or unblocked) in the app; the block list is read to prove it."""
    with parts.store.read() as tx:
        command = commands.get(tx, command_id)
        case = cases.get(tx, command.case)
    require(by, Role.MODERATOR, case.office, parts.today(parts.registry().office(case.office), now))
    if command.state not in (CommandState.BY_HAND, CommandState.UNPROVED):
        raise NotAllowed(f"Command {command_id} is {command.state.value}; there is nothing to confirm.").worded(
            "problem.settled"
        )
    return prove_by_hand(parts, command, by=by, now=now)


def prove_by_hand(parts: Parts, command: Command, *, by: Person, now: datetime) -> Command:
    """Holds a block by hand against the block list: ``done`` when it is there, ``unproved`` when it is not."""
    seen = read_back(parts, parts.account(command.account), command)
    proved = seen is not None and seen.blocked is (command.verb is Verb.BLOCK)
    state = CommandState.DONE if proved else CommandState.UNPROVED
    with parts.store.begin() as tx:
        after = commands.settle(tx, command.id, state, seen=facts(seen), done_at=now, checked_at=now, code="by-hand")
        _record(tx, by, after, state, now, by_hand=True)
    return after


def read_back(parts: Parts, account: Account, command: Command) -> ReadBack | None:
    """Who can still see the object; None when the platform did not say. The short block list budget of X is spent on
    blocks only.
    """
    author = command.target if command.verb in ON_AUTHOR else ""
    reply = "" if command.verb in ON_AUTHOR else command.target
    try:
        return parts.platform(account).read_back(account, reply, author)
    except PlatformError as exc:
        log.info("read_back_failed", command=command.id, error=type(exc).__name__)
        return None


def facts(seen: ReadBack | None) -> dict[str, object]:
    """The read-back as it is stored: who sees it (None: the platform does not say), and its constant words."""
    if seen is None:
        return {}
    sight = {"stranger": seen.stranger, "author": seen.author, "agency": seen.agency, "blocked": seen.blocked}
    return sight | {key: value for key, value in seen.facts.items() if key in ("reply", "hidden")}


def _claim(parts: Parts, owner: str, now: datetime, limits: Mapping[PlatformName, CallLimits]) -> Command | None:
    """The next command within our own budgets; its call is counted before it is made."""
    while True:
        with parts.store.begin() as tx:
            commands.one_at_a_time(tx)
            busy, reserved = _exhausted(parts, tx, now, limits)
            command = commands.claim(tx, now=now, owner=owner, busy=busy, reserved=reserved)
            if command is None or command.verb not in _COUNTED:
                return command
            conversation = replies.get(tx, cases.get(tx, command.case).reply).conversation_id
            if command.verb is Verb.UNHIDE or not _is_full(parts, tx, command, conversation, limits):
                commands.note_call(tx, command, conversation, at=now)
                return command
            after = commands.settle(tx, command.id, CommandState.FAILED, code="conversation-full", checked_at=now)
            _record(tx, SERVICE, after, CommandState.FAILED, now, kind="conversation-full")
            service.tell(tx, [command.asked_by], "command.failed", f"case:{command.case}", at=now)


def _is_full(
    parts: Parts, tx: Tx, command: Command, conversation: str, limits: Mapping[PlatformName, CallLimits]
) -> bool:
    limit = limits.get(parts.account(command.account).platform)
    return limit is not None and commands.hidden_in(tx, command.account, conversation) >= limit.conversation


def _exhausted(
    parts: Parts, tx: Tx, now: datetime, limits: Mapping[PlatformName, CallLimits]
) -> tuple[list[str], list[str]]:
    """Accounts that must wait altogether, and those whose rest is kept for the urgent lanes."""
    busy = [account.id for account in parts.registry().accounts if stopped(tx, account)]
    busy += [
        account
        for (account, name), budget in service.budgets(tx).items()
        if name == "moderate" and budget.remaining <= 0 and budget.reset_at is not None and budget.reset_at > now
    ]
    reserved: list[str] = []
    for platform, limit in limits.items():
        own = {account.id for account in parts.registry().accounts if account.platform is platform}
        used = {each: n for each, n in commands.calls_since(tx, now - limit.span).items() if each in own}
        busy += [each for each, n in used.items() if n >= limit.calls]
        reserved += [each for each, n in used.items() if n >= limit.calls - limit.urgent]
    return busy, reserved


def _execute(parts: Parts, command: Command, clock: Clock) -> CommandState:
    account = parts.account(command.account)
    try:
        _call(parts.platform(account), account, command)
    except Rejected as exc:
        if exc.kind is Kind.GONE:
            return _settle(parts, account, command, clock(), gone=True)
        return _failed(parts, command, exc, clock())
    except RateLimited as exc:
        return _wait_for_budget(parts, command, exc, clock())
    except (AuthExpired, PlatformError) as exc:  # unknown or not sent: repeating a converging verb harms nobody
        return _later(parts, command, None, exc, clock())
    return _settle(parts, account, command, clock(), gone=False)


def _call(platform: Platform, account: Account, command: Command) -> None:
    calls = {
        Verb.HIDE: platform.hide,
        Verb.UNHIDE: platform.unhide,
        Verb.DELETE: platform.delete_reply,
        Verb.BLOCK: platform.block,
        Verb.UNBLOCK: platform.unblock,
    }
    calls[command.verb](account, command.target)


def _settle(parts: Parts, account: Account, command: Command, now: datetime, *, gone: bool) -> CommandState:
    """Reads the platform's truth after the call; a contradiction is tried again, then shown to a person."""
    seen = read_back(parts, account, command)
    agrees = gone or _agrees(command.verb, seen)
    if not agrees and command.tries < len(WAITS_S):
        return _later(parts, command, None, None, now)
    state = CommandState.DONE if agrees else CommandState.UNPROVED
    with parts.store.begin() as tx:
        known = facts(seen) | {"gone": gone}
        after = commands.settle(tx, command.id, state, seen=known, done_at=now, checked_at=now, code="")
        _record(tx, SERVICE, after, state, now, seen=known)
        if not agrees:
            service.tell(tx, [command.asked_by], "command.unproved", f"case:{command.case}", at=now)
    log.info("command_carried_out", command=command.id, case=command.case, verb=command.verb.value, state=state.value)
    return state


def _agrees(verb: Verb, seen: ReadBack | None) -> bool:
    """Whether the platform shows what was done; where it does not say (None), its own answer to the call counts."""
    if seen is None:
        return False
    if verb in ON_AUTHOR:
        return seen.blocked is (verb is Verb.BLOCK)
    there = seen.facts.get("reply") != "gone"
    if verb is Verb.DELETE:
        return not there
    if verb is Verb.UNHIDE:
        return not there or seen.stranger is not False
    return seen.stranger is not True


def _failed(parts: Parts, command: Command, exc: Rejected, now: datetime) -> CommandState:
    """Sending again cannot help: a person blocks by hand, or is told that it failed."""
    by_hand = command.verb in ON_AUTHOR and exc.kind in (Kind.PLAN, Kind.PERMISSION)
    state = CommandState.BY_HAND if by_hand else CommandState.FAILED
    with parts.store.begin() as tx:
        after = commands.settle(tx, command.id, state, code=f"{exc.kind.value}:{exc.code}"[:100], checked_at=now)
        _record(tx, SERVICE, after, state, now, kind=exc.kind.value)
        service.tell(tx, [command.asked_by], f"command.{state.value}", f"case:{command.case}", at=now)
    log.warning("command_refused", command=command.id, verb=command.verb.value, kind=exc.kind.value)
    return state


def _wait_for_budget(parts: Parts, command: Command, exc: RateLimited, now: datetime) -> CommandState:
    """The whole account waits: its next command would only be refused as well."""
    until = exc.retry_at or now + timedelta(seconds=WAITS_S[2])
    with parts.store.begin() as tx:
        service.record_budgets(tx, command.account, [Budget("moderate", 0, 0, until)], at=now)
    return _later(parts, command, until, exc, now)


def _later(
    parts: Parts, command: Command, at: datetime | None, exc: PlatformError | None, now: datetime
) -> CommandState:
    wait = timedelta(seconds=WAITS_S[min(command.tries, len(WAITS_S)) - 1])
    over = command.tries >= GIVE_UP_AFTER
    state = CommandState.FAILED if over else CommandState.QUEUED
    with parts.store.begin() as tx:
        code = f"{type(exc).__name__}:{exc.code}"[:100] if exc is not None else "read-back"
        after = commands.settle(tx, command.id, state, due_at=max(at or now + wait, now + wait), code=code)
        if over:
            _record(tx, SERVICE, after, state, now, kind="given-up")
            service.tell(tx, [command.asked_by], "command.failed", f"case:{command.case}", at=now)
    return after.state


def _record(tx: Tx, by: Person, command: Command, state: CommandState, now: datetime, **more: object) -> None:
    case = cases.get(tx, command.case)
    audit.append(
        tx,
        by,
        f"command.{state.value}",
        f"case:{case.id}",
        at=now,
        office=case.office,
        verb=command.verb.value,
        command=command.id,
        **more,
    )

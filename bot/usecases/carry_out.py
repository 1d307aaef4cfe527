"""Carry decisions out at the platforms, most harm first, until the platform's own truth is known."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Final

import structlog

from bot.domain.accounts import Account
from bot.domain.cases import Command, CommandState, Verb
from bot.domain.errors import AuthExpired, Kind, NotAllowed, PlatformError, RateLimited, Rejected
from bot.domain.people import SERVICE, Person, Role, require
from bot.domain.ports import Clock, Platform, ReadBack
from bot.store import audit, cases, replies, service
from bot.usecases.parts import Parts
from bot.usecases.stop import stopped

log = structlog.get_logger()

WAITS_S: Final = (5, 15, 60, 300, 900)
"""Before each further try, seconds; the last one is repeated. Every verb converges and may be repeated freely."""
GIVE_UP_AFTER: Final = 40


def carry_out(parts: Parts, *, owner: str, clock: Clock, at_most: int = 50) -> int:
    """Executes due commands. Returns how many were done and proved by read-back."""
    done = 0
    for _ in range(at_most):
        with parts.store.begin() as tx:
            command = cases.claim_command(tx, now=clock(), owner=owner, busy=_exhausted(parts, clock()))
        if command is None:
            break
        done += _execute(parts, command, clock) is CommandState.DONE
    return done


def confirm_by_hand(parts: Parts, command_id: int, *, by: Person, now: datetime) -> Command:
    """A moderator says that they blocked (or unblocked) in the app; the block list is read to prove it."""
    with parts.store.read() as tx:
        command = cases.command(tx, command_id)
        case = cases.get(tx, command.case)
    require(by, Role.MODERATOR, case.office, parts.today(parts.registry().office(case.office), now))
    if command.state not in (CommandState.BY_HAND, CommandState.UNPROVED):
        raise NotAllowed(f"Command {command_id} is {command.state.value}; there is nothing to confirm.")
    account = parts.account(command.account)
    seen = _read_back(parts, account, command)
    proved = seen is not None and seen.blocked is (command.verb is Verb.BLOCK)
    state = CommandState.DONE if proved else CommandState.UNPROVED
    with parts.store.begin() as tx:
        after = cases.settle_command(
            tx, command.id, state, seen=_facts(seen), done_at=now, checked_at=now, code="by-hand"
        )
        audit.append(
            tx,
            by,
            f"command.{state.value}",
            f"case:{case.id}",
            at=now,
            office=case.office,
            verb=command.verb.value,
            command=command.id,
            by_hand=True,
        )
    return after


def _execute(parts: Parts, command: Command, clock: Clock) -> CommandState:
    account = parts.account(command.account)
    try:
        _call(parts.platform(account), account, command)
    except Rejected as exc:
        if exc.kind is Kind.GONE and command.verb in (Verb.HIDE, Verb.DELETE, Verb.UNHIDE):
            return _settle(parts, account, command, clock(), gone=True)
        return _failed(parts, command, exc, clock())
    except RateLimited as exc:
        return _later(parts, command, exc.retry_at, exc, clock())
    except (AuthExpired, PlatformError) as exc:  # unknown or not sent: repeating a converging verb harms nobody
        return _later(parts, command, None, exc, clock())
    return _settle(parts, account, command, clock(), gone=False)


def _call(platform: Platform, account: Account, command: Command) -> None:
    verbs = {
        Verb.HIDE: platform.hide,
        Verb.UNHIDE: platform.unhide,
        Verb.DELETE: platform.delete_reply,
        Verb.BLOCK: platform.block,
        Verb.UNBLOCK: platform.unblock,
    }
    verbs[command.verb](account, command.target)


def _settle(parts: Parts, account: Account, command: Command, now: datetime, *, gone: bool) -> CommandState:
    """Reads the platform's truth after the call; a contradiction is tried again, then shown to a person."""
    seen = _read_back(parts, account, command)
    agrees = gone or _agrees(command.verb, seen)
    if not agrees and command.tries < len(WAITS_S):
        return _later(parts, command, None, None, now)
    state = CommandState.DONE if agrees else CommandState.UNPROVED
    with parts.store.begin() as tx:
        cases.settle_command(
            tx, command.id, state, seen=_facts(seen) | {"gone": gone}, done_at=now, checked_at=now, code=""
        )
        case = cases.get(tx, command.case)
        audit.append(
            tx,
            SERVICE,
            f"command.{state.value}",
            f"case:{case.id}",
            at=now,
            office=case.office,
            verb=command.verb.value,
            command=command.id,
            seen=_facts(seen),
        )
        if not agrees:
            service.tell(tx, [command.asked_by], "command.unproved", f"case:{case.id}", at=now)
    log.info("command_carried_out", command=command.id, case=command.case, verb=command.verb.value, state=state.value)
    return state


def _failed(parts: Parts, command: Command, exc: Rejected, now: datetime) -> CommandState:
    by_hand = exc.kind is Kind.PLAN and command.verb in (Verb.BLOCK, Verb.UNBLOCK)
    state = CommandState.BY_HAND if by_hand else CommandState.FAILED
    with parts.store.begin() as tx:
        cases.settle_command(tx, command.id, state, code=f"{exc.kind.value}:{exc.code}"[:100], checked_at=now)
        case = cases.get(tx, command.case)
        audit.append(
            tx,
            SERVICE,
            f"command.{state.value}",
            f"case:{case.id}",
            at=now,
            office=case.office,
            verb=command.verb.value,
            command=command.id,
            kind=exc.kind.value,
        )
        service.tell(tx, [command.asked_by], f"command.{state.value}", f"case:{case.id}", at=now)
    log.warning("command_refused", command=command.id, verb=command.verb.value, kind=exc.kind.value)
    return state


def _later(
    parts: Parts, command: Command, at: datetime | None, exc: PlatformError | None, now: datetime
) -> CommandState:
    wait = timedelta(seconds=WAITS_S[min(command.tries, len(WAITS_S)) - 1])
    over = command.tries >= GIVE_UP_AFTER
    state = CommandState.FAILED if over else CommandState.QUEUED
    with parts.store.begin() as tx:
        code = f"{type(exc).__name__}:{exc.code}"[:100] if exc is not None else "read-back"
        cases.settle_command(tx, command.id, state, due_at=max(at or now + wait, now + wait), code=code)
        if over:
            service.tell(tx, [command.asked_by], "command.failed", f"case:{command.case}", at=now)
    return state


def _read_back(parts: Parts, account: Account, command: Command) -> ReadBack | None:
    with parts.store.read() as tx:
        reply = replies.get(tx, cases.get(tx, command.case).reply)
    try:
        return parts.platform(account).read_back(account, reply.platform_id, reply.author_id)
    except PlatformError as exc:
        log.info("read_back_failed", command=command.id, error=type(exc).__name__)
        return None


def _agrees(verb: Verb, seen: ReadBack | None) -> bool:
    """Whether the platform shows what was done; where it does not say (None), its own answer to the call counts."""
    if seen is None:
        return False
    if verb in (Verb.BLOCK, Verb.UNBLOCK):
        return seen.blocked is (verb is Verb.BLOCK)
    if verb is Verb.UNHIDE:
        return seen.stranger is not False
    return seen.stranger is not True


def _facts(seen: ReadBack | None) -> dict[str, object]:
    return {key: value for key, value in asdict(seen).items() if key != "facts"} if seen else {}


def _exhausted(parts: Parts, now: datetime) -> tuple[str, ...]:
    """Accounts whose moderation budget is down, or that are stopped. The reserve is left to the urgent lanes."""
    with parts.store.read() as tx:
        left = service.budgets(tx)
        held = [account.id for account in parts.registry().accounts if stopped(tx, account)]
    spent = [
        account
        for (account, name), budget in left.items()
        if name == "moderate" and budget.remaining <= 0 and budget.reset_at is not None and budget.reset_at > now
    ]
    return (*held, *spent)

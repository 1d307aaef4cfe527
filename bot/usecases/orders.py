"""From a move to the commands that make the platform stand as decided."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from bot.domain.accounts import Account, Means
from bot.domain.cases import ON_AUTHOR, Case, Command, CommandState, KeptReply, Verb
from bot.domain.people import Person
from bot.store import commands, replies
from bot.store.database import Tx
from bot.usecases import drift
from bot.usecases.parts import Parts
from moderation.cases import Move
from moderation.ladder import Step


def order_commands(
    parts: Parts, tx: Tx, before: Case, case: Case, move: Move, by: Person, now: datetime
) -> list[Command]:
    """Queues what the platform must be told after a move; an assisted act waits for a person's hands."""
    reply, account = replies.get(tx, case.reply), parts.account(case.account)
    wanted = [verb for verb in verbs(before, move) if _means(account, reply, verb) is not Means.NONE]
    told = commands.of_case(tx, case.id)
    ordered = [
        commands.order(tx, case, verb, obj, state=_state(account, reply, verb), by=by.login, at=now)
        for verb in wanted
        if (obj := _object(verb, reply, told))
    ]
    for each in ordered:
        if each.verb is Verb.UNBLOCK:
            drift.lifted(tx, case, each.object, now=now)
    return ordered


def verbs(before: Case, move: Move) -> tuple[Verb, ...]:
    """What has to be done for a move on the case as it stood before it."""
    if move is Move.HIDE:
        return (Verb.HIDE,)
    if move is Move.DELETE_NOW:
        return (Verb.DELETE,)
    if move is Move.APPROVE:
        return _taking(before)
    if move in (Move.UNDO, Move.REVERSE, Move.DISMISS):
        # showing again also overtakes a deletion that the platform has refused so far
        undone = {Step.HIDE: (Verb.UNHIDE,), Step.DELETE: (Verb.UNHIDE,), Step.BLOCK: (Verb.UNHIDE, Verb.UNBLOCK)}
        return undone.get(before.step, ())
    return ()


def _object(verb: Verb, reply: KeptReply, told: Sequence[Command]) -> str:
    """What a verb works on: ``reply:<platform id>`` or ``author:<platform id>``.

    Taking back works on what this case's own commands named, for erased words name no author any more; empty when
    there is nothing to take back.
    """
    kind, ident = ("author", reply.author_id) if verb in ON_AUTHOR else ("reply", reply.platform_id)
    if verb in (Verb.UNHIDE, Verb.UNBLOCK):
        return next((each.object for each in reversed(told) if each.object.startswith(f"{kind}:")), "")
    return f"{kind}:{ident}"


def _taking(before: Case) -> tuple[Verb, ...]:
    if before.proposed is Step.DELETE:
        return (Verb.DELETE,)
    return (Verb.BLOCK,) if before.step is Step.DELETE else (Verb.HIDE, Verb.BLOCK)


def _state(account: Account, reply: KeptReply, verb: Verb) -> CommandState:
    return CommandState.BY_HAND if _means(account, reply, verb) is Means.ASSISTED else CommandState.QUEUED


def _means(account: Account, reply: KeptReply, verb: Verb) -> Means:
    able = account.capabilities
    if verb in ON_AUTHOR:
        return able.block
    if verb is Verb.DELETE:
        return able.delete
    return Means.NONE if reply.kind in ("quote", "mention") else able.hide

"""From a move to the commands that make the platform stand as decided."""

from __future__ import annotations

from datetime import datetime

from bot.domain.accounts import Account, Means
from bot.domain.cases import Case, Command, CommandState, KeptReply, Verb
from bot.domain.people import Person
from bot.store import commands, replies
from bot.store.database import Tx
from bot.usecases.parts import Parts
from moderation.cases import Move
from moderation.ladder import Step


def order_commands(
    parts: Parts, tx: Tx, before: Case, case: Case, move: Move, by: Person, now: datetime
) -> list[Command]:
    """Queues what the platform must be told after a move; an assisted act waits for a person's hands."""
    reply, account = replies.get(tx, case.reply), parts.account(case.account)
    wanted = [verb for verb in verbs(before, move) if _means(account, reply, verb) is not Means.NONE]
    return [
        commands.order(tx, case, verb, target(verb, reply), state=_state(account, reply, verb), by=by.login, at=now)
        for verb in wanted
    ]


def verbs(before: Case, move: Move) -> tuple[Verb, ...]:
    """What has to be done for a move on the case as it stood before it."""
    if move is Move.HIDE:
        return (Verb.HIDE,)
    if move is Move.DELETE_NOW:
        return (Verb.DELETE,)
    if move is Move.APPROVE:
        return _taking(before)
    if move in (Move.UNDO, Move.REVERSE, Move.DISMISS):
        undone = {Step.HIDE: (Verb.UNHIDE,), Step.BLOCK: (Verb.UNHIDE, Verb.UNBLOCK)}
        return undone.get(before.step, ())
    return ()


def target(verb: Verb, reply: KeptReply) -> str:
    """The object a verb works on: ``reply:<platform id>`` or ``author:<platform id>``."""
    if verb in (Verb.BLOCK, Verb.UNBLOCK):
        return f"author:{reply.author_id}"
    return f"reply:{reply.platform_id}"


def _taking(before: Case) -> tuple[Verb, ...]:
    if before.proposed is Step.DELETE:
        return (Verb.DELETE,)
    return (Verb.BLOCK,) if before.step is Step.DELETE else (Verb.HIDE, Verb.BLOCK)


def _state(account: Account, reply: KeptReply, verb: Verb) -> CommandState:
    return CommandState.BY_HAND if _means(account, reply, verb) is Means.ASSISTED else CommandState.QUEUED


def _means(account: Account, reply: KeptReply, verb: Verb) -> Means:
    able = account.capabilities
    if verb in (Verb.BLOCK, Verb.UNBLOCK):
        return able.block
    if verb is Verb.DELETE:
        return able.delete
    return Means.NONE if reply.kind in ("quote", "mention") else able.hide

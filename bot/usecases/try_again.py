"""An act that the platform refused is tried once more, by somebody who read why."""

from __future__ import annotations

from datetime import datetime

from bot.domain.cases import Command, CommandState
from bot.domain.errors import NotAllowed
from bot.domain.people import Person, Role, require
from bot.store import audit, cases, commands
from bot.usecases.parts import Parts


def try_again(parts: Parts, command_id: int, *, by: Person, now: datetime) -> Command:
    """Orders the same act on the same object; who decided it stays with the case. NotAllowed for any but the newest."""
    with parts.store.begin() as tx:
        command = commands.get(tx, command_id)
        case = cases.get(tx, command.case)
        require(by, Role.MODERATOR, case.office, parts.today(parts.registry().office(case.office), now))
        if not command.can_be_repeated:
            raise NotAllowed(f"Command {command_id} is {command.state.value}; there is nothing to try again.").worded(
                "problem.settled"
            )
        again = commands.order(tx, case, command.verb, command.object, state=CommandState.QUEUED, by=by.login, at=now)
        audit.append(tx, by, "command.again", f"case:{case.id}", at=now, office=case.office, command=again.id)
    return again

"""Stop everything, a platform or one account within a second; resuming takes a second person."""

from __future__ import annotations

from datetime import datetime

from bot.domain.accounts import Account
from bot.domain.errors import BadInput, NotAllowed, NotFound
from bot.domain.people import EVERYWHERE, Person, Role, require
from bot.store import audit, service
from bot.store.database import Tx
from bot.store.service import Stop
from bot.usecases.parts import Parts

ALL = "all"


def stop(parts: Parts, scope: str, *, by: Person, now: datetime, reason: str) -> None:
    """Nothing in ``scope`` (``all``, ``platform:x``, ``account:<id>``) is claimed any more from the next look on."""
    if not reason.strip():
        raise BadInput("Write why it is stopped; others will read it.", key="reason").worded("problem.reason-missing")
    office = _office_of(parts, scope)
    if not by.may(Role.APPROVER, office, now.date()):
        require(by, Role.ADMIN, office, now.date())
    with parts.store.begin() as tx:
        service.stop(tx, scope, reason=reason.strip(), by=by, at=now)
        audit.append(tx, by, "stop.on", scope, at=now, office=office)


def resume(parts: Parts, scope: str, *, by: Person, now: datetime) -> bool:
    """The first person asks, a second one confirms; True once it runs again. Late posts stay held."""
    office = _office_of(parts, scope)
    if not by.may(Role.APPROVER, office, now.date()):
        require(by, Role.ADMIN, office, now.date())
    with parts.store.begin() as tx:
        found = next((each for each in service.stops(tx) if each.scope == scope), None)
        if found is None:
            raise NotFound(f"'{scope}' is not stopped.").worded("problem.settled")
        if found.resume_asked_by is None:
            service.ask_resume(tx, scope, by=by)
            audit.append(tx, by, "stop.resume-asked", scope, at=now, office=office)
            return False
        if found.resume_asked_by == by.login:
            raise NotAllowed("You asked for this yourself; a second person has to confirm.").worded(
                "problem.second-person"
            )
        service.resume(tx, scope)
        audit.append(tx, by, "stop.off", scope, at=now, office=office)
    return True


def stopped(tx: Tx, account: Account) -> Stop | None:
    """The switch that holds this account back, if any."""
    return next((each for each in service.stops(tx) if each.scope in scopes_of(account)), None)


def scopes_of(account: Account) -> frozenset[str]:
    """The switches that this account hangs on."""
    return frozenset((ALL, f"platform:{account.platform.value}", f"account:{account.id}"))


def _office_of(parts: Parts, scope: str) -> str:
    kind, _, name = scope.partition(":")
    if scope == ALL or (kind == "platform" and name in parts.platforms):
        return EVERYWHERE
    if kind == "account":
        return parts.account(name).office
    raise BadInput(
        f"'{scope}' is no stop switch; write all, platform:x, platform:facebook or account:<id>.", key="scope"
    ).worded("problem.no-switch")

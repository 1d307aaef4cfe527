"""Which accounts may publish right now: stop switches, limits, the reserve for disasters, the month's money."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from bot.domain.accounts import Account, Platform
from bot.domain.errors import Kind
from bot.domain.people import SERVICE
from bot.domain.ports import Budget
from bot.domain.posts import Lane
from bot.store import health, service
from bot.store.database import Tx
from bot.store.health import Known
from bot.store.service import Stop
from bot.usecases.parts import Parts
from bot.usecases.stop import scopes_of

APP_CREATES: Final = 10_000
"""X's creates in 24 hours, shared by every account behind the app, where no header says otherwise."""
DAY: Final = timedelta(hours=24)
RESERVE: Final = 0.20
"""The last fifth of every limit is kept for disaster notices and for hiding personal data."""
MONEY: Final = "month-usd"
"""Name under which the month's spending is kept, in thousandths of a dollar."""
EVERYBODY: Final = "*"


@dataclass(frozen=True, slots=True)
class Lanes:
    """``shut`` accounts send nothing, ``urgent_only`` ones their disaster notices."""

    shut: tuple[str, ...] = ()
    urgent_only: tuple[str, ...] = ()


def lanes(parts: Parts, tx: Tx, *, now: datetime) -> Lanes:
    """The accounts that the next claim passes over."""
    stops, known = service.stops(tx), health.known(tx)
    accounts = parts.registry().accounts
    shut = {a.id for a in accounts if _stop(stops, a, Lane.DISASTER)}
    scarce = {a.id for a in accounts if _stop(stops, a, Lane.ROUTINE)}
    for each in known:
        if each.budget.name == "create" and not _over(each, now):
            (shut if each.budget.remaining <= 0 else scarce if _low(each.budget) else set()).add(each.account)
    if _low(app_budget(parts, tx, known, now=now)) or money_is_spent(known, now=now):
        scarce |= {a.id for a in accounts if a.platform is Platform.X}
    return Lanes(tuple(sorted(shut)), tuple(sorted(scarce - shut)))


def stop_for(tx: Tx, account: Account, lane: Lane) -> Stop | None:
    """The switch that holds this post back. Used-up credit leaves the disaster lane open, for it may be topped up."""
    return _stop(service.stops(tx), account, lane)


def app_budget(parts: Parts, tx: Tx, known: list[Known] | None = None, *, now: datetime) -> Budget:
    """What is left of X's shared daily creates: the newest header, or our own count where there is none."""
    stated = health.known(tx) if known is None else known
    living = [each for each in stated if each.budget.name == "create-app-24h" and not _over(each, now)]
    newest = max(living, key=lambda each: (each.at, -each.budget.remaining), default=None)
    if newest is not None:
        return newest.budget
    accounts = [each.id for each in parts.registry().accounts if each.platform is Platform.X]
    used = health.sent_since(tx, accounts, now - DAY)
    return Budget("create-app-24h", APP_CREATES, max(0, APP_CREATES - used), None)


def money_is_spent(known: list[Known], *, now: datetime) -> bool:
    """Whether this month's money is used up, as the hourly count last found it."""
    found = next((each for each in known if (each.account, each.budget.name) == (EVERYBODY, MONEY)), None)
    return found is not None and found.budget.remaining <= 0 and not _over(found, now)


def _stop(stops: list[Stop], account: Account, lane: Lane) -> Stop | None:
    holding = (each for each in stops if each.scope in scopes_of(account))
    return next((each for each in holding if lane is not Lane.DISASTER or not _is_credit(each)), None)


def _is_credit(stop: Stop) -> bool:
    return stop.by == SERVICE.login and stop.reason == Kind.CREDIT.value


def _low(budget: Budget) -> bool:
    return budget.remaining <= budget.limit * RESERVE


def _over(known: Known, now: datetime) -> bool:
    """Whether the window that was spoken of has ended; without a reset, a day after it was said."""
    return (known.budget.reset_at or known.at + DAY) <= now

"""Which sweeps are read at this tick: often where people are talking, seldom elsewhere, none where a limit is near.

X lets the whole app search 450 times in 15 minutes; with 18 accounts, seven days of posts and two kinds of search,
these intervals need about 320.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final

from bot.domain.accounts import Account, Platform
from bot.domain.errors import RateLimited
from bot.domain.ports import Budget
from bot.store import gaps, health, service
from bot.store.database import Tx
from bot.store.health import Known

FRESH: Final = timedelta(days=1)
"""Posts younger than this are being talked about."""
FRESH_EVERY: Final = {
    "mentions": timedelta(0), "conversations": timedelta(minutes=5), "quotes": timedelta(minutes=5),
    "comments": timedelta(0),
}  # fmt: skip
OLDER_EVERY: Final = timedelta(minutes=15)
NEAR_ZERO: Final = 0.10
"""The last tenth of a limit is left alone until the window turns."""
UNSAID: Final = timedelta(minutes=5)
"""How long a refused or nearly used-up limit is left alone when nobody says when it turns."""


def due(
    tx: Tx, account: Account, sources: Iterable[str], fresh: Iterable[str], *, pace: float, now: datetime
) -> list[str]:
    """The sweeps to read now, in their order. ``pace`` stretches the intervals; 0 reads everything at once."""
    read, young = gaps.read_times(tx, account.id), frozenset(fresh)
    known = [each for each in health.known(tx) if each.account == account.id]
    return [
        each
        for each in sources
        if not _is_near_zero(known, account, each, now)
        and (each not in read or now - read[each] >= pace * _every(each, young))
    ]


def note_limit(tx: Tx, account: Account, source: str, exc: RateLimited, *, now: datetime) -> None:
    """Remembers a refusal, so that the next ticks leave this sweep alone."""
    service.record_budgets(tx, account.id, [Budget(_word(source), 1, 0, exc.retry_at or now + UNSAID)], at=now)


def _every(source: str, young: frozenset[str]) -> timedelta:
    word, _, ids = source.partition(":")
    if word == "mentions" or young.intersection(ids.split(",")):
        return FRESH_EVERY.get(word, OLDER_EVERY)
    return OLDER_EVERY


def _is_near_zero(known: Iterable[Known], account: Account, source: str, now: datetime) -> bool:
    return any(
        each.budget.remaining <= each.budget.limit * NEAR_ZERO and now < (each.budget.reset_at or each.at + UNSAID)
        for each in known
        if each.budget.name == _word(source) or _counts_for_all(account, each.budget.name)
    )


def _counts_for_all(account: Account, name: str) -> bool:
    """Facebook meters a Page and an app as a whole."""
    return account.platform is Platform.FACEBOOK and name.startswith(("page-", "app-"))


def _word(source: str) -> str:
    return source.partition(":")[0]

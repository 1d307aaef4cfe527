"""The cost meter: what a post will cost before anybody approves it, and what each office has spent in a month."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Final
from zoneinfo import ZoneInfo

from bot.domain.accounts import Account, Platform
from bot.domain.ports import Budget
from bot.domain.posts import Content, PostState
from bot.domain.prices import Prices, Rate, cost_of_post, has_url, total
from bot.store import ledger, service
from bot.store.database import Tx
from bot.store.ledger import Sent
from bot.usecases.duty import ADMINS, day
from bot.usecases.lanes import EVERYBODY, MONEY
from bot.usecases.parts import Parts

WAITING: Final = (PostState.SUBMITTED, PostState.APPROVED, PostState.SCHEDULED, PostState.HELD)
WARN_AT: Final = 0.8
_JAPAN: Final = ZoneInfo("Asia/Tokyo")


@dataclass(frozen=True, slots=True)
class Estimate:
    """What publishing once will cost. ``on``: the day of the price list, ``rate_on``: the day of the rate."""

    usd: float
    yen: int
    with_url: bool
    on: date
    rate_on: date


@dataclass(frozen=True, slots=True)
class OfficeCost:
    """One office's month: posts without and with a link, replies read, US dollars and yen."""

    office: str
    posts: int
    posts_with_url: int
    replies_read: int
    usd: float
    yen: int


@dataclass(frozen=True, slots=True)
class Month:
    """A month of every office. ``waiting_usd``: what still stands in the queue for it. ``limit_usd`` 0: none set."""

    first: date
    offices: tuple[OfficeCost, ...]
    usd: float
    yen: int
    waiting_usd: float
    limit_usd: float
    rate: Rate


def estimate(parts: Parts, account: Account, content: Content, *, now: datetime) -> Estimate:
    """The price shown beside a post before it is approved."""
    prices = parts.prices.on(day(now))
    usd = cost_of_post(content, account.platform, prices)
    with_url = has_url(content, account.platform)
    return Estimate(usd, parts.prices.rate.in_yen(usd), with_url, prices.since, parts.prices.rate.on)


def costs_by_office(parts: Parts, month: date) -> Month:
    """What every office spent in the month of that day, in Japan's calendar; offices that spent nothing included."""
    first = month.replace(day=1)
    since, until = span(first)
    with parts.store.read() as tx:
        out, read = ledger.sent(tx, since=since, until=until), ledger.read_replies(tx, since=since, until=until)
        waiting = ledger.coming(tx, states=WAITING, since=since, until=until)
    prices = parts.prices.on(first)
    offices = tuple(_office(parts, each.id, out, read, prices) for each in parts.registry().offices)
    usd = total(each.usd for each in offices)
    still = total(_cost(parts, each, prices) for each in waiting)
    rate = parts.prices.rate
    return Month(first, offices, usd, rate.in_yen(usd), still, parts.prices.usd_per_month, rate)


def watch_money(parts: Parts, *, now: datetime) -> float:
    """Counts the month's money, keeps it for the publisher's lanes, and tells the admins at 80 and at 100 percent."""
    month = costs_by_office(parts, day(now))
    limit = month.limit_usd
    with parts.store.begin() as tx:
        if limit > 0:
            left = max(0, round((limit - month.usd) * 1000))
            budget = Budget(MONEY, round(limit * 1000), left, span(month.first)[1])
            service.record_budgets(tx, EVERYBODY, [budget], at=now)
            _alarm(tx, month, now)
    return month.usd


def span(first: date) -> tuple[datetime, datetime]:
    """First instant of a month in Japan and of the one after it."""
    following = date(first.year + first.month // 12, first.month % 12 + 1, 1)
    start, end = (datetime.combine(each, time(), _JAPAN).astimezone(UTC) for each in (first, following))
    return start, end


def _alarm(tx: Tx, month: Month, now: datetime) -> None:
    share = month.usd / month.limit_usd
    for level, kind in ((1.0, "budget.spent"), (WARN_AT, "budget.low")):
        if share >= level:
            service.tell(tx, [ADMINS], kind, "platform:x", at=now, once=month.first.isoformat())
            return


def _office(parts: Parts, office: str, out: list[Sent], read: Mapping[str, int], prices: Prices) -> OfficeCost:
    mine = [each for each in out if each.office == office and _platform(parts, each.account) is Platform.X]
    linked = sum(has_url(each.content, Platform.X) for each in mine)
    seen = sum(read.get(a.id, 0) for a in parts.registry().accounts_of(office) if a.platform is Platform.X)
    usd = total([*(_cost(parts, each, prices) for each in mine), seen * prices.read])
    return OfficeCost(office, len(mine) - linked, linked, seen, usd, parts.prices.rate.in_yen(usd))


def _cost(parts: Parts, each: Sent, prices: Prices) -> float:
    return cost_of_post(each.content, _platform(parts, each.account), prices)


def _platform(parts: Parts, account: str) -> Platform:
    """Accounts that left the roster were X accounts as far as money goes: a guess that is never too low."""
    return next((a.platform for a in parts.registry().accounts if a.id == account), Platform.X)

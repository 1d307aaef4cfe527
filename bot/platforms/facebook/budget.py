"""Budgets from Graph's usage headers: percentages of a window that Meta does not state plainly."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from bot.domain.ports import Budget
from bot.platforms.transport import parsed

_METERS: Final = ("call_count", "total_time", "total_cputime")
_MOST_MINUTES: Final = 2 * 24 * 60


def budgets(headers: Mapping[str, str], now: datetime) -> tuple[Budget, ...]:
    """Remaining percent per meter, of the app and of the Page; headers that cannot be read are left out."""
    regained = regain_at(headers, now)
    app = _meters("app", parsed(headers.get("x-app-usage")), None)
    page = (each for use in _page_uses(headers) for each in _meters("page", use, regained))
    return (*app, *page)


def regain_at(headers: Mapping[str, str], now: datetime) -> datetime | None:
    """When Facebook expects to take calls again; None when it does not say."""
    minutes = max((_number(use.get("estimated_time_to_regain_access")) for use in _page_uses(headers)), default=0)
    return now + timedelta(minutes=minutes) if 0 < minutes <= _MOST_MINUTES else None


def _page_uses(headers: Mapping[str, str]) -> list[Mapping[str, Any]]:
    by_id = parsed(headers.get("x-business-use-case-usage"))
    if not isinstance(by_id, dict):
        return []
    lists = (uses for uses in by_id.values() if isinstance(uses, list))
    return [use for uses in lists for use in uses if isinstance(use, dict)]


def _meters(whose: str, use: Any, regained: datetime | None) -> Iterator[Budget]:
    for meter in _METERS if isinstance(use, dict) else ():
        if meter in use:
            yield Budget(f"{whose}-{meter}", 100, max(0, 100 - _number(use[meter])), regained)


def _number(value: object) -> int:
    return int(value) if isinstance(value, int | float) and 0 <= value < 10**9 else 0

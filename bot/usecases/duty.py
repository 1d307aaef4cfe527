"""Who is told about an account, and under which day a notice is told once."""

from __future__ import annotations

from datetime import date, datetime
from typing import Final
from zoneinfo import ZoneInfo

from bot.domain.accounts import Account

ADMINS: Final = "role:admin"
_JAPAN: Final = ZoneInfo("Asia/Tokyo")


def in_charge(account: Account, now: datetime) -> list[str]:
    """Owner and deputy who still hold the task on that day; the admins where nobody does."""
    duties = (account.owner, account.deputy)
    living = [duty.staff for duty in duties if duty is not None and duty.holds_on(day(now))]
    return living or [ADMINS]


def day(now: datetime) -> date:
    """The calendar day in Japan."""
    return now.astimezone(_JAPAN).date()

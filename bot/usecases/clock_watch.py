"""A clock that jumps is not believed: nothing is claimed until it has run evenly again for ten minutes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

import structlog

from bot.store import service
from bot.usecases.duty import ADMINS
from bot.usecases.parts import Parts

log = structlog.get_logger()

JUMP: Final = timedelta(seconds=30)
"""More than any correction in small steps; a sleeping machine is no jump, for the steady clock counts its sleep."""
QUARANTINE: Final = timedelta(minutes=10)


@dataclass(slots=True)
class ClockWatch:
    """Compares the wall clock with ``steady``: seconds that only ever run forward, the machine's sleep included."""

    steady: Callable[[], float]
    _last: tuple[datetime, float] | None = field(default=None, init=False)
    _doubted_until: float = field(default=float("-inf"), init=False)

    def jump(self, now: datetime) -> timedelta | None:
        """By how much the wall clock ran away since the last question; None when both agree."""
        steady, last = self.steady(), self._last
        self._last = (now, steady)
        if last is None:
            return None
        off = (now - last[0]) - timedelta(seconds=steady - last[1])
        if abs(off) <= JUMP:
            return None
        self._doubted_until = steady + QUARANTINE.total_seconds()
        return off

    @property
    def trusted(self) -> bool:
        return self.steady() >= self._doubted_until


def sure_of_time(parts: Parts, watch: ClockWatch, *, now: datetime) -> bool:
    """Whether the publisher may act on this instant. A jump is told to the admins once."""
    off = watch.jump(now)
    if off is not None:
        with parts.store.begin() as tx:
            service.tell(tx, [ADMINS], "clock.jumped", "clock", at=now, once=now.isoformat())
        log.warning("clock_jumped", seconds=round(off.total_seconds()))
    return watch.trusted

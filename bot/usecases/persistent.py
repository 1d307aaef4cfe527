"""Writing what happened must not fail because somebody else wrote in the same moment."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Final, ParamSpec, TypeVar

import structlog

from bot.store.database import Collision

log = structlog.get_logger()

P = ParamSpec("P")
T = TypeVar("T")
TRIES: Final = 4


def persistent(write: Callable[P, T]) -> Callable[P, T]:
    """For functions whose only effect is one transaction: a collision rolled it back, so it is simply done again."""

    @wraps(write)
    def tried(*args: P.args, **kwargs: P.kwargs) -> T:
        for _ in range(TRIES - 1):
            try:
                return write(*args, **kwargs)
            except Collision:
                log.info("write_collided", what=write.__name__)
        return write(*args, **kwargs)

    return tried

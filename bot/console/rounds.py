"""A moderator's way through the queue: its filters stand in every address, and a decision leads to the next case."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final
from urllib.parse import urlencode

from fastapi.responses import RedirectResponse

from bot.console.show import go
from bot.console.visit import Visit
from bot.store import cases
from bot.store.cases import Wanted
from bot.usecases import onward
from bot.usecases.onward import JustDone
from moderation.cases import Move

FILTERS: Final = ("lane", "state", "category", "office", "language", "platform", "score", "group")
"""Names that the queue's address may carry, and every case's that was opened from it."""
STAYS: Final = frozenset({Move.CLAIM, Move.UNDO, Move.WITHDRAW, Move.REOPEN})
"""Moves after which the same person goes on with the same case."""
_VALUE: Final = re.compile(r"[A-Za-z0-9_.-]{1,64}")


def carried(visit: Visit) -> dict[str, str]:
    """The filters of the queue that the person came from; whatever else stands in the address is left behind."""
    found = {name: visit.query(name) for name in FILTERS}
    return {name: value for name, value in found.items() if _VALUE.fullmatch(value)}


def trail(visit: Visit, **more: str) -> str:
    """The same as the end of an address: ``?lane=1&language=vi``, or nothing."""
    query: Mapping[str, str] = carried(visit) | more
    return f"?{urlencode(query)}" if query else ""


def stay(visit: Visit, number: int, done: str) -> RedirectResponse:
    """Back to the case itself."""
    return go(f"/cases/{number}", **carried(visit), done=done)


def go_on(visit: Visit, number: int, wanted: Wanted) -> RedirectResponse:
    """To the case that comes next, or to the queue when nothing waits; both tell what was just done."""
    with visit.parts.store.read() as tx:
        following = onward.onward(visit.parts, tx, cases.get(tx, number), wanted, by=visit.by, now=visit.now)
    return go(f"/cases/{following.id}" if following else "/cases", **carried(visit), did=str(number))


def just_done(visit: Visit) -> JustDone | None:
    """What the banner tells after a decision; None without one."""
    number = visit.number("did", most=2**31 - 1)
    if not number:
        return None
    with visit.parts.store.read() as tx:
        return onward.just_done(visit.parts, tx, number, by=visit.by, now=visit.now)

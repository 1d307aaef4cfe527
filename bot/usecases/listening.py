"""Ask the platforms to tell us as things happen. What they do not tell is found by polling, which never stops."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import structlog

from bot.domain.accounts import Account, Platform
from bot.domain.errors import PlatformError
from bot.store import pushes
from bot.usecases.parts import Parts

log = structlog.get_logger()

PATHS: Final = {Platform.X: "/hooks/x", Platform.FACEBOOK: "/hooks/facebook"}
"""Where the console takes deliveries; docs/runbook.md tells what is entered at the platforms."""


@dataclass(frozen=True, slots=True)
class Standing:
    """One account: the events that are pushed, those that are not, and why nothing could be found out (or empty)."""

    account: str
    told: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    problem: str = ""


def listen(parts: Parts, address: str, *, ask: bool) -> list[Standing]:
    """How every active account stands with pushes to the console at ``address`` (without a path).

    With ``ask`` the platforms are asked for what is missing: safe to repeat, nothing is made twice.
    """
    found = [_of(parts, account, address.rstrip("/"), ask=ask) for account in parts.registry().active()]
    short = [each.account for each in found if each.missing or each.problem]
    log.info("pushes_looked_up", accounts=len(found), incomplete=short)
    return found


def newest(parts: Parts) -> Iterator[tuple[str, datetime | None]]:
    """When each platform last pushed anything."""
    with parts.store.read() as tx:
        yield from [(each.value, pushes.newest_at(tx, each.value)) for each in PATHS]


def _of(parts: Parts, account: Account, address: str, *, ask: bool) -> Standing:
    try:
        pushing = parts.platform(account).pushing(account, address + PATHS[account.platform], ask=ask)
    except PlatformError as exc:
        return Standing(account.id, problem=str(exc))
    return Standing(account.id, pushing.told, pushing.missing)

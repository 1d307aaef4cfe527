"""What every use case is handed: the concrete parts that bootstrap chose."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from bot.domain.accounts import Account, Office, Registry
from bot.domain.errors import NotFound
from bot.domain.ports import Clock, Platform
from bot.domain.prices import PriceTable
from bot.store.database import Store
from bot.usecases.price_table import load_prices
from moderation.screen import Screener


@dataclass(frozen=True, slots=True)
class Shelf:
    """Media bytes by their SHA-256: what was approved is what is sent, byte for byte."""

    folder: Path

    def put(self, data: bytes) -> str:
        """Stores the bytes once and returns their hash; a crash leaves no half file under that name."""
        digest = hashlib.sha256(data).hexdigest()
        target = self.folder / digest
        if not target.exists():
            self.folder.mkdir(parents=True, exist_ok=True)
            part = target.with_suffix(f".{os.getpid()}.part")
            part.write_bytes(data)
            part.replace(target)
        return digest

    def get(self, digest: str) -> bytes:
        """The bytes; NotFound when they are missing or no longer what was approved."""
        path = self.folder / Path(digest).name
        data = path.read_bytes() if path.is_file() else b""
        if hashlib.sha256(data).hexdigest() != digest:
            raise NotFound("A picture of this post is missing or was changed on disk; attach it again.").worded(
                "problem.picture-gone"
            )
        return data


@dataclass(frozen=True, slots=True)
class Parts:
    """The service as the use cases see it. ``registry`` gives the last good roster at each call."""

    store: Store
    registry: Callable[[], Registry]
    platforms: Mapping[str, Platform]
    screener: Callable[[], Screener]
    shelf: Shelf
    clock: Clock
    prices: PriceTable = field(default_factory=load_prices)

    def account(self, name: str) -> Account:
        """The account with this id or handle; NotFound names the near ones."""
        registry = self.registry()
        try:
            return registry.account(name)
        except KeyError:
            found = registry.by_handle(name)
        if found is None:
            raise NotFound(f"The roster has no account '{name}'; see 'kouhou accounts list'.").worded(
                "problem.no-handle", name=name
            )
        return found

    def office(self, account: Account) -> Office:
        return self.registry().office_of(account)

    def platform(self, account: Account) -> Platform:
        return self.platforms[account.platform.value]

    def today(self, office: Office, now: datetime) -> date:
        """The calendar day at the office."""
        return now.astimezone(ZoneInfo(office.zone)).date()

"""Accounts and the registry that holds them beside their offices. No clock, no file: values and look-ups."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass, fields, is_dataclass
from datetime import date, time
from enum import StrEnum
from typing import Any, TypeVar

from bot.domain.offices import (
    LANGUAGES,
    NO_NAMES,
    Certainty,
    Closure,
    DisasterRule,
    Duty,
    Fee,
    Hours,
    Names,
    Office,
    OfficeKind,
    Opening,
    OtherHours,
    Phone,
    Span,
)
from moderation.model import Official

__all__ = [
    "LANGUAGES",
    "NO_NAMES",
    "Account",
    "Badge",
    "Capabilities",
    "Certainty",
    "Closure",
    "Disagreement",
    "DisasterRule",
    "Duty",
    "Fee",
    "FormerHandle",
    "Hours",
    "Means",
    "Names",
    "Office",
    "OfficeKind",
    "Opening",
    "OtherHours",
    "Phone",
    "Platform",
    "PolicySource",
    "PolicyVersion",
    "Registry",
    "Span",
    "Status",
    "digest_of",
]

T = TypeVar("T")


class Platform(StrEnum):
    """Where an account lives."""

    X = "x"
    FACEBOOK = "facebook"


class Status(StrEnum):
    """Only an active account posts and is read; a retired one keeps its entry, for its handle can be taken by others."""

    PLANNED = "planned"
    ACTIVE = "active"
    PAUSED = "paused"
    RETIRED = "retired"


class Means(StrEnum):
    """How an action is carried out: not at all, by a person with guidance, or by a call."""

    NONE = "none"
    ASSISTED = "assisted"
    API = "api"


class Badge(StrEnum):
    """The platform's verification mark; ``unknown`` until somebody looked."""

    NONE = "none"
    BLUE = "blue"
    GREY = "grey"
    GOLD = "gold"
    SOME = "some"  # seen as verified, colour not recorded
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class PolicySource:
    """A published policy version that lists the account, and the handle printed there."""

    version: str
    url: str
    handle: str


@dataclass(frozen=True, slots=True)
class PolicyVersion:
    """One language version of the operating policy; its hash tells it apart, for two versions bear one date."""

    version: str
    url: str
    in_force: date | None = None
    sha256: str = ""


@dataclass(frozen=True, slots=True)
class Disagreement:
    """Policy versions differ about this account: what was taken, why, and the other reading."""

    taken: str
    why: str
    other: str
    other_source: str = ""


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What can be done to replies here. Replying is off everywhere (SNS operating policy 5.1)."""

    hide: Means = Means.API
    delete: Means = Means.NONE
    block: Means = Means.ASSISTED
    reply: Means = Means.NONE


@dataclass(frozen=True, slots=True)
class FormerHandle:
    """A handle that this account used until a day (None: unknown); others may hold it now."""

    handle: str
    until: date | None = None


@dataclass(frozen=True, slots=True)
class Account:
    """One official account or Page. ``platform_id`` never changes while the handle may; None means not yet known."""

    id: str
    platform: Platform
    handle: str
    url: str
    office: str
    status: Status
    owner: Duty | None = None
    deputy: Duty | None = None
    platform_id: str | None = None
    label: Names = NO_NAMES
    unit: Names = NO_NAMES
    languages: tuple[str, ...] = ("ja",)
    purpose: str = ""
    policy: tuple[PolicySource, ...] = ()
    disagreement: Disagreement | None = None
    capabilities: Capabilities = Capabilities()
    long_posts: bool = False
    emergency: bool = False
    secret: str = ""
    badge: Badge = Badge.UNKNOWN
    badge_on: date | None = None
    attested_on: date | None = None
    attested_by: str = ""
    opened: date | None = None
    retired: date | None = None
    former: tuple[FormerHandle, ...] = ()
    tags: tuple[str, ...] = ()
    notes: str = ""

    @property
    def key(self) -> str:
        """How the handle is compared: letter case never distinguishes two accounts."""
        return self.handle.casefold()


@dataclass(frozen=True, slots=True)
class Registry:
    """The whole roster as checked."""

    offices: tuple[Office, ...]
    accounts: tuple[Account, ...]
    policies: tuple[PolicyVersion, ...] = ()

    @property
    def digest(self) -> str:
        """SHA-256 over what the roster means; comments and layout do not change it."""
        return digest_of(self)

    def office(self, office_id: str) -> Office:
        """The office with this id; ``KeyError`` if the roster has none."""
        return _first((each for each in self.offices if each.id == office_id), f"office {office_id!r}")

    def account(self, account_id: str) -> Account:
        """The account with this id; ``KeyError`` if the roster has none."""
        return _first((each for each in self.accounts if each.id == account_id), f"account {account_id!r}")

    def by_handle(self, handle: str, platform: Platform | None = None) -> Account | None:
        """The account with this handle today, whatever its letter case; a leading @ is ignored."""
        key = handle.removeprefix("@").casefold()
        return next((a for a in self.accounts if a.key == key and platform in (None, a.platform)), None)

    def accounts_of(self, office_id: str) -> tuple[Account, ...]:
        return tuple(each for each in self.accounts if each.office == office_id)

    def office_of(self, account: Account) -> Office:
        return self.office(account.office)

    def children(self, office_id: str) -> tuple[Office, ...]:
        return tuple(each for each in self.offices if each.parent == office_id)

    def active(self, platform: Platform | None = None) -> tuple[Account, ...]:
        """Accounts that post and are read."""
        return tuple(a for a in self.accounts if a.status is Status.ACTIVE and platform in (None, a.platform))

    def officials(self) -> tuple[Official, ...]:
        """Every handle and name that impersonation is measured against, retired ones too."""
        return tuple(self._official(account) for account in self.accounts)

    def _official(self, account: Account) -> Official:
        office = self.office(account.office)
        names = dict.fromkeys((*office.names.all(), *account.label.all(), *office.aliases))
        return Official(account.handle, tuple(names), account.platform.value)


def digest_of(value: object) -> str:
    """SHA-256 of a frozen value's content, e.g. one account, to notice that it changed."""
    plain = json.dumps(_plain(value), ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(plain.encode()).hexdigest()


def _plain(value: object) -> Any:
    if is_dataclass(value) and not isinstance(value, type):
        return {each.name: _plain(getattr(value, each.name)) for each in fields(value)}
    if isinstance(value, tuple):
        return [_plain(each) for each in value]
    return value.isoformat() if isinstance(value, date | time) else value


def _first(found: Iterable[T], what: str) -> T:
    for each in found:
        return each
    raise KeyError(f"the roster has no {what}")

"""Is this account official? The answer of the public trust page, from the roster alone."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from urllib.parse import parse_qs, urlsplit

from bot.domain.accounts import Account, Names, Platform, Registry, Status
from bot.roster.lint import skeleton

HOSTS = {
    "x.com": Platform.X,
    "twitter.com": Platform.X,
    "facebook.com": Platform.FACEBOOK,
    "fb.com": Platform.FACEBOOK,
}
PREFIXES = ("www.", "mobile.", "m.", "web.")
LONGEST = 500
SHARED_BY = 3
"""A beginning such as ``IMMI_`` that this many official handles share makes a stranger with it a look-alike."""


class Answer(StrEnum):
    OFFICIAL = "official"
    RETIRED = "retired"
    LOOK_ALIKE = "look-alike"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Verification:
    """The answer, the roster's account it is about if any, and a sentence for the public."""

    answer: Answer
    account: Account | None
    told: Names

    def as_dict(self) -> dict[str, Any]:
        known = self.account
        about = {"id": known.id, "handle": known.handle, "url": known.url} if known else None
        return {"answer": self.answer.value, "account": about, **dict(self.told.pairs)}


@dataclass(frozen=True, slots=True)
class _Asked:
    """What an address or a bare handle names; ``number`` when it names the platform's own id."""

    platform: Platform | None
    handle: str = ""
    number: str = ""


def verify(asked: str, registry: Registry) -> Verification:
    """Judge an address (https://x.com/…, facebook.com/…) or a bare handle. Never more than the roster knows."""
    named = _read(asked.strip()[:LONGEST])
    if named is None:
        return _told(Answer.UNKNOWN, None, "This is no address of an account.", "アカウントのURLではありません。")
    for account in registry.accounts:
        if verdict := _same(named, account):
            return verdict
    return _resembling(named, registry) or _told(
        Answer.UNKNOWN,
        None,
        "This account is not in the list of official accounts.",
        "公式アカウントの一覧にありません。",
    )


def _same(named: _Asked, account: Account) -> Verification | None:
    if named.platform not in (None, account.platform):
        return None
    by_number = bool(named.number) and named.number == account.platform_id
    if by_number or (named.handle and named.handle.casefold() == account.key):
        return _by_status(account)
    if named.handle and any(named.handle.casefold() == each.handle.casefold() for each in account.former):
        return _told(
            Answer.RETIRED,
            account,
            f"This handle was official once; today the account is {account.handle}. Others may hold it now.",
            f"以前の公式ハンドルです。現在は {account.handle} です。今は別人が使っている可能性があります。",
        )
    other = account.disagreement.other if account.disagreement else ""
    if named.handle and named.handle.casefold() == other.casefold():
        return _told(
            Answer.UNKNOWN,
            account,
            f"One version of the policy prints this handle, another {account.handle}; it has not been confirmed.",
            f"運用方針の版により {account.handle} と食い違い、確認されていません。",
        )
    return None


def _by_status(account: Account) -> Verification:
    match account.status:
        case Status.RETIRED:
            since = f" since {account.retired}" if account.retired else ""
            return _told(Answer.RETIRED, account, f"This account is retired{since}.", "廃止された公式アカウントです。")
        case Status.PLANNED:
            return _told(
                Answer.UNKNOWN, account, "This account is planned, not yet official.", "開設前のアカウントです。"
            )
        case Status.PAUSED:
            return _told(Answer.OFFICIAL, account, "Official; it does not post at present.", "公式(休止中)です。")
        case _:
            return _told(Answer.OFFICIAL, account, "This is an official account.", "公式アカウントです。")


def _resembling(named: _Asked, registry: Registry) -> Verification | None:
    """A handle that looks like an official one, is one slip away from it, contains it, or borrows its beginning."""
    seen = skeleton(named.handle)
    if len(seen) < 3:
        return None
    for account in registry.accounts:
        real = skeleton(account.handle)
        if seen == real or real in seen or (len(real) >= 6 and _one_slip(seen, real)):
            return _look_alike(account)
    stems = Counter(a.handle.casefold().partition("_")[0] for a in registry.accounts if "_" in a.handle)
    stem = named.handle.casefold().partition("_")[0]
    if "_" in named.handle and stems[stem] >= SHARED_BY:
        return _look_alike(None)
    return None


def _look_alike(account: Account | None) -> Verification:
    real = f" {account.handle}" if account else ""
    return _told(
        Answer.LOOK_ALIKE,
        account,
        f"Not official, but made to look like an official account{real}. Take care.",
        f"公式ではありませんが、公式アカウント{real}に似ています。ご注意ください。",
    )


def _one_slip(one: str, other: str) -> bool:
    """Whether one letter added, dropped, changed or swapped with its neighbour turns one into the other."""
    if abs(len(one) - len(other)) > 1 or one == other:
        return False
    head = next((i for i, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
    a, b = one[head:], other[head:]
    swapped = len(a) > 1 and a[:2] == b[1::-1] and a[2:] == b[2:]
    return swapped or a[1:] == b[1:] or a[1:] == b or a == b[1:]


def _read(asked: str) -> _Asked | None:
    if re.fullmatch(r"@?[\w.]{1,60}", asked) and "." not in asked.removeprefix("@")[:1]:
        return _Asked(None, handle=asked.removeprefix("@"))
    try:
        parts = urlsplit(asked if "://" in asked else f"https://{asked}")
        host = (parts.hostname or "").rstrip(".")
    except ValueError:
        return None
    for prefix in PREFIXES:
        host = host.removeprefix(prefix)
    platform = HOSTS.get(host)
    if platform is None or parts.scheme not in ("http", "https") or parts.username is not None:
        return None
    return _from_path(platform, [part for part in parts.path.split("/") if part], parts.query)


def _from_path(platform: Platform, path: list[str], query: str) -> _Asked | None:
    numbers = parse_qs(query).get("id", [""])
    if platform is Platform.FACEBOOK and path[:1] == ["profile.php"]:
        return _Asked(platform, number=numbers[0])
    if platform is Platform.X and path[:2] == ["i", "user"] and len(path) > 2:
        return _Asked(platform, number=path[2])
    if not path:
        return None
    name = path[0].removeprefix("@")
    return _Asked(platform, number=name) if name.isdigit() and len(name) > 8 else _Asked(platform, handle=name)


def _told(answer: Answer, account: Account | None, en: str, ja: str) -> Verification:
    return Verification(answer, account, Names.of({"en": en, "ja": ja}))

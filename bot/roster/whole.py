"""Rules that need the whole roster: ids are unique, offices form one tree, references lead somewhere."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from urllib.parse import urlsplit

from bot.domain.accounts import Account, Office, Platform, Registry
from bot.roster.layout import Path
from bot.roster.problems import Sink

HOSTS: Mapping[Platform, tuple[str, ...]] = {
    Platform.X: ("x.com", "twitter.com"),
    Platform.FACEBOOK: ("www.facebook.com", "facebook.com"),
}
"""R3: where an account of each platform may live."""


def check_whole(registry: Registry, sink: Sink) -> None:
    """Add a problem for each broken rule; what is missing in an entry has been told before."""
    _unique(sink, "office", "id", (each.id for each in registry.offices))
    _unique(sink, "account", "id", (each.id for each in registry.accounts))
    _unique(sink, "policy", "version", (each.version for each in registry.policies))
    _unique(sink, "account", "handle", (each.handle and f"{each.platform} {each.key}" for each in registry.accounts))
    _unique(sink, "account", "platform_id", (_platform_id(each) for each in registry.accounts))
    _tree(registry, sink)
    _references(registry, sink)
    for number, account in enumerate(registry.accounts):
        _address(account, ("account", number, "url"), sink)


def _platform_id(account: Account) -> str | None:
    return f"{account.platform} {account.platform_id}" if account.platform_id else None


def _unique(sink: Sink, table: str, key: str, values: Iterable[str | None]) -> None:
    seen: dict[str, int] = {}
    for number, value in enumerate(values):
        if not value:
            continue
        if value in seen:
            first = sink.layout.line_of((table, seen[value], key))
            sink.add((table, number, key), f"[[{table}]]", key, f"{value} stands already in line {first}")
        seen.setdefault(value, number)


def _tree(registry: Registry, sink: Sink) -> None:
    offices = {each.id: each for each in registry.offices}
    for number, office in enumerate(registry.offices):
        where: Path = ("office", number, "parent")
        label = f"[[office]] {office.id}"
        if office.parent is not None and office.parent not in offices:
            sink.add(where, label, "parent", f"there is no office {office.parent}")
        elif office.id in _ancestors(office, offices):
            sink.add(where, label, "parent", "the office would be its own parent")
    roots = [each.id for each in registry.offices if each.parent is None]
    if len(roots) != 1:
        shown = ", ".join(roots) or "none"
        sink.add(
            ("office",),
            "[[office]]",
            "parent",
            f"exactly one office has no parent, the agency; here: {shown}",
        )


def _ancestors(office: Office, offices: Mapping[str, Office]) -> Iterator[str]:
    seen: set[str] = set()
    parent = office.parent
    while parent and parent in offices and parent not in seen:
        seen.add(parent)
        yield parent
        parent = offices[parent].parent


def _references(registry: Registry, sink: Sink) -> None:
    offices = {each.id for each in registry.offices}
    versions = {each.version for each in registry.policies}
    for number, account in enumerate(registry.accounts):
        label = f"[[account]] {account.id}"
        if account.office and account.office not in offices:
            sink.add(("account", number, "office"), label, "office", f"there is no office {account.office}")
        for source in account.policy:
            if source.version not in versions:
                key = f"listed.{source.version}"
                told = f"there is no [[policy]] with version {source.version}"
                sink.add(("account", number, "listed", source.version), label, key, told)


def _address(account: Account, path: Path, sink: Sink) -> None:
    if not account.url or not account.handle:
        return
    parts = urlsplit(account.url)
    hosts = HOSTS[account.platform]
    if (parts.hostname or "") not in hosts or parts.path.strip("/").casefold() != account.key:
        told = f"does not lead to {account.handle} on {account.platform}; write https://{hosts[0]}/{account.handle}"
        sink.add(path, f"[[account]] {account.id}", "url", told)

"""Which roster entry a row of a policy page speaks about, in whatever language the page is."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from bot.domain.accounts import Account, Office, Platform, Registry
from bot.roster.pages import Page, Row


@dataclass(frozen=True, slots=True)
class Entry:
    """A row with what the roster knows about it. ``unit`` is what the page writes behind the office's name."""

    row: Row
    key: str
    account: Account | None
    office: Office | None
    unit: str
    unnamed: bool = False
    """The operator could not be read because the roster has no name in the page's language."""

    @property
    def handle(self) -> str:
        return self.row.handle

    @property
    def operator(self) -> str:
        return " ".join(self.row.operator)

    @property
    def link_tail(self) -> str:
        """The link's words without the operator's own name: the part in which rows can be compared."""
        text = self.row.link_text
        for name in sorted(self.row.operator, key=len, reverse=True):
            text = text.replace(name, "")
        return text.strip()


@dataclass(frozen=True, slots=True)
class Sheet:
    """A page aligned with the roster; ``language`` is the page's own tag or the one most of its offices fit."""

    page: Page
    language: str
    entries: tuple[Entry, ...]

    def entry(self, key: str) -> Entry | None:
        return next((each for each in self.entries if each.key == key), None)

    def count(self, platform: Platform) -> int:
        return len(self.page.on(platform))


def align(page: Page, registry: Registry, language: str = "") -> Sheet:
    """Each row by its handle, by a handle that another policy version prints, or by its operator."""
    names = _office_names(registry)
    read = [(row, *_office_of(row, names)) for row in page.rows]
    common = Counter(tag for _, _, tag, _ in read if tag).most_common(1)
    language = language or page.language or (common[0][0] if common else "")
    exact = [registry.by_handle(row.handle, row.platform) for row in page.rows]
    taken = {each.id for each in exact if each}
    entries = [_entry(row, office, unit, registry, language, taken) for row, office, _, unit in read]
    return Sheet(page, language, tuple(entries))


def squash(text: str) -> str:
    """For comparing names: width, letter case and white space do not count."""
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", text)).casefold()


def _entry(row: Row, office: Office | None, unit: str, registry: Registry, language: str, taken: set[str]) -> Entry:
    """``taken`` holds the accounts that have a row already: a second row for one is told by its own handle."""
    account = account_of(row, registry) or _only_account(office, row.platform, registry)
    if account and account.id in taken and account.key != row.handle.casefold():
        account = None
    taken.update([account.id] if account else [])
    own = registry.office(account.office) if account else None
    unnamed = office is None and own is not None and own.names.get(language) is None
    return Entry(row, account.id if account else row.handle.casefold(), account, office, unit, unnamed)


def account_of(row: Row, registry: Registry) -> Account | None:
    """The account with this handle now, in a policy version, as the other reading, or formerly."""
    if account := registry.by_handle(row.handle, row.platform):
        return account
    key = row.handle.casefold()
    return next((a for a in registry.accounts if a.platform is row.platform and key in _other_handles(a)), None)


def _other_handles(account: Account) -> set[str]:
    other = [account.disagreement.other] if account.disagreement else []
    listed = [each.handle for each in account.policy]
    return {handle.casefold() for handle in (*other, *listed, *(each.handle for each in account.former))}


def _only_account(office: Office | None, platform: Platform, registry: Registry) -> Account | None:
    own = [each for each in registry.accounts_of(office.id) if each.platform is platform] if office else []
    return own[0] if len(own) == 1 else None


def _office_names(registry: Registry) -> Mapping[str, tuple[Office, str]]:
    """Every way to write an office, squashed: its own name, and its bureau's name with its own behind it."""
    table: dict[str, tuple[Office, str]] = {}
    for office in registry.offices:
        for tag, name in (*office.names.pairs, *(("ja", alias) for alias in office.aliases)):
            for written in (name, *_with_parent(name, tag, office, registry)):
                table.setdefault(squash(written), (office, tag))
    return table


def _with_parent(name: str, tag: str, office: Office, registry: Registry) -> Iterator[str]:
    parent = registry.office(office.parent).names.get(tag) if office.parent else None
    if parent:
        yield parent + name


def _office_of(row: Row, names: Mapping[str, tuple[Office, str]]) -> tuple[Office | None, str, str]:
    """The longest beginning of the operator's lines that is an office; what is left over is its unit."""
    for length in range(len(row.operator), 0, -1):
        for start in range(length):  # prose above the first row may have come along
            found = names.get(squash("".join(row.operator[start:length])))
            if found:
                return found[0], found[1], " ".join(row.operator[length:])
    return None, "", ""

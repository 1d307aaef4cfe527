"""office-mismatch: another office's name or handle in a notice of this office, as copying from a colleague leaves it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from bot.domain.accounts import Account, Office, OfficeKind, Registry
from bot.domain.lint.folding import even, sentence
from bot.domain.lint.model import Finding, Notice, Severity

_JAPANESE: Final = ("{}出入国在留管理局", "{}入国管理局", "{}入管局", "{}入管", "{}局")
_JAPANESE_DISTRICT: Final = ("{}支局", "{}入管")
_ENGLISH: Final = (
    "{} Regional Immigration Services Bureau", "{} Regional Immigration Bureau", "{} Immigration Services Bureau",
    "{} Immigration Bureau", "{} Regional Bureau", "{} Bureau", "{} Immigration Office", "{} District Immigration Office",
    "{} District Office", "{} Immigration",
)  # fmt: skip
_SEVERAL: Final = re.compile(
    r"最寄り?|お近くの|近くの|各地|各局|全国|管轄|所轄|共催|合同|連携|それぞれ|いずれか|などの|等の地方|ほか|移転|統合"
    r"|\b(?:nearest|jurisdiction|jointly|together with|all offices|each office|other offices)\b|gần nhất|最近的|管辖|관할",
    re.IGNORECASE,
)
_LIST: Final = 3
"""So many other offices make a list, not a slip."""


@dataclass(frozen=True, slots=True)
class OfficeNames:
    """Every way to name an office: ``of`` maps the folded writing to office id and form, ``pattern`` finds them."""

    of: Mapping[str, tuple[str, str]]
    pattern: re.Pattern[str]
    by_form: Mapping[tuple[str, str], str]
    short: re.Pattern[str]

    @classmethod
    def from_roster(cls, registry: Registry) -> OfficeNames:
        """All names, aliases, handles and usual short forms, longest first."""
        of: dict[str, tuple[str, str]] = {}
        by_form: dict[tuple[str, str], str] = {}
        for office in registry.offices:
            for form, name in _forms(office, registry.accounts_of(office.id)):
                of.setdefault(_key(name), (office.id, form))
                by_form.setdefault((office.id, form), name)
        longest_first = sorted(of, key=len, reverse=True)
        joined = "|".join(re.escape(name) + (r"(?![a-z0-9_])" if name[-1].isascii() else "") for name in longest_first)
        short = {_key(name) for office in registry.offices if office.parent for name in office.short.all()}
        shorts = "|".join(re.escape(name) for name in sorted(short, key=len, reverse=True))
        return cls(of, re.compile(rf"(?<![a-z0-9_])(?:{joined or '(?!)'})"), by_form, re.compile(shorts or "(?!)"))


def office_mismatch(notice: Notice) -> Iterator[Finding]:
    """Names of offices that are neither this one, nor above or below it; lists of many offices are meant."""
    own = notice.office
    if own.parent is None:
        return  # the agency speaks for all
    names = notice.around.names
    found = [(match, *names.of[match[0]]) for match in names.pattern.finditer(_key(notice.even))]
    near = _family(notice) if found else set()
    others = [(match, office, form) for match, office, form in found if office not in near]
    if len({office for _, office, _ in others}) >= _LIST:
        return
    for match, office_id, form in others:
        if _SEVERAL.search(notice.even[slice(*sentence(notice.even, *match.span()))]):
            continue
        fix = names.by_form.get((own.id, form))
        other = notice.around.registry.office(office_id)
        facts = {"written": notice.text[match.start() : match.end()], "other": other.names.ja, "other_en": other.names.en,
                 "own": own.names.ja, "own_en": own.names.en}  # fmt: skip
        yield Finding("office-mismatch", Severity.WARNING, match.start(), match.end(), "office-mismatch", facts, fix)


def without_names(text: str, names: OfficeNames) -> str:
    """The text without any office's name or place, for comparing notices of different offices."""
    return names.short.sub("", names.pattern.sub("", text))


def _family(notice: Notice) -> set[str]:
    """The office itself, what stands above it, what stands below it."""
    registry, own = notice.around.registry, notice.office
    above = {each.id for each in registry.offices if each.parent is None}
    below = {each.id for each in registry.children(own.id)}
    return {own.id, *above, *below, *([own.parent] if own.parent else [])}


def _forms(office: Office, accounts: tuple[Account, ...]) -> Iterator[tuple[str, str]]:
    for tag, name in office.names.pairs:
        yield f"name {tag}", name
    for number, alias in enumerate(office.aliases):
        yield f"alias {number}", alias
    for account in accounts:
        yield f"handle {account.platform}", account.handle
        for former in account.former:
            yield f"handle {account.platform}", former.handle
    if office.kind is OfficeKind.AGENCY:
        return
    ja, en = office.short.get("ja"), office.short.get("en")
    for form in _JAPANESE_DISTRICT if office.kind is OfficeKind.DISTRICT_OFFICE else _JAPANESE:
        if ja and office.kind is not OfficeKind.CENTRE:
            yield form, form.format(ja)
    for form in _ENGLISH:
        if en and office.kind is not OfficeKind.CENTRE:
            yield form, form.format(en)


def _key(text: str) -> str:
    """Evened out and lower case, character for character."""
    plain = even(text)
    lower = plain.lower()
    if len(lower) == len(plain):
        return lower
    return "".join(char.lower() if len(char.lower()) == 1 else char for char in plain)

"""A policy page against the roster, or two policy pages against each other. Each difference says who says what."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from bot.domain.accounts import Account, Names, Platform, Registry, Status
from bot.roster.align import Entry, Sheet, align, squash
from bot.roster.findings import Code, Difference, Weight, told
from bot.roster.pages import Page, Row, read_page
from bot.roster.wording import nouns, old_name, repeated
from bot.roster.words import VALUES_JA


@dataclass(frozen=True, slots=True)
class Comparison:
    """All differences between two sides, named by their labels."""

    left: str
    right: str
    differences: tuple[Difference, ...]

    def of(self, *codes: Code) -> tuple[Difference, ...]:
        return tuple(each for each in self.differences if each.code in codes)

    @property
    def must_settle(self) -> tuple[Difference, ...]:
        """Differences about which accounts are official; wording and notes are left out."""
        return tuple(each for each in self.differences if each.weight is Weight.DIFFERENT)

    def lines(self, language: str = "en") -> tuple[str, ...]:
        return tuple(each.sentence(self.left, self.right, language) for each in self.differences)

    def as_dict(self) -> dict[str, Any]:
        return {
            "left": self.left,
            "right": self.right,
            "differences": [each.as_dict(self.left, self.right) for each in self.differences],
        }

    def markdown(self, language: str = "en") -> str:
        """A table for documents."""
        head = {"en": ("about", "what", "note"), "ja": ("対象", "違い", "備考")}[language]
        rows = [(head[0], head[1], self.left, self.right, head[2]), ("---",) * 5]
        rows += [each.cells(language) for each in self.differences]
        return "".join("| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |\n" for row in rows)


def compare(source: str, registry: Registry, *, label: str = "page", language: str = "") -> Comparison:
    """A saved page (HTML or text) against the roster. The roster is the left side."""
    sheet = align(read_page(source), registry, language)
    roster = align(_as_page(registry, sheet), registry, sheet.language)
    found = [*_sheets(roster, sheet, registry, same=True), *_version(sheet, registry), *_unnamed(sheet)]
    return Comparison("roster", label, tuple(found))


def compare_pages(
    one: str, other: str, registry: Registry, *, labels: tuple[str, str] = ("one", "other")
) -> Comparison:
    """Two saved pages against each other, in one language or in two; the roster only tells which rows belong together."""
    left, right = align(read_page(one), registry), align(read_page(other), registry)
    same = left.language == right.language
    found = [*_sheets(left, right, registry, same=same), *_unnamed(left), *_unnamed(right)]
    found += [*_within(left, right), *_dates(left.page, right.page)]
    return Comparison(*labels, tuple(found))


def _as_page(registry: Registry, like: Sheet) -> Page:
    """The roster as the page would have to be, in the page's language."""
    rows = [_as_row(each, registry, like) for each in registry.active()]
    return Page("", (), tuple(rows), (), like.language, "")


def _as_row(account: Account, registry: Registry, like: Sheet) -> Row:
    office, tag = registry.office(account.office), like.language
    own = office.names.get(tag)
    bureau = registry.office(office.parent).names.get(tag) if office.parent and own else None
    nested = office.kind == "district-office" and bureau and not squash(own or "").startswith(squash(bureau))
    operator = (bureau, own) if nested and bureau and own else (own or office.names.best(tag),)
    unit = account.unit.best(tag)
    return Row(account.platform, account.handle, (*operator, *([unit] if unit else [])), account.label.get(tag) or "")


def _sheets(left: Sheet, right: Sheet, registry: Registry, *, same: bool) -> Iterator[Difference]:
    for platform in Platform:
        if left.count(platform) != right.count(platform):
            counts = str(left.count(platform)), str(right.count(platform))
            yield Difference(Code.COUNT, Weight.DIFFERENT, _platform_name(platform), *counts)
    order = {each.id: number for number, each in enumerate(registry.accounts)}
    keys = dict.fromkeys(each.key for each in (*left.entries, *right.entries))
    for key in sorted(keys, key=lambda each: order.get(each, len(order))):
        yield from _rows(left.entry(key), right.entry(key), registry, same=same)


def _rows(left: Entry | None, right: Entry | None, registry: Registry, *, same: bool) -> Iterator[Difference]:
    one = left or right
    if one is None:
        return
    about = _about(one, registry)
    if left is None or right is None:
        handles = left.handle if left else None, right.handle if right else None
        yield Difference(Code.ACCOUNT, Weight.DIFFERENT, about, *handles, _why(one))
        return
    if left.handle.casefold() != right.handle.casefold():
        yield Difference(Code.HANDLE, Weight.DIFFERENT, about, left.handle, right.handle, _why(one))
    yield from _operators(left, right, about, same=same)
    yield from _links(left, right, about, same=same)


def _operators(left: Entry, right: Entry, about: Names, *, same: bool) -> Iterator[Difference]:
    if left.unnamed or right.unnamed:
        return
    if left.office is None or right.office is None or left.office.id != right.office.id:
        if not (same and squash(left.operator) == squash(right.operator)):
            yield Difference(Code.OFFICE, Weight.DIFFERENT, about, left.operator, right.operator)
    elif bool(left.unit) != bool(right.unit) or (same and squash(left.unit) != squash(right.unit)):
        yield Difference(Code.UNIT, Weight.DIFFERENT, about, left.unit or None, right.unit or None, _why(left))


def _links(left: Entry, right: Entry, about: Names, *, same: bool) -> Iterator[Difference]:
    texts = left.link_tail, right.link_tail
    if any(texts) and not (same and squash(texts[0]) == squash(texts[1])):
        note = told("" if same else "translation") if all(texts) else Names()
        yield Difference(Code.LINK, Weight.WORDING, about, texts[0] or None, texts[1] or None, note)


def _within(left: Sheet, right: Sheet) -> Iterator[Difference]:
    """What a page says inconsistently by itself, side by side with the other page."""
    about = Names.of({"en": "whole page", "ja": "ページ全体"})
    for code, of in (
        (Code.LINK_FORM, _link_forms),
        (Code.NOUN, nouns),
        (Code.REPEATED, repeated),
        (Code.OLD_NAME, old_name),
    ):
        values = of(left), of(right)
        if any(values):
            weight = Weight.NOTE if code in (Code.REPEATED, Code.OLD_NAME) else Weight.WORDING
            yield Difference(code, weight, about, *values, told(code.value))


def _link_forms(sheet: Sheet) -> str | None:
    """Link texts of one page that are built differently: one names the platform, another does not."""
    tails = [each.link_tail for each in sheet.entries if each.link_tail]
    naming = [("facebook" in tail.lower() or "twitter" in tail.lower()) for tail in tails]
    return " ≠ ".join(tails) if len(set(naming)) > 1 else None


def _dates(left: Page, right: Page) -> Iterator[Difference]:
    about = Names.of({"en": "dates", "ja": "日付"})
    words = _written(left), _written(right)
    if [each.day for each in left.dates] != [each.day for each in right.dates]:
        yield Difference(Code.DATE, Weight.DIFFERENT, about, *words)
    elif left.dates:
        note = told("same-date") if left.sha256 != right.sha256 else Names()
        yield Difference(Code.DATE, Weight.NOTE, about, *words, note)
    if len(left.dates) == len(right.dates) == 1:
        yield Difference(Code.REVISION, Weight.NOTE, about, None, None, told(Code.REVISION.value))


def _written(page: Page) -> str | None:
    return ", ".join(f"{each.day} ({each.words})" for each in page.dates) or None


def _version(sheet: Sheet, registry: Registry) -> Iterator[Difference]:
    """The page's date and text against the policy version that the roster has on record for this language."""
    about = Names.of({"en": f"policy {sheet.language}", "ja": f"運用方針 {sheet.language}"})
    known = next((each for each in registry.policies if each.version == sheet.language), None)
    if known is None:
        yield Difference(Code.VERSION, Weight.NOTE, about, None, sheet.page.sha256[:12], told("new-version"))
        return
    days = [each.day for each in sheet.page.dates]
    if known.in_force and known.in_force not in days:
        shown = ", ".join(map(str, days)) or None
        yield Difference(Code.DATE, Weight.DIFFERENT, about, str(known.in_force), shown)
    if known.sha256 and known.sha256 != sheet.page.sha256:
        sides = known.sha256[:12], sheet.page.sha256[:12]
        yield Difference(Code.VERSION, Weight.NOTE, about, *sides, told("other-text"))


def _unnamed(sheet: Sheet) -> Iterator[Difference]:
    rows = [each for each in sheet.entries if each.unnamed]
    if rows:
        about = Names.of({"en": sheet.language or "language unknown", "ja": sheet.language or "言語不明"})
        yield Difference(Code.UNNAMED, Weight.NOTE, about, None, rows[0].operator, told(Code.UNNAMED.value))


def _about(entry: Entry, registry: Registry) -> Names:
    office = registry.office(entry.account.office) if entry.account else entry.office
    platform = {"x": "X", "facebook": "Facebook"}[entry.row.platform]
    if office is None:
        return Names.of({"en": f"{entry.operator or entry.handle} {platform}"})
    return Names.of({tag: f"{office.short.best(tag) or office.names.best(tag)} {platform}" for tag in ("ja", "en")})


def _why(entry: Entry) -> Names:
    if entry.account and entry.account.status is not Status.ACTIVE:
        shown = entry.account.status.value
        return Names.of({"en": f"the roster says {shown}", "ja": f"台帳では{VALUES_JA[shown]}"})
    known = entry.account.disagreement if entry.account else None
    if known is None:
        return Names()
    return Names.of({"en": f"roster takes {known.taken}: {known.why}", "ja": f"台帳は {known.taken}: {known.why}"})


def _platform_name(platform: Platform) -> Names:
    return Names.of({"en": {"x": "X", "facebook": "Facebook"}[platform]})

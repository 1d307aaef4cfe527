"""What changed between two rosters, told in sentences: 福岡: 受付時間 不明 → 平日 9:00-16:00."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, fields
from enum import StrEnum
from typing import Any, Literal

from bot.domain.accounts import (
    Account,
    Capabilities,
    Closure,
    Disagreement,
    Duty,
    Fee,
    FormerHandle,
    Hours,
    Names,
    Office,
    Opening,
    OtherHours,
    Phone,
    PolicySource,
    PolicyVersion,
    Registry,
    Span,
    digest_of,
)
from bot.roster.words import FIELDS_JA, VALUES_JA

Language = Literal["ja", "en"]
Entry = Office | Account | PolicyVersion
DAYS = {"ja": "月火水木金土日", "en": ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")}


class Kind(StrEnum):
    """What happened to an entry or a field."""

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"


@dataclass(frozen=True, slots=True)
class RosterChange:
    """One difference. ``key`` is empty when a whole entry came or went; ``who`` names it for readers of a language."""

    kind: Kind
    table: str
    entry: str
    key: str
    who: Names
    before: Names = Names()  # noqa: RUF009 - frozen, so sharing it is safe
    after: Names = Names()  # noqa: RUF009

    def sentence(self, language: Language = "en") -> str:
        who = self.who.best(language)
        if not self.key:
            told = {"ja": {"added": "追加", "removed": "削除"}, "en": {"added": "added", "removed": "removed"}}
            return f"{who}: {told[language][self.kind]}"
        name = _field(self.key, language)
        nothing = {"ja": "なし", "en": "none"}[language]
        return f"{who}: {name} {self.before.best(language) or nothing} → {self.after.best(language) or nothing}"

    def as_dict(self) -> dict[str, Any]:
        return {
            **{key: value for key, value in asdict(self).items() if key in ("table", "entry", "key")},
            "kind": self.kind.value,
            "before": self.before.best("en"),
            "after": self.after.best("en"),
            "ja": self.sentence("ja"),
            "en": self.sentence("en"),
        }


def diff(before: Registry, after: Registry) -> tuple[RosterChange, ...]:
    """Every difference in meaning, in the order of the new roster; comments and layout are none."""
    tables: tuple[tuple[str, Callable[[Registry], Mapping[str, Entry]]], ...] = (
        ("policy", lambda r: {each.version: each for each in r.policies}),
        ("office", lambda r: {each.id: each for each in r.offices}),
        ("account", lambda r: {each.id: each for each in r.accounts}),
    )
    found: list[RosterChange] = []
    for table, entries in tables:
        found += _entries(table, entries(before), entries(after), before, after)
    return tuple(found)


def affected_accounts(before: Registry, after: Registry) -> frozenset[str]:
    """Accounts whose waiting posts must be held: gone, or changed in something that a post depends on."""
    return frozenset(
        account.id for account in before.accounts if _weight(before, account.id) != _weight(after, account.id)
    )


def weight_digest(registry: Registry, account_id: str) -> str:
    """What a waiting post of the account depends on, as one hash to keep and compare; "" when the account is gone."""
    weight = _weight(registry, account_id)
    return "" if weight is None else digest_of(weight)


def lines(changes: tuple[RosterChange, ...], language: Language = "en") -> tuple[str, ...]:
    return tuple(each.sentence(language) for each in changes)


def hours_text(hours: Hours, language: Language) -> str:
    """平日 9:00-12:00, 13:00-16:00; 不明 while nobody knows."""
    if not hours.known:
        return {"ja": "不明", "en": "unknown"}[language]
    weekdays = set(hours.week[:5])
    if len(weekdays) == 1 and not any(hours.week[5:]):
        return f"{ {'ja': '平日', 'en': 'weekdays'}[language] } {_spans(hours.week[0])}"
    days = zip(DAYS[language], hours.week, strict=True)
    return "; ".join(f"{day} {_spans(spans)}" for day, spans in days if spans)


def _entries(
    table: str, old: Mapping[str, Entry], new: Mapping[str, Entry], before: Registry, after: Registry
) -> list[RosterChange]:
    found = [RosterChange(Kind.REMOVED, table, key, "", _who(old[key], before)) for key in old if key not in new]
    for key, entry in new.items():
        if key not in old:
            found.append(RosterChange(Kind.ADDED, table, key, "", _who(entry, after)))
        elif old[key] != entry:
            found += _fields(table, key, old[key], entry, _who(old[key], before))
    return found


def _fields(table: str, entry: str, old: Entry, new: Entry, who: Names) -> list[RosterChange]:
    was, now = _flat(old), _flat(new)
    keys = dict.fromkeys((*was, *now))
    changed = [key for key in keys if was.get(key) != now.get(key)]
    nothing = Names()
    return [
        RosterChange(Kind.CHANGED, table, entry, key, who, was.get(key, nothing), now.get(key, nothing))
        for key in changed
    ]


def _weight(registry: Registry, account_id: str) -> tuple[object, ...] | None:
    """What a waiting post depends on: where it goes, under which name, in which hours, approved how."""
    account = next((each for each in registry.accounts if each.id == account_id), None)
    if account is None:
        return None
    office = registry.office(account.office)
    where = (account.platform, account.handle, account.platform_id, account.status, account.secret, account.long_posts)
    when = (office.hours.known, office.hours.week, office.zone, office.closures, office.openings)
    return where, when, office.id, office.names, office.approval_steps, office.disaster


def _who(entry: Entry, registry: Registry) -> Names:
    if isinstance(entry, PolicyVersion):
        return Names.of({"ja": f"運用方針 {entry.version}", "en": f"policy {entry.version}"})
    if isinstance(entry, Office):
        return _short(entry)
    office = _short(registry.office(entry.office))
    platform = {"x": "X", "facebook": "Facebook"}[entry.platform]
    return Names.of({"ja": f"{office.ja} {platform}", "en": f"{office.en} {platform} account"})


def _short(office: Office) -> Names:
    return Names.of({tag: office.short.best(tag) or office.names.best(tag) for tag in ("ja", "en")})


def _flat(entry: Entry) -> dict[str, Names]:
    """Field by field what a reader sees, empty fields left out."""
    shown: dict[str, Names] = {}
    for field in fields(entry):
        value = getattr(entry, field.name)
        if isinstance(value, Names):
            shown |= {f"{field.name}.{tag}": _same(name) for tag, name in value.pairs}
        elif isinstance(value, Hours):
            shown["hours"] = Names.of({"ja": hours_text(value, "ja"), "en": hours_text(value, "en")})
            shown |= {f"hours.{each.name}": _told(getattr(value, each.name)) for each in fields(value)[1:]}
        elif isinstance(value, Capabilities | Disagreement):
            shown |= {f"{field.name}.{each.name}": _told(getattr(value, each.name)) for each in fields(value)}
        else:
            shown[field.name] = _told(value)
    return {key: name for key, name in shown.items() if name.pairs}


def _same(text: str) -> Names:
    return Names.of({"ja": text, "en": text}) if text else Names()


def _told(value: Any) -> Names:
    if value is None or value in ("", ()):
        return Names()
    if isinstance(value, tuple):
        return _same("; ".join(_text(each) for each in value))
    if isinstance(value, StrEnum):
        return Names.of({"ja": VALUES_JA.get(value.value, value.value), "en": value.value})
    if isinstance(value, bool):
        return Names.of({"ja": "はい" if value else "いいえ", "en": "yes" if value else "no"})
    return _same(_text(value))


def _text(value: Any) -> str:
    match value:
        case Duty():
            return f"{value.staff} (–{value.until})" if value.until else value.staff
        case Closure():
            return f"{value.first}–{value.last} {value.reason}"
        case Opening():
            return f"{value.day} {_spans(value.spans)} {value.reason}"
        case Phone():
            return f"{value.number} {value.label}"
        case Fee():
            return f"{value.what} ¥{value.yen:,} ({value.since})"
        case PolicySource():
            return f"{value.version}: {value.handle}"
        case FormerHandle():
            return f"{value.handle} (–{value.until or '?'})"
        case OtherHours():
            return f"{value.text} ({value.source})"
        case _:
            return str(value)


def _spans(spans: tuple[Span, ...]) -> str:
    return ", ".join(f"{s.opens.hour}:{s.opens:%M}-{s.closes.hour}:{s.closes:%M}" for s in spans)


def _field(key: str, language: Language) -> str:
    if language == "en":
        return key.replace("_", " ")
    head, _, tail = key.partition(".")
    return FIELDS_JA.get(key) or (f"{FIELDS_JA[head]}({tail})" if head in FIELDS_JA and tail else key)

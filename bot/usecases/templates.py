"""Reusable notices with fields, in Japanese, English and easy Japanese; the Japanese one prevails."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from functools import cache
from pathlib import Path
from typing import Any, Final

from bot.domain.accounts import Registry
from bot.domain.errors import BadInput, NotFound
from bot.domain.people import Person, Role, require
from bot.domain.posts import Lane
from bot.store import audit, desk
from bot.usecases.parts import Parts

LANGUAGES: Final = ("ja", "en", "easy")
CATEGORIES: Final = ("crowding", "closure", "maintenance", "disaster", "scam", "law", "event", "other")
MOST_LENGTH: Final = 5_000
_FOLDER: Final = Path(__file__).parent / "notice_templates"
_PLACE: Final = re.compile(r"\{([^{}\n]{1,40})\}")
_WEEKDAYS: Final = {"ja": "月火水木金土日", "easy": "月火水木金土日"}
_KANJI: Final = re.compile(r"[\u3005\u3400-\u9fff]")
_RUN: Final = re.compile(r"[\u3005\u3400-\u9fff]+|[^\u3005\u3400-\u9fff]+")

_ALONE: Final = {"人": "ひと", "日": "ひ", "印": "しるし", "間": "あいだ", "外": "そと", "中": "なか", "方": "かた"}
_COUNTED: Final = {
    "人": "にん",
    "日": "にち",
    "時": "じ",
    "分": "ふん",
    "階": "かい",
    "番": "ばん",
    "回": "かい",
    "円": "えん",
}
"""Where the dictionary's first reading is seldom the one that is meant: a word alone, and behind a number."""


@dataclass(frozen=True, slots=True)
class Field:
    """One gap: ``kind`` is text, number, date, time or office (a roster id). Only text is typed once per language."""

    key: str
    kind: str
    label: Mapping[str, str]
    sample: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Template:
    """``key`` is its file's name, or ``own-<number>`` for one that an office wrote; ``text`` has gaps like ``{place}``."""

    key: str
    category: str
    name: Mapping[str, str]
    fields: tuple[Field, ...]
    text: Mapping[str, str]
    lane: Lane = Lane.ROUTINE
    office: str = ""
    number: int = 0


def every(parts: Parts, offices: tuple[str, ...] | None) -> tuple[Template, ...]:
    """The shipped ones, then those of these offices; None stands for all offices."""
    with parts.store.read() as tx:
        own = desk.templates(tx, offices)
    return (*shipped(), *(_own(each) for each in own))


def find(parts: Parts, key: str, offices: tuple[str, ...] | None) -> Template:
    """NotFound also for the template of an office that this person does not belong to."""
    found = next((each for each in every(parts, offices) if each.key == key), None)
    if found is None:
        raise NotFound("There is no such template.").worded("problem.no-template")
    return found


def fill(template: Template, values: Mapping[str, str], registry: Registry) -> dict[str, str]:
    """The text in each language that the template has; an empty gap stays visible as its name.

    ``values`` by key, or ``key@en`` and ``key@easy`` for a text that reads otherwise there.
    """
    filler = _Filler(template, values, registry)
    return {lang: filler.text(lang) for lang, text in template.text.items() if text}


def missing(template: Template, values: Mapping[str, str], registry: Registry) -> tuple[str, ...]:
    """Keys of gaps without a usable value."""
    filler = _Filler(template, values, registry)
    return tuple(each.key for each in template.fields if not filler.value(each, "ja"))


def samples(template: Template) -> dict[str, str]:
    """The template's own example, to show what it reads like."""
    found = {}
    for each in template.fields:
        found[each.key] = each.sample.get("ja", "")
        found |= {f"{each.key}@{lang}": words for lang, words in each.sample.items() if lang != "ja"}
    return found


def add(
    parts: Parts,
    *,
    by: Person,
    now: datetime,
    office: str,
    name: str,
    category: str,
    ja: str,
    en: str = "",
    easy: str = "",
) -> int:
    """An office's own template; an approver of that office answers for it."""
    if not name.strip() or not ja.strip():
        raise BadInput("A template needs a name and a Japanese text.", key="ja").worded("problem.template-empty")
    if max(len(name), len(ja), len(en), len(easy)) > MOST_LENGTH:
        raise BadInput(f"A template is at most {MOST_LENGTH} characters long.", key="ja").worded(
            "problem.template-long", most=MOST_LENGTH
        )
    home = parts.registry().office(office)
    require(by, Role.APPROVER, office, parts.today(home, now))
    kind = category if category in CATEGORIES else "other"
    texts = (ja.strip(), en.strip(), easy.strip())
    with parts.store.begin() as tx:
        number = desk.add_template(
            tx, office=office, name=name.strip()[:100], category=kind, texts=texts, by=by, at=now
        )
        audit.append(tx, by, "template.added", f"template:{number}", at=now, office=office)
    return number


def retire(parts: Parts, number: int, *, by: Person, now: datetime) -> None:
    """Takes an office's own template off the list."""
    with parts.store.begin() as tx:
        found = desk.template(tx, number)
        require(by, Role.APPROVER, found.office, parts.today(parts.registry().office(found.office), now))
        desk.retire_template(tx, number)
        audit.append(tx, by, "template.retired", f"template:{number}", at=now, office=found.office)


@cache
def shipped() -> tuple[Template, ...]:
    """What comes with the service, in the order of the files."""
    return tuple(_read(path) for path in sorted(_FOLDER.glob("*.toml")))


def _read(path: Path) -> Template:
    raw = tomllib.loads(path.read_text(encoding="utf-8"))
    fields = tuple(Field(each["key"], each["kind"], each["label"], _sample(each["sample"])) for each in raw["field"])
    lane = Lane(raw.get("lane", Lane.ROUTINE))
    return Template(path.stem.partition("-")[2], raw["category"], raw["name"], fields, raw["text"], lane)


def _sample(raw: str | Mapping[str, str]) -> Mapping[str, str]:
    return {"ja": raw} if isinstance(raw, str) else raw


def _own(row: desk.OwnTemplate) -> Template:
    text = {"ja": row.ja, "en": row.en, "easy": row.easy}
    keys = dict.fromkeys(gap[1] for words in text.values() for gap in _PLACE.finditer(words))
    fields = tuple(Field(key, "text", {"ja": key, "en": key, "easy": key}, {}) for key in keys)
    lane = Lane.DISASTER if row.category == "disaster" else Lane.ROUTINE
    name = {"ja": row.name, "en": row.name, "easy": row.name}
    return Template(f"own-{row.id}", row.category, name, fields, text, lane, row.office, row.id)


@dataclass(frozen=True, slots=True)
class _Filler:
    """Fills the gaps of one template."""

    template: Template
    values: Mapping[str, str]
    registry: Registry

    def text(self, lang: str) -> str:
        return _PLACE.sub(lambda gap: self._gap(gap[1], lang), self.template.text[lang])

    def value(self, gap: Field, lang: str) -> str:
        """As this language writes it; empty when it is missing or no date, time, number or office."""
        typed = self.values.get(gap.key, "").strip()[:300]
        own = self.values.get(f"{gap.key}@{lang}", "").strip()[:300]
        try:
            return _WRITERS[gap.kind](self.registry, typed, own, lang)
        except (ValueError, KeyError):
            return ""

    def _gap(self, key: str, lang: str) -> str:
        gap = next((each for each in self.template.fields if each.key == key), None)
        if gap is None:
            return f"{{{key}}}"
        return self.value(gap, lang) or f"〔{gap.label.get(lang, key)}〕"


def _words(registry: Registry, typed: str, own: str, lang: str) -> str:
    """Japanese words do not stand in an English sentence: there the gap stays open until somebody fills it."""
    if lang == "en":
        return own or (typed if typed.isascii() else "")
    return own or (with_readings(typed) if lang == "easy" else typed)


def _number(registry: Registry, typed: str, own: str, lang: str) -> str:
    return str(int(typed))


def _office(registry: Registry, typed: str, own: str, lang: str) -> str:
    names = registry.office(typed).names
    if lang != "easy":
        return names.best(lang)
    short = registry.office(typed).short.get("ja") or ""
    return f"{with_readings(short)}の 入管(にゅうかん)" if short else with_readings(names.ja)


def _date(registry: Registry, typed: str, own: str, lang: str) -> str:
    return _day(date.fromisoformat(typed), lang)


def _clock(registry: Registry, typed: str, own: str, lang: str) -> str:
    return _time(time.fromisoformat(typed), lang)


_WRITERS: Final[dict[str, Callable[[Registry, str, str, str], str]]] = {
    "text": _words,
    "number": _number,
    "office": _office,
    "date": _date,
    "time": _clock,
}


def _day(day: date, lang: str) -> str:
    if lang == "en":
        return f"{day:%A} {day.day} {day:%B %Y}"
    weekday = _WEEKDAYS[lang][day.weekday()]
    if lang == "easy":
        return f"{day.year}年(ねん){day.month}月(がつ){day.day}日({_days_reading(day.day)})"
    return f"{day.year}年{day.month}月{day.day}日({weekday})"


def _days_reading(day: int) -> str:
    """How the sign for "day" is read after this number."""
    if day == 1:
        return "ついたち"
    return "か" if day <= 10 or day in (14, 20, 24) else "にち"


def _time(at: time, lang: str) -> str:
    if lang == "en":
        return f"{at:%H:%M}"
    minute = {"ja": f"{at.minute}分", "easy": f"{at.minute}分(ふん)"}[lang] if at.minute else ""
    half = "午前" if at.hour < 12 else "午後"
    if lang == "easy":
        half = f"{half}({'ごぜん' if at.hour < 12 else 'ごご'}) "
    return f"{half}{at.hour % 12 or (0 if at.hour == 0 else 12)}時{'(じ)' if lang == 'easy' else ''}{minute}"


def with_readings(text: str) -> str:
    """Kanji words followed by their reading in brackets; a person checks them, for names can be read in many ways."""
    if not _KANJI.search(text) or "(" in text:
        return text
    said, before = [], ""
    for found in _kakasi().convert(text):
        word = str(found["orig"])
        alone = _COUNTED if before[-1:].isdigit() else _ALONE
        said.append(f"{word}({alone[word]})" if word in alone else _read_word(found))
        before = word
    return "".join(said)


def _read_word(found: Mapping[str, Any]) -> str:
    """Kana of a word stay outside the brackets: 急ぐ becomes 急(いそ)ぐ, 読み方 becomes 読(よ)み方(かた)."""
    word, reading = str(found["orig"]), str(found["hira"])
    runs = _RUN.findall(word)
    pattern = "".join("(.+?)" if _KANJI.match(run) else re.escape(_hiragana(run)) for run in runs)
    aligned = re.fullmatch(pattern, reading)
    if aligned is None or not _KANJI.search(word):
        return word
    said = iter(aligned.groups())
    return "".join(f"{run}({next(said)})" if _KANJI.match(run) else run for run in runs)


def _hiragana(kana: str) -> str:
    return "".join(chr(ord(char) - 0x60) if "ァ" <= char <= "ヶ" else char for char in kana)


@cache
def _kakasi() -> Any:
    import pykakasi

    return pykakasi.kakasi()  # type: ignore[no-untyped-call]

"""The form of a policy draft: which fields there are, and what was typed into them as values or as errors."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from bot.usecases import wordings
from moderation.categories import Category
from moderation.draft_sheet import Path, Sheet, Value, Written
from moderation.drafts import group_files, shipped_terms
from moderation.lexicon import Term, terms_in

NINE: Final = tuple(str(int(each)) for each in Category)
HIDDEN: Final = ("1", "4")
"""Categories that the policy allows to be hidden before a person has looked."""
LOWEST: Final = 0.05
"""Below this nearly everything is flagged; experts may write it into the text."""
LOWEST_TO_HIDE: Final = 0.8
TERM_LANGUAGES: Final = ("ja", "en", "zh", "vi", "ko", "pt", "es", "th", "id", "tl", "ne", "sign")
_NUMBER: Final = re.compile(r"[01](\.[0-9]{1,3})?|\.[0-9]{1,3}")
_BETWEEN: Final = re.compile(r"[,、,\n]")
MOST_OF_A_TERM: Final = 60
MOST_OF_A_CLAUSE: Final = 500

Problem = tuple[str, dict[str, str]]
"""Key of a sentence in ``draft-error``, and what fills it."""


@dataclass(frozen=True, slots=True)
class Number:
    """A field for one limit; ``key`` is its word under ``draft``."""

    path: Path
    key: str
    category: str = ""
    language: str = ""
    low: float = LOWEST
    optional: bool = False

    @property
    def name(self) -> str:
        """Of the field: the place in the text, with dots."""
        return ".".join(self.path)


@dataclass(frozen=True, slots=True)
class Clause:
    """A field for one sentence; ``otherwise`` is what holds while the text says nothing of its own."""

    path: Path
    category: str
    language: str
    otherwise: str = ""

    @property
    def name(self) -> str:
        return ".".join(self.path)


@dataclass(frozen=True, slots=True)
class Filled:
    """The sheet as far as it could be read, with what was typed and what is wrong, by field."""

    sheet: Sheet
    typed: Mapping[str, str] = field(default_factory=dict)
    errors: Mapping[str, Problem] = field(default_factory=dict)

    def wrong(self, name: str, key: str, **facts: str) -> Filled:
        """The same with one more error."""
        return replace(self, errors={**self.errors, name: (key, facts)})


def numbers(sheet: Sheet) -> list[Number]:
    """Every limit, in the order of the page."""
    found = [Number(("thresholds", "label", each), "label", each) for each in NINE]
    found += [Number(("thresholds", "urgent", each), "urgent", each, optional=True) for each in NINE]
    found += [Number(("thresholds", each), each) for each in ("signal", "crisis")]
    found += [Number(("provisional_hide", each), "hide", each, low=LOWEST_TO_HIDE, optional=True) for each in HIDDEN]
    own = sorted(path for path in sheet.values if path[:2] == ("thresholds", "language") and len(path) == 4)
    return found + [Number(path, "by-language", path[3], path[2], optional=True) for path in own]


def clauses(sheet: Sheet) -> list[Clause]:
    """Every clause in every language that has one, by category; Japanese, which prevails, first."""
    shipped = {language: wordings.clauses(language) for language in wordings.clause_languages() if language != "en"}
    own = {path[1] for path in sheet.values if path[0] == "wording" and len(path) == 3} - shipped.keys()
    found = []
    for each in NINE:
        told = [Clause(("wording", tag, each), each, tag, texts[Category(int(each))]) for tag, texts in shipped.items()]
        found += [*told[:1], Clause(("clauses", each), each, "en"), *told[1:]]
        found += [Clause(("wording", tag, each), each, tag) for tag in sorted(own)]
    return found


def fill(sheet: Sheet, form: Mapping[str, str]) -> Filled:
    """What was typed; a field that cannot be read keeps its value and is told as wrong. Unsent fields stay."""
    values, typed, errors = dict(sheet.values), dict[str, str](), dict[str, Problem]()
    for name, path, now in _read(sheet, form):
        typed[name] = form[name]
        if isinstance(now, tuple):
            errors[name] = now
        elif now is None:
            values.pop(path, None)
        else:
            values[path] = now
    return Filled(replace(sheet, values=values), typed, errors)


def _read(sheet: Sheet, form: Mapping[str, str]) -> Iterator[tuple[str, Path, Value | Problem | None]]:
    """(field, place, value): None for an emptied field, a problem for what is no value."""
    if "name" in form:
        name = " ".join(form["name"].split())
        yield "name", ("name",), name if 0 < len(name) <= 40 and name.isprintable() else ("name", {})
    for number in numbers(sheet):
        if number.name in form:
            yield number.name, number.path, _number(number, form[number.name], sheet.values.get(number.path))
    for clause in clauses(sheet):
        if clause.name in form:
            yield clause.name, clause.path, _clause(clause, form[clause.name])


def _number(number: Number, text: str, before: Value | None) -> Value | Problem | None:
    plain = unicodedata.normalize("NFKC", text).strip().replace(",", ".")
    if before is not None and plain == str(before):
        return before
    if not plain:
        return None if number.optional else ("missing", {})
    if _NUMBER.fullmatch(plain) and number.low <= float(plain) <= 1:
        return float(plain)
    return "number", {"low": str(number.low), "high": "1"}


def _clause(clause: Clause, text: str) -> Value | Problem | None:
    plain = text.replace("\r\n", "\n").strip()
    if clause.otherwise and plain in ("", clause.otherwise):
        return None
    if not plain or len(plain) > MOST_OF_A_CLAUSE:
        return None if clause.path[0] == "wording" and not plain else ("clause", {})
    return plain


def add_language(filled: Filled, form: Mapping[str, str]) -> Filled:
    """One more limit of a single language."""
    language, category = form.get("new-language", ""), form.get("new-category", "")
    if language not in TERM_LANGUAGES or category not in NINE:
        return filled.wrong("new-value", "language")
    path = ("thresholds", "language", language, category)
    value = _number(Number(path, "by-language", category, language), form.get("new-value", ""), None)
    if isinstance(value, tuple):
        key, facts = value
        return filled.wrong("new-value", key, **facts)
    sheet = filled.sheet
    return replace(filled, sheet=replace(sheet, values={**sheet.values, path: value or 0.0}))


def add_terms(filled: Filled, form: Mapping[str, str]) -> Filled:
    """The typed terms, put in; one that was taken out comes back instead."""
    group, language = form.get("group", ""), form.get("language", "")
    wanted = [each.strip() for each in _BETWEEN.split(form.get("term", "")) if each.strip(" *")]
    if group not in group_files() or language not in TERM_LANGUAGES:
        return filled.wrong("term", "term-where")
    if not wanted:
        return filled.wrong("term", "term-empty")
    sheet = filled.sheet
    for text in wanted:
        key = _fault(sheet, Written(group, language, text))
        if key:
            return filled.wrong("term", key, term=text[:MOST_OF_A_TERM])
        sheet = _with(sheet, Written(group, language, text))
    return replace(filled, sheet=sheet)


def take_out(filled: Filled, name: str) -> Filled:
    """A shipped term, named ``group|language|text`` by its button, taken out."""
    term = named(name)
    if not any(_same(term, each) for each in shipped_terms()):
        return filled.wrong("q", "term-unknown")
    without = dict.fromkeys((*filled.sheet.without, term))
    return replace(filled, sheet=replace(filled.sheet, without=tuple(without)))


def undo(filled: Filled, name: str) -> Filled:
    """A term neither put in nor taken out any more."""
    term, sheet = named(name), filled.sheet
    added, without = (tuple(each for each in some if each != term) for some in (sheet.added, sheet.without))
    return replace(filled, sheet=replace(sheet, added=added, without=without))


def named(name: str) -> Written:
    group, _, rest = name.partition("|")
    return Written(group, *rest.partition("|")[::2])


def _fault(sheet: Sheet, term: Written) -> str:
    """The key of what is wrong with a new term, empty when nothing is."""
    if len(term.text) > MOST_OF_A_TERM or not term.text.isprintable():
        return "term-long"
    bare = _bare(term)
    if len(bare) < 2:
        return "term-short"
    out = any(_bare(each) == bare for each in _beside(sheet.without, term))
    shipped = any(_same(term, each) for each in shipped_terms()) and not out
    return "term-there" if shipped or term in sheet.added else ""


def _with(sheet: Sheet, term: Written) -> Sheet:
    back = [each for each in _beside(sheet.without, term) if _bare(each) == _bare(term)]
    if back:
        return replace(sheet, without=tuple(each for each in sheet.without if each not in back))
    return replace(sheet, added=(*sheet.added, term))


def _beside(terms: tuple[Written, ...], term: Written) -> list[Written]:
    """Those of the same group and language."""
    return [each for each in terms if (each.group, each.language) == (term.group, term.language)]


def _bare(term: Written) -> str:
    """As the lexicon compares it; empty for what has no letter."""
    try:
        return next((each.bare for each in terms_in("", {term.group: {term.language: term.text}})), "")
    except ValueError:
        return ""


def _same(term: Written, shipped: Term) -> bool:
    return (shipped.group, shipped.language, shipped.bare) == (term.group, term.language, _bare(term))

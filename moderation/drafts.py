"""A policy version as one text: clauses, thresholds, wording, and terms added to or taken out of the lexicons.

The version's hash covers this text and everything that ships (weights, lexicons, folding), so that two verdicts under
one version were made in the same way.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final

from moderation.archive import Archive
from moderation.context import Surroundings
from moderation.lexicon import Lexicon, LexiconError, Term, lexicon_files, read_terms, terms_in
from moderation.linear import LinearModel
from moderation.model import Official
from moderation.officials import Roster
from moderation.policy import DEFAULT_POLICY, Policy, PolicyError, read_policy
from moderation.screen import Screener, load_screener
from moderation.text import fold_bare

FILE: Final = "draft"
MOST_CHARACTERS: Final = 200_000
_TABLES: Final = frozenset({"name", "clauses", "thresholds", "provisional_hide", "wording", "terms", "without"})


@dataclass(frozen=True, slots=True)
class Draft:
    """One version that was read and found whole; ``text`` is what it was read from."""

    text: str
    policy: Policy
    terms: tuple[Term, ...]
    without: tuple[Term, ...]

    @property
    def lexicon(self) -> Lexicon:
        """The shipped terms without those that the version takes out, and with those that it adds."""
        out = {(term.group, term.language, term.bare) for term in self.without}
        kept = [term for term in shipped_terms() if (term.group, term.language, term.bare) not in out]
        return Lexicon([*kept, *self.terms])


class DraftScreener(Screener):
    """The screener under a version that changes the lexicons too."""

    def __init__(
        self, draft: Draft, officials: Iterable[Official], model: LinearModel | None, archive: Archive | None = None
    ) -> None:
        known = tuple(officials)
        super().__init__(draft.policy, known, model=model, archive=archive)
        self.text = draft.text
        self._around = Surroundings(draft.lexicon, Roster(known), archive)


def read_draft(text: str) -> Draft:
    """Raises PolicyError or LexiconError, both ValueErrors, naming the key and what to write instead."""
    if len(text) > MOST_CHARACTERS:
        raise PolicyError(f"{FILE}: longer than {MOST_CHARACTERS} characters; leave out what ships with the program.")
    policy = read_policy(FILE, text.encode("utf-8", "replace"), [shipped_version().encode()])
    table = tomllib.loads(text)
    unknown = sorted(set(table) - _TABLES)
    if unknown:
        raise PolicyError(f"{FILE}: {unknown[0]}: unknown table; use {', '.join(sorted(_TABLES))}.")
    if not isinstance(table.get("name"), str) or not table["name"].strip():
        raise PolicyError(f"{FILE}: name: give the version a name, e.g. 2026-12.")
    added = tuple(terms_in(FILE, _table(table, "terms")))
    without = tuple(terms_in(FILE, _table(table, "without")))
    _check_groups((*added, *without))
    for language, words in _table(table, "wording").items():
        if not isinstance(words, dict) or not all(isinstance(word, str) for word in words.values()):
            raise PolicyError(f"{FILE}: wording.{language}: write texts by category number.")
    return Draft(text, policy, added, without)


def screener_under(
    text: str, officials: Iterable[Official], *, archive: Archive | None = None, model: bool = True
) -> Screener:
    """The screener under a version's text; ``model`` False screens by rules alone."""
    return DraftScreener(read_draft(text), officials, shipped_model() if model else None, archive)


def text_of(screener: Screener) -> str:
    """The text of the version that a screener goes by."""
    return screener.text if isinstance(screener, DraftScreener) else shipped_text()


def shipped_text() -> str:
    """The text of the policy that ships: where a first draft begins."""
    return DEFAULT_POLICY.read_text(encoding="utf-8")


@cache
def shipped_version() -> str:
    """The version of everything that ships with the program."""
    return load_screener((), model=None).policy.version


@cache
def shipped_model() -> LinearModel:
    """The shipped weights, read once."""
    return LinearModel.load()


@cache
def shipped_terms() -> Sequence[Term]:
    """Every shipped term, read once."""
    return tuple(term for path in lexicon_files() for term in read_terms(path))


@cache
def group_files() -> Mapping[str, str]:
    """The file of every group of terms, by name: ``insult`` stands in ``defamation``."""
    return {term.group: path.stem for path in lexicon_files() for term in read_terms(path)}


def find_terms(words: str, *, group: str = "", language: str = "") -> list[Term]:
    """Shipped terms that hold the words, however they are written; of one group or language if asked."""
    wanted = fold_bare(words)
    return [
        term
        for term in shipped_terms()
        if wanted in term.bare and group in ("", term.group) and language in ("", term.language)
    ]


def _table(table: dict[str, object], key: str) -> dict[str, object]:
    value = table.get(key, {})
    if not isinstance(value, dict):
        raise PolicyError(f"{FILE}: {key}: write a table.")
    return value


def _check_groups(terms: Iterable[Term]) -> None:
    """A group that no detector asks for would change nothing, silently."""
    known = {term.group for term in shipped_terms()}
    for term in terms:
        if term.group not in known:
            raise LexiconError(f"{FILE}: terms.{term.group}: unknown group; use one of {', '.join(sorted(known))}.")

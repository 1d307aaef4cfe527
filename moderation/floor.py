"""The cheapest thing that could be called screening, to say how many times it the real verdict costs."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable

from ahocorasick_rs import AhoCorasick, Implementation

from moderation.lexicon import lexicon_files, read_terms


def floor_pass() -> Callable[[str], int]:
    """A function that evens out a text by NFKC and counts its terms in one automaton pass, and nothing else."""
    terms = sorted({term.bare for path in lexicon_files() for term in read_terms(path)})
    automaton = AhoCorasick(terms, implementation=Implementation.ContiguousNFA)
    return lambda text: len(automaton.find_matches_as_indexes(unicodedata.normalize("NFKC", text)))


def keyword_list(group: str = "insult") -> Callable[[str], bool]:
    """A plain keyword list as many pages use it: is any term of a group inside the lower-cased text?"""
    terms = [term.text for path in lexicon_files() for term in read_terms(path) if term.group == group]
    return lambda text: any(term in text.lower() for term in terms)

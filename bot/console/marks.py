"""Somebody's words with the evidence marked in them, harmless and with their direction isolated."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence
from typing import Final

from markupsafe import Markup

from bot.console.show import SHOWN_AT_MOST, visible

Span = tuple[int, int, str]
"""Start and end in code points of the original, and what the mark says."""
NEW: Final = "+"
"""Says of a span that our own post does not have it."""


def marked(text: str, spans: Iterable[Span], most: int = SHOWN_AT_MOST) -> Markup:
    """The text with ``<mark>`` around every span; overlapping spans share a mark that names them all."""
    shown = text[:most]
    pieces = [*_pieces(len(shown), list(spans)), (0, 0, ())]
    parts = [
        _piece(shown[start:end], names, say=_evidence(names) != _evidence(after))
        for (start, end, names), (_, _, after) in itertools.pairwise(pieces)
    ]
    rest = Markup("<span class='cut'>… +{}</span>").format(len(text) - most) if len(text) > most else Markup()
    return Markup('<bdi class="words">{}{}</bdi>').format(Markup().join(parts), rest)


def _evidence(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(name for name in names if name != NEW)


def _pieces(length: int, spans: Sequence[Span]) -> list[tuple[int, int, tuple[str, ...]]]:
    """The text cut at every beginning and end, each piece with the names of the spans over it."""
    cuts = sorted({0, length, *(min(max(at, 0), length) for start, end, _ in spans for at in (start, end))})
    pieces = []
    for start, end in itertools.pairwise(cuts):
        names = dict.fromkeys(name for first, last, name in spans if first < end and start < last)
        pieces.append((start, end, tuple(names)))
    return pieces


def _piece(text: str, names: tuple[str, ...], *, say: bool) -> Markup:
    """``say``: the mark ends here and tells what it says."""
    words = Markup().join(visible(char) for char in text)
    if NEW in names:
        words = Markup("<ins>{}</ins>").format(words)
    if not _evidence(names):
        return words
    why = Markup('<sup class="why">{}</sup>').format(" ".join(_evidence(names))) if say else ""
    return Markup("<mark>{}{}</mark>").format(words, why)

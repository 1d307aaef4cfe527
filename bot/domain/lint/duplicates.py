"""near-duplicate: the same words on another account or again on the same one (X automation and spam rules).

Only sketches of the texts are compared with each other, so ten thousand notices cost seconds, not hours.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from difflib import SequenceMatcher
from itertools import chain
from typing import Final

from bot.domain.accounts import Platform
from bot.domain.lint.model import Finding, Notice, Severity
from bot.domain.lint.offices import OfficeNames, without_names

NEAR: Final = 0.8
AMONG_ACCOUNTS: Final = timedelta(days=30)
SAME_ACCOUNT: Final = timedelta(days=7)
_SKETCH: Final = 16
"""Rarest shingles kept of each text; two texts that are 0.8 alike share most of them."""
_KEPT: Final = 3
"""Latest texts kept per shingle and account."""
_CANDIDATES: Final = 6
_SHORTEST: Final = 12
"""Letters; shorter texts are duplicates only when they are equal."""
_MARKS: Final = re.compile(r"[\W_]+")


@dataclass(frozen=True, slots=True)
class Sent:
    """A text that went out or waits: what a new notice is compared with. ``at`` aware, None while unscheduled."""

    id: str
    account: str
    platform: Platform
    text: str
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class _Text:
    sent: Sent
    key: str
    pairs: frozenset[str]
    digits: str


def near_duplicates(notices: Sequence[Notice], names: OfficeNames, recent: Sequence[Sent] = ()) -> dict[int, Finding]:
    """Findings by the place of the notice in ``notices``; each names its closest twin, and both twins are told."""
    texts = [_text(sent, names) for sent in (*recent, *(_sent(notice) for notice in notices))]
    twins: dict[int, tuple[int, float]] = {}
    for one, other, closely in _pairs(texts, len(recent)):
        score = likeness(texts[one], texts[other], closely=closely)
        if score >= NEAR:
            for place, twin in ((one, other), (other, one)):
                if place not in twins or score > twins[place][1]:
                    twins[place] = (twin, score)
    first = len(recent)
    return {
        place - first: _finding(texts[place], texts[twin], score)
        for place, (twin, score) in twins.items()
        if place >= first
    }


def likeness(one: _Text, other: _Text, *, closely: bool = True) -> float:
    """0 to 1 over letters without office names; on the same account a new date or number makes a new notice.

    ``closely`` also lines the texts up where their letter pairs leave a doubt, which costs a hundred times as much.
    """
    if one.sent.account == other.sent.account and one.digits != other.digits:
        return 0.0
    if one.key == other.key:
        return 1.0
    if min(len(one.key), len(other.key)) < _SHORTEST:
        return 0.0
    dice = 2 * len(one.pairs & other.pairs) / (len(one.pairs) + len(other.pairs))
    if dice >= NEAR or dice < 0.7 or not closely:
        return dice
    return max(dice, SequenceMatcher(None, one.key[:400], other.key[:400], autojunk=False).ratio())


def _pairs(texts: Sequence[_Text], first: int) -> Iterator[tuple[int, int, bool]]:
    """Pairs worth comparing, from place ``first`` on: an equal text, else those that share most of their sketches."""
    equal: dict[str, dict[str, list[int]]] = defaultdict(lambda: defaultdict(list))
    index: dict[str, dict[str, list[int]]] = defaultdict(lambda: defaultdict(list))
    shingles = [_shingles(text.key) for text in texts]
    common = Counter(chain.from_iterable(shingles))
    for place, text in enumerate(texts):
        if not text.key:
            continue
        account = text.sent.account
        twins = [other for kept in equal[text.key].values() for other in kept if _comparable(text, texts[other])]
        sketch = _sketch(shingles[place], common)
        if place >= first:
            yield from ((place, other, False) for other in twins[:1])
            if not twins:
                yield from _likely(place, texts, sketch, index)
        equal[text.key][account] = [*equal[text.key][account], place][-_KEPT:]
        for shingle in sketch:
            index[shingle][account] = [*index[shingle][account], place][-_KEPT:]


def _likely(
    place: int, texts: Sequence[_Text], sketch: list[str], index: dict[str, dict[str, list[int]]]
) -> Iterator[tuple[int, int, bool]]:
    shared = Counter([other for shingle in sketch for kept in index[shingle].values() for other in kept])
    likely = [other for other, hits in shared.most_common(4 * _CANDIDATES) if hits > 2]
    near = [other for other in likely if _comparable(texts[place], texts[other])]
    yield from ((place, other, number == 0) for number, other in enumerate(near[:_CANDIDATES]))


def _comparable(one: _Text, other: _Text) -> bool:
    """Within a week on the same account, within thirty days on another X account."""
    same = one.sent.account == other.sent.account
    if not same and not (one.sent.platform is other.sent.platform is Platform.X):
        return False
    if one.sent.at is None or other.sent.at is None:
        return True
    return abs(one.sent.at - other.sent.at) <= (SAME_ACCOUNT if same else AMONG_ACCOUNTS)


def _shingles(key: str) -> set[str]:
    return {key[at : at + 4] for at in range(max(1, min(len(key), 2_000) - 3))}


def _sketch(shingles: set[str], common: Counter[str]) -> list[str]:
    """The rarest shingles that occur more than once: they lead to twins even where all notices follow one template."""
    shared = sorted((common[each], each) for each in shingles if common[each] > 1)
    return [each for _, each in shared[:_SKETCH]]


def _text(sent: Sent, names: OfficeNames) -> _Text:
    plain = unicodedata.normalize("NFKC", sent.text[:30_000]).lower()
    key = _MARKS.sub("", without_names(plain, names))
    pairs = frozenset(key[at : at + 2] for at in range(len(key) - 1))
    return _Text(sent, key, pairs, "".join(char for char in key if char.isdecimal()))


def _sent(notice: Notice) -> Sent:
    return Sent(notice.id, notice.account.id, notice.account.platform, notice.text, notice.at)


def _finding(one: _Text, other: _Text, score: float) -> Finding:
    same = one.sent.account == other.sent.account
    severity = Severity.ERROR if score == 1.0 else Severity.WARNING
    facts = {"other": other.sent.id, "account": other.sent.account, "percent": str(int(score * 100))}
    reason = "again" if same else "other-account"
    return Finding("near-duplicate", severity, 0, len(one.sent.text), reason, facts)

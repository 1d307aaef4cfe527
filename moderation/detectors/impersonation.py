"""Category 5: a handle or name that imitates the roster, or words that claim to be the agency."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Final

from moderation.categories import Category
from moderation.context import Context
from moderation.detectors.evidence import met, seen
from moderation.lexicon import Hit
from moderation.model import Finding
from moderation.officials import Roster, handle_key, letter_pairs
from moderation.text import fold_bare, pattern, without_marks

_AGENCY_PART: Final = pattern(r"(?:^|[^a-z])(?:[i1l]mm[i1l]|nyu+kan|moj|isa|imi|immigration)(?:[^a-z]|$)")
_AGENCY_NAME: Final = pattern(
    r"入管|入国管理|出入国在留|在留支援|移民局|immi(?:gration)?\b|nyu+kan|imigra|inmigra|migracion|출입국|입관|ตม|अध्यागमन|xuất nhập cảnh"
)
_OFFICE: Final = pattern(
    r"局|庁|廳|厅|支局|センター|窓口|bureau|agency|office|support|desk|服务|客服|지국|청|สำนักงาน|เจ้าหน้าที่|cục|公式|official"
)


def detect(context: Context) -> Iterator[Finding]:
    """The official account itself is never an imitation, nor is one that says what it is."""
    author = context.reply.author
    roster = context.around.roster
    if roster.is_official(author.handle):
        return
    handle = likeness(author.handle, roster)
    if handle > 0.1:
        score = handle * (0.35 if _denies(context) else 1.0)
        yield seen(Category.IMPERSONATION, score, "handle-imitates-roster", context.handle, 0,
                   len(context.handle.text), "handle", {"like": nearest(author.handle, roster)})  # fmt: skip
    name = name_likeness(context)
    if name > 0:
        score = name * (0.35 if _denies(context) else 1.0)
        yield seen(
            Category.IMPERSONATION, score, "name-imitates-roster", context.name, 0, len(context.name.text), "name"
        )
    claim = _claim(context)
    if claim:
        yield met(
            Category.IMPERSONATION,
            0.3 if _denies(context) or context.has("report") else 0.6,
            "claims-to-be-office",
            claim,
        )


@lru_cache(maxsize=4096)  # who writes a lot is seen a lot
def likeness(handle: str, roster: Roster) -> float:
    """How much a handle looks like an official one, 0 to 1; 0 for a handle that only shares an ordinary word."""
    key = handle_key(handle)
    if len(key) < 4:
        return 0.0
    if key in roster.keys:
        return 0.97
    pairs = letter_pairs(key)
    size = len(key)
    tied = len(pairs & roster.all_pairs) * 2 >= roster.fewest_pairs - 2  # else near none of them, and most are not
    for official, length, theirs in roster.shapes if tied else ():
        if length >= 7 and official in key:
            return 0.85
        near = -2 <= length - size <= 2 and len(theirs & pairs) * 2 >= len(theirs) - 2
        if near and distance(official, key, 2) <= (2 if length >= 10 else 1):
            return 0.9
    folded = fold_bare(handle)
    place = any(place in folded for place in roster.places)
    if _AGENCY_PART.search(folded):
        return 0.7 if place else 0.35
    return 0.0


def nearest(handle: str, roster: Roster) -> str:
    """The official handle that a handle is closest to, for display."""
    pairs = letter_pairs(handle_key(handle))
    closest = max(roster.pairs, key=lambda key: len(roster.pairs[key] & pairs), default="")
    return roster.keys.get(closest, "")


def name_likeness(context: Context) -> float:
    """How much the display name looks like an office's, 0 to 1."""
    folded = context.name.text
    if not folded:
        return 0.0
    bare = without_marks(folded)
    if any(name in bare for name in context.around.roster.names):
        return 0.9
    agency = _AGENCY_NAME.search(folded)
    if not agency:
        return 0.0
    return 0.7 if _OFFICE.search(folded) or any(p in bare for p in context.around.roster.places) else 0.3


def distance(left: str, right: str, most: int) -> int:
    """Edit distance with neighbouring swaps, stopping above ``most``."""
    if abs(len(left) - len(right)) > most:
        return most + 1
    before: list[int] = []
    row = list(range(len(right) + 1))
    for i, a in enumerate(left, 1):
        now = [i]
        for j, b in enumerate(right, 1):
            best = min(row[j] + 1, now[j - 1] + 1, row[j - 1] + (a != b))
            if i > 1 and j > 1 and a == right[j - 2] and left[i - 2] == b:
                best = min(best, before[j - 2] + 1)
            now.append(best)
        if min(now) > most:
            return most + 1
        before, row = row, now
    return row[-1]


def _claim(context: Context) -> Hit | None:
    """A claiming phrase within 40 characters of an agency's or body's name."""
    bodies = [*context.hits.get("agency", ()), *context.hits.get("other-body", ())]
    for claim in context.hits.get("claim", ()):
        if any(body.view is claim.view and abs(body.start - claim.start) <= 40 for body in bodies):
            return claim
    return None


def _denies(context: Context) -> bool:
    return context.has("not-official") or context.parody

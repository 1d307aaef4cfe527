"""A reply held against a post: how much of it is the post's, and what was changed on the way."""

from __future__ import annotations

import re
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import lru_cache
from operator import add
from typing import Final

from moderation.text import pattern

_TOKEN: Final = re.compile(
    r"https?://[^\s、。)」]+|[a-z0-9-]+(?:\.[a-z0-9-]+)+(?:/[^\s、。)」]*)?|@[a-z0-9_.]+|[0-9]+(?:[:,.][0-9]+)*|[^\W\d_]+|[^\s]",
    re.UNICODE,
)
_IDEOGRAPHIC: Final = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff]")
_NEGATION: Final = pattern(
    r"ません|ない|なく|ず|不可|できない|いけ|不|没|无|未|勿|別|沒|not|never|no\b|without|n't|không|đừng|chưa|miễn|않|없|안|못|"
    r"ไม่|อย่า|ห้าม|não|nunca|sem|sin|tidak|jangan|tanpa|hindi|huwag|walang|wala|छैन|होइन|हुँदैन|नगर्नु|बिना|任意|必要|only|のみ|だけ"
)
_UNITS: Final = (
    ("fee", pattern(r"円|えん|yen|¥|yên|엔|เยน|येन|日元|iene")),
    ("hour", pattern(r"^時|^时|^點|^点|^:|^h\b|^am|^pm|^a\.m|^p\.m|giờ|^시|โมง|นาฬิกา|बजे|jam|^分|午")),
    ("date", pattern(r"^月|^日|^年|ngày|tháng|^월|^일|วันที่|january|february|march|april|may|june|july|august|september"
                        r"|october|november|december|janeiro|enero|hari|गते|/")),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Change:
    """One difference: ``was`` in the post, ``now`` in the reply at code points ``start`` to ``end`` of its folding."""

    kind: str
    was: str
    now: str
    start: int
    end: int
    weight: float


@dataclass(frozen=True, slots=True)
class Alignment:
    """``covered`` is the share of the reply's words that stand in the post in the same order, 0 to 1;
    ``shared`` the share of its letter pairs that the post has too.
    """

    covered: float
    changes: tuple[Change, ...]
    shared: float = 0.0


@dataclass(frozen=True, slots=True)
class Token:
    """One word, number, link or character of a text without spaces."""

    text: str
    start: int
    end: int


@lru_cache(maxsize=512)  # many replies answer one post
def _post_tokens(post: str) -> tuple[list[Token], frozenset[str]]:
    found = tokens(post)
    return found, frozenset(token.text for token in found)


def tokens(text: str) -> list[Token]:
    """Words, whole numbers, links and handles; texts without spaces go character by character."""
    found: list[Token] = []
    for match in _TOKEN.finditer(text):
        word = match.group()
        if len(word) > 1 and _IDEOGRAPHIC.search(word):
            found.extend(Token(char, match.start() + i, match.start() + i + 1) for i, char in enumerate(word))
        elif word.isalnum() or len(word) > 1:
            found.append(Token(word, *match.span()))
    return found


def align(reply: str, post: str, most: int = 1500) -> Alignment:
    """Align two folded texts; only their first ``most`` characters count, so the time is bounded."""
    shared = shared_pairs(reply, post)
    if shared < 0.35:
        return Alignment(0.0, (), shared)
    theirs, known = _post_tokens(post[:most])
    ours = tokens(reply[:most])
    if len(ours) < 4 or len(theirs) < 4:
        return Alignment(0.0, (), shared)
    if sum(token.text in known for token in ours) < 0.3 * len(ours):
        return Alignment(0.0, (), shared)
    matcher = SequenceMatcher(None, [t.text for t in theirs], [t.text for t in ours], autojunk=False)
    same = sum(block.size for block in matcher.get_matching_blocks() if block.size >= 2)
    codes = matcher.get_opcodes()
    changes = [
        change
        for place, (op, i1, i2, j1, j2) in enumerate(codes)
        if op != "equal" and (change := _CHANGES[op](theirs, ours, (i1, i2, j1, j2), 0 < place < len(codes) - 1))
    ]
    return Alignment(same / len(ours), tuple(sorted(changes, key=lambda change: -change.weight)), shared)


Places = tuple[int, int, int, int]


def _replaced(theirs: list[Token], ours: list[Token], places: Places, inside: bool) -> Change | None:
    i1, i2, j1, j2 = places
    was = " ".join(token.text for token in theirs[i1:i2])
    now = " ".join(token.text for token in ours[j1:j2])
    kind, weight = _kind(was, now, "".join(token.text for token in theirs[i2 : i2 + 2]))
    if i2 - i1 > 12 or j2 - j1 > 12:
        return None
    return Change(kind, was, now, ours[j1].start, ours[j2 - 1].end, weight)


def _inserted(theirs: list[Token], ours: list[Token], places: Places, inside: bool) -> Change | None:
    """Words put in between count when they carry a number, a link or a negation."""
    _, _, j1, j2 = places
    now = " ".join(token.text for token in ours[j1:j2])
    if not inside or j2 - j1 > 12:
        return None
    if re.search(r"[0-9]", now) or _NEGATION.search(now) or re.search(r"[a-z]\.[a-z]", now):
        return Change("words-put-in", "", now, ours[j1].start, ours[j2 - 1].end, 0.5)
    return None


def _left_out(theirs: list[Token], ours: list[Token], places: Places, inside: bool) -> Change | None:
    """A short negation left out turns the sense round; a sentence left out is an extract."""
    i1, i2, j1, _ = places
    was = " ".join(token.text for token in theirs[i1:i2])
    if not inside or i2 - i1 > 4 or not _NEGATION.search(was) or not 0 < j1 < len(ours):
        return None
    return Change("negation", was, "", ours[j1 - 1].start, ours[j1].end, 0.7)


_CHANGES: Final = {"replace": _replaced, "insert": _inserted, "delete": _left_out}


def _kind(was: str, now: str, after: str) -> tuple[str, float]:
    if "." in was + now and re.search(r"[a-z]\.[a-z]", was) and re.search(r"[a-z]\.[a-z]", now):
        return "url", 0.95
    if "@" in was and "@" in now:
        return "handle", 0.9
    numbers_was, numbers_now = re.findall(r"[0-9]+", was), re.findall(r"[0-9]+", now)
    if numbers_was and numbers_now and set(numbers_was) != set(numbers_now):
        if re.search(r"[0-9]:[0-9]", was):
            return "hour", 0.9
        return next((name for name, unit in _UNITS if unit.search(after)), "number"), 0.9
    if bool(_NEGATION.search(was)) != bool(_NEGATION.search(now)):
        return "negation", 0.75
    return "words", 0.4


def shared_pairs(reply: str, post: str) -> float:
    """Share of the reply's letter pairs that the post has too, 0 to 1; both folded, the first 400 letters of the reply."""
    ours = _pairs(reply)
    return len(ours & _post_pairs(post)) / len(ours) if ours else 0.0


def _pairs(text: str) -> set[str]:
    begin = text[:400]
    return set(map(add, begin, begin[1:]))


@lru_cache(maxsize=512)
def _post_pairs(post: str) -> set[str]:
    begin = post[:1500]
    return set(map(add, begin, begin[1:]))

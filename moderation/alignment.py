"""A reply held against a post: how much of it is the post's, and what was changed on the way."""

from __future__ import annotations

import re
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import lru_cache
from typing import Final, NamedTuple

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

_NAMED_DAYS: Final = """
    月 火 水 木 金 土 日 月曜 火曜 水曜 木曜 金曜 土曜 日曜 월 화 수 목 금 토 일 월요일 화요일 수요일 목요일 금요일 토요일 일요일
    mon tue wed thu fri sat sun monday tuesday wednesday thursday friday saturday sunday
    lunes martes miércoles jueves viernes sábado domingo segunda terça quarta quinta sexta
    senin selasa rabu kamis jumat sabtu minggu miyerkules huwebes biyernes sabado linggo
"""
_WEEKDAYS: Final = frozenset(_NAMED_DAYS.split())
_AFTER_WEEK: Final = {
    **dict.fromkeys(("周", "週", "期", "拜", "拝"), frozenset("一二三四五六日天")),
    "thứ": frozenset(("hai", "ba", "tư", "năm", "sáu", "bảy")),
}
"""What names a weekday only behind the word for week: 星期二, thứ ba."""


@dataclass(frozen=True, slots=True)
class Change:
    """One difference: ``was`` in the post, ``now`` in the reply at code points ``start`` to ``end`` of its folding.

    ``kind`` is what scores go by; ``told`` is what people are told, which knows a weekday from other words.
    """

    kind: str
    was: str
    now: str
    start: int
    end: int
    weight: float
    told: str


@dataclass(frozen=True, slots=True)
class Alignment:
    """``covered`` is the share of the reply's words that stand in the post in the same order, 0 to 1;
    ``shared`` the share of its letter pairs that the post has too.
    """

    covered: float
    changes: tuple[Change, ...]
    shared: float = 0.0


class Tokens(NamedTuple):
    """Words, numbers, links, and the characters of texts without spaces; each with where it starts.

    Two lists and not one of pairs: comparing looks at the words alone, and most places are never asked for.
    """

    words: list[str]
    starts: list[int]

    def span(self, first: int, last: int) -> tuple[int, int]:
        """Where the tokens ``first`` to ``last`` (inclusive) stand."""
        return self.starts[first], self.starts[last] + len(self.words[last])


@lru_cache(maxsize=512)  # many replies answer one post
def _post_tokens(post: str) -> tuple[Tokens, frozenset[str]]:
    found = tokens(post)
    return found, frozenset(found.words)


def tokens(text: str) -> Tokens:
    """Words, whole numbers, links and handles; texts without spaces go character by character."""
    words: list[str] = []
    starts: list[int] = []
    for match in _TOKEN.finditer(text):
        word, start = match.group(), match.start()
        if len(word) > 1 and not word.isascii() and _IDEOGRAPHIC.search(word):
            words.extend(word)
            starts.extend(range(start, start + len(word)))
        elif len(word) > 1 or word.isalnum():
            words.append(word)
            starts.append(start)
    return Tokens(words, starts)


def align(reply: str, post: str, most: int = 1500) -> Alignment:
    """Align two folded texts; only their first ``most`` characters count, so the time is bounded."""
    shared = shared_pairs(reply, post)
    if shared < 0.35:
        return Alignment(0.0, (), shared)
    theirs, known = _post_tokens(post[:most])
    ours = tokens(reply[:most])
    if len(ours.words) < 4 or len(theirs.words) < 4:
        return Alignment(0.0, (), shared)
    if sum(map(known.__contains__, ours.words)) < 0.3 * len(ours.words):
        return Alignment(0.0, (), shared)
    matcher = SequenceMatcher(None, theirs.words, ours.words, autojunk=False)
    same = sum(block.size for block in matcher.get_matching_blocks() if block.size >= 2)
    codes = matcher.get_opcodes()
    changes = [
        change
        for place, (op, i1, i2, j1, j2) in enumerate(codes)
        if op != "equal" and (change := _CHANGES[op](theirs, ours, (i1, i2, j1, j2), 0 < place < len(codes) - 1))
    ]
    return Alignment(same / len(ours.words), tuple(sorted(changes, key=lambda change: -change.weight)), shared)


Places = tuple[int, int, int, int]


def _replaced(theirs: Tokens, ours: Tokens, places: Places, inside: bool) -> Change | None:
    i1, i2, j1, j2 = places
    if i2 - i1 > 12 or j2 - j1 > 12:
        return None
    was, now = " ".join(theirs.words[i1:i2]), " ".join(ours.words[j1:j2])
    kind, weight = _kind(was, now, "".join(theirs.words[i2 : i2 + 2]))
    told = "date" if kind == "words" and _weekday(was, now, "".join(theirs.words[i1 - 1 : i1])) else kind
    return Change(kind, was, now, *ours.span(j1, j2 - 1), weight, told)


def _inserted(theirs: Tokens, ours: Tokens, places: Places, inside: bool) -> Change | None:
    """Words put in between count when they carry a number, a link or a negation."""
    _, _, j1, j2 = places
    if not inside or j2 - j1 > 12:
        return None
    now = " ".join(ours.words[j1:j2])
    if re.search(r"[0-9]", now) or _NEGATION.search(now) or re.search(r"[a-z]\.[a-z]", now):
        return Change("words-put-in", "", now, *ours.span(j1, j2 - 1), 0.5, "words-put-in")
    return None


def _left_out(theirs: Tokens, ours: Tokens, places: Places, inside: bool) -> Change | None:
    """A short negation left out turns the sense round; a sentence left out is an extract."""
    i1, i2, j1, _ = places
    if not inside or i2 - i1 > 4 or not 0 < j1 < len(ours.words):
        return None
    was = " ".join(theirs.words[i1:i2])
    return Change("negation", was, "", *ours.span(j1 - 1, j1), 0.7, "negation") if _NEGATION.search(was) else None


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


def _weekday(was: str, now: str, before: str) -> bool:
    days = _AFTER_WEEK.get(before, _WEEKDAYS)
    return was in days and now in days


def shared_pairs(reply: str, post: str) -> float:
    """Share of the reply's letter pairs that the post has too, 0 to 1; both folded, the first 400 letters of the reply."""
    ours = _pairs(reply)
    return len(ours & _post_pairs(post)) / len(ours) if ours else 0.0


@lru_cache(maxsize=512)
def _post_pairs(post: str) -> set[int]:
    return _pairs(post, 1500)


def _pairs(text: str, most: int = 400) -> set[int]:
    """Neighbouring letters as 64-bit numbers, three times as fast as cutting strings: the pairs that start at even
    places, then those that start at odd ones.
    """
    units = memoryview(text[:most].encode("utf-32-le", "surrogatepass"))
    even, odd = units[: len(units) // 8 * 8], units[4:]
    return {*even.cast("Q"), *odd[: len(odd) // 8 * 8].cast("Q")}

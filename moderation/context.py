"""What a detector may look at: the reply in its foldings, the terms met in it, the post, the roster, the archive."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final, Generic, TypeVar, overload

from moderation import text
from moderation.alignment import Alignment, align
from moderation.language import Language, identify
from moderation.lexicon import Hit, Lexicon
from moderation.model import Finding, Reply, Signal
from moderation.officials import Roster, declares_itself, public_numbers
from moderation.text import View

if TYPE_CHECKING:
    from moderation.archive import Archive

Value = TypeVar("Value")
Evidence = Finding | Signal
Detector = Callable[["Context"], Iterable[Evidence]]
"""Looks at one reply and yields what it saw; never calls another detector, never keeps anything."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What is the same for every reply: terms, official accounts, official numbers, the agency's earlier posts."""

    lexicon: Lexicon
    roster: Roster
    archive: Archive | None = None
    numbers: frozenset[str] = field(default_factory=public_numbers)


PRICE: Final = text.pattern(
    r"[¥$€₱฿₫]\s?[0-9]|[0-9][0-9,.o]*\s?(?:円|えん|yen|yên|엔|เยน|ien|man\b|万|まん|마원|만|萬|元|块|塊|usd|pesos|ribu|rb\b|juta|"
    r"jt\b|lakh|हजार|लाख|हज़ार|रुप|hajar|đồng|k\b|tr\b|triệu|บาท|usdt|reais|soles|mil\b|%)"
)
_DURATION: Final = text.pattern(
    r"[0-9一二三四五六七八九十半]\s?(?:時間|じかん|分|小时|個小時|钟头|天|ヶ月|か月|週間|年|시간|분|개월|주|ชม|ชั่วโมง|นาที|เดือน|ปี|घण्टा|मिनेट|महिना|"
    r"hours?\b|hrs?\b|h\b|min|months?\b|weeks?\b|years?\b|days?\b|giờ|tiếng|phút|tháng|năm|horas?\b|meses|anos?\b|años?\b|"
    r"jam\b|menit|bulan|oras|buwan|ghanta|mahina)"
)
_LINK: Final = re.compile(r"https?://|www\.|[a-z0-9-]\.(?:example|com|net|jp|org|me|io|xyz|info|shop)\b")


class lazy(Generic[Value]):  # noqa: N801  reads like property
    """A property worked out once; unlike functools' own on Python 3.11 it takes no lock, for a context has one user."""

    def __init__(self, work: Callable[[Any], Value]) -> None:
        self._work = work
        self._name = work.__name__
        self.__doc__ = work.__doc__

    @overload
    def __get__(self, instance: None, owner: type) -> lazy[Value]: ...
    @overload
    def __get__(self, instance: object, owner: type) -> Value: ...
    def __get__(self, instance: object | None, owner: type) -> lazy[Value] | Value:
        if instance is None:
            return self
        value = instance.__dict__[self._name] = self._work(instance)
        return value


class Context:
    """One reply, folded on demand; each folding and search is done at most once."""

    def __init__(self, reply: Reply, around: Surroundings) -> None:
        self.reply = reply
        self.around = around

    @lazy
    def language(self) -> Language:
        """The language the reply is written in."""
        return identify(self.reply.text)

    @lazy
    def plain(self) -> View:
        """The reply with its writing evened out."""
        return text.plain(self.reply.text)

    @lazy
    def bare(self) -> View:
        """The reply without diacritics."""
        return text.bare(self.plain)

    @lazy
    def disguised(self) -> bool:
        """Whether the reply shows any mark of disguise."""
        return text.looks_disguised(self.bare.text)

    @lazy
    def loose(self) -> View:
        """The reply with disguise undone."""
        return text.loose(self.bare)

    @lazy
    def hits(self) -> dict[str, list[Hit]]:
        """Terms by group, in the order in which they stand."""
        found: dict[str, list[Hit]] = {}
        own = self.language.told.partition("-")[0]
        for hit in self.around.lexicon.find(self.plain, self.bare, own):
            found.setdefault(hit.term.group, []).append(hit)
        if self.disguised:
            for hit in self.around.lexicon.find_disguised(self.loose, own):
                found.setdefault(hit.term.group, []).append(hit)
        return found

    def has(self, *groups: str) -> bool:
        """Whether any term of any of these groups was met."""
        hits = self.hits
        for group in groups:  # noqa: SIM110  a generator costs twice, and this is asked twenty times for each reply
            if group in hits:
                return True
        return False

    def first(self, *groups: str) -> Hit | None:
        """The first term of the first of these groups that was met."""
        hits = self.hits
        for group in groups:
            if group in hits:
                return hits[group][0]
        return None

    @lazy
    def price(self) -> re.Match[str] | None:
        """The first amount of money in the folded reply."""
        return PRICE.search(self.plain.text)

    @lazy
    def parody(self) -> bool:
        """Whether the author's name or handle says that this is no official account."""
        return declares_itself(self.reply.author)

    @lazy
    def post(self) -> View:
        """The agency's post with its writing evened out."""
        return _post(self.reply.post)

    @lazy
    def aligned(self) -> Alignment:
        """The reply held against the post that it answers."""
        return align(self.plain.text, self.post.text)

    @property
    def faithful(self) -> bool:
        """Whether the reply is the post's own words, whole or in part, and nothing else."""
        return self.aligned.covered >= 0.9 and not self.aligned.changes

    @lazy
    def relations(self) -> dict[str, float]:
        """How the reply stands to its post, its length and its disguise, as named numbers from about 0 to 1."""
        size = len(self.plain.text)
        return {
            "covered by the post": self.aligned.covered,
            "copied without change": float(self.faithful),
            "changes": min(5, len(self.aligned.changes)) / 5,
            "letter pairs of the post": self.aligned.shared,
            "disguised": float(self.disguised),
            "names a duration": float(_DURATION.search(self.plain.text) is not None),
            "names a price": float(self.price is not None),
            "asks": float("?" in self.plain.text),
            "links": float(_LINK.search(self.plain.text) is not None),
            "length": math.log1p(size) / 5,
            "short": float(size < 20),
            "doubt about language": self.language.doubt,
        }

    @lazy
    def handle(self) -> View:
        """The author's handle with its writing evened out."""
        return text.plain(self.reply.author.handle)

    @lazy
    def name(self) -> View:
        """The author's display name with its writing evened out."""
        return text.plain(self.reply.author.name)


@lru_cache(maxsize=512)  # many replies answer one post
def _post(post: str) -> View:
    return text.plain(post)

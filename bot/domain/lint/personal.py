"""personal-data: the screener's own detector for the first clause, held against what a notice may rightly say."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from bot.domain.lint.model import Finding, Notice, Severity
from bot.domain.lint.phones import official_places
from moderation.context import Context
from moderation.detectors.personal_information import detect
from moderation.model import Finding as Seen
from moderation.model import Reply

_ENOUGH: Final = 0.5
_OWN_BAR: Final = {"e-mail": 0.3, "home-address": 0.6, "name-with-belongs": 0.65, "name-with-health": 0.65,
                   "name-with-residence": 0.65}  # fmt: skip
"""Offices print addresses and telephone numbers of their own: these kinds need more than their shape."""
_LEFT_TO_OTHERS: Final = frozenset({"telephone", "telephone-abroad", "mobile-incomplete"})
_POLITE: Final = re.compile(r"(?:皆|みな|お子|患者|学生|お客|外国人|申請者|たく|留学生|ご本人|家族)(?:さん|様|氏)")
_WORTH: Final = re.compile(
    r"(?:[0-9〇一二三四五六七八九][^。\n]{0,3}){6}|@|at\)|at\]|あっと|さん|氏|ちゃん", re.IGNORECASE
)


def personal_data(notice: Notice) -> Iterator[Finding]:
    """Numbers of cards, accounts and mobiles, private addresses and mail; official and specimen numbers are exempt."""
    if not _WORTH.search(notice.even):
        return
    reply = Reply(_masked(notice), platform=notice.account.platform.value)
    places: list[tuple[int, int]] = []
    for found in detect(Context(reply, notice.around.screening)):
        if not isinstance(found, Seen) or found.where != "text" or found.reason in _LEFT_TO_OTHERS:
            continue
        if found.score < _OWN_BAR.get(found.reason, _ENOUGH) or found.end <= found.start:
            continue
        if found.reason == "home-address" and not re.search(r"さん|氏|ちゃん|様", reply.text):
            continue
        if not any(start < found.end and found.start < end for start, end in places):
            places.append((found.start, found.end))
            yield Finding(
                "personal-data", Severity.ERROR, found.start, found.end, "personal-data", {"kind": found.reason}
            )


def _masked(notice: Notice) -> str:
    """The text with official numbers, links and polite words for everyone blanked, place for place."""
    blank = [(match.start(), match.end()) for match in _POLITE.finditer(notice.text)]
    blank += [(link.start, link.end) for link in notice.links]
    chars = list(notice.text)
    for start, end in (*blank, *official_places(notice)):
        chars[start:end] = " " * (end - start)
    return "".join(chars)

"""personal-data: the screener's own detector for the first clause, held against what a notice may rightly say."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from bot.domain.lint.folding import even, sentence
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
_IN_CONTEXT: Final = tuple(
    (kind, re.compile(form, re.IGNORECASE))
    for kind, form in (
        (
            "passport",
            r"(?:旅券|パスポート|passport|护照|護照|hộ chiếu|여권)[^。\n]{0,14}?(?<![A-Z0-9])(?P<it>[A-Z]{1,2}[0-9]{7,8})(?![A-Z0-9])",
        ),
        (
            "bank-account",
            r"(?:口座|普通|当座|記号|振込|account (?:no|number)|账号|số tài khoản|계좌)[^。\n0-9]{0,12}(?P<it>[0-9]{7,8}|[0-9]{5}[^0-9。\n]{1,6}[0-9]{6,8})(?![0-9])",
        ),
        (
            "birth-date",
            r"(?:生年月日|date of birth|\bDOB\b|ngày sinh|出生日期|생년월일)[^。\n0-9]{0,8}(?P<it>(?:[0-9]{4}|(?:昭和|平成|令和)[0-9]{1,2})[年년/.-]\s?[0-9]{1,2}[月월/.-]\s?[0-9]{1,2})",
        ),
    )
)
"""Shapes too weak for replies, where askers are protected rather than stopped, but never right in a notice."""
_EXAMPLE: Final = re.compile(r"記入例|見本|サンプル|例[:えは)]|specimen|sample|example", re.IGNORECASE)
_POLITE: Final = re.compile(r"(?:皆|みな|お子|患者|学生|お客|外国人|申請者|たく|留学生|ご本人|家族)(?:さん|様|氏)")
_PERSON: Final = re.compile(r"さん|氏|ちゃん|様")
_WINDOW, _OVERLAP = 800, 100
"""Characters looked at together; what identifies somebody stands closer than the overlap."""
_WORTH: Final = re.compile(
    r"(?:[0-9〇一二三四五六七八九][^。\n]{0,3}){6}|@|at\)|at\]|あっと|さん|氏|ちゃん", re.IGNORECASE
)


def personal_data(notice: Notice) -> Iterator[Finding]:
    """Numbers of cards, accounts and mobiles, private addresses and mail; official and specimen numbers are exempt."""
    text = _masked(notice)
    places: list[tuple[int, int]] = []
    for kind, form in _IN_CONTEXT:
        for match in form.finditer(even(text)):
            if not _EXAMPLE.search(text[slice(*sentence(text, *match.span()))]):
                places.append(match.span("it"))
                yield Finding("personal-data", Severity.ERROR, *match.span("it"), "personal-data", {"kind": kind})
    for start in range(0, len(text), _WINDOW - _OVERLAP):
        piece = text[start : start + _WINDOW]
        for kind, first, last in _seen(notice, piece) if _WORTH.search(even(piece)) else ():
            place = (start + first, start + last)
            if not any(begin < place[1] and place[0] < end for begin, end in places):
                places.append(place)
                yield Finding("personal-data", Severity.ERROR, *place, "personal-data", {"kind": kind})


def _seen(notice: Notice, piece: str) -> Iterator[tuple[str, int, int]]:
    """Kind and place of what the detector is sure enough of."""
    reply = Reply(piece, platform=notice.account.platform.value)
    for found in detect(Context(reply, notice.around.screening)):
        if not isinstance(found, Seen) or found.where != "text" or found.reason in _LEFT_TO_OTHERS:
            continue
        if found.score < _OWN_BAR.get(found.reason, _ENOUGH) or found.end <= found.start:
            continue
        if found.reason != "home-address" or _PERSON.search(piece):
            yield found.reason, found.start, found.end


def _masked(notice: Notice) -> str:
    """The text with official numbers, links and polite words for everyone blanked, place for place."""
    blank = [(match.start(), match.end()) for match in _POLITE.finditer(notice.text)]
    blank += [(link.start, link.end) for link in notice.links]
    chars = list(notice.text)
    for start, end in (*blank, *official_places(notice)):
        chars[start:end] = " " * (end - start)
    return "".join(chars)

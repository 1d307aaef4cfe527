"""over-length and empty-text: what the platform will not take."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from bot.domain.accounts import Platform
from bot.domain.length import FACEBOOK_LIMIT, X_LIMIT, X_LONG_LIMIT, facebook_length, x_length
from bot.domain.lint.model import Finding, Notice, Severity

_LIGHT: Final = re.compile("[\x00-\u10ff\u2000-\u200d\u2010-\u201f\u2032-\u2037]")
_LONGEST_LINK: Final = 4_096
"""Code points; X counts any link as 23, so a text within the limit is at most links of this length."""


def over_length(notice: Notice) -> Iterator[Finding]:
    """From the first code point that is too much to the end of the text."""
    x = notice.account.platform is Platform.X
    limit = (X_LONG_LIMIT if notice.account.long_posts else X_LIMIT) if x else FACEBOOK_LIMIT
    used = _used(notice.text, x=x, limit=limit)
    if used > limit:
        start = _longest_fitting(notice.text, x=x, limit=limit)
        facts = {"used": str(used), "limit": str(limit), "platform": "X" if x else "Facebook"}
        yield Finding("over-length", Severity.ERROR, start, len(notice.text), "over-length", facts)


def empty_text(notice: Notice) -> Iterator[Finding]:
    """Nothing to read and nothing to see."""
    if not notice.text.strip() and not notice.media:
        yield Finding("empty-text", Severity.WARNING, 0, len(notice.text), "empty-text")


def _used(text: str, *, x: bool, limit: int) -> int:
    """The platform's own count; texts that cannot reach the limit are not parsed, for that takes milliseconds."""
    if not x:
        return facebook_length(text)
    light = len(_LIGHT.findall(text))
    most = light + 2 * (len(text) - light) + 23 * text.count(".")
    return most if most <= limit else x_length(text)


def _longest_fitting(text: str, *, x: bool, limit: int) -> int:
    low, high = 0, min(len(text), limit + _LONGEST_LINK) if x else min(len(text), limit * 2)
    while low < high:
        middle = (low + high + 1) // 2
        if _used(text[:middle], x=x, limit=limit) <= limit:
            low = middle
        else:
            high = middle - 1
    return min(low, max(0, len(text) - 1))

"""A reply's words as they may leave this service: everything by which somebody could be told apart is blotted out."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from bot.domain.cases import KeptReply, KeptVerdict
from moderation.categories import Category
from moderation.model import SignalKind
from moderation.screen import MOST_CHARACTERS

_NAMED: Final = re.compile(r"[A-Za-z0-9._%+-]*[@\uff20]\w+(?:[.-]\w+)*|https?://\S+")
_NUMBERS: Final = re.compile(r"[A-Za-z]{0,3}\d(?:[-\s.()/]{0,2}\d){5,}[A-Za-z]{0,3}")
"""Six digits or more: whatever they are, nobody needs them to understand the sentence."""


def without_identifiers(reply: KeptReply, verdict: KeptVerdict) -> str:
    """The words as far as they were screened, without personal data that was found, names of accounts, mail addresses, links, long numbers.

    Empty once the words were erased, and while the verdict is about an earlier wording: its places fit no more.
    """
    if not reply.text or verdict.reply_version != reply.version:
        return ""
    words = reply.text[:MOST_CHARACTERS]
    found = [each for each in verdict.findings if each.category is Category.PERSONAL_INFORMATION]
    exposed = [each for each in verdict.signals if each.kind is SignalKind.EXPOSED_NUMBER]
    spans = [(each.start, each.end) for each in found if each.where == "text"]
    spans += [(each.start, each.end) for each in exposed if each.where == "text"]
    spans += [match.span() for pattern in (_NAMED, _NUMBERS) for match in pattern.finditer(words)]
    return blot_out(words, spans)


def blot_out(text: str, spans: Sequence[tuple[int, int]]) -> str:
    """The text with every span replaced by one mark, so that a stranger's number goes nowhere."""
    out, at = [], 0
    for start, end in sorted(spans):
        if end > at:
            out += [text[at : max(start, at)], "▇"]
            at = end
    return "".join(out) + text[at:]

"""The form in which a sent text and the platform's copy of it are compared.

What the platform does to a text on its way is undone (escapes, short links, media links); what is left must be
equal to the last letter. Letter case and character width stay as they are.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from bot.domain.accounts import Platform
from bot.domain.posts import Content

SHORT_LINK: Final = re.compile(r"https?://t\.co/\w{1,40}")
_ADDED: Final = re.compile(r"https?://|(?<=\w)/+(?=\s|$)")
_MEDIA_LINK: Final = re.compile(r"\s*https?://t\.co/\w{1,40}\s*$")


@dataclass(frozen=True, slots=True)
class ShownUrl:
    """One link as X shows it: ``short`` stands in the text for ``expanded``; media links were added by X."""

    short: str
    expanded: str
    is_media: bool = False


def normal_form(text: str) -> str:
    """NFC and one space for a run of white space; no schemes and no closing slashes, for platforms add both.

    Doing it twice changes nothing.
    """
    before, now = None, text
    while now != before:
        before, now = now, " ".join(_ADDED.sub("", unicodedata.normalize("NFC", now)).split())
    return now


def sent_form(content: Content) -> str:
    """Normal form of what we send; a link in its own field counts as the last word, on both platforms."""
    return normal_form(with_link(content.text, content.link))


def with_link(text: str, link: str) -> str:
    """``text`` followed by ``link`` unless it holds it already, with or without scheme."""
    return text if normal_form(link) in normal_form(text) else f"{text}\n{link}"


def x_form(text: str, urls: Iterable[ShownUrl] = ()) -> str:
    """Normal form of a text as X returns it, with its ``entities.urls``."""
    return normal_form(unfold_x(text, urls))


def unfold_x(text: str, urls: Iterable[ShownUrl] = ()) -> str:
    """The text as its author wrote it: X escapes & < > once, shortens links and appends one per attached media."""
    known = {url.short: "" if url.is_media else url.expanded for url in urls}
    plain = SHORT_LINK.sub(lambda found: known.get(found[0], found[0]), _unescape(text))
    return plain.strip()


def came_back_as_sent(sent: Content, returned: str, platform: Platform) -> bool:
    """Whether the text in the answer to a create is ours; there short links are not explained, so each fits any link."""
    if not returned:
        return True
    if platform is Platform.FACEBOOK:
        return normal_form(returned) in (normal_form(sent.text), sent_form(sent))
    plain = _unescape(returned)
    if sent.media:
        plain = _MEDIA_LINK.sub("", plain)
    pieces = [normal_form(piece) for piece in SHORT_LINK.split(plain)]
    pattern = r"\s*\S+\s*".join(re.escape(piece) for piece in pieces)
    return re.fullmatch(pattern, sent_form(sent)) is not None


def _unescape(text: str) -> str:
    """Only the three signs that X escapes, ampersand last, so that a typed ``&amp;lt;`` survives."""
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")

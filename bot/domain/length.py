"""How long a text is on each platform, and how long it may be. Sources: twitter-text v3, facebook-sdk practice."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import Final

from bot.domain.accounts import Account, Platform
from bot.domain.posts import Content
from bot.domain.twitter_text import urls_in, weighted_length

X_LIMIT: Final = 280
X_LONG_LIMIT: Final = 25_000
X_URL_WEIGHT: Final = 23
FACEBOOK_LIMIT: Final = 63_206
ALT_LIMIT: Final = 1_000
_SURROGATE: Final = re.compile("[\ud800-\udfff]")

__all__ = [
    "ALT_LIMIT",
    "FACEBOOK_LIMIT",
    "X_LIMIT",
    "X_LONG_LIMIT",
    "X_URL_WEIGHT",
    "Length",
    "facebook_length",
    "full_text",
    "length_of",
    "urls_in",
    "x_length",
]


@dataclass(frozen=True, slots=True)
class Length:
    """``used`` of ``limit`` in the platform's own units; an empty text is never ``ok``."""

    used: int
    limit: int

    @property
    def ok(self) -> bool:
        return 0 < self.used <= self.limit

    @property
    def left(self) -> int:
        """Units still free; negative when the text is too long."""
        return self.limit - self.used


def x_length(text: str) -> int:
    """Weighted length: most scripts 1, Han, kana, Hangul and emoji 2, any link 23 (twitter-text v3)."""
    return weighted_length(_storable(text))


def facebook_length(text: str) -> int:
    """Code points after NFC; Facebook weighs nothing."""
    return len(unicodedata.normalize("NFC", text))


def full_text(content: Content, platform: Platform) -> str:
    """The words for the platform's text field; where there is no field for the link, it follows the text.

    X never has one, Facebook has none beside photos.
    """
    has_field = platform is Platform.FACEBOOK and not content.media
    if has_field or not content.link or content.link in content.text:
        return content.text
    return f"{content.text}\n{content.link}" if content.text else content.link


def length_of(content: Content, account: Account) -> Length:
    """What this content uses of what this account may send."""
    text = full_text(content, account.platform)
    if account.platform is Platform.FACEBOOK:
        return Length(facebook_length(text), FACEBOOK_LIMIT)
    return Length(x_length(text), X_LONG_LIMIT if account.long_posts else X_LIMIT)


def _storable(text: str) -> str:
    """Lone surrogates would break the library's counting; each weighs as one unknown character."""
    return _SURROGATE.sub("\N{REPLACEMENT CHARACTER}", text)

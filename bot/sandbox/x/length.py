"""Weighted length and links by the port of X's own rules."""

from __future__ import annotations

from importlib import import_module
from typing import Any, Final

# importing this first also makes the library importable where pkg_resources is gone
from bot.domain.twitter_text import weighted_length

__all__ = ["has_invalid_characters", "urls_in", "weighted_length"]

_URLS: Final[Any] = import_module("twitter_text.extract_urls")
_INVALID: Final[Any] = import_module("twitter_text.has_invalid_characters")


def has_invalid_characters(text: str) -> bool:
    """Characters that X never takes: byte order marks and non-characters."""
    return bool(_INVALID.has_invalid_characters(text))


def urls_in(text: str) -> list[tuple[str, int, int]]:
    """URL, start, end (code points), with or without scheme, as X would link them."""
    found = _URLS.extract_urls_with_indices(text)
    return [(item["url"], item["indices"][0], item["indices"][1]) for item in found]

"""Weighted length by the port of X's own rules."""

from __future__ import annotations

import importlib
import pkgutil
import sys
import types
from functools import cache
from typing import Any


@cache
def _twitter_text() -> Any:
    """The library reads its emoji table through pkg_resources, which new setuptools no longer carry.

    A stand-in with the one function it uses lives in sys.modules during the import, and not longer.
    """
    if "pkg_resources" in sys.modules or importlib.util.find_spec("pkg_resources"):
        return importlib.import_module("twitter_text")
    stand_in = types.ModuleType("pkg_resources")
    stand_in.resource_string = _resource  # type: ignore[attr-defined]
    sys.modules["pkg_resources"] = stand_in
    try:
        return importlib.import_module("twitter_text")
    finally:
        del sys.modules["pkg_resources"]


def _resource(module: str, name: str) -> bytes:
    return pkgutil.get_data(module, name) or b""


def weighted_length(text: str) -> int:
    """Length as X counts it: 280 is full."""
    return int(_twitter_text().parse_tweet(text).weightedLength)


def has_invalid_characters(text: str) -> bool:
    module = importlib.import_module("twitter_text.has_invalid_characters") if _twitter_text() else None
    return bool(module and module.has_invalid_characters(text))


def urls_in(text: str) -> list[tuple[str, int, int]]:
    """URL, start, end (code points), with or without scheme, as X would link them."""
    _twitter_text()
    finder = importlib.import_module("twitter_text.extract_urls")
    found = finder.extract_urls_with_indices(text)
    return [(item["url"], item["indices"][0], item["indices"][1]) for item in found]

"""The one door to twitter-text-parser, whose only fault is that it still asks for ``pkg_resources``.

setuptools dropped that module; the library needs one function of it, to read its own emoji table.
"""

from __future__ import annotations

import sys
from importlib import import_module
from importlib.resources import files
from types import ModuleType
from typing import Any, Final


class _Resources(ModuleType):
    """Stands in for ``pkg_resources`` while the library is imported, whether or not the real one is there."""

    @staticmethod
    def resource_string(module: str, name: str) -> bytes:
        return files(module.rpartition(".")[0]).joinpath(name).read_bytes()


def _load() -> Any:
    name = "pkg_resources"
    real = sys.modules.get(name)
    sys.modules[name] = _Resources(name)
    try:
        return import_module("twitter_text")
    finally:
        del sys.modules[name]
        if real is not None:
            sys.modules[name] = real


_LIBRARY: Final[Any] = _load()


def weighted_length(text: str) -> int:
    """Weight of ``text`` in X's units, by configuration v3 of twitter-text."""
    return int(_LIBRARY.parse_tweet(text).weightedLength)


def urls_in(text: str) -> tuple[str, ...]:
    """Every stretch that X turns into a link, with or without a scheme, in order."""
    return tuple(_LIBRARY.extract_urls(text))


def counting_tables() -> dict[str, Any]:
    """The library's own tables, for a script that has to count as this module does.

    ``gtld`` and ``cctld`` are patterns, ``emoji`` the sequences, longest first, ``single`` ranges of code points.
    """
    room = "twitter_text.regexp"
    emoji = import_module(f"{room}.emoji")
    sequences = sorted((each for each in emoji.emoji_dict if len(each) > 1), key=len, reverse=True)
    return {
        "gtld": import_module(f"{room}.valid_gtld").valid_gtld.pattern,
        "cctld": import_module(f"{room}.valid_cctld").valid_cctld.pattern,
        "emoji": sequences,
        "single": emoji.single_codepoint_emoji_ranges,
    }

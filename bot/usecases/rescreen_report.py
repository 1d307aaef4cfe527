"""What a walk over the archive found: numbers, codes and ids only, so that it can be kept with the draft."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from bot.domain.cases import KeptReply
from moderation.criticism import BAR

EXAMPLES: Final = 10
"""Numbers of replies kept as examples for each kind of change and category."""
KINDS: Final = ("flagged", "freed", "moved")
GROUPS: Final = ("category", "language", "account")
Labels = tuple[int, ...]


@dataclass(slots=True)
class Changes:
    """Counts of one kind of change, with example numbers by category."""

    total: int = 0
    by_category: Counter[str] = field(default_factory=Counter)
    by_language: Counter[str] = field(default_factory=Counter)
    by_account: Counter[str] = field(default_factory=Counter)
    examples: dict[str, list[int]] = field(default_factory=dict)
    shown: set[tuple[str, str]] = field(default_factory=set)
    """Categories with the words of their examples: the same words are shown once."""

    def add(self, reply: KeptReply, language: str, categories: Sequence[int]) -> None:
        self.total += 1
        self.by_language[language] += 1
        self.by_account[reply.account] += 1
        for each in map(str, categories):
            self.by_category[each] += 1
            numbers, words = self.examples.setdefault(each, []), (each, reply.text or "")
            if len(numbers) < EXAMPLES and words not in self.shown:
                numbers.append(reply.id)
                self.shown.add(words)

    def as_dict(self) -> dict[str, Any]:
        named = ("by_category", "by_language", "by_account", "examples")
        return {"total": self.total} | {name: dict(sorted(getattr(self, name).items())) for name in named}


@dataclass(slots=True)
class Group:
    """Replies of one category, language or account: how many, flagged before, flagged under the draft."""

    looked_at: int = 0
    before: int = 0
    after: int = 0


@dataclass(slots=True)
class Report:
    """``flagged``: permitted before, flagged under the draft; ``freed``: the other way; ``moved``: other categories.

    ``whole`` is False when it was stopped before the end of the span. ``criticism`` tells how many of the labelled
    rows of criticism are flagged (``of``, ``before``, ``after``) and the ids of some that are so newly.
    """

    version: str
    base: str
    looked_at: int = 0
    whole: bool = True
    flagged: Changes = field(default_factory=Changes)
    freed: Changes = field(default_factory=Changes)
    moved: Changes = field(default_factory=Changes)
    flags_before: int = 0
    flags_after: int = 0
    groups: dict[str, dict[str, Group]] = field(default_factory=lambda: {name: {} for name in GROUPS})
    criticism: dict[str, Any] = field(default_factory=dict)

    def count(self, reply: KeptReply, before: Labels, after: Labels, language: str) -> None:
        """One reply with its labels as they are and as they would be."""
        language = language or "und"
        self.looked_at += 1
        self.flags_before += bool(before)
        self.flags_after += bool(after)
        for name, key in (("language", language), ("account", reply.account)):
            group = self._group(name, key)
            group.looked_at += 1
            group.before += bool(before)
            group.after += bool(after)
        for label in before:
            self._group("category", str(label)).before += 1
        for label in after:
            self._group("category", str(label)).after += 1
        if before == after:
            return
        if not before:
            self.flagged.add(reply, language, after)
        elif not after:
            self.freed.add(reply, language, before)
        else:
            self.moved.add(reply, language, sorted(set(before) ^ set(after)))

    def as_dict(self) -> dict[str, Any]:
        """Numbers, codes and ids only, sorted, so that the same archive gives the same report twice."""
        plain = {name: getattr(self, name) for name in ("version", "base", "looked_at", "whole", "criticism")}
        plain |= {"flags_before": self.flags_before, "flags_after": self.flags_after}
        plain["groups"] = {
            name: {
                key: [each.looked_at or self.looked_at, each.before, each.after] for key, each in sorted(found.items())
            }
            for name, found in self.groups.items()
        }
        return plain | {kind: getattr(self, kind).as_dict() for kind in KINDS}

    def _group(self, name: str, key: str) -> Group:
        return self.groups[name].setdefault(key, Group())


def silences(report: Mapping[str, Any]) -> bool:
    """Whether a kept report says that the draft flags more criticism than it may, and more than is flagged now."""
    told = report.get("criticism") or {}
    return bool(told.get("of")) and told["after"] > BAR * told["of"] and told["after"] > told["before"]

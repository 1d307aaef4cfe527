"""Where a sweep stands, as one opaque string that survives a crash between two pages.

``since``: everything up to here is stored. ``page``: the next page of the sweep in progress, empty between
sweeps. ``top``: the newest mark seen in this sweep. ``seen``: how many objects it has shown so far.
``swept``: up to when the last finished sweep can have seen anything at all, for telling gaps.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, replace


@dataclass(frozen=True, slots=True)
class Cursor:
    """Marks are X ids or Unix seconds; 0 means none yet."""

    since: int = 0
    page: str = ""
    top: int = 0
    seen: int = 0
    swept: int = 0

    def dump(self) -> str:
        return json.dumps(asdict(self), separators=(",", ":"))

    def turned(self, page: str, top: int, seen: int) -> Cursor:
        """After a page that has a successor; ``since`` stays until the last page is stored."""
        return replace(self, page=page, top=max(self.top, top), seen=self.seen + seen)

    def finished(self, top: int, settled: int) -> Cursor:
        """After the last page. Marks above ``settled`` are read again: the platform may still show late ones."""
        return Cursor(max(self.since, min(max(self.top, top), settled)), swept=settled)

    def restarted(self) -> Cursor:
        """From the first page again; used when the platform has forgotten the page."""
        return Cursor(self.since, swept=self.swept)


def load(text: str) -> Cursor:
    """Reads ``dump``; anything else starts from the beginning, which costs reads but loses nothing."""
    try:
        raw = json.loads(text)
        marks = {name: int(raw[name]) for name in ("since", "top", "seen", "swept")}
        return Cursor(page=str(raw["page"]), **marks)
    except (ValueError, KeyError, TypeError):
        return Cursor()

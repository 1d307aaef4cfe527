"""The queue as a file: CSV and JSONL that can be imported again, iCalendar for everybody's calendar."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from bot.domain.posts import Post
from bot.usecases.parts import Parts

COLUMNS: Final = ("id", "account", "text", "publish_at", "reason", "link", "lang", "state", "published_at", "permalink")
MOST: Final = 100_000
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")
"""A cell that begins like this would be run by a spreadsheet; it gets an apostrophe in front."""


def export(parts: Parts, found: Iterable[Post], kind: str, *, now: datetime) -> Iterator[str]:
    """Pieces of text; ``kind`` is one of ``KINDS``. Times carry the office's zone."""
    rows = (_row(parts, post) for post in found)
    return KINDS[kind](rows, now)


def _row(parts: Parts, post: Post) -> dict[str, Any]:
    account = parts.account(post.account)
    zone = _zone(parts, post)
    content, slot = post.revision.content, post.revision.slot
    return {
        "id": str(post.id),
        "account": account.handle,
        "text": content.text,
        "publish_at": slot.due_at.astimezone(zone).isoformat(),
        "reason": slot.reason,
        "link": content.link,
        "lang": content.lang,
        "state": post.state.value,
        "published_at": post.published_at.astimezone(zone).isoformat() if post.published_at else "",
        "permalink": post.permalink,
    }


def _zone(parts: Parts, post: Post) -> ZoneInfo:
    return ZoneInfo(parts.office(parts.account(post.account)).zone)


def _csv(rows: Iterator[dict[str, Any]], now: datetime) -> Iterator[str]:
    """With a byte order mark, so that the usual spreadsheet reads it as UTF-8."""
    yield "\N{ZERO WIDTH NO-BREAK SPACE}" + ",".join(COLUMNS) + "\r\n"
    for row in rows:
        line = io.StringIO()
        csv.writer(line).writerow([_harmless(row[column]) for column in COLUMNS])
        yield line.getvalue()


def _harmless(cell: str) -> str:
    return f"'{cell}" if cell.startswith(_FORMULA) else cell


def _jsonl(rows: Iterator[dict[str, Any]], now: datetime) -> Iterator[str]:
    for row in rows:
        yield json.dumps(row, ensure_ascii=False) + "\n"


def _ics(rows: Iterator[dict[str, Any]], now: datetime) -> Iterator[str]:
    """One event a post: LOCATION is the account, DESCRIPTION the text, as the import reads them."""
    from icalendar import Calendar, Event

    calendar = Calendar()
    calendar.add("prodid", "-//kouhou//queue//JA")
    calendar.add("version", "2.0")
    for row in rows:
        event = Event()
        event.add("uid", f"post-{row['id']}@kouhou")
        event.add("dtstamp", now)
        event.add("dtstart", datetime.fromisoformat(row["publish_at"]).astimezone(UTC))
        event.add("summary", f"@{row['account']} {row['text'][:60]}")
        event.add("description", row["text"])
        event.add("location", row["account"])
        event.add("status", "CONFIRMED" if row["state"] in ("scheduled", "published") else "TENTATIVE")
        if row["link"]:
            event.add("url", row["link"])
        calendar.add_component(event)
    yield calendar.to_ical().decode("utf-8")


KINDS: Final[dict[str, Callable[[Iterator[dict[str, Any]], datetime], Iterator[str]]]] = {
    "csv": _csv,
    "jsonl": _jsonl,
    "ics": _ics,
}
MIMES: Final = {
    "csv": "text/csv; charset=utf-8",
    "jsonl": "application/x-ndjson; charset=utf-8",
    "ics": "text/calendar; charset=utf-8",
}

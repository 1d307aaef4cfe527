"""Prove the audit chain: every link from the first to the head, its searchable columns, and what was anchored."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

from bot.domain.errors import BadInput
from bot.store import audit
from bot.usecases.parts import Parts

_JAPAN: Final = ZoneInfo("Asia/Tokyo")
_LINE: Final = re.compile(r"kouhou-audit (\d{4}-\d{2}-\d{2}) seq=(\d+) hash=([0-9a-f]{64})")


@dataclass(frozen=True, slots=True)
class Proof:
    """``broken_at`` is the number of the first event that does not hold, None when the chain is whole."""

    events: int
    whole: bool
    head: str
    broken_at: int | None = None
    why: str = ""
    anchors: int = 0


@dataclass(frozen=True, slots=True)
class Digest:
    """The chain as it stood at the end of a day in Japan: one line to keep where this service cannot write."""

    day: date
    seq: int
    hash: str

    @property
    def line(self) -> str:
        return f"kouhou-audit {self.day.isoformat()} seq={self.seq} hash={self.hash}"


def verify(parts: Parts, *, anchors: Iterable[Digest] = ()) -> Proof:
    """Finds changed, missing, reordered, forked and cut-off events, and a chain that is not the anchored one."""
    kept = {each.seq: each.hash for each in anchors if each.seq}
    previous, count = audit.GENESIS, 0
    with parts.store.read() as tx:
        head_seq, head_hash = audit.head(tx)
        for row in audit.chain(tx):
            count += 1
            seq, link = row[0], row[8]
            why = _wrong(row, count, previous) or (
                "it is not the event that was anchored" * (kept.get(seq, link) != link)
            )
            if why:
                return Proof(count, False, head_hash, count, why)
            previous = link
    if (count, previous) != (head_seq, head_hash):
        return Proof(count, False, head_hash, min(count, head_seq) + 1, "the end of the chain was cut off or added to")
    beyond = min((seq for seq in kept if seq > count), default=None)
    if beyond is not None:
        return Proof(count, False, previous, count + 1, f"event {beyond} was anchored but is not there any more")
    return Proof(count, True, previous, anchors=len(kept))


def digest_of_day(parts: Parts, day: date) -> Digest:
    """The newest event up to the end of that day in Japan."""
    end = datetime.combine(day + timedelta(days=1), time(), _JAPAN).astimezone(UTC)
    with parts.store.read() as tx:
        seq, link = audit.last_before(tx, end)
    return Digest(day, seq, link)


def read_anchors(path: Path) -> list[Digest]:
    """The digest lines of a file; other lines are somebody's own words and are passed over. BadInput without any."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        raise BadInput("This file of anchored digests cannot be read.", file=str(path)) from None
    found = [Digest(date.fromisoformat(day), int(seq), link) for day, seq, link in _LINE.findall(text)]
    if not found:
        raise BadInput("There is no line 'kouhou-audit <day> seq=<n> hash=<hex>' in this file.", file=str(path))
    return found


def keep_digest(parts: Parts, folder: Path, *, now: datetime) -> Digest | None:
    """Writes yesterday's digest once into ``audit-digests.txt``; None when it stands there already."""
    day = now.astimezone(_JAPAN).date() - timedelta(days=1)
    path = folder / "audit-digests.txt"
    if path.exists() and f"kouhou-audit {day.isoformat()} " in path.read_text(encoding="utf-8"):
        return None
    digest = digest_of_day(parts, day)
    with path.open("a", encoding="utf-8") as file:
        file.write(digest.line + "\n")
    return digest


def _wrong(row: tuple[int, str, str, str, str, str, str, str, str], count: int, previous: str) -> str:
    """Why this event does not hold; empty when it does."""
    seq, at, actor, what, subject, office, body, stored_previous, link = row
    if seq != count:
        return "this event is missing"
    if stored_previous != previous:
        return "it does not follow from the event before it"
    if hashlib.sha256(f"{previous}\n{body}".encode("utf-8", "surrogatepass")).hexdigest() != link:
        return "its words were changed after it was written"
    if _plainly_agrees(row):
        return ""
    told: Mapping[str, Any] = json.loads(body)
    if told["seq"] != seq:
        return "its own number is another one: events were reordered"
    if (told["actor"], told["what"], told["subject"], told["office"]) != (actor, what, subject, office):
        return "what it is searched by was changed after it was written"
    if datetime.fromisoformat(told["at"]) != _instant(at):
        return "its time was changed after it was written"
    return ""


def _plainly_agrees(row: tuple[int, str, str, str, str, str, str, str, str]) -> bool:
    """Whether the columns stand in the body letter by letter: three times faster than reading JSON.

    Sound because the body is canonical: keys in order, and a quote inside a value always has a backslash before it.
    Anything unusual is False and gets read properly.
    """
    seq, at, actor, what, subject, office, body, _, _ = row
    searched = f"{actor}{what}{subject}{office}"
    end = f',"seq":{seq},"subject":"{subject}","what":"{what}"}}'
    instant = at.replace(" ", "T").removesuffix(".000000")
    if '"' in searched or "\\" in searched or not body.endswith(end):
        return False
    if not body.startswith(f'{{"actor":"{actor}","at":"{instant}+00:00","facts":{{'):
        return False
    before, found, _ = body[: -len(end)].rpartition(',"roles":[')
    return bool(found) and before.endswith(f',"office":"{office}"')


def _instant(at: str) -> datetime:
    """The column's value as aware UTC."""
    return datetime.fromisoformat(at).replace(tzinfo=UTC)

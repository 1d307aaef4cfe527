"""Find events in the trail, say how long their kind is kept, and take them out for disclosure or the archive."""

from __future__ import annotations

import csv
import io
import json
import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

from bot.domain.errors import BadInput, NotAllowed
from bot.domain.people import EVERYWHERE, Person, Role
from bot.store import audit
from bot.store.audit import Event, Filter
from bot.usecases.parts import Parts

_JAPAN: Final = ZoneInfo("Asia/Tokyo")
COLUMNS: Final = (
    "seq", "at", "actor", "roles", "from", "what", "subject", "office", "facts", "retention", "previous", "hash"
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class RetentionClass:
    """``agency`` is the class in the agency's own table, empty while the agency has not said."""

    id: str
    ja: str
    en: str
    least_years: int
    basis: str
    basis_ja: str
    agency: str


def find(parts: Parts, wanted: Filter, *, by: Person, now: datetime, before: int = 0, limit: int = 50) -> list[Event]:
    """Newest first. The look itself is written down: who, and by which actor and subject they searched."""
    with parts.store.begin() as tx:
        require_reader(by, now)
        found = audit.search(tx, wanted, before=before, limit=limit)
        audit.append(
            tx, by, "audit.read", "audit:search", at=now, actor=wanted.actor, about=wanted.subject, shown=len(found)
        )
    return found


def require_reader(by: Person, now: datetime) -> None:
    """Auditors and admins of the whole house read the trail."""
    today = now.astimezone(_JAPAN).date()
    if not (by.may(Role.AUDITOR, EVERYWHERE, today) or by.may(Role.ADMIN, EVERYWHERE, today)):
        raise NotAllowed("Only auditors and admins of all offices read the trail.").worded("problem.audit-reader")


def between(first: date | None, last: date | None) -> tuple[datetime | None, datetime | None]:
    """Two days in Japan, both included, as [since, until) in UTC."""
    if first and last and last < first:
        raise BadInput("The last day lies before the first.", key="until").worded("problem.day-order")
    since = datetime.combine(first, time(), _JAPAN).astimezone(UTC) if first else None
    until = datetime.combine(last + timedelta(days=1), time(), _JAPAN).astimezone(UTC) if last else None
    return since, until


def export(parts: Parts, wanted: Filter, *, form: str, masked: bool, by: Person, now: datetime) -> Iterator[str]:
    """Lines of JSONL or CSV, oldest first; ``masked``: staff as numbers and without addresses, for disclosure."""
    require_reader(by, now)
    with parts.store.begin() as tx:
        audit.append(tx, by, "audit.exported", "audit:export", at=now, form=form, masked=masked)
    return _lines(parts, wanted, form, _Mask() if masked else None)


@cache
def retention_classes() -> dict[str, RetentionClass]:
    """The classes by their id."""
    return {name: RetentionClass(name, **facts) for name, facts in _table()["classes"].items()}


def retention_of(what: str) -> str:
    """The class of an event's kind: the longest beginning that fits; ``decision`` for a kind nobody has sorted yet."""
    kinds: dict[str, str] = _table()["kinds"]
    fitting = [start for start in kinds if what.startswith(start)]
    return kinds[max(fitting, key=len)] if fitting else "decision"


def retention_kinds() -> dict[str, str]:
    """Which beginnings of kinds belong to which class."""
    return dict(_table()["kinds"])


@dataclass(slots=True)
class _Mask:
    """The same person gets the same number throughout one export, and nobody can tell who it is."""

    numbers: dict[str, str] = field(default_factory=dict)

    def name(self, login: str) -> str:
        if login in ("", "kouhou", "operator"):
            return login
        return self.numbers.setdefault(login, f"職員{len(self.numbers) + 1}")

    def subject(self, subject: str) -> str:
        kind, _, rest = subject.partition(":")
        return f"user:{self.name(rest)}" if kind == "user" else subject


def _lines(parts: Parts, wanted: Filter, form: str, mask: _Mask | None) -> Iterator[str]:
    if form == "csv":
        yield "\ufeff" + _csv(COLUMNS)  # spreadsheets read UTF-8 only with this mark
    with parts.store.read() as tx:
        for event in audit.walk(tx, wanted):
            values = _values(event, mask)
            yield _csv(values.values()) if form == "csv" else json.dumps(values, ensure_ascii=False) + "\n"


def _values(event: Event, mask: _Mask | None) -> dict[str, object]:
    facts = {} if mask and event.what.startswith(("user.", "rights.", "token.", "audit.")) else event.facts
    return {
        "seq": event.seq,
        "at": event.at.astimezone(_JAPAN).isoformat(),
        "actor": mask.name(event.actor) if mask else event.actor,
        "roles": list(event.roles),
        "from": "" if mask else event.address,
        "what": event.what,
        "subject": mask.subject(event.subject) if mask else event.subject,
        "office": event.office,
        "facts": facts,
        "retention": retention_of(event.what),
        "previous": event.previous,
        "hash": event.hash,
    }


def _csv(cells: Iterable[object]) -> str:
    """One line; a cell that a spreadsheet would run as a formula is made harmless."""
    out = io.StringIO()
    csv.writer(out).writerow([_cell(each) for each in cells])
    return out.getvalue()


def _cell(value: object) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return "'" + text if text.startswith(("=", "+", "-", "@", "\t")) else text


@cache
def _table() -> dict[str, Any]:
    return tomllib.loads((Path(__file__).parent / "audit_retention.toml").read_text(encoding="utf-8"))

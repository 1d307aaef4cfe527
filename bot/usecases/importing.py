"""Import a queue from CSV, JSONL or iCalendar: every row is checked before anything is stored."""

from __future__ import annotations

import csv
import io
import json
import mimetypes
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

from bot.domain.errors import BadInput, KouhouError
from bot.domain.people import Person, Role, require
from bot.domain.posts import Content, Media
from bot.usecases import compose
from bot.usecases.parts import Parts

MOST_ROWS: Final = 20_000
MOST_BYTES: Final = 50_000_000
MOST_PICTURE: Final = 15_000_000
_COLUMNS: Final = frozenset({"id", "account", "text", "publish_at", "reason", "link", "lang", "media", "alt"})
_PASSED_OVER: Final = frozenset({"state", "published_at", "permalink"})
"""What an export tells beside; a file that was exported can be imported again."""


@dataclass(frozen=True, slots=True)
class Row:
    """One good row: the line it stood on and what it asks for."""

    line: int
    wish: compose.Wish


@dataclass(frozen=True, slots=True)
class Plan:
    """What an import would do. With any problem nothing is stored."""

    rows: tuple[Row, ...]
    problems: tuple[BadInput, ...]


def read(parts: Parts, path: Path, *, by: Person, now: datetime) -> Plan:
    """Reads and checks a file; the ending says what it is. Nothing is stored."""
    try:
        raw = path.read_bytes()
    except OSError as exc:
        raise BadInput(f"The file cannot be read: {exc.strerror}.", file=str(path)).worded(
            "problem.file-unread"
        ) from None
    return check(parts, raw, path.name, by=by, now=now, folder=path.parent)


def check(parts: Parts, raw: bytes, name: str, *, by: Person, now: datetime, folder: Path | None = None) -> Plan:
    """The same for bytes, e.g. an upload; without ``folder`` no row may name a picture."""
    good: list[Row] = []
    problems: list[BadInput] = []
    for line, found in rows_of(raw, name):
        try:
            if isinstance(found, BadInput):
                raise found
            good.append(Row(line, _wish(parts, found, by=by, now=now, folder=folder)))
        except KouhouError as exc:
            problems.append(_placed(exc, name, line))
        if len(good) + len(problems) > MOST_ROWS:
            problems.append(
                BadInput(f"More than {MOST_ROWS} rows; split the file.", file=name).worded(
                    "problem.file-rows", most=MOST_ROWS
                )
            )
            break
    return Plan(tuple(good), tuple(problems))


def store(parts: Parts, plan: Plan, *, by: Person, now: datetime, submit: bool) -> list[int]:
    """Stores every row as a draft in one transaction, then submits them if asked. Returns the posts' numbers."""
    if plan.problems:
        raise BadInput("The import has problems; nothing was stored.").worded("problem.import")
    return compose.draft_many(parts, [row.wish for row in plan.rows], by=by, now=now, submit=submit)


def take_media(parts: Parts, path: Path, alt: str) -> Media:
    """Puts a picture on the shelf, byte for byte."""
    try:
        data = path.read_bytes()
    except OSError as exc:
        raise BadInput(f"The picture cannot be read: {exc.strerror}.", file=str(path), key="media").worded(
            "problem.file-unread"
        ) from None
    return shelve(parts, path.name, data, alt)


def shelve(parts: Parts, name: str, data: bytes, alt: str) -> Media:
    """The same for bytes. BadInput for other kinds of file and for pictures over 15 MB."""
    mime = mime_of(name, data)
    if len(data) > MOST_PICTURE:
        raise BadInput("The picture is larger than 15 MB; make it smaller.", key="media").worded(
            "problem.media-large", most=MOST_PICTURE // 1_000_000
        )
    return Media(Path(name).name[:200], parts.shelf.put(data), mime, alt.strip(), len(data))


_SIGNATURES: Final = (
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF8", "image/gif"),
)


def mime_of(name: str, data: bytes) -> str:
    """What the bytes are, not what the name says."""
    for signature, mime in _SIGNATURES:
        if data.startswith(signature):
            return mime
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "image/webp"
    if data[4:8] == b"ftyp" and mimetypes.guess_type(name)[0] == "video/mp4":
        return "video/mp4"
    raise BadInput("Only JPEG, PNG, GIF and WebP pictures and MP4 films can be posted.", key="media").worded(
        "problem.media-kind"
    )


def rows_of(raw: bytes, name: str) -> Iterator[tuple[int, Mapping[str, Any] | BadInput]]:
    if len(raw) > MOST_BYTES:
        raise BadInput("The file is larger than 50 MB; split it.", file=name).worded(
            "problem.file-large", most=MOST_BYTES // 1_000_000
        )
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as exc:
        line = raw[: exc.start].count(b"\n") + 1
        raise BadInput("This is not UTF-8 text; save the file as UTF-8.", file=name, line=line).worded(
            "problem.file-utf8", line=line
        ) from None
    if "\x00" in text:
        raise BadInput("The file holds NUL characters; it is not a text file.", file=name).worded("problem.file-nul")
    readers = {".csv": _csv_rows, ".jsonl": _json_rows, ".ndjson": _json_rows, ".ics": _calendar_rows}
    reader = readers.get(Path(name).suffix.lower())
    if reader is None:
        raise BadInput("The name must end in .csv, .jsonl or .ics.", file=name).worded("problem.file-name")
    return reader(text, name)


def _csv_rows(text: str, name: str) -> Iterator[tuple[int, Mapping[str, Any] | BadInput]]:
    reader = csv.DictReader(io.StringIO(text, newline=""), strict=True)
    unknown = set(reader.fieldnames or ()) - _COLUMNS - _PASSED_OVER
    if unknown or not {"account", "text"} <= set(reader.fieldnames or ()):
        known = ", ".join(sorted(_COLUMNS))
        raise BadInput(
            f"The first line must name columns out of: {known}; account and text are needed.", file=name, line=1
        ).worded("problem.file-columns", columns=known)
    try:
        for row in reader:
            if None in row:
                yield (
                    reader.line_num,
                    BadInput("This row has more cells than the first line has columns.").worded("problem.row-cells"),
                )
                continue
            yield reader.line_num, {key: value for key, value in row.items() if value}
    except csv.Error as exc:
        yield reader.line_num, BadInput(f"This is not valid CSV ({exc}).").worded("problem.row-csv")


def _json_rows(text: str, name: str) -> Iterator[tuple[int, Mapping[str, Any] | BadInput]]:
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            continue
        try:
            value = json.loads(line)
        except (json.JSONDecodeError, RecursionError):
            yield number, BadInput("This line is not valid JSON.").worded("problem.row-json")
            continue
        if not isinstance(value, dict):
            yield number, BadInput("This line must be a JSON object.").worded("problem.row-json")
            continue
        yield number, value


def _calendar_rows(text: str, name: str) -> Iterator[tuple[int, Mapping[str, Any] | BadInput]]:
    """One VEVENT a row: CATEGORIES or LOCATION names the account, DTSTART the slot, DESCRIPTION or SUMMARY the text."""
    from icalendar import Calendar

    try:
        calendar = Calendar.from_ical(text)
    except ValueError as exc:
        raise BadInput(f"This is not a valid iCalendar file ({exc}).", file=name).worded(
            "problem.file-calendar"
        ) from None
    for number, event in enumerate(calendar.walk("VEVENT"), 1):
        start = event.decoded("DTSTART", None)
        yield (
            number,
            {
                "account": str(event.get("LOCATION", "")).strip(),
                "text": str(event.get("DESCRIPTION") or event.get("SUMMARY") or ""),
                "publish_at": start.isoformat() if isinstance(start, datetime) else "",
                "link": str(event.get("URL", "")),
            },
        )


def _wish(parts: Parts, row: Mapping[str, Any], *, by: Person, now: datetime, folder: Path | None) -> compose.Wish:
    unknown = set(row) - _COLUMNS - _PASSED_OVER
    if unknown:
        raise BadInput(f"Unknown key; known are: {', '.join(sorted(_COLUMNS))}.", key=min(unknown)).worded(
            "problem.row-key"
        )
    account = parts.account(_word(row, "account"))
    office = parts.office(account)
    require(by, Role.STAFF, office.id, parts.today(office, now))
    media = tuple(_media(parts, each, folder) for each in _media_rows(row))
    content = Content(_word(row, "text"), _word(row, "link", ""), media, _word(row, "lang", "ja"))
    compose.check_content(account, content)
    due_at = _instant(_word(row, "publish_at", ""))
    if due_at is not None:
        slot = compose.slot_for(office, due_at, _word(row, "reason", ""))
        compose.check_slot(office, slot, now)
    return compose.Wish(account.id, content, due_at, _word(row, "reason", ""))


def _media_rows(row: Mapping[str, Any]) -> Iterable[Mapping[str, Any]]:
    value = row.get("media", [])
    if isinstance(value, str):
        return [{"path": value, "alt": row.get("alt", "")}]
    if not isinstance(value, list) or not all(isinstance(each, dict) for each in value):
        raise BadInput("media is a list of objects with path and alt.", key="media").worded("problem.row-media")
    return value


def _media(parts: Parts, row: Mapping[str, Any], folder: Path | None) -> Media:
    name = str(row.get("path", ""))
    if folder is None:
        raise BadInput("Pictures cannot come with this upload; attach them in the composer.", key="media").worded(
            "problem.row-no-media"
        )
    path = (folder / name).resolve()
    if not path.is_relative_to(folder.resolve()):
        raise BadInput("The picture must lie in the folder of the import file.", key="media").worded(
            "problem.row-media-place"
        )
    return take_media(parts, path, str(row.get("alt", "")))


def _word(row: Mapping[str, Any], key: str, default: str | None = None) -> str:
    value = row.get(key, default)
    if not isinstance(value, str):
        said = "This is missing." if value is None else "This must be a text."
        raise BadInput(said, key=key).worded("problem.row-missing" if value is None else "problem.row-text")
    return value


def _instant(text: str) -> datetime | None:
    if not text:
        return None
    try:
        parsed = datetime.fromisoformat(text)
    except ValueError:
        raise BadInput(
            f"'{text[:40]}' is no instant; write for example 2026-12-08T10:00:00+09:00", key="publish_at"
        ).worded("problem.row-instant") from None
    return parsed if parsed.tzinfo else parsed.replace(tzinfo=ZoneInfo("Asia/Tokyo"))


def _placed(exc: KouhouError, name: str, line: int) -> BadInput:
    said = exc if isinstance(exc, BadInput) else BadInput(str(exc)).worded(exc.word, **exc.facts)
    return BadInput(said.message, file=said.file or name, line=said.line or line, key=said.key).worded(
        said.word, **said.facts
    )

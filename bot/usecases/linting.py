"""Lint notices: rows in, findings out; the desk and the shell say the same."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from importlib import resources
from typing import Any
from zoneinfo import ZoneInfo

from bot.domain.accounts import Account, Registry
from bot.domain.errors import BadInput
from bot.domain.lint import lint
from bot.domain.lint.duplicates import AMONG_ACCOUNTS, Sent, near_duplicates
from bot.domain.lint.hosts import Hosts
from bot.domain.lint.model import Around, Finding, Notice, Picture
from bot.domain.lint.offices import OfficeNames
from bot.domain.lint.phones import official_numbers
from bot.domain.lint.words import say
from bot.domain.posts import Content, PostState, Slot
from bot.store import posts
from bot.usecases.parts import Parts
from moderation.context import Surroundings
from moderation.lexicon import default_lexicon
from moderation.officials import Roster, public_numbers

_WAITING_OR_OUT = (
    PostState.SUBMITTED, PostState.APPROVED, PostState.SCHEDULED, PostState.PUBLISHING, PostState.PUBLISHED,
    PostState.UNKNOWN, PostState.HELD,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Row:
    id: Any
    notice: Notice


def lint_lines(
    registry: Registry, lines: Iterable[str], *, now: datetime, file: str = "-", lang: str = "ja"
) -> Iterator[str]:
    """One line of JSON per row, in the order of the rows; ``lang`` is that of the messages (ja or en).

    BadInput names file, line and key of the first row that cannot be read; then no line is given at all.
    """
    around = surroundings(registry, now)
    rows = list(_rows(around, lines, file))
    twins = near_duplicates([row.notice for row in rows], around.names)
    for place, row in enumerate(rows):
        found = lint(row.notice)
        if place in twins:
            found.append(twins[place])
        yield _json({"id": row.id, "findings": [as_dict(each, lang) for each in found]})


def lint_content(
    parts: Parts, account: Account, content: Content, slot: Slot | None, *, now: datetime, recent: Sequence[Sent] = ()
) -> list[Finding]:
    """Findings on what somebody is writing; ``recent`` are texts that it must not repeat (see ``recent_texts``)."""
    registry = parts.registry()
    around = surroundings(registry, now)
    text = content.text if not content.link or content.link in content.text else f"{content.text}\n{content.link}"
    pictures = tuple(Picture(each.name, each.alt) for each in content.media)
    at, reason = (slot.due_at, slot.reason) if slot else (None, "")
    notice = Notice("", account, registry.office_of(account), text, around, at, pictures, content.lang, reason)
    return [*lint(notice), *near_duplicates([notice], around.names, recent).values()]


def recent_texts(parts: Parts, *, now: datetime, without: int | None = None) -> list[Sent]:
    """What went out or waits within thirty days either side; ``without`` leaves out the post that is being edited."""
    with parts.store.read() as tx:
        since, until = now - AMONG_ACCOUNTS, now + AMONG_ACCOUNTS + timedelta(days=1)
        found = posts.said_between(tx, states=_WAITING_OR_OUT, since=since, until=until, limit=500)
    registry = parts.registry()
    return [
        Sent(str(number), account, registry.account(account).platform, text, at)
        for number, account, text, at in found
        if number != without
    ]


def surroundings(registry: Registry, now: datetime) -> Around:
    """What every notice is held against."""
    return Around(
        registry,
        _hosts(),
        public_numbers(),
        official_numbers(registry),
        OfficeNames.from_roster(registry),
        Surroundings(default_lexicon(), Roster(registry.officials())),
        now,
    )


def as_dict(finding: Finding, lang: str = "ja") -> dict[str, Any]:
    """A finding in the words of the outside contract."""
    return {
        "rule": finding.rule,
        "severity": finding.severity.value,
        "start": finding.start,
        "end": finding.end,
        "message": say(finding, lang),
        "fix": finding.fix,
    }


@lru_cache(maxsize=1)
def _hosts() -> Hosts:
    return Hosts.of(tomllib.loads(resources.files("bot.domain.lint").joinpath("hosts.toml").read_text("utf-8")))


def _rows(around: Around, lines: Iterable[str], file: str) -> Iterator[_Row]:
    number = 0
    try:
        for number, line in enumerate(lines, 1):
            if line.strip("\ufeff \t\r\n"):
                yield _row(around, _object(line.lstrip("\ufeff"), file, number), file, number)
    except UnicodeDecodeError:
        raise BadInput("The file is not UTF-8 near here; save it as UTF-8.", file=file, line=number + 1) from None


def _object(line: str, file: str, number: int) -> Mapping[str, Any]:
    try:
        value = json.loads(line)
    except (ValueError, RecursionError):
        raise BadInput("This line is not valid JSON; write one object a line.", file=file, line=number) from None
    if not isinstance(value, dict):
        raise BadInput("This line must be a JSON object.", file=file, line=number)
    return value


def _row(around: Around, row: Mapping[str, Any], file: str, number: int) -> _Row:
    try:
        name = _word(row, "account")
        account = _account(around.registry, name)
        office = around.registry.office_of(account)
        row_id = row.get("id", number)
        notice = Notice(
            str(row_id), account, office, _word(row, "text"), around, _instant(row, office.zone), _pictures(row),
            _word(row, "lang", "ja"), _word(row, "reason", ""),
        )  # fmt: skip
    except BadInput as problem:
        raise BadInput(problem.message, file=file, line=number, key=problem.key) from None
    return _Row(row_id, notice)


def _account(registry: Registry, name: str) -> Account:
    found = registry.by_handle(name) or next((each for each in registry.accounts if each.id == name), None)
    if found is None:
        raise BadInput(f"The roster has no account '{name[:60]}'; see 'kouhou accounts list'.", key="account")
    return found


def _word(row: Mapping[str, Any], key: str, default: str | None = None) -> str:
    value = row.get(key, default)
    value = default if value is None else value
    if not isinstance(value, str):
        raise BadInput("This is missing." if value is None else "This must be a text.", key=key)
    return value


def _instant(row: Mapping[str, Any], zone: str) -> datetime | None:
    """The slot; a row without one is linted for everything else. A wall time without zone is the office's."""
    written = _word(row, "publish_at", "")
    if not written:
        return None
    try:
        parsed = datetime.fromisoformat(written)
        aware = parsed if parsed.tzinfo else parsed.replace(tzinfo=ZoneInfo(zone))
        aware.astimezone(ZoneInfo(zone))
    except (ValueError, OverflowError):
        said = f"'{written[:40]}' is no instant; write for example 2026-12-08T10:00:00+09:00."
        raise BadInput(said, key="publish_at") from None
    return aware


def _pictures(row: Mapping[str, Any]) -> tuple[Picture, ...]:
    value = row.get("media") or []
    if not isinstance(value, list) or not all(isinstance(each, dict) for each in value):
        raise BadInput("media is a list of objects with path and alt.", key="media")
    return tuple(Picture(_word(each, "path", ""), _word(each, "alt", "")) for each in value)


def _json(value: Mapping[str, Any]) -> str:
    """Readable JSON; halves of characters, which no output takes, are escaped."""
    shown = json.dumps(value, ensure_ascii=False)
    try:
        shown.encode("utf-8")
    except UnicodeEncodeError:
        return json.dumps(value)
    return shown

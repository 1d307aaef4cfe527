"""``accounts.toml`` to a checked ``Registry``, or one sentence for every mistake with its line, table and key."""

from __future__ import annotations

import codecs
import hashlib
import re
import tomllib
from dataclasses import dataclass, replace
from pathlib import Path as FilePath
from typing import Any

from bot.domain.accounts import Account, PolicyVersion, Registry
from bot.roster.entries import read_account, read_capabilities, read_office, read_policy
from bot.roster.fields import Table
from bot.roster.layout import Layout, scan
from bot.roster.problems import Problem, RosterError, Sink
from bot.roster.whole import check_whole

SCHEMA = 1
LARGEST = 2_000_000
"""Bytes; a roster of 400 accounts has about 200,000."""


@dataclass(frozen=True, slots=True)
class Loaded:
    """A good roster, its text and where its keys stand; ``sha256`` is of the bytes, to notice any change."""

    registry: Registry
    text: str
    layout: Layout
    sha256: str


def load(path: FilePath) -> Loaded:
    """Read a roster file; ``RosterError`` names every mistake, also a missing or unreadable file."""
    try:
        raw = path.read_bytes()
    except OSError as problem:
        raise _refused(path.name, 1, f"cannot be read ({problem.strerror}); is KOUHOU_ACCOUNTS right?") from problem
    return parse(raw, path.name)


def parse(raw: bytes, name: str = "accounts.toml") -> Loaded:
    """Read a roster from its bytes; ``name`` is only used in messages."""
    text = _decoded(raw, name)
    data = _toml(text, name)
    layout = scan(text)
    sink = Sink(layout)
    registry = _registry(data, sink)
    check_whole(registry, sink)
    if sink.problems:
        raise RosterError(name, sink.in_order())
    return Loaded(registry, text, layout, sha256(raw))


def sha256(raw: bytes) -> str:
    return hashlib.sha256(raw).hexdigest()


def _decoded(raw: bytes, name: str) -> str:
    if len(raw) > LARGEST:
        raise _refused(name, 1, f"is larger than {LARGEST:,} bytes and was not read")
    if raw.startswith(codecs.BOM_UTF8):
        raise _refused(name, 1, "begins with a byte order mark; save the file as UTF-8 without BOM")
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError as problem:
        line = raw.count(b"\n", 0, problem.start) + 1
        raise _refused(name, line, "is not UTF-8 here; save the file as UTF-8") from problem


def _toml(text: str, name: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except (ValueError, RecursionError) as problem:
        told = str(problem)
        at = re.search(r"\(at line (\d+), column \d+\)|\(at end of document\)", told)
        line = int(at[1]) if at and at[1] else text.count("\n") + 1
        what = told[: at.start()].strip() if at else told.splitlines()[0][:200]
        raise _refused(name, line, f"is no valid TOML: {what}") from problem


def _refused(name: str, line: int, message: str) -> RosterError:
    return RosterError(name, (Problem(line, "", "", message),))


def _registry(data: dict[str, Any], sink: Sink) -> Registry:
    top = Table(data, (), "", sink)
    if top.whole("schema", 0, SCHEMA, SCHEMA) != SCHEMA:
        top.wrong("schema", f"must say schema = {SCHEMA}")
    platforms = top.table("platform")
    defaults = {each: read_capabilities(platforms.table(each)) for each in ("x", "facebook")}
    platforms.done()
    policies = top.rows("policy", lambda t: read_policy(_labelled(t, "policy", "version")))
    offices = top.rows("office", lambda t: read_office(_labelled(t, "office", "id")))
    accounts = top.rows("account", lambda t: read_account(_labelled(t, "account", "id"), defaults))
    top.done()
    return Registry(offices, tuple(_with_addresses(each, policies) for each in accounts), policies)


def _with_addresses(account: Account, policies: tuple[PolicyVersion, ...]) -> Account:
    urls = {each.version: each.url for each in policies}
    return replace(account, policy=tuple(replace(each, url=urls.get(each.version, "")) for each in account.policy))


def _labelled(table: Table, name: str, by: str) -> Table:
    """The same table, called ``[[office]] tokyo`` in messages."""
    value = table.data.get(by)
    shown = value if isinstance(value, str) and value.isprintable() else f"number {int(table.path[-1]) + 1}"
    return Table(table.data, table.path, f"[[{name}]] {shown[:40]}", table.sink)

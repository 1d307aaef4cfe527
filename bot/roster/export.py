"""The roster for the public: JSON, account tables in each language, rel=me links and an Atom feed of changes.

Nothing here names a person, a staff id or a secret. All functions give text; ``write_static`` alone writes files.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from html import escape
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

from bot.domain.accounts import LANGUAGES, Account, OfficeKind, Platform, Registry, Status
from bot.roster.diff import Kind, Language, RosterChange
from bot.roster.keeper import write_whole

ATOM = "http://www.w3.org/2005/Atom"
PUBLIC_KEYS = ("handle", "url", "status", "office", "names", "label", "retired", "opened")
HEADINGS: Mapping[str, tuple[str, str, str]] = {
    "ja": ("運営主体", "アカウント名", "リンク"),
    "en": ("Operated by", "Account", "Link"),
    "zh-Hans": ("运营主体", "账号", "链接"),
    "vi": ("Cơ quan chủ quản", "Tài khoản", "Liên kết"),
}


@dataclass(frozen=True, slots=True)
class TableRow:
    """One row of a published account table. ``operator``: the bureau above, then the office and its unit."""

    operator: tuple[str, ...]
    handle: str
    url: str
    link_text: str


@dataclass(frozen=True, slots=True)
class FeedEntry:
    """Roster changes that came into force at one instant."""

    at: datetime
    digest: str
    changes: tuple[RosterChange, ...]


def public_accounts(registry: Registry) -> tuple[Account, ...]:
    """What the public may know: planned accounts are not shown, retired ones are."""
    return tuple(each for each in registry.accounts if each.status is not Status.PLANNED)


def as_data(registry: Registry, *, updated: datetime) -> dict[str, Any]:
    """The list of official accounts as JSON data; ``updated`` is when this roster came into force (aware)."""
    return {
        "schema": 1,
        "updated": updated.astimezone(UTC).isoformat(),
        "digest": registry.digest,
        "offices": [
            {"id": each.id, "kind": each.kind.value, "parent": each.parent, "names": dict(each.names.pairs)}
            for each in registry.offices
        ],
        "accounts": [_account(each) for each in public_accounts(registry)],
        "policies": [{"language": each.version, "url": each.url} for each in registry.policies],
    }


def _account(account: Account) -> dict[str, Any]:
    return {
        "id": account.id,
        "platform": account.platform.value,
        "handle": account.handle,
        "platform_id": account.platform_id,
        "url": account.url,
        "office": account.office,
        "status": account.status.value,
        "languages": list(account.languages),
        "verified": account.badge.value,
        "retired": account.retired.isoformat() if account.retired else None,
        "former_handles": [each.handle for each in account.former],
        "doubt": account.disagreement.why if account.disagreement else None,
    }


def account_table(registry: Registry, platform: Platform, language: str) -> tuple[TableRow, ...]:
    """The policy page's table for one platform: the same rows in the same order in every language."""
    return tuple(_row(each, registry, language) for each in registry.active(platform))


def _row(account: Account, registry: Registry, language: str) -> TableRow:
    office = registry.office(account.office)
    name = office.names.best(language)
    bureau = registry.office(office.parent).names.best(language) if office.parent else ""
    nested = office.kind is OfficeKind.DISTRICT_OFFICE
    lines = (bureau, name.removeprefix(bureau)) if nested else (name,)
    unit = account.unit.get(language)
    link = account.label.get(language) or name
    return TableRow((*lines, *([unit] if unit else [])), account.handle, account.url, link)


def table_html(registry: Registry, language: str) -> str:
    """Both tables as an HTML fragment for the policy page, links with rel=me."""
    parts = [f'<section lang="{escape(language)}">\n']
    for platform, name in ((Platform.X, "X (Twitter)"), (Platform.FACEBOOK, "Facebook")):
        heads = "".join(f'<th scope="col">{escape(each)}</th>' for each in HEADINGS.get(language, HEADINGS["en"]))
        rows = "".join(_row_html(each) for each in account_table(registry, platform, language))
        parts.append(
            f"<table>\n<caption>{name}</caption>\n<thead><tr>{heads}</tr></thead>\n<tbody>\n{rows}</tbody>\n</table>\n"
        )
    return "".join([*parts, "</section>\n"])


def _row_html(row: TableRow) -> str:
    operator = "<br>".join(escape(line) for line in row.operator)
    link = f'<a rel="me" href="{escape(row.url)}">{escape(row.link_text)}</a>'
    return f"<tr><td>{operator}</td><td>{escape(row.handle)}</td><td>{link}</td></tr>\n"


def rel_me(registry: Registry) -> tuple[str, ...]:
    """Lines for the head of the agency's page, so that platforms can see that page and account belong together."""
    return tuple(f'<link rel="me" href="{escape(each.url)}">' for each in registry.active())


def public_changes(changes: Iterable[RosterChange]) -> tuple[RosterChange, ...]:
    """Changes that concern the public; duties, hours' sources and notes do not."""
    return tuple(
        each
        for each in changes
        if each.table != "policy" and (each.kind is not Kind.CHANGED or each.key.partition(".")[0] in PUBLIC_KEYS)
    )


def atom(history: Sequence[FeedEntry], *, feed_url: str, page_url: str, author: str, language: Language = "ja") -> str:
    """An Atom feed (RFC 4287) of public changes, newest first. ``history`` in any order, instants aware."""
    ET.register_namespace("", ATOM)
    feed = ET.Element(f"{{{ATOM}}}feed", {"xml:lang": language})
    shown = [
        (entry, public)
        for entry in sorted(history, key=lambda e: e.at, reverse=True)
        if (public := public_changes(entry.changes))
    ]
    title = {"ja": "公式アカウントの変更", "en": "Changes to official accounts"}[language]
    latest = shown[0][0].at if shown else datetime(2020, 7, 22, tzinfo=UTC)
    for name, text in (("id", feed_url), ("title", title), ("updated", _instant(latest))):
        _child(feed, name, text)
    ET.SubElement(feed, f"{{{ATOM}}}link", {"rel": "self", "href": feed_url})
    ET.SubElement(feed, f"{{{ATOM}}}link", {"rel": "alternate", "href": page_url})
    _child(ET.SubElement(feed, f"{{{ATOM}}}author"), "name", author)
    for entry, public in shown:
        sentences = [_clean(each.sentence(language)) for each in public]
        node = ET.SubElement(feed, f"{{{ATOM}}}entry")
        _child(node, "id", f"{feed_url}#{entry.digest[:16]}-{int(entry.at.timestamp())}")
        _child(node, "title", sentences[0] if len(sentences) == 1 else f"{sentences[0]} (+{len(sentences) - 1})")
        _child(node, "updated", _instant(entry.at))
        ET.SubElement(node, f"{{{ATOM}}}link", {"rel": "alternate", "href": page_url})
        _child(node, "content", "\n".join(sentences))
    return '<?xml version="1.0" encoding="utf-8"?>\n' + ET.tostring(feed, encoding="unicode") + "\n"


def static_files(
    registry: Registry, history: Sequence[FeedEntry], *, updated: datetime, base_url: str
) -> dict[str, str]:
    """File name to content, everything that the agency's own site needs; ``base_url`` is where it will be served."""
    base = base_url.rstrip("/")
    author = next((each.names.ja for each in registry.offices if each.parent is None), "")
    files = {
        "accounts.json": json.dumps(as_data(registry, updated=updated), ensure_ascii=False, indent=2) + "\n",
        "rel-me.html": "\n".join(rel_me(registry)) + "\n",
        "changes.atom": atom(
            history, feed_url=f"{base}/changes.atom", page_url=f"{base}/accounts.ja.html", author=author
        ),
    }
    return files | {f"accounts.{tag}.html": table_html(registry, tag) for tag in LANGUAGES}


def write_static(folder: Path, files: Mapping[str, str]) -> None:
    """Write the files, each in one step."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        write_whole(folder / name, text.encode("utf-8"))


def _child(parent: ET.Element, name: str, text: str) -> None:
    ET.SubElement(parent, f"{{{ATOM}}}{name}").text = text


def _instant(at: datetime) -> str:
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _clean(text: str) -> str:
    """XML has no way to write control characters."""
    return "".join(char if char.isprintable() else " " for char in text)

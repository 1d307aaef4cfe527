"""What the public gets: the same accounts in every language, no person, no secret, valid formats."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from bot.domain.accounts import LANGUAGES, Platform, Registry
from bot.roster.compare import compare
from bot.roster.diff import diff
from bot.roster.export import (
    ATOM,
    FeedEntry,
    account_table,
    as_data,
    atom,
    public_changes,
    rel_me,
    static_files,
    table_html,
    write_static,
)
from bot.roster.load import load
from tests.roster.rosters import SMALL, bent, registry

SHIPPED: Registry = load(Path(__file__).parents[2] / "accounts.toml").registry
AT = datetime(2026, 11, 20, 0, 0, tzinfo=UTC)
RENAMED = registry(bent('"Fukuoka Harbour Bureau"', '"<b>Port & Co</b>"', bent("fukuoka.page", "fukuoka.other")))


def test_no_staff_id_and_no_secret_name_leaves_the_house() -> None:
    shown = json.dumps(as_data(SHIPPED, updated=AT)) + "".join(
        static_files(SHIPPED, [], updated=AT, base_url="https://a.example").values()
    )
    assert ".pr-lead" not in shown
    assert "section-head" not in shown
    assert "secret" not in shown


def test_the_data_names_every_public_account_with_its_office() -> None:
    data = as_data(SHIPPED, updated=AT)
    assert len(data["accounts"]) == 21
    assert data["updated"] == "2026-11-20T00:00:00+00:00"
    assert {each["office"] for each in data["accounts"]} <= {each["id"] for each in data["offices"]}


@pytest.mark.parametrize("platform", list(Platform))
def test_the_language_versions_of_the_table_cannot_disagree(platform: Platform) -> None:
    tables = [account_table(SHIPPED, platform, tag) for tag in LANGUAGES]
    assert len({tuple((row.handle, row.url) for row in table) for table in tables}) == 1


@pytest.mark.parametrize("tag", LANGUAGES)
def test_a_generated_page_compared_with_the_roster_has_nothing_to_settle_but_an_untranslated_unit(tag: str) -> None:
    settled = compare(f"<html lang='{tag}'>{table_html(SHIPPED, tag)}<p>2020-07-22</p></html>", SHIPPED).must_settle
    assert [each.about.en for each in settled] == ([] if tag in ("vi", "en") else ["Nagoya Facebook"])


def test_names_are_escaped() -> None:
    page = table_html(RENAMED, "en")
    assert "&lt;b&gt;Port &amp; Co&lt;/b&gt;" in page
    assert "<b>" not in page


def test_links_say_rel_me() -> None:
    assert len(rel_me(SHIPPED)) == 21
    links: list[str] = []

    class Links(HTMLParser):
        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            links.extend(str(dict(attrs)["href"]) for _ in [0] if tag == "link" and dict(attrs)["rel"] == "me")

    Links().feed("".join(rel_me(SHIPPED)))
    assert links == [each.url for each in SHIPPED.accounts]


def test_duties_are_no_public_change_and_names_are() -> None:
    changes = diff(registry(), RENAMED)
    assert {each.key for each in changes} == {"owner", "names.en"}
    assert [each.key for each in public_changes(changes)] == ["names.en"]


def test_the_feed_is_atom_newest_first_and_silent_about_duties() -> None:
    both = diff(registry(), RENAMED)
    duty_only = tuple(each for each in both if each.key == "owner")
    handle = diff(registry(), registry(SMALL.replace("HARBOUR_FUK2", "HARBOUR_FUK3")))
    history = [
        FeedEntry(AT, "a" * 64, both),
        FeedEntry(AT.replace(hour=1), "b" * 64, duty_only),
        FeedEntry(AT.replace(hour=2), "c" * 64, handle),
    ]
    text = atom(history, feed_url="https://a.example/f", page_url="https://a.example/", author="港湾庁", language="ja")
    feed = ET.fromstring(text)
    name = {"a": ATOM}
    assert feed.findtext("a:updated", namespaces=name) == "2026-11-20T02:00:00Z"
    titles = [entry.findtext("a:title", namespaces=name) for entry in feed.findall("a:entry", name)]
    assert titles[0] is not None
    assert "HARBOUR_FUK2 → HARBOUR_FUK3" in titles[0]
    assert titles[1] == "福岡: 名称(en) Fukuoka Harbour Bureau → <b>Port & Co</b>"
    assert len(titles) == 2
    assert len({entry.findtext("a:id", namespaces=name) for entry in feed.findall("a:entry", name)}) == 2


def test_a_feed_without_changes_is_still_a_feed() -> None:
    feed = ET.fromstring(atom([], feed_url="https://a.example/f", page_url="https://a.example/", author="港湾庁"))
    assert [child.tag.partition("}")[2] for child in feed] == ["id", "title", "updated", "link", "link", "author"]


def test_static_files_are_written_as_they_are(tmp_path: Path) -> None:
    files = static_files(SHIPPED, [], updated=AT, base_url="https://a.example/sns/")
    write_static(tmp_path / "out", files)
    assert sorted(each.name for each in (tmp_path / "out").iterdir()) == sorted(files)
    assert {"accounts.json", "changes.atom", "rel-me.html", "accounts.ja.html", "accounts.vi.html"} <= files.keys()
    assert json.loads((tmp_path / "out" / "accounts.json").read_text(encoding="utf-8"))["schema"] == 1

"""The roster from the shell: 0 done, 1 a sentence that says what to mend, 2 wrong usage; JSON that machines can read."""

from __future__ import annotations

import json
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from bot.roster.load import load
from tests.cli.conftest import Kouhou
from tests.house import ROSTER
from tests.roster import pages

NAHA = 'name.en = "Naha District Immigration Office"'
RENAMED = 'name.en = "Naha District Office"'


def edited(folder: Path, old: str = NAHA, new: str = RENAMED) -> Path:
    """The roster as somebody saved it under another name from an editor."""
    text = ROSTER.read_text(encoding="utf-8")
    assert text.count(old) == 1
    file = folder / "edited.toml"
    file.write_text(text.replace(old, new), encoding="utf-8")
    return file


def test_every_account_is_listed_with_its_office(kouhou: Kouhou) -> None:
    rows = kouhou("accounts", "list", "--json").json
    assert len(rows) == 21
    assert {row["platform"] for row in rows} == {"x", "facebook"}
    tokyo = next(row for row in rows if row["handle"] == "IMMI_TOKYO")
    assert tokyo["office"] == "tokyo"
    assert tokyo["status"] == "active"
    assert len(kouhou("accounts", "list").out.splitlines()) == 21


def test_a_good_roster_passes_the_check(kouhou: Kouhou) -> None:
    said = kouhou("accounts", "check")
    assert said.code == 0
    assert "21 accounts; 0 errors" in said.out
    assert isinstance(kouhou("accounts", "check", "--json").json, list)


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ('handle = "IMMI_NAHA"', 'handle = "IMMI NAHA"', "handle"),
        ('id = "x-naha"', 'id = "x-tokyo"', "x-tokyo"),
        ('office = "naha"', 'office = "nowhere"', "office"),
        ('url = "https://x.com/IMMI_NAHA"', 'urll = "https://x.com/IMMI_NAHA"', "urll"),
        ("schema = 1", "schema = = 1", "TOML"),
    ],
)
def test_a_mistake_is_named_with_file_line_and_key(
    kouhou: Kouhou, tmp_path: Path, old: str, new: str, told: str
) -> None:
    bad = edited(tmp_path, old, new)
    line = ROSTER.read_text(encoding="utf-8").partition(old)[0].count("\n") + 1
    said = kouhou("accounts", "check", str(bad))
    assert said.code == 1
    assert f"edited.toml:{line}" in said.err
    assert told in said.err
    assert "Traceback" not in said.err


@pytest.mark.parametrize(
    "words",
    [
        ("accounts", "check", "no-such-file.toml"),
        ("accounts", "diff", "no-such-file.toml"),
        ("accounts", "compare", "no-such-page.html"),
        ("accounts", "apply", "no-such-file.toml"),
        ("accounts", "approve", "7"),
        ("cite", "ftp://somewhere"),
        ("cite", "https://x.com/IMMI_TOKYO/status/1"),
        ("cite", "https://www.isa.go.jp/a.html", "--edited"),
    ],
)
def test_bad_input_ends_with_one_and_a_sentence(kouhou: Kouhou, words: tuple[str, ...]) -> None:
    said = kouhou(*words)
    assert said.code == 1
    assert said.err.startswith("kouhou: ")
    assert said.out == ""


@pytest.mark.parametrize(
    "words",
    [
        ("accounts", "compare"),
        ("accounts", "diff"),
        ("accounts", "approve", "seven"),
        ("accounts", "check", "--lang", "fr"),
        ("accounts", "nonsense"),
        ("accounts", "verify"),
        ("cite",),
        ("cite", "https://www.isa.go.jp/", "--nonsense"),
    ],
)
def test_wrong_usage_ends_with_two(kouhou: Kouhou, words: tuple[str, ...]) -> None:
    said = kouhou(*words)
    assert said.code == 2
    assert "Usage:" in said.err


def test_a_difference_is_told_in_both_languages(kouhou: Kouhou, tmp_path: Path) -> None:
    new = edited(tmp_path)
    assert kouhou("accounts", "diff", str(ROSTER), str(ROSTER)).out == "Nothing changed.\n"
    (change,) = kouhou("accounts", "diff", str(ROSTER), str(new), "--json").json
    assert (change["table"], change["entry"], change["after"]) == ("office", "naha", "Naha District Office")
    assert "那覇" in kouhou("accounts", "diff", str(ROSTER), str(new), "--lang", "ja").out


def test_a_page_without_an_account_is_found_out(kouhou: Kouhou, tmp_path: Path) -> None:
    registry = load(ROSTER).registry
    page, full = tmp_path / "vi.txt", pages.vi(registry)
    page.write_text("\n".join(line for line in full.splitlines() if "IMMI_KOBE" not in line), encoding="utf-8")
    said = kouhou("accounts", "compare", str(page))
    assert said.code == 0
    assert "IMMI_KOBE" in said.out
    assert kouhou("accounts", "compare", str(page), "--markdown").out.startswith("|")
    other = tmp_path / "other.txt"
    other.write_text(full, encoding="utf-8")
    assert "IMMI_KOBE" in json.dumps(kouhou("accounts", "compare", str(page), str(other), "--json").json)


def test_a_page_in_another_encoding_is_refused_by_name(kouhou: Kouhou, tmp_path: Path) -> None:
    page = tmp_path / "sjis.html"
    page.write_bytes("運用方針".encode("shift_jis"))
    said = kouhou("accounts", "compare", str(page))
    assert said.code == 1
    assert "sjis.html" in said.err
    assert "UTF-8" in said.err


def test_the_public_page_is_written_as_files(kouhou: Kouhou, tmp_path: Path) -> None:
    folder = tmp_path / "public"
    names = kouhou("accounts", "export", str(folder), "--base-url", "https://sns.example/official", "--json").json
    assert names == sorted(str(each.relative_to(folder)) for each in folder.rglob("*") if each.is_file())
    data = next(folder / name for name in names if name.endswith(".json"))
    assert len(json.loads(data.read_text(encoding="utf-8"))["accounts"]) == 21
    feed = next(folder / name for name in names if name.endswith(".atom"))
    assert ET.parse(feed).getroot().tag.endswith("feed")
    assert "https://sns.example/official" in feed.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("address", "answer"),
    [
        ("https://x.com/IMMI_TOKYO", "official"),
        ("@immi_tokyo", "official"),
        ("https://x.com/IMMI_T0KYO", "look-alike"),
        ("https://x.com/somebody_else", "unknown"),
    ],
)
def test_an_address_is_verified(kouhou: Kouhou, address: str, answer: str) -> None:
    assert kouhou("accounts", "verify", address, "--json").json["answer"] == answer
    assert len(kouhou("accounts", "verify", address).out.splitlines()) == 1


def test_a_file_edited_elsewhere_is_written_after_a_second_admin(kouhou: Kouhou, roster: Path, tmp_path: Path) -> None:
    new, before = edited(tmp_path), roster.read_bytes()
    for login in ("kanri", "kanri2"):
        assert kouhou("user", "add", login, "--role", "admin").code == 0
    proposed = kouhou("accounts", "apply", str(new), "--note", "看板と同じにした。", "--as", "kanri", "--json").json
    assert proposed["state"] == "pending"
    assert roster.read_bytes() == before
    alone = kouhou("accounts", "approve", str(proposed["id"]), "--as", "kanri")
    assert (alone.code, "second admin" in alone.err) == (1, True)
    done = kouhou("accounts", "approve", str(proposed["id"]), "--as", "kanri2", "--json").json
    assert done["state"] == "applied"
    assert roster.read_bytes() == new.read_bytes()


def test_a_change_that_says_nothing_new_is_refused(kouhou: Kouhou, roster: Path) -> None:
    said = kouhou("accounts", "apply", str(roster))
    assert said.code == 1
    assert "Nothing would change" in said.err


def test_the_source_line_is_given_for_both_terms(kouhou: Kouhou) -> None:
    plain = kouhou("cite", "https://www.isa.go.jp/jp/a.html").out
    assert plain == "出典:出入国在留管理庁ウェブサイト(https://www.isa.go.jp/jp/a.html)\n"
    edited_line = kouhou("cite", "https://www.isa.go.jp/a.html", "--edited", "--title", "手引き", "--json").json["line"]
    assert "加工して作成" in edited_line
    assert "PDL1.0" in kouhou("cite", "https://www.isa.go.jp/a.html", "--pdl", "--language", "en").out
    assert "not the agency" in kouhou("cite", "https://www.mhlw.go.jp/a.html").out

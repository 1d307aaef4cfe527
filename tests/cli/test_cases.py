"""The moderators' desk from the shell: the same rules as on the pages, JSON for machines, sentences for people."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import pytest

from bot import settings
from bot.bootstrap import build
from bot.domain.ports import SeenReply
from bot.store import audit
from bot.usecases.collect import keep_all
from bot.usecases.screen_replies import screen_replies
from moderation.drafts import shipped_text
from tests.cli.conftest import Kouhou

ADVERT = "【副業】誰でも月収100万円!今すぐLINE登録 https://example.com/money"


@pytest.fixture
def case(kouhou: Kouhou) -> str:
    """The number of a case about an advertisement, as the shell takes it."""
    app = build(settings.environment(), practice_platforms=False)
    now, account = app.parts.clock(), app.parts.account("IMMI_TOKYO")
    said = SeenReply("9001", "1", "1", ADVERT, now, "501", "tanuki", "たぬき")
    with app.parts.store.begin() as tx:
        keep_all(app.parts, tx, account, (said,), now)
    screen_replies(app.parts, now=now)
    app.close()
    (found,) = kouhou("cases", "list", "--json").json
    kouhou("cases", "show", str(found["id"]))  # the first who acts finds the demo users enrolled
    return str(found["id"])


def test_a_case_is_listed_and_shown_with_evidence_and_next_steps(kouhou: Kouhou, case: str) -> None:
    shown = kouhou("cases", "show", case, "--json").json
    assert shown["text"] == ADVERT
    assert 6 in shown["labels"]
    assert shown["allowed"] == ["claim", "dismiss", "hide", "propose-block"]
    assert shown["clauses"]["6"]
    assert {"副業", "LINE登録"} <= {ADVERT[each["start"] : each["end"]] for each in shown["known_words"]}
    assert "next: claim, dismiss, hide" in kouhou("cases", "show", case).out


def test_reading_a_case_from_the_shell_leaves_an_event_and_the_list_shows_no_words(kouhou: Kouhou, case: str) -> None:
    assert "副業" not in kouhou("cases", "list").out + kouhou("cases", "list", "--json").out
    assert "副業" in kouhou("cases", "show", case).out
    read = kouhou("audit", "export", "--what", "case.read").out
    assert [json.loads(line)["subject"] for line in read.splitlines()] == [f"case:{case}"]


def test_one_person_cannot_block_from_the_shell(kouhou: Kouhou, case: str) -> None:
    why = ("--category", "6", "--reason", "広告", "--why-not-less", "繰り返す")
    assert kouhou("cases", "decide", case, "propose-block", *why, "--as", "admin").code == 0
    refused = kouhou("cases", "approve", case, "--as", "admin")
    assert refused.code == 1
    assert "second person" in refused.err
    assert kouhou("cases", "look", case, "--category", "6", "--as", "admin").code == 1


def test_two_people_block_and_the_second_is_not_led(kouhou: Kouhou, case: str) -> None:
    why = ("--category", "6", "--reason", "広告", "--why-not-less", "繰り返す")
    kouhou("cases", "decide", case, "propose-block", *why)
    before = kouhou("cases", "show", case, "--as", "admin", "--json").json
    assert (before["concealed"], before["proposed"]) == (True, "none")
    unseen = kouhou("cases", "approve", case)
    assert (unseen.code, f"kouhou cases look {case}" in unseen.err) == (1, True)
    assert kouhou("cases", "look", case, "--category", "6", "--step", "block", "--as", "admin").code == 0
    after = kouhou("cases", "show", case, "--as", "admin", "--json").json
    assert (after["concealed"], after["proposed"]) == (False, "block")
    done = kouhou("cases", "approve", case, "--json").json
    assert (done["state"], done["step"]) == ("acted", "block")
    assert kouhou("cases", "undo", case, "--reason", "誤り").code == 0


def test_with_real_platforms_the_second_person_is_not_somebody_behind_as(
    kouhou: Kouhou, case: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    secrets = tmp_path / "secrets.toml"
    secrets.write_text('[x]\nconsumer_key = "k"\nconsumer_secret = "s"\nbearer_token = "b"\n')
    secrets.chmod(0o600)
    monkeypatch.setenv("KOUHOU_SECRETS", str(secrets))
    monkeypatch.delenv("KOUHOU_CLOCK")
    why = ("--category", "6", "--reason", "広告", "--why-not-less", "繰り返す")
    assert kouhou("cases", "decide", case, "propose-block", *why, "--as", "moderator").code == 0
    seconds = (
        ("cases", "look", case, "--category", "6"),
        ("cases", "approve", case),
        ("cases", "judge", case, "uphold", "--reason", "x"),
        ("policy", "live", "1"),
        *(
            ("cases", "decide", case, move, "--reason", "x")
            for move in ("approve", "refuse", "confirm-reading", "review", "reopen")
        ),
    )
    for words in seconds:
        refused = kouhou(*words, "--as", "admin")
        assert (refused.code, "in the console" in refused.err) == (1, True), words
    app = build(settings.environment(), practice_platforms=False)
    with app.parts.store.read() as tx:
        proposed = audit.newest(tx, "case.propose-block")
    app.close()
    assert proposed
    assert proposed.address.startswith("shell")


def test_an_objection_is_entered_and_judged_by_another(kouhou: Kouhou, case: str) -> None:
    kouhou("cases", "decide", case, "hide", "--category", "6")
    assert kouhou("cases", "appeal", case, "広告ではありません", "--channel", "letter", "--language", "vi").code == 0
    judged = kouhou("cases", "judge", case, "uphold", "--reason", "広告です", "--json").json
    assert judged["state"] == "closed"
    assert set(judged["notice"]) == {"vi", "ja", "ja-easy"}


def test_a_case_file_is_written_once(kouhou: Kouhou, case: str, tmp_path: Path) -> None:
    file = tmp_path / "case.zip"
    assert kouhou("cases", "export", case, str(file), "--purpose", "照会 1").code == 0
    with zipfile.ZipFile(file) as archive:
        assert "manifest.sha256" in archive.namelist()
    again = kouhou("cases", "export", case, str(file), "--purpose", "照会 1")
    assert (again.code, "exists" in again.err) == (1, True)


def test_the_month_as_words_table_and_json(kouhou: Kouhou, case: str) -> None:
    opened = kouhou("cases", "list", "--json").json[0]["opened_at"]
    month = opened[:7]
    assert kouhou("report", month, "--json").json["month"] == month
    assert kouhou("report", month, "--csv").out.startswith("table,name,value,low,high\n")
    refused = kouhou("report", "soon")
    assert (refused.code, "is no month" in refused.err) == (1, True)


def test_a_policy_change_from_the_shell(kouhou: Kouhou, case: str, tmp_path: Path) -> None:
    file = tmp_path / "draft.toml"
    file.write_text(shipped_text().replace('name = "2026-11"', 'name = "trial"') + "# stricter\n", encoding="utf-8")
    number = str(kouhou("policy", "draft", str(file), "--note", "試し", "--json").json["id"])
    refused = kouhou("policy", "propose", number)
    assert (refused.code, "Rescreen" in refused.err) == (1, True)
    report = kouhou("rescreen", number, "--workers", "1", "--json").json
    assert (report["looked_at"], report["flagged"]["total"], report["freed"]["total"]) == (1, 0, 0)
    assert kouhou("policy", "propose", number).code == 0
    alone = kouhou("policy", "live", number)
    assert (alone.code, "second person" in alone.err) == (1, True)
    listed = kouhou("policy", "list", "--json").json
    assert next(each["state"] for each in listed["versions"] if str(each["id"]) == number) == "proposed"
    assert kouhou("policy", "show").out == shipped_text()


@pytest.mark.parametrize(
    ("text", "said"),
    [("nonsense [", "TOML"), ('name = "x"\n', "clauses"), (shipped_text() + "[odd]\n", "unknown table")],
)
def test_a_bad_policy_file_is_refused_with_a_sentence(kouhou: Kouhou, tmp_path: Path, text: str, said: str) -> None:
    file = tmp_path / "bad.toml"
    file.write_text(text, encoding="utf-8")
    for words in (("policy", "draft", str(file), "--note", "x"), ("rescreen", str(file))):
        refused = kouhou(*words)
        assert refused.code == 1
        assert said in refused.err
        assert "Traceback" not in refused.err


def test_json_of_the_rescreen_can_be_read_by_machines(kouhou: Kouhou, case: str, tmp_path: Path) -> None:
    file = tmp_path / "calm.toml"
    file.write_text(
        shipped_text().replace("\n[thresholds.label]", "\n[thresholds.language.ja]\n6 = 1.0\n\n[thresholds.label]"),
        encoding="utf-8",
    )
    told = kouhou("rescreen", str(file), "--workers", "1", "--json")
    assert set(json.loads(told.out)) >= {"flagged", "freed", "moved", "looked_at", "version"}

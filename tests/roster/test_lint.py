"""Each roster rule finds its case, keeps silent on its twin, and names the line."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from bot.roster.lint import Facts, Level, LintFinding, lint, skeleton
from bot.roster.load import load, parse
from bot.roster.rules import RULES
from tests.roster.rosters import SMALL, bent

TODAY = Facts(date(2026, 12, 1))
STAFF = ("hq.lead", "hq.deputy", "fukuoka.lead", "fukuoka.deputy", "fukuoka.page")
SECRETS = (("x", "HARBOUR_HQ"), ("x", "HARBOUR_FUK2"), ("facebook", "fukuoka.harbour"))
TOKEN = "1234567890123456789-AbCdEfGhIjKlMnOpQrStUvWx"


def found(rule: str, text: str = SMALL, facts: Facts = TODAY) -> list[LintFinding]:
    return [each for each in lint(parse(text.encode()), facts) if each.rule == rule]


@pytest.mark.parametrize(
    ("rule", "text", "facts", "told"),
    [
        ("R5", bent('owner = { staff = "hq.lead", until = 2027-03-31 }\n', ""), TODAY, "there is no owner"),
        ("R5", bent('"hq.deputy"', '"hq.lead"'), TODAY, "the same person"),
        ("R5", bent('"hq.lead", until = 2027-03-31', '"hq.lead", until = 2026-11-30'), TODAY, "left on 2026-11-30"),
        ("R5", bent('"hq.lead", until = 2027-03-31', '"hq.lead", until = 2026-12-31'), TODAY, "leaves on 2026-12-31"),
        ("R5", SMALL, replace(TODAY, staff=STAFF[1:]), "hq.lead is not in the staff list"),
        ("R5", bent('kind = "agency"', 'kind = "agency"\napproval_steps = 2'), TODAY, "2 approval steps, but 1"),
        ("R6", bent('secret = "HARBOUR_HQ"\n', ""), TODAY, "no secret is named"),
        ("R6", SMALL, replace(TODAY, secrets=SECRETS[1:]), "no x entry HARBOUR_HQ"),
        ("R7", SMALL, replace(TODAY, last_post={"x-hq": datetime(2026, 9, 1, tzinfo=UTC)}), "for 91 days"),
        ("R7", SMALL, replace(TODAY, last_post={"x-hq": datetime(2025, 11, 30, tzinfo=UTC)}), "propose retirement"),
        ("R8", bent('secret = "HARBOUR_HQ"', f'secret = "{TOKEN}"'), TODAY, "looks like a token"),
        ("R8", bent("# the end", f"# {TOKEN}"), TODAY, "looks like a token"),
        ("R9", SMALL, TODAY, "hours unknown"),
        ("R9", bent('"sourced"', '"uncertain"'), TODAY, "hours uncertain"),
        ("R11", bent('status = "active"', 'status = "retired"'), TODAY, "no day is given"),
        ("R11", bent('status = "active"', 'status = "active"\nretired = 2026-12-01'), TODAY, "active, but retired"),
        ("R12", SMALL.replace("HARBOUR_FUK2", "HARB0UR_HQ"), TODAY, "looks like HARBOUR_HQ"),
        ("R13", bent('platform = "x"', 'platform = "facebook"').replace("x.com/HARBOUR_HQ", "www.facebook.com/HARBOURHQ").replace('handle = "HARBOUR_HQ"', 'handle = "HARBOURHQ"'), TODAY, "behind a Facebook Page"),
        ("R14", SMALL, TODAY, "never attested"),
        ("R14", bent('status = "active"', 'status = "active"\nattested_on = 2026-08-31'), TODAY, "more than 90 days"),
    ],
)  # fmt: skip
def test_a_rule_finds_its_case(rule: str, text: str, facts: Facts, told: str) -> None:
    assert any(told in each.message for each in found(rule, text, facts))


@pytest.mark.parametrize(
    ("rule", "text", "facts"),
    [
        ("R5", SMALL, replace(TODAY, staff=STAFF)),
        ("R5", bent('status = "active"\nowner', 'status = "retired"\nretired = 2026-01-01\nowner'), TODAY),
        ("R6", SMALL, replace(TODAY, secrets=SECRETS)),
        ("R7", SMALL, replace(TODAY, last_post={"x-hq": datetime(2026, 9, 2, tzinfo=UTC)})),
        ("R7", SMALL, TODAY),  # no post known says nothing about silence
        ("R8", bent("# the end", "# see https://www.agency.example/" + "a1b2" * 20), TODAY),
        ("R8", bent("# the end", "# " + "─" * 90), TODAY),
        ("R11", bent('status = "active"', 'status = "retired"\nretired = 2026-11-30'), TODAY),
        ("R12", SMALL, TODAY),
        ("R13", SMALL, TODAY),
    ],
)
def test_a_rule_is_silent_on_its_twin(rule: str, text: str, facts: Facts) -> None:
    assert found(rule, text, facts) == []


def test_a_paused_account_without_an_owner_is_a_warning_an_active_one_an_error() -> None:
    without = bent('owner = { staff = "hq.lead", until = 2027-03-31 }\n', "")
    paused = bent('status = "active"', 'status = "paused"', without)
    assert [found("R5", text)[0].level for text in (without, paused)] == [Level.ERROR, Level.WARN]


def test_a_finding_names_its_line_and_what_to_do() -> None:
    (finding,) = found("R6", bent('secret = "HARBOUR_HQ"\n', ""))
    line = bent('secret = "HARBOUR_HQ"\n', "").splitlines().index('id = "x-hq"')
    assert finding.text().startswith(f"accounts.toml:{line}: [[account]] x-hq: secret: error R6: no secret is named.")
    assert finding.as_dict()["hint"]["ja"] == "秘密ファイルに登録する。"


def test_a_leaked_token_is_never_repeated() -> None:
    for text in (bent("# the end", f"# {TOKEN}"), bent('secret = "HARBOUR_HQ"', f'secret = "{TOKEN}"')):
        assert all(TOKEN[20:30] not in str(each.as_dict()) + each.text() for each in found("R8", text))


@pytest.mark.parametrize("fake", ["immi_tokyo", "IMMl_T0KYO", "IMMI.TOKYO", "ΙMMI_ТOKYO", "1MMI_TOKYO"])
def test_handles_that_look_alike_share_a_skeleton(fake: str) -> None:
    assert skeleton(fake) == skeleton("IMMI_TOKYO")


@pytest.mark.parametrize("other", ["IMMI_KYOTO", "IMMI_TOKYO2", "MOJ_IMMI", "移民_東京"])
def test_handles_that_differ_to_the_eye_do_not(other: str) -> None:
    assert skeleton(other) != skeleton("IMMI_TOKYO")


def test_every_rule_has_its_words_in_both_languages() -> None:
    assert list(RULES) == [f"R{number}" for number in range(1, 15)]
    assert all(each.title.get(tag) and each.hint.get(tag) for each in RULES.values() for tag in ("ja", "en"))


def test_the_shipped_roster_has_no_error_and_asks_only_for_hours_and_attestation() -> None:
    shipped = load(Path(__file__).parents[2] / "accounts.toml")
    told = lint(shipped, Facts(date(2026, 11, 20)))
    assert {(each.rule, each.level) for each in told} == {("R9", Level.WARN), ("R14", Level.WARN)}

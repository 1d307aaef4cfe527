"""The public question "is this official?" gets the roster's answer, and never more than the roster knows."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.accounts import Account, Registry
from bot.roster.load import load
from bot.roster.verify import Answer, verify
from tests.roster.rosters import bent, registry

SHIPPED: Registry = load(Path(__file__).parents[2] / "accounts.toml").registry
CHANGED = registry(
    bent(
        'handle = "HARBOUR_HQ"\nurl = "https://x.com/HARBOUR_HQ"\noffice = "hq"\nstatus = "active"',
        'handle = "HARBOUR_MAIN"\nurl = "https://x.com/HARBOUR_MAIN"\noffice = "hq"\nstatus = "active"\n'
        'former = [{ handle = "OLD_HARBOUR", until = 2026-01-31 }]',
        bent(
            'office = "fukuoka"\nstatus = "active"\nowner = { staff = "fukuoka.page"',
            'office = "fukuoka"\nstatus = "retired"\nretired = 2026-03-31\nowner = { staff = "fukuoka.page"',
        ),
    )
)


@pytest.mark.parametrize(
    ("asked", "answer"),
    [
        ("https://x.com/IMMI_TOKYO", Answer.OFFICIAL),
        ("https://twitter.com/immi_tokyo?lang=ja", Answer.OFFICIAL),
        ("http://mobile.twitter.com/IMMI_TOKYO/status/1", Answer.OFFICIAL),
        ("x.com/IMMI_TOKYO", Answer.OFFICIAL),
        ("@IMMI_TOKYO", Answer.OFFICIAL),
        ("https://x.com/i/user/3720424033", Answer.OFFICIAL),
        ("https://www.facebook.com/nagoya.nyukan.support/", Answer.OFFICIAL),
        ("nagoya.nyukan.support", Answer.OFFICIAL),
        ("https://x.com/IMMI_OMURA2", Answer.OFFICIAL),
        ("https://x.com/IMMI_OMURA", Answer.UNKNOWN),  # printed in one policy version: no impostor, not confirmed
        ("https://x.com/IMMl_T0KYO", Answer.LOOK_ALIKE),
        ("https://x.com/IMMI_TOKY0_info", Answer.LOOK_ALIKE),
        ("https://x.com/IMMI_TOKOY", Answer.LOOK_ALIKE),
        ("https://x.com/IMMI_TOKYO2", Answer.LOOK_ALIKE),
        ("https://x.com/ΙMMI_ТOKYO", Answer.LOOK_ALIKE),
        ("https://x.com/IMMI_NIIGATA", Answer.LOOK_ALIKE),  # borrows the beginning that the offices share
        ("https://www.facebook.com/nagoya.nyukan.suport", Answer.LOOK_ALIKE),
        ("https://x.com/tokyo_walks", Answer.UNKNOWN),
        ("https://x.com/nagoya", Answer.UNKNOWN),
        ("https://x.com.evil.example/IMMI_TOKYO", Answer.UNKNOWN),
        ("https://evil.example/x.com/IMMI_TOKYO", Answer.UNKNOWN),
        ("https://x.com@evil.example/IMMI_TOKYO", Answer.UNKNOWN),
        ("https://user:pw@x.com/IMMI_TOKYO", Answer.UNKNOWN),
        ("javascript:alert(1)", Answer.UNKNOWN),
        ("https://www.facebook.com/profile.php?id=1", Answer.UNKNOWN),
        ("https://x.com/", Answer.UNKNOWN),
        ("http://[", Answer.UNKNOWN),
        ("", Answer.UNKNOWN),
    ],
)
def test_an_address_gets_its_answer(asked: str, answer: Answer) -> None:
    assert verify(asked, SHIPPED).answer is answer


def test_an_x_handle_is_no_page_name() -> None:
    assert verify("https://www.facebook.com/IMMI_TOKYO", SHIPPED).answer is Answer.LOOK_ALIKE


@pytest.mark.parametrize("asked", ["https://x.com/OLD_HARBOUR", "https://www.facebook.com/fukuoka.harbour"])
def test_what_was_official_once_is_retired(asked: str) -> None:
    assert verify(asked, CHANGED).answer is Answer.RETIRED


def test_an_old_handle_names_the_new_one_and_warns() -> None:
    told = verify("@old_harbour", CHANGED).told
    assert "HARBOUR_MAIN" in told.en
    assert "Others may hold it now" in told.en
    assert "HARBOUR_MAIN" in told.ja


def test_a_planned_account_is_not_official_yet_and_a_paused_one_still_is() -> None:
    planned = registry(bent('status = "active"', 'status = "planned"'))
    paused = registry(bent('status = "active"', 'status = "paused"'))
    assert verify("@HARBOUR_HQ", planned).answer is Answer.UNKNOWN
    assert verify("@HARBOUR_HQ", paused).answer is Answer.OFFICIAL


@given(st.text(max_size=80))
def test_law_a_stranger_is_never_called_official(text: str) -> None:
    verdict = verify(text, SHIPPED)
    assert verdict.answer is not Answer.OFFICIAL or (verdict.account and verdict.account.key in text.casefold())
    assert verdict.as_dict()["ja"]


@given(st.sampled_from(SHIPPED.accounts), st.sampled_from(["", "?s=20", "/", "/posts/1"]))
def test_law_every_account_of_the_roster_is_official(account: Account, tail: str) -> None:
    assert verify(account.url + tail, SHIPPED).answer is Answer.OFFICIAL

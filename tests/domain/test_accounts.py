"""Names fall back politely, handles compare without letter case, digests follow meaning."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, time

import pytest

from bot.domain.accounts import (
    Account,
    Certainty,
    Duty,
    Hours,
    Names,
    Office,
    OfficeKind,
    Platform,
    Registry,
    Span,
    Status,
    digest_of,
)

HAKATA = Office("hakata", OfficeKind.AGENCY, Names.of({"ja": "博多広報局", "en": "Hakata"}), aliases=("博多",))
ON_X = Account("x-hakata", Platform.X, "Hakata_PR", "https://x.com/Hakata_PR", "hakata", Status.ACTIVE)
PAGE = replace(ON_X, id="fb-hakata", platform=Platform.FACEBOOK, handle="hakata.pr", status=Status.PAUSED)
REGISTRY = Registry((HAKATA,), (ON_X, PAGE))


@pytest.mark.parametrize(
    ("tag", "expected"),
    [
        ("ja", "局"),
        ("zh-Hans", "局(简)"),
        ("zh", "Bureau"),  # the base language is not there, so English
        ("en-GB", "Bureau"),
        ("th", "Bureau"),
    ],
)
def test_a_reader_gets_the_nearest_name(tag: str, expected: str) -> None:
    names = Names.of({"ja": "局", "zh-Hans": "局(简)", "en": "Bureau"})
    assert names.best(tag) == expected


def test_a_name_without_english_falls_back_to_japanese_and_no_name_is_empty() -> None:
    assert (Names.of({"ja": "局"}).best("vi"), Names().best("ja")) == ("局", "")


@pytest.mark.parametrize("written", ["Hakata_PR", "hakata_pr", "@HAKATA_PR"])
def test_letter_case_and_at_sign_do_not_matter(written: str) -> None:
    assert REGISTRY.by_handle(written) == ON_X


def test_a_handle_of_one_platform_says_nothing_about_the_other() -> None:
    assert REGISTRY.by_handle("hakata_pr", Platform.FACEBOOK) is None


def test_only_active_accounts_are_at_work() -> None:
    assert REGISTRY.active() == (ON_X,)


def test_impersonation_is_measured_against_handle_names_and_aliases() -> None:
    official = REGISTRY.officials()[0]
    assert (official.handle, official.platform) == ("Hakata_PR", "x")
    assert official.names == ("博多広報局", "Hakata", "博多")


def test_an_unknown_id_is_named_in_the_error() -> None:
    with pytest.raises(KeyError, match="no office 'nowhere'"):
        REGISTRY.office("nowhere")


def test_the_digest_follows_what_the_roster_means() -> None:
    renamed = Registry((HAKATA,), (replace(ON_X, handle="Hakata_PR2"), PAGE))
    assert REGISTRY.digest == Registry((HAKATA,), (ON_X, PAGE)).digest
    assert REGISTRY.digest != renamed.digest
    assert digest_of(PAGE) == digest_of(renamed.accounts[1])


def test_a_duty_ends_after_its_last_day() -> None:
    duty = Duty("pr-lead", date(2027, 3, 31))
    assert duty.holds_on(date(2027, 3, 31))
    assert not duty.holds_on(date(2027, 4, 1))
    assert Duty("pr-lead").holds_on(date(2099, 1, 1))


def test_hours_called_unknown_are_never_open_even_with_a_pattern() -> None:
    week = ((Span(time(9), time(16)),),) * 5 + ((), ())
    assert Hours(week, Certainty.SOURCED).on(0) == (Span(time(9), time(16)),)
    assert Hours(week, Certainty.UNKNOWN).on(0) == ()

"""Numbers: shapes, check digits, the collisions that must stay silent."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from moderation import numbers, text

MY_NUMBERS = ["256943030310", "504305911290", "890771860899", "253441746518", "298993203067", "979046108716"]


def kinds_in(written: str) -> set[str]:
    found = numbers.find_numbers(text.fold(written))
    return {kind.name for number in found for kind in numbers.kinds(number.digits)}


@pytest.mark.parametrize("digits", MY_NUMBERS)  # invented; one per remainder
def test_my_numbers_with_a_right_check_digit(digits: str) -> None:
    assert "my-number" in kinds_in(digits)


@given(st.sampled_from(MY_NUMBERS), st.integers(1, 9))
def test_one_wrong_last_digit_is_no_my_number(digits: str, shift: int) -> None:
    wrong = digits[:-1] + str((int(digits[-1]) + shift) % 10)

    assert "my-number" not in kinds_in(wrong)


SHAPES = [
    ("０９０－１２３４－５６７８に電話", "mobile"),
    ("〇九〇一二三四五六七八 連絡して", "mobile"),  # kanji digits
    ("0️⃣6️⃣0️⃣1️⃣2️⃣3️⃣4️⃣5️⃣6️⃣7️⃣8️⃣ call me", "mobile"),
    ("โทร ๐๘๐-๑๒๓๔-๕๖๗๘", "mobile"),
    ("0 9 O – o 5 2 4 – 8 8 1 7", "mobile"),  # letters for zeros
    ("052-000-1234", "telephone"),
    ("971013-9019902", "kr-registration"),
    ("身份证11010519491231002Ｘ", "cn-resident-id"),
    ("440524188001010014", "cn-resident-id"),
    ("390.533.447-05", "cpf"),
    ("001203004567", "vn-citizen-id"),
    ("5555 5555 5555 4444", "payment-card"),
    ("+84 91 234 5678", "telephone-abroad"),
    ("0570-013904", "free-line"),
]


@pytest.mark.parametrize(("written", "kind"), SHAPES)
def test_shapes_are_named(written: str, kind: str) -> None:
    assert kind in kinds_in(written)


SILENT = [
    "1234-5678-9012",  # the often-printed sample
    "予約は202611201500です",  # a date and an hour
    "入管法第22条の4、様式第29号、手数料6,000円",
    "4111 1111 1111 1111",  # the public test card
    "2026-11-20",
    "A123番で呼ばれました",
    "12:30から16:00",
    "oil oil oil",
    "hello illi",
]


@pytest.mark.parametrize("written", SILENT)
def test_innocent_digits_have_no_kind(written: str) -> None:
    assert kinds_in(written) - {"mobile-incomplete"} == set()


@pytest.mark.parametrize("written", ["ＵＨ１２３４５６７８ＥＡ", "UH 1234-5678 EA", "u-h 1 2 3 4 5 6 7 8 e a"])
def test_a_residence_card_needs_no_context(written: str) -> None:
    assert numbers.CARD.search(text.fold(written))


@pytest.mark.parametrize("written", ["RR123456785JP", "ABC12345678DEF", "UH1234567EA", "NG-COE 24-118"])
def test_other_letter_and_digit_codes_are_no_residence_card(written: str) -> None:
    assert not numbers.CARD.search(text.fold(written))


LICENCES = [("3090123456", 2), ("2307354864", 1), ("8683797577", 0), ("2851479484", 9), ("5636195956", 1)]


@pytest.mark.parametrize(("ten", "check"), LICENCES)
def test_driving_licence_check_digit(ten: str, check: int) -> None:
    assert numbers.licence_check(f"{ten}{check}0")
    assert not numbers.licence_check(f"{ten}{(check + 1) % 10}0")


ZONES = [("L898902C3", 6), ("L898902C<", 3), ("740812", 2), ("120415", 9), ("ZE184226B<<<<<", 1)]


@pytest.mark.parametrize(("field", "check"), ZONES)
def test_machine_readable_zone_check_digit(field: str, check: int) -> None:
    assert numbers.machine_readable_check(field) == check


@given(st.text())
def test_looking_for_numbers_takes_any_text(written: str) -> None:
    for number in numbers.find_numbers(text.fold(written)):
        assert number.start < number.end
        numbers.kinds(number.digits)

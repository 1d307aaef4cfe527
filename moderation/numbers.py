"""Numbers as people write and disguise them, and what their shape and check digits say they are.

Shapes and checks follow the issuing bodies' published rules; a shape without a check never asserts whose number it is.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from stdnum import luhn
from stdnum.br import cpf
from stdnum.cn import ric
from stdnum.exceptions import ValidationError
from stdnum.jp import in_ as my_number_check
from stdnum.th import pin

_DIGIT: Final = "0-9oil|〇零一二三四五六七八九"
_GAP: Final = r"[ \t\u3000.\-・/()（）,_~*のー–—]"
_RUN: Final = re.compile(
    rf"(?<![a-z0-9#_])\+?\(?[{_DIGIT}](?:{_GAP}{{0,3}}[{_DIGIT}]){{5,40}}(?:x(?![a-z0-9]))?(?![a-z0-9_])"
)
_ANY: Final = re.compile("[0-9〇零一二三四五六七八九]")
_TO_DIGIT: Final = str.maketrans("oil|〇零一二三四五六七八九", "01110" + "0123456789")
_SEPARATORS: Final = re.compile(r"[^0-9x+]")
CARD: Final = re.compile(r"(?<![a-z0-9])[a-z][ .\-]?[a-z](?:[ .\-/・]?[0-9o]){8}(?:[ .\-]?[a-z]){2}(?![a-z0-9])")
CARD_SPECIMENS: Final = frozenset({"ab12345678cd"})
_DATE_TIME: Final = re.compile(r"20[0-9]{2}(0[1-9]|1[0-2])(0[1-9]|[12][0-9]|3[01])([01][0-9]|2[0-3])[0-5][0-9]")
_SPECIMENS: Final = frozenset({"123456789012", "012345678900", "4111111111111111", "1234567890123", "1234567890121"})
_MOBILE: Final = re.compile(r"0[6789]0[0-9]{8}")
_FIXED: Final = re.compile(r"0[1-9][0-9]{8}")
_FREE: Final = re.compile(r"0120[0-9]{6}|0800[0-9]{7}|0570[0-9]{6}|0990[0-9]{6}")
_ABROAD: Final = re.compile(r"\+(?!81)[1-9][0-9]{7,14}")


@dataclass(frozen=True, slots=True)
class Number:
    """One run of digits in a folded text: ``digits`` compact (``+`` kept), ``gapped`` when it was written in groups."""

    digits: str
    start: int
    end: int
    gapped: bool
    disguised: bool


@dataclass(frozen=True, slots=True)
class Kind:
    """What a number may be: ``strong`` kinds need no context, ``checked`` ones passed a check digit."""

    name: str
    strong: bool = False
    checked: bool = False


def find_numbers(plain: str) -> Iterator[Number]:
    """Runs of six or more digits, also in kanji, with look-alike letters, or in groups."""
    for match in _RUN.finditer(plain) if _ANY.search(plain) else ():
        written = match.group()
        seen = sum(char.isdigit() for char in written)
        kanji = sum(char in "〇零一二三四五六七八九" for char in written)
        letters = sum(char in "oil|" for char in written)
        if seen + kanji < 5 or letters > max(seen, 2):
            continue
        digits = _SEPARATORS.sub("", written.translate(_TO_DIGIT))
        digits = digits if len(digits) == 18 else digits.rstrip("x")
        if len(digits.lstrip("+")) >= 6:
            yield Number(
                digits, match.start(), match.end(), bool(re.search(r"[^0-9+]", written)), bool(letters or kanji)
            )


def national(digits: str) -> str:
    """A Japanese number as it is dialled inside the country: +81 becomes 0."""
    return "0" + digits[3:].lstrip("0") if digits.startswith("+81") else digits


def kinds(digits: str) -> list[Kind]:
    """Everything that a compact run of digits may be, strongest first; dates, specimens and free lines are nothing."""
    dialled = national(digits)
    if dialled in _SPECIMENS or _DATE_TIME.fullmatch(dialled):
        return []
    if _FREE.fullmatch(dialled):
        return [Kind("free-line")]
    found = [kind for test in _TESTS.get(len(dialled), ()) for kind in test(dialled)]
    if _ABROAD.fullmatch(digits):
        found.append(Kind("telephone-abroad"))
    return found


def _passes(module: object, digits: str) -> bool:
    try:
        module.validate(digits)  # type: ignore[attr-defined]
    except ValidationError:
        return False
    return True


def _ten(digits: str) -> Iterator[Kind]:
    if _FIXED.fullmatch(digits):
        yield Kind("telephone")
    elif digits.startswith(("60", "70", "80", "90")) or re.fullmatch(r"0[6789]0[0-9]{7}", digits):
        yield Kind("mobile-incomplete")


def _eleven(digits: str) -> Iterator[Kind]:
    if _MOBILE.fullmatch(digits):
        yield Kind("mobile", strong=True)
    elif digits.startswith("050"):
        yield Kind("telephone")
    elif re.fullmatch(r"01[016789][0-9]{8}", digits):
        yield Kind("mobile", strong=True)  # Korea
    elif re.fullmatch(r"1[3-9][0-9]{9}", digits):
        yield Kind("mobile", strong=True)  # China
    elif len(set(digits)) > 1 and _passes(cpf, digits):
        yield Kind("cpf", checked=True)


def _twelve(digits: str) -> Iterator[Kind]:
    if _passes(my_number_check, digits):
        yield Kind("my-number", checked=True)
    if licence_check(digits):
        yield Kind("driving-licence", checked=True)
    if re.fullmatch(r"0(0[1-9]|[1-8][0-9]|9[0-6])[0-3][0-9]{8}", digits):
        yield Kind("vn-citizen-id")
    yield Kind("twelve-digits")


def _thirteen(digits: str) -> Iterator[Kind]:
    if korean_registration(digits):
        yield Kind("kr-registration", strong=True)
    elif _passes(pin, digits):
        yield Kind("th-citizen-id", checked=True)
    elif _passes(luhn, digits):
        yield Kind("payment-card", checked=True)


def _sixteen(digits: str) -> Iterator[Kind]:
    if _passes(luhn, digits):
        yield Kind("payment-card", checked=True)
    if indonesian_nik(digits):
        yield Kind("id-nik")
    yield Kind("sixteen-digits")


def _luhn_only(digits: str) -> Iterator[Kind]:
    if _passes(luhn, digits):
        yield Kind("payment-card", checked=True)


def _eighteen(digits: str) -> Iterator[Kind]:
    if _passes(ric, digits.upper()):
        yield Kind("cn-resident-id", strong=True, checked=True)
    elif re.fullmatch(r"[1-8][0-9]{5}(18|19|20)[0-9]{2}(0[1-9]|1[0-2])(0[1-9]|[12][0-9]|3[01])[0-9]{3}[0-9x]", digits):
        yield Kind("cn-resident-id", strong=True)


_TESTS: Final = {10: (_ten,), 11: (_eleven,), 12: (_twelve,), 13: (_thirteen,), 14: (_luhn_only,), 15: (_luhn_only,),
                 16: (_sixteen,), 18: (_eighteen,), 19: (_luhn_only,)}  # fmt: skip


def licence_check(digits: str) -> bool:
    """Japanese driving licence: weights 5 4 3 2 7 6 5 4 3 2, eleventh digit ``(11 - sum mod 11) mod 10``."""
    if not 30 <= int(digits[:2]) <= 97 and not 10 <= int(digits[:2]) <= 29:
        return False
    total = sum(int(digit) * weight for digit, weight in zip(digits, (5, 4, 3, 2, 7, 6, 5, 4, 3, 2), strict=False))
    return (11 - total % 11) % 10 == int(digits[10])


def korean_registration(digits: str) -> bool:
    """Resident or alien number by its date; the digits after it are random since 2020."""
    return re.fullmatch(r"[0-9]{2}(0[1-9]|1[0-2])(0[1-9]|[12][0-9]|3[01])[0-9]{7}", digits) is not None


def indonesian_nik(digits: str) -> bool:
    """Area, then DDMMYY with 40 added to the day for women."""
    return re.fullmatch(r"[1-9][0-9]{5}([0-2][1-9]|[1-2]0|3[01]|[4-6][1-9]|[56]0|7[01])(0[1-9]|1[0-2])[0-9]{6}",
                        digits) is not None  # fmt: skip


def machine_readable_check(field: str) -> int:
    """ICAO 9303 check digit of a field: weights 7 3 1, letters from 10, ``<`` is 0."""
    values = (0 if char == "<" else int(char, 36) for char in field.upper())
    return sum(value * (7, 3, 1)[place % 3] for place, value in enumerate(values)) % 10

"""phone-mismatch and fee-mismatch: numbers in the text held against the roster's."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Final

from bot.domain.accounts import Registry
from bot.domain.lint.folding import like, sentence
from bot.domain.lint.model import Finding, Notice, Severity

_GAP: Final = r"[ ().\-ー]{0,2}"
_PHONE: Final = re.compile(
    rf"(?<![0-9A-Za-z/_=#.第-])(?:\+81[ \-]?(?:\(0\)|0)?[1-9][0-9]{{0,3}}|\(?0[0-9]{{1,4}}){_GAP}[0-9]{{1,4}}{_GAP}[0-9]{{3,4}}(?![0-9])(?!-[0-9])"
    r"|(?<![0-9A-Za-z])\+(?!81)[1-9][0-9]{0,2}(?:[ ().\-]{0,2}[0-9]){7,12}(?![0-9])"
)
_OTHER_NUMBER: Final = re.compile(r"(?:受付|受理|申請|整理|登録|法人|許可|届出|事件|問合せ?)番?号?[はが:「]{0,2}\s?$")
_DATE: Final = re.compile(r"0?[0-9]{1,2}[-.][0-9]{1,2}[-.][0-9]{2,4}")
_SHORT: Final = re.compile(r"(?<![0-9A-Za-z])[#][0-9]{4}(?![0-9])")
_DIAL: Final = re.compile(r"電話|ダイヤル|相談|警察|番へ|番に|\b(?:call|dial|phone|hotline)\b", re.IGNORECASE)
_YEN: Final = re.compile(
    r"(?<![0-9,])([0-9]{1,3}(?:,[0-9]{3})+|[0-9]{3,6})\s?(?:円|yen\b|日元|日圓|엔)|[¥￥]\s?([0-9,]{3,9})", re.IGNORECASE
)
_FEE: Final = re.compile(r"手数料|収入印紙|\bfees?\b|手续费|手續費|수수료|lệ phí", re.IGNORECASE)
_STATUS: Final = re.compile(
    r"在留資格(?:の)?変更|在留期間(?:の)?更新|期間更新|資格変更|変更許可|更新許可|change of status|extension|变更|更新许可|gia hạn",
    re.IGNORECASE,
)
_OTHER_FEE: Final = re.compile(
    r"永住|再入国|就労資格証明|認定|帰化|旅券|パスポート|permanent|re-?entry|永久", re.IGNORECASE
)


def phone_mismatch(notice: Notice) -> Iterator[Finding]:
    """A number that no office publishes; the fix is the official number that differs in one place."""
    known = notice.around.phones
    for match in _candidates(notice):
        digits = national(match[0])
        if digits in known or digits in notice.around.numbers:
            continue
        near = _nearest(digits, known)
        if len(digits.lstrip("+")) < 10 and not near:
            continue  # too short for a number of its own
        written = notice.text[match.start() : match.end()]
        facts = {"written": written, "right": near, "label": known[national(near)][1] if near else ""}
        fix = like(written, near) if near else None
        reason = "phone-near" if near else "phone-unknown"
        yield Finding("phone-mismatch", Severity.WARNING, match.start(), match.end(), reason, facts, fix)
    yield from _dials(notice, known)


def fee_mismatch(notice: Notice) -> Iterator[Finding]:
    """Fees for change or extension of status that the roster does not know in force on the day of the slot."""
    fees = [fee for office in notice.around.registry.offices for fee in office.fees if fee.since <= notice.day]
    known = {fee.yen for fee in fees}
    if not known or not _FEE.search(notice.even):
        return
    for match in _YEN.finditer(notice.even):
        start, end = sentence(notice.even, *match.span())
        whole = notice.even[start:end]
        amounts = {_amount(each) for each in _YEN.finditer(whole)}
        about = _FEE.search(whole) and _STATUS.search(whole) and not _OTHER_FEE.search(whole)
        if about and not amounts & known:
            facts = {
                "written": notice.text[match.start() : match.end()],
                "known": "、".join(f"{y:,}円" for y in sorted(known)),
            }
            yield Finding("fee-mismatch", Severity.WARNING, match.start(), match.end(), "fee-mismatch", facts)


def official_places(notice: Notice) -> Iterator[tuple[int, int]]:
    """Where numbers of the roster or of public bodies stand."""
    known = notice.around.phones
    for match in _candidates(notice):
        if national(match[0]) in known or national(match[0]) in notice.around.numbers:
            yield match.span()


def official_numbers(registry: Registry) -> dict[str, tuple[str, str]]:
    """Digits of every office's numbers, with the number as printed and whose it is."""
    return {
        national(phone.number): (phone.number, phone.label)
        for office in registry.offices
        for phone in office.phones
        if national(phone.number)
    }


def national(written: str) -> str:
    """Digits as dialled in Japan; numbers of other states keep their plus."""
    plus = written.lstrip().startswith("+")
    digits = re.sub(r"\D", "", written)
    if plus and digits.startswith("81"):
        return "0" + digits[2:].removeprefix("0")
    return "+" + digits if plus else digits


def _candidates(notice: Notice) -> Iterator[re.Match[str]]:
    for match in _PHONE.finditer(notice.even):
        inside = any(link.start <= match.start() < link.end for link in notice.links)
        most = 11 if national(match[0]).startswith("0") else 16
        other = match[0].isdigit() and _OTHER_NUMBER.search(notice.even[max(0, match.start() - 8) : match.start()])
        if not (inside or other or _DATE.fullmatch(match[0])) and len(national(match[0])) <= most:
            yield match


def _dials(notice: Notice, known: Mapping[str, tuple[str, str]]) -> Iterator[Finding]:
    """#9110 and the like, where the sentence speaks of calling."""
    for match in _SHORT.finditer(notice.even):
        digits = match[0][1:]
        whole = notice.even[slice(*sentence(notice.even, *match.span()))]
        if digits in known or digits in notice.around.numbers or not _DIAL.search(whole):
            continue
        facts = {"written": notice.text[match.start() : match.end()], "right": "", "label": ""}
        yield Finding("phone-mismatch", Severity.WARNING, match.start(), match.end(), "phone-unknown", facts)


def _nearest(digits: str, known: Mapping[str, tuple[str, str]]) -> str:
    """The official number, as printed, that one slip of a finger away; empty if there is none or two."""
    near = [printed for number, (printed, _) in known.items() if len(number) >= 8 and _one_slip(digits, number)]
    return near[0] if len(near) == 1 else ""


def _one_slip(one: str, other: str) -> bool:
    """One digit changed, missing or too many, or two neighbours swapped."""
    if abs(len(one) - len(other)) > 1 or one == other:
        return False
    if len(one) == len(other):
        places = [place for place in range(len(one)) if one[place] != other[place]]
        swapped = len(places) == 2 and places[1] == places[0] + 1
        return len(places) == 1 or (
            swapped and one[places[0]] == other[places[1]] and one[places[1]] == other[places[0]]
        )
    longer, shorter = (one, other) if len(one) > len(other) else (other, one)
    return any(longer[:place] + longer[place + 1 :] == shorter for place in range(len(longer)))


def _amount(match: re.Match[str]) -> int:
    return int((match[1] or match[2]).replace(",", "") or 0)

"""outside-hours: a slot while the office is closed, and counter times in the text that its own hours contradict."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import time
from typing import Final

from bot.domain import hours
from bot.domain.accounts import Span
from bot.domain.hours import Shut
from bot.domain.lint.clock import Clock, read_clocks, write_like
from bot.domain.lint.folding import sentence
from bot.domain.lint.model import Finding, Notice, Severity

_COUNTER: Final = re.compile(
    r"窓口|開庁時間|開庁は|業務時間|執務時間|受付時間|受付は|申請受付|受け付けは|(?:まで|から)(?:の)?(?:受付|受け付け)|営業時間|\b(?:counters?|office hours|business hours|service hours|opening hours)\b"
    r"|窗口|办公时间|辦公時間|창구|업무시간|quầy|giờ làm việc|horário de atendimento|loket",
    re.IGNORECASE,
)
_OTHER: Final = re.compile(
    r"電話|でんわ|ダイヤル|コール|TEL|[☎📞]|オンライン|電子|システム|メール|ウェブ|インターネット|説明会|セミナー|イベント|相談会|面接会|会場|講座"
    r"|臨時|特別|延長|開門|開場|整理券|入口|玄関|正門|ドア|混雑|待ち|空いて|空港|審査場|面会|駐車|バス|外出|対応者|翌日|24時間"
    r"|\b(?:phone|call|online|system|event|seminar|special|extended|doors?|waiting|website|airport|e-?mail)\b|网上|线上|电话|온라인|전화|điện thoại|trực tuyến",
    re.IGNORECASE,
)
_HOTLINE: Final = re.compile(r"(?<![0-9])0[0-9]{1,4}[- (]?[0-9]{1,4}[-) ]?[0-9]{3,4}(?![0-9])")
_PLACE: Final = re.compile(
    r"出張所|分室|市役所|区役所|町役場|村役場|FRESC|フレスク|インフォメーション|大使館|領事館|警察|法テラス"
)


def slot_outside_hours(notice: Notice) -> Iterator[Finding]:
    """The slot lies outside the office's hours; with a reason it is an exception that a second person agrees to."""
    if notice.at is None:
        return
    try:
        standing = hours.standing(notice.office, notice.at)
    except ValueError:
        return  # a year for which holidays are not known
    if standing.open or standing.shut is None:
        return
    unknown = standing.shut is Shut.UNKNOWN_HOURS
    severity = Severity.HINT if notice.reason else Severity.WARNING if unknown else Severity.ERROR
    spans = ", ".join(map(str, notice.office.hours.on(notice.day.weekday())))
    facts = {"office": notice.office.names.ja, "office_en": notice.office.names.en, "slot": f"{notice.sent:%H:%M}",
             "date": notice.day.isoformat(), "hours": spans, "by": standing.closed.by.value if standing.closed else "",
             "name": standing.closed.name if standing.closed else ""}  # fmt: skip
    yield Finding("outside-hours", severity, 0, 0, f"slot-{standing.shut.value}", facts)


def times_outside_hours(notice: Notice) -> Iterator[Finding]:
    """窓口は17時まで where the counter closes at 16:00; only sentences about this office's counter count."""
    spans = _usual(notice)
    if not spans or not _COUNTER.search(notice.even):
        return
    opens, closes = spans[0].opens, spans[-1].closes
    seen: set[int] = set()
    for counter in _COUNTER.finditer(notice.even):
        start, end = sentence(notice.even, *counter.span())
        if start in seen:
            continue
        seen.add(start)
        if _about_others(notice, start, end):
            continue
        for clock in read_clocks(notice.even, start, end):
            right = _right(clock, opens, closes)
            if right is not None:
                yield _contradiction(notice, clock, right, spans)


def _usual(notice: Notice) -> tuple[Span, ...]:
    """The spans of a usual weekday; nothing where days differ, for a text rarely says which it means."""
    week = {notice.office.hours.on(day) for day in range(5)}
    return week.pop() if len(week) == 1 else ()


def _about_others(notice: Notice, start: int, end: int) -> bool:
    around = notice.even[start : sentence(notice.even, end, min(len(notice.even), end + 1))[1]]
    whole = notice.even[start:end]
    return bool(_OTHER.search(whole) or _PLACE.search(whole) or _HOTLINE.search(around))


def _right(clock: Clock, opens: time, closes: time) -> time | None:
    """What the time should be; None when it does not contradict the hours."""
    if clock.closes and not opens < clock.at <= closes:
        return closes
    if clock.opens and not opens <= clock.at < closes:
        return opens
    return None


def _contradiction(notice: Notice, clock: Clock, right: time, spans: tuple[Span, ...]) -> Finding:
    written = notice.text[clock.start : clock.end]
    fix = write_like(written, right)
    facts = {"written": written, "right": fix, "hours": ", ".join(map(str, spans)),
             "office": notice.office.names.ja, "office_en": notice.office.names.en}  # fmt: skip
    return Finding("outside-hours", Severity.WARNING, clock.start, clock.end, "text-hours", facts, fix)

"""past-date and closed-day: is the day still to come, and does the office open on it?"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Final

from bot.domain import hours
from bot.domain.calendar import ClosedDay, closed_day, next_working_day
from bot.domain.lint.clock import read_clocks
from bot.domain.lint.dates import Mention
from bot.domain.lint.folding import sentence
from bot.domain.lint.model import Finding, Notice, Severity

_FLAGS: Final = re.IGNORECASE
_PAST: Final = re.compile(
    r"(?:[しれっいんえけせめべげてねきぎじちびみり]|[\u4e00-\u9fff])た(?![いくらりだちつめまきなに])|だった"
    r"|時点|現在|(?<![受り])(?<!受け)付け?(?:の|で|$|[)。、\s])|施行|改正|制定|公布|成立|閣議|生まれ|発行(?:の|日|[)）])|公表|撮影|更新(?:日|[)）])|最終更新|決定|締結|改定|改訂|適用|発表|掲載|通知|告示|発効|以来|以前|以後|判決|発生|当時|版"
    r"|\b(?:since|was|were|had|has been|have been|as of|dated|issued|published|enacted|ago)\b|\b(?<!be )(?<!is )(?<!are )\w{3,}ed (?:on|from|in)\b"
    r"|đã|kể từ|từ ngày|已|以来|(?<![終完])了(?=[。,，!]|$)|[했였었]습니다|부터|\b(?:foi|foram|desde|fue|fueron|telah|sejak|sudah)\b|ตั้งแต่|แล้ว",
    _FLAGS,
)
_SINCE: Final = re.compile(r"[)\]】]?\s?(?:から|より|以降|以来|~)")
_FUTURE: Final = re.compile(
    r"(?:し|り|い|き|め|え|れ|ま|び)ます(?=[。！!\s]|$)|予定|します|まもなく|行い|\b(?:will|shall|going to|starts?|begins?)\b|sẽ|将|將|예정|[하합]니다|akan|será|จะ",
    _FLAGS,
)
_INTENT: Final = re.compile(
    r"開催|実施|予定|ください|下さい|お越し|締|〆|期限|まで|開始|始ま|休|停止|メンテ|庁し|ません|参加|申[しい]?込|予約|募集|日時|日程|受付|窓口|説明会|相談会"
    r"|\b(?:will|please|deadline|until|closed|open|apply)\b|sẽ|将|截止|예정|마감",
    _FLAGS,
)
_ONGOING: Final = re.compile(
    r"ています|ております|中です|中。|中$|おり|引き続き|継続|好評|いただけます|できます|円です|となります"
)
_OPEN: Final = re.compile(
    r"受け?付け?|窓口|開庁|開館|開所|営業|開いて|開きます|開ける|開け、|あいて|あきます|オープン|来庁|お越し|通常どおり|通常通り|手続き?(?:が|は)?でき|申請(?:が|は)?でき|取扱|取り扱"
    r"|\b(?:open|opens|reopens?|counters?|accept(?:s|ed|ing)?|business hours|office hours)\b|受理|办公|辦公|开放|開放|窗口|접수|창구|업무|tiếp nhận|mở cửa|quầy|atendimento|abert[ao]|abiert[ao]|atención|buka|loket|เปิด|bukas",
    _FLAGS,
)
_CLOSED: Final = re.compile(
    r"休|閉庁|閉館|閉め|閉ま|閉じ|閉鎖|閉室|閉所|停止|中止|終了|しません|ません|できない|行わない|[しけか]ない|ていない|おらず|かねます|ご遠慮|除[くき]|のぞ[くき]|やす(?:み|む)|しま(?:り|る|って)|クローズ|(?:取り?扱い|受付|業務)は?なし|お取り?扱いは"
    r"|\b(?:closed|closes|closure|not|no|unavailable|except|holidays?|suspended|cancel\w*|won't|excluding)\b|关闭|關閉|不(?:办|辦|受理|开|開|对外|對外)|除外|휴|닫|않|쉽니다|đóng|nghỉ|không|trừ|fechad|não|exceto|feriado|cerrad|excepto|feriado|tutup|libur|tidak|kecuali|ปิด|หยุด|ยกเว้น|sarado|walang",
    _FLAGS,
)
_ELSEWHERE: Final = re.compile(
    r"オンライン|電子(?:申請|届出)|メール|ウェブ|インターネット|郵送|システム|電話|臨時|特別に|特例|休日(?:開庁|窓口|も)|[土日]曜(?:日)?(?:も|開庁|窓口|にも)|空港|出入国審査"
    r"|\b(?:online|e-?mail|website|by post|special|phone|system)\b|网上|線上|在线|온라인|trực tuyến|online",
    _FLAGS,
)
_EVENT: Final = re.compile(
    r"セミナー|説明会|イベント|フェア|相談会|面接会|講座|講演|まつり|祭|フォーラム|シンポジウム|会場|教室|\b(?:seminar|event|fair|workshop|session|forum)\b|讲座|说明会|설명회|hội thảo",
    _FLAGS,
)
_COUNTER: Final = re.compile(r"窓口|開庁|営業|来庁|\b(?:counters?|office)\b|窗口|창구|quầy", _FLAGS)
_TODAY: Final = re.compile(r"本日|今日|きょう|\btoday\b|今天|오늘|hôm nay", _FLAGS)
_TOMORROW: Final = re.compile(r"明日|あした|(?<!\w)あす(?=は|の|も|、)|\btomorrow\b|明天|내일|ngày mai", _FLAGS)
_ASIAN: Final = re.compile("[\u3040-\u30ff\u4e00-\u9fff\uac00-\ud7af]")


def past_date(notice: Notice) -> Iterator[Finding]:
    """A day or an hour that has gone by when readers see the notice, unless the sentence tells of the past."""
    for number, mention in enumerate(notice.dates):
        following = notice.dates[number + 1] if number + 1 < len(notice.dates) else None
        day = mention.day
        if day is None or (following and following.linked):
            continue  # a span is over when its end is
        if day < notice.day and not _tells_of_past(notice, mention, day):
            yield _past(notice, mention, day, "past-date")
        elif day == notice.day and _hour_gone(notice, mention, following):
            yield _past(notice, mention, day, "past-hour")


def closed_day_open(notice: Notice) -> Iterator[Finding]:
    """A closed day beside words that say the counter is open."""
    groups = list(_spans_of_dates(notice.dates))
    for number, group in enumerate(groups):
        ends = groups[number - 1][-1].reach if number else 0
        begins = groups[number + 1][0].start if number + 1 < len(groups) else len(notice.even)
        if _says_open(notice, group, ends, begins):
            yield from _closed_ones(notice, group)
    yield from _closed_relative(notice)


def _tells_of_past(notice: Notice, mention: Mention, day: date) -> bool:
    start, end = sentence(notice.even, mention.start, mention.reach)
    after, whole = notice.even[mention.end : end], notice.even[start:end]
    if _PAST.search(after) or (not _ASIAN.search(whole) and _PAST.search(whole)):
        return True
    if _SINCE.match(notice.even, mention.reach) and (not _FUTURE.search(after) or _ONGOING.search(after)):
        return True
    return (notice.day - day).days > 400 and not _INTENT.search(whole)


def _hour_gone(notice: Notice, mention: Mention, following: Mention | None) -> bool:
    if notice.at is None:
        return False
    _, end = sentence(notice.even, mention.start, mention.reach)
    end = min(end, following.start) if following else end
    clocks = read_clocks(notice.even, mention.reach, end)
    after = notice.even[mention.reach : end]
    if not clocks or _PAST.search(after) or clocks[-1].at > notice.sent.time().replace(tzinfo=None):
        return False
    return clocks[-1].closes or not (_ONGOING.search(after) or re.search(r"中|ています", after))


def _past(notice: Notice, mention: Mention, day: date, reason: str) -> Finding:
    facts = {"date": _ja(day), "iso": day.isoformat(), "sent": _ja(notice.day)}
    fix = _next_year(notice, mention, day) if reason == "past-date" else None
    return Finding("past-date", Severity.WARNING, mention.start, mention.end, reason, facts, fix)


def _next_year(notice: Notice, mention: Mention, day: date) -> str | None:
    """A year left standing from last time: its weekday already is that of this year's day."""
    if mention.year is None or mention.word is None or day.weekday() == mention.word.day:
        return None
    written = notice.text[mention.start : mention.end]
    for year in (notice.day.year, notice.day.year + 1):
        try:
            moved = day.replace(year=year)
        except ValueError:
            continue
        if moved >= notice.day and moved.weekday() == mention.word.day and written.startswith(str(day.year)):
            return written.replace(str(day.year), str(year), 1)
    return None


def _spans_of_dates(dates: tuple[Mention, ...]) -> Iterator[list[Mention]]:
    """Dates in groups: a span from one to another is one group."""
    group: list[Mention] = []
    for mention in dates:
        if group and not mention.linked:
            yield group
            group = []
        group.append(mention)
    if group:
        yield group


def _says_open(notice: Notice, group: list[Mention], ends: int, begins: int) -> bool:
    """In Japanese the verb follows the date, elsewhere it stands before; a bare date takes it from the line above."""
    start, end = sentence(notice.even, group[0].start, group[-1].reach)
    whole = notice.even[start:end]
    before = notice.even[max(start, ends) : group[0].start]
    after = notice.even[group[-1].reach : min(end, begins)]
    if _ELSEWHERE.search(whole) or (_EVENT.search(whole) and not _COUNTER.search(whole)):
        return False
    sides = (after, before, notice.even[start : group[0].start])
    for side in sides if _ASIAN.search(whole) else (before, after, whole):
        if _CLOSED.search(side):
            return False
        if _OPEN.search(side):
            return True
    above = notice.even[sentence(notice.even, max(0, start - 2), max(0, start - 1))[0] : max(0, start - 1)]
    plain = not re.search(r"[ぁ-ん]{3}", after)
    told = _CLOSED.search(above) or _EVENT.search(above) or _ELSEWHERE.search(above)
    return plain and not told and _OPEN.search(above) is not None


def _closed_ones(notice: Notice, group: list[Mention]) -> Iterator[Finding]:
    for mention in group:
        if mention.day and mention.day >= notice.day:
            closed = _closed(notice, mention.day)
            if closed:
                yield _closed_finding(notice, mention.start, mention.end, closed)


def _closed_relative(notice: Notice) -> Iterator[Finding]:
    """本日 and 明日, counted from the slot."""
    if notice.at is None:
        return
    for form, days in ((_TODAY, 0), (_TOMORROW, 1)):
        for match in form.finditer(notice.even):
            closed = _closed(notice, notice.day + timedelta(days))
            start, end = sentence(notice.even, *match.span())
            whole = notice.even[start:end]
            if closed and _OPEN.search(whole) and not (_CLOSED.search(whole) or _ELSEWHERE.search(whole)):
                yield _closed_finding(notice, *match.span(), closed)
                return


def _closed(notice: Notice, day: date) -> ClosedDay | None:
    try:
        return None if hours.spans_on(notice.office, day) else closed_day(day, notice.office)
    except ValueError:
        return None  # outside the years for which holidays are known


def _closed_finding(notice: Notice, start: int, end: int, closed: ClosedDay) -> Finding:
    following = next_working_day(closed.day, notice.office)
    facts = {"date": _ja(closed.day), "iso": closed.day.isoformat(), "by": closed.by.value, "name": closed.name,
             "next": _ja(following), "next_iso": following.isoformat()}  # fmt: skip
    return Finding("closed-day", Severity.WARNING, start, end, "closed-day", facts)


def _ja(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日({'月火水木金土日'[day.weekday()]})"

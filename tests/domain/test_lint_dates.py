"""Weekdays, eras, days gone by, closed days and hours: for every rule as many innocents as hits."""

from __future__ import annotations

import pytest

from tests.notices import findings, mended, notice, seen

# The slot is Tuesday 1 December 2026, 10:00 in Japan. 8 December 2026 is a Tuesday.
WRONG_WEEKDAYS = [
    ("12月8日(水)から変わります", "水", "12月8日(火)から変わります"),
    ("12/8(水)", "水", "12/8(火)"),
    ("12/8 (Wed)", "Wed", "12/8 (Tue)"),
    ("2026年12月8日（水曜日）", "水曜日", "2026年12月8日（火曜日）"),
    ("2026/12/8(水)", "水", "2026/12/8(火)"),
    ("2026-12-08 (Wed)", "Wed", "2026-12-08 (Tue)"),
    ("令和8年12月8日(水)", "水", "令和8年12月8日(火)"),
    ("R8.12.8(水)", "水", "R8.12.8(火)"),
    ("１２月８日（水）", "水", "１２月８日（火）"),
    ("十二月八日(水)", "水", "十二月八日(火)"),
    ("12月8日㈬", "㈬", "12月8日㈫"),
    ("12月8日【水】", "水", "12月8日【火】"),
    ("12月8日水曜日", "水曜日", "12月8日火曜日"),
    ("12月8日(水・祝)", "水", "12月8日(火・祝)"),
    ("12月(がつ)8日(ようか)（すいようび）", "すいようび", "12月(がつ)8日(ようか)（かようび）"),
    ("8日(水)に開きます", "水", "8日(火)に開きます"),
    ("12月は8日(火)、15日(水)です", "水", "12月は8日(火)、15日(火)です"),
    ("12月8日(火)、9(木)", "木", "12月8日(火)、9(水)"),
    ("12月8日(火)〜10日(金)", "金", "12月8日(火)〜10日(木)"),
    ("12月29日(火)〜1月3日(土)", "土", "12月29日(火)〜1月3日(日)"),
    ("12月29日(火)から翌年1月4日(日)まで", "日", "12月29日(火)から翌年1月4日(月)まで"),
    ("12月12日・13日(土・月)", "月", "12月12日・13日(土・日)"),
    ("1月4日(日)から開庁", "日", "1月4日(月)から開庁"),
    ("本日(水)は混雑しています", "水", "本日(火)は混雑しています"),
    ("明日（火曜）は休みです", "火曜", "明日（水曜）は休みです"),
    ("水曜日(12月8日)", "水曜日", "火曜日(12月8日)"),
    ("Wednesday, 8 December 2026", "Wednesday", "Tuesday, 8 December 2026"),
    ("Dec 8 (WED)", "WED", "Dec 8 (TUE)"),
    ("on Wednesday, December 8th", "Wednesday", "on Tuesday, December 8th"),
    ("12月8日星期三", "星期三", "12月8日星期二"),
    ("12月8日（周三）", "周三", "12月8日（周二）"),
    ("12월 8일(수)", "수", "12월 8일(화)"),
    ("12월 8일 수요일", "수요일", "12월 8일 화요일"),
    ("thứ Tư, ngày 8 tháng 12 năm 2026", "thứ Tư", "thứ Ba, ngày 8 tháng 12 năm 2026"),
    ("Thứ 4, ngày 8/12/2026", "Thứ 4", "Thứ 3, ngày 8/12/2026"),
    ("quarta-feira, 8 de dezembro", "quarta-feira", "terça-feira, 8 de dezembro"),
    ("miércoles 8 de diciembre de 2026", "miércoles", "martes 8 de diciembre de 2026"),
    ("Rabu, 8 Desember 2026", "Rabu", "Selasa, 8 Desember 2026"),
    ("วันพุธที่ 8 ธันวาคม 2569", "วันพุธ", "วันอังคารที่ 8 ธันวาคม 2569"),
    ("Miyerkules, Disyembre 8, 2026", "Miyerkules", "Martes, Disyembre 8, 2026"),
]
RIGHT_WEEKDAYS = [
    "12月8日(火)", "12/8(火)", "12/8 (Tue)", "2026年12月8日（火曜日）", "8日(火)", "令和8年12月8日(火)", "12月8日㈫",
    "12月29日(火)〜1月3日(日)", "12月29日(火)から翌年1月3日(日)まで", "1月4日(月)", "12月23日(水・平日)",
    "11月23日(月・祝)", "12月8日(月〜金)", "毎週月曜日(12月8日を除く)", "12月12日・13日(土・日)", "12月12日、13日(土日)",
    "Tuesday, 8 December 2026", "Monday, December 7 and Tuesday, December 8", "Dec. 8 (Tue.)", "12月8日星期二",
    "12月8日（周二）", "12월 8일(화)", "thứ Ba, ngày 8 tháng 12 năm 2026", "terça-feira, 8 de dezembro de 2026",
    "martes 8 de diciembre", "Selasa, 8 Desember 2026", "วันอังคารที่ 8 ธันวาคม 2569", "2020年7月22日(水)に決めた",
    "2026年(令和8年)12月8日(火)", "12月8日(日本時間)", "12月8日(金額は別途)", "第3(月)", "問1(火)", "12月8日 9:00",
    "3/4以上", "1か月8日間", "12月8日、月曜は休みです", "December 8 Monday to Friday", "2027年1月12日(火)・13日(水)",
]  # fmt: skip


@pytest.mark.parametrize(("text", "word", "right"), WRONG_WEEKDAYS)
def test_a_wrong_weekday_is_found_and_mended_in_its_own_style(text: str, word: str, right: str) -> None:
    made = notice(text)
    assert seen("weekday-mismatch", made) == [word]
    assert mended(made, "weekday-mismatch") == right


@pytest.mark.parametrize("text", [*RIGHT_WEEKDAYS, *(right for _, _, right in WRONG_WEEKDAYS)])
def test_a_right_weekday_is_left_alone(text: str) -> None:
    assert seen("weekday-mismatch", notice(text)) == []


def test_last_years_weekday_is_not_taken_for_another_year() -> None:
    """4月1日 was a Wednesday in 2026 and is a Thursday in 2027, which is what a notice of December means."""
    assert mended(notice("4月1日(水)から", at="2026-12-20T10:00+09:00"), "weekday-mismatch") == "4月1日(木)から"


def test_a_day_that_does_not_exist_is_told() -> None:
    assert seen("no-such-date", notice("2月30日と11月31日、12月31日")) == ["2月30日", "11月31日"]


WRONG_ERAS = [
    ("令和7年(2026年)", "令和7", "令和8年(2026年)"),
    ("令和７年（２０２６年）", "令和７", "令和８年（２０２６年）"),
    ("2026年(令和7年)12月8日", "令和7", "2026年(令和8年)12月8日"),
    ("令和8年(2025年)", "2025", "令和8年(2026年)"),
    ("R7(2026)", "R7", "R8(2026)"),
    ("令和7年12月8日(2026年12月8日)", "令和7", "令和8年12月8日(2026年12月8日)"),
    ("令和9年度(2026年度)", "令和9", "令和8年度(2026年度)"),
    ("平成30年(2019年)", "2019", None),
    ("平成31年5月1日", "平成31", "令和元年5月1日"),
    ("令和元年4月30日", "令和元", "平成31年4月30日"),
    ("平成38年(2026年)", "平成38", "令和8年(2026年)"),
    ("平成39年4月から", "平成39", "令和9年4月から"),
    ("Reiwa 7 (2026)", "Reiwa 7", "Reiwa 8 (2026)"),
    ("2568 (ค.ศ. 2026)", "2568", "2569 (ค.ศ. 2026)"),
]
RIGHT_ERAS = [
    "令和8年(2026年)", "2026年(令和8年)", "令和元年(2019年)", "平成31年(2019年)", "平成元年(1989年)", "昭和63年(1988年)",
    "令和8年度(2026年度)", "令和7年度(2026年3月まで)", "R8(2026)", "2020年(令和2年)7月22日", "Reiwa 8 (2026)",
    "令和8年12月と2025年", "2569 (ค.ศ. 2026)", "平成31年4月1日", "昭和63年法律第91号", "R棟(2025年築)", "HR2(2026)",
]  # fmt: skip


@pytest.mark.parametrize(("text", "place", "right"), WRONG_ERAS)
def test_years_that_disagree_are_found_and_mended(text: str, place: str, right: str | None) -> None:
    made = notice(text)
    found = seen("era-mismatch", made)
    assert len(found) == 1
    if right is not None:
        assert found == [place]
        assert mended(made, "era-mismatch") == right


@pytest.mark.parametrize("text", RIGHT_ERAS)
def test_years_that_agree_are_left_alone(text: str) -> None:
    assert seen("era-mismatch", notice(text)) == []


GONE_BY = [
    "11月24日(火)に説明会を開催します", "申請は11月30日までです", "2026年11月2日から受付を開始します", "説明会 11/24(火) 14:00",
    "2025年12月8日に説明会を開催します", "The seminar will be held on November 24, 2026.", "日時:令和8年11月24日(火)",
    "11月20日(金)〜11月25日(水)に開催します", "Hội thảo ngày 24/11/2026", "研讨会将于11月24日举行", "11月24日(火)は休みです",
    "12月1日(火)9時から説明会を開催します", "本日12月1日 8:30〜9:30 停止します",
]  # fmt: skip
STILL_TO_COME_OR_TOLD = [
    "12月8日(火)に説明会を開催します", "1月4日(月)から開庁します", "11月20日(金)〜12月10日(木)に受け付けます",
    "2020年7月22日に開始した運用方針です", "2020年7月22日に開始しました", "2025年4月1日から手数料が変わりました",
    "2025年4月1日から手数料は6,000円です", "11月2日から受け付けています", "2026年3月10日の閣議決定", "2025年12月末現在",
    "平成元年12月15日法律第79号として公布", "11月30日までに申請した方", "The office has been open since November 2, 2026.",
    "Số liệu từ ngày 1/4/2025", "11月24日に説明会が開かれました", "12月1日(火)10時30分から開催します",
    "12月1日(火)9時〜16時に開いています", "11月24日(火)の説明会では、多くの質問をいただいた。", "先月の統計を公表", "1/2",
    "2026年6月14日から特定在留カードの交付が始まった", "6月1日付けで着任", "12月1日です",
]  # fmt: skip


@pytest.mark.parametrize("text", GONE_BY)
def test_a_day_gone_by_is_told(text: str) -> None:
    assert findings("past-date", notice(text))


@pytest.mark.parametrize("text", STILL_TO_COME_OR_TOLD)
def test_days_to_come_and_the_past_told_as_past_are_left_alone(text: str) -> None:
    assert seen("past-date", notice(text)) == []


def test_a_year_left_standing_is_mended_where_the_weekday_shows_it() -> None:
    made = notice("2025年12月8日(火)に開催します")
    assert mended(made, "past-date") == "2026年12月8日(火)に開催します"


OPEN_ON_CLOSED_DAYS = [
    ("12月29日(火)も窓口を開けています", "12月29日"),
    ("12月12日(土)に窓口で受け付けます", "12月12日"),
    ("1月3日(日)から通常どおり開庁します", "1月3日"),
    ("1月11日(月)は開庁しています", "1月11日"),
    ("窓口は12月13日(日)も営業します", "12月13日"),
    ("12月29日から1月2日まで休みです。1月3日より受付を再開します", "1月3日"),
    ("12月29日〜1月2日は閉庁、1月3日(日)から開庁します", "1月3日"),
    ("The counter will be open on Sunday, January 3.", "January 3"),
    ("受付再開:1月2日", "1月2日"),
    ("【窓口開設】\n12月13日(日)", "12月13日"),
    ("12月29日（周二）窗口正常办公", "12月29日"),
]
CLOSED_OR_NOT_THE_COUNTER = [
    "12月29日(火)から1月3日(日)まで窓口はお休みです", "年末年始の閉庁:12月29日〜1月3日。1月4日(月)から開庁します",
    "12月8日(火)は窓口を開けています", "12月12日(土)に説明会を開催します", "12月12日(土)もオンライン申請は受け付けます",
    "12月13日(日)に臨時窓口を開設します", "The office is closed from December 29 to January 3 and open from January 4.",
    "受付期間:12月1日(火)〜12月25日(金)(土日祝を除く)", "12月12日(土)は受付しません", "12月13日(日)は窓口で申請できません",
    "2026年6月14日から申請を受け付けています", "12月29日至1月3日窗口关闭", "12월 29일부터 1월 3일까지 창구 휴무",
    "電話受付は12月12日(土)も行います", "12月12日・13日は休業、14日(月)から受付",
]  # fmt: skip


@pytest.mark.parametrize(("text", "place"), OPEN_ON_CLOSED_DAYS)
def test_a_closed_day_with_words_of_opening_is_told(text: str, place: str) -> None:
    assert seen("closed-day", notice(text)) == [place]


@pytest.mark.parametrize("text", CLOSED_OR_NOT_THE_COUNTER)
def test_closed_days_that_are_said_to_be_closed_are_left_alone(text: str) -> None:
    assert seen("closed-day", notice(text)) == []


def test_tomorrow_counts_from_the_slot() -> None:
    assert seen("closed-day", notice("明日も窓口を開けます", at="2026-12-04T10:00+09:00")) == ["明日"]
    assert seen("closed-day", notice("明日も窓口を開けます", at="2026-12-03T10:00+09:00")) == []


SLOTS = [  # account, slot, reason in words, severity
    ("IMMI_TOKYO", "2026-12-01T08:59+09:00", "slot-before-opening", "error"),
    ("IMMI_TOKYO", "2026-12-01T16:00+09:00", "slot-after-closing", "error"),
    ("IMMI_OSAKA", "2026-12-01T12:30+09:00", "slot-break", "error"),
    ("IMMI_TOKYO", "2026-12-05T10:00+09:00", "slot-closed-day", "error"),
    ("IMMI_TOKYO", "2026-12-31T10:00+09:00", "slot-closed-day", "error"),
    ("IMMI_TOKYO", "2026-11-23T01:00+00:00", "slot-closed-day", "error"),
    ("IMMI_YOKOHAMA", "2026-12-01T10:00+09:00", "slot-unknown-hours", "warning"),
]


@pytest.mark.parametrize(("handle", "at", "reason", "severity"), SLOTS)
def test_a_slot_outside_hours_says_why(handle: str, at: str, reason: str, severity: str) -> None:
    (found,) = findings("outside-hours", notice("お知らせ", handle, at=at))
    assert (found.reason, found.severity, found.start, found.end) == (reason, severity, 0, 0)


@pytest.mark.parametrize("at", ["2026-12-01T09:00+09:00", "2026-12-01T15:59+09:00", "2026-12-01T00:30+00:00", None])
def test_a_slot_in_hours_or_none_at_all_is_left_alone(at: str | None) -> None:
    assert findings("outside-hours", notice("お知らせ", at=at)) == []


def test_an_exception_with_a_reason_is_only_a_hint() -> None:
    (found,) = findings("outside-hours", notice("地震のお知らせ", at="2027-01-02T23:00+09:00", reason="地震"))
    assert found.severity == "hint"


WRONG_HOURS = [
    ("窓口は8時から16時までです", "8時", "窓口は9時から16時までです"),
    ("窓口は9:00〜17:00です", "17:00", "窓口は9:00〜16:00です"),
    ("平日の17時まで受付します", "17時", "平日の16時まで受付します"),
    ("受付時間は午前9時から午後5時まで", "午後5時", "受付時間は午前9時から午後4時まで"),
    ("窓口は９時～１７時", "１７時", "窓口は９時～１６時"),
    ("窓口は8時30分から", "8時30分", "窓口は9時から"),
    ("Our counter is open from 9:00 to 17:30.", "17:30", "Our counter is open from 9:00 to 16:00."),
    ("The counters are open 9 a.m. to 5 p.m.", "5 p.m.", "The counters are open 9 a.m. to 4 p.m."),
]
RIGHT_HOURS = [
    "窓口は9時から16時までです", "窓口は9:00〜16:00です", "窓口は9時から4時まで", "窓口は午後4時まで受け付けます",
    "電話受付は8:30〜17:15です", "オンラインの受付は24時間です", "説明会の受付は18時から", "臨時に窓口を18時まで延長します",
    "窓口は本日15時で終了します", "正面玄関は8時30分に開き、窓口は9時からです", "17時まで会議です", "窓口の待ち時間は3時間です",
    "千葉出張所の窓口は17時まで", "お問い合わせ窓口 0570-013904(8:30〜17:15)",
]  # fmt: skip


@pytest.mark.parametrize(("text", "place", "right"), WRONG_HOURS)
def test_counter_times_that_contradict_the_office_are_mended(text: str, place: str, right: str) -> None:
    made = notice(text)
    assert seen("outside-hours", made) == [place]
    assert mended(made, "outside-hours") == right


@pytest.mark.parametrize("text", RIGHT_HOURS)
def test_other_times_are_left_alone(text: str) -> None:
    assert seen("outside-hours", notice(text)) == []

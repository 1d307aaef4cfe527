"""Characters, personal data, names, numbers, sources, pictures, length: hits and as many innocents."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from bot.domain.lint.model import Picture
from tests.notices import TUE_10_JST, findings, mended, notice, registry, seen

HALF_WIDTH = [
    ("ﾃﾞｰﾀを入力", "データを入力"), ("ｶﾞｷﾞｸﾞﾊﾟﾋﾟ", "ガギグパピ"), ("｢窓口｣", "「窓口」"), ("ﾏｲﾅﾝﾊﾞｰ･ｶｰﾄﾞ", "マイナンバー・カード"),
    ("ｱﾒﾘｶとｶﾅﾀﾞ", "アメリカとカナダ"), ("カﾞ", "ガ"), ("ﾞ", "゛"), ("ｳﾞｨｻﾞ", "ヴィザ"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "right"), HALF_WIDTH)
def test_half_width_kana_becomes_full_width_with_its_marks(text: str, right: str) -> None:
    made = notice(text)
    assert findings("halfwidth-kana", made)
    assert mended(made, "halfwidth-kana") == right
    assert seen("machine-dependent-character", notice(right)) == []


@pytest.mark.parametrize("text", ["データを入力", "ABC 123", "「窓口」", "한글", "がぎぐ", "Ａ１"])
def test_other_writing_is_no_half_width_kana(text: str) -> None:
    assert seen("halfwidth-kana", notice(text)) == []


MACHINE_DEPENDENT = [  # text, places, mended (None: only the author knows)
    ("①申請書", ["①"], "(1)申請書"),
    ("㈱入管", ["㈱"], "(株)入管"),
    ("30㎡", ["㎡"], "30m2"),
    ("第Ⅳ部", ["Ⅳ"], "第IV部"),
    ("山﨑と髙橋", ["﨑", "髙"], "山崎と高橋"),
    ("担当:髙橋", ["髙"], "担当:高橋"),
    ("№5 ℡", ["№", "℡"], "No.5 TEL"),
    ("㋿8年", ["㋿"], "令和8年"),
    ("12月8日㈫", ["㈫"], "12月8日(火)"),
    ("⑳㉑", ["⑳㉑"], "(20)(21)"),
    ("10㌔", ["㌔"], "10キロ"),
    ("〝引用〟", ["〝", "〟"], "「引用」"),
    ("⼊国", ["⼊"], "入国"),
    ("𝐁𝐨𝐥𝐝", ["𝐁𝐨𝐥𝐝"], "Bold"),
    ("𠮷野さん", ["𠮷"], None),
    ("ゼロ\u200b幅", ["\u200b"], "ゼロ幅"),
    ("\u202e逆", ["\u202e"], "逆"),
    ("\ufeff先頭", ["\ufeff"], "先頭"),
    ("外字\ue000", ["\ue000"], None),
    ("か\u3099ぎ", ["か\u3099"], "がぎ"),
    ("cafe\u0301", ["e\u0301"], "café"),
    ("鍵\U000e0100", ["\U000e0100"], "鍵"),
    ("行\u2028行", ["\u2028"], "行\n行"),
    ("鐘\x07", ["\x07"], "鐘"),
    ("\ufffd", ["\ufffd"], None),
]
PLAIN = [
    "(1)申請書", "30平方メートル", "第IV部", "山崎と高橋", "😀👨‍👩‍👧🇯🇵❤️🏴\U000e0067\U000e0062\U000e007f👍🏽", "㊗️", "→○×★♪〜※℃…―",
    "品德很好，增加", "क्ष\u200d", "ประกาศ\u200bวันนี้", "Tiếng Việt", "がぎぐ", "一行\n二行\r\n三行", "Ａ１～", "한국어", "½©®™", "‼️⁉️",
    "မြန်မာ\u200bစာ", "々〆ヶ", "①".replace("①", "1"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "places", "right"), MACHINE_DEPENDENT)
def test_characters_that_depend_on_the_machine_are_told(text: str, places: list[str], right: str | None) -> None:
    made = notice(text)
    assert seen("machine-dependent-character", made) == places
    assert mended(made, "machine-dependent-character") == (text if right is None else right)


@pytest.mark.parametrize("text", PLAIN)
def test_plain_characters_emoji_and_other_scripts_are_left_alone(text: str) -> None:
    assert seen("machine-dependent-character", notice(text)) == []


def test_hidden_controls_are_errors_and_vendor_signs_are_warnings() -> None:
    hidden, sign = notice("\u202e逆"), notice("①")
    assert findings("machine-dependent-character", hidden)[0].severity == "error"
    assert findings("machine-dependent-character", sign)[0].severity == "warning"


PERSONAL = [
    ("旅券番号TK1234567の方", "TK1234567"),
    ("普通口座 1234567", "1234567"),
    ("生年月日:1995年4月3日", "1995年4月3"),
    ("XY 98765432 ZA", "XY 98765432 ZA"),
    ("担当 090-1234-5678", "090-1234-5678"), ("在留カード番号 XY98765432ZA の方", "XY98765432ZA"), ("080 1234 5678", "080 1234 5678"),
    ("連絡先:taro.yamada@mail.example", "taro.yamada@mail.example"), ("個人番号 8907 7186 0899", "8907 7186 0899"),
    ("０９０－１２３４－５６７８", "０９０－１２３４－５６７８"), ("カード番号 4012 8888 8888 1881", "4012 8888 8888 1881"),
]  # fmt: skip
NOT_PERSONAL = [
    "旅券番号の記入例:TK1234567",
    "生年月日を記入してください",
    "口座番号を教えないでください",
    "0570-013904", "03-5796-7112", "AB12345678CD", "info-tokyo@i.moj.go.jp", "受付番号 202612081000", "皆さん、学校に在籍している方へ",
    "東京都港区港南5-5-30", "https://www.isa.go.jp/090-1234-5678", "3,000人", "法人番号 7000012050002", "整理番号123",
    "個人番号(マイナンバー)を書かないでください", "12桁の番号", "住所は東京都港区港南5-5-30です",
]  # fmt: skip


@pytest.mark.parametrize(("text", "place"), PERSONAL)
def test_personal_data_is_an_error(text: str, place: str) -> None:
    made = notice(text)
    assert seen("personal-data", made) == [place]
    assert findings("personal-data", made)[0].severity == "error"


@pytest.mark.parametrize("text", NOT_PERSONAL)
def test_official_and_specimen_numbers_are_exempt(text: str) -> None:
    assert seen("personal-data", notice(text)) == []


OTHER_OFFICES = [
    ("IMMI_TOKYO", "大阪入管からのお知らせです", "大阪入管", "東京入管からのお知らせです"),
    ("IMMI_OSAKA", "東京出入国在留管理局の窓口", "東京出入国在留管理局", "大阪出入国在留管理局の窓口"),
    ("IMMI_OSAKA", "#東京入管", "東京入管", "#大阪入管"),
    ("IMMI_OSAKA", "@IMMI_TOKYO です", "IMMI_TOKYO", "@IMMI_OSAKA です"),
    ("IMMI_NARITA", "横浜支局の窓口", "横浜支局", None),
    ("IMMI_OSAKA", "名古屋局からお知らせ", "名古屋局", "大阪局からお知らせ"),
    ("IMMI_OSAKA", "Tokyo Regional Immigration Services Bureau", None, "Osaka Regional Immigration Services Bureau"),
    ("IMMI_OSAKA", "东京出入国在留管理局", None, "大阪出入国在留管理局"),
    ("IMMI_HIROSHIMA", "福岡出入国在留管理局那覇支局", None, None),
    ("nagoya.nyukan.support", "福岡入管です", "福岡入管", "名古屋入管です"),
]
OWN_OFFICES = [
    ("IMMI_TOKYO", "東京入管からのお知らせ"), ("IMMI_TOKYO", "横浜支局と成田空港支局の窓口"), ("IMMI_YOKOHAMA", "東京出入国在留管理局横浜支局"),
    ("IMMI_YOKOHAMA", "東京入管からのお知らせ"), ("IMMI_OSAKA", "出入国在留管理庁からのお知らせ"), ("MOJ_IMMI", "大阪入管の窓口"),
    ("IMMI_TOKYO", "札幌入管、大阪入管、福岡入管でも配布します"), ("IMMI_TOKYO", "大阪の方へ"), ("IMMI_TOKYO", "お近くの大阪入管などへ"),
    ("IMMI_TOKYO", "大阪入管の管轄の方は大阪入管へ"), ("IMMI_TOKYO", "大阪国税局"), ("IMMI_TOKYO", "Osaka Expo"),
]  # fmt: skip


@pytest.mark.parametrize(("handle", "text", "place", "right"), OTHER_OFFICES)
def test_another_offices_name_is_told(handle: str, text: str, place: str | None, right: str | None) -> None:
    made = notice(text, handle)
    assert seen("office-mismatch", made) == [place or text]
    if right:
        assert mended(made, "office-mismatch") == right


@pytest.mark.parametrize(("handle", "text"), OWN_OFFICES)
def test_the_own_family_lists_and_places_are_left_alone(handle: str, text: str) -> None:
    assert seen("office-mismatch", notice(text, handle)) == []


def test_every_account_may_say_its_own_name_and_handle() -> None:
    for account in registry().accounts:
        office = registry().office_of(account)
        text = " ".join((account.handle, *office.names.all(), *office.aliases))
        assert seen("office-mismatch", notice(text, account.handle)) == [], account.id


WRONG_NUMBERS = [
    ("0570-013905", "0570-013904"), ("0570-031904", "0570-013904"), ("０５７０－０１３９０５", "０５７０－０１３９０４"), ("0570-01390", "0570-013904"),
    ("03-5796-7113", "03-5796-7112"), ("+81-3-5796-7113", "03-5796-7112"), ("03-1234-5678", None), ("(03)1234-5678", None),
    ("0312345678", None), ("050-3333-4444", None), ("電話 #9119", None), ("+84 90 123 45 67", None), ("090-1234-5678", None),
]  # fmt: skip
RIGHT_NUMBERS = [
    "0570-013904", "0570(013)904", "０５７０－０１３９０４", "03-5796-7112", "+81-3-5796-7112", "+81 (0)3-5796-7112", "0120-279-338 9:00〜",
    "電話 #9110", "188番へ", "2026-12-08", "03-12-08", "〒060-0042", "受付番号0312345678", "https://www.isa.go.jp/0312345678", "#2026",
    "0時〜5時", "1,000,000円", "第0312345678号",
]  # fmt: skip


@pytest.mark.parametrize(("text", "right"), WRONG_NUMBERS)
def test_a_number_that_no_office_publishes_is_told(text: str, right: str | None) -> None:
    (found,) = findings("phone-mismatch", notice(text))
    assert found.fix == right


@pytest.mark.parametrize("text", RIGHT_NUMBERS)
def test_published_numbers_and_other_digits_are_left_alone(text: str) -> None:
    assert seen("phone-mismatch", notice(text)) == []


@pytest.mark.parametrize(
    ("text", "places"),
    [
        ("在留期間の更新の手数料は4,000円です", ["4,000円"]),
        ("在留資格の変更:手数料 ￥8,000", ["￥8,000"]),
        ("在留期間の更新の手数料は6,000円です", []),
        ("在留期間の更新の手数料は4,000円から6,000円になりました", []),
        ("永住許可の手数料は8,000円です", []),
        ("資料代は500円です", []),
    ],
)
def test_fees_are_held_against_the_roster(text: str, places: list[str]) -> None:
    assert seen("fee-mismatch", notice(text)) == places


LONG = "「在留期間の更新を希望する方は、満了日の三か月前から申請できます。手続には時間がかかることがあります。」"
WITHOUT_SOURCE = [
    "ホームページによると、申請は三か月前からできます。",
    "申請の要点を要約しました。出典:出入国在留管理庁ウェブサイト(https://www.isa.go.jp/a)",
    "isa.go.jpからの抜粋:申請は三か月前から",
    "在留期間の更新は三か月前から申請できます(ホームページより)", "当庁ウェブサイトから引用:三か月前から申請できます", f"{LONG}https://www.isa.go.jp/ja/a.html",
    f"{LONG}\n出入国在留管理庁", "以下、ウェブサイトより転載します。", "ホームページの内容を要約しました。", "Quoted from the ISA website: apply early.",
    "ホームページの内容を要約しました。出典:出入国在留管理庁ウェブサイト(https://www.isa.go.jp/a)",
]  # fmt: skip
WITH_SOURCE = [
    f"{LONG}\n出典:出入国在留管理庁ウェブサイト(https://www.isa.go.jp/ja/a.html)", "ホームページより予約してください", "詳しくはホームページをご覧ください",
    "ウェブサイトから申請書をダウンロードできます", "「共生社会」の説明はホームページへ https://www.isa.go.jp/", "お知らせをウェブサイトに掲載しました",
    "ホームページの内容を要約しました。出典:出入国在留管理庁ウェブサイト(https://www.isa.go.jp/a)を加工して作成", "不審な電話の例:" + LONG,
    "Source: Immigration Services Agency website (https://www.isa.go.jp/a). Quoted from the website.",
]  # fmt: skip


@pytest.mark.parametrize("text", WITHOUT_SOURCE)
def test_quoted_website_content_without_its_source_is_told(text: str) -> None:
    assert len(findings("missing-source", notice(text))) == 1


@pytest.mark.parametrize("text", WITH_SOURCE)
def test_a_source_line_or_a_mere_pointer_is_enough(text: str) -> None:
    assert findings("missing-source", notice(text)) == []


def test_a_source_line_is_offered_where_the_page_is_known() -> None:
    made = notice(f"{LONG} https://www.isa.go.jp/ja/a.html")
    assert "出典:出入国在留管理庁ウェブサイト(https://www.isa.go.jp/ja/a.html)" in mended(made, "missing-source")
    assert findings("missing-source", notice(mended(made, "missing-source"))) == []


PICTURES = [
    (Picture("a/poster.png", ""), "alt-missing"), (Picture("poster.png", "  "), "alt-missing"), (Picture("poster.png", "poster.png"), "alt-file-name"),
    (Picture("a/poster.png", "Poster"), "alt-file-name"), (Picture("x.png", "IMG_0123.JPG"), "alt-file-name"), (Picture("x.png", "画像"), "alt-says-nothing"),
    (Picture("x.png", "image 1"), "alt-says-nothing"), (Picture("x.png", "あ" * 1001), "alt-too-long"), (Picture("x.png", "…"), "alt-missing"),
]  # fmt: skip


@pytest.mark.parametrize(("picture", "reason"), PICTURES)
def test_a_picture_needs_words_that_say_what_it_shows(picture: Picture, reason: str) -> None:
    (found,) = findings("missing-alt-text", notice("お知らせ", media=(picture,)))
    assert (found.reason, found.severity, found.start, found.end) == (reason, "error", 0, 0)


def test_described_pictures_and_films_are_left_alone() -> None:
    media = (Picture("a.png", "窓口の場所を示す地図"), Picture("b.mp4", ""), Picture("c.jpg", "あ" * 1000))
    assert findings("missing-alt-text", notice("お知らせ", media=media)) == []


LENGTHS = [  # text, handle, first code point too much (None: it fits)
    ("あ" * 140, "IMMI_TOKYO", None), ("あ" * 141, "IMMI_TOKYO", 140), ("a" * 280, "IMMI_TOKYO", None), ("a" * 281, "IMMI_TOKYO", 280),
    ("あ" * 128 + "https://www.isa.go.jp/" + "a" * 200, "IMMI_TOKYO", None), ("あ" * 130 + " https://www.isa.go.jp/", "IMMI_TOKYO", 140),
    ("あ" * 63206, "ImmigrationServicesAgency.MOJ", None), ("あ" * 63207, "ImmigrationServicesAgency.MOJ", 63206),
]  # fmt: skip


@pytest.mark.parametrize(("text", "handle", "start"), LENGTHS, ids=range(len(LENGTHS)))
def test_length_counts_as_the_platform_counts(text: str, handle: str, start: int | None) -> None:
    found = findings("over-length", notice(text, handle))
    assert [each.end for each in found] == ([] if start is None else [len(text)])
    if start is not None and "://" not in text:
        assert found[0].start == start


def test_nothing_to_say_is_told_unless_a_picture_says_it() -> None:
    assert findings("empty-text", notice(" \n"))
    assert findings("empty-text", notice("", media=(Picture("a.png", "窓口の地図"),))) == []


def test_easy_japanese_asks_for_short_sentences_and_readings() -> None:
    easy = "当該窓口に遅滞なく申請してください。"
    reasons = {each.reason for each in findings("easy-japanese", notice(easy, lang="ja-easy"))}
    assert reasons == {"hard-word", "no-reading"}
    assert findings("easy-japanese", notice(easy)) == []
    assert findings("easy-japanese", notice("窓口(まどぐち)は 休(やす)みです。", lang="ja-easy")) == []
    assert findings("easy-japanese", notice("申請しなくはないことがあります。"))


def test_an_aware_slot_in_any_zone_is_the_same_instant() -> None:
    made = notice("お知らせ", at=TUE_10_JST.astimezone(UTC))
    assert made.day == datetime(2026, 12, 1, tzinfo=UTC).date()

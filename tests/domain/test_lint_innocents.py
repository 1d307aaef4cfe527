"""Notices as offices write them every week, all invented: not one finding, for a false alarm costs the lint its readers."""

from __future__ import annotations

import pytest

from bot.domain.lint import lint
from tests.notices import notice

# Slot: Tuesday 1 December 2026, 10:00 in Japan.
NOTICES = [
    ("IMMI_TOKYO", "【窓口混雑状況】本日10時現在、在留審査窓口の待ち時間はおよそ90分です。午後は比較的空いています。"),
    ("IMMI_TOKYO", "12月29日(火)から1月3日(日)まで、窓口業務はお休みです。年始は1月4日(月)から通常どおり開庁します。"),
    (
        "IMMI_TOKYO",
        "年末年始の閉庁について\n閉庁期間:令和8年12月29日(火)〜令和9年1月3日(日)\n1月4日(月)から通常どおり業務を行います。",
    ),
    (
        "MOJ_IMMI",
        "出入国在留管理庁の職員を名乗る不審な電話に御注意ください。当庁が電話で金銭を要求することはありません。警察相談専用電話 #9110、消費者ホットライン188",
    ),
    (
        "MOJ_IMMI",
        "2026年6月14日から、特定在留カードの申請を受け付けています。詳しくは https://www.moj.go.jp/isa/10_00001.html",
    ),
    (
        "IMMI_OSAKA",
        "外国人在留総合インフォメーションセンター:0570-013904(IP電話・海外からは03-5796-7112)、平日8:30〜17:15",
    ),
    (
        "IMMI_NAGOYA",
        "【システムメンテナンス】12月12日(土)22:00から12月13日(日)6:00まで、在留申請オンラインシステムを停止します。",
    ),
    ("IMMI_NAGOYA", "台風の接近により、本日の窓口受付は15時で終了します。"),
    ("IMMI_FUKUOKA", "12月10日(木)、福岡で外国人向けの合同相談会が開かれます。申込みは12月7日(月)まで。"),
    (
        "IMMI_TOKYO",
        "Tokyo Regional Immigration Services Bureau will be closed from December 29 (Tue) to January 3 (Sun). We reopen on Monday, January 4, 2027.",
    ),
    ("IMMI_TOKYO", "东京出入国在留管理局将于12月29日（周二）至1月3日（周日）休息，1月4日（周一）起正常办公。"),
    ("IMMI_TOKYO", "Cục sẽ đóng cửa từ thứ Ba ngày 29/12/2026 đến Chủ nhật ngày 3/1/2027."),
    ("IMMI_TOKYO", "12월 29일(화)부터 1월 3일(일)까지 휴무입니다. 1월 4일(월)부터 정상 업무를 시작합니다."),
    ("IMMI_TOKYO", "窓口の受付時間は、平日9時から16時までです(土日祝・年末年始を除く)。"),
    ("IMMI_SAPPORO", "窓口は9:00〜12:00、13:00〜16:00です。"),
    ("IMMI_TOKYO", "在留カードの番号(例:AB12345678CD)をSNSに書き込まないでください。"),
    ("IMMI_TOKYO", "手数料は2025年4月1日から変わりました。在留期間の更新:窓口6,000円、オンライン5,500円"),
    ("IMMI_TOKYO", "昨年12月1日に公表した資料を更新しました。"),
    ("IMMI_TOKYO", "出典:出入国在留管理庁ウェブサイト(https://www.isa.go.jp/ja/)を加工して作成"),
    ("IMMI_TOKYO", "詳しくはホームページをご覧ください。 https://www.isa.go.jp/ja/index.html"),
    ("IMMI_TOKYO", "横浜支局と成田空港支局でも同じ手続ができます。"),
    ("IMMI_YOKOHAMA", "東京出入国在留管理局からのお知らせです。"),
    ("MOJ_IMMI", "12月10日は人権デーです。誰もが暮らしやすい社会へ。"),
    ("IMMI_TOKYO", "定員の1/2を超えました。24時間365日、オンラインで申請できます。"),
    ("IMMI_TOKYO", "12月12日(土)・13日(日)は休みです。"),
    ("IMMI_TOKYO", "ポスターを作りました。😀👨‍👩‍👧🇯🇵 みなさん見てくださいね。"),
    ("IMMI_TOKYO", "やさしい日本語(にほんご)で話(はな)しましょう。"),
    ("IMMI_TOKYO", "昭和63年法律第91号により、土曜日・日曜日は閉庁日です。"),
    ("IMMI_TOKYO", "第1回:12月3日(木)、第2回:12月10日(木)、第3回:12月17日(木)"),
    ("IMMI_HIROSHIMA", "G7広島サミットは2023年5月19日から21日まで開かれました。"),
    ("IMMI_TOKYO", "申請書はPDF.jpgではなくPDF形式でお願いします。"),
    ("IMMI_TOKYO", "12月1日付けで局長が交代しました。"),
    ("IMMI_TOKYO", "郵便番号108-8255 東京都港区港南5-5-30 東京出入国在留管理局"),
    ("IMMI_TOKYO", "住所:東京都港区港南5-5-30\n電話:0570-013904"),
    (
        "IMMI_TOKYO",
        "「共生社会の実現に向けたロードマップ」を改訂しました。https://www.moj.go.jp/isa/support/coexistence/04_00033.html",
    ),
    ("IMMI_TOKYO", "午後は大変混雑します。午前9時の開庁直後をお避けください。"),
    ("IMMI_TOKYO", "2026年度(令和8年度)の統計を公表しました。"),
    ("IMMI_TOKYO", "平成31年4月1日に出入国在留管理庁が発足しました。"),
    ("IMMI_TOKYO", "ご予約は不要です。12月8日(火)10時から11時まで、1階ロビーで説明会を開催します。"),
    ("IMMI_TOKYO", "Regístrese antes del martes 8 de diciembre de 2026."),
    ("IMMI_TOKYO", "A nossa sede estará fechada de 29/12 (terça-feira) a 3/1 (domingo)."),
    ("IMMI_TOKYO", "12/29(火)～1/3(日) 閉庁\n1/4(月)～ 通常業務"),
    ("IMMI_TOKYO", "先週の説明会には200人が参加しました。ご参加ありがとうございました。"),
    ("IMMI_TOKYO", "車椅子の方は正面玄関をご利用ください。駐車場は8時30分に開きます。"),
    ("IMMI_TOKYO", "【年末の混雑】12月は大変混雑します。12月24日(木)・25日(金)は特に混みます。"),
    ("IMMI_TOKYO", "開庁時間:平日 9時〜12時、13時〜16時"),
    ("IMMI_SENDAI", "仙台局では12月10日(木)13:30から15:30まで留学生向け説明会を行います。会場:仙台国際センター"),
    ("IMMI_TOKYO", "1月4日(月)の窓口は9時から受け付けます。"),
    ("IMMI_TOKYO", "令和8年10月1日から、申請様式が新しくなりました。旧様式は令和9年3月31日まで使えます。"),
    ("IMMI_TOKYO", "ご意見は https://www.moj.go.jp/isa/support/opinion.html へ。返信はしておりません。"),
    (
        "IMMI_TOKYO",
        "本アカウントは発信専用です。お問い合わせは外国人在留総合インフォメーションセンター(0570-013904)へ。",
    ),
    ("IMMI_TOKYO", "FRESC(フレスク)の開館時間は平日9:00〜17:00です。電話 0570-011000、03-5363-3013"),
    ("IMMI_TOKYO", "大雪のため、12月2日(水)の窓口は13時に閉めます。"),
    ("IMMI_TOKYO", "在留カードの有効期間が12月31日までの方は、お早めに申請してください。"),
    ("IMMI_TOKYO", "12月31日に在留期限を迎える方は、1月4日(月)に受け付けます。"),
    ("IMMI_TOKYO", "Residence card holders: please apply by Friday, 26 February 2027."),
    ("IMMI_TOKYO", "Attention: our phone line 0570-013904 is busy. Office hours: 9:00-16:00."),
    ("IMMI_TOKYO", "请在2027年2月26日（星期五）之前申请。"),
    ("IMMI_TOKYO", "Vui lòng nộp đơn trước thứ Sáu, ngày 26/2/2027."),
    ("IMMI_TOKYO", "2027년 2월 26일(금)까지 신청하세요."),
    ("IMMI_TOKYO", "กรุณายื่นคำร้องภายในวันศุกร์ที่ 26 กุมภาพันธ์ 2570"),
    ("IMMI_TOKYO", "कृपया शुक्रबार, फेब्रुअरी 26 भित्र आवेदन दिनुहोस्।"),
    ("IMMI_TOKYO", "外国人技能実習生の皆さんへ\n12月6日(日)に日本語能力試験があります。がんばってください!"),
    ("IMMI_TOKYO", "おすすめは火曜日と木曜日の午後です。月曜日(祝日の場合は火曜日)は混みます。"),
    ("IMMI_TOKYO", "入管法第22条の4第1項第5号、規則第19条の2、様式第30号(別記)"),
    ("IMMI_TOKYO", "東京局の採用案内:一般職(大卒程度) 12月18日(金)17:00締切"),
    ("IMMI_TOKYO", "チケット番号A123の方は3番窓口へ。待ち人数は120人です。"),
    ("IMMI_NAGOYA", "名古屋出入国在留管理局の最寄り駅はあおなみ線「名古屋競馬場前」駅です。"),
    ("IMMI_KANSAI", "関西空港の出国審査場は、12月26日(土)から混雑が予想されます。早めにお越しください。"),
    ("IMMI_TOKYO", "統計:2025年末の在留外国人数は3,956,619人でした(速報値)。"),
    ("IMMI_TOKYO", "ロゴは当庁の登録商標です。©出入国在留管理庁"),
    ("IMMI_TOKYO", "PDF(1.2MB)、Ver.3.1、A4判2枚。"),
    ("IMMI_TOKYO", "「電話で個人番号を聞くことはありません」「お金を振り込んでください」という電話は詐欺です。"),
    ("IMMI_TOKYO", "祝:開設10周年!2016年12月1日に始めたこのアカウントも、10年を迎えました。"),
    ("IMMI_TOKYO", "昨日(11月30日)、窓口は混雑しました。"),
    ("IMMI_TOKYO", "12月から3月までは繁忙期です。"),
    ("IMMI_TOKYO", "受付番号の呼出しは9:00から。整理券は8:30から配ります。"),
    ("MOJ_IMMI", "全国の地方出入国在留管理局(札幌、仙台、東京、名古屋、大阪、広島、高松、福岡)で受け付けます。"),
    ("IMMI_TOKYO", "12/1~12/25は国際交流月間です。"),
]


@pytest.mark.parametrize(("handle", "text"), NOTICES, ids=range(len(NOTICES)))
def test_an_everyday_notice_has_no_finding(handle: str, text: str) -> None:
    found = [each for each in lint(notice(text, handle)) if each.reason != "slot-unknown-hours"]
    assert found == []

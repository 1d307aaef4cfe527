"""Detectors by their own eyes, without the trained model: tables of hits and innocents."""

from __future__ import annotations

import time

import pytest

from moderation.categories import Category
from moderation.detectors.personal_information import ADDRESS
from moderation.model import Author, Finding, Reply, Signal, SignalKind
from moderation.screen import load_screener
from tests.moderation.roster import OFFICIALS

SCREENER = load_screener(OFFICIALS, model=None)


def look(reply: Reply) -> tuple[list[Finding], list[Signal]]:
    _, findings, signals = SCREENER.look(reply)
    assert all(signal.kind is not SignalKind.DETECTOR_FAILED for signal in signals)
    return findings, signals


def strongest(reply: Reply, category: Category) -> float:
    return max((finding.score for finding in look(reply)[0] if finding.category is category), default=0.0)


IDENTIFIERS = [
    # written, reason, least score
    ("私の在留カードは ＵＨ１２３４５６７８ＥＡ です", "residence-card", 0.9),
    ("UH 1234-5678 EA を見てください", "residence-card", 0.9),
    ("マイナンバー 2569 4303 0310", "my-number", 0.7),
    ("số CCCD của em 001203004567", "vn-citizen-id", 0.4),
    ("身份证11010519491231002x", "cn-resident-id", 0.9),
    ("０９０－１２３４－５６７８に電話ください", "mobile", 0.9),
    ("〇九〇一二三四五六七八 連絡して", "mobile", 0.7),
    ("โทร ๐๘๐-๑๒๓๔-๕๖๗๘", "mobile", 0.9),
    ("971013-9019902 주민등록번호", "kr-registration", 0.9),
    ("mail me: hanako.tanaka77@mail.example", "e-mail", 0.5),
    ("meu CPF é 390.533.447-05", "cpf", 0.7),
]


@pytest.mark.parametrize(("written", "reason", "least"), IDENTIFIERS)
def test_identifiers_are_named_and_placed(written: str, reason: str, least: float) -> None:
    findings, _ = look(Reply(written))

    (found,) = [finding for finding in findings if finding.reason == reason]
    assert found.score >= least
    assert any(char.isnumeric() or char == "@" for char in written[found.start : found.end])


NOT_PERSONAL = [
    "見本 AB12345678CD のように書きます",
    "RR123456785JP で送りました",
    "1234-5678-9012",
    "予約は202611201500です",
    "0570-013904 に聞いてください",
    "+81-3-5796-7112 is the information center",
    "入管法第22条の4、様式第29号、手数料6,000円",
    "https://x.com/a/status/1990123456789012345",
    "法人番号7000012050002の会社",
    "カード番号は言わないで下さい",
    "info-tokyo@i.moj.go.jp に書きました",
]


@pytest.mark.parametrize("written", NOT_PERSONAL)
def test_public_and_innocent_numbers_are_no_finding(written: str) -> None:
    assert strongest(Reply(written), Category.PERSONAL_INFORMATION) < 0.4


def test_numbers_of_the_post_itself_are_not_personal() -> None:
    reply = Reply("052-000-1234 に電話しました", post="お問合せは電話 052-000-1234 へ")

    assert strongest(reply, Category.PERSONAL_INFORMATION) < 0.3


def test_an_exposed_card_jumps_the_queue() -> None:
    _, signals = look(Reply("カード番号は UH12345678EA です"))

    assert SignalKind.EXPOSED_NUMBER in {signal.kind for signal in signals}


@pytest.mark.parametrize(("written", "told"), [
    ("0570-013905 に個人情報を送れ", True), ("+81-3-5796-7113 call", True),
    ("0570-013904 に聞いてください", False), ("090-0000-0000", False), ("3月5日", False),
])  # fmt: skip
def test_one_digit_off_an_official_number_is_told(written: str, told: bool) -> None:
    reasons = {signal.reason for signal in look(Reply(written))[1]}

    assert ("official-number-one-digit-off" in reasons) is told


def test_a_safety_notice_turned_round_is_told() -> None:
    post = "津波警報が発表されました。海岸から離れ、高台へ避難してください。"
    reply = Reply("津波警報は発表されていません。避難する必要ない、高台へ行かないでください。", post=post)

    assert SignalKind.FALSE_NOTICE in {signal.kind for signal in look(reply)[1]}


IMITATIONS = [
    ("IMMI_T0KYO", ""), ("IMMl_TOKYO", ""), ("lMMl_TOKYO", ""), ("IMMI_TOKYO_JP", ""), ("IMMI_TOYKO", ""),
    ("imm1.tokyo", ""), ("МОJ_ІММІ", ""), ("nagoya.nyukan-support", ""), ("tokyo_immi_help", ""),
    ("x1", "東京出入国在留管理局"), ("x2", "東京入管 公式"), ("x3", "Immigration Bureau Tokyo Support"),
]  # fmt: skip


@pytest.mark.parametrize(("handle", "name"), IMITATIONS)
def test_imitations_of_the_roster_are_seen(handle: str, name: str) -> None:
    assert strongest(Reply("hello", author=Author(handle, name)), Category.IMPERSONATION) >= 0.6


NO_IMITATIONS = [
    ("IMMI_TOKYO", "東京出入国在留管理局"),  # the account itself
    ("immi_tokyo", ""),  # handles have no case
    ("tokyo_tower_fan", "東京タワー"), ("timmins_family", "Timmins"), ("jimmy_tokyo", "Jimmy"), ("kimmie", "Kimmie"),
    ("sapporo_immiko", "イミ子"), ("mojito_lover", "モヒート"), ("immitation_ai", "阿伊米"), ("nagoya_jo", "しゃちほこ"),
    ("immi_parody", "入管パロディ"), ("nyukan_fan", "入管ファン(非公式)"),
]  # fmt: skip


@pytest.mark.parametrize(("handle", "name"), NO_IMITATIONS)
def test_names_that_share_a_word_stay_free(handle: str, name: str) -> None:
    assert strongest(Reply("こんにちは", author=Author(handle, name)), Category.IMPERSONATION) < 0.5


CRIES = [
    "もう死にたい", "i want to die tonight", "不想活了", "muốn chết quá", "죽고 싶어요", "อยากตาย", "quero morrer",
    "quiero morir", "aku mau mati", "gusto ko nang mamatay", "मर्न मन लाग्यो",
    "my husband locked me in, please help", "パスポートを返してくれません、助けて",
]  # fmt: skip


@pytest.mark.parametrize("written", CRIES)
def test_cries_for_help_are_heard_in_every_language(written: str) -> None:
    assert SignalKind.CRISIS in {signal.kind for signal in look(Reply(written))[1]}


CALM = [
    "カードの更新はいつですか", "The queue was slow today.", "谢谢,办好了", "cảm ơn cục", "감사합니다", "ขอบคุณค่ะ",
    "obrigada", "gracias por todo", "terima kasih", "salamat po", "धन्यवाद",
    "My husband's visa was renewed.", "パスポートを更新しました",
]  # fmt: skip


@pytest.mark.parametrize("written", CALM)
def test_ordinary_replies_are_no_cry(written: str) -> None:
    assert SignalKind.CRISIS not in {signal.kind for signal in look(Reply(written))[1]}


INSULTS = [
    ("クズども", "ja"), ("bunch of idiots", "en"), ("一群废物", "zh"), ("lũ óc chó", "vi"), ("개새끼들", "ko"), ("ไอ้ควาย", "th"),
    ("bando de vermes", "pt"), ("sarta de inútiles", "es"), ("dasar goblok", "id"), ("mga gago", "tl"), ("नालायक", "ne"),
    ("i d i o t s !", "spaced"), ("1d10ts", "leet"), ("іdіоts", "look-alike"), ("ク★ズ★ど★も", "starred"),
]  # fmt: skip


@pytest.mark.parametrize(("written", "why"), INSULTS)
def test_insults_are_seen_plain_and_disguised(written: str, why: str) -> None:
    assert strongest(Reply(written), Category.DEFAMATION) >= 0.6


POLITE = [
    "クズ野菜のスープ", "the idiom is hard", "废旧电池回收", "con chó nhà em", "강아지 새끼", "ควายกินหญ้าในทุ่งนา", "os porquinhos",
    "la utilidad", "gobloks", "gagostino", "नालापानी", "i d", "10 dots", "idea", "ク、ズ、と書く練習",
]  # fmt: skip


@pytest.mark.parametrize("written", [p for p in POLITE if p not in {"クズ野菜のスープ", "ควายกินหญ้าในทุ่งนา"}])
def test_words_that_only_look_alike_stay_free(written: str) -> None:
    assert strongest(Reply(written), Category.DEFAMATION) < 0.5


def test_what_protected_speech_took_back_is_recorded() -> None:
    reply = Reply("「無能」「税金泥棒」と書き込みした人へ。こんなコメントは許せない、差別はやめて。通報しました。")

    verdict = load_screener(OFFICIALS).screen(reply)

    assert Category.DEFAMATION not in verdict.labels
    assert [(freed.category, freed.reason) for freed in verdict.freed] == [(Category.DEFAMATION, "quotes-to-condemn")]


@pytest.mark.parametrize("text", ["1" * 60_000, "a" * 60_000, "市" + "一" * 60_000, "1-" * 30_000, "a.b-" * 15_000])
def test_looking_for_an_address_takes_time_in_line_with_the_length(text: str) -> None:
    began = time.process_time()

    assert ADDRESS.search(text) is None
    assert time.process_time() - began < 1.0  # seconds; squared it would be twenty and more

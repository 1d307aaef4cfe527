"""The roster rules R1 to R14 in words: what each is about and what to do, in Japanese and English."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from bot.domain.accounts import Names


@dataclass(frozen=True, slots=True)
class Rule:
    """One row of the rule table, for pages and documents."""

    id: str
    title: Names
    hint: Names


def _rule(number: int, ja: str, en: str, do_ja: str, do_en: str) -> Rule:
    return Rule(f"R{number}", Names.of({"ja": ja, "en": en}), Names.of({"ja": do_ja, "en": do_en}))


RULES: Mapping[str, Rule] = {
    each.id: each
    for each in (
        _rule(1, "IDとハンドルの重複・書式", "ids and handles unique and well-formed", "重複を直す。", "Correct it."),
        _rule(
            2,
            "ハンドルと数字IDの一致",
            "handle and numeric id agree",
            "乗っ取りや改名を確認する。",
            "Look for a rename.",
        ),
        _rule(3, "URLと媒体の一致", "address fits platform and handle", "URLを直す。", "Correct the address."),
        _rule(4, "運用方針への掲載", "listed on the policy page", "公開ページを直す。", "Have the page corrected."),
        _rule(
            5,
            "担当者と決裁者の在任",
            "owners, deputies and approvers in office",
            "後任を書き、untilを改める。",
            "Enter a successor with the last day of the duty.",
        ),
        _rule(6, "認証情報", "secret present", "秘密ファイルに登録する。", "Put the token into the secrets file."),
        _rule(7, "休眠", "idle", "投稿するか、休止・廃止を提案する。", "Post, pause it, or propose to retire it."),
        _rule(
            8,
            "秘密らしい文字列",
            "no secret in the file",
            "消して、その認証情報を直ちに無効にする。",
            "Take it out and revoke that token now.",
        ),
        _rule(
            9,
            "官署と受付時間",
            "offices form a tree, hours told",
            "官署に確認し、出典と確認日を書く。",
            "Ask the office; write the hours with source and date, or set them by hand and sign.",
        ),
        _rule(10, "書式", "known keys and right types", "行とキーを直す。", "Correct the key in this line."),
        _rule(11, "廃止アカウント", "retired accounts keep their entry", "廃止日を書く。", "Write retired = <day>."),
        _rule(
            12, "紛らわしいハンドル", "look-alike handles", "意図したものか確かめる。", "Make sure that both are yours."
        ),
        _rule(13, "並び順", "stable order", "並び順を戻す。", "Move the entry to its place."),
        _rule(
            14,
            "四半期の確認",
            "attested each quarter",
            "担当者が確認し、attested_onを書く。",
            "Let the owner confirm it and write attested_on and attested_by.",
        ),
    )
}

"""One difference between two sides, and the words for it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from bot.domain.accounts import Names


class Code(StrEnum):
    """What differs."""

    COUNT = "account-count"
    ACCOUNT = "account-missing"
    HANDLE = "handle"
    OFFICE = "office-name"
    UNIT = "operator-unit"
    LINK = "link-text"
    LINK_FORM = "link-text-form"
    NOUN = "office-noun"
    DATE = "date"
    REVISION = "revision-date"
    VERSION = "text-version"
    UNNAMED = "language-without-names"
    REPEATED = "repeated-paragraph"
    OLD_NAME = "old-platform-name"


class Weight(StrEnum):
    """Whether a difference says something else about what is official, only words it otherwise, or is worth knowing."""

    DIFFERENT = "different"
    WORDING = "wording"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class Difference:
    """``left`` and ``right`` are the two sides' values; None where a side says nothing."""

    code: Code
    weight: Weight
    about: Names
    left: str | None
    right: str | None
    note: Names = Names()  # noqa: RUF009 - frozen, so sharing it is safe

    def sentence(self, left: str, right: str, language: str = "en") -> str:
        nothing = NOTHING[language]
        sides = f"{left}: {self.left or nothing} | {right}: {self.right or nothing}"
        note = self.note.best(language)
        return f"{self.about.best(language)}: {CODES[self.code].best(language)}: {sides}" + (
            f" ({note})" if note else ""
        )

    def cells(self, language: str = "en") -> tuple[str, str, str, str, str]:
        nothing = NOTHING[language]
        what = f"{CODES[self.code].best(language)} ({WEIGHTS[self.weight].best(language)})"
        about, note = self.about.best(language), self.note.best(language)
        return about, what, self.left or nothing, self.right or nothing, note

    def as_dict(self, left: str, right: str) -> dict[str, Any]:
        return {
            "code": self.code.value,
            "weight": self.weight.value,
            "about": dict(self.about.pairs),
            "left": self.left,
            "right": self.right,
            "note": dict(self.note.pairs),
            "en": self.sentence(left, right, "en"),
            "ja": self.sentence(left, right, "ja"),
        }


NOTHING = {"en": "(nothing)", "ja": "(なし)"}


def _names(en: str, ja: str) -> Names:
    return Names.of({"en": en, "ja": ja})


CODES: Mapping[Code, Names] = {
    Code.COUNT: _names("number of accounts", "アカウント数"),
    Code.ACCOUNT: _names("account on one side only", "片方だけにあるアカウント"),
    Code.HANDLE: _names("handle", "ハンドル"),
    Code.OFFICE: _names("office named differently", "官署名"),
    Code.UNIT: _names("operating unit", "担当部署"),
    Code.LINK: _names("link text", "リンクの文言"),
    Code.LINK_FORM: _names("link texts of one page differ in form", "同じページ内でリンクの文言が不ぞろい"),
    Code.NOUN: _names("noun for the offices", "官署を指す語"),
    Code.DATE: _names("date", "日付"),
    Code.REVISION: _names("revision date", "改定日"),
    Code.VERSION: _names("text of the version", "版の本文"),
    Code.UNNAMED: _names("offices not compared", "官署名は未照合"),
    Code.REPEATED: _names("paragraph printed twice", "段落の重複"),
    Code.OLD_NAME: _names("old platform name", "旧サービス名"),
}

WEIGHTS: Mapping[Weight, Names] = {
    Weight.DIFFERENT: _names("different", "相違"),
    Weight.WORDING: _names("wording", "文言"),
    Weight.NOTE: _names("note", "参考"),
}

NOTES: Mapping[str, Names] = {
    "translation": _names(
        "two languages: whether the words mean the same is for a reader to judge",
        "言語が違うため、意味が同じかは人が判断する",
    ),
    "same-date": _names(
        "the same day on two different texts: the date identifies no version, the hash does",
        "本文が違うのに日付は同じ。版は日付でなくハッシュで見分ける",
    ),
    "new-version": _names("the roster has no policy version in this language", "台帳にこの言語の運用方針がない"),
    "other-text": _names(
        "not byte for byte the text on record: a new version, or saved in another way",
        "記録した本文と一致しない(改定、または保存方法の違い)",
    ),
    Code.REVISION.value: _names("neither side gives a revision date or a history", "どちらにも改定日や履歴がない"),
    Code.NOUN.value: _names("one word in the title, another in the text or the table", "題名、本文、表で語が違う"),
    Code.UNNAMED.value: _names(
        "the roster has no names in this language; rows were matched by their handles",
        "台帳にこの言語の名称がないため、ハンドルだけで照合した",
    ),
    Code.REPEATED.value: _names("often the page's description printed again", "ページの説明が二重に出たもの"),
    Code.OLD_NAME.value: _names("the platform is called X since July 2023", "2023年7月からXに改称"),
}


def told(key: str) -> Names:
    """The note for a case; no note for an unknown key."""
    found = NOTES.get(key, Names())
    return found if found.best("en") else Names()

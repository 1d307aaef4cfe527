"""easy-japanese: hints for notices that call themselves easy (guideline of 2020-08-28): short, plain, with readings."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from bot.domain.lint.model import Finding, Notice, Severity

_EASY: Final = re.compile(r"やさしい\s?(?:日本語|にほんご)|やさしいにほんご")
_EASY_TAGS: Final = frozenset({"ja-easy", "ja-hira", "ja-x-easy"})
_LONGEST_EASY, _LONGEST = 40, 100
"""Characters of a sentence; the field's figure for easy Japanese, and one for notices in general."""

_SENTENCE: Final = re.compile(r"[^。！？!?\n]+[。！？!?]?")
_DOUBLE: Final = re.compile(
    r"なく(?:は|も)(?:ない|ありません)|ない(?:わけ|こと|もの)(?:では|じゃ|も|は)(?:ない|ありません)|ざるを得|ないとは限"
)
_KANJI_WORD: Final = re.compile(r"[\u4e00-\u9fff々]+(?![\u4e00-\u9fff々]|[ぁ-ん]{0,3}[(（][ぁ-んァ-ヶー ]+[)）])")
_HARD: Final = {
    "当該": "その", "遅滞なく": "すぐに", "所定の": "決まった", "速やかに": "すぐに", "記載する": "書く", "持参": "持ってくる",
    "厳守": "かならず守る", "必着": "その日までに届く", "未満": "〜より少ない", "勘案": "考える",
}  # fmt: skip


def easy_japanese(notice: Notice) -> Iterator[Finding]:
    """Long sentences and double negation everywhere; hard words and kanji without reading only in easy Japanese."""
    easy = notice.lang.casefold() in _EASY_TAGS or _EASY.search(notice.text) is not None
    if not easy and not notice.lang.casefold().startswith("ja"):
        return
    limit = _LONGEST_EASY if easy else _LONGEST
    for match in _SENTENCE.finditer(notice.text):
        if len(match[0].strip()) > limit and re.search("[ぁ-ん]", match[0]) and "://" not in match[0]:
            yield _hint(match.span(), "long-sentence", {"length": str(len(match[0].strip())), "limit": str(limit)})
    for match in _DOUBLE.finditer(notice.text):
        yield _hint(match.span(), "double-negation", {"written": match[0]})
    if easy:
        yield from _hard_words(notice.text)


def _hard_words(text: str) -> Iterator[Finding]:
    for word, plain in _HARD.items():
        for match in re.finditer(word, text):
            yield _hint(match.span(), "hard-word", {"written": word, "right": plain})
    bare = _KANJI_WORD.search(text)
    if bare and "日本語" not in bare[0]:
        yield _hint(bare.span(), "no-reading", {"written": bare[0]})


def _hint(span: tuple[int, int], reason: str, facts: dict[str, str]) -> Finding:
    return Finding("easy-japanese", Severity.HINT, *span, reason, facts)

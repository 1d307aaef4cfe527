"""Laws of the lint, whatever people write: no exception, places inside the text, fixes that settle their finding."""

from __future__ import annotations

import time

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bot.domain.lint import CONTRACT, MORE, lint
from bot.domain.lint.model import Picture, Severity
from bot.domain.lint.words import SENTENCES, say
from tests.notices import notice, registry

PIECES = st.sampled_from([
    "12月8日(水)", "12/8(Wed)", "8日(木)", "令和7年(2026年)", "平成38年", "2月30日", "1月3日(日)から開庁", "窓口は8時から17時まで", "午後", "〜",
    "ﾃﾞｰﾀ", "ﾞ", "か\u3099", "①㈱", "髙", "\u200b", "\u202e", "\ue000", "https://bit.ly/a", "http://www.isa.go.jp/", "https://", "をご覧",
    "090-1234-5678", "0570-013905", "+81", "AB98765432CD", "大阪入管", "@IMMI_OSAKA", "手数料4,000円", "在留期間の更新", "(ホームページより)", "出典:",
    "「", "」", "。", "\n", " ", "(", ")", "Tuesday, 9 December 2026", "thứ Hai ngày 8/12/2026", "12월 9일(화)", "१२/८", "٠٥٧٠", "😀", "\U000e0067",
])  # fmt: skip
TEXTS = st.one_of(
    st.text(max_size=80),
    st.text(st.characters(exclude_categories=()), max_size=40),
    st.lists(PIECES, max_size=12).map("".join),
)
HANDLES = st.sampled_from(["IMMI_TOKYO", "IMMI_YOKOHAMA", "MOJ_IMMI", "nagoya.nyukan.support"])


@settings(max_examples=400)
@given(TEXTS, HANDLES)
@example("平成" + "9" * 30 + "年", "IMMI_TOKYO")
@example("9999年12月31日(月)に開庁", "IMMI_TOKYO")
@example("1年1月1日から窓口", "IMMI_TOKYO")
def test_places_lie_inside_the_text_and_every_finding_has_its_sentence(text: str, handle: str) -> None:
    for found in lint(notice(text, handle, media=(Picture("a", text),))):
        assert 0 <= found.start <= found.end <= len(text)
        assert found.rule in (*CONTRACT, *MORE)
        assert found.rule in CONTRACT or found.severity is not Severity.ERROR
        for lang in ("ja", "en"):
            said = say(found, lang)
            assert said
            assert "{" not in said.replace(text, "")
            assert all(char.isprintable() for char in said)


@settings(max_examples=400)
@given(TEXTS, HANDLES)
def test_a_taken_fix_settles_its_finding(text: str, handle: str) -> None:
    """Afterwards the same rule has fewer findings; a fix that calls for another fix would be no help."""
    found = lint(notice(text, handle))
    for each in found:
        if each.fix is None or each.rule in ("office-mismatch", "past-date"):
            continue
        after = lint(notice(text[: each.start] + each.fix + text[each.end :], handle))
        assert _count(after, each.rule) < _count(found, each.rule), (each, text)


@given(st.integers(0, 3), HANDLES)
def test_the_same_text_always_gets_the_same_findings(times: int, handle: str) -> None:
    text = "12月8日(水)、大阪入管の窓口は17時まで。https://bit.ly/a ﾃﾞｰﾀ"
    first = lint(notice(text, handle))
    assert all(lint(notice(text, handle)) == first for _ in range(times))


@pytest.mark.parametrize(
    "piece",
    ["1/1 ", "12月8日(水)", "http://", "a.jp ", "(", "「", "か\u3099", "①", "0-", "99年(", "。", "大阪入管", "窓口8時"],
)
def test_hostile_repetition_costs_seconds_at_most(piece: str) -> None:
    text = piece * (60_000 // len(piece))
    began = time.process_time()
    lint(notice(text, "ImmigrationServicesAgency.MOJ"))
    assert time.process_time() - began < 5


def test_every_sentence_is_told_in_both_languages() -> None:
    assert all(ja and en and ja != en for ja, en in SENTENCES.values())


def test_every_office_can_be_linted() -> None:
    for account in registry().accounts:
        assert isinstance(lint(notice("12月8日(火)の窓口は9時から16時まで", account.handle)), list)


def _count(found: list, rule: str) -> int:  # type: ignore[type-arg]
    return sum(each.rule == rule for each in found)

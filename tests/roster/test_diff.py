"""A difference is a sentence that an admin would say, and says which posts must wait."""

from __future__ import annotations

import pytest

from bot.roster.diff import Kind, affected_accounts, diff, lines
from tests.roster.rosters import SMALL, bent, registry

UNKNOWN_HQ = 'hours.certainty = "unknown"'
KNOWN_HQ = 'hours.weekdays = ["9:00-16:00"]\nhours.certainty = "set-by-hand"\nhours.signed_by = "hq.head"'


@pytest.mark.parametrize(
    ("old", "new", "ja", "en"),
    [
        (
            'handle = "HARBOUR_FUK2"\nurl = "https://x.com/HARBOUR_FUK2"',
            'handle = "HARBOUR_FUK3"\nurl = "https://x.com/HARBOUR_FUK3"',
            "福岡 X: ハンドル HARBOUR_FUK2 → HARBOUR_FUK3",
            "Fukuoka X account: handle HARBOUR_FUK2 → HARBOUR_FUK3",
        ),
        (
            UNKNOWN_HQ,
            KNOWN_HQ,
            "港湾庁: 受付時間 不明 → 平日 9:00-16:00",
            "Harbour Agency: hours unknown → weekdays 9:00-16:00",
        ),
        (
            '["09:00-12:00", "13:00-16:00"]',
            '["09:00-16:00"]\nhours.wed = []',
            "福岡: 受付時間 平日 9:00-12:00, 13:00-16:00 → 月 9:00-16:00; 火 9:00-16:00; 木 9:00-16:00; 金 9:00-16:00",
            "Fukuoka: hours weekdays 9:00-12:00, 13:00-16:00 → Mon 9:00-16:00; Tue 9:00-16:00; Thu 9:00-16:00; Fri 9:00-16:00",
        ),
        (
            'status = "active"\nowner = { staff = "fukuoka.page", until = 2027-03-31 }',
            'status = "paused"\nowner = { staff = "fukuoka.page", until = 2027-03-31 }',
            "福岡 Facebook: 状態 運用中 → 休止中",
            "Fukuoka Facebook account: status active → paused",
        ),
        (
            'owner = { staff = "fukuoka.lead", until = 2027-03-31 }',
            'owner = { staff = "fukuoka.new", until = 2028-03-31 }',
            "福岡 X: 担当 fukuoka.lead (–2027-03-31) → fukuoka.new (–2028-03-31)",
            "Fukuoka X account: owner fukuoka.lead (–2027-03-31) → fukuoka.new (–2028-03-31)",
        ),
        (
            'name.en = "Fukuoka Harbour Bureau"',
            'name.en = "Fukuoka Port Bureau"',
            "福岡: 名称(en) Fukuoka Harbour Bureau → Fukuoka Port Bureau",
            "Fukuoka: names.en Fukuoka Harbour Bureau → Fukuoka Port Bureau",
        ),
    ],
)
def test_a_change_reads_as_a_sentence(old: str, new: str, ja: str, en: str) -> None:
    changes = diff(registry(), registry(bent(old, new)))
    assert ja in lines(changes, "ja")
    assert en in lines(changes, "en")


def test_a_closure_and_its_absence_are_told() -> None:
    text = bent('kind = "agency"', 'kind = "agency"\nclosures = [{ first = 2026-12-07, reason = "移転" }]')
    assert lines(diff(registry(), registry(text)), "ja") == ("港湾庁: 臨時閉庁 なし → 2026-12-07–2026-12-07 移転",)
    assert lines(diff(registry(text), registry())) == ("Harbour Agency: closures 2026-12-07–2026-12-07 移転 → none",)


def test_an_entry_that_comes_or_goes_is_one_sentence() -> None:
    without = SMALL[: SMALL.index('[[account]]\nid = "fb-')]
    (gone,) = diff(registry(), registry(without))
    assert (gone.kind, gone.sentence("ja")) == (Kind.REMOVED, "福岡 Facebook: 削除")
    (come,) = diff(registry(without), registry())
    assert come.as_dict()["en"] == "Fukuoka Facebook account: added"


def test_comments_layout_and_equal_times_are_no_difference() -> None:
    assert diff(registry(), registry(bent("# the end", "# fin\n\n"))) == ()
    assert diff(registry(), registry(bent('"09:00-12:00"', '"9:00 - 12:00"'))) == ()


@pytest.mark.parametrize(
    ("old", "new", "held"),
    [
        ('handle = "HARBOUR_HQ"\nurl = "https://x.com/HARBOUR_HQ"', 'handle = "HHQ"\nurl = "https://x.com/HHQ"', {"x-hq"}),
        ('"09:00-12:00", ', "", {"x-fukuoka", "fb-fukuoka"}),
        (UNKNOWN_HQ, KNOWN_HQ, {"x-hq"}),
        ('hours.source = "a leaflet"', 'hours.source = "a letter"', set()),
        ('staff = "fukuoka.lead"', 'staff = "fukuoka.new"', set()),
        ("# the end", "# fin", set()),
    ],
)  # fmt: skip
def test_posts_wait_only_for_what_they_depend_on(old: str, new: str, held: set[str]) -> None:
    assert affected_accounts(registry(), registry(bent(old, new))) == held

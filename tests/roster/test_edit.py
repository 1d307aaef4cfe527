"""An edit through the console touches the edited lines and no other byte, and means exactly what was asked."""

from __future__ import annotations

import random
import tomllib
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.roster.edit import Change, DropEntry, Edit, EditRefused, NewEntry, Value, apply, expected, written
from bot.roster.layout import scan
from tests.roster.rosters import SMALL, bent

SHIPPED = (Path(__file__).parents[2] / "accounts.toml").read_text(encoding="utf-8")
WORDS = ("福岡", 'a "quoted" # word', "tab\tand \\ slash", "[x] = 1", "", "it's", "\x7f", "🏯")


def touched(old: str, new: str) -> tuple[list[str], list[str]]:
    """The lines that went and the lines that came, between the common beginning and the common end."""
    a, b = old.splitlines(keepends=True), new.splitlines(keepends=True)
    head = next((i for i, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), min(len(a), len(b)))
    a, b = a[head:], b[head:]
    tail = next((i for i, (x, y) in enumerate(zip(a[::-1], b[::-1], strict=False)) if x != y), min(len(a), len(b)))
    return a[: len(a) - tail], b[: len(b) - tail]


def test_a_changed_value_changes_its_own_line_and_keeps_the_remark_behind_it() -> None:
    new = apply(SMALL, [Edit("office", "fukuoka", ("parent",), "hq2")])
    assert touched(SMALL, new) == (
        ['parent = "hq"   # directly under the agency\n'],
        ['parent = "hq2"   # directly under the agency\n'],
    )


def test_a_new_key_stands_beside_its_relatives() -> None:
    new = apply(SMALL, [Edit("office", "fukuoka", ("hours", "note"), "doors 8:30")])
    assert 'hours.source = "a leaflet"\nhours.note = "doors 8:30"\napprovers' in new
    assert touched(SMALL, new)[0] == []


def test_a_removed_key_takes_only_its_line() -> None:
    new = apply(SMALL, [Edit("account", "x-fukuoka", ("disagreement",), None)])
    assert [line.split(" ")[0] for line in touched(SMALL, new)[0]] == [
        "disagreement.taken",
        "disagreement.why",
        "disagreement.other",
    ]


def test_a_list_over_several_lines_stays_so() -> None:
    phones: list[Value] = [{"number": "1", "label": "a"}, {"number": "2", "label": "b"}]
    new = apply(SMALL, [Edit("office", "fukuoka", ("phones",), phones)])
    assert 'phones = [\n  { number = "1", label = "a" },\n  { number = "2", label = "b" },\n]\n' in new


def test_a_dropped_entry_takes_its_own_comment_and_leaves_the_others() -> None:
    new = apply(SMALL, [DropEntry("account", "x-fukuoka")])
    assert "two versions disagree" not in new
    assert "# the agency on X" in new
    assert "# the end" in apply(SMALL, [DropEntry("account", "fb-fukuoka")])


def test_a_section_heading_survives_the_entry_above_it() -> None:
    text = bent("\n# the agency on X", "\n# ── accounts ──\n\n# the agency on X")
    assert "# ── accounts ──\n" in apply(text, [DropEntry("office", "fukuoka")])


def test_a_new_entry_stands_where_it_was_asked_for() -> None:
    values = {"id": "x-new", "owner": {"staff": "a", "until": date(2027, 3, 31)}, "listed": {"zh-Hans": "NEW"}}
    new = apply(SMALL, [NewEntry("account", values, after="x-hq", comment="just opened")])
    came = touched(SMALL, new)
    assert came[0] == []
    assert "".join(came[1]).strip() == (
        '# just opened\n[[account]]\nid = "x-new"\nowner = { staff = "a", until = 2027-03-31 }\nlisted.zh-Hans = "NEW"'
    )
    assert [each["id"] for each in tomllib.loads(new)["account"]] == ["x-hq", "x-new", "x-fukuoka", "fb-fukuoka"]


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (Edit("office", "nowhere", ("kind",), "centre"), "no [[office]] nowhere"),
        (Edit("office", "hq", ("closures",), None), "is not there"),
        (Edit("office", "hq", ("kind", "deep"), "x"), "is no table"),
        (Edit("office", "hq", ("name", "ja"), "\ud800"), "surrogate"),
        (NewEntry("account", {"id": "x"}, after="nowhere"), "no [[account]] nowhere"),
        (DropEntry("policy", "th"), "no [[policy]] th"),
        (DropEntry("secret", "x"), "no entries called [[secret]]"),
    ],
)
def test_what_cannot_be_done_cleanly_is_refused_with_a_sentence(change: Change, told: str) -> None:
    with pytest.raises(EditRefused) as refused:
        apply(SMALL, [change])
    assert told in str(refused.value)


def test_a_comment_inside_a_value_is_not_lost_silently() -> None:
    text = bent('label = "counter" },', 'label = "counter" },  # until May')
    with pytest.raises(EditRefused, match="comments inside"):
        apply(text, [Edit("office", "fukuoka", ("phones",), [])])


def test_one_bad_change_in_a_row_leaves_nothing_half_done() -> None:
    with pytest.raises(EditRefused):
        apply(SMALL, [Edit("office", "hq", ("zone",), "UTC"), Edit("office", "x", ("zone",), "UTC")])


def random_change(text: str, rng: random.Random) -> Change:
    data = tomllib.loads(text)
    table = rng.choice(("office", "account"))
    entry = rng.choice(data[table])
    kind = rng.randrange(10)
    if kind == 0 and len(data[table]) > 2:
        return DropEntry(table, entry["id"])
    if kind == 1 and len(data[table]) < 12:
        values = {"id": f"new-{rng.randrange(10**9)}", "notes": rng.choice(WORDS), "name": {"ja": "新"}}
        return NewEntry(table, values, rng.choice([None, entry["id"]]), rng.choice(WORDS))
    if kind == 2 and len(entry) > 3:
        key = rng.choice([key for key in entry if key != "id"])
        return Edit(table, entry["id"], (key,), None)
    key = rng.choice([("notes",), ("kind",), ("hours", "note"), ("name", "th"), ("deep", "er", "est"), ("tags",)])
    value: Value = [*WORDS[:2]] if key == ("tags",) else rng.choice(WORDS)
    return Edit(table, entry["id"], key, value)


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_law_1000_random_edits_change_only_the_edited_lines(newline: str) -> None:
    rng = random.Random(2026)
    text = SMALL.replace("\n", newline)
    for _ in range(1_000):
        change = random_change(text, rng)
        new = apply(text, [change])
        gone, came = touched(text, new)
        assert tomllib.loads(new) == expected(tomllib.loads(text), change)
        assert new.count(newline) == new.count("\n")
        if isinstance(change, NewEntry):
            assert gone == []
        if isinstance(change, Edit):
            assert not any(line.lstrip().startswith("#") for line in gone)
            assert len(came) <= 1
            assert change.value is None or len(gone) <= 1
        text = new if len(new) < 6_000 else SMALL.replace("\n", newline)


def test_law_every_key_of_the_shipped_roster_can_be_changed_alone() -> None:
    data, layout = tomllib.loads(SHIPPED), scan(SHIPPED)
    rng = random.Random(7)
    places = [(p, k) for p, k in layout.keys.items() if p[0] in ("office", "account") and p[-1] != "id"]
    for path, place in rng.sample(places, 120):
        table, number, *key = path
        change = Edit(str(table), data[str(table)][number]["id"], tuple(map(str, key)), "新しい値")
        new = apply(SHIPPED, [change])
        assert new == SHIPPED[: place.value] + '"新しい値"' + SHIPPED[place.end :]


@given(st.text(st.characters(codec="utf-8")))
@settings(max_examples=300)
def test_law_any_text_is_written_so_that_it_reads_back(text: str) -> None:
    assert tomllib.loads(f"v = {written(text)}")["v"] == text

"""Every disagreement about accounts between two policy versions is found, with the side that each value is on."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.accounts import Platform, Registry
from bot.roster.compare import Comparison, compare, compare_pages
from bot.roster.dates import dates_in
from bot.roster.findings import CODES, Code, Weight
from bot.roster.load import load
from bot.roster.pages import language_of_address, read_page
from tests.roster import pages

SHIPPED: Registry = load(Path(__file__).parents[2] / "accounts.toml").registry


@pytest.fixture(scope="module")
def versions() -> Comparison:
    return compare_pages(pages.vi(SHIPPED), pages.zh(SHIPPED), SHIPPED, labels=("vi", "zh-Hans"))


@pytest.mark.parametrize(
    ("code", "about", "left", "right"),
    [
        (Code.HANDLE, "Omura X", "IMMI_OMURA", "IMMI_OMURA2"),  # D1
        (Code.COUNT, "Facebook", "2", "3"),  # D2
        (Code.ACCOUNT, "Fukuoka Facebook", None, "fukuoka.nyukan.support"),  # D2
        (Code.UNIT, "Nagoya Facebook", pages.UNIT_VI, None),  # D3
        (Code.LINK, "Nagoya Facebook", "(Hỗ trợ lưu trú) Trang Facebook", "(在留支援) 脸书(facebook)页面"),  # D4
        (Code.LINK_FORM, "whole page", None, "(在留支援) 脸书(facebook)页面 ≠ (在留支援)"),  # D4
        (Code.NOUN, "whole page", "title: Văn phòng; text: Văn phòng; table: Cục", "title: 局; text: 官署; table: 局"),  # D15
        (Code.DATE, "dates", "2020-07-22 (22/7/2020)", "2020-07-22 (2020年(令和2年)7月22日)"),  # D18
        (Code.REVISION, "dates", None, None),  # D18
        (Code.OLD_NAME, "whole page", "Twitter", "Twitter"),  # D17
    ],
)  # fmt: skip
def test_the_two_versions_differ_where_they_do(
    versions: Comparison, code: Code, about: str, left: str | None, right: str | None
) -> None:
    assert [(d.about.best("en"), d.left, d.right) for d in versions.of(code)] == [(about, left, right)]


def test_nothing_else_is_said_about_accounts(versions: Comparison) -> None:
    assert [each.code for each in versions.must_settle] == [Code.COUNT, Code.HANDLE, Code.UNIT, Code.ACCOUNT]


def test_turning_the_pages_round_turns_the_sides_round(versions: Comparison) -> None:
    turned = compare_pages(pages.zh(SHIPPED), pages.vi(SHIPPED), SHIPPED, labels=("zh-Hans", "vi"))
    sides = {(d.code, d.about.best("en"), d.right, d.left) for d in turned.differences}
    assert sides == {(d.code, d.about.best("en"), d.left, d.right) for d in versions.differences}


def test_a_page_agrees_with_itself(versions: Comparison) -> None:
    same = compare_pages(pages.zh(SHIPPED), pages.zh(SHIPPED), SHIPPED)
    assert same.must_settle == ()


def test_the_roster_stands_against_each_version() -> None:
    against_vi = compare(pages.vi(SHIPPED), SHIPPED, label="vi")
    against_zh = compare(pages.zh(SHIPPED), SHIPPED, label="zh")
    assert [(d.code, d.left, d.right) for d in against_vi.must_settle] == [
        (Code.COUNT, "3", "2"),
        (Code.HANDLE, "IMMI_OMURA2", "IMMI_OMURA"),
        (Code.ACCOUNT, "fukuoka.nyukan.support", None),
    ]
    assert [d.code for d in against_zh.must_settle] == [Code.UNIT]
    assert "roster: IMMI_OMURA2 | vi: IMMI_OMURA" in against_vi.lines()[1]
    assert "台帳は IMMI_OMURA2" in against_vi.lines("ja")[1]


@pytest.mark.parametrize("tag", ["ja", "en", "zh-Hans", "vi"])
def test_a_page_that_says_what_the_roster_says_has_nothing_to_settle(tag: str) -> None:
    page = pages.as_html(pages.rows(SHIPPED, tag), lang=tag, title="SNS", date="2020-07-22")
    assert [d.code for d in compare(page, SHIPPED).must_settle] == [Code.UNIT]  # the fixture's table names no unit


def html(change: str, to: str, tag: str = "en") -> Comparison:
    page = pages.as_html(pages.rows(SHIPPED, tag), lang=tag, title="SNS", date="22 July 2020")
    assert change in page
    return compare(page.replace(change, to), SHIPPED)


@pytest.mark.parametrize(
    ("change", "to", "code", "left", "right"),
    [
        ("IMMI_KOBE", "IMMI_KOBE_JP", Code.HANDLE, "IMMI_KOBE", "IMMI_KOBE_JP"),
        ("Sendai Regional Immigration Services Bureau", "Sendai Branch", Code.OFFICE, "Sendai Regional Immigration Services Bureau", "Sendai Branch"),
        ("Naha District Immigration Office", "Kobe District Immigration Office", Code.OFFICE, "Naha District Immigration Office", "Fukuoka Regional Immigration Services Bureau Kobe District Immigration Office"),
        ("22 July 2020", "1 April 2026", Code.DATE, "2020-07-22", "2026-04-01"),
    ],
)  # fmt: skip
def test_a_page_that_went_wrong_is_told_where(change: str, to: str, code: Code, left: str, right: str) -> None:
    tag = "vi" if code is Code.DATE else "en"
    if code is Code.DATE:
        change, to = "22/7/2020", "1/4/2026"
        page = pages.vi(SHIPPED)
        found = compare(page.replace(change, to), SHIPPED, language=tag).of(code)
    else:
        found = html(change, to, tag).of(code)
    assert [d.right for d in found] == [right]
    assert left in (found[0].left or "")


def test_a_handle_that_nobody_knows_is_on_the_pages_side_only() -> None:
    row = "<tr><td>Moon Office</td><td>IMMI_MOON</td><td></td></tr></table>"
    (found,) = html("</table>", row).of(Code.ACCOUNT)
    assert (found.about.best("en"), found.left, found.right) == ("Moon Office X", None, "IMMI_MOON")


def test_both_omura_handles_on_one_page_are_two_rows() -> None:
    row = "<tr><td>Omura Immigration Center</td><td>IMMI_OMURA</td><td></td></tr></table>"
    assert [d.right for d in html("</table>", row).of(Code.ACCOUNT)] == ["IMMI_OMURA"]


def test_a_bureau_cell_over_several_rows_belongs_to_each() -> None:
    page = read_page(
        "<table><tr><td rowspan='2'>Cục A</td><td>Chi cục B</td><td>AA_B</td></tr>"
        "<tr><td>Chi cục C</td><td><a href='https://x.com/AA_C'>AA_C</a></td></tr></table>"
    )
    assert [(row.operator, row.handle) for row in page.rows] == [
        (("Cục A", "Chi cục B"), "AA_B"),
        (("Cục A", "Chi cục C"), "AA_C"),
    ]


def test_a_language_without_names_in_the_roster_is_matched_by_handles() -> None:
    thai = pages.as_html(
        [(p, ("หน่วยงาน",), h, "") for p, _, h, _ in pages.rows(SHIPPED, "th")], lang="th", title="SNS", date=""
    )
    compared = compare(thai, SHIPPED)
    assert [d.code for d in compared.must_settle] == [
        Code.OFFICE
    ] * 2  # only the agency has a Thai name, on X and on Facebook
    assert compared.of(Code.UNNAMED)[0].right == "หน่วยงาน"


@pytest.mark.parametrize(
    "hostile",
    [
        "",
        "\x00",
        "<",
        "<table><tr><td rowspan=999999999>a<td>AA_B",
        "<table>" * 5_000,
        "AA_B\n" * 10,
        "<script>AA_B</script>",
    ],
)
def test_a_hostile_page_is_a_page_without_surprises(hostile: str) -> None:
    compared = compare(hostile, SHIPPED)
    assert {d.code for d in compared.of(Code.ACCOUNT)} == {Code.ACCOUNT}
    assert len(compared.of(Code.ACCOUNT)) >= 21


def test_scripts_are_no_accounts() -> None:
    page = pages.as_html(pages.rows(SHIPPED, "en"), lang="en", title="SNS", date="")
    assert "IMMI_SCRIPT" in page
    assert not any("SCRIPT" in row.handle for row in read_page(page).rows)


@given(st.text())
def test_law_any_text_can_be_compared(text: str) -> None:
    assert all(each.as_dict("a", "b")["en"] for each in compare(text, SHIPPED).differences)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("22/7/2020", date(2020, 7, 22)),
        ("2020年(令和2年)7月22日", date(2020, 7, 22)),
        ("令和2年7月22日", date(2020, 7, 22)),
        ("令和元年5月1日", date(2019, 5, 1)),
        ("ngày 22 tháng 7 năm 2020", date(2020, 7, 22)),
        ("July 22, 2020", date(2020, 7, 22)),
        ("22nd July 2020", date(2020, 7, 22)),
        ("28 มีนาคม พ.ศ. 2559", date(2016, 3, 28)),
        ("22 de julho de 2020", date(2020, 7, 22)),
        ("2020년 7월 22일", date(2020, 7, 22)),
        ("2020-07-22", date(2020, 7, 22)),
        ("2020. 7. 22", date(2020, 7, 22)),
        ("31/2/2020", None),
        ("May be 7 of 22", None),
        ("version 2.0", None),
        ("03-5796-7112", None),
    ],
)  # fmt: skip
def test_a_date_is_read_in_the_pages_own_way(text: str, day: date | None) -> None:
    assert [each.day for each in dates_in(f"x {text} y")] == ([day] if day else [])


@pytest.mark.parametrize(
    ("path", "tag"), [("vi", "vi"), ("zh-cn", "zh-Hans"), ("fi", "fil"), ("th", "th"), ("publications", "")]
)
def test_path_codes_are_no_language_tags(path: str, tag: str) -> None:
    assert language_of_address(f"https://www.agency.example/{path}/about/policy.html") == tag


def test_the_result_can_be_shown_as_table_and_as_data(versions: Comparison) -> None:
    table = versions.markdown()
    assert table.splitlines()[0] == "| about | what | vi | zh-Hans | note |"
    assert "| Omura X | handle (different) | IMMI_OMURA | IMMI_OMURA2 |" in table
    assert {each["code"] for each in versions.as_dict()["differences"]} <= {each.value for each in CODES}
    assert versions.of(Code.HANDLE)[0].weight is Weight.DIFFERENT


def test_text_and_html_of_one_table_give_the_same_rows() -> None:
    table = [row for row in pages.rows(SHIPPED, "vi") if row[0] is Platform.X]
    text = pages.as_text(table, title="SNS", words=("a", "b", "c "), date="")
    page = pages.as_html([(p, o, h, "") for p, o, h, _ in table], lang="vi", title="SNS", date="")
    assert [(r.handle, r.operator) for r in read_page(text).rows] == [
        (r.handle, r.operator) for r in read_page(page).rows
    ]

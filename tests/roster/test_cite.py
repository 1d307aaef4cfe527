"""A reused text names its source as the terms ask, in each language; an edit is told apart from the source."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.roster.cite import PDL_URL, WORDINGS, NotCitable, Terms, cite

URL = "https://www.isa.go.jp/ja/guide.html"


@pytest.mark.parametrize(
    ("language", "line"),
    [
        ("ja", f"出典:出入国在留管理庁ウェブサイト({URL})"),
        ("en", f"Source: Immigration Services Agency website ({URL})"),
        ("th", f"แหล่งที่มา: เว็บไซต์สำนักงานตรวจคนเข้าเมือง ({URL})"),
    ],
)
def test_unchanged_content_names_its_source(language: str, line: str) -> None:
    citation = cite(URL, language=language)
    assert (citation.line, citation.official, citation.warnings) == (line, True, ())


@pytest.mark.parametrize(
    ("language", "by", "line"),
    [
        ("ja", "", f"「在留手続」(出入国在留管理庁)({URL})を加工して作成"),
        ("ja", "港町", f"「在留手続」(出入国在留管理庁)({URL})をもとに港町作成"),
        ("en", "Port Town", f"Created by Port Town based on “在留手続” (Immigration Services Agency website) ({URL})"),
    ],
)
def test_edited_content_says_so_and_names_document_and_maker(language: str, by: str, line: str) -> None:
    assert cite(URL, title="在留手続", language=language, edited=True, by=by).line == line


def test_pdl_adds_the_address_of_its_text() -> None:
    assert cite(URL, terms=Terms.PDL1).line == f"出典:出入国在留管理庁ウェブサイト({URL})、PDL1.0({PDL_URL})"
    assert cite(URL, terms=Terms.PDL1, language="en").line.endswith(f", PDL1.0 ({PDL_URL})")


def test_a_translation_of_ours_is_told_as_such() -> None:
    citation = cite(URL, language="vi")
    assert not citation.official
    assert "our translation" in citation.warnings[0]


def test_a_language_without_wording_gets_english_and_is_told() -> None:
    citation = cite(URL, language="mn")
    assert citation.language == "en"
    assert "no wording for mn" in citation.warnings[0]


def test_a_page_of_somebody_else_is_pointed_out() -> None:
    assert "own terms apply" in cite("https://www.city.example/page").warnings[0]
    assert "own terms apply" in cite("https://isa.go.jp.evil.example/page").warnings[0]


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("https://x.com/IMMI_TOKYO/status/1", "posts are not under"),
        ("https://www.facebook.com/nagoya.nyukan.support", "posts are not under"),
        ("isa.go.jp/page", "full address"),
        ("javascript:alert(1)", "full address"),
        ("https://isa.go.jp/a b", "full address"),
        ("https://isa.go.jp/\nx", "full address"),
        ("http://[", "full address"),
        ("", "full address"),
    ],
)
def test_what_cannot_be_cited_is_refused_with_a_sentence(url: str, told: str) -> None:
    with pytest.raises(NotCitable, match=told):
        cite(url)


def test_edited_content_without_a_title_is_refused() -> None:
    with pytest.raises(NotCitable, match="give its title"):
        cite(URL, edited=True, title=" \n ")


@given(st.sampled_from(sorted(WORDINGS)), st.text(), st.text(), st.booleans(), st.sampled_from(Terms))
def test_law_a_source_line_is_one_line_with_its_address(
    language: str, title: str, by: str, edited: bool, terms: Terms
) -> None:
    line = cite(URL, title=f"A{title}", language=language, edited=edited, by=by, terms=terms).line
    assert line.isprintable()
    assert URL in line
    assert (PDL_URL in line) is (terms is Terms.PDL1)
    assert ("A" in line.replace(URL, "").replace(PDL_URL, "")) or not edited

"""The page that makes source lines: right for both terms, never for posts, and nothing typed has power."""

from __future__ import annotations

import html

import pytest

from tests.console.rig import app_of, visit_as, visitor
from tests.house import STAFF, House

PAGE = "https://www.isa.go.jp/jp/a.html"


@pytest.mark.parametrize(
    ("asked", "line"),
    [
        ({"url": PAGE}, f"出典:出入国在留管理庁ウェブサイト({PAGE})"),
        ({"url": PAGE, "language": "en"}, f"Source: Immigration Services Agency website ({PAGE})"),
        ({"url": PAGE, "terms": "pdl1.0"}, "PDL1.0"),
        ({"url": PAGE, "edited": "1", "title": "手引き"}, "「手引き」(出入国在留管理庁)"),
        ({"url": f"{PAGE}?{'x' * 400}"}, "x" * 400),
    ],
)
def test_a_line_is_made_for_the_terms_that_were_chosen(sqlite_house: House, asked: dict[str, str], line: str) -> None:
    answer = visit_as(app_of(sqlite_house), STAFF).get("/cite", **asked)
    assert answer.status_code == 200
    assert line in html.unescape(answer.text)


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ({"url": "https://x.com/IMMI_TOKYO/status/1"}, "https://"),
        ({"url": "javascript:alert(1)"}, "https://"),
        ({"url": PAGE, "edited": "1"}, "題名"),
    ],
)
def test_what_cannot_be_cited_is_refused_in_a_sentence(sqlite_house: House, asked: dict[str, str], told: str) -> None:
    answer = visit_as(app_of(sqlite_house), STAFF).get("/cite", **asked)
    assert answer.status_code == 422
    assert told in answer.text
    assert 'name="line"' not in answer.text


def test_another_website_is_told_and_words_have_no_power(sqlite_house: House) -> None:
    asked = {"url": "https://www.mhlw.go.jp/a.html", "edited": "1", "title": "<script>alert(1)</script>"}
    answer = visit_as(app_of(sqlite_house), STAFF).get("/cite", **asked)
    assert "庁のウェブサイトではありません" in answer.text
    assert "<script>alert" not in answer.text


def test_the_composer_leads_there_and_strangers_do_not_get_in(sqlite_house: House) -> None:
    app = app_of(sqlite_house)
    assert 'href="/cite"' in visit_as(app, STAFF).get("/compose").text
    assert visitor(app).get("/cite").status_code == 303

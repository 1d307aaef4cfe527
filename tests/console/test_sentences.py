"""Rule 10: Japanese prevails. What a form refuses is told in the reader's language, whoever raised it."""

from __future__ import annotations

import re
from typing import Final

from markupsafe import Markup

from bot.bootstrap import App
from bot.console.guard import LOCALE_COOKIE
from bot.domain.people import Grant, Person, Role
from tests.console.rig import enrol, visit_as
from tests.house import ADMIN, APPROVER, REVIEWER, House

ENGLISH: Final = re.compile(r"[A-Za-z]+(?:[ ,]+[A-Za-z]+){2,}")
"""Three Latin words in a row; names of platforms and file formats stand alone."""
REFUSED: Final = [
    (APPROVER, "/stop", {"scope": "all"}, "理由を書いてください。記録に残ります。"),
    (APPROVER, "/stop", {"scope": "moon", "reason": "念のため"}, "止める範囲を読み取れません。"),
    (APPROVER, "/stop/resume", {"scope": "all"}, "画面を開き直して、今の状態を確かめてください。"),
    (APPROVER, "/posts/999/submit", {}, "投稿 999 はありません。"),
    (REVIEWER, "/cases/999/claim", {"version": "1"}, "事案 999は見つかりません。"),
    (REVIEWER, "/cases/1/confirm/7", {}, "措置の実行 7は見つかりません。"),
    (ADMIN, "/roster/changes/9/approve", {}, "台帳の変更 9は見つかりません。"),
    (ADMIN, "/roster/changes/9/reject", {}, "理由を書いてください。記録に残ります。"),
    (ADMIN, "/policies/take-back", {"reason": "誤検知"}, "戻せる版がありません。"),
    (REVIEWER, "/quality/golden", {"category": "0"}, "正解つき事案の文を書いてください。"),
    (REVIEWER, "/case-files/1", {}, "どの法的根拠で渡すかを書いてください。"),
    (APPROVER, "/roster/accounts/x-tokyo/attest", {}, "担当者、副担当者、管理者だけです。"),
    (APPROVER, "/imports", {}, "ファイルを選んでください。"),
]


def test_a_refusal_is_told_in_japanese_and_nothing_beside_it_is_english(app: App) -> None:
    visitors = {each.login: visit_as(app, each) for each in (APPROVER, REVIEWER, ADMIN)}
    for person, path, fields, said in REFUSED:
        answer = visitors[person.login].post(path, fields)
        shown = str(Markup(answer.text).striptags())
        assert answer.status_code in (403, 404, 409, 422), path
        assert said in shown
        assert (path, ENGLISH.findall(shown)) == (path, [])


def test_offices_and_roles_are_named_in_the_words_of_the_reader(app: App, sqlite_house: House) -> None:
    local = Person("toukyou", "東京 承", (Grant(Role.APPROVER, "tokyo"),))
    enrol(sqlite_house, local)
    visitor, told = visit_as(app, local), {}
    for locale in ("ja", "en"):
        visitor.client.cookies.set(LOCALE_COOKIE, locale)
        told[locale] = str(Markup(visitor.post("/stop", {"scope": "all", "reason": "念のため"}).text).striptags())
    assert "この操作には、すべての官署の「管理者」の役割が必要です。" in told["ja"]
    assert "This needs the role Admin for" in told["en"]

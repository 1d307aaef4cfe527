"""Groups, tasks, policy versions, quality, reports, case files, erasure: what each page does and refuses."""

from __future__ import annotations

import io
import zipfile
from datetime import timedelta

import pytest

from bot.domain.people import Person
from bot.store import cases, replies
from bot.usecases import golden, groups
from bot.usecases.decide import Grounds
from moderation.cases import CaseState, Move
from moderation.categories import Category
from tests.console.moderator_desk import BOSS, ELSEWHERE, ConsoleDesk
from tests.console.rig import AUDITOR
from tests.house import ADMIN, MODERATOR, REVIEWER, STAFF, House
from tests.usecases.archive_of import fill
from tests.usecases.desk import ADVERT, CARD, FACEBOOK, JUDGE, X

SAME = "入管は今すぐ謝れ 入管は今すぐ謝れ"


@pytest.fixture
def desk(sqlite_house: House) -> ConsoleDesk:
    return ConsoleDesk(sqlite_house)


def flooded(desk: ConsoleDesk, number: int, names: str = "v") -> groups.Members:
    post = desk.post_on(X)
    for each in range(number):
        desk.says(SAME, name=f"{names}{each}", post=post)
    desk.house.collect()
    while desk.house.screen().replies:
        pass
    with desk.house.store.read() as tx:
        return groups.members(tx, groups.groups(tx, offices=None)[0].key, offices=None)


def key_of(desk: ConsoleDesk, member: int) -> str:
    with desk.house.store.read() as tx:
        return cases.get(tx, member).group_key


def shown_ids(desk: ConsoleDesk, listed: groups.Members) -> str:
    """What a form of the group says of its members now: number and version."""
    with desk.house.store.read() as tx:
        return ",".join(f"{each.id}:{each.version}" for each in cases.many(tx, listed.ids))


# -- floods --------------------------------------------------------------------------------------


def test_a_flood_is_decided_once_for_those_who_were_listed(desk: ConsoleDesk) -> None:
    listed = flooded(desk, 12)
    key, visitor = key_of(desk, listed.ids[0]), desk.visit()
    assert key in visitor.get("/groups").text
    shown = visitor.get(f"/groups/{key}").text
    ids = shown_ids(desk, listed)
    assert f'name="ids" value="{ids}"' in shown
    flooded(desk, 3, names="later")
    answer = visitor.post(f"/groups/{key}/hide", {"ids": ids, "category": "9", "reason": "同じ文面の大量の書き込み"})
    assert answer.headers["location"] == f"/groups/{key}?n=12&refused=0"
    with desk.house.store.read() as tx:
        assert cases.count_by_state(tx) == {CaseState.ACTED: 12, CaseState.OPEN: 3}


@pytest.mark.parametrize("ids", ["", "1:1;2:1", "1:1,,2:1", "1", "x", "1:1," * 1000 + "1:1", "99999:1"])
def test_a_list_that_is_no_list_decides_nothing(desk: ConsoleDesk, ids: str) -> None:
    listed = flooded(desk, 10)
    key = key_of(desk, listed.ids[0])
    fields = {"ids": ids, "category": "9", "reason": "x"}
    assert desk.visit().post(f"/groups/{key}/hide", fields).status_code == 422
    with desk.house.store.read() as tx:
        assert set(cases.count_by_state(tx)) == {CaseState.OPEN}


def test_a_group_needs_a_ground_like_any_case_and_keeps_what_was_typed(desk: ConsoleDesk) -> None:
    listed = flooded(desk, 10)
    key, ids = key_of(desk, listed.ids[0]), shown_ids(desk, listed)
    fields = {"ids": ids, "category": "6", "reason": "毎日届く"}
    answer = desk.visit().post(f"/groups/{key}/propose-block", fields)
    assert answer.status_code == 422
    assert "毎日届く" in answer.text


def test_a_group_of_another_office_does_not_exist(desk: ConsoleDesk) -> None:
    listed = flooded(desk, 10)
    key = key_of(desk, listed.ids[0])
    assert desk.visit(ELSEWHERE).get(f"/groups/{key}").status_code == 404
    ids = shown_ids(desk, listed)
    desk.visit(ELSEWHERE).post(f"/groups/{key}/hide", {"ids": ids, "category": "9", "reason": "x"})
    with desk.house.store.read() as tx:
        assert set(cases.count_by_state(tx)) == {CaseState.OPEN}


def test_many_blocks_wait_for_a_second_person_who_looks_first(desk: ConsoleDesk) -> None:
    listed = flooded(desk, 10)
    key, ids = key_of(desk, listed.ids[0]), shown_ids(desk, listed)
    fields = {"ids": ids, "category": "9", "reason": "大量", "why_not_less": "非表示でも続く"}
    desk.visit().post(f"/groups/{key}/propose-block", fields)
    second, ids = desk.visit(REVIEWER), shown_ids(desk, listed)
    assert "/approve" not in second.get(f"/groups/{key}").text
    early = second.post(f"/groups/{key}/approve", {"ids": ids}).headers["location"]
    assert early.endswith("n=0&refused=10&why=why-not.look-first%3A10")
    assert "先にご自分の判断を" in second.get(early).text
    second.post(f"/groups/{key}/look", {"ids": ids, "category": "9", "step": "block"})
    assert "/approve" in second.get(f"/groups/{key}").text
    assert second.post(f"/groups/{key}/approve", {"ids": ids}).headers["location"].endswith("n=10&refused=0")


def test_only_members_of_the_group_as_they_were_shown_are_decided(desk: ConsoleDesk) -> None:
    listed, other = flooded(desk, 10), desk.case(ADVERT)
    key, ids = key_of(desk, listed.ids[0]), shown_ids(desk, listed)
    with desk.house.store.read() as tx:
        moved = cases.get(tx, listed.ids[0])
    desk.does(moved, Move.CLAIM, Move.RELEASE)
    fields = {"ids": f"{ids},{other.id}:{other.version}", "category": "9", "reason": "大量"}
    answer = desk.visit().post(f"/groups/{key}/hide", fields)
    assert answer.headers["location"].endswith("n=9&refused=2&why=problem.case-moved%3A2")
    assert (desk.state(moved), desk.state(other)) == (CaseState.OPEN, CaseState.OPEN)


# -- tasks ---------------------------------------------------------------------------------------


def test_what_must_not_be_forgotten_is_listed_until_somebody_did_it(desk: ConsoleDesk) -> None:
    block, urgent = desk.case(ADVERT), desk.case(CARD, account=FACEBOOK)
    desk.blocked(block)
    alone = Grounds(Category.PERSONAL_INFORMATION, "番号", "友達に見える")
    desk.does(urgent, Move.CLAIM, Move.DELETE_NOW, grounds=alone)
    desk.wait(days=91)
    shown = desk.visit(JUDGE).get("/reviews").text
    assert f"/cases/{urgent.id}" in shown
    assert f"/reviews/blocks/{block.id}" in shown
    assert desk.visit(REVIEWER).post(f"/reviews/blocks/{block.id}", {"reason": "まだ"}).status_code == 403
    assert desk.visit(JUDGE).post(f"/reviews/blocks/{block.id}", {"reason": "まだ続く"}).status_code == 303
    assert desk.sends(urgent, "review", JUDGE, reason="正しかった").status_code == 303
    shown = desk.visit(JUDGE).get("/reviews").text
    assert f"/cases/{urgent.id}" not in shown
    assert f"/reviews/blocks/{block.id}" not in shown


def test_an_act_that_failed_is_told_with_its_reason_and_tried_again(desk: ConsoleDesk) -> None:
    case = desk.does(desk.case(ADVERT), Move.CLAIM, Move.HIDE)
    desk.house.sandbox.fault("forbidden", platform="x", route="hide")
    desk.carries_out()
    again = f"/cases/{case.id}/again/{desk.commands(case)[0].id}"
    for page in ("/reviews", f"/cases/{case.id}"):
        shown = desk.visit().get(page).text
        assert "このアカウントの権限では" in shown
        assert again in shown
    assert again not in desk.visit(AUDITOR).get("/reviews").text
    assert desk.visit(ELSEWHERE).post(again).status_code == 403
    assert desk.visit().post(again).status_code == 303
    assert again not in desk.visit().get("/reviews").text
    assert desk.carries_out() == 1


def test_a_block_by_hand_is_shown_with_its_link_and_what_the_list_says(desk: ConsoleDesk) -> None:
    case = desk.blocked(desk.case(ADVERT))
    desk.carries_out()
    visitor = desk.visit()
    link = '<a href="https://x.com/tanuki_no_mori" rel="noreferrer"><bdi class="words">https://x.com/tanuki_no_mori</bdi></a> を開き、'
    assert link in visitor.get(f"/cases/{case.id}").text
    answer = visitor.post(f"/cases/{case.id}/confirm/{desk.commands(case)[-1].id}")
    shown = visitor.get(answer.headers["location"]).text
    assert '<div class="note warn" role="status">' in shown
    assert "ブロック一覧: 載っていない" in shown


# -- quality, reports ----------------------------------------------------------------------------


def test_blind_items_are_judged_without_a_sign_of_where_they_come_from(desk: ConsoleDesk) -> None:
    fill(desk, 30)
    desk.wait(hours=1)
    fields = {"text": "窓口の人に殴られたと言われた。ひどい対応だ。", "category": "0", "criticism": "1"}
    assert desk.visit(REVIEWER).post("/quality/golden", fields).status_code == 303
    made = golden.draw(desk.parts, now=desk.house.now, seed=1, size=10)
    assert made == 11
    visitor = desk.visit(REVIEWER)
    shown = visitor.get("/quality/judge").text
    assert not any(word in shown for word in ("golden", "sample", "week-"))
    number = shown.partition('action="/quality/judge/')[2].partition('"')[0]
    assert visitor.post(f"/quality/judge/{number}", {"category": "", "step": "none"}).status_code == 422
    assert visitor.post(f"/quality/judge/{number}", {"category": "0", "step": "none"}).status_code == 303
    assert visitor.post(f"/quality/judge/{number}", {"category": "0", "step": "none"}).status_code == 409
    assert "100 %" in visitor.get("/quality").text  # criticism left alone
    assert visitor.get("/quality/precision.svg").headers["content-type"].startswith("image/svg+xml")


def test_the_report_hides_small_counts_on_the_page_and_in_the_file(desk: ConsoleDesk) -> None:
    for each in range(3):
        desk.does(desk.case(ADVERT, name=f"s{each}"), Move.CLAIM, Move.HIDE)
    visitor = desk.visit(AUDITOR)
    assert "5未満" in visitor.get("/reports").text
    sheet = visitor.get("/reports.csv?month=2026-12")
    assert "<5" in sheet.text
    assert "副業" not in sheet.text
    assert 'filename="kouhou-report-2026-12.csv"' in sheet.headers["content-disposition"]
    assert visitor.get("/reports/cases.svg").status_code == 200
    assert visitor.get("/reports?month=<script>").status_code == 422
    assert desk.visit(STAFF).get("/reports").status_code == 403


def test_a_case_file_names_its_purpose_and_no_moderator(desk: ConsoleDesk) -> None:
    case = desk.case(CARD)
    desk.does(case, Move.CLAIM, Move.HIDE)
    path = f"/case-files/{case.id}"
    assert desk.visit(MODERATOR).post(path, {"purpose": "照会"}).status_code == 403
    assert desk.visit(ELSEWHERE).post(path, {"purpose": "照会"}).status_code == 403
    assert desk.visit(REVIEWER).post(path, {"purpose": " "}).status_code == 422
    answer = desk.visit(REVIEWER).post(path, {"purpose": "令和8年第1号の照会"})
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        assert "manifest.sha256" in archive.namelist()
        assert MODERATOR.login not in archive.read("decisions.json").decode()


# -- erasure -------------------------------------------------------------------------------------


def test_a_reply_is_held_then_erased_and_the_case_stays_countable(desk: ConsoleDesk) -> None:
    case = desk.case(CARD)
    reply, visitor = str(case.reply), desk.visit(REVIEWER)
    until = (desk.house.now + timedelta(days=30)).date().isoformat()
    assert visitor.post("/erasure", {"reply": reply, "do": "hold", "ground": "照会", "until": until}).status_code == 303
    assert visitor.post("/erasure", {"reply": reply, "do": "erase", "ground": "本人"}).status_code == 403
    assert visitor.post("/erasure", {"reply": reply, "do": "end"}).status_code == 303
    assert visitor.post("/erasure", {"reply": reply, "do": "erase", "ground": ""}).status_code == 422
    assert visitor.post("/erasure", {"reply": reply, "do": "erase", "ground": "本人の求め"}).status_code == 303
    assert "090-1234-5678" not in visitor.get(f"/cases/{case.id}").text
    with desk.house.store.read() as tx:
        assert replies.get(tx, case.reply).text is None
        assert cases.count(tx, cases.Wanted()) == 1


@pytest.mark.parametrize("person", [MODERATOR, AUDITOR, STAFF, ELSEWHERE])
def test_others_erase_nothing(desk: ConsoleDesk, person: Person) -> None:
    case = desk.case(CARD)
    fields = {"reply": str(case.reply), "do": "erase", "ground": "x"}
    assert desk.visit(person).post("/erasure", fields).status_code == 403
    assert "090-1234-5678" not in desk.visit(person).get(f"/erasure?reply={case.reply}").text


def test_only_an_admin_erases_everything_by_an_author(desk: ConsoleDesk) -> None:
    case = desk.case(CARD)
    fields = {"reply": str(case.reply), "do": "author", "ground": "本人の求め"}
    assert desk.visit(REVIEWER).post("/erasure", fields).status_code == 403
    assert desk.visit(ADMIN).post("/erasure", fields).status_code == 303
    assert desk.reply_of(case).text is None


NUL = "%00x%1b"
TYPED = (
    f"/cases?language={NUL}", f"/cases?group={NUL}", f"/cases?office={NUL}", f"/audit?subject={NUL}",
    f"/audit?what={NUL}&who={NUL}", f"/posts?text={NUL}&account={NUL}", f"/groups/{NUL}", "/reports?month=%00",
    "/reports?month=9999-12", "/reports?month=0001-01", "/reports.csv?month=9999-12", "/reports?month=1999-12",
)  # fmt: skip


def test_no_control_character_and_no_far_day_breaks_a_page(house: House) -> None:
    """On PostgreSQL, too, which keeps no NUL."""
    desk = ConsoleDesk(house)
    boss = desk.visit(BOSS)
    assert "2026年12月" in boss.get("/reports?month=2026-12").text
    for who in (boss, desk.visit(AUDITOR)):
        assert {who.get(each).status_code for each in TYPED} <= {200, 403, 404, 422}
    answer = boss.post("/policies/1/rescreen", {"since": "2026-01-01", "until": "9999-12-31", "account": "\0"})
    assert answer.status_code == 422
    case = desk.case()
    assert (
        desk.visit().post(f"/cases/{case.id}/hide", {"category": "6", "reason": "広\0告", "version": "1"}).status_code
        == 303
    )
    with house.store.read() as tx:
        assert cases.decisions(tx, case.id)[-1].reason == "広告"

"""The composer: several accounts at once, the lint before the yes, pictures with words, two people on one draft."""

from __future__ import annotations

import threading
from html import unescape
from typing import Any

import pytest

from bot.bootstrap import App
from bot.domain.posts import Content, Lane, Post, PostState
from bot.store import desk, posts, service
from bot.usecases import together
from bot.usecases.compose import Wish
from tests.console.rig import visit_as
from tests.console.staff_desk import NORTH, account, approval, come, hidden, png, sheet
from tests.house import APPROVER, SECOND, STAFF, House


def every(house: House) -> list[Post]:
    with house.store.read() as tx:
        return posts.find(tx, limit=100)


def test_one_form_makes_one_post_for_each_account(app: App, sqlite_house: House) -> None:
    house = sqlite_house
    fields = sheet(
        house, "IMMI_TOKYO", "nagoya.nyukan.support", **{"own.facebook": "Facebookの方には、くわしい案内があります。"}
    )
    done = visit_as(app, STAFF).post("/compose", fields)
    assert done.status_code == 303
    made = every(house)
    assert {(post.account, post.revision.content.text) for post in made} == {
        (account(house, "IMMI_TOKYO"), "窓口は9時に開きます。"),
        (account(house, "nagoya.nyukan.support"), "Facebookの方には、くわしい案内があります。"),
    }
    assert {post.state for post in made} == {PostState.SUBMITTED}
    assert len({post.notice for post in made}) == 1


def test_words_for_one_account_come_before_those_for_its_platform(app: App, sqlite_house: House) -> None:
    house = sqlite_house
    own = f"own.{account(house, 'IMMI_TOKYO')}"
    fields = sheet(house, "IMMI_TOKYO", **{own: "東京だけの文です。", "own.x": "Xだけの文です。"})
    visit_as(app, STAFF).post("/compose", fields)
    [post] = every(house)
    assert post.revision.content.text == "東京だけの文です。"


@pytest.mark.parametrize("times", [2, 5])
def test_the_same_form_sent_again_is_one_notice(app: App, sqlite_house: House, times: int) -> None:
    hanako = visit_as(app, STAFF)
    fields = sheet(sqlite_house, "IMMI_TOKYO")
    answers = {hanako.post("/compose", fields).headers["location"] for _ in range(times)}
    assert len(answers) == 1
    assert len(every(sqlite_house)) == 1


def test_two_clicks_at_the_same_moment_are_one_notice(house: House) -> None:
    """On both databases: the second click waits for the first and gets its post."""
    start = threading.Barrier(2)
    made: list[list[int]] = []

    def click() -> None:
        start.wait()
        wish = Wish("IMMI_TOKYO", Content("窓口は9時に開きます。"))
        made.append(together.write(house.parts, "one-token", [wish], by=STAFF, now=house.now, submit=True))

    clicks = [threading.Thread(target=click) for _ in range(2)]
    for each in clicks:
        each.start()
    for each in clicks:
        each.join()
    assert made[0] == made[1]
    assert len(every(house)) == 1


SAME = "年末年始は、すべての窓口をお休みします。手続はお早めにお済ませください。"


@pytest.mark.parametrize(
    ("first", "second", "refused"),
    [
        (SAME, SAME, True),
        (f"【東京出入国在留管理局】{SAME}", f"【大阪出入国在留管理局】{SAME}", True),
        (SAME, "大阪局では、1階の相談窓口を2階に移しました。エレベーターをお使いください。", False),
        ("東京局の駐車場は満車です。電車でお越しください。", "大阪局は庁舎の点検のため正面玄関を閉めています。", False),
    ],
)
def test_x_accounts_do_not_say_the_same(app: App, sqlite_house: House, first: str, second: str, refused: bool) -> None:
    house = sqlite_house
    own = {f"own.{account(house, 'IMMI_TOKYO')}": first, f"own.{account(house, 'IMMI_OSAKA')}": second}
    answer = visit_as(app, STAFF).post("/compose", sheet(house, "IMMI_TOKYO", "IMMI_OSAKA", **own))
    assert (answer.status_code == 422) is refused
    assert bool(every(house)) is not refused
    if refused:
        assert "@IMMI_TOKYO" in answer.text and "@IMMI_OSAKA" in answer.text
        assert 'value="agency"' in answer.text


def test_the_same_words_may_stand_on_x_and_on_facebook(app: App, sqlite_house: House) -> None:
    fields = sheet(sqlite_house, "IMMI_NAGOYA", "nagoya.nyukan.support")
    assert visit_as(app, STAFF).post("/compose", fields).status_code == 303


def test_the_agency_speaks_for_all_when_asked_to(app: App, sqlite_house: House) -> None:
    house = sqlite_house
    fields = sheet(house, "IMMI_TOKYO", "IMMI_OSAKA", "nagoya.nyukan.support", do="agency")
    page = visit_as(app, STAFF).post("/compose", fields).text
    ticked = [line for line in page.splitlines() if 'name="to"' in line and " checked" in line]
    assert len(ticked) == 2
    assert account(house, "nagoya.nyukan.support") in "".join(ticked)
    assert account(house, "IMMI_TOKYO") not in "".join(ticked)


def test_somebody_of_a_bureau_is_told_to_ask_the_agency(app: App, sqlite_house: House) -> None:
    kita = come(app, sqlite_house, NORTH)
    answer = kita.post("/compose", sheet(sqlite_house, "IMMI_SAPPORO", do="agency"))
    assert answer.status_code == 422
    assert "庁の担当者" in answer.text


@pytest.mark.parametrize(
    ("fields", "stops", "said"),
    [
        ({"text": "12月8日(水)は窓口を開けます。"}, True, "火"),
        ({"text": "12月8日(火)は窓口を開けます。"}, False, ""),
        ({"text": "くわしくは https://bit.ly/abc をご覧ください。"}, True, "短縮"),
        ({"text": "あ" * 141}, True, "2"),
        ({"text": ""}, True, "本文"),
        ({"at": "2026-12-02T22:00"}, True, "時間"),
        ({"at": "2026-12-02T22:00", "reason": "停電のお知らせのため"}, False, ""),
        ({"at": "2026-12-01T10:00"}, True, "過ぎ"),
        ({"at": "あした"}, True, "日時"),
        ({"to": []}, True, "アカウント"),
    ],
)
def test_what_the_lint_calls_an_error_stops_the_submission_and_loses_nothing(
    app: App, sqlite_house: House, fields: dict[str, Any], stops: bool, said: str
) -> None:
    typed = {**sheet(sqlite_house, "IMMI_TOKYO"), **fields}
    answer = visit_as(app, STAFF).post("/compose", typed)
    assert (answer.status_code == 422) is stops
    assert bool(every(sqlite_house)) is not stops
    if stops:
        assert said in answer.text
        assert str(typed["text"]) in answer.text


def test_a_fix_is_one_click_and_touches_only_its_place(app: App, sqlite_house: House) -> None:
    hanako = visit_as(app, STAFF)
    typed = sheet(sqlite_house, "IMMI_TOKYO", text="お知らせ。12月8日(水)は窓口を開けます。", do="preview")
    page = hanako.post("/compose", typed).text
    order = next(unescape(part.split('"')[0]) for part in page.split('value="')[1:] if part.startswith("fix:"))
    fixed = hanako.post("/compose", {**typed, "do": order}).text
    assert "お知らせ。12月8日(火)は窓口を開けます。</textarea>" in fixed
    late = hanako.post("/compose", {**typed, "text": "もう別の文です。", "do": order}).text
    assert "もう別の文です。</textarea>" in late


@pytest.mark.parametrize("order", ["fix:", "fix:{}", 'fix:{"field":"text","start":-1,"end":0,"was":"","now":"x"}', "remove:9", "up:x", "nonsense"])  # fmt: skip
def test_a_hostile_button_changes_nothing(app: App, sqlite_house: House, order: str) -> None:
    answer = visit_as(app, STAFF).post("/compose", sheet(sqlite_house, "IMMI_TOKYO", do=order))
    assert answer.status_code == 200
    assert "窓口は9時に開きます。</textarea>" in answer.text


def test_pictures_come_with_words_in_the_order_of_the_form(app: App, sqlite_house: House) -> None:
    house, hanako = sqlite_house, visit_as(app, STAFF)
    files = [("picture", (f"p{n}.png", png(n), "image/png")) for n in (1, 2)]
    page = hanako.post("/compose", sheet(house, "IMMI_TOKYO", do="attach"), files=files).text
    packed = [part.split('"')[0] for part in page.split('name="media" value="')[1:]]
    assert [each.split("|")[3] for each in packed] == ["p1.png", "p2.png"]
    without = hanako.post("/compose", sheet(house, "IMMI_TOKYO", media=packed, alt=["庁舎の入口", ""]))
    assert without.status_code == 422
    moved = hanako.post("/compose", sheet(house, "IMMI_TOKYO", media=packed, alt=["一", "二"], do="up:1")).text
    assert [part.split('"')[0] for part in moved.split('name="media" value="')[1:]] == packed[::-1]
    one = hanako.post("/compose", sheet(house, "IMMI_TOKYO", media=packed, alt=["一", "二"], do="remove:0")).text
    assert one.count('name="media"') == 1
    assert (
        hanako.post("/compose", sheet(house, "IMMI_TOKYO", media=packed, alt=["一の説明", "二の説明"])).status_code
        == 303
    )
    [post] = every(house)
    assert [(item.name, item.alt) for item in post.revision.content.media] == [
        ("p1.png", "一の説明"),
        ("p2.png", "二の説明"),
    ]


def test_what_is_no_picture_is_refused_with_what_was_typed(app: App, sqlite_house: House) -> None:
    files = [("picture", ("p.png", b"MZ not a picture", "image/png"))]
    answer = visit_as(app, STAFF).post("/compose", sheet(sqlite_house, "IMMI_TOKYO", do="attach"), files=files)
    assert answer.status_code == 422
    assert "窓口は9時に開きます。" in answer.text


def test_a_picture_is_shown_only_to_those_who_were_given_its_address(app: App, sqlite_house: House) -> None:
    hanako, files = visit_as(app, STAFF), [("picture", ("p.png", png(), "image/png"))]
    page = hanako.post("/compose", sheet(sqlite_house, "IMMI_TOKYO", do="attach"), files=files).text
    address = page.split('<img src="')[1].split('"')[0].replace("&amp;", "&")
    assert hanako.get(address).headers["content-type"] == "image/png"
    assert visit_as(app, STAFF).get(address).status_code == 404
    assert hanako.get(address.partition("?")[0]).status_code == 404


def test_a_translation_is_a_post_of_its_own_when_ticked(app: App, sqlite_house: House) -> None:
    fields = sheet(
        sqlite_house,
        "IMMI_TOKYO",
        **{"also.en": "The counter opens at 9:00.", "also.ja-x-easy": "使わない訳", "send": ["en"]},
    )
    assert visit_as(app, STAFF).post("/compose", fields).status_code == 303
    assert [(post.revision.content.lang, post.revision.content.text) for post in every(sqlite_house)] == [
        ("ja", "窓口は9時に開きます。"),
        ("en", "The counter opens at 9:00."),
    ]


def test_line_ends_of_browsers_do_not_reach_the_platform(app: App, sqlite_house: House) -> None:
    visit_as(app, STAFF).post("/compose", sheet(sqlite_house, "IMMI_TOKYO", text="一行目です。\r\n二行目です。"))
    [post] = every(sqlite_house)
    assert post.revision.content.text == "一行目です。\n二行目です。"


def test_without_a_time_each_post_gets_the_next_free_slot_of_its_account(app: App, sqlite_house: House) -> None:
    hanako = visit_as(app, STAFF)
    for number in range(3):
        fields = sheet(
            sqlite_house,
            "IMMI_TOKYO",
            text=f"お知らせの{number}番目です。{'案内' * number}",
            notice=f"a-form-token-no-{number}",
        )
        assert hanako.post("/compose", fields).status_code == 303
    slots = [post.revision.slot.due_at.minute for post in every(sqlite_house)]
    assert slots == [5, 10, 15]


def test_two_people_on_one_draft_see_each_others_words_and_lose_none(app: App, sqlite_house: House) -> None:
    house = sqlite_house
    post = house.draft("IMMI_TOKYO", "はじめの文です。")
    hanako, taro = visit_as(app, STAFF), visit_as(app, APPROVER)
    version = hidden(hanako.get(f"/posts/{post.id}/edit").text, "version")
    typed = {"at": "2026-12-03T10:00", "do": "save", "version": version}
    assert taro.post(f"/posts/{post.id}/edit", {**typed, "text": "太郎が直した文です。"}).status_code == 303
    late = hanako.post(f"/posts/{post.id}/edit", {**typed, "text": "花子が直した文です。"})
    assert late.status_code == 409
    assert "花子が直した文です。</textarea>" in late.text
    assert "太郎" in late.text and "taro" in late.text
    assert house.post(post).revision.content.text == "太郎が直した文です。"
    again = {**typed, "text": "花子が直した文です。", "version": hidden(late.text, "version")}
    assert hanako.post(f"/posts/{post.id}/edit", again).status_code == 303
    assert house.post(post).revision.content.text == "花子が直した文です。"


def test_an_edit_voids_the_approval(app: App, sqlite_house: House) -> None:
    post = sqlite_house.scheduled("IMMI_TOKYO", at=sqlite_house.now.replace(day=3))
    fields = {"text": "直した文です。", "at": "2026-12-03T10:00", "do": "save", "version": str(post.version)}
    assert visit_as(app, STAFF).post(f"/posts/{post.id}/edit", fields).status_code == 303
    assert sqlite_house.state(post) is PostState.SUBMITTED
    assert sqlite_house.post(post).revision.digest != post.revision.digest


def test_a_disaster_notice_at_night_calls_the_approvers_and_is_reviewed_afterwards(
    app: App, sqlite_house: House
) -> None:
    """The agency's rule: one approver lets it out, a second person reviews it within 24 hours."""
    house = sqlite_house
    house.jump_to(house.now.replace(year=2027, month=1, day=2, hour=14, minute=0))  # 23:00 in Japan
    handle = next(each.handle for each in house.registry.accounts if each.office == "isa" and each.platform == "x")
    fields = sheet(
        house, handle, text="地震のため、窓口を休みます。", lane="disaster", reason="震度6強の地震", do="submit"
    )
    assert visit_as(app, STAFF).post("/compose", {**fields, "reason": ""}).status_code == 422
    assert visit_as(app, STAFF).post("/compose", fields).status_code == 303
    [post] = every(house)
    assert post.lane is Lane.DISASTER
    with house.store.read() as tx:
        assert {each.person for each in service.notices(tx, ["taro", "jiro"])} == {"taro", "jiro"}
    taro, jiro = visit_as(app, APPROVER), visit_as(app, SECOND)
    assert taro.post(f"/posts/{post.id}/approve", approval(post)).status_code == 303
    house.publish()
    assert house.state(post) is PostState.PUBLISHED
    assert taro.post(f"/posts/{post.id}/review", {"in_order": "yes"}).status_code == 422
    for page in ("/approve", "/held", f"/posts/{post.id}"):
        assert "事後の確認" in jiro.get(page).text
    assert jiro.post(f"/posts/{post.id}/review", {"in_order": "no"}).status_code == 422
    assert jiro.post(f"/posts/{post.id}/review", {"in_order": "yes"}).status_code == 303
    assert "事後の確認" not in jiro.get("/approve").text
    with house.store.read() as tx:
        review = desk.review_of(tx, post.id)
    assert review is not None
    assert (review.done_by, review.in_order) == ("jiro", True)


def test_where_the_rule_wants_a_second_person_first_one_approval_is_not_enough(app: App, sqlite_house: House) -> None:
    house = sqlite_house
    house.jump_to(house.now.replace(year=2027, month=1, day=2, hour=14, minute=0))
    fields = sheet(house, "IMMI_TOKYO", lane="disaster", reason="大雪のため")
    assert visit_as(app, STAFF).post("/compose", fields).status_code == 303
    [post] = every(house)
    visit_as(app, APPROVER).post(f"/posts/{post.id}/approve", approval(post))
    assert house.state(post) is PostState.SUBMITTED
    visit_as(app, SECOND).post(f"/posts/{post.id}/approve", approval(post))
    assert house.state(post) is PostState.SCHEDULED
    house.publish()
    assert house.state(post) is PostState.PUBLISHED

"""Held posts, stops, templates: each says why and what to do, and nothing happens by itself."""

from __future__ import annotations

from datetime import datetime

import pytest

from bot.bootstrap import App
from bot.domain.length import X_LIMIT, x_length
from bot.domain.people import Grant, Person, Role
from bot.domain.posts import Hold, PostState
from bot.store import posts, service
from bot.usecases import templates
from bot.usecases.publish import hold_late
from tests.console.rig import enrol, visit_as
from tests.console.staff_desk import NORTH_APPROVER, SOUTH, account, come
from tests.house import APPROVER, JAPAN, SECOND, STAFF, House


def asleep(house: House) -> list[int]:
    """Friday's posts, found late on Monday."""
    friday = datetime(2026, 12, 4, 15, 0, tzinfo=JAPAN)
    made = [house.scheduled("IMMI_TOKYO", f"金曜日のお知らせ{'その' * n}です。", at=friday).id for n in range(1, 4)]
    house.jump_to(datetime(2026, 12, 7, 9, 30, tzinfo=JAPAN))
    house.publish()
    return made


def test_after_a_weekend_asleep_everything_late_waits_on_one_page(app: App, sqlite_house: House) -> None:
    late = asleep(sqlite_house)
    assert {sqlite_house.post(number).hold for number in late} == {Hold.LATE}
    page = visit_as(app, APPROVER).get("/held").text
    for number in late:
        assert f'name="id" value="{number}"' in page
    assert "予定の時刻を過ぎたもの" in page and "今の時間に出してよいかを決めてください" in page
    assert sqlite_house.created() == 0


def test_late_posts_are_released_one_behind_the_other(app: App, sqlite_house: House) -> None:
    late = asleep(sqlite_house)
    answer = visit_as(app, APPROVER).post("/held", {"do": "release", "id": [str(number) for number in late]})
    assert answer.status_code == 200
    slots = [sqlite_house.post(number).revision.slot.due_at for number in late]
    assert len(set(slots)) == 3
    assert {sqlite_house.state(number) for number in late} == {PostState.SCHEDULED}


def test_one_refused_release_stops_none_of_the_others(app: App, sqlite_house: House) -> None:
    late = asleep(sqlite_house)
    answer = visit_as(app, APPROVER).post("/held", {"do": "cancel", "id": ["999", str(late[0]), "x", str(late[1])]})
    assert "投稿 999 はありません" in answer.text
    assert [sqlite_house.state(number) for number in late] == [PostState.CANCELLED, PostState.CANCELLED, PostState.HELD]


def test_held_posts_of_another_office_are_neither_seen_nor_settled(app: App, sqlite_house: House) -> None:
    [number, *_] = asleep(sqlite_house)
    south = come(app, sqlite_house, SOUTH)
    assert "金曜日のお知らせ" not in south.get("/held").text
    south.post("/held", {"do": "cancel", "id": str(number)})
    assert sqlite_house.state(number) is PostState.HELD


@pytest.mark.parametrize("hold", list(Hold))
def test_every_kind_of_hold_says_why_and_what_to_do(app: App, sqlite_house: House, hold: Hold) -> None:
    post = sqlite_house.scheduled()
    with sqlite_house.store.begin() as tx:
        posts.hold(tx, posts.get(tx, post.id), hold, at=sqlite_house.now)
    taro = visit_as(app, APPROVER)
    for page in (taro.get("/held").text, taro.get(f"/posts/{post.id}").text):
        for key in (f"hold.{hold}", f"hold-do.{hold}"):
            from bot.console.words import words_for

            assert str(words_for("ja")(key)) in page


# -- stop ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("scope", ["all", "platform:x", "account"])
def test_a_stop_holds_the_next_tick_and_resuming_takes_two(app: App, sqlite_house: House, scope: str) -> None:
    scope = f"account:{account(sqlite_house, 'IMMI_TOKYO')}" if scope == "account" else scope
    post = sqlite_house.scheduled()
    taro, jiro = visit_as(app, APPROVER), visit_as(app, SECOND)
    assert taro.post("/stop", {"scope": scope, "reason": "乗っ取りの疑い"}).status_code == 303
    sqlite_house.publish()
    assert sqlite_house.created() == 0
    assert "乗っ取りの疑い" in visit_as(app, STAFF).get("/posts").text
    assert taro.post("/stop/resume", {"scope": scope}).status_code == 303
    assert taro.post("/stop/resume", {"scope": scope}).status_code == 422
    sqlite_house.publish()
    assert sqlite_house.created() == 0
    assert jiro.post("/stop/resume", {"scope": scope}).status_code == 303
    sqlite_house.publish()
    assert sqlite_house.state(post) is PostState.PUBLISHED


@pytest.mark.parametrize(
    ("scope", "reason"), [("all", " "), ("platform:myspace", "x"), ("", "x"), ("account:nobody", "x")]
)
def test_a_stop_without_reason_or_scope_is_told(app: App, sqlite_house: House, scope: str, reason: str) -> None:
    assert visit_as(app, APPROVER).post("/stop", {"scope": scope, "reason": reason}).status_code == 422
    with sqlite_house.store.read() as tx:
        assert service.stops(tx) == []


def test_an_approver_of_one_office_stops_its_accounts_only(app: App, sqlite_house: House) -> None:
    kitami = come(app, sqlite_house, NORTH_APPROVER)
    page = kitami.get("/stop").text
    assert "@IMMI_SAPPORO" in page and 'value="all"' not in page and "@IMMI_TOKYO" not in page
    assert kitami.post("/stop", {"scope": "all", "reason": "x"}).status_code == 422
    own = f"account:{account(sqlite_house, 'IMMI_SAPPORO')}"
    assert kitami.post("/stop", {"scope": own, "reason": "x"}).status_code == 303


def test_staff_cannot_stop(app: App) -> None:
    assert visit_as(app, STAFF).get("/stop").status_code == 403


# -- templates ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("template", templates.shipped(), ids=lambda each: each.key)
def test_a_shipped_template_reads_whole_in_three_languages_and_fits_x(
    sqlite_house: House, template: templates.Template
) -> None:
    texts = templates.fill(template, templates.samples(template), sqlite_house.registry)
    assert set(texts) == {"ja", "en", "easy"}
    for text in texts.values():
        assert "{" not in text and "〔" not in text
        assert x_length(text) <= X_LIMIT
    assert not templates.missing(template, templates.samples(template), sqlite_house.registry)
    assert set(templates.missing(template, {}, sqlite_house.registry)) == {each.key for each in template.fields}


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("品川庁舎", "品川(しながわ)庁舎(ちょうしゃ)"),
        ("読み方", "読(よ)み方(かた)"),
        ("急ぐ人", "急(いそ)ぐ人(ひと)"),
        ("9時", "9時(じ)"),
        ("カウンター", "カウンター"),
        ("窓口(まどぐち)", "窓口(まどぐち)"),
    ],
)
def test_readings_stand_behind_kanji_only(typed: str, read: str) -> None:
    assert templates.with_readings(typed) == read


@pytest.mark.parametrize(
    ("typed", "ja", "en", "easy"),
    [
        ("2027-01-04", "2027年1月4日(月)", "Monday 4 January 2027", "2027年(ねん)1月(がつ)4日(か)"),
        ("2026-12-31", "2026年12月31日(木)", "Thursday 31 December 2026", "2026年(ねん)12月(がつ)31日(にち)"),
        ("2027-01-01", "2027年1月1日(金)", "Friday 1 January 2027", "2027年(ねん)1月(がつ)1日(ついたち)"),
        ("2027-01-20", "2027年1月20日(水)", "Wednesday 20 January 2027", "2027年(ねん)1月(がつ)20日(か)"),
    ],
)
def test_each_language_writes_its_own_dates(sqlite_house: House, typed: str, ja: str, en: str, easy: str) -> None:
    closure = next(each for each in templates.shipped() if each.key == "closure")
    texts = templates.fill(closure, {"first": typed}, sqlite_house.registry)
    assert ja in texts["ja"] and en in texts["en"] and easy in texts["easy"]


def test_a_filled_template_opens_the_composer_with_its_words_and_translations(app: App) -> None:
    fields = {
        "field.place": "品川庁舎",
        "field.place@en": "Shinagawa",
        "field.hours": "2",
        "field.better": "15:00",
        "do": "use",
    }
    page = visit_as(app, STAFF).post("/templates/crowding", fields).text
    assert "お待ちいただく時間は約2時間です" in page
    assert "The counter at Shinagawa is very busy now." in page
    assert "品川(しながわ)" in page


def test_japanese_words_do_not_stand_in_an_english_sentence(sqlite_house: House) -> None:
    crowding = next(each for each in templates.shipped() if each.key == "crowding")
    texts = templates.fill(crowding, {"place": "品川庁舎", "hours": "2"}, sqlite_house.registry)
    assert "〔Place〕" in texts["en"] and "品川庁舎" in texts["ja"] and "品川(しながわ)" in texts["easy"]


def test_a_gap_left_empty_is_asked_for(app: App) -> None:
    page = (
        visit_as(app, STAFF)
        .post("/templates/crowding", {"field.place": "品川", "field.hours": "たくさん", "do": "use"})
        .text
    )
    assert page.count('class="field wrong"') == 2


def test_an_offices_own_template_is_its_own(app: App, sqlite_house: House) -> None:
    kitami, south = come(app, sqlite_house, NORTH_APPROVER), come(app, sqlite_house, SOUTH)
    fields = {
        "office": "sapporo",
        "name": "雪の日",
        "category": "other",
        "ja": "雪のため{場所}を閉めます。{x.__class__}",
    }
    assert kitami.post("/templates/new", fields).status_code == 303
    assert "雪の日" in kitami.get("/templates").text
    assert "雪の日" not in south.get("/templates").text
    assert south.get("/templates/own-1").status_code == 404
    assert south.post("/templates/own/1/retire").status_code == 403
    shown = kitami.post("/templates/own-1", {"field.場所": "正面", "do": "show"}).text
    assert "雪のため正面を閉めます。" in shown and "class &#39;" not in shown
    assert kitami.post("/templates/own/1/retire").status_code == 303
    assert "雪の日" not in kitami.get("/templates").text


@pytest.mark.parametrize(
    "fields", [{"name": ""}, {"ja": " "}, {"office": "fukuoka"}, {"office": "nowhere"}, {"ja": "あ" * 6000}]
)
def test_a_bad_template_is_refused(app: App, sqlite_house: House, fields: dict[str, str]) -> None:
    typed = {"office": "sapporo", "name": "雪の日", "category": "other", "ja": "雪です。", **fields}
    assert come(app, sqlite_house, NORTH_APPROVER).post("/templates/new", typed).status_code == 422


def test_a_deputy_whose_time_is_over_writes_no_template(app: App, sqlite_house: House) -> None:
    over = Person("moto", "元 六郎", (Grant(Role.APPROVER, "sapporo", datetime(2026, 12, 1, tzinfo=JAPAN).date()),))
    enrol(sqlite_house, over)
    assert visit_as(app, over).get("/templates/new").status_code == 403


def test_late_means_past_its_last_minute_not_past_its_slot(sqlite_house: House) -> None:
    post = sqlite_house.scheduled()
    sqlite_house.wait(minutes=29)
    assert hold_late(sqlite_house.parts, now=sqlite_house.now) == 0
    sqlite_house.wait(minutes=1)
    assert hold_late(sqlite_house.parts, now=sqlite_house.now) == 1
    assert sqlite_house.post(post).hold is Hold.LATE

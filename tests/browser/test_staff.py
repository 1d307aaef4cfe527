"""The staff desk in a real browser: the whole way of a post, the night, the weekend, two people at once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from bot.domain.posts import Content, Hold, Lane, Media, PostState
from bot.store import desk, posts
from tests.browser.conftest import PHONE, Console, axe, fits
from tests.console.staff_desk import account, png
from tests.house import ADMIN, APPROVER, JAPAN, SECOND, STAFF, House

Shot = Callable[[Page, str], None]
STATES = ("submitted", "scheduled", "published", "held")


def states(house: House) -> list[str]:
    with house.store.read() as tx:
        return [post.state.value for post in posts.find(tx, limit=50)]


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).first.click()


def unfold(page: Page, name: str) -> None:
    page.locator("summary", has_text=name).first.click()


def test_a_post_from_draft_to_withdrawn(console: Console, shot: Shot) -> None:
    """Written with a wrong weekday, mended by one click, returned, edited, approved, published, withdrawn."""
    house = console.house
    hanako = console.open("/compose", STAFF)
    hanako.get_by_label("@IMMI_TOKYO", exact=True).check()
    hanako.fill("#text", "【窓口の臨時休業】品川庁舎の窓口は、12月8日(水)の午後にお休みします。")
    expect(hanako.locator(".face .quote")).to_contain_text("12月8日(水)")
    expect(hanako.locator("[data-counts]").first).to_contain_text("/ 280")
    shot(hanako, "staff-compose-lint")
    press(hanako, "承認を依頼する")
    expect(hanako.locator(".note.bad")).to_contain_text("印が付いた点")
    hanako.get_by_role("button", name="「火」に直す").click()
    expect(hanako.locator("#text")).to_have_value(
        "【窓口の臨時休業】品川庁舎の窓口は、12月8日(火)の午後にお休みします。"
    )
    press(hanako, "承認を依頼する")
    expect(hanako.locator("main")).to_contain_text("承認を依頼しました")
    assert states(house) == ["submitted"]

    taro = console.open("/approve", APPROVER)
    expect(taro.locator(".face .quote")).to_contain_text("12月8日(火)")
    taro.get_by_role("link", name="詳しく見る・差し戻す").click()
    unfold(taro, "差し戻す")
    taro.locator("form[action$='/return'] textarea").fill("何時からかを書いてください。")
    taro.locator("form[action$='/return'] button").click()
    assert states(house) == ["returned"]

    hanako.reload()
    expect(hanako.locator(".note.warn").first).to_contain_text("何時からかを書いてください。")
    hanako.get_by_role("link", name="編集する").click()
    hanako.fill("#text", "【窓口の臨時休業】品川庁舎の窓口は、12月8日(火)の13時からお休みします。")
    press(hanako, "承認を依頼する")
    assert states(house) == ["submitted"]

    taro.goto("/approve")
    press(taro, "この内容で承認する")
    assert states(house) == ["scheduled"]
    house.wait(minutes=6)
    house.publish()
    assert states(house) == ["published"]

    taro.goto("/posts/1")
    expect(taro.locator("h1")).to_have_text("投稿 1")
    shot(taro, "staff-post-published")
    axe(taro)
    unfold(taro, "取り下げる")
    taro.locator("form[action$='/withdraw'] textarea").fill("時刻の誤り")
    taro.get_by_role("button", name="取り下げる(投稿を消す)").click()
    expect(taro.locator("main")).to_contain_text("取り下げました")
    assert states(house) == ["withdrawn"]
    assert house.created() == 1
    assert all(post.deleted for post in house.sandbox.people.posts())


def test_a_disaster_at_eleven_on_the_second_of_january(console: Console, shot: Shot) -> None:
    house = console.house
    house.jump_to(datetime(2027, 1, 2, 23, 0, tzinfo=JAPAN))
    hanako = console.open("/templates?lane=disaster", STAFF)
    hanako.get_by_role("link", name="空欄を埋める").first.click()
    hanako.get_by_label("何があったか").fill("地震")
    hanako.get_by_label("官署").select_option("isa")
    hanako.get_by_label("いつから").fill("2027-01-04")
    shot(hanako, "staff-template")
    press(hanako, "この文で投稿を作る")
    expect(hanako.locator("h1")).to_have_text("災害・緊急の投稿")
    hanako.locator("input[name=to]").first.check()
    hanako.fill("#reason", "震度6強の地震のため")
    shot(hanako, "staff-disaster")
    press(hanako, "緊急で承認を依頼する")
    expect(hanako.locator("main")).to_contain_text("承認を依頼しました")

    taro = console.open("/approve", APPROVER)
    expect(taro.locator(".to-approve")).to_contain_text("災害・緊急")
    press(taro, "この内容で承認する")
    house.publish()
    assert states(house) == ["published"]
    jiro = console.open("/", SECOND)
    expect(jiro.locator("#menu a[href='/approve'] .count")).to_have_text("1")
    jiro.goto("/posts/1")
    expect(jiro.locator(".note.warn").first).to_contain_text("事後に確認")
    jiro.get_by_label("適切だった").check()
    press(jiro, "確認を記録する")
    expect(jiro.locator("main")).to_contain_text("確認を記録しました")
    expect(jiro.locator("#menu a[href='/approve'] .count")).to_have_count(0)
    with house.store.read() as tx:
        assert desk.reviews_due(tx, None) == []


def test_what_was_due_while_the_machine_slept_over_the_weekend_waits(console: Console, shot: Shot) -> None:
    house = console.house
    friday = datetime(2026, 12, 4, 15, 0, tzinfo=JAPAN)
    texts = ("窓口は混み合っています。", "駐車場は満車です。電車でお越しください。", "相談窓口は2階に移りました。")
    late = [
        house.scheduled("IMMI_TOKYO", text, at=friday + timedelta(minutes=10 * n)).id for n, text in enumerate(texts)
    ]
    house.jump_to(datetime(2026, 12, 7, 9, 30, tzinfo=JAPAN))
    house.publish()
    assert house.created() == 0
    taro = console.open("/held", APPROVER)
    expect(taro.locator("input[name=id]")).to_have_count(3)
    shot(taro, "staff-held")
    axe(taro)
    for number in late[:2]:
        taro.locator(f"#post-{number}").check()
    press(taro, "それぞれの次の空き枠に予約し直す")
    expect(taro.locator(".note.good")).to_contain_text("予約済み")
    taro.locator(f"#post-{late[2]}").check()
    press(taro, "取りやめる")
    assert sorted(states(house)) == ["cancelled", "scheduled", "scheduled"]
    for _ in range(2):
        house.wait(minutes=6)
        house.publish()
    assert house.created() == 2


@pytest.mark.parametrize("script", [True, False])
def test_a_double_click_makes_one_post(console: Console, script: bool) -> None:
    page = console.open(f"/compose?to={account(console.house, 'IMMI_TOKYO')}", STAFF, java_script_enabled=script)
    page.fill("#text", "窓口は9時に開きます。")
    page.get_by_role("button", name="承認を依頼する", exact=True).dblclick()
    expect(page.locator("h1")).to_have_text("投稿 1")
    assert states(console.house) == ["submitted"]


def test_two_approvers_at_once_hear_the_truth(console: Console, shot: Shot) -> None:
    post = console.house.submitted()
    taro, jiro = (console.open(f"/posts/{post.id}", person) for person in (APPROVER, SECOND))
    press(taro, "この内容で承認する")
    press(jiro, "この内容で承認する")
    expect(taro.locator("main")).to_contain_text("承認しました")
    expect(jiro.locator(".note.bad")).to_contain_text("ほかの人が先に")
    assert states(console.house) == ["scheduled"]


def test_two_browsers_on_one_draft_lose_no_words(console: Console, shot: Shot) -> None:
    post = console.house.draft("IMMI_TOKYO", "窓口は9時に開きます。", at=console.house.now + timedelta(days=1))
    hanako, taro = (console.open(f"/posts/{post.id}/edit", person) for person in (STAFF, APPROVER))
    taro.fill("#text", "窓口は9時30分に開きます。")
    press(taro, "下書きとして保存")
    expect(taro.locator("h1")).to_have_text("投稿 1")
    hanako.fill("#text", "窓口は10時に開きます。")
    press(hanako, "下書きとして保存")
    expect(hanako.locator(".note.warn").first).to_contain_text("ほかの人が保存しました")
    expect(hanako.locator("#text")).to_have_value("窓口は10時に開きます。")
    expect(hanako.locator(".diff")).to_contain_text("30分")
    shot(hanako, "staff-conflict")
    axe(hanako)
    press(hanako, "下書きとして保存")
    expect(hanako.locator("h1")).to_have_text("投稿 1")
    assert console.house.post(post).revision.content.text == "窓口は10時に開きます。"


def test_a_post_is_dragged_to_another_hour_and_moved_by_keyboard(console: Console, shot: Shot) -> None:
    post = console.house.draft("IMMI_TOKYO", "動かす文です。", at=console.house.now + timedelta(hours=1))
    page = console.open("/calendar", STAFF)
    page.locator(".slot[data-post]").drag_to(page.locator("td[data-day='2026-12-03'][data-hour='14']"))
    expect(page.locator("main")).to_contain_text("日時を変えました")
    assert console.house.post(post).revision.slot.due_at.astimezone(JAPAN) == datetime(2026, 12, 3, 14, 0, tzinfo=JAPAN)
    page.get_by_role("link", name="動かす").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#move-at")).to_be_focused()
    page.get_by_role("button", name="1日後").focus()
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_contain_text("日時を変えました")
    assert console.house.post(post).revision.slot.due_at.astimezone(JAPAN).day == 4


def test_twins_on_x_are_refused_and_the_agency_is_offered(console: Console, shot: Shot) -> None:
    page = console.open("/compose", STAFF, java_script_enabled=False)
    for handle in ("@IMMI_TOKYO", "@IMMI_OSAKA"):
        page.get_by_label(handle, exact=True).check()
    page.fill("#text", "年末年始は、すべての窓口をお休みします。")
    press(page, "承認を依頼する")
    expect(page.locator(".note.bad").first).to_contain_text("@IMMI_TOKYO")
    shot(page, "staff-twins")
    press(page, "庁のアカウントだけで投稿する")
    expect(page.locator("input[name=to]:checked")).to_have_count(1)
    page.fill("#reason", "全国のお知らせのため")  # nobody knows the agency's counter hours
    page.fill("#at", "2026-12-03T10:00")
    press(page, "承認を依頼する")
    assert states(console.house) == ["submitted"]


def test_a_picture_gets_its_words_and_an_import_its_look(console: Console, shot: Shot, tmp_path: Path) -> None:
    picture, table = tmp_path / "入口.png", tmp_path / "posts.csv"
    picture.write_bytes(png())
    table.write_text("account,text,publish_at\nIMMI_TOKYO,一つ目です。,\nNOBODY,二つ目です。,\n", encoding="utf-8")
    page = console.open(f"/compose?to={account(console.house, 'IMMI_TOKYO')}", STAFF)
    page.fill("#text", "庁舎の入口が変わりました。")
    page.set_input_files("#picture", picture)
    page.get_by_label("代替テキスト").fill("新しい入口の写真。右手に受付があります。")
    press(page, "承認を依頼する")
    expect(page.locator(".pictures img")).to_be_visible()
    page.goto("/imports")
    page.set_input_files("#file", table)
    press(page, "中身を確かめる")
    expect(page.locator(".note.bad")).to_contain_text("1行に直すところ")
    shot(page, "staff-import")
    axe(page)
    assert states(console.house) == ["submitted"]


# -- every page, every language, phone, zoom, no script -------------------------------------------------


def given_a_busy_desk(house: House) -> None:
    """Something of everything on the desk's pages."""
    for handle, text in (
        ("IMMI_TOKYO", "【窓口の混雑】ただいま品川庁舎の窓口が混み合い、約2時間お待ちいただきます。"),
        ("IMMI_NAGOYA", "外国人在留支援の相談を予約なしで受け付けています。相談は無料です。"),
        ("nagoya.nyukan.support", "「生活・仕事ガイドブック」の新しい版ができました。"),
    ):
        house.published(handle, text)
    start = house.now
    alt = Media("入口.png", house.parts.shelf.put(png(7)), "image/png", "新しい入口の写真", 70)
    house.submitted(
        "IMMI_OSAKA",
        content=Content("新しい入口からお入りください。", "https://www.moj.go.jp/isa/", (alt,)),
        at=start + timedelta(minutes=45),
    )
    house.submitted(
        "IMMI_TOKYO", "年末年始は12月29日から1月3日までお休みします。", at=start + timedelta(days=1, hours=1)
    )
    house.scheduled(
        "IMMI_TOKYO", "雪の日は庁舎の入口がすべりやすくなっています。", at=start + timedelta(days=1, hours=1, minutes=2)
    )
    house.scheduled("IMMI_SENDAI", "Online applications are open on weekdays.", at=start + timedelta(days=2))
    house.draft(
        "IMMI_FUKUOKA",
        "停電のため、相談窓口を閉めています。",
        at=start + timedelta(hours=12),
        reason="停電のため",
        lane=Lane.DISASTER,
    )
    house.draft("IMMI_HIROSHIMA", "広島局からのお知らせです。", at=start + timedelta(days=5))
    held = house.scheduled("IMMI_KOBE", "正面玄関の自動ドアを点検します。", at=start + timedelta(hours=3))
    with house.store.begin() as tx:
        posts.hold(tx, posts.get(tx, held.id), Hold.BY_HAND, at=start, note="時刻を確かめています。")
        desk.ask_review(tx, 1, at=start, due_at=start + timedelta(hours=20))


PAGES = {
    "queue": "/posts",
    "post": "/posts/4",
    "approve": "/approve",
    "calendar-week": "/calendar?day=2026-12-03",
    "calendar-month": "/calendar?view=month",
    "held": "/held",
    "compose": "/compose",
    "edit": "/posts/5/edit",
    "templates": "/templates",
    "template": "/templates/crowding",
    "template-new": "/templates/new",
    "imports": "/imports",
    "stop": "/stop",
}


@pytest.mark.parametrize("locale", ["ja", "en", "easy"])
def test_every_page_is_free_of_serious_findings(console: Console, shot: Shot, locale: str) -> None:
    given_a_busy_desk(console.house)
    page = console.open("/posts", APPROVER, locale=locale)
    for name, path in PAGES.items():
        page.goto(path)
        axe(page)
        fits(page)
        shot(page, f"staff-{name}-{locale}")


def test_every_page_fits_a_phone_without_scripts(console: Console, shot: Shot) -> None:
    given_a_busy_desk(console.house)
    page = console.open("/posts", APPROVER, size=PHONE, java_script_enabled=False)
    for name, path in PAGES.items():
        page.goto(path)
        fits(page)
        shot(page, f"staff-{name}-phone")


def test_every_page_fits_at_two_hundred_percent(console: Console) -> None:
    """A 1280-pixel screen at 200 % zoom is 640 pixels wide to the page."""
    given_a_busy_desk(console.house)
    page = console.open("/posts", ADMIN, size={"width": 640, "height": 450})
    for path in ("/posts", "/held", "/stop", "/calendar?view=month"):
        page.goto(path)
        fits(page)


def test_everything_in_the_desk_is_reached_by_the_keyboard(console: Console) -> None:
    """From the top of the composer, Tab reaches every field and button in the order of the page."""
    page = console.open(f"/compose?to={account(console.house, 'IMMI_TOKYO')}", STAFF)
    reached = []
    for _ in range(90):
        page.keyboard.press("Tab")
        reached.append(page.evaluate("document.activeElement.id || document.activeElement.value || ''"))
    for name in ("text", "lang", "link", "picture", "at", "reason", "preview", "save", "submit"):
        assert name in reached, name
    assert reached.index("text") < reached.index("link") < reached.index("at") < reached.index("submit")


def test_a_stop_is_reached_from_any_page(console: Console, shot: Shot) -> None:
    post = console.house.scheduled()
    page = console.open("/calendar", APPROVER)
    page.get_by_role("link", name="投稿を止める").first.click()
    page.locator("#scope").select_option("all")
    page.fill("#reason", "アカウントの乗っ取りの疑い")
    press(page, "今すぐ止める")
    expect(page.locator(".note.bad")).to_contain_text("乗っ取り")
    shot(page, "staff-stop")
    console.house.publish()
    assert console.house.state(post) is PostState.SCHEDULED
    page.get_by_role("button", name="再開を頼む").click()
    jiro = console.open("/stop", SECOND)
    jiro.get_by_role("button", name="2人目として再開する").click()
    expect(jiro.locator("main")).to_contain_text("再開しました")
    console.house.publish()
    assert console.house.state(post) is PostState.PUBLISHED

"""The moderator desk in a real browser: what moderators do on a day, with the keyboard, on a phone, by two people."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page, ViewportSize, expect

from bot.console.server import ConsoleServer
from bot.domain.cases import Case, Verb
from bot.domain.people import Person
from bot.store import cases
from bot.usecases import golden, groups
from moderation.cases import CaseState, Move
from tests.browser.conftest import DESK, PHONE, Console, axe, fits
from tests.console.moderator_desk import BOSS, ConsoleDesk
from tests.console.rig import AUDITOR
from tests.house import MODERATOR, REVIEWER, House
from tests.usecases.archive_of import fill
from tests.usecases.desk import ADVERT, CARD, FACEBOOK, JUDGE, X

Shot = Callable[[Page, str], None]
OFFICE = ViewportSize(width=1366, height=768)
"""The screen of a shared office computer."""
SAME = "入管は今すぐ謝れ 入管は今すぐ謝れ"


class Room(Console):
    """The console with a moderator desk behind it."""

    desk: ConsoleDesk


@pytest.fixture
def room(sqlite_house: House, browser: Browser) -> Iterator[Room]:
    desk = ConsoleDesk(sqlite_house)
    server = ConsoleServer(desk.app)
    made = Room(sqlite_house, desk.app, server.start(), browser)
    made.desk = desk
    yield made
    made.close()
    server.stop()
    assert made.complaints == []


def opened(room: Room, case: Case, by: Person = MODERATOR) -> Page:
    return room.open(f"/cases/{case.id}", by)


def said(page: Page) -> None:
    """The page tells that it worked."""
    expect(page.locator(".note.good[role=status]")).to_be_visible()


def move(page: Page, name: str) -> None:
    page.locator(f"button[formaction$='/{name}']").click()


def test_a_forged_notice_is_found_by_its_diff_and_hidden(room: Room, shot: Shot) -> None:
    notice = (
        "{day}は、システムの保守のため、午後2時に窓口を閉めます。\n受け取りは翌日の午前9時から、手数料は{fee}円です。"
    )
    room.house.published(X, notice.format(day="12月8日(火)", fee="6,000"))
    case = room.desk.case("【東京入管】" + notice.format(day="12月9日(水)", fee="16,000"), name="IMM1_TOKYO")
    page = room.open(f"/cases/{case.id}", MODERATOR, size=OFFICE)
    needed = (".said", ".ours", ".innocent >> nth=0", ".innocent >> nth=1", ".pick", "button[formaction$='/hide']")
    for part in needed:
        box = page.locator(part).bounding_box()
        assert box is not None, part
        assert box["y"] + box["height"] <= OFFICE["height"], part  # a decision needs no scrolling
    expect(page.locator(".said ins").first).to_be_visible()
    expect(page.locator(".ours del").first).to_be_visible()
    expect(page.locator("mark sup.why").first).to_have_text("7")
    page.keyboard.press("c")
    said(page)
    shot(page, "moderator-forged")
    page.keyboard.press("7")
    expect(page.locator("#category-7")).to_be_checked()
    page.keyboard.press("a")
    expect(page.locator("button[formaction$='/hide']")).to_be_focused()
    page.keyboard.press("Enter")
    said(page)
    assert room.desk.carries_out() == 1
    assert room.desk.hidden(case)


def test_three_cases_are_decided_by_keyboard_alone_and_one_is_undone(room: Room) -> None:
    first, second, third = (room.desk.case(f"{ADVERT}/{each}", name=f"seller{each}") for each in range(3))
    page = room.open("/cases?lane=3", MODERATOR)
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/cases/{first.id}?lane=3")
    page.keyboard.press("j")
    page.wait_for_url(f"**/cases/{second.id}?lane=3")
    page.keyboard.press("k")
    page.wait_for_url(f"**/cases/{first.id}?lane=3")
    keys(page, "6", "a", "Enter")
    page.wait_for_url(f"**/cases/{second.id}?lane=3&did={first.id}")
    keys(page, "d", "Enter")
    page.wait_for_url(f"**/cases/{third.id}?lane=3&did={second.id}")
    keys(page, "u", "Enter")
    page.wait_for_url(f"**/cases/{second.id}?lane=3&done=case-reopen")
    assert [room.desk.state(each) for each in (first, second)] == [CaseState.ACTED, CaseState.OPEN]
    keys(page, "a", "Enter")
    page.wait_for_url(f"**/cases/{third.id}?**")
    keys(page, "d", "Enter")
    page.wait_for_url(f"**/cases?lane=3&did={third.id}")
    said(page)
    expect(page.locator(".empty")).to_be_visible()


def test_keys_do_nothing_by_accident(room: Room) -> None:
    """Not while somebody types, not with Ctrl, and never without Enter on a button."""
    case = room.desk.case(ADVERT)
    page = opened(room, case)
    labels = page.locator(".case kbd, .case-head > .buttons > .button kbd").all_inner_texts()
    assert sorted(labels) == sorted("123456789?acd")  # nothing to undo yet, and no other case
    keys(page, "Control+d", "Alt+a", "Meta+c", "3")
    expect(page.locator("#category-3")).to_be_focused()
    page.keyboard.press("Enter")  # on a choice: no button is pressed
    page.get_by_text("理由・定型文").click()
    page.locator("#reason").press_sequentially("add a caj 9?")
    expect(page.locator("#reason")).to_have_value("add a caj 9?")
    expect(page.locator("#reason")).to_be_focused()
    expect(page.locator("#category-3")).to_be_checked()
    page.locator("#category-4").focus()
    keys(page, "?")
    expect(page.locator("#keys")).to_be_visible()
    keys(page, "Escape", "a")
    expect(page.locator("button[formaction$='/hide']")).to_be_focused()
    keys(page, "d")
    assert room.desk.state(case) is CaseState.OPEN


def keys(page: Page, *names: str) -> None:
    for name in names:
        page.keyboard.press(name)


def test_a_card_number_is_hidden_within_one_minute_of_its_arrival(room: Room, shot: Shot) -> None:
    case = room.desk.case(CARD, account=FACEBOOK)
    arrived = room.desk.reply_of(case).collected_at
    page = room.open("/cases", MODERATOR)
    page.keyboard.press("j")
    expect(page.locator("a.row")).to_be_focused()
    page.keyboard.press("Enter")
    page.wait_for_url("**/cases/*")
    page.keyboard.press("c")
    said(page)
    move(page, "hide")
    said(page)
    room.desk.wait(seconds=20)
    assert room.desk.carries_out() == 1
    assert room.desk.hidden(case)
    assert (room.desk.commands(case)[0].done_at - arrived).total_seconds() < 60  # type: ignore[operator]
    page.goto(f"/cases/{case.id}")
    expect(page.get_by_text("確認済み")).to_be_visible()
    shot(page, "moderator-hidden")


def test_a_block_needs_a_second_person_who_looks_first(room: Room, shot: Shot) -> None:
    case = room.desk.case(ADVERT)
    page = opened(room, case)
    page.keyboard.press("c")
    said(page)
    page.get_by_text("理由・定型文").click()
    page.fill("#reason", "毎日、同じ広告を書き込む")
    page.get_by_text("もっと重い措置").click()
    move(page, "propose-block")
    expect(page.locator("#problem")).to_be_focused()  # why is hiding not enough?
    expect(page.locator("#reason")).to_have_value(re.compile("毎日"))
    page.fill("#why_not_less", "隠しても毎日続く")
    move(page, "propose-block")
    said(page)
    expect(page.locator("button[formaction$='/approve']")).to_have_count(0)
    second = opened(room, case, REVIEWER)
    expect(second.get_by_text("隠しても毎日続く")).to_have_count(0)
    shot(second, "moderator-second")
    second.keyboard.press("6")
    second.select_option("#step", "block")
    second.locator("form[action$='/look'] .button").click()
    said(second)
    expect(second.locator("#decide").get_by_text("隠しても毎日続く")).to_be_visible()
    move(second, "approve")
    said(second)
    assert {each.verb for each in room.desk.commands(case)} == {Verb.HIDE, Verb.BLOCK}


def test_a_hiding_is_undone_at_the_platform_too(room: Room) -> None:
    case = room.desk.case(ADVERT, account=FACEBOOK)
    room.desk.does(case, Move.CLAIM, Move.HIDE)
    room.desk.carries_out()
    page = opened(room, case)
    page.keyboard.press("u")
    expect(page.locator("button[formaction$='/undo']")).to_be_focused()
    page.fill("#reason", "公的な窓口の案内だった")
    move(page, "undo")
    said(page)
    room.desk.carries_out()
    assert not room.desk.hidden(case)
    assert room.desk.state(case) is CaseState.OPEN


def test_an_objection_is_recorded_and_judged_by_another_person(room: Room, shot: Shot) -> None:
    case = room.desk.case(ADVERT, account=FACEBOOK)
    room.desk.does(case, Move.CLAIM, Move.HIDE)
    room.desk.carries_out()
    page = opened(room, case)
    page.locator("summary", has_text="申立て").click()
    page.select_option("#channel", "letter")
    page.select_option("#language", "vi")
    page.fill("#words", "広告ではありません。無料の相談窓口です。")
    page.locator("form[action$='/appeal'] button").click()
    said(page)
    judge = opened(room, case, JUDGE)
    shot(judge, "moderator-appeal")
    judge.check("#outcome-reverse")
    judge.fill("#reason", "無料の公的な窓口だった")
    judge.locator("form[action$='/judge'] button").click()
    said(judge)
    room.desk.carries_out()
    assert not room.desk.hidden(case)
    judge.goto(f"/cases/{case.id}")
    judge.locator("summary", has_text="通知文").click()
    expect(judge.locator("p[lang=vi]")).to_be_visible()
    axe(judge)


def press(page: Page, button: str) -> None:
    """A button of the draft's form; the page comes back."""
    with page.expect_navigation():
        page.locator(f"button[name=do][value={button}]").last.click()


def test_a_policy_change_shows_what_it_would_do_before_a_second_person_makes_it_live(room: Room, shot: Shot) -> None:
    fill(room.desk, 140)
    room.desk.wait(hours=1)
    page = room.open("/policies/new", BOSS)
    page.fill("#note", "広告の検知をやめる")
    page.fill("[name='thresholds.label.6']", "1.5")
    press(page, "keep")
    expect(page.locator("#problem")).to_be_focused()  # which field, and what to write
    page.fill("[name='thresholds.label.6']", "1.0")
    page.select_option("#group", "insult")
    page.fill("#term", "のんびり役所")
    press(page, "add")
    page.fill("#try", "のんびり役所だね")
    press(page, "try")
    expect(page.locator("#changes")).to_contain_text("0.52 → 1.0")
    expect(page.locator("#changes")).to_contain_text("判定が変わります")
    axe(page)
    page.locator("#changes").evaluate("panel => { panel.scrollTop = 0; }")
    shot(page, "moderator-policy-draft")
    press(page, "keep")
    said(page)
    expect(page.locator(".changes li").last).to_contain_text("のんびり役所")
    page.locator("form[action$='/rescreen'] button").click()
    expect(page.locator("#freed")).to_be_visible(timeout=60_000)
    expect(page.locator("#freed h3")).to_contain_text("(20)")
    page.locator("#freed summary").click()
    expect(page.locator("#freed")).to_contain_text("副業")
    axe(page)
    shot(page, "moderator-policy")
    page.locator("form[action$='/propose'] button").click()
    said(page)
    expect(page.locator("form[action$='/live']")).to_have_count(0)
    second = room.open(page.url.removeprefix(room.url).partition("?")[0], REVIEWER)
    second.locator("form[action$='/live'] button").click()
    said(second)
    assert room.desk.parts.screener().policy.name == "2026-12"
    page.goto("/policies")
    axe(page)
    shot(page, "moderator-policy-live")
    page.fill("#reason", "広告が残りすぎる")
    page.locator("form[action='/policies/take-back'] button").click()
    said(page)
    assert room.desk.parts.screener().policy.name == "2026-11"


def flooded(room: Room, number: int, names: str = "v") -> str:
    """So many equal replies; the key of their group."""
    post = room.desk.post_on(X)
    for each in range(number):
        room.desk.says(SAME, name=f"{names}{each}", post=post)
    room.house.collect()
    while room.house.screen().replies:
        pass
    with room.house.store.read() as tx:
        return groups.groups(tx, offices=None)[0].key


def test_a_flood_of_five_hundred_is_decided_once_for_those_listed(room: Room, shot: Shot) -> None:
    key = flooded(room, 500)
    page = room.open("/groups", MODERATOR)
    page.locator("a.row").click()
    expect(page.locator(".panel h2")).to_contain_text("500")
    shot(page, "moderator-flood")
    flooded(room, 5, names="later")
    page.keyboard.press("9")
    page.fill("#reason", "同じ文面の大量の書き込みで、窓口の案内が読めなくなる")
    page.set_default_timeout(60_000)
    move(page, "hide")
    expect(page.locator(".note.good")).to_contain_text("500", timeout=60_000)
    with room.house.store.read() as tx:
        assert cases.count_by_state(tx) == {CaseState.ACTED: 500, CaseState.OPEN: 5}
        assert cases.count(tx, cases.Wanted(group_key=key)) == 505


def given_a_day(room: Room) -> dict[str, Case]:
    """One case of every kind, and something on every page."""
    desk = room.desk
    room.house.published(X, "12月8日(火)は午後2時に窓口を閉めます。")
    found = {"forged": desk.case("12月9日(水)は午後2時に窓口を閉めます。", name="IMM1_TOKYO")}
    found["harsh"] = desk.case("お前は死ね。殺すぞ。")
    found["appeal"] = desk.case(ADVERT, account=FACEBOOK)
    desk.does(found["appeal"], Move.CLAIM, Move.HIDE)
    desk.carries_out()
    found["proposed"] = desk.case(ADVERT + "!", name="seller")
    desk.does(found["proposed"], Move.CLAIM, Move.PROPOSE_BLOCK)
    fill(desk, 21)
    desk.wait(hours=1)
    golden.draw(desk.parts, now=room.house.now, seed=1, size=5)
    return found


PAGES = (
    ("/cases", MODERATOR),
    ("/cases?category=2&lane=0&state=open", MODERATOR),
    ("/reviews", REVIEWER),
    ("/appeals", MODERATOR),
    ("/groups", MODERATOR),
    ("/quality", REVIEWER),
    ("/quality/judge", REVIEWER),
    ("/quality/golden", REVIEWER),
    ("/reading", REVIEWER),
    ("/policies", BOSS),
    ("/policies/new", BOSS),
    ("/reports", AUDITOR),
    ("/erasure?reply=1", REVIEWER),
    ("/case-files/1", REVIEWER),
)


@pytest.mark.parametrize(("locale", "size"), [("ja", DESK), ("easy", PHONE), ("en", PHONE)], ids=["ja", "easy", "en"])
def test_every_page_is_fit_for_everybody(room: Room, shot: Shot, locale: str, size: ViewportSize) -> None:
    made = given_a_day(room)
    own = [(f"/cases/{case.id}", REVIEWER) for case in made.values()]
    both = [*PAGES, *own]
    for path, person in both if locale != "en" else both[:4] + own:  # English differs from Japanese by its words alone
        page = room.open(path, person, locale=locale, size=size)
        expect(page.locator("h1")).to_be_visible()
        axe(page)
        fits(page)
        shot(page, f"moderator-{locale}-{path.partition('?')[0][1:].replace('/', '-')}")
        page.context.close()


def test_harsh_words_are_clear_only_while_somebody_reads_them(room: Room) -> None:
    case = room.desk.case("お前は死ね。殺すぞ。")
    page = opened(room, case)
    words = page.locator(".quote.harsh")
    expect(words).to_have_css("filter", re.compile("blur"))
    words.focus()
    expect(words).to_have_css("filter", "none")


def test_the_desk_works_without_scripts(room: Room) -> None:
    case = room.desk.case(ADVERT)
    page = room.open(f"/cases/{case.id}", MODERATOR, java_script_enabled=False)
    move(page, "claim")
    move(page, "hide")
    expect(page.locator(".note.good[role=status]")).to_be_visible()
    assert room.desk.state(case) is CaseState.ACTED

"""The console's first room in a real browser."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, ViewportSize, expect

from tests.browser.conftest import DESK, PHONE, Console, axe, fits, sign_in
from tests.console.gallery import gallery
from tests.console.rig import PASSWORD, visit_as
from tests.house import ADMIN, APPROVER, STAFF, House

HALF = ViewportSize(width=640, height=450)
Shot = Callable[[Page, str], None]


def given_a_day_at_work(house: House) -> None:
    """Something of everything that the home page tells of."""
    for text in ("【窓口の混雑】本日は窓口が混み合い、約2時間お待ちいただきます。", "雪のため、窓口を15時に閉めます。"):
        house.published("IMMI_TOKYO", text)
    house.published("IMMI_NAGOYA", "相談の予約は電話で受け付けています。")
    house.submitted("IMMI_OSAKA", "年末年始の窓口についてのお知らせです。", at=house.now.replace(hour=5))
    house.scheduled("IMMI_SENDAI", "Online applications are open.", at=house.now.replace(hour=4))


@pytest.mark.parametrize("locale", ["ja", "en", "easy"])
def test_home_tells_everything_in_each_language(console: Console, shot: Shot, locale: str) -> None:
    given_a_day_at_work(console.house)
    page = console.open("/", ADMIN, locale=locale)
    expect(page.locator("h1")).to_be_visible()
    expect(page.locator(".tile")).to_have_count(6)  # five of posts, and criticism left alone
    axe(page)
    fits(page)
    shot(page, f"home-{locale}")


def test_home_fits_a_phone_and_its_menu_opens_without_scripts(console: Console, shot: Shot) -> None:
    given_a_day_at_work(console.house)
    page = console.open("/", ADMIN, size=PHONE, java_script_enabled=False)
    shot(page, "home-phone")
    page.locator("header .menu-button").click()
    expect(page.locator("#menu")).to_be_visible()
    shot(page, "home-phone-menu")
    page.locator("#menu .menu-button").click()
    expect(page.locator("#menu")).not_to_be_visible()


@pytest.mark.parametrize("size", [PHONE, DESK, HALF], ids=["phone", "desk", "desk-at-200-percent"])
@pytest.mark.parametrize("locale", ["ja", "easy"])
def test_every_building_block_is_fit_for_everybody(
    console: Console, shot: Shot, size: ViewportSize, locale: str
) -> None:
    come = visit_as(console.app, ADMIN, gallery())
    come.client.cookies.set("kouhou_words", locale)
    made = come.get("/gallery")
    page = console.open("/password", ADMIN, size=size)
    page.route("**/gallery", lambda route: route.fulfill(body=made.text, headers=dict(made.headers)))
    page.goto("/gallery")
    page.wait_for_load_state("networkidle")
    axe(page)
    fits(page)
    assert small_targets(page) == []
    shot(page, f"blocks-{locale}-{size['width']}")


@pytest.mark.parametrize("path", ["/sign-in", "/no-such-page"])
@pytest.mark.parametrize("locale", ["ja", "en", "easy"])
def test_pages_before_sign_in_are_fit_for_everybody(console: Console, shot: Shot, path: str, locale: str) -> None:
    page = console.open(path, locale=locale, size=PHONE)
    axe(page)
    fits(page)
    shot(page, f"{path[1:]}-{locale}")


def test_a_double_click_sends_a_form_once(console: Console) -> None:
    page = console.open("/password", ADMIN)
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.url) if request.method == "POST" else None)
    for name, value in (("old", PASSWORD), ("new", "one sentence"), ("again", "another sentence")):
        page.fill(f"#{name}", value)
    page.locator("main form button").dblclick()
    expect(page.locator("#problem")).to_be_focused()
    assert len(sent) == 1


def test_a_person_works_without_a_mouse(console: Console) -> None:
    page = console.open("/sign-in")
    page.keyboard.press("Tab")
    expect(page.locator(".skip")).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.type(STAFF.login)
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.locator(".who")).to_have_text(STAFF.name)


def small_targets(page: Page) -> list[str]:
    """Buttons, fields and menu lines lower than 44 pixels (24 for boxes to tick); links inside sentences are text."""
    found: list[str] = page.evaluate(
        """() => [...document.querySelectorAll("button, .button, .tool, .menu a, input:not([type=hidden]), select, summary")]
        .filter((each) => each.checkVisibility())
        .filter((each) => each.getBoundingClientRect().height < (/checkbox|radio/.test(each.type) ? 24 : 44))
        .map((each) => each.outerHTML.slice(0, 120))"""
    )
    return found


def test_a_person_signs_in_and_out(console: Console, shot: Shot) -> None:
    page = console.open("/")
    shot(page, "sign-in")
    axe(page)
    sign_in(page, APPROVER.login)
    expect(page.locator(".who")).to_have_text(APPROVER.name)
    page.get_by_role("button", name="サインアウト").click()
    expect(page).to_have_url(f"{console.url}/sign-in")

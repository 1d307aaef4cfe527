"""The console's first room in a real browser."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import PHONE, Console, axe, fits, sign_in
from tests.house import ADMIN, APPROVER, House

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
    expect(page.locator(".tile")).to_have_count(5)
    axe(page)
    fits(page)
    shot(page, f"home-{locale}")


def test_home_fits_a_phone_and_its_menu_opens_without_scripts(console: Console, shot: Shot) -> None:
    given_a_day_at_work(console.house)
    page = console.open("/", ADMIN, size=PHONE, java_script_enabled=False)
    shot(page, "home-phone")
    page.locator(".menu-button").click()
    expect(page.locator("#menu")).to_be_visible()
    shot(page, "home-phone-menu")


def test_a_person_signs_in_and_out(console: Console, shot: Shot) -> None:
    page = console.open("/")
    shot(page, "sign-in")
    axe(page)
    sign_in(page, APPROVER.login)
    expect(page.locator(".who")).to_have_text(APPROVER.name)
    page.get_by_role("button", name="サインアウト").click()
    expect(page).to_have_url(f"{console.url}/sign-in")

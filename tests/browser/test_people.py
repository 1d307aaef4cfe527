"""With a real browser: terms that changed, an authenticator app, a passkey, and a rogue who promotes themselves."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pyotp
import pytest
from playwright.sync_api import Browser, Page, expect

from bot.console.server import ConsoleServer
from bot.domain.people import Grant, Person, Role
from bot.usecases import consent, tokens
from bot.usecases.tokens import Scope, Wish
from tests.browser.conftest import PHONE, Console, axe, fits, sign_in
from tests.console.rig import AUDITOR, app_of, enrol
from tests.house import ADMIN, APPROVER, STAFF, WED_10_JST, House

pytestmark = pytest.mark.browser
SECOND_ADMIN = Person("kanri2", "管理 二", (Grant(Role.ADMIN),))
Shot = Callable[[Page, str], None]


@pytest.fixture
def named(sqlite_house: House, browser: Browser, tmp_path: Path) -> Iterator[Console]:
    """A console under the name localhost, for browsers give passkeys to names only; its terms can be changed."""
    shutil.copytree(consent.SHIPPED, tmp_path / "terms")
    app = app_of(sqlite_house, terms=tmp_path / "terms")
    app.settings.key_path.touch(mode=0o600)
    enrol(sqlite_house, SECOND_ADMIN)
    server = ConsoleServer(app)
    made = Console(sqlite_house, app, server.start().replace("127.0.0.1", "localhost"), browser)
    yield made
    made.close()
    server.stop()
    assert made.complaints == []


def test_after_a_change_of_the_terms_nothing_goes_on_without_agreeing(
    named: Console, tmp_path: Path, shot: Shot
) -> None:
    page = named.open("/", STAFF)
    expect(page.locator("h1")).to_have_text("ホーム")
    path = tmp_path / "terms" / "ja.toml"
    path.write_text(path.read_text(encoding="utf-8").replace("わざと", "故意に"), encoding="utf-8")
    page.goto("/sessions")
    expect(page).to_have_url(f"{named.url}/terms")
    expect(page.locator("main")).to_contain_text("規約が変わりました")
    expect(page.locator("main")).to_contain_text("故意に妨げること")
    axe(page)
    shot(page, "people-terms")
    page.get_by_role("button", name="規約に同意する").click()
    expect(page.locator("h1")).to_have_text("ホーム")
    page.goto("/sessions")
    expect(page).to_have_url(f"{named.url}/sessions")


def test_an_authenticator_app_is_set_up_and_asked_for(named: Console, shot: Shot) -> None:
    page = named.open("/security", STAFF)
    shot(page, "people-security")
    axe(page)
    page.get_by_role("button", name="認証アプリを登録する").click()
    device = pyotp.TOTP(page.locator("#secret").inner_text())
    shot(page, "people-totp")
    axe(page)
    page.fill("#code", device.at(named.house.now))
    page.get_by_role("button", name="登録する").click()
    expect(page.locator("#codes li")).to_have_count(10)
    recovery = page.locator("#codes li").first.inner_text()
    axe(page)
    named.house.wait(seconds=90)

    fresh = named.open("/sign-in", size=PHONE)
    sign_in(fresh, STAFF.login)
    expect(fresh).to_have_url(f"{named.url}/second-factor")
    axe(fresh)
    fits(fresh)
    shot(fresh, "people-second-factor-phone")
    fresh.fill("#code", "000000")
    fresh.get_by_role("button", name="確かめる").click()
    expect(fresh.get_by_role("alert")).to_contain_text("コードが合わない")
    fresh.fill("#code", device.at(named.house.now))
    fresh.get_by_role("button", name="確かめる").click()
    expect(fresh.locator("h1")).to_have_text("ホーム")

    lost = named.open("/sign-in")
    sign_in(lost, STAFF.login)
    lost.fill("#code", recovery)
    lost.get_by_role("button", name="確かめる").click()
    expect(lost.locator("h1")).to_have_text("ホーム")


def test_a_passkey_is_registered_and_signs_in(named: Console) -> None:
    page = named.open("/security", STAFF)
    devtools = page.context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    device = {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True}
    made = devtools.send(
        "WebAuthn.addVirtualAuthenticator",
        {"options": device | {"isUserVerified": True, "automaticPresenceSimulation": True}},
    )
    page.get_by_role("button", name="パスキーを登録する").click()
    page.fill("#name", "業務用パソコン")
    page.get_by_role("button", name="パスキーを登録する").click()
    expect(page.locator("#codes li")).to_have_count(10)
    stored = devtools.send("WebAuthn.getCredentials", {"authenticatorId": made["authenticatorId"]})
    assert [each["rpId"] for each in stored["credentials"]] == ["localhost"]

    page.get_by_role("link", name="保管しました").click()
    expect(page.locator("main")).to_contain_text("業務用パソコン")
    page.get_by_role("button", name="サインアウト").click()
    sign_in(page, STAFF.login)
    expect(page).to_have_url(f"{named.url}/second-factor")
    page.get_by_role("button", name="パスキーを使う").click()
    page.get_by_role("button", name="パスキーで続ける").click()
    expect(page.locator("h1")).to_have_text("ホーム")


def test_without_the_device_the_passkey_opens_nothing(named: Console) -> None:
    page = named.open("/security", STAFF)
    devtools = page.context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    device = {"protocol": "ctap2", "transport": "internal", "hasUserVerification": True, "isUserVerified": True}
    made = devtools.send(
        "WebAuthn.addVirtualAuthenticator", {"options": device | {"automaticPresenceSimulation": True}}
    )
    page.get_by_role("button", name="パスキーを登録する").click()
    page.fill("#name", "x")
    page.get_by_role("button", name="パスキーを登録する").click()
    expect(page.locator("#codes li")).to_have_count(10)
    devtools.send("WebAuthn.clearCredentials", {"authenticatorId": made["authenticatorId"]})
    page.get_by_role("button", name="サインアウト").click()
    sign_in(page, STAFF.login)
    page.get_by_role("button", name="パスキーを使う").click()
    page.get_by_role("button", name="パスキーで続ける").click()
    expect(page.locator("form[data-passkey] .error")).to_be_visible()
    page.goto("/")
    expect(page).to_have_url(f"{named.url}/second-factor")


def test_a_rogue_self_promotion_is_refused_and_two_admins_do_it(named: Console, shot: Shot) -> None:
    rogue = named.open(f"/people/{ADMIN.login}", ADMIN)
    expect(rogue.locator("main")).to_contain_text("別の2人の管理者が変えます")
    expect(rogue.locator("input[name=kind][value=grant]")).to_have_count(0)
    rogue.goto(f"/people/{STAFF.login}")
    rogue.eval_on_selector("form:has(#role)", f"form => form.action = '/people/{ADMIN.login}/ask'")
    rogue.select_option("#role", "approver")
    rogue.locator("form:has(#role) button").click()
    expect(rogue.locator("main")).to_contain_text("自分の役割は変えられません")
    axe(rogue)

    rogue.goto(f"/people/{STAFF.login}")
    shot(rogue, "people-user")
    axe(rogue)
    rogue.select_option("#role", "approver")
    rogue.select_option("#office", "tokyo")
    rogue.fill("#until", "2027-03-31")
    rogue.locator("form:has(#role) button").click()
    expect(rogue.get_by_role("status")).to_contain_text("別の管理者の確認を待っています")
    rogue.goto("/people")
    expect(rogue.get_by_role("button", name="確認して有効にする")).to_have_count(0)

    second = named.open("/people", SECOND_ADMIN)
    expect(second.locator("#change-1")).to_contain_text("2027年3月31日(水)まで")
    shot(second, "people-list")
    axe(second)
    second.get_by_role("button", name="確認して有効にする").click()
    expect(second.get_by_role("status")).to_contain_text("変更は有効です")


PAGES = (
    ("/people", ADMIN),
    ("/api-tokens", ADMIN),
    ("/sessions/all", ADMIN),
    ("/operations", ADMIN),
    ("/audit", AUDITOR),
    ("/audit/retention", AUDITOR),
    ("/terms", APPROVER),
)


@pytest.mark.parametrize(("locale", "pages"), [("ja", PAGES), ("en", PAGES[3:4]), ("easy", PAGES[6:])])
def test_the_pages_of_admins_and_auditors_are_well_made(
    named: Console, shot: Shot, locale: str, pages: tuple[tuple[str, Person], ...]
) -> None:
    wish = Wish("weather", STAFF.login, (Scope.POSTS_READ,), ("tokyo",), WED_10_JST.date())
    tokens.ask(named.app.parts, wish, by=ADMIN, now=named.house.now)
    for path, person in pages:
        page = named.open(path, person, locale=locale)
        expect(page.locator("h1")).to_have_count(1)
        axe(page)
        shot(page, f"people{path.replace('/', '-')}-{locale}")
        page.set_viewport_size(PHONE)
        fits(page)

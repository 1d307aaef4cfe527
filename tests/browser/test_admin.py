"""The roster desk in a real browser: two admins at once, an owner past the last day, and the public's question."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from bot.console.server import ConsoleServer
from bot.domain.people import Grant, Person, Role
from bot.domain.posts import Hold
from bot.roster.load import load
from bot.usecases import follow_roster, truth_checks
from tests.browser.conftest import DESK, PHONE, Console, axe, fits
from tests.console.rig import app_of, enrol
from tests.house import ADMIN, ROSTER, STAFF, House
from tests.roster import pages

SECOND_ADMIN = Person("kanri2", "管理 二", (Grant(Role.ADMIN),))
Shot = Callable[[Page, str], None]
PAGES = (
    "/roster",
    "/roster/lint",
    "/roster/accounts/x-tokyo",
    "/roster/accounts/fb-nagoya",
    "/roster/offices/naha",
    "/roster/changes",
    "/roster/look-alikes",
    "/roster/compare",
    "/cite?url=https://www.isa.go.jp/jp/a.html",
)
PUBLIC = ("/official", "/official/verify", "/official/verify?url=https://x.com/IMMI_T0KYO")


@pytest.fixture
def desk(sqlite_house: House, browser: Browser, tmp_path: Path) -> Iterator[Console]:
    """A console over a roster file of its own, which is in force at once when it changes; two admins work there."""
    file = tmp_path / "accounts.toml"
    file.write_bytes(ROSTER.read_bytes())
    app = app_of(sqlite_house, roster=file)
    enrol(sqlite_house, SECOND_ADMIN)
    sqlite_house.parts = replace(sqlite_house.parts, registry=lambda: app.keeper.registry)
    app = replace(app, parts=sqlite_house.parts)
    server = ConsoleServer(app)
    made = Console(sqlite_house, app, server.start(), browser)
    yield made
    made.close()
    server.stop()
    assert made.complaints == []


def edit_file(desk: Console, old: str, new: str) -> None:
    """Somebody saves the roster file in an editor."""
    file = desk.app.keeper.path
    text = file.read_text(encoding="utf-8")
    assert text.count(old) == 1, old
    file.write_text(text.replace(old, new), encoding="utf-8")
    assert desk.app.keeper.refresh().refused is None


def given_a_desk_with_everything(desk: Console) -> None:
    """A look at the platforms with findings, a look-alike, a change that waits and one that was made."""
    house = desk.house
    house.sandbox.people.rename("IMMI_OSAKA", "IMMI_OSAKA_NEW")
    house.sandbox.people.revoke("IMMI_KOBE")
    house.sandbox.people.post_by_hand("IMMI_TOKYO", "手で投稿しました。")
    post = house.published()
    house.sandbox.people.reply(post.platform_id, "お知らせです", handle="IMMI_T0KYO", name="東京入管")
    house.collect()
    truth_checks.look(house.parts, now=house.now)
    truth_checks.find_look_alikes(house.parts, now=house.now)


def propose_name(desk: Console, name: str, *, locale: str = "ja") -> Page:
    """One admin types a new English name for Naha and sends it off."""
    page = desk.open("/roster/offices/naha", ADMIN, locale=locale)
    page.locator("main summary").click()
    page.locator('[name="name.en"]').fill(name)
    page.locator('[name="note"]').fill("看板の表記に合わせた。")
    page.locator("main form .primary").click()
    expect(page).to_have_url(f"{desk.url}/roster/changes?done=roster-proposed")
    return page


def test_an_office_is_renamed_with_a_second_admin(desk: Console, shot: Shot) -> None:
    follow_roster.hold_changed(desk.house.parts, now=desk.house.now)
    post = desk.house.scheduled(
        "IMMI_NAHA", "窓口のお知らせ", at=desk.house.now + timedelta(hours=3), reason="電話確認済み"
    )
    mine = propose_name(desk, "Naha District Office")
    expect(mine.locator("main")).to_contain_text("Naha District Office")
    expect(mine.locator('form[action$="/approve"]')).to_have_count(0)  # nobody approves their own change
    shot(mine, "roster-change-mine")
    theirs = desk.open("/roster/changes", SECOND_ADMIN)
    shot(theirs, "roster-change-approve")
    theirs.locator('form[action$="/approve"] button').click()
    expect(theirs.locator("[role=status]")).to_be_visible()
    assert 'name.en = "Naha District Office"' in desk.app.keeper.path.read_text(encoding="utf-8")
    assert desk.house.post(post).hold is Hold.ROSTER
    mine.goto("/roster/offices/naha")
    expect(mine.locator('[name="name.en"]')).to_have_value("Naha District Office")
    theirs.goto("/roster/changes")
    shot(theirs, "roster-history")


def test_an_edit_in_the_file_while_the_form_is_open_loses_nothing(desk: Console) -> None:
    page = desk.open("/roster/offices/naha", ADMIN)
    edit_file(desk, 'aliases = ["那覇入管"]', 'aliases = ["那覇入管", "那覇支局"]')
    before = desk.app.keeper.path.read_bytes()
    page.locator("main summary").click()
    page.locator('[name="name.en"]').fill("Naha District Office")
    page.locator("main form .primary").click()
    expect(page.locator("#problem, .note.bad")).to_be_visible()
    assert desk.app.keeper.path.read_bytes() == before


def test_an_owner_past_the_last_day_is_shown_where_it_matters(desk: Console, shot: Shot) -> None:
    edit_file(desk, 'owner = { staff = "tokyo.pr-lead", until = 2027-03-31 }',
              'owner = { staff = "tokyo.pr-lead", until = 2026-11-30 }')  # fmt: skip
    page = desk.open("/roster", ADMIN, locale="en")
    row = page.locator("tr", has_text="IMMI_TOKYO")
    expect(row).to_contain_text("owner has left")
    expect(page.locator(".tile", has_text="No owner").locator(".tile-number")).to_have_text("1")
    page.get_by_role("link", name="IMMI_TOKYO", exact=True).click()
    expect(page.locator(".note.bad")).to_contain_text("tokyo.pr-lead")
    shot(page, "roster-owner-expired")


@pytest.mark.parametrize(
    ("asked", "said", "kind"),
    [
        ("https://x.com/IMMI_TOKYO", "IMMI_TOKYO", "good"),
        ("@IMMI_NAHA", "IMMI_NAHA", "warn"),
        ("https://x.com/IMMI_T0KYO", "IMMI_TOKYO", "bad"),
        ("https://www.facebook.com/nagoya.nyukan.support", "nagoya.nyukan.support", "good"),
    ],
    ids=["true", "retired", "fake", "a Page"],
)
def test_the_public_asks_whether_an_account_is_official(
    desk: Console, shot: Shot, asked: str, said: str, kind: str
) -> None:
    edit_file(desk, 'url = "https://x.com/IMMI_NAHA"\noffice = "naha"\nstatus = "active"',
              'url = "https://x.com/IMMI_NAHA"\noffice = "naha"\nstatus = "retired"')  # fmt: skip
    page = desk.open("/official/verify", locale="en")
    page.locator('[name="url"]').fill(asked)
    page.locator("main form button").click()
    answer = page.locator("main .note")
    expect(answer).to_have_class(f"note {kind}")
    expect(answer).to_contain_text(said)
    axe(page)
    shot(page, f"roster-verify-{kind}")


def test_a_policy_page_is_held_against_the_roster(desk: Console, shot: Shot) -> None:
    text = pages.vi(load(ROSTER).registry)
    page = desk.open("/roster/compare", ADMIN, locale="en")
    page.locator('[name="text"]').fill("\n".join(line for line in text.splitlines() if "IMMI_KOBE" not in line))
    page.locator("main form .primary").click()
    expect(page.locator("main table")).to_contain_text("IMMI_KOBE")
    axe(page)
    shot(page, "roster-compare")


@pytest.mark.parametrize("path", [*PAGES, *PUBLIC])
def test_every_page_of_the_roster_is_fit_for_everybody(desk: Console, shot: Shot, path: str) -> None:
    given_a_desk_with_everything(desk)
    name = path.partition("?")[0].strip("/").replace("/", "-")
    if path == "/roster/changes":
        propose_name(desk, "Naha District Office")
    for locale, size in (("ja", DESK), ("easy", PHONE), ("en", PHONE)):
        page = desk.open(path, None if path in PUBLIC else ADMIN, locale=locale, size=size)
        expect(page.locator("h1")).to_be_visible()
        if path.startswith(("/roster/accounts", "/roster/offices")):
            page.locator("main summary").click()
        axe(page)
        fits(page)
        shot(page, f"{name}-{locale}-{size['width']}")


def test_staff_read_the_roster_and_find_nothing_to_press(desk: Console) -> None:
    page = desk.open("/roster/offices/naha", STAFF)
    expect(page.locator("main form")).to_have_count(0)

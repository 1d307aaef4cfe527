"""What waits is held when anything that it depends on has changed, and only then."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from bot.domain.posts import Hold, PostState
from bot.roster.diff import weight_digest
from bot.roster.edit import Edit
from bot.roster.keeper import Keeper
from bot.roster.load import parse
from bot.store import audit
from bot.usecases import change_roster, follow_roster
from bot.usecases.parts import Parts
from tests.house import ADMIN, ROSTER, House
from tests.usecases.test_change_roster import OTHER_ADMIN

TEXT = ROSTER.read_text(encoding="utf-8")
HOURS = 'hours.weekdays = ["09:00-16:00"]\nhours.certainty = "sourced"\nhours.source = "two sources agree (2020'
DOORS = 'hours.note = "Doors open at 8:30, counters at 9:00."'
NAME = 'name.en = "Tokyo Regional Immigration Services Bureau"'
APPROVERS = 'approvers = [{ staff = "tokyo.section-head", until = 2027-03-31 }]'
ADDRESS = 'handle = "IMMI_TOKYO"\nurl = "https://x.com/IMMI_TOKYO"'
OWNER = 'owner = { staff = "tokyo.pr-lead", until = 2027-03-31 }'
SECRET = 'secret = "IMMI_TOKYO"'
STEPS = f"approval_steps = 1\n{APPROVERS}"
CLOSED = f'closures = [{{ first = 2026-12-08, reason = "移転" }}]\n{APPROVERS}'


def follow(house: House, old: str, new: str) -> int:
    """The roster as it is after somebody has edited the file, and the job that notices it."""
    assert TEXT.count(old) == 1, old
    house.registry = parse(TEXT.replace(old, new).encode()).registry
    return follow_roster.hold_changed(house.parts, now=house.now)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        pytest.param(ADDRESS, ADDRESS.replace("TOKYO", "TOKYO2"), id="handle"),
        pytest.param(ADDRESS, f'{ADDRESS}\nplatform_id = "42"', id="numeric id"),
        pytest.param(f'{ADDRESS}\noffice = "tokyo"\nstatus = "active"',
                     f'{ADDRESS}\noffice = "tokyo"\nstatus = "paused"', id="status"),
        pytest.param(SECRET, 'secret = "IMMI_TOKYO_NEW"', id="secret"),
        pytest.param(f'{ADDRESS}\noffice = "tokyo"', f'{ADDRESS}\noffice = "isa"', id="office"),
        pytest.param(NAME, 'name.en = "Tokyo Bureau"', id="the office's name"),
        pytest.param(HOURS, HOURS.replace("16:00", "15:00"), id="hours"),
        pytest.param(APPROVERS, CLOSED, id="closures"),
        pytest.param(STEPS, STEPS.replace("1", "2", 1), id="approval rule"),
    ],
)  # fmt: skip
def test_a_change_of_what_a_post_depends_on_holds_it(sqlite_house: House, old: str, new: str) -> None:
    house = sqlite_house
    follow_roster.hold_changed(house.parts, now=house.now)
    post = house.scheduled(at=house.now + timedelta(minutes=30))
    other = house.scheduled("IMMI_OSAKA", "大阪のお知らせ", at=house.now + timedelta(minutes=30))
    assert follow(house, old, new) == 1
    assert house.post(post).hold is Hold.ROSTER
    assert house.state(other) is PostState.SCHEDULED


@pytest.mark.parametrize(
    ("old", "new"),
    [
        pytest.param(DOORS, 'hours.note = "Doors open at 8:15."', id="a note on the hours"),
        pytest.param(OWNER, OWNER.replace("pr-lead", "pr-new"), id="the owner"),
        pytest.param(APPROVERS, APPROVERS.replace("2027", "2028"), id="an approver's last day"),
        pytest.param("# 約束 · four promises", "# 約束", id="a comment"),
        pytest.param('short.en = "Tokyo"', 'short.en = "TYO"', id="the short name"),
    ],
)
def test_anything_else_holds_nothing(sqlite_house: House, old: str, new: str) -> None:
    house = sqlite_house
    follow_roster.hold_changed(house.parts, now=house.now)
    post = house.scheduled(at=house.now + timedelta(minutes=30))
    assert follow(house, old, new) == 0
    assert house.state(post) is PostState.SCHEDULED


def test_an_edit_is_followed_once_and_its_mark_survives_a_restart(house: House) -> None:
    follow_roster.hold_changed(house.parts, now=house.now)
    house.scheduled(at=house.now + timedelta(minutes=30))
    assert follow(house, NAME, 'name.en = "Tokyo Bureau"') == 1
    assert follow_roster.hold_changed(house.parts, now=house.now) == 0
    with house.store.read() as tx:
        (followed,) = [each for each in audit.about(tx, "account:x-tokyo") if each.what == "roster.followed"]
    assert followed.facts["digest"] == weight_digest(house.registry, "x-tokyo")


def test_an_approved_change_holds_what_waits_before_the_next_tick(sqlite_house: House, tmp_path: Path) -> None:
    house, file = sqlite_house, tmp_path / "accounts.toml"
    file.write_bytes(ROSTER.read_bytes())
    keeper = Keeper(file)
    follow_roster.hold_changed(house.parts, now=house.now)
    post = house.scheduled(at=house.now + timedelta(minutes=30))
    parts = _following(house.parts, keeper)
    edit = Edit("office", "tokyo", ("name", "en"), "Tokyo Bureau")
    change = change_roster.propose(parts, keeper, [edit], by=ADMIN, now=house.now)
    assert house.state(post) is PostState.SCHEDULED
    change_roster.approve(parts, keeper, change.id, by=OTHER_ADMIN, now=house.now)
    assert house.post(post).hold is Hold.ROSTER


def test_an_account_that_left_weighs_nothing(sqlite_house: House) -> None:
    assert weight_digest(sqlite_house.registry, "x-nobody") == ""


def _following(parts: Parts, keeper: Keeper) -> Parts:
    """The service as bootstrap builds it: its roster is what the keeper has in force."""
    return Parts(
        store=parts.store,
        registry=lambda: keeper.registry,
        platforms=parts.platforms,
        screener=parts.screener,
        shelf=parts.shelf,
        clock=parts.clock,
    )

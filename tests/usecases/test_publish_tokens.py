"""Tokens are probed before they are needed, and a clock that jumps is not believed."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.domain.accounts import Status
from bot.domain.posts import PostState
from bot.store import health
from bot.usecases import probe_tokens
from bot.usecases.clock_watch import ClockWatch, sure_of_time
from bot.usecases.probe_tokens import Standing
from tests.house import WED_10_JST, House
from tests.usecases.stage import told


def probes_of(house: House, handle: str = "IMMI_TOKYO") -> int:
    """How often the platform was asked whose token this is."""
    return len([each for each in house.sandbox.requests("x", "me") if each.account == handle])


def people_of(house: House, handle: str) -> list[str]:
    account = house.parts.account(handle)
    duties = [duty.staff for duty in (account.owner, account.deputy) if duty]
    return duties or ["role:admin"]


def test_every_active_account_is_probed_once_a_day(house: House) -> None:
    for _ in range(26):
        probe_tokens.probe_due(house.parts, now=house.now)
        house.wait(hours=1)
    assert probes_of(house) == 2
    with house.store.read() as tx:
        known = health.probes(tx)
    assert set(known) == {account.id for account in house.registry.active()}
    assert all(probe.ok for probe in known.values())


def test_a_day_and_an_hour_before_a_scheduled_post_its_token_is_probed(house: House) -> None:
    house.scheduled(at=WED_10_JST + timedelta(hours=28))  # Thursday 14:00
    asked = []
    for hour in (0, 3, 4.5, 5.5, 26.5, 27.25, 27.75):  # from Wednesday 10:00 on
        house.jump_to(WED_10_JST + timedelta(hours=hour))
        probe_tokens.probe_due(house.parts, now=house.now)
        asked.append(probes_of(house))
    assert asked == [1, 1, 2, 2, 2, 3, 3], "first sight, a day before, an hour before"


@pytest.mark.parametrize("status", [500, 503, 429])
def test_an_answer_that_says_nothing_about_the_token_alarms_nobody(house: House, status: int) -> None:
    house.sandbox.fault("error", times=100, platform="x", route="me", status=status)
    assert probe_tokens.probe_due(house.parts, now=house.now) == 0
    assert told(house, "role:admin", *people_of(house, "IMMI_TOKYO")) == []


def test_one_dead_token_is_told_to_owner_and_deputy_once_for_days(house: House) -> None:
    house.sandbox.people.revoke("IMMI_TOKYO")
    for _ in range(50):
        probe_tokens.probe_due(house.parts, now=house.now)
        house.wait(hours=1)
    for person in people_of(house, "IMMI_TOKYO"):
        assert told(house, person).count("account.token") == 1
    assert probe_tokens.judge(house.parts, house.parts.account("IMMI_TOKYO"), now=house.now) is Standing.DEAD
    assert probe_tokens.judge(house.parts, house.parts.account("IMMI_OSAKA"), now=house.now) is Standing.ALIVE


def test_a_renewed_token_is_noticed_within_half_an_hour_and_told(house: House) -> None:
    house.sandbox.people.revoke("IMMI_TOKYO")
    probe_tokens.probe_due(house.parts, now=house.now)
    house.sandbox.people.revoke("IMMI_TOKYO", yes=False)
    house.wait(minutes=30)
    assert probe_tokens.probe_due(house.parts, now=house.now) == 0
    assert "account.token-works" in told(house, people_of(house, "IMMI_TOKYO")[0])
    assert not probe_tokens.known_dead(house.parts, house.parts.account("IMMI_TOKYO"))


@pytest.mark.parametrize(("refused", "outage"), [(1, False), (8, False), (9, False), (10, True), (18, True)])
def test_more_than_half_of_a_platforms_tokens_refused_is_an_outage(house: House, refused: int, outage: bool) -> None:
    handles = [each.handle for each in house.registry.accounts if each.platform.value == "x"]
    assert len(handles) == 18
    for handle in handles:
        house.change_account(handle, status=Status.ACTIVE)
    for handle in handles[:refused]:
        house.sandbox.people.revoke(handle)
    probe_tokens.probe_due(house.parts, now=house.now)
    with house.store.read() as tx:
        dead = [each for each in health.probes(tx).values() if each.dead]
    assert len(dead) == (0 if outage else refused)
    assert ("platform.tokens-refused" in told(house, "role:admin")) is outage


def test_the_queue_of_a_dead_token_does_not_call_the_platform_in_vain(house: House) -> None:
    house.sandbox.people.revoke("IMMI_TOKYO")
    queued = [house.scheduled(text=f"お知らせ {number}") for number in range(3)]
    house.publish()
    assert {house.state(each) for each in queued} == {PostState.HELD}
    assert len(house.sandbox.requests("x", "create")) == 1


# -- F7: the clock --------------------------------------------------------------------------------------


class Ticks:
    """A steady clock that the test turns."""

    def __init__(self) -> None:
        self.seconds = 1000.0

    def __call__(self) -> float:
        return self.seconds


@pytest.mark.parametrize(
    ("wall", "steady", "believed"),
    [
        (1.0, 1.0, True),
        (29.0, 1.0, True),  # corrected in small steps
        (3600.0, 3600.0, True),  # the machine slept; both clocks know it
        (3 * 86400.0, 3 * 86400.0, True),
        (3601.0, 1.0, False),  # one hour ahead
        (-3599.0, 1.0, False),  # one hour back
        (1.0, 120.0, False),  # the wall stood still
    ],
)
def test_f7_a_jump_of_the_wall_clock_is_told_from_sleep(
    sqlite_house: House, wall: float, steady: float, believed: bool
) -> None:
    ticks = Ticks()
    watch = ClockWatch(ticks)
    assert sure_of_time(sqlite_house.parts, watch, now=sqlite_house.now)
    sqlite_house.wait(seconds=wall)
    ticks.seconds += steady
    assert sure_of_time(sqlite_house.parts, watch, now=sqlite_house.now) is believed
    assert ("clock.jumped" in told(sqlite_house, "role:admin")) is not believed


def test_f7_after_ten_even_minutes_the_clock_is_believed_again(sqlite_house: House) -> None:
    ticks = Ticks()
    watch = ClockWatch(ticks)
    sure_of_time(sqlite_house.parts, watch, now=sqlite_house.now)
    sqlite_house.wait(hours=1)
    believed = []
    for _ in range(12):
        believed.append(sure_of_time(sqlite_house.parts, watch, now=sqlite_house.now))
        sqlite_house.wait(minutes=1)
        ticks.seconds += 60
    assert believed == [False] * 10 + [True] * 2
    assert told(sqlite_house, "role:admin").count("clock.jumped") == 1

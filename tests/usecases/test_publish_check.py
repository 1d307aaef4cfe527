"""The doctor sees what keeps posts from going out, within a minute, and says what to do."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import pytest

from bot.domain.ports import Budget
from bot.settings import Settings
from bot.store import attempts, service
from bot.usecases import costs, probe_tokens
from bot.usecases.check import check
from bot.usecases.check_sending import check_sending
from bot.usecases.publish import body_of
from tests.house import House
from tests.test_service import Outside, outside, until
from tests.usecases.stage import sql

__all__ = ["outside"]


def settings_of(house: House, *, smtp: str = "") -> Settings:
    return Settings(house.folder, "sqlite://", Path("accounts.toml"), smtp_url=smtp, mail_from="kouhou@agency.example")


def states(house: House, finding: str, *, smtp: str = "") -> list[str]:
    found = check_sending(house.parts, settings_of(house, smtp=smtp), now=house.now)
    return [each.state for each in found if each.id == finding]


def test_f17_a_stuck_send_is_flagged_within_a_minute(house: House) -> None:
    house.scheduled()
    with house.store.begin() as tx:
        claimed = attempts.claim(tx, now=house.now, owner="stuck:1:1")
        assert claimed is not None
        attempt = attempts.prepare(tx, claimed, body=body_of("a", "", []), baseline="", media_count=0, now=house.now)
        attempts.mark_sending(tx, attempt, now=house.now)
    house.wait(seconds=59)
    assert states(house, "posts-stuck") == []
    house.wait(seconds=1)
    assert states(house, "posts-stuck") == ["fail"]


def test_f17_a_publisher_whose_loop_stands_still_turns_the_doctor_red(sqlite_house: House) -> None:
    """The process lives, but its job does not come round: seen from outside by the age of its heartbeat."""
    house = sqlite_house
    (house.folder / "kouhou.key").write_bytes(b"k" * 32)
    (house.folder / "kouhou.key").chmod(0o600)
    with house.store.begin() as tx:
        service.beat(tx, "publish", "host:1:1", at=house.now, every_s=5.0)

    def heartbeat() -> list[str]:
        found = check(house.parts, settings_of(house), refused=None, now=house.now)
        return [each.state for each in found if each.id == "heartbeat"]

    assert heartbeat() == ["ok"]
    house.wait(seconds=15)
    assert heartbeat() == ["ok"]
    house.wait(seconds=30)
    assert heartbeat() == ["fail"]


def test_tokens_are_green_only_when_they_were_asked_and_work(house: House) -> None:
    assert states(house, "tokens") == ["warn"]
    probe_tokens.probe_due(house.parts, now=house.now)
    assert states(house, "tokens") == ["ok"]
    house.sandbox.people.revoke("IMMI_TOKYO")
    house.wait(days=1)
    probe_tokens.probe_due(house.parts, now=house.now)
    assert states(house, "tokens") == ["fail"]


def test_an_outage_is_a_warning_and_no_dead_token(house: House) -> None:
    house.sandbox.fault("unauthorized", times=1000, platform="x")
    probe_tokens.probe_due(house.parts, now=house.now)
    assert states(house, "tokens") == ["warn"]


def test_typed_times_that_disagree_are_red(house: House) -> None:
    post = house.scheduled(at=house.now + timedelta(hours=1))
    assert states(house, "wall-times") == ["ok"]
    sql(house, "UPDATE post SET due_wall = '2026-12-02T12:00:00+09:00[Asia/Tokyo]' WHERE id = :id", id=post.id)
    assert states(house, "wall-times") == ["fail"]


@pytest.mark.parametrize(("remaining", "state"), [(10_000, "ok"), (2_001, "ok"), (2_000, "warn"), (0, "warn")])
def test_the_days_creates_are_watched(house: House, remaining: int, state: str) -> None:
    budget = Budget("create-app-24h", 10_000, remaining, house.now + timedelta(hours=3))
    with house.store.begin() as tx:
        service.record_budgets(tx, "x-tokyo", [budget], at=house.now)
    assert states(house, "limits") == [state]


@pytest.mark.parametrize(("limit", "state"), [(100.0, "ok"), (0.24, "warn"), (0.2, "fail")])
def test_the_months_money_is_watched(house: House, limit: float, state: str) -> None:
    from dataclasses import replace

    house.parts = replace(house.parts, prices=replace(house.parts.prices, usd_per_month=limit))
    assert states(house, "money") == []
    house.published(text="https://www.moj.go.jp/isa/")
    costs.watch_money(house.parts, now=house.now)
    assert states(house, "money") == [state]


@pytest.mark.parametrize(
    ("smtp", "minutes", "state"),
    [("", 90, "ok"), ("smtp://mail.example", 59, "ok"), ("smtp://mail.example", 61, "warn")],
)
def test_mail_that_does_not_leave_is_seen(house: House, smtp: str, minutes: int, state: str) -> None:
    with house.store.begin() as tx:
        service.tell(tx, ["hanako"], "post.failed", "post:1", at=house.now)
    house.wait(minutes=minutes)
    assert states(house, "mail", smtp=smtp) == [state]


# -- F14 with the real command ---------------------------------------------------------------------------


def test_f14_last_nights_copy_put_back_by_the_command_sends_nothing_again(outside: Outside, tmp_path: Path) -> None:
    number = outside.scheduled_post()
    copy = tmp_path / "copy.db"
    assert outside.kouhou("db", "backup", str(copy)).returncode == 0
    first = outside.start("--roles", "publisher")
    until(lambda: outside.post(number)["state"] == "published")
    first.terminate()
    first.wait(timeout=10)
    restored = outside.kouhou("db", "restore", str(copy), "--yes")
    assert restored.returncode == 0, restored.stderr
    assert "1 posts may be out there" in restored.stdout
    assert outside.post(number)["state"] == "unknown"
    second = outside.start("--roles", "publisher")
    try:
        until(lambda: outside.post(number)["state"] == "published")
    finally:
        second.terminate()
        second.wait(timeout=10)
    assert outside.created() == 1


def test_after_restore_on_its_own_says_what_it_did(outside: Outside) -> None:
    outside.scheduled_post()
    said = outside.kouhou("db", "after-restore")
    assert said.returncode == 0, said.stderr
    assert "None is resent." in said.stdout


def test_a_person_can_probe_a_token_and_look_for_an_unknown_post_at_once(outside: Outside) -> None:
    number = outside.scheduled_post()
    outside.sandbox.fault("error_after", platform="x", route="create", status=503)
    service_process = outside.start("--roles", "publisher")
    until(lambda: outside.post(number)["state"] == "unknown")
    service_process.terminate()
    service_process.wait(timeout=10)
    assert outside.kouhou("look", "IMMI_TOKYO").stdout == "1 posts were found on the account.\n"
    assert outside.post(number)["state"] == "published"
    assert outside.kouhou("probe", "IMMI_TOKYO").stdout == "alive   IMMI_TOKYO\n"
    outside.sandbox.people.revoke("IMMI_TOKYO")
    refused = outside.kouhou("probe", "IMMI_TOKYO", "--json")
    assert (refused.returncode, json.loads(refused.stdout)) == (1, {"IMMI_TOKYO": "dead"})
    assert outside.created() == 1


def test_the_costs_command_answers_and_refuses_nonsense(outside: Outside) -> None:
    good = outside.kouhou("costs", "2026-12")
    assert good.returncode == 0, good.stderr
    assert "2026-12" in good.stdout
    bad = outside.kouhou("costs", "Christmas")
    assert bad.returncode == 1
    assert "2026-12" in bad.stderr

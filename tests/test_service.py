"""The service as a process: killed between attempt and record, stopped cleanly, started on a bad roster."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import tomlkit

from bot.bootstrap import practice_platforms
from bot.roster.load import load
from bot.sandbox import Sandbox
from tests.house import ROSTER, WED_10_JST

KOUHOU = str(Path(sys.executable).parent / "kouhou")


class Outside:
    """Practice platforms in this process, the service in others that may be killed."""

    def __init__(self, home: Path) -> None:
        began = time.monotonic()
        self.sandbox: Sandbox = practice_platforms(
            load(ROSTER).registry, lambda: WED_10_JST.astimezone(UTC) + timedelta(seconds=time.monotonic() - began)
        )
        urls = self.sandbox.start()
        secrets = home / "secrets.toml"
        secrets.touch(mode=0o600)
        secrets.write_text(tomlkit.dumps(self.sandbox.secrets()), encoding="utf-8")
        self.environment = {
            "PATH": os.environ["PATH"],
            "KOUHOU_HOME": str(home / "var"),
            "KOUHOU_ACCOUNTS": str(ROSTER),
            "KOUHOU_SECRETS": str(secrets),
            "KOUHOU_CLOCK": WED_10_JST.isoformat(),
            "KOUHOU_X_BASE_URL": urls.x,
            "KOUHOU_FACEBOOK_BASE_URL": urls.facebook,
        }

    def kouhou(self, *words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [KOUHOU, *words], env=self.environment, capture_output=True, text=True, timeout=120, check=False
        )

    def start(self, *words: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [KOUHOU, "run", *words],
            env=self.environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            text=True,
        )

    def created(self) -> int:
        return self.sandbox.people.creates().get("IMMI_TOKYO", 0)

    def scheduled_post(self) -> int:
        added = self.kouhou("post", "add", "--account", "IMMI_TOKYO", "--text", "窓口のお知らせです。", "--at",
                            WED_10_JST.isoformat(), "--json")  # fmt: skip
        assert added.returncode == 0, added.stderr
        number = int(json.loads(added.stdout)["id"])
        for login in ("approver", "admin"):
            approved = self.kouhou("post", "approve", str(number), "--as", login, "--json")
            if json.loads(approved.stdout or "{}").get("state") == "scheduled":
                return number
        raise AssertionError(approved.stderr)

    def checked(self) -> str:
        return self.kouhou("check").stdout

    def post(self, number: int) -> dict[str, object]:
        shown = self.kouhou("post", "show", str(number), "--json")
        return dict(json.loads(shown.stdout))


@pytest.fixture
def outside(tmp_path: Path) -> Iterator[Outside]:
    made = Outside(tmp_path)
    yield made
    made.sandbox.stop()


def until(condition: Callable[[], bool], seconds: float = 90, *, told: Callable[[], str] = str) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, f"it did not happen in time {told()}"
        time.sleep(0.05)


def test_a_post_whose_sender_was_killed_is_out_there_once_and_known(outside: Outside) -> None:
    number = outside.scheduled_post()
    outside.sandbox.fault("hang_after", platform="x", route="create", seconds=60)
    first = outside.start("--roles", "publisher")
    until(lambda: outside.created() == 1)
    first.kill()
    first.wait()
    outside.sandbox.clear_faults()
    second = outside.start("--roles", "publisher")
    try:
        until(lambda: outside.post(number)["state"] == "published")
    finally:
        second.terminate()
        second.wait(timeout=60)
    [seen] = [post for post in outside.sandbox.people.posts() if not post.deleted]
    assert outside.created() == 1
    assert outside.post(number)["platform_id"] == seen.id


def test_several_may_open_a_new_home_at_the_same_moment(outside: Outside) -> None:
    with ThreadPoolExecutor(3) as people:
        checked = list(people.map(lambda _: outside.kouhou("check"), range(3)))

    assert [each.stderr for each in checked] == [""] * 3
    assert all("database" in each.stdout for each in checked)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_the_service_stops_when_asked_and_leaves_nothing_half_done(outside: Outside, number: signal.Signals) -> None:
    process = outside.start("--roles", "publisher,listener,screener")
    try:
        until(lambda: "jobs are ticking" in outside.checked(), told=outside.checked)
        process.send_signal(number)
        assert process.wait(timeout=60) == 0
    finally:
        process.kill()
    assert "No service is running" in outside.kouhou("check").stdout


def test_a_bad_roster_is_refused_with_file_line_table_and_key(outside: Outside, tmp_path: Path) -> None:
    bad = tmp_path / "bad.toml"
    bad.write_text(ROSTER.read_text(encoding="utf-8").replace('"09:00-16:00"', '"25:00-16:00"', 1), encoding="utf-8")
    outside.environment["KOUHOU_ACCOUNTS"] = str(bad)
    refused = outside.kouhou("accounts", "list")
    assert refused.returncode == 1
    assert "bad.toml:" in refused.stderr
    assert "hours" in refused.stderr
    assert "Traceback" not in refused.stderr


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("rows.jsonl", b'{"account": "IMMI_TOKYO", "text": 5}\n', "rows.jsonl:1: text"),
        ("rows.jsonl", b'{"account": "NOBODY", "text": "a"}\n', "rows.jsonl:1"),
        ("rows.jsonl", b"{not json\n", "rows.jsonl:1"),
        ("rows.csv", b"account,words\nIMMI_TOKYO,a\n", "rows.csv:1"),
        ("rows.csv", b"\xff\xfe\x00bad", "UTF-8"),
        ("rows.csv", b"account,text\nIMMI_TOKYO,a\x00b\n", "NUL"),
        ("rows.exe", b"MZ", ".csv, .jsonl or .ics"),
        ("rows.ics", b"nonsense", "rows.ics"),
    ],
)
def test_a_hostile_import_stores_nothing_and_says_where(
    outside: Outside, tmp_path: Path, name: str, content: bytes, said: str
) -> None:
    file = tmp_path / name
    file.write_bytes(content)
    done = outside.kouhou("post", "import", str(file))
    assert done.returncode == 1
    assert said in done.stderr
    assert "Traceback" not in done.stderr
    assert json.loads(outside.kouhou("post", "list", "--json").stdout) == []


def test_usage_mistakes_exit_with_two(outside: Outside) -> None:
    assert outside.kouhou("run", "--roles", "baker").returncode == 2
    assert outside.kouhou("post", "approve", "x").returncode == 2


def test_the_clock_is_refused_beside_a_real_platform(outside: Outside) -> None:
    outside.environment["KOUHOU_X_BASE_URL"] = "https://api.x.com"
    refused = outside.kouhou("post", "list")
    assert refused.returncode == 1
    assert "KOUHOU_CLOCK" in refused.stderr


def test_midnight_in_practice_mode_is_office_hours_somewhere() -> None:
    from bot.bootstrap import practice_start
    from bot.domain import hours

    registry = load(ROSTER).registry
    for hour in range(0, 24 * 10, 5):
        start = practice_start(registry, datetime(2026, 12, 28, tzinfo=UTC) + timedelta(hours=hour))
        assert any(hours.is_open(office, start + timedelta(minutes=5)) for office in registry.offices)

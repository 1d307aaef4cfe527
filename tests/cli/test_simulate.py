"""The rehearsal: nothing goes out twice however many calls fail, and a double would not go unseen."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest

from bot.bootstrap import App
from bot.cli.rehearsal import Plan, Rehearsal, Storm
from bot.store import posts
from tests.cli.conftest import Kouhou
from tests.house import ROSTER


@pytest.mark.parametrize("seed", [1, 2])
def test_with_every_third_call_failing_nothing_is_doubled_or_lost(tmp_path: Path, seed: int) -> None:
    found = Rehearsal(Plan(posts=12, replies=6, faults=0.35, seed=seed), ROSTER, tmp_path).run()
    assert found.faulted > 0
    assert (found.posts, found.doubles, found.lost) == (12, 0, 0)
    assert found.published + found.held + found.failed + found.open == 12
    assert found.collected == found.replies


class Careless(Rehearsal):
    """Sends its first post once more at the end, past everything that prevents it."""

    def _day(self, app: App, last: datetime) -> None:
        super()._day(app, last)
        self.sandbox.turn(duplicate_window_s=0)
        with app.parts.store.read() as tx:
            first = posts.get(tx, 1)
        account = app.parts.account(first.account)
        app.parts.platform(account).publish(account, first.revision.content, ())


def test_a_double_is_counted(tmp_path: Path) -> None:
    found = Careless(Plan(posts=2, replies=0, faults=0.0), ROSTER, tmp_path).run()
    assert (found.published, found.doubles) == (2, 1)


def test_the_command_ends_with_figures_for_machines(kouhou: Kouhou, tmp_path: Path) -> None:
    said = kouhou("simulate", "--posts", "3", "--replies", "2", "--faults", "0", "--json")
    assert said.code == 0
    assert said.err == ""
    assert (said.json["published"], said.json["collected"], said.json["late_p99_s"]) == (3, 2, 0.0)
    assert not (tmp_path / "var").exists()  # the service's own home is left alone


def test_the_same_seed_breaks_the_same_calls() -> None:
    def story(seed: int) -> list[str]:
        storm = Storm(0.3, seed)
        hits = [storm.take("x", "create", "IMMI_TOKYO") for _ in range(50)]
        return [hit.kind if hit else "" for hit in hits]

    assert story(1) == story(1)
    assert story(1) != story(2)
    assert 5 < sum(map(bool, story(1))) < 25


@pytest.mark.parametrize("words", [("--posts", "0"), ("--faults", "2"), ("--replies", "many")])
def test_wrong_usage_is_refused(kouhou: Kouhou, words: tuple[str, ...]) -> None:
    assert kouhou("simulate", *words).code == 2

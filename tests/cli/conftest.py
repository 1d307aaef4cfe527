"""The ``kouhou`` command inside the test process: the same entry point, so exit codes and sentences are the real ones."""

from __future__ import annotations

import json
import logging
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import structlog

from bot.cli import main
from tests.house import ROSTER, WED_10_JST


@dataclass(frozen=True, slots=True)
class Said:
    """How a command ended and what it printed."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


Kouhou = Callable[..., Said]


@pytest.fixture
def roster(tmp_path: Path) -> Path:
    """A copy of the roster that a test may change."""
    file = tmp_path / "accounts.toml"
    file.write_bytes(ROSTER.read_bytes())
    return file


@pytest.fixture
def kouhou(
    tmp_path: Path, roster: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Iterator[Kouhou]:
    """``kouhou("accounts", "list")`` in an empty home on SQLite, in practice mode, on Wednesday at 10:00."""
    monkeypatch.setenv("KOUHOU_HOME", str(tmp_path / "var"))
    monkeypatch.setenv("KOUHOU_ACCOUNTS", str(roster))
    monkeypatch.setenv("KOUHOU_CLOCK", WED_10_JST.isoformat())

    def run(*words: str) -> Said:
        capsys.readouterr()
        code = 0
        try:
            main(list(words))
        except SystemExit as end:
            code = end.code if isinstance(end.code, int) else 1
        out, err = capsys.readouterr()
        return Said(code, out, err)

    yield run
    structlog.reset_defaults()  # the command logged to this test's captured standard error, which ends here
    logging.basicConfig(force=True, stream=sys.__stderr__)

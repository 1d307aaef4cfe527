"""What the pages promise exists: every row of the failure matrix names a test, every finding has its remedy."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
MATRIX = re.findall(
    r"^\| ([FG]\d+) \| [^|]+ \| (.+) \|$", (ROOT / "docs/publishing.md").read_text(encoding="utf-8"), re.MULTILINE
)


def test_the_matrix_is_complete() -> None:
    assert [name for name, _ in MATRIX] == [f"F{n}" for n in range(1, 19)] + [f"G{n}" for n in range(1, 18)]


@pytest.mark.parametrize(("name", "where"), MATRIX)
def test_each_row_names_a_test_that_exists(name: str, where: str) -> None:
    if name == "F10":
        assert "no token is refreshed" in where
        return
    file, _, test = where.strip("`").partition("::")
    assert f"def {test}(" in (ROOT / file).read_text(encoding="utf-8")


def test_no_token_is_refreshed_anywhere() -> None:
    """F10: there is nothing that two refreshers could race for."""
    platforms = [path.read_text(encoding="utf-8") for path in (ROOT / "bot/platforms").rglob("*.py")]
    assert not [text for text in platforms if "refresh_token" in text or "grant_type" in text]


@pytest.mark.parametrize("path", ["bot/usecases/check.py", "bot/usecases/check_sending.py"])
def test_every_finding_that_can_fail_is_in_the_runbook(path: str) -> None:
    runbook = (ROOT / "docs/runbook.md").read_text(encoding="utf-8")
    code = (ROOT / path).read_text(encoding="utf-8")
    ids = set(re.findall(r'Check\(\s*"([a-z-]+)"', code)) - {
        "settings",
        "evidence-key",
        "database",
        "screening",
        "hours",
        "secrets",
    }
    assert ids
    assert not [each for each in ids if each not in runbook]

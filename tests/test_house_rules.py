"""Rules worth saying are tests: floors, small files, no left-overs, nothing that must not be committed."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
CODE = sorted(path for room in ("bot", "moderation") for path in (ROOT / room).rglob("*.py"))
OURS = [path for path in CODE if "migrations/versions" not in path.as_posix()]
NAMES = [path.relative_to(ROOT).as_posix() for path in OURS]


def test_the_floors_hold() -> None:
    """Imports go down only, and each library is seen in its own room; the contracts stand in pyproject.toml."""
    done = subprocess.run(
        [str(Path(sys.executable).parent / "lint-imports")], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout[-2000:]


@pytest.mark.parametrize("path", OURS, ids=NAMES)
def test_a_file_is_one_thing(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 400


@pytest.mark.parametrize("path", OURS, ids=NAMES)
def test_a_function_reads_as_a_sentence(path: Path) -> None:
    long = [
        f"{node.name}: {(node.end_lineno or 0) - node.lineno + 1} lines"
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and (node.end_lineno or 0) - node.lineno + 1 > 60
    ]
    assert not long


@pytest.mark.parametrize("path", OURS, ids=NAMES)
def test_nothing_is_left_half_done(path: Path) -> None:
    left = re.compile(r"\b(TO" + r"DO|FIX" + r"ME|XX" + r"X|NotImplementedError)\b")
    assert not left.search(path.read_text(encoding="utf-8"))


def test_only_bootstrap_and_the_scheduler_know_what_time_it_is() -> None:
    """Time is an argument: no other module asks the machine."""
    asked = [
        name
        for name, path in zip(NAMES, OURS, strict=True)
        if re.search(r"datetime\.now\(|date\.today\(|time\.time\(", path.read_text(encoding="utf-8"))
        and name not in {"bot/bootstrap.py", "bot/schedule.py"}
    ]
    assert not asked


def test_no_code_answers_follows_or_reposts() -> None:
    """Policy 5.1 and 5.2: the bot never talks back; there is no code path for it."""
    forbidden = re.compile(r"in_reply_to_tweet_id\s*=|\.follow_user\(|\.retweet\(|\.like\(|create_tweet\([^)]*quote")
    named = [path for path in OURS if "sandbox" not in path.parts and "moderation" not in path.parts]
    assert not [path.name for path in named if forbidden.search(path.read_text(encoding="utf-8"))]


def test_nothing_of_the_workplace_is_committed() -> None:
    """No path of a developer's machine, no address of a package index, no token."""
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False)
    if listed.returncode != 0:
        files = [path for path in ROOT.glob("*") if path.is_file()]
    else:
        files = [ROOT / name for name in listed.stdout.splitlines()]
    bad = re.compile(r"/wor" + r"k/|/far" + r"m/|--extra-index" + r"-url|//pypi\.|resolved\": \"http")
    found = []
    for path in files:
        if path.suffix in {".py", ".md", ".txt", ".toml", ".sh", ".yml", ".yaml", ""} and path.is_file():
            text = path.read_text(encoding="utf-8", errors="replace")
            found += [path.name] if bad.search(text) else []
    assert not found

"""Start to first published post, and memory, of the real command in its own process."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from bot import settings
from bot.cli.bench.shared import resident_mb

_SETTLE_S = 20
_PATIENCE_S = 60


def measure() -> dict[str, Any]:
    """Runs ``kouhou run`` on practice platforms in a fresh home; seconds and megabytes."""
    with tempfile.TemporaryDirectory() as home:
        environment = {
            **{key: value for key, value in os.environ.items() if not key.startswith("KOUHOU_")},
            "KOUHOU_HOME": home,
            "KOUHOU_ACCOUNTS": str(settings.environment().accounts),
        }
        began = time.perf_counter()
        log = (Path(home) / "log").open("w+b")
        process = subprocess.Popen(
            [sys.executable, "-m", "bot.cli", "run", "--port", "0"], env=environment, stdout=log, stderr=log
        )
        try:
            first = _wait_for(Path(home) / "log", b"post_published", began)
            time.sleep(_SETTLE_S)
            memory = resident_mb(process.pid)
        finally:
            process.terminate()
            stopped = time.perf_counter()
            process.wait(timeout=10)
            stop_s = time.perf_counter() - stopped
            log.close()
    return {"first_post_s": round(first, 2), "resident_mb": round(memory, 1), "stop_s": round(stop_s, 2)}


def lines(found: dict[str, Any]) -> Iterable[str]:
    yield f"start to first published post  {found['first_post_s']:8.2f} s   (bar: 5)"
    yield f"resident memory after {_SETTLE_S} s     {found['resident_mb']:8.1f} MB  (bar: 300)"
    yield f"clean stop                     {found['stop_s']:8.2f} s   (bar: 5)"


def _wait_for(log: Path, sign: bytes, began: float) -> float:
    while time.perf_counter() - began < _PATIENCE_S:
        if sign in log.read_bytes():
            return time.perf_counter() - began
        time.sleep(0.02)
    raise SystemExit("no post was published within a minute: " + log.read_text(errors="replace")[-500:])

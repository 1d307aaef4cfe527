"""One finding of the doctor."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

OK: Final = "ok"
WARN: Final = "warn"
FAIL: Final = "fail"


@dataclass(frozen=True)
class Check:
    """``state`` is ok, warn or fail; ``hint`` says what to do."""

    id: str
    state: str
    message: str
    hint: str = ""

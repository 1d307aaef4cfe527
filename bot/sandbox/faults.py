"""Faults on demand: what goes wrong with the next calls, and whether the platform acted before it did.

A fault may hit before the platform acts (nothing is created) or after it (something is created and the
client does not learn it). The second kind is what publishing once is about.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

# kind -> does the platform act before the fault?
KINDS: Mapping[str, bool] = {
    "refuse": False,  # connection closed without an answer
    "reset_before": False,
    "hang_before": False,
    "unauthorized": False,  # X 401, Facebook 190 (subcode settable)
    "forbidden": False,
    "rate_limited": False,  # with headers
    "rate_limited_bare": False,  # without
    "rate_limited_odd": False,  # reset header is no number
    "usage_capped": False,  # X: monthly cap, healthy headers
    "credits": False,  # X 402
    "error": False,  # status, and for Facebook code and subcode
    "html_403": False,
    "html_503": False,
    "list_body": False,
    "redirect": False,
    "reset_after": True,
    "hang_after": True,
    "error_after": True,  # 5xx; Facebook: 500 with code 1 or 2
    "html_after": True,  # 5xx page after the write
    "no_error_500": True,  # 500 with JSON that has no error
    "no_id": True,  # 2xx without an id
    "html_201": True,  # 2xx with a page
    "list_after": True,
    "no_content_type": True,
    "wrong_version": True,  # Facebook: another version answered
    "slow": True,  # right answer, late
}


@dataclass(slots=True)
class Fault:
    """One rule; empty scope fields match everything. `seconds` are real seconds (hang, slow)."""

    kind: str
    times: int = 1
    platform: str = ""
    route: str = ""
    account: str = ""
    status: int = 0
    code: int = 0
    subcode: int = 0
    seconds: float = 120.0
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"There is no fault {self.kind!r}. Use one of: {', '.join(KINDS)}.")
        if self.times < 1:
            raise ValueError("A fault needs times of at least 1.")

    @property
    def acts_first(self) -> bool:
        return KINDS[self.kind]

    def fits(self, platform: str, route: str, account: str) -> bool:
        return (
            self.platform in ("", platform)
            and self.route in ("", route)
            and self.account.lower() in ("", account.lower())
        )


class FaultBook:
    """The faults still to come, in the order they were ordered."""

    def __init__(self) -> None:
        self.pending: list[Fault] = []

    def add(self, fault: Fault) -> None:
        self.pending.append(fault)

    def take(self, platform: str, route: str, account: str) -> Fault | None:
        """The first fault that fits, counted down; None when the call goes well."""
        for fault in self.pending:
            if fault.fits(platform, route, account):
                fault.times -= 1
                self.pending = [item for item in self.pending if item.times > 0]
                return fault
        return None

    def clear(self) -> None:
        self.pending = []

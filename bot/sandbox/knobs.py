"""How the practice platforms behave: every setting that a test or a rehearsal may turn."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from typing import Any

DAY_S = 86_400


@dataclass(slots=True)
class Knobs:
    """All durations in seconds of the sandbox clock unless the name says otherwise."""

    dialect: str = "mixed"  # "tweet", "post", or "mixed": the request decides
    duplicate_window_s: float = DAY_S  # 0 switches the duplicate rule off
    duplicate_word: str = "Tweet"  # X says Tweet or Post in the refusal
    read_lag_s: float = 0.0  # new posts stay out of timelines, mentions and search this long
    search_query_limit: int = 512
    search_refuses_old_since_id: bool = True
    edit_window_s: float = 3600.0
    rate_limits: dict[str, dict[str, int]] = field(default_factory=dict)  # route -> {"user": n, "app": n}
    creates_per_day: int = 10_000  # app-wide
    credit_usd: float | None = None  # None: the balance is not watched
    header_skew_s: float = 0.0  # added to reset headers
    media_processing_s: float = 0.0  # GIF and video only
    media_expiry_s: int = DAY_S
    media_fails: bool = False
    activity_reply_shape: int = 0  # 0 nested, 1 flat, 2 list with meta
    refuse_reused_nonce: bool = True

    graph_versions: tuple[str, ...] = ("v23.0", "v24.0", "v25.0", "v26.0")
    graph_calls_per_hour: int = 20_000  # of one Page
    graph_requires_proof: bool = False
    graph_unblockable: frozenset[str] = frozenset()  # the block map answers false for these
    graph_token_errors: dict[str, int] = field(default_factory=dict)  # Page handle -> 190 subcode

    hook_copies: int = 1  # 2 delivers everything twice, 0 nothing
    hook_loss: float = 0.0  # share of deliveries that never leave
    hook_delay_s: float = 0.0  # real seconds
    hook_first: bool = False  # the delivery arrives before the API answers

    def turn(self, changes: dict[str, Any]) -> None:
        """Set several knobs at once; an unknown name is an error that lists the known ones."""
        known = {item.name for item in fields(self)}
        for name in changes:
            if name not in known:
                raise ValueError(f"There is no knob {name!r}. Use one of: {', '.join(sorted(known))}.")
        for name, value in changes.items():
            setattr(self, name, _typed(name, value))


def _typed(name: str, value: Any) -> Any:
    if name == "graph_unblockable":
        return frozenset(str(item) for item in value)
    if name == "graph_versions":
        return tuple(value)
    return value

"""Platform times and ids as aware UTC instants, and back. An unreadable time is the epoch, never a crash."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Final

EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_SNOWFLAKE_EPOCH_MS: Final = 1288834974657


def instant(text: object) -> datetime:
    """ISO 8601 with zone, with or without a colon in the offset; no zone means UTC."""
    try:
        moment = datetime.fromisoformat(str(text))
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError):
        return EPOCH


def from_epoch(seconds: object) -> datetime | None:
    """Unix seconds as an instant; None for anything that is not a sane number."""
    text = str(seconds).strip()
    if not is_id(text) or len(text) > 10:
        return None
    moment = EPOCH + timedelta(seconds=int(text))
    return moment if moment > EPOCH else None


def to_epoch(moment: datetime) -> int:
    return int((moment - EPOCH).total_seconds())


def x_stamp(moment: datetime) -> str:
    """The form that X takes as a parameter."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def first_id_at(moment: datetime) -> int:
    """The smallest X id that can have been minted at this instant; 0 before X began."""
    return max(0, (int((moment - EPOCH).total_seconds() * 1000) - _SNOWFLAKE_EPOCH_MS) << 22)


def minted_at(post_id: str) -> datetime:
    """When X minted this id; the epoch for something that is not an id."""
    if not is_id(post_id):
        return EPOCH
    return EPOCH + timedelta(milliseconds=(int(post_id[:19]) >> 22) + _SNOWFLAKE_EPOCH_MS)


def is_id(text: str) -> bool:
    """ASCII digits only; Python's own idea of digits is wider."""
    return text.isascii() and text.isdigit()

"""Policy versions as text: drafts, the live one, and those that were taken back."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from bot.store.tables.base import key


class PolicyRow(SQLModel, table=True):
    """``state``: draft, proposed, live, retired, braked or dropped. The text of a version is never changed."""

    __tablename__ = "policy_version"
    __table_args__ = (
        UniqueConstraint("version", name="uq_policy_version_version"),
        Index("ix_policy_version_state", "state", "live_at"),
    )

    id: int | None = key()
    version: str  # name and hash, as verdicts bear it
    state: str
    text: str  # TOML
    base: str = ""  # the version in force when it was drafted
    note: str = ""
    made_by: str
    made_at: datetime
    proposed_by: str = ""
    report: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)  # what a rescreen under it showed
    reported_at: datetime | None = None
    live_by: str = ""
    live_at: datetime | None = None
    ended_by: str = ""
    ended_at: datetime | None = None
    ended_why: str = ""

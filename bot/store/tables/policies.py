"""Policy versions as text: drafts, the live one, and those that were taken back."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from bot.store.tables.base import BIG, facts, key


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
    wordings: dict[str, Any] = facts()  # its nine clauses by language, as they were shown when it was kept
    base: str = ""  # the version in force when it was drafted
    note: str = ""
    made_by: str
    made_at: datetime
    proposed_by: str = ""
    proposed_at: datetime | None = None
    report: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)  # what a rescreen under it showed
    reported_at: datetime | None = None
    shadow: dict[str, Any] = facts()  # counts of new replies that were screened under it as well, while proposed
    live_by: str = ""
    live_at: datetime | None = None
    live_why: str = ""  # why it went live although it flags more criticism than it may
    ended_by: str = ""
    ended_at: datetime | None = None
    ended_why: str = ""


class RescreenRow(SQLModel, table=True):
    """One walk over the archive under a draft: who asked for which span, how far it is, how it ended."""

    __tablename__ = "rescreen"
    __table_args__ = (Index("ix_rescreen_policy", "policy", "id"),)

    id: int | None = key()
    policy: int = Field(foreign_key="policy_version.id", sa_type=BIG)
    state: str
    since: datetime
    until: datetime
    account: str = ""
    done: int = 0
    total: int = 0
    stop_asked: bool = False
    asked_by: str
    asked_at: datetime
    beat_at: datetime  # when its process last spoke; a long silence means that it died
    ended_at: datetime | None = None
    why: str = ""  # the kind of error

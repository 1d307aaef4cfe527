"""Cases, what people decided on them, and the commands that carry it out."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from bot.store.tables.base import BIG, facts, key, sealed


class CaseRow(SQLModel, table=True):
    __tablename__ = "case_file"
    __table_args__ = (
        UniqueConstraint("reply", name="uq_case_file_reply"),
        Index("ix_case_file_queue", "state", "lane", "place", "opened_at"),
        Index("ix_case_file_office", "office", "state", "lane", "place", "opened_at"),
        Index("ix_case_file_group", "group_key", "state"),
        Index("ix_case_file_language", "language", "state", "lane", "place", "opened_at"),
        Index("ix_case_file_block_review", "block_review_at"),
        Index("ix_case_file_opened", "opened_at"),
        Index("ix_case_file_review", "review_due", "state", "lane", "place", "opened_at"),
    )

    id: int | None = key()
    reply: int = Field(foreign_key="reply.id", sa_type=BIG)
    verdict: int = Field(foreign_key="verdict.id", sa_type=BIG)
    account: str
    office: str
    platform: str
    lane: int
    state: str
    step: str = "none"  # what is in force at the platform
    proposed: str = "none"  # what waits for the second person
    labels: str = ""
    top_score: float = 0.0
    language: str = ""
    policy: str
    group_key: str = ""
    holder: str | None = None
    held_until: datetime | None = None
    proposer: str | None = None
    decider: str | None = None
    review_due: bool = False
    version: int = 1
    opened_at: datetime
    first_seen_at: datetime | None = None
    acted_at: datetime | None = None
    closed_at: datetime | None = None
    block_review_at: datetime | None = None
    place: int = 0  # inside the lane: -1 before the others, 1 after them; a second opinion may set it, nothing else
    opinion: str = ""  # what the second opinion said, e.g. "raise/6"; empty: not asked


class CaseLabelRow(SQLModel, table=True):
    """A case under each of its categories, so that the queue of one category is read by index."""

    __tablename__ = "case_label"
    __table_args__ = (Index("ix_case_label_queue", "category", "state", "lane", "place", "opened_at"),)

    case: int = Field(foreign_key="case_file.id", sa_type=BIG, primary_key=True)
    category: int = Field(primary_key=True)
    state: str
    lane: int
    opened_at: datetime
    place: int = 0


class DecisionRow(SQLModel, table=True):
    """One move of one person on a case, with the clause it rests on. Never changed, never deleted."""

    __tablename__ = "decision"

    id: int | None = key()
    case: int = Field(foreign_key="case_file.id", sa_type=BIG, index=True)
    by: str = Field(index=True)
    move: str
    step: str = "none"
    category: int | None = None
    clause: str = ""
    policy: str
    reason: bytes | None = sealed()
    why_not_less: bytes | None = sealed()
    at: datetime = Field(index=True)


class CommandRow(SQLModel, table=True):
    """One act at a platform. Commands on one object are numbered: the last one tells how it must stand."""

    __tablename__ = "command"
    __table_args__ = (
        UniqueConstraint("account", "object", "number", name="uq_command_object_number"),
        Index("ix_command_queue", "state", "lane", "due_at"),
    )

    id: int | None = key()
    case: int = Field(foreign_key="case_file.id", sa_type=BIG, index=True)
    account: str
    object: str  # "reply:<platform id>" or "author:<platform id>"
    number: int
    verb: str
    lane: int
    state: str
    due_at: datetime
    lease_owner: str | None = None
    lease_until: datetime | None = None
    tries: int = 0
    code: str = ""
    seen: dict[str, Any] = facts()  # who can still see it, as read back
    asked_by: str
    asked_at: datetime
    done_at: datetime | None = None
    checked_at: datetime | None = None


class CallRow(SQLModel, table=True):
    """One hide or unhide that was called: our own count against the platform's limits, besides its headers."""

    __tablename__ = "moderation_call"
    __table_args__ = (
        Index("ix_moderation_call_account", "account", "at"),
        Index("ix_moderation_call_conversation", "account", "conversation"),
    )

    id: int | None = key()
    account: str
    conversation: str
    command: int = Field(foreign_key="command.id", sa_type=BIG, index=True)
    object: str
    verb: str
    at: datetime


class DriftRow(SQLModel, table=True):
    """The platform no longer stands as decided, or somebody acted there past this service."""

    __tablename__ = "drift"
    __table_args__ = (Index("ix_drift_open", "settled_at", "noticed_at"),)

    id: int | None = key()
    case: int = Field(foreign_key="case_file.id", sa_type=BIG, index=True)
    kind: str
    noticed_at: datetime
    settled_at: datetime | None = None
    settled_by: str = ""

"""Replies as they came in, every version seen, and the verdicts on them."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import JSON, Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from bot.store.tables.base import BIG, key, sealed


class ReplyRow(SQLModel, table=True):
    __tablename__ = "reply"
    __table_args__ = (
        UniqueConstraint("platform", "platform_id", name="uq_reply_platform_id"),
        Index("ix_reply_thread", "account", "conversation_id", "written_at"),
        Index("ix_reply_author", "platform", "author_id", "written_at"),
        Index("ix_reply_unscreened", "screened_at", "id"),
        Index("ix_reply_gone", "gone_at", "forgotten_at"),
        Index("ix_reply_screened_action", "action", "screened_at"),
        Index("ix_reply_recent", "account", "written_at"),
        Index("ix_reply_look", "account", "look_at"),
    )

    id: int | None = key()
    platform: str
    platform_id: str
    account: str
    conversation_id: str = ""
    parent_id: str = ""
    kind: str = "reply"
    lang: str = ""
    author_id: str = ""
    author: bytes | None = sealed()  # handle and name as JSON
    words: bytes | None = sealed()
    print: str = Field(default="", index=True)  # keyed fingerprint of the folded words
    version: int = 1
    attachments: list[str] = Field(default_factory=list, sa_type=JSON)
    written_at: datetime
    collected_at: datetime
    edited_at: datetime | None = None
    gone_at: datetime | None = None
    look_at: datetime | None = None  # when the platform is asked again whether it stands; None: never again
    forgotten_at: datetime | None = None
    forgotten_why: str = ""  # "gone", "retention" or "request"
    screened_at: datetime | None = None
    policy: str = ""
    action: str = ""
    labels: str = ""  # "2,6"


class ReplyVersionRow(SQLModel, table=True):
    """Earlier words of an edited reply: a case must show what was judged."""

    __tablename__ = "reply_version"
    __table_args__ = (UniqueConstraint("reply", "number", name="uq_reply_version_number"),)

    id: int | None = key()
    reply: int = Field(foreign_key="reply.id", sa_type=BIG)
    number: int
    words: bytes | None = sealed()
    seen_at: datetime


class VerdictRow(SQLModel, table=True):
    __tablename__ = "verdict"
    __table_args__ = (Index("ix_verdict_policy", "policy", "at"), Index("ix_verdict_at", "at"))

    id: int | None = key()
    reply: int = Field(foreign_key="reply.id", sa_type=BIG, index=True)
    reply_version: int = 1
    policy: str
    action: str
    labels: str
    scores: dict[str, float] = Field(default_factory=dict, sa_type=JSON)
    evidence: bytes | None = sealed()  # findings, signals, freed: details may quote people
    language: str = ""
    language_doubt: float = 0.0
    at: datetime


class CursorRow(SQLModel, table=True):
    """How far each sweep has read; stored with the replies it read, never before them."""

    __tablename__ = "cursor"

    account: str = Field(primary_key=True)
    source: str = Field(primary_key=True)
    value: str = ""
    read_at: datetime | None = None


class GapRow(SQLModel, table=True):
    """A stretch of time that a sweep could not reach back to."""

    __tablename__ = "gap"

    id: int | None = key()
    account: str = Field(index=True)
    source: str
    since: datetime | None = None
    noticed_at: datetime
    closed_at: datetime | None = None

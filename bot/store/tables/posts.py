"""Posts, their revisions, approvals and attempts."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Index, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from bot.store.tables.base import BIG, key


class PostRow(SQLModel, table=True):
    __tablename__ = "post"
    __table_args__ = (
        Index("ix_post_queue", "state", "due_at"),
        Index("ix_post_claim", "state", "lane", "due_at", "id"),
        Index("ix_post_account", "account", "state", "due_at"),
        Index("ix_post_due", "due_at", "account"),
        UniqueConstraint("account", "platform_id", name="uq_post_platform_id"),
    )

    id: int | None = key()
    account: str
    office: str = Field(index=True)
    author: str
    notice: str = Field(default="", index=True)
    state: str
    lane: str = "routine"
    revision: int = 1
    version: int = 1
    due_at: datetime
    due_wall: str  # as typed, with zone: a missing zone link must not move a post
    publish_by: datetime
    reason: str = ""
    content_digest: str = Field(index=True)
    hold: str | None = None
    note: str = ""
    lease_owner: str | None = None
    lease_until: datetime | None = None
    fence: int = 0
    retry_at: datetime | None = None
    platform_id: str | None = None
    permalink: str = ""
    published_text: str = ""
    published_at: datetime | None = None
    created_at: datetime
    updated_at: datetime


class RevisionRow(SQLModel, table=True):
    __tablename__ = "revision"
    __table_args__ = (UniqueConstraint("post", "number", name="uq_revision_post_number"),)

    id: int | None = key()
    post: int = Field(foreign_key="post.id", sa_type=BIG)
    number: int
    digest: str
    author: str
    at: datetime
    text: str
    link: str = ""
    lang: str = "ja"
    media: list[dict[str, Any]] = Field(default_factory=list, sa_type=JSON)
    due_at: datetime
    publish_by: datetime
    reason: str = ""


class ApprovalRow(SQLModel, table=True):
    __tablename__ = "approval"
    __table_args__ = (UniqueConstraint("post", "digest", "by", name="uq_approval_post_digest_by"),)

    id: int | None = key()
    post: int = Field(foreign_key="post.id", sa_type=BIG, index=True)
    digest: str
    by: str
    at: datetime


class AttemptRow(SQLModel, table=True):
    __tablename__ = "attempt"
    __table_args__ = (
        Index(
            "uq_attempt_open",
            "post",
            unique=True,
            sqlite_where=text("phase <> 'closed'"),
            postgresql_where=text("phase <> 'closed'"),
        ),
        Index("ix_attempt_look", "outcome", "next_look_at"),
    )

    id: int | None = key()
    post: int = Field(foreign_key="post.id", sa_type=BIG, index=True)
    number: int
    digest: str
    phase: str
    fence: int
    body: str
    baseline: str = ""
    media_count: int = 0
    prepared_at: datetime
    sent_at: datetime | None = None
    closed_at: datetime | None = None
    outcome: str | None = None
    http_status: int = 0
    code: str = ""
    trace: str = ""
    looks: int = 0
    healthy_looks: int = 0
    next_look_at: datetime | None = None

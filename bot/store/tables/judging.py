"""What the moderator desk keeps beside cases: reads, reviews, golden cases, objections, legal holds, pushes."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from bot.store.tables.base import BIG, key, sealed


class CaseReadRow(SQLModel, table=True):
    """Who opened which case and when: the record of reads of personal data, and what people were exposed to."""

    __tablename__ = "case_read"
    __table_args__ = (Index("ix_case_read_person", "by", "at"),)

    id: int | None = key()
    case: int = Field(foreign_key="case_file.id", sa_type=BIG, index=True)
    by: str
    at: datetime
    harsh: bool = False


class GoldenRow(SQLModel, table=True):
    """An invented or cleared case with a known answer; ``category`` 0 says that nothing is wrong with it."""

    __tablename__ = "golden"

    id: int | None = key()
    words: bytes | None = sealed()
    post: bytes | None = sealed()
    language: str = ""
    category: int = 0
    note: str = ""
    added_by: str
    added_at: datetime
    retired_at: datetime | None = None


class ReviewItemRow(SQLModel, table=True):
    """One thing to judge blindly; the person cannot tell a golden case from a sample or a second review."""

    __tablename__ = "review_item"
    __table_args__ = (Index("ix_review_item_open", "done_at", "id"), Index("ix_review_item_kind", "kind", "made_at"))

    id: int | None = key()
    kind: str  # "sample", "golden", "second"
    reply: int | None = Field(default=None, foreign_key="reply.id", sa_type=BIG, index=True)
    case: int | None = Field(default=None, foreign_key="case_file.id", sa_type=BIG, index=True)
    golden: int | None = Field(default=None, foreign_key="golden.id", sa_type=BIG)
    language: str = ""
    batch: str = ""
    stands_for: float = 1.0  # how many unflagged replies one sampled reply stands for
    made_at: datetime
    done_at: datetime | None = None


class JudgementRow(SQLModel, table=True):
    """One person's own view of an item; ``category`` 0: no violation. ``blind`` is False when others were seen."""

    __tablename__ = "judgement"
    __table_args__ = (UniqueConstraint("item", "by", name="uq_judgement_item_by"),)

    id: int | None = key()
    item: int = Field(foreign_key="review_item.id", sa_type=BIG, index=True)
    by: str
    category: int
    step: str = "none"
    blind: bool = True
    at: datetime = Field(index=True)


class AppealRow(SQLModel, table=True):
    """An objection as it came in; ``outcome`` is empty until another person judged it."""

    __tablename__ = "appeal"

    id: int | None = key()
    case: int = Field(foreign_key="case_file.id", sa_type=BIG, index=True)
    channel: str
    words: bytes | None = sealed()
    language: str = ""
    entered_by: str
    at: datetime
    outcome: str = ""
    judged_by: str = ""
    judged_at: datetime | None = None
    answer: bytes | None = sealed()


class HoldRow(SQLModel, table=True):
    """A legal ground for which words are kept although they would have to be erased."""

    __tablename__ = "legal_hold"

    id: int | None = key()
    reply: int = Field(foreign_key="reply.id", sa_type=BIG, index=True)
    ground: bytes | None = sealed()
    by: str
    at: datetime
    until: datetime
    ended_at: datetime | None = None
    ended_by: str = ""


class PushRow(SQLModel, table=True):
    """One pushed event, stored before it is worked; ``key`` is equal for repeated deliveries."""

    __tablename__ = "push"
    __table_args__ = (
        UniqueConstraint("platform", "key", name="uq_push_key"),
        Index("ix_push_waiting", "worked_at", "id"),
    )

    id: int | None = key()
    platform: str
    key: str
    name: str
    account_id: str = ""
    body: bytes | None = sealed()  # erased once worked
    received_at: datetime
    worked_at: datetime | None = None
    outcome: str = ""

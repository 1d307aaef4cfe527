"""What the service keeps about itself: heartbeats, budgets, stop switches, notices to staff."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index
from sqlmodel import Field, SQLModel

from bot.store.tables.base import key


class HeartbeatRow(SQLModel, table=True):
    """The newest finished tick of each job in each process."""

    __tablename__ = "heartbeat"

    job: str = Field(primary_key=True)
    process: str = Field(primary_key=True)
    at: datetime
    every_s: float  # how often it should beat
    note: str = ""


class BudgetRow(SQLModel, table=True):
    """What a platform last said is left of one of its limits."""

    __tablename__ = "budget"

    account: str = Field(primary_key=True)
    name: str = Field(primary_key=True)
    limit_count: int
    remaining: int
    reset_at: datetime | None = None
    at: datetime


class StopRow(SQLModel, table=True):
    """A stop switch that is on. ``scope``: ``all``, ``platform:x``, ``account:<id>``."""

    __tablename__ = "stop"

    scope: str = Field(primary_key=True)
    reason: str
    by: str
    at: datetime
    resume_asked_by: str | None = None


class NoticeRow(SQLModel, table=True):
    """Something that a member of staff should know; sent by e-mail in digests and shown in the console."""

    __tablename__ = "notice"
    __table_args__ = (Index("ix_notice_person", "person", "id"),)

    id: int | None = key()
    person: str  # a login, or ``office:<id>`` or ``role:<role>``
    kind: str
    subject: str  # e.g. ``post:12``
    at: datetime
    mailed_at: datetime | None = None
    once: str = Field(unique=True)  # the same thing is told once


class AccountSeenRow(SQLModel, table=True):
    """The roster entry under which an account's waiting posts were approved, as a digest."""

    __tablename__ = "account_seen"

    account: str = Field(primary_key=True)
    digest: str
    at: datetime

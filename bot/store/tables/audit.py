"""The audit chain: append-only, each line holding the hash of the one before."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Field, SQLModel

from bot.store.tables.base import BIG


class AuditRow(SQLModel, table=True):
    """``body`` is the canonical JSON that is hashed; the other columns repeat parts of it to be searched by."""

    __tablename__ = "audit"

    seq: int = Field(primary_key=True, sa_type=BIG)
    at: datetime = Field(index=True)
    actor: str = Field(index=True)
    what: str = Field(index=True)
    subject: str = Field(index=True)
    office: str = Field(default="", index=True)
    body: str
    previous: str
    hash: str


class AuditHeadRow(SQLModel, table=True):
    """One row: the newest link. Writers lock it, so that the chain cannot fork."""

    __tablename__ = "audit_head"

    id: int = Field(default=1, primary_key=True)
    seq: int = Field(default=0, sa_type=BIG)
    hash: str = ""

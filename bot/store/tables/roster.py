"""Changes to the roster on their way into the file, what the platforms say about accounts, and who attested what."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON
from sqlmodel import Field, SQLModel

from bot.store.tables.base import key


class RosterChangeRow(SQLModel, table=True):
    """One proposed change: made against ``base_text``, told in sentences, approved by a second admin."""

    __tablename__ = "roster_change"

    id: int | None = key()
    state: str = Field(index=True)
    base_sha256: str
    base_text: str
    edits: list[dict[str, Any]] | None = Field(default=None, sa_type=JSON)  # None: the whole new text
    new_text: str = ""
    touched: list[str] = Field(default_factory=list, sa_type=JSON)  # "office/fukuoka/hours"
    told_ja: list[str] = Field(default_factory=list, sa_type=JSON)
    told_en: list[str] = Field(default_factory=list, sa_type=JSON)
    by: str
    at: datetime
    effective_at: datetime | None = None
    decided_by: str | None = None
    decided_at: datetime | None = None
    applied_at: datetime | None = None
    result_sha256: str = ""
    note: str = ""


class ObservedRow(SQLModel, table=True):
    """What the platform said about an account when it was last looked at."""

    __tablename__ = "observed"

    account: str = Field(primary_key=True)
    at: datetime
    platform_id: str = ""
    handle: str = ""
    name: str = ""
    verified: str = ""
    token_ok: bool | None = None
    problem: str = ""
    newest_post_at: datetime | None = None
    foreign_posts: list[str] = Field(default_factory=list, sa_type=JSON)  # ids of posts made outside this service


class AttestationRow(SQLModel, table=True):
    """An owner's word that the entry is right, once a quarter."""

    __tablename__ = "attestation"

    id: int | None = key()
    account: str = Field(index=True)
    by: str
    at: datetime
    digest: str  # of the entry as the owner saw it


class LookAlikeRow(SQLModel, table=True):
    """An account that writes under ours and looks like one of ours; handles only, nothing else about anybody."""

    __tablename__ = "look_alike"

    platform: str = Field(primary_key=True)
    handle: str = Field(primary_key=True)
    resembles: str
    first_seen_at: datetime
    last_seen_at: datetime
    replies: int = 1

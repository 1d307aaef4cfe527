"""What is known about each account's token."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Field, SQLModel


class TokenProbeRow(SQLModel, table=True):
    """The newest probe of an account's token; never the token itself."""

    __tablename__ = "token_probe"

    account: str = Field(primary_key=True)
    at: datetime
    ok: bool
    dead: bool = False  # refused while most other tokens of the platform work
    failing_since: datetime | None = None
    code: str = ""

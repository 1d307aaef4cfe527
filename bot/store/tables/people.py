"""Staff, what they may do and where, and their sessions."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel

from bot.store.tables.base import BIG, key, sealed


class UserRow(SQLModel, table=True):
    __tablename__ = "staff"
    __table_args__ = (UniqueConstraint("login", name="uq_staff_login"),)

    id: int | None = key()
    login: str
    name: str
    email: str = ""
    password: str | None = None  # argon2id, never the password
    one_time: bool = False  # the password must be changed at first use
    totp: bytes | None = sealed()
    locale: str = "ja"
    active: bool = True
    subject: str | None = Field(default=None, index=True)  # who the agency's sign-in says they are
    created_at: datetime
    consented: str = ""  # version of the console's terms


class GrantRow(SQLModel, table=True):
    """One role in one office (``*``: everywhere) until a day, that day included."""

    __tablename__ = "grant_given"
    __table_args__ = (UniqueConstraint("user", "role", "office", name="uq_grant_given_user_role_office"),)

    id: int | None = key()
    user: int = Field(foreign_key="staff.id", sa_type=BIG)
    role: str
    office: str
    until: date | None = None
    given_by: str
    given_at: datetime


class SessionRow(SQLModel, table=True):
    """A signed-in browser; the cookie's token is stored as a hash only."""

    __tablename__ = "session"

    id: int | None = key()
    user: int = Field(foreign_key="staff.id", sa_type=BIG, index=True)
    token_hash: str = Field(unique=True)
    created_at: datetime
    seen_at: datetime
    ends_at: datetime
    address: str = ""
    agent: str = ""
    second_factor: bool = False

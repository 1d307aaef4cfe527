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
    totp_new: bytes | None = sealed()  # shown as a picture, not confirmed by a code yet
    totp_step: int = Field(default=0, sa_type=BIG)  # the last 30 s step whose code was taken: no code works twice
    locale: str = "ja"
    reads: str = "ja"  # language tags, space-separated: whose words this person can judge without a translation
    blurs: bool = True  # harsh words are blurred and grey until looked at
    notices_read: int = Field(default=0, sa_type=BIG)  # the newest notice that this person has put away
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
    deputy_of: str = ""  # login of the person this grant stands in for; needs an end date
    given_by: str
    given_at: datetime


class RightsChangeRow(SQLModel, table=True):
    """A change to somebody's rights: asked by one admin, in force once another one agrees."""

    __tablename__ = "rights_change"

    id: int | None = key()
    kind: str  # grant, revoke, restore, reset, link
    login: str = Field(index=True)
    role: str = ""
    office: str = ""
    until: date | None = None
    deputy_of: str = ""
    subject: str = ""  # for link: who the agency's sign-in says they are
    state: str = Field(default="asked", index=True)
    asked_by: str
    asked_at: datetime
    decided_by: str = ""
    decided_at: datetime | None = None


class PasskeyRow(SQLModel, table=True):
    """A public key of somebody's device; the private key never leaves it."""

    __tablename__ = "passkey"

    id: int | None = key()
    user: int = Field(foreign_key="staff.id", sa_type=BIG, index=True)
    credential: str = Field(unique=True)  # base64url
    public_key: bytes
    sign_count: int = 0
    name: str = ""
    created_at: datetime
    used_at: datetime | None = None


class RecoveryRow(SQLModel, table=True):
    """One recovery code as a hash; it works once."""

    __tablename__ = "recovery_code"
    __table_args__ = (UniqueConstraint("user", "code_hash", name="uq_recovery_code_user_code_hash"),)

    id: int | None = key()
    user: int = Field(foreign_key="staff.id", sa_type=BIG)
    code_hash: str
    used_at: datetime | None = None


class ConsentRow(SQLModel, table=True):
    """Who agreed to which version of the console's terms, when and from where."""

    __tablename__ = "consent"

    id: int | None = key()
    user: int = Field(foreign_key="staff.id", sa_type=BIG, index=True)
    version: str
    locale: str
    at: datetime
    address: str = ""


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
    challenge: str = ""  # of a passkey ceremony under way, base64url
    challenge_until: datetime | None = None


class MaintenanceRow(SQLModel, table=True):
    """An announced time in which the console only shows; ``ends_at`` None: until somebody ends it."""

    __tablename__ = "maintenance"

    id: int | None = key()
    starts_at: datetime
    ends_at: datetime | None = Field(default=None, index=True)
    note: str = ""
    by: str
    at: datetime


class TokenRow(SQLModel, table=True):
    """An API token of another system; its secret is stored as a hash only, and made when it is fetched."""

    __tablename__ = "api_token"
    __table_args__ = (UniqueConstraint("name", name="uq_api_token_name"),)

    id: int | None = key()
    name: str
    owner: str  # login of the person who answers for it, and whose yes to its posts never counts
    scopes: str  # codes, space-separated
    offices: str  # ids, space-separated
    per_minute: int
    until: date
    token_hash: str | None = Field(default=None, unique=True)
    state: str = "asked"
    asked_by: str
    asked_at: datetime
    decided_by: str = ""
    decided_at: datetime | None = None
    revoked_at: datetime | None = None
    used_at: datetime | None = None


class AnswerRow(SQLModel, table=True):
    """What was answered to a write under an idempotency key, sealed; the same key gets the same answer."""

    __tablename__ = "api_answer"

    token: int = Field(foreign_key="api_token.id", sa_type=BIG, primary_key=True)
    key: str = Field(primary_key=True)
    asked: str  # digest of method, path and body
    status: int
    body: bytes
    at: datetime = Field(index=True)

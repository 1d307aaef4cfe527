"""What the staff desk keeps beside the posts: notices written together, reviews due, imports, own templates."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import LargeBinary
from sqlmodel import Field, SQLModel

from bot.store.tables.base import BIG, key


class NoticeGroupRow(SQLModel, table=True):
    """Posts written together in one form. ``id`` is the form's own token: the same form sent twice is one notice."""

    __tablename__ = "notice_group"

    id: str = Field(primary_key=True)
    author: str
    at: datetime


class ReviewRow(SQLModel, table=True):
    """A disaster notice that went out with one approval: a second person still has to look at it."""

    __tablename__ = "post_review"

    post: int = Field(foreign_key="post.id", sa_type=BIG, primary_key=True)
    asked_at: datetime
    due_at: datetime
    done_at: datetime | None = Field(default=None, index=True)
    done_by: str = ""
    in_order: bool | None = None
    comment: str = ""


class ImportRow(SQLModel, table=True):
    """An uploaded file, sealed, that waits for its sender's yes; it is no post yet and vanishes with the answer."""

    __tablename__ = "import_waiting"

    id: str = Field(primary_key=True)
    person: str
    name: str
    body: bytes = Field(sa_type=LargeBinary)
    at: datetime


class TemplateRow(SQLModel, table=True):
    """A reusable notice that an office wrote itself; the shipped ones are files."""

    __tablename__ = "notice_template"

    id: int | None = key()
    office: str = Field(index=True)
    name: str
    category: str
    ja: str
    en: str = ""
    easy: str = ""
    by: str
    at: datetime
    active: bool = True

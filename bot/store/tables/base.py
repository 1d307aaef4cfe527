"""What all tables share: the naming convention, and small column helpers."""

from __future__ import annotations

from typing import Any

from sqlalchemy import JSON, BigInteger, Integer, LargeBinary
from sqlmodel import Field, SQLModel

SQLModel.metadata.naming_convention = {
    "ix": "ix_%(column_0_N_label)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}

BIG = BigInteger().with_variant(Integer(), "sqlite")
"""64-bit on PostgreSQL; SQLite's INTEGER is 64-bit and the only one that counts up by itself."""


def key() -> Any:
    """A primary key that counts up."""
    return Field(default=None, primary_key=True, sa_type=BIG)


def sealed() -> Any:
    """Somebody's words, sealed; None once they were erased."""
    return Field(default=None, sa_type=LargeBinary)


def facts() -> Any:
    """Small JSON facts: ids, numbers and codes, never people's words."""
    return Field(default_factory=dict, sa_type=JSON)

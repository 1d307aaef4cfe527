"""Every table, one file per family of nouns. Constraints carry names, so that migrations can speak of them."""

from __future__ import annotations

from bot.store.tables import audit, cases, desk, health, judging, people, policies, posts, replies, roster, service

__all__ = ["audit", "cases", "desk", "health", "judging", "people", "policies", "posts", "replies", "roster", "service"]

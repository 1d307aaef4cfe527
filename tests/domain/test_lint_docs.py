"""The page about the lint names every rule, and the rules yield only ids that it names."""

from __future__ import annotations

from pathlib import Path

from bot.domain.lint import CONTRACT, MORE

PAGE = (Path(__file__).parents[2] / "docs" / "lint.md").read_text(encoding="utf-8")


def test_every_rule_is_documented() -> None:
    assert [rule for rule in (*CONTRACT, *MORE) if f"`{rule}`" not in PAGE] == []

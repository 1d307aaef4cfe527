"""Preflight lint of notices: what the public would notice first, noticed before it goes out.

Findings point at the place, say why, and give a replacement where only one can be meant. Pure: no clock, no file.
"""

from __future__ import annotations

from typing import Final

from bot.domain.lint.characters import halfwidth_kana, machine_dependent
from bot.domain.lint.days import closed_day_open, past_date
from bot.domain.lint.era_rule import era_mismatch
from bot.domain.lint.hours_rule import slot_outside_hours, times_outside_hours
from bot.domain.lint.length_rule import empty_text, over_length
from bot.domain.lint.links import accidental_links, links
from bot.domain.lint.model import Finding, Notice, Rule
from bot.domain.lint.offices import office_mismatch
from bot.domain.lint.personal import personal_data
from bot.domain.lint.phones import fee_mismatch, phone_mismatch
from bot.domain.lint.pictures import missing_alt_text
from bot.domain.lint.reading import easy_japanese
from bot.domain.lint.sources import missing_source
from bot.domain.lint.weekday_rule import weekday_mismatch

RULES: Final[tuple[Rule, ...]] = (
    weekday_mismatch,
    era_mismatch,
    past_date,
    closed_day_open,
    slot_outside_hours,
    times_outside_hours,
    links,
    accidental_links,
    halfwidth_kana,
    machine_dependent,
    personal_data,
    office_mismatch,
    phone_mismatch,
    fee_mismatch,
    missing_source,
    missing_alt_text,
    over_length,
    empty_text,
    easy_japanese,
)
"""What is looked at in one notice; near-duplicate needs all of them and stands in ``duplicates``."""

CONTRACT: Final = (
    "weekday-mismatch", "era-mismatch", "past-date", "closed-day", "outside-hours", "shortener", "non-government-link",
    "halfwidth-kana", "machine-dependent-character", "personal-data", "office-mismatch", "phone-mismatch",
    "missing-source", "missing-alt-text", "over-length", "near-duplicate",
)  # fmt: skip
"""Rule ids that operators and machines rely on."""
MORE: Final = (
    "no-such-date",
    "insecure-link",
    "glued-link",
    "accidental-link",
    "fee-mismatch",
    "empty-text",
    "easy-japanese",
)
"""Further ids, never an error."""


def lint(notice: Notice) -> list[Finding]:
    """Findings of every rule in the order of the text."""
    found = [finding for rule in RULES for finding in rule(notice)]
    return sorted(found, key=_order)


def _order(finding: Finding) -> tuple[int, int, str]:
    return finding.start, finding.end, finding.rule

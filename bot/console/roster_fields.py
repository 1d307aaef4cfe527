"""The fields of the roster's forms: what an admin may change by a form, and how the file writes it."""

from __future__ import annotations

from dataclasses import dataclass

from bot.domain.accounts import Account, Office, Status
from bot.roster.edit import Value


@dataclass(frozen=True, slots=True)
class Field:
    """One editable key: ``choices`` empty for free text."""

    key: tuple[str, ...]
    value: str
    choices: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        return ".".join(self.key)


def typed(field: Field, text: str) -> Value | None:
    """The value as the file writes it: spans as a list, steps as a number, nothing as a missing key."""
    words = text.strip()
    if field.key == ("hours", "weekdays"):
        return [each.strip() for each in words.split(",") if each.strip()]
    if field.key == ("approval_steps",):
        return int(words) if words.isdigit() else words
    return words or None


def account_fields(account: Account) -> tuple[Field, ...]:
    return (
        Field(("handle",), account.handle),
        Field(("url",), account.url),
        Field(("platform_id",), account.platform_id or ""),
        Field(("status",), account.status.value, tuple(status.value for status in Status)),
        Field(("purpose",), account.purpose),
        Field(("notes",), account.notes),
    )


def office_fields(office: Office) -> tuple[Field, ...]:
    weekdays = {office.hours.on(day) for day in range(5)}
    same = ", ".join(str(span) for span in weekdays.pop()) if len(weekdays) == 1 else ""
    certainties = ("confirmed", "sourced", "uncertain", "unknown", "set-by-hand")
    return (
        *(Field(("name", tag), office.names.get(tag) or "") for tag in ("ja", "en", "zh-Hans", "vi")),
        Field(("hours", "weekdays"), same),
        Field(("hours", "certainty"), office.hours.certainty.value, certainties),
        Field(("hours", "source"), office.hours.source),
        Field(("hours", "signed_by"), office.hours.signed_by),
        Field(("hours", "note"), office.hours.note),
        Field(("approval_steps",), str(office.approval_steps), ("1", "2", "3")),
        Field(("disaster",), office.disaster.value, ("second-person", "review-after")),
    )

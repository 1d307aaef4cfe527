"""kouhou accounts: the roster from the shell."""

from __future__ import annotations

import click

from bot import settings
from bot.cli.shared import emit, json_option
from bot.roster.load import load


@click.group()
def accounts() -> None:
    """The roster of offices and accounts."""


@accounts.command(name="list")
@json_option
def list_(as_json: bool) -> None:
    """Lists every account with its office, status and hours."""
    registry = load(settings.environment().accounts).registry
    value = [
        {
            "id": a.id,
            "platform": a.platform,
            "handle": a.handle,
            "office": a.office,
            "status": a.status,
            "name": dict(registry.office_of(a).names.pairs),
            "hours": registry.office_of(a).hours.certainty,
        }
        for a in registry.accounts
    ]
    lines = [
        f"{a.platform.value:9} {a.handle:30} {a.status.value:8} {registry.office_of(a).hours.certainty.value:12} "
        f"{registry.office_of(a).names.ja}"
        for a in registry.accounts
    ]
    emit(value, as_json=as_json, lines=lines)

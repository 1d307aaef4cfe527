"""kouhou probe, look: tokens, and posts whose outcome is unknown, without waiting for the service's next turn."""

from __future__ import annotations

import click

from bot.cli.shared import emit, json_option, opened
from bot.usecases.probe_tokens import Standing, judge
from bot.usecases.reconcile import check_now


@click.command()
@click.argument("account", default="")
@json_option
def probe(account: str, as_json: bool) -> None:
    """Asks the platforms now whose the tokens are; one account or all. Exit code 1 if one is refused."""
    with opened(practice_platforms=True) as app:
        chosen = [app.parts.account(account)] if account else list(app.parts.registry().active())
        found = {each.handle: judge(app.parts, each, now=app.parts.clock()) for each in chosen}
        lines = [f"{standing.value:7} {handle}" for handle, standing in found.items()]
        emit({handle: standing.value for handle, standing in found.items()}, as_json=as_json, lines=lines)
    if any(standing is not Standing.ALIVE for standing in found.values()):
        raise click.exceptions.Exit(1)


@click.command()
@click.argument("account")
@json_option
def look(account: str, as_json: bool) -> None:
    """Reads an account's timeline now for posts whose outcome is unknown, without waiting for the next look."""
    with opened(practice_platforms=True) as app:
        found = check_now(app.parts, app.parts.account(account).id, now=app.parts.clock())
        emit({"found": found}, as_json=as_json, lines=[f"{found} posts were found on the account."])

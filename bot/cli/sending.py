"""kouhou probe, look, webhooks: what the platforms say, without waiting for the service's next turn."""

from __future__ import annotations

from dataclasses import asdict

import click

from bot.cli.shared import emit, json_option, opened
from bot.domain.errors import BadInput
from bot.usecases import listening
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


@click.command()
@click.option("--connect", is_flag=True, help="Ask the platforms for what is missing.")
@json_option
def webhooks(connect: bool, as_json: bool) -> None:
    """What the platforms tell us as it happens, for each account. Exit code 1 if an account's platform refused."""
    with opened(practice_platforms=True) as app:
        address = app.settings.public_url
        if not address.startswith("https://") and app.sandbox is None:
            raise BadInput(
                "Set it to the console's https address; the platforms deliver there.", key="KOUHOU_PUBLIC_URL"
            )
        found = listening.listen(app.parts, address or "http://127.0.0.1", ask=connect)
    lines = [f"{each.account:24} {each.problem or _pushed(each)}" for each in found]
    emit([asdict(each) for each in found], as_json=as_json, lines=lines)
    if any(each.problem for each in found):
        raise click.exceptions.Exit(1)


def _pushed(standing: listening.Standing) -> str:
    if not standing.told:
        return "told of nothing; everything is found by polling"
    missing = ", ".join(standing.missing)
    return f"told of {', '.join(standing.told)}" + (f"; left to polling: {missing}" if missing else "")

"""kouhou audit: prove the chain, take it out."""

from __future__ import annotations

import json

import click

from bot.cli.shared import emit, json_option, opened
from bot.store import audit as chain
from bot.usecases.verify_audit import verify


@click.group()
def audit() -> None:
    """The audit trail."""


@audit.command(name="verify")
@json_option
def verify_(as_json: bool) -> None:
    """Reads every link; names the first broken one and exits with 1."""
    with opened() as app:
        result = verify(app.parts)
    said = (
        f"{result.events} events, whole. Head {result.head[:16]}…"
        if result.whole
        else f"BROKEN at event {result.broken_at}: {result.why}"
    )
    value = {"events": result.events, "whole": result.whole, "head": result.head, "broken_at": result.broken_at}
    emit(value | {"why": result.why}, as_json=as_json, lines=[said])
    if not result.whole:
        raise click.exceptions.Exit(1)


@audit.command()
def export() -> None:
    """Writes the whole chain as JSONL: body, previous hash, hash."""
    with opened() as app, app.parts.store.read() as tx:
        for seq, body, previous, link in chain.raw_lines(tx):
            click.echo(json.dumps({"seq": seq, "body": json.loads(body), "previous": previous, "hash": link}))

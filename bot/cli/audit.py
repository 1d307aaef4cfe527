"""kouhou audit: prove the chain, keep its daily digest, take it out."""

from __future__ import annotations

import json
from contextlib import AbstractContextManager
from datetime import date, timedelta
from pathlib import Path

import click

from bot.cli.shared import JAPAN, acting, as_option, emit, json_option, opened
from bot.domain.errors import BadInput
from bot.domain.people import Role
from bot.store import audit as chain
from bot.store.audit import Filter
from bot.store.database import Tx
from bot.usecases import audit_search
from bot.usecases.verify_audit import digest_of_day, read_anchors, verify


@click.group()
def audit() -> None:
    """The audit trail."""


@audit.command(name="verify")
@click.option(
    "--anchor",
    type=click.Path(exists=True, dir_okay=False),
    help="A file of digest lines kept elsewhere; the chain must hold them.",
)
@json_option
def verify_(anchor: str | None, *, as_json: bool) -> None:
    """Reads every link; names the first broken one and exits with 1."""
    anchors = read_anchors(Path(anchor)) if anchor else []
    with opened() as app:
        result = verify(app.parts, anchors=anchors)
    held = f" {result.anchors} anchored digests hold." if anchors else ""
    said = (
        f"{result.events} events, whole. Head {result.head[:16]}…{held}"
        if result.whole
        else f"BROKEN at event {result.broken_at}: {result.why}"
    )
    value = {"events": result.events, "whole": result.whole, "head": result.head, "broken_at": result.broken_at}
    emit(value | {"why": result.why, "anchors": result.anchors}, as_json=as_json, lines=[said])
    if not result.whole:
        raise click.exceptions.Exit(1)


@audit.command()
@click.option("--day", default="", metavar="YYYY-MM-DD", help="A day in Japan; without it yesterday.")
@json_option
def digest(day: str, *, as_json: bool) -> None:
    """Prints one line for the end of a day; keep it where this service cannot write, and verify with --anchor."""
    with opened() as app:
        wanted = _day(day, "--day") or app.parts.clock().astimezone(JAPAN).date() - timedelta(days=1)
        found = digest_of_day(app.parts, wanted)
    value = {"day": found.day.isoformat(), "seq": found.seq, "hash": found.hash}
    emit(value, as_json=as_json, lines=[found.line])


@audit.command()
@click.option("--since", default="", metavar="YYYY-MM-DD", help="First day in Japan.")
@click.option("--until", default="", metavar="YYYY-MM-DD", help="Last day in Japan, that day included.")
@click.option("--actor", default="")
@click.option("--what", default="", help="Beginning of the kind, for example post.")
@click.option("--subject", default="", help="Beginning of the subject, for example post:12")
@click.option("--office", default="")
@click.option("--form", type=click.Choice(["jsonl", "csv"]), default=None, help="Rows with their retention class.")
@click.option("--masked", is_flag=True, help="Staff as numbers, without addresses: for disclosure.")
@as_option
def export(
    since: str, until: str, actor: str, what: str, subject: str, office: str, form: str | None, masked: bool, login: str
) -> None:
    """Writes events, oldest first. Without any option the whole raw chain: body, previous hash, hash."""
    wanted = Filter(actor, what, subject, office, *audit_search.between(_day(since, "--since"), _day(until, "--until")))
    with opened() as app:
        if form is None and not masked and wanted == Filter():
            _raw(app.parts.store.read())
            return
        by = acting(app, login, Role.AUDITOR)
        now = app.parts.clock()
        for line in audit_search.export(app.parts, wanted, form=form or "jsonl", masked=masked, by=by, now=now):
            click.echo(line, nl=False)


def _raw(reading: AbstractContextManager[Tx]) -> None:
    """Every link as it is stored, for somebody who wants to check the hashes with their own tools."""
    with reading as tx:
        for seq, body, previous, link in chain.raw_lines(tx):
            click.echo(json.dumps({"seq": seq, "body": json.loads(body), "previous": previous, "hash": link}))


def _day(text: str, key: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise BadInput(f"'{text}' is no day; write for example 2026-12-02.", key=key) from None

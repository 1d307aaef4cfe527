"""kouhou simulate: a rehearsal in fast time that ends with figures."""

from __future__ import annotations

import logging
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path

import click

from bot import logs, settings
from bot.cli.rehearsal import Figures, Plan, Rehearsal
from bot.cli.shared import emit, json_option


@click.command()
@click.option("--posts", default=200, show_default=True, type=click.IntRange(1, 20_000))
@click.option("--replies", default=500, show_default=True, type=click.IntRange(0, 50_000))
@click.option(
    "--faults", default=0.1, show_default=True, type=click.FloatRange(0, 0.9), help="Share of calls that fail."
)
@click.option("--seed", default=1, show_default=True, help="The same seed breaks the same calls.")
@json_option
def simulate(posts: int, replies: int, faults: float, seed: int, as_json: bool) -> None:
    """Rehearses a day on practice platforms, in memory of nobody. Exit code 1 if a post went out twice."""
    logs.set_up(least=logging.CRITICAL)  # hundreds of planned failures are no news
    roster = settings.environment().accounts
    with tempfile.TemporaryDirectory(prefix="kouhou-rehearsal-") as home:
        found = Rehearsal(Plan(posts, replies, faults, seed), roster, Path(home), _progress).run()
    if sys.stderr.isatty():
        click.echo("\r\x1b[K", nl=False, err=True)
    emit(found.as_dict(), as_json=as_json, lines=_lines(found))
    if found.doubles:
        raise click.exceptions.Exit(1)


def _progress(done: int, total: int) -> None:
    if sys.stderr.isatty():
        click.echo(f"\r  {done:,} of {total:,} settled; Ctrl-C stops without harm", nl=False, err=True)


def _lines(found: Figures) -> Iterable[str]:
    yield f"posts      {found.posts:6,}   published {found.published:,}, held {found.held:,}, failed {found.failed:,}, open {found.open:,}"
    yield f"unknown    {found.unknown:6,}   reconciled {found.reconciled:,}, sent again by a person {found.resent:,}"
    yield f"doubles    {found.doubles:6,}   lost {found.lost:,}"
    yield f"lateness   {found.late_median_s:6.1f} s median, {found.late_p99_s:.1f} s p99 (practice seconds)"
    yield f"replies    {found.replies:6,}   collected {found.collected:,}, cases {found.cases:,}"
    yield f"calls      {found.calls:6,}   of which {found.faulted:,} went wrong, in {found.practice_s / 3600:.1f} practice hours"

"""kouhou bench: speed and memory, measured where it runs; peers stand in the same run, as a ratio."""

from __future__ import annotations

from pathlib import Path

import click

from bot.cli.bench import claims, pages, rescreening, screening, start, trail
from bot.cli.shared import emit, json_option


@click.group(invoke_without_command=True)
@click.pass_context
def bench(context: click.Context) -> None:
    """Measures; without a name all of it. Quote medians and ratios: machines differ and drift."""
    if context.invoked_subcommand is None:
        for command in (start_, screen_, claims_, audit_, rescreen_, pages_):
            context.invoke(command)


@bench.command(name="start")
@json_option
def start_(as_json: bool = False) -> None:
    """From start to the first published post, and resident memory of the whole service."""
    found = start.measure()
    emit(found, as_json=as_json, lines=start.lines(found))


@bench.command(name="screen")
@click.option("--rows", "file", type=click.Path(path_type=Path, exists=True), default=None, help="JSONL of replies.")
@json_option
def screen_(file: Path | None = None, as_json: bool = False) -> None:
    """Verdicts a second on one core, p50 and p99 of one verdict, memory; beside its peers."""
    found = screening.measure(file)
    emit(found, as_json=as_json, lines=screening.lines(found))


@bench.command(name="claims")
@json_option
def claims_(as_json: bool = False) -> None:
    """Durable claims a second on SQLite with 1 and 4 processes racing; doubles must be zero."""
    found = claims.measure()
    emit(found, as_json=as_json, lines=claims.lines(found))


@bench.command(name="audit")
@click.option("--events", default=1_000_000, show_default=True)
@json_option
def audit_(events: int = 1_000_000, as_json: bool = False) -> None:
    """Proving a chain of a million events."""
    found = trail.measure(events)
    emit(found, as_json=as_json, lines=trail.lines(found))


@bench.command(name="rescreen")
@click.option("--replies", default=100_000, show_default=True)
@json_option
def rescreen_(replies: int = 100_000, as_json: bool = False) -> None:
    """An archive held against a draft by two processes."""
    found = rescreening.measure(replies)
    emit(found, as_json=as_json, lines=rescreening.lines(found))


@bench.command(name="pages")
@click.option("--posts", default=100_000, show_default=True)
@click.option("--replies", default=100_000, show_default=True)
@json_option
def pages_(posts: int = 100_000, replies: int = 100_000, as_json: bool = False) -> None:
    """Server time of every page over a full database, p50 and p95."""
    found = pages.measure(posts, replies)
    emit(found, as_json=as_json, lines=pages.lines(found))

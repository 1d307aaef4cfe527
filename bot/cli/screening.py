"""kouhou screen and evaluate: rows in, verdicts or measurements out."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any, TypeVar

import click

from bot import settings
from bot.domain.errors import BadInput
from bot.roster.load import load
from moderation.jsonl import read_replies, write_verdict
from moderation.screen import load_screener

T = TypeVar("T")
_BATCH = 256


@click.command()
@click.argument("file", type=click.File("r", encoding="utf-8", errors="surrogateescape"), default="-")
def screen(file: Any) -> None:
    """Screens JSONL rows (only "text" is required); one JSON verdict a line, in the same order."""
    screener = load_screener(load(settings.environment().accounts).registry.officials())
    try:
        for batch in batches(read_replies(file), _BATCH):
            for verdict in screener.screen_many(batch):
                sys.stdout.write(write_verdict(verdict) + "\n")
    except ValueError as exc:
        raise BadInput(str(exc), file=getattr(file, "name", "-")) from None


@click.command()
@click.argument("file", type=click.File("r", encoding="utf-8"))
@click.option("--json", "as_json", is_flag=True, help="One JSON value, for machines.")
@click.option("--html", type=click.Path(dir_okay=False), help="Also writes a page with every error and its evidence.")
def evaluate(file: Any, as_json: bool, html: str | None) -> None:
    """Precision, recall, F1 per category and language, permit rate on criticism, with 95 % intervals."""
    from pathlib import Path

    from moderation.evaluate import evaluate_rows, render_text, to_json
    from moderation.evaluate_html import render_page
    from moderation.jsonl import read_labelled

    screener = load_screener(load(settings.environment().accounts).registry.officials())
    try:
        rows = list(read_labelled(file))
    except ValueError as exc:
        raise BadInput(str(exc), file=getattr(file, "name", "-")) from None
    report = evaluate_rows(rows, screener)
    if html:
        Path(html).write_text(render_page(report), encoding="utf-8")
    click.echo(to_json(report) if as_json else render_text(report))


def batches(items: Iterable[T], size: int) -> Iterator[list[T]]:
    """Lists of at most ``size`` items, in order."""
    source = iter(items)
    while batch := list(islice(source, size)):
        yield batch

"""kouhou screen and evaluate: rows in, verdicts or measurements out."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any, TypeVar

import click

from bot import settings
from bot.cli.shared import emit, json_option
from bot.domain.errors import BadInput
from bot.roster.load import load
from moderation import evaluate as evaluation
from moderation.evaluate_html import page as evaluation_page
from moderation.jsonl import read_labelled, read_replies, write_verdict
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
@click.option("--html", type=click.Path(dir_okay=False), help="Also writes a page with every error and its evidence.")
@json_option
def evaluate(file: Any, html: str | None, as_json: bool) -> None:
    """Precision, recall, F1 per category and language, permit rate on criticism, with 95 % intervals."""
    screener = load_screener(load(settings.environment().accounts).registry.officials())
    try:
        rows = list(read_labelled(file))
    except ValueError as exc:
        raise BadInput(str(exc), file=getattr(file, "name", "-")) from None
    verdicts = [
        verdict for batch in batches(rows, _BATCH) for verdict in screener.screen_many([r.reply for r in batch])
    ]
    found = evaluation.evaluate(rows, verdicts)
    if html:
        Path(html).write_text(evaluation_page(found, rows, verdicts), encoding="utf-8")
    emit(found.as_json(), as_json=as_json, lines=_lines(found))


_SHARES = (
    "macro_f1", "flag_recall", "false_positives", "false_positives_on_criticism", "permit_rate_on_criticism",
    "obfuscated_category_recall", "crisis_recall", "crisis_precision",
)  # fmt: skip


def _lines(found: evaluation.Evaluation) -> Iterator[str]:
    """The figures as people read them: value and 95 % interval."""
    yield f"policy {found.policy}, {found.rows} rows"
    for name in _SHARES:
        yield f"{name.replace('_', ' '):30} {_share(getattr(found, name))}"
    for each in found.categories:
        precision, recall = each.precision.value, each.recall.value
        yield f"  {each.category} {each.name:22} precision {precision:.3f}  recall {recall:.3f}  F1 {_share(each.f1)}"
    for group in found.languages:
        yield (
            f"  {group.name:10} {group.rows:5} rows  flag F1 {group.flag_f1:.3f}  "
            f"false positives {group.false_positives.value:.3f}"
        )


def _share(share: evaluation.Share | evaluation.Estimate) -> str:
    return f"{share.value:.3f} ({share.low:.3f}–{share.high:.3f})"


def batches(items: Iterable[T], size: int) -> Iterator[list[T]]:
    """Lists of at most ``size`` items, in order."""
    source = iter(items)
    while batch := list(islice(source, size)):
        yield batch

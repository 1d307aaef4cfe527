"""kouhou costs: what each office spent on X in a month."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from datetime import date

import click

from bot.bootstrap import App
from bot.cli.shared import emit, json_option, opened
from bot.domain.errors import BadInput
from bot.usecases.costs import Month, costs_by_office
from bot.usecases.duty import day


@click.command()
@click.argument("month", default="", metavar="[YYYY-MM]")
@json_option
def costs(month: str, as_json: bool) -> None:
    """What each office spent on X in a month: posts with and without a link, replies read."""
    with opened() as app:
        found = costs_by_office(app.parts, _first(app, month))
        emit(asdict(found), as_json=as_json, lines=_lines(found))


def _first(app: App, month: str) -> date:
    if not month:
        return day(app.parts.clock()).replace(day=1)
    try:
        return date.fromisoformat(f"{month}-01")
    except ValueError:
        raise BadInput(f"'{month}' is no month; write for example 2026-12", key="month") from None


def _lines(month: Month) -> Iterator[str]:
    yield f"{month.first:%Y-%m}  {'posts':>6} {'linked':>7} {'replies':>8} {'US$':>9} {'yen':>8}"
    for each in month.offices:
        if each.usd or each.posts or each.posts_with_url:
            yield (
                f"{each.office:20.20} {each.posts:3} {each.posts_with_url:7} {each.replies_read:8} "
                f"{each.usd:9.3f} {each.yen:8,}"
            )
    limit = f" of US$ {month.limit_usd:.2f} a month" if month.limit_usd else ""
    yield f"Together US$ {month.usd:.2f}{limit} (about {month.yen:,} yen); still in the queue: US$ {month.waiting_usd:.2f}."
    yield f"Rate: {month.rate.yen} yen on {month.rate.on}. Facebook costs nothing."

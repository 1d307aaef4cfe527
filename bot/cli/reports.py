"""kouhou report, policy and rescreen: figures for the public, and rule changes that are seen before they are live."""

from __future__ import annotations

import sys
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import click

from bot.bootstrap import App
from bot.cli.shared import acting, as_option, day_and_time, emit, instant, json_option, opened, second_person
from bot.domain.errors import BadInput
from bot.domain.judging import PolicyVersion
from bot.domain.people import Role
from bot.store import policies as policy_store
from bot.usecases import policies, reports, rescreen_runs
from bot.usecases.rescreen import Span
from bot.usecases.rescreen import rescreen as rescreen_text
from bot.usecases.rescreen_report import Report


@click.command()
@click.argument("month")
@click.option("--office", "offices", multiple=True, help="Only these offices.")
@click.option("--csv", "as_csv", is_flag=True, help="A table for spreadsheets; small counts are written <5.")
@json_option
def report(month: str, offices: tuple[str, ...], as_csv: bool, as_json: bool) -> None:
    """The transparency report of a month like 2026-12; counts from 1 to 4 are suppressed."""
    with opened() as app:
        made = reports.month_report(app.parts, month, offices=list(offices) or None)
    if as_csv:
        click.echo(reports.to_csv(made), nl=False)
        return
    rows = reports.to_csv(made).splitlines()[1:]
    lines = ["  ".join(f"{cell:24}" for cell in row.split(",")).rstrip() for row in rows]
    emit(made.as_dict(), as_json=as_json, lines=lines)


@click.group()
def policy() -> None:
    """Policy versions: draft, rescreen, propose, and a second person makes it live."""


@policy.command(name="list")
@json_option
def list_(as_json: bool) -> None:
    """Every version, the newest first."""
    with opened() as app, app.parts.store.read() as tx:
        found = policy_store.find(tx)
        in_force = app.parts.screener().policy.version
    lines = [f"in force: {in_force}", *map(_line, found)]
    emit({"in_force": in_force, "versions": [_brief(each) for each in found]}, as_json=as_json, lines=lines)


@policy.command()
@click.argument("policy_id", type=int, required=False)
def show(policy_id: int | None) -> None:
    """The text of a version, or of the one in force: where a new draft begins."""
    with opened() as app:
        if policy_id is None:
            click.echo(policies.text_in_force(app.parts), nl=False)
            return
        with app.parts.store.read() as tx:
            click.echo(policy_store.get(tx, policy_id).text, nl=False)


@policy.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--note", required=True, help="What changes and why; the second person reads it.")
@as_option
@json_option
def draft(file: Path, note: str, login: str, as_json: bool) -> None:
    """Keeps a TOML file as a draft."""
    text = _text(file)
    with opened() as app:
        by, now = acting(app, login, Role.ADMIN), app.parts.clock()
        _tell(policies.draft(app.parts, text, note=note, by=by, now=now), as_json)


@policy.command()
@click.argument("policy_id", type=int)
@as_option
@json_option
def propose(policy_id: int, login: str, as_json: bool) -> None:
    """Asks a second person, once a rescreen has shown what would change."""
    with opened() as app:
        by = acting(app, login, Role.ADMIN)
        _tell(policies.propose(app.parts, policy_id, by=by, now=app.parts.clock()), as_json)


@policy.command()
@click.argument("policy_id", type=int)
@click.option("--why", default="", help="Needed when the version flags more criticism than it may.")
@as_option
@json_option
def live(policy_id: int, why: str, login: str, as_json: bool) -> None:
    """The second person puts a proposed version in force for what comes in from now on (practice mode only)."""
    with opened() as app:
        by = second_person(app, login, Role.ADMIN)
        _tell(policies.make_live(app.parts, policy_id, why=why, by=by, now=app.parts.clock()), as_json)


@policy.command(name="take-back")
@click.option("--reason", required=True)
@as_option
@json_option
def take_back(reason: str, login: str, as_json: bool) -> None:
    """Takes the live version back at once; the one before is in force again."""
    with opened() as app:
        by = acting(app, login, Role.ADMIN)
        version = policies.take_back(app.parts, reason=reason, by=by, now=app.parts.clock())
        emit({"in_force": version}, as_json=as_json, lines=[f"in force: {version}"])


@click.command()
@click.argument("which")
@click.option("--since", default="", help="From this instant; default: 30 days ago.")
@click.option("--until", default="", help="Up to this instant; default: now.")
@click.option("--account", default="", help="Only this account.")
@click.option("--workers", type=click.IntRange(1, 64), default=None, help="Processes; default: one per processor.")
@as_option
@json_option
def rescreen(which: str, since: str, until: str, account: str, workers: int | None, login: str, as_json: bool) -> None:
    """Shows what a draft (its number, or a TOML file) would change in the archive. Nothing is changed; Ctrl-C stops."""
    with opened() as app:
        span = _span(app, since, until, account)
        more: dict[str, Any] = {"workers": workers, "progress": None if as_json else _progress}
        more = {key: value for key, value in more.items() if value is not None}
        if which.isdigit():
            by = acting(app, login, Role.ADMIN)
            run = rescreen_runs.begin(app.parts, int(which), span, by=by, now=app.parts.clock())
            made = rescreen_runs.work(app.parts, run, by=by, **more)
        else:
            text = _text(Path(which))
            policies.check(text)
            made = rescreen_text(app.parts, text, span, **more)
    emit(made.as_dict(), as_json=as_json, lines=_report_lines(made))


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        raise BadInput("This file cannot be read as UTF-8 text.", file=str(file)) from None


def _span(app: App, since: str, until: str, account: str) -> Span:
    now = app.parts.clock()
    begin: datetime = instant(since, "--since") if since else now - timedelta(days=30)
    end: datetime = instant(until, "--until") if until else now + timedelta(seconds=1)
    return Span(begin, end, app.parts.account(account).id if account else "")


def _progress(done: int, total: int) -> None:
    if sys.stderr.isatty():
        click.echo(f"\r{done}/{total} replies", nl=done >= total, err=True)


def _report_lines(made: Report) -> list[str]:
    lines = [f"{made.looked_at} replies under {made.version} (now {made.base})"]
    for kind in ("flagged", "freed", "moved"):
        changes = getattr(made, kind)
        by_category = ", ".join(f"{name}: {count}" for name, count in sorted(changes.by_category.items()))
        lines.append(f"  {kind:8} {changes.total:6}  {by_category}")
    told = made.criticism
    if told.get("of"):
        lines.append(f"  criticism flagged by mistake: {told['before']} of {told['of']} now, {told['after']} then")
    return lines


def _tell(version: PolicyVersion, as_json: bool) -> None:
    emit(_brief(version), as_json=as_json, lines=[_line(version)])


def _brief(version: PolicyVersion) -> dict[str, Any]:
    return {
        "id": version.id,
        "version": version.version,
        "state": version.state,
        "note": version.note,
        "made_by": version.made_by,
        "made_at": version.made_at,
        "live_by": version.live_by,
        "live_at": version.live_at,
    }


def _line(version: PolicyVersion) -> str:
    return (
        f"{version.id:>4}  {version.state.value:9} {version.version:24} {day_and_time(version.made_at)} {version.note}"
    )

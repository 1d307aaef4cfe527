"""kouhou accounts and cite: the roster from the shell."""

from __future__ import annotations

from pathlib import Path

import click

from bot import settings
from bot.bootstrap import present
from bot.cli.shared import JAPAN, acting, as_option, emit, json_option, opened
from bot.domain.errors import BadInput
from bot.domain.people import Role
from bot.roster import cite as sources
from bot.roster import compare as pages
from bot.roster import diff as differences
from bot.roster import export as public
from bot.roster.lint import Facts, Level, lint
from bot.roster.load import Loaded, load
from bot.roster.verify import verify as verify_address
from bot.usecases import change_roster

_LANG = click.option("--lang", type=click.Choice(["ja", "en"]), default="en", show_default=True)


@click.group()
def accounts() -> None:
    """The roster of offices and accounts."""


@accounts.command(name="list")
@json_option
def list_(as_json: bool) -> None:
    """Lists every account with its office, status and the certainty of its hours."""
    registry = _roster().registry
    value = [
        {
            "id": a.id,
            "platform": a.platform,
            "handle": a.handle,
            "office": a.office,
            "status": a.status,
            "name": dict(registry.office_of(a).names.pairs),
            "hours": registry.office_of(a).hours.certainty,
        }
        for a in registry.accounts
    ]
    lines = [
        f"{a.platform.value:9} {a.handle:30} {a.status.value:8} {registry.office_of(a).hours.certainty.value:12} "
        f"{registry.office_of(a).names.ja}"
        for a in registry.accounts
    ]
    emit(value, as_json=as_json, lines=lines)


@accounts.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path), required=False)
@_LANG
@json_option
def check(file: Path | None, lang: str, as_json: bool) -> None:
    """Reads and lints the roster; exit code 1 if an entry is an error."""
    loaded = load(file) if file else _roster()
    found = lint(loaded, Facts(today=present(settings.environment()).astimezone(JAPAN).date()))
    name = (file or settings.environment().accounts).name
    lines = [each.text(name, lang) for each in found]
    errors = sum(each.level is Level.ERROR for each in found)
    lines.append(f"{len(loaded.registry.accounts)} accounts; {errors} errors, {len(found) - errors} warnings.")
    emit([each.as_dict() for each in found], as_json=as_json, lines=lines)
    if errors:
        raise click.exceptions.Exit(1)


@accounts.command()
@click.argument("old", type=click.Path(dir_okay=False, path_type=Path))
@click.argument("new", type=click.Path(dir_okay=False, path_type=Path), required=False)
@_LANG
@json_option
def diff(old: Path, new: Path | None, lang: str, as_json: bool) -> None:
    """What changed between two rosters (or one and the roster in force), in sentences."""
    before, after = load(old).registry, (load(new) if new else _roster()).registry
    changes = differences.diff(before, after)
    language: differences.Language = "ja" if lang == "ja" else "en"
    lines = differences.lines(changes, language) or ("Nothing changed.",)
    emit([each.as_dict() for each in changes], as_json=as_json, lines=lines)


@accounts.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.argument("other", type=click.Path(dir_okay=False, path_type=Path), required=False)
@click.option("--language", default="", help="The page's language, if it does not show it.")
@click.option("--markdown", is_flag=True, help="A table for documents.")
@_LANG
@json_option
def compare(file: Path, other: Path | None, language: str, markdown: bool, lang: str, as_json: bool) -> None:
    """Holds a saved policy page (HTML or text) against the roster, or against another version of it."""
    registry = _roster().registry
    if other is None:
        found = pages.compare(_text(file), registry, label=file.name, language=language)
    else:
        found = pages.compare_pages(_text(file), _text(other), registry, labels=(file.name, other.name))
    if markdown:
        click.echo(found.markdown(lang), nl=False)
        return
    emit(found.as_dict(), as_json=as_json, lines=found.lines(lang) or ("No difference.",))


@accounts.command()
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
@click.option("--base-url", default="https://www.isa.go.jp/sns", show_default=True, help="Where it will be served.")
@json_option
def export(folder: Path, base_url: str, as_json: bool) -> None:
    """Writes the public trust page: account tables per language, JSON, Atom feed, rel=me links."""
    updated = present(settings.environment())
    files = public.static_files(_roster().registry, (), updated=updated, base_url=base_url)
    public.write_static(folder, files)
    emit(sorted(files), as_json=as_json, lines=[f"{folder / name}" for name in sorted(files)])


@accounts.command()
@click.argument("address")
@_LANG
@json_option
def verify(address: str, lang: str, as_json: bool) -> None:
    """Says whether an address or a handle is official, retired, a look-alike or unknown."""
    answer = verify_address(address, _roster().registry)
    emit(answer.as_dict(), as_json=as_json, lines=[answer.told.best(lang)])


@click.command()
@click.argument("url")
@click.option("--title", default="", help="The document's title; needed with --edited.")
@click.option("--edited", is_flag=True, help="The content was changed.")
@click.option("--by", default="", help="Who made the edited version.")
@click.option("--language", default="ja", show_default=True)
@click.option("--pdl", is_flag=True, help="Under PDL1.0 instead of the website content terms.")
@json_option
def cite(url: str, title: str, edited: bool, by: str, language: str, pdl: bool, as_json: bool) -> None:
    """The source line for content of the agency's website."""
    terms = sources.Terms.PDL1 if pdl else sources.Terms.WEBSITE
    try:
        made = sources.cite(url, title=title, language=language, edited=edited, by=by, terms=terms)
    except sources.NotCitable as exc:
        raise BadInput(f"{exc}.") from None
    emit(made.as_dict(), as_json=as_json, lines=[made.line, *(f"note: {each}" for each in made.warnings)])


def _roster() -> Loaded:
    return load(settings.environment().accounts)


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except OSError as exc:
        raise BadInput(f"The page cannot be read: {exc.strerror}.", file=str(path)) from None
    except UnicodeDecodeError:
        raise BadInput("The page is not UTF-8; save it as UTF-8.", file=str(path)) from None


@accounts.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--note", default="", help="Why; the approver reads it.")
@as_option
@json_option
def apply(file: Path, note: str, login: str, as_json: bool) -> None:
    """Proposes a whole edited roster file; it is written once another admin has approved it."""
    with opened() as app:
        by = acting(app, login, Role.ADMIN)
        change = change_roster.propose_text(app.parts, app.keeper, _text(file), by=by, now=app.parts.clock(), note=note)
        lines = [*change.told_en, f"Proposed as change {change.id}; another admin: kouhou accounts approve {change.id}"]
        emit({"id": change.id, "state": change.state, "changes": change.told_en}, as_json=as_json, lines=lines)


@accounts.command()
@click.argument("change_id", type=int)
@as_option
@json_option
def approve(change_id: int, login: str, as_json: bool) -> None:
    """The second admin's yes: writes the roster file."""
    with opened() as app:
        by = acting(app, login, Role.ADMIN)
        done = change_roster.approve(app.parts, app.keeper, change_id, by=by, now=app.parts.clock())
        said = f"Change {done.id}: {done.state.value}." + (f" {done.note}" if done.note else "")
        emit({"id": done.id, "state": done.state, "note": done.note}, as_json=as_json, lines=[said])

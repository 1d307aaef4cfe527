"""kouhou db: upgrade, backup, restore."""

from __future__ import annotations

from pathlib import Path

import click

from bot import settings
from bot.bootstrap import evidence_key
from bot.cli.shared import emit, json_option, opened
from bot.store import audit, migrate
from bot.store import backup as copies
from bot.store.database import Store
from bot.store.seal import Seal
from bot.usecases import restore as restoring
from bot.usecases.people import OPERATOR


@click.group()
def db() -> None:
    """The database: schema and copies."""


def _store() -> Store:
    chosen = settings.environment()
    chosen.home.mkdir(parents=True, exist_ok=True, mode=0o700)
    return Store(chosen.database_url, Seal(evidence_key(chosen.key_path)))


@db.command()
@json_option
def upgrade(as_json: bool) -> None:
    """Brings the schema to the newest revision; doing it twice changes nothing."""
    before, after = migrate.upgrade(_store())
    said = f"Schema {after}: nothing to do." if before == after else f"Schema {before or 'empty'} → {after}."
    emit({"before": before, "after": after}, as_json=as_json, lines=[said])


@db.command()
@click.argument("file", type=click.Path(dir_okay=False))
@json_option
def backup(file: str, as_json: bool) -> None:
    """Writes a whole, consistent copy while the service runs. The evidence key is not in it: keep it elsewhere."""
    size = copies.backup(_store(), Path(file))
    with opened() as app, app.parts.store.begin() as tx:  # the operations page and the metrics tell how old it is
        audit.append(tx, OPERATOR, "database.backed-up", "database:copy", at=app.parts.clock(), bytes=size)
    emit({"file": file, "bytes": size}, as_json=as_json, lines=[f"{size:,} bytes written to {file}."])


@db.command()
@click.argument("file", type=click.Path(dir_okay=False, exists=True))
@click.option("--yes", is_flag=True, help="The present database is put aside, not thrown away.")
@json_option
def restore(file: str, yes: bool, as_json: bool) -> None:
    """Puts a copy in place. Posts that were due since then become unknown and are looked for, never sent again."""
    if not yes:
        raise click.UsageError("This replaces the database; say --yes. Stop the service first.")
    aside = copies.restore(settings.environment().database_url, Path(file))
    found = _doubt_posts()
    emit(
        {"put_aside": str(aside), "unknown": found.unknown, "held": found.held},
        as_json=as_json,
        lines=[f"Restored. The former database is {aside}.", _told(found)],
    )


@db.command(name="after-restore")
@json_option
def after_restore(as_json: bool) -> None:
    """After pg_restore on PostgreSQL, before the service starts: nothing is sent that may have been sent already."""
    found = _doubt_posts()
    emit({"unknown": found.unknown, "held": found.held}, as_json=as_json, lines=[_told(found)])


def _doubt_posts() -> restoring.Restored:
    with opened() as app:
        return restoring.after_restore(app.parts, now=app.parts.clock())


def _told(found: restoring.Restored) -> str:
    return f"{found.unknown} posts may be out there and are looked for; {found.held} wait for a person. None is resent."

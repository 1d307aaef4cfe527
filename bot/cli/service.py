"""kouhou run, check, stop, resume, sandbox."""

from __future__ import annotations

import gc
import sys

import click

from bot import settings
from bot.bootstrap import build, plain_clock, practice_platforms
from bot.cli.shared import acting, as_option, emit, json_option, opened
from bot.domain.accounts import Platform
from bot.domain.errors import KouhouError
from bot.domain.people import Role
from bot.roster.load import load
from bot.schedule import ROLES, Service, wait_for_stop
from bot.usecases import check as doctor
from bot.usecases import stop as switches
from bot.usecases.listening import PATHS
from bot.usecases.practice import rehearse


@click.command()
@click.option("--roles", default=",".join(ROLES), show_default=True, help="Which parts this process runs.")
@click.option("--for", "seconds", type=float, default=None, metavar="SECONDS", help="Stop by itself after that.")
@click.option("--host", default=None, help="Where the console listens (default 127.0.0.1).")
@click.option("--port", type=int, default=None, help="The console's port (default 8400; 0 takes a free one).")
def run(roles: str, seconds: float | None, host: str | None, port: int | None) -> None:
    """Runs the service until Ctrl-C or SIGTERM."""
    from dataclasses import replace

    chosen = frozenset(filter(None, (role.strip() for role in roles.split(","))))
    unknown = chosen - set(ROLES)
    if unknown or not chosen:
        raise click.UsageError(f"--roles takes some of: {', '.join(ROLES)}")
    wanted = settings.environment()
    wanted = replace(wanted, host=host or wanted.host, port=wanted.port if port is None else port)
    app = build(wanted)
    console = service = None
    try:
        if app.sandbox is not None:
            for line in rehearse(app.parts, now=app.parts.clock()):
                click.echo(line)
        if "console" in chosen:
            from bot.console.server import ConsoleServer

            console = ConsoleServer(app)
            address = console.start()
            click.echo(f"Console: {address}")
            if app.sandbox is not None:
                app.sandbox.deliver_to("facebook", address + PATHS[Platform.FACEBOOK])
                app = replace(app, settings=replace(app.settings, public_url=app.settings.public_url or address))
        service = Service(app, chosen)
        service.start()
        gc.freeze()  # what stands by now stays: walking over it once in a while would hold a page for 150 ms
        click.echo("kouhou is running. Stop it with Ctrl-C.")
        sys.stdout.flush()
        wait_for_stop(seconds)
    finally:
        if console is not None:
            console.stop()
        if service is not None:
            service.stop()
        app.close()
    click.echo("kouhou stopped cleanly.")


@click.command()
@json_option
def check(*, as_json: bool) -> None:
    """The doctor: what is well, what is not, and what to do. Exit code 1 if anything fails."""
    findings = doctor.first_findings(settings.environment)
    if not any(each.state == "fail" for each in findings):
        try:
            with opened() as app:
                findings += doctor.check(
                    app.parts,
                    app.settings,
                    refused=app.keeper.refused,
                    now=app.parts.clock(),
                    translator=app.translator,
                )
        except KouhouError as exc:
            findings.append(doctor.Check("service", "fail", str(exc), "Mend this first, then run the check again."))
    marks = {"ok": "ok  ", "warn": "warn", "fail": "FAIL"}
    lines = [f"{marks[f.state]}  {f.id:18} {f.message}" + (f"\n      → {f.hint}" if f.hint else "") for f in findings]
    emit([f.__dict__ if hasattr(f, "__dict__") else doctor.as_dict(f) for f in findings], as_json=as_json, lines=lines)
    if any(each.state == "fail" for each in findings):
        raise click.exceptions.Exit(1)


@click.command()
@click.argument("scope", default="all")
@click.option("--reason", required=True, help="Why; others will read it.")
@as_option
def stop(scope: str, reason: str, login: str) -> None:
    """Stops all, platform:x, platform:facebook or account:ID within a second."""
    with opened() as app:
        switches.stop(app.parts, scope, by=acting(app, login, Role.APPROVER), now=app.parts.clock(), reason=reason)
    click.echo(f"Stopped: {scope}. Nothing in it is sent until two people resume it.")


@click.command()
@click.argument("scope", default="all")
@as_option
def resume(scope: str, login: str) -> None:
    """Asks to resume, or confirms as the second person."""
    with opened() as app:
        done = switches.resume(app.parts, scope, by=acting(app, login, Role.APPROVER), now=app.parts.clock())
    click.echo(f"Resumed: {scope}. Late posts stay held." if done else "Asked; a second person has to confirm.")


@click.command()
@click.option("--port", type=int, default=8401, show_default=True)
@click.option("--for", "seconds", type=float, default=None, metavar="SECONDS", help="Stop by itself after that.")
@click.option("--secrets", "show_secrets", type=click.Path(dir_okay=False), help="Write its invented tokens there.")
def sandbox(port: int, seconds: float | None, show_secrets: str | None) -> None:
    """Runs the practice platforms alone, for rehearsals with several processes."""
    from pathlib import Path

    import tomlkit

    chosen = settings.environment()
    platforms = practice_platforms(load(chosen.accounts).registry, plain_clock(chosen))
    urls = platforms.start(port)
    if show_secrets:
        path = Path(show_secrets)
        path.touch(mode=0o600)
        path.write_text(tomlkit.dumps(platforms.secrets()), encoding="utf-8")
    click.echo(f"KOUHOU_X_BASE_URL={urls.x}\nKOUHOU_FACEBOOK_BASE_URL={urls.facebook}")
    sys.stdout.flush()
    try:
        wait_for_stop(seconds)
    finally:
        platforms.stop()

"""kouhou user: staff and their rights, from the shell of the operator."""

from __future__ import annotations

import secrets
from datetime import date

import click

from bot.cli.shared import emit, json_option, opened
from bot.domain.people import EVERYWHERE, Person, Role
from bot.store import audit, people
from bot.usecases.passwords import hash_password

OPERATOR = Person(login="operator", name="operator of the machine")
"""Who has the shell of the server has the database anyway; the trail names them as such."""


@click.group()
def user() -> None:
    """Members of staff and what they may do."""


@user.command()
@click.argument("login")
@click.option("--name", default="")
@click.option("--email", default="")
@click.option("--role", "roles", multiple=True, type=click.Choice([each.value for each in Role]))
@click.option("--office", default=EVERYWHERE, show_default=True, help="The office the roles are for; * is all.")
@click.option("--until", default="", metavar="YYYY-MM-DD", help="Last day of the roles.")
@json_option
def add(login: str, name: str, email: str, roles: tuple[str, ...], office: str, until: str, as_json: bool) -> None:
    """Adds a user and prints a one-time password, shown only here."""
    password = secrets.token_urlsafe(12)
    with opened() as app:
        now = app.parts.clock()
        if office != EVERYWHERE:
            app.parts.registry().office(office)
        with app.parts.store.begin() as tx:
            people.add(
                tx, login, name=name or login, email=email, at=now, password=hash_password(password), one_time=True
            )
            last = date.fromisoformat(until) if until else None
            for role in roles:
                people.grant(tx, login, Role(role), office=office, until=last, by=OPERATOR.login, at=now)
            audit.append(tx, OPERATOR, "user.added", f"user:{login}", at=now, roles=list(roles), office=office)
    emit({"login": login, "password": password}, as_json=as_json, lines=[f"{login}: one-time password {password}"])


@user.command(name="list")
@json_option
def list_(as_json: bool) -> None:
    """Lists users with their roles and offices."""
    with opened() as app, app.parts.store.read() as tx:
        found = people.everyone(tx)
    value = [
        {"login": p.login, "name": p.name, "roles": [f"{g.role.value}@{g.office}" for g in p.grants]} for p in found
    ]
    lines = [f"{p.login:14} {p.name:16} " + " ".join(f"{g.role.value}@{g.office}" for g in p.grants) for p in found]
    emit(value, as_json=as_json, lines=lines or ["No users yet; add one with 'kouhou user add'."])


@user.command()
@click.argument("login")
@click.argument("role", type=click.Choice([each.value for each in Role]))
@click.option("--office", default=EVERYWHERE, show_default=True)
@click.option("--until", default="", metavar="YYYY-MM-DD")
def grant(login: str, role: str, office: str, until: str) -> None:
    """Gives a role in an office, until a day."""
    with opened() as app, app.parts.store.begin() as tx:
        now = app.parts.clock()
        last = date.fromisoformat(until) if until else None
        people.grant(tx, login, Role(role), office=office, until=last, by=OPERATOR.login, at=now)
        audit.append(tx, OPERATOR, "user.granted", f"user:{login}", at=now, role=role, office=office)
    click.echo(f"{login} is now {role} in {office}.")


@user.command()
@click.argument("login")
def disable(login: str) -> None:
    """Switches a user off and ends every session of theirs."""
    with opened() as app, app.parts.store.begin() as tx:
        people.set_active(tx, login, active=False)
        audit.append(tx, OPERATOR, "user.disabled", f"user:{login}", at=app.parts.clock())
    click.echo(f"{login} can no longer sign in.")

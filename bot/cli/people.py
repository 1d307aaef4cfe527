"""kouhou user, kouhou token: staff, their rights and other systems' tokens, from the shell of the operator."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import click

from bot.bootstrap import App
from bot.cli.shared import emit, json_option, opened
from bot.domain.errors import BadInput
from bot.domain.people import EVERYWHERE, Person, Role
from bot.store import people, rights
from bot.store import tokens as kept_tokens
from bot.store.rights import ChangeKind, RightsChange
from bot.store.tokens import Token
from bot.usecases import people as desk
from bot.usecases import tokens as keys
from bot.usecases.people import OPERATOR, Outcome, Wish
from bot.usecases.tokens import PER_MINUTE, Scope

_ROLES = click.Choice([each.value for each in Role])
_by = click.option(
    "--as", "who", metavar="LOGIN", envvar="KOUHOU_LOGIN", default="", help="Who acts; without it the operator."
)
_office = click.option("--office", default=EVERYWHERE, show_default=True, help="Office id of the roster; * is all.")
_until = click.option("--until", default="", metavar="YYYY-MM-DD", help="Last day, that day included.")


@click.group()
def user() -> None:
    """Members of staff and what they may do.

    As soon as there are two admins, the operator's changes to rights wait for one of them, like anybody's.
    """


@user.command()
@click.argument("login")
@click.option("--name", default="")
@click.option("--email", default="")
@click.option("--subject", default="", help="ISSUER|SUB of the agency's sign-in; no password is made then.")
@click.option("--role", "roles", multiple=True, type=_ROLES)
@_office
@_until
@_by
@json_option
def add(
    login: str,
    name: str,
    email: str,
    subject: str,
    roles: tuple[str, ...],
    office: str,
    until: str,
    who: str,
    *,
    as_json: bool,
) -> None:
    """Adds a user and prints a one-time password, shown only here."""
    with opened() as app:
        now, by = app.parts.clock(), _actor(app, who)
        wishes = [Wish(ChangeKind.GRANT, login, Role(role), office, _day(until)) for role in roles]
        if wishes:
            desk.check_office(app.parts, office)
        password = desk.add_user(app.parts, login, name=name, email=email, subject=subject, by=by, now=now)
        done = [desk.ask(app.parts, wish, by=by, now=now) for wish in wishes]
    waiting = [each for each in done if not each.in_force]
    lines = [f"{login}: one-time password {password}" if password else f"{login} signs in through the agency."]
    lines += [_told(each) for each in waiting]
    value = {"login": login, "password": password, "waiting": [each.change.id for each in waiting if each.change]}
    emit(value, as_json=as_json, lines=lines)


@user.command(name="list")
@json_option
def list_(*, as_json: bool) -> None:
    """Lists users with their roles and offices."""
    with opened() as app, app.parts.store.read() as tx:
        found = people.everyone(tx)
    value = [{"login": p.login, "name": p.name, "roles": _roles(p), "reads": list(p.reads)} for p in found]
    lines = [f"{p.login:14} {p.name:16} {','.join(p.reads):12} " + " ".join(_roles(p)) for p in found]
    emit(value, as_json=as_json, lines=lines or ["No users yet; add one with 'kouhou user add'."])


@user.command()
@click.argument("login")
@click.argument("role", type=_ROLES)
@_office
@_until
@click.option("--deputy-of", default="", metavar="LOGIN", help="Stands in for this person; needs --until.")
@_by
@json_option
def grant(login: str, role: str, office: str, until: str, deputy_of: str, who: str, *, as_json: bool) -> None:
    """Asks for a role in an office, until a day; a second admin confirms."""
    _ask(Wish(ChangeKind.GRANT, login, Role(role), office, _day(until), deputy_of), who, as_json=as_json)


@user.command()
@click.argument("login")
@click.argument("role", type=_ROLES)
@_office
@_by
@json_option
def revoke(login: str, role: str, office: str, who: str, *, as_json: bool) -> None:
    """Asks to take a role away; a second admin confirms."""
    _ask(Wish(ChangeKind.REVOKE, login, Role(role), office), who, as_json=as_json)


@user.command()
@click.argument("login")
@_by
@json_option
def reset(login: str, who: str, *, as_json: bool) -> None:
    """Asks for a new one-time password and forgets second factors; a second admin confirms."""
    _ask(Wish(ChangeKind.RESET, login), who, as_json=as_json)


@user.command()
@click.argument("login")
@_by
@json_option
def restore(login: str, who: str, *, as_json: bool) -> None:
    """Asks to switch a user on again; a second admin confirms."""
    _ask(Wish(ChangeKind.RESTORE, login), who, as_json=as_json)


@user.command()
@click.argument("login")
@_by
def disable(login: str, who: str) -> None:
    """Switches a user off and ends every session of theirs."""
    with opened() as app:
        desk.switch_off(app.parts, login, by=_actor(app, who), now=app.parts.clock())
    click.echo(f"{login} can no longer sign in.")


@user.command()
@json_option
def waiting(*, as_json: bool) -> None:
    """Lists the changes that wait for a second admin."""
    with opened() as app, app.parts.store.read() as tx:
        found = rights.waiting(tx)
    value = [{"id": each.id, "change": _words(each), "asked_by": each.asked_by} for each in found]
    lines = [f"{each.id:5} {_words(each)}  (asked by {each.asked_by})" for each in found]
    emit(value, as_json=as_json, lines=lines or ["Nothing waits."])


@user.command()
@click.argument("login")
@click.argument("languages", nargs=-1, required=True)
@_by
@json_option
def reads(login: str, languages: tuple[str, ...], who: str, *, as_json: bool) -> None:
    """Says which languages somebody reads, as tags: ja vi zh-Hans. A block needs somebody who reads the reply."""
    with opened() as app:
        kept = desk.set_reads(app.parts, login, languages, by=_actor(app, who), now=app.parts.clock())
    emit({"login": login, "reads": kept}, as_json=as_json, lines=[f"{login} reads {' '.join(kept)}."])


@user.command()
@click.argument("number", type=int)
@_by
@json_option
def confirm(number: int, who: str, *, as_json: bool) -> None:
    """Confirms somebody else's change as the second admin."""
    with opened() as app:
        done = desk.confirm(app.parts, number, by=_admin(app, who), now=app.parts.clock())
    _print(done, as_json=as_json)


@user.command()
@click.argument("number", type=int)
@_by
def refuse(number: int, who: str) -> None:
    """Refuses a change, or takes one's own back."""
    with opened() as app:
        change = desk.refuse(app.parts, number, by=_admin(app, who), now=app.parts.clock())
    click.echo(f"{_words(change)}: {change.state.value}.")


@click.group()
def token() -> None:
    """API tokens of the agency's other systems."""


@token.command(name="add")
@click.argument("name")
@click.option("--owner", required=True, metavar="LOGIN", help="Who answers for it; they cannot approve its posts.")
@click.option("--scope", "scopes", multiple=True, required=True, type=click.Choice([each.value for each in Scope]))
@click.option("--office", "offices", multiple=True, required=True, help="Office id of the roster, or *; repeatable.")
@_until
@click.option("--per-minute", default=PER_MINUTE, show_default=True, help="Requests a minute.")
@_by
@json_option
def token_add(
    name: str,
    owner: str,
    scopes: tuple[str, ...],
    offices: tuple[str, ...],
    until: str,
    per_minute: int,
    who: str,
    *,
    as_json: bool,
) -> None:
    """Asks for a token; a second admin confirms, then 'token fetch' shows the secret once."""
    with opened() as app:
        now = app.parts.clock()
        last = _day(until) or (now + timedelta(days=365)).date()
        wish = keys.Wish(name, owner, tuple(Scope(each) for each in scopes), offices, last, per_minute)
        made = keys.ask(app.parts, wish, by=_actor(app, who), now=now)
    emit(_token(made), as_json=as_json, lines=[f"Token {made.id} {made.name}: {made.state}."])


@token.command(name="list")
@json_option
def token_list(*, as_json: bool) -> None:
    """Lists tokens; secrets are never shown again."""
    with opened() as app, app.parts.store.read() as tx:
        found = kept_tokens.everything(tx)
    lines = [f"{t.id:4} {t.name:20} {t.state:8} {' '.join(t.scopes)} @ {' '.join(t.offices)}" for t in found]
    emit([_token(each) for each in found], as_json=as_json, lines=lines or ["No tokens yet."])


@token.command(name="confirm")
@click.argument("number", type=int)
@_by
def token_confirm(number: int, who: str) -> None:
    """Confirms a token as the second admin."""
    with opened() as app:
        made = keys.confirm(app.parts, number, by=_admin(app, who), now=app.parts.clock())
    click.echo(f"Token {made.name} is confirmed; {made.asked_by} fetches its secret.")


@token.command(name="fetch")
@click.argument("number", type=int)
@_by
@json_option
def token_fetch(number: int, who: str, *, as_json: bool) -> None:
    """Makes the secret and shows it, once."""
    with opened() as app:
        done = keys.fetch(app.parts, number, by=_actor(app, who), now=app.parts.clock())
    emit({"id": done.token.id, "secret": done.secret}, as_json=as_json, lines=[done.secret])


@token.command(name="revoke")
@click.argument("number", type=int)
@_by
def token_revoke(number: int, who: str) -> None:
    """Ends a token at once."""
    with opened() as app:
        keys.revoke(app.parts, number, by=_actor(app, who), now=app.parts.clock())
    click.echo(f"Token {number} no longer works.")


def _ask(wish: Wish, who: str, *, as_json: bool) -> None:
    with opened() as app:
        done = desk.ask(app.parts, wish, by=_actor(app, who), now=app.parts.clock())
    _print(done, as_json=as_json)


def _print(done: Outcome, *, as_json: bool) -> None:
    value: dict[str, Any] = {"in_force": done.in_force, "change": done.change.id if done.change else None}
    lines = [_told(done)]
    if done.password:
        value["password"] = done.password
        lines.append(f"One-time password, shown only here: {done.password}")
    emit(value, as_json=as_json, lines=lines)


def _told(done: Outcome) -> str:
    if done.change is None:
        return "Nothing to do."
    if done.in_force:
        return f"{_words(done.change)}: in force."
    number = done.change.id
    return f"{_words(done.change)}: waits for a second admin ('kouhou user confirm {number} --as LOGIN')."


def _roles(person: Person) -> list[str]:
    return [f"{grant.role.value}@{grant.office}" for grant in person.grants]


def _words(change: RightsChange) -> str:
    right = f" {change.role}@{change.office}" if change.role else ""
    until = f" until {change.until}" if change.until else ""
    return f"{change.kind.value} {change.login}{right}{until}"


def _token(made: Token) -> dict[str, object]:
    return {
        "id": made.id,
        "name": made.name,
        "owner": made.owner,
        "scopes": list(made.scopes),
        "offices": list(made.offices),
        "until": made.until.isoformat(),
        "state": made.state,
    }


def _actor(app: App, who: str) -> Person:
    """The person behind ``--as``; the operator of the machine without it."""
    if not who:
        return OPERATOR
    with app.parts.store.read() as tx:
        return people.person(tx, who)


def _admin(app: App, who: str) -> Person:
    """The second person is a person: the operator does not confirm."""
    if not who:
        raise BadInput("Say who confirms: --as LOGIN; the operator of the machine is no second admin.", key="--as")
    return _actor(app, who)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise BadInput(f"'{text}' is no day; write for example 2027-03-31.", key="--until") from None

"""What every command shares: the app, the person who acts, and two ways to print."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from getpass import getuser
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

import click

from bot import settings
from bot.bootstrap import App, build
from bot.domain.errors import BadInput, NotAllowed, NotFound
from bot.domain.people import Person, Role
from bot.store import people

F = TypeVar("F", bound=Callable[..., Any])
JAPAN = ZoneInfo("Asia/Tokyo")
_WEEKDAYS = "月火水木金土日"


def json_option(command: F) -> F:
    return click.option("--json", "as_json", is_flag=True, help="One JSON value, for machines.")(command)


def as_option(command: F) -> F:
    return click.option(
        "--as", "login", metavar="LOGIN", envvar="KOUHOU_LOGIN", default="", help="Who acts (or KOUHOU_LOGIN)."
    )(command)


@contextmanager
def opened(*, practice_platforms: bool = False) -> Iterator[App]:
    """The app for one command; the practice platforms are started only where a command calls a platform."""
    app = build(settings.environment(), practice_platforms=practice_platforms)
    try:
        yield app
    finally:
        app.close()


def acting(app: App, login: str, role: Role) -> Person:
    """The person behind ``--as``. In practice mode the demo user with that role acts when nobody is named.

    The trail says which user of the machine typed the command.
    """
    with app.parts.store.read() as tx:
        if login:
            return people.person(tx, login, address=_typed_by())
        if not app.settings.practice:
            raise BadInput("Say who acts: --as LOGIN, or set KOUHOU_LOGIN.", key="--as")
        try:
            return people.person(tx, DEMO_BY_ROLE[role], address=_typed_by())
        except NotFound:
            pass
    from bot.usecases.practice import enrol_demo_users

    enrol_demo_users(app.parts, now=app.parts.clock())
    with app.parts.store.read() as tx:
        return people.person(tx, DEMO_BY_ROLE[role], address=_typed_by())


def second_person(app: App, login: str, role: Role) -> Person:
    """The same for whoever confirms a colleague's act. NotAllowed with real platforms: the shell asks nobody for a
    password, so one person could be both.
    """
    if not app.settings.practice:
        raise NotAllowed("With real platforms the second person does this in the console, signed in as themselves.")
    return acting(app, login, role)


def _typed_by() -> str:
    try:
        return f"shell:{getuser()}"[:64]
    except (KeyError, OSError):  # an account without a name, as in some containers
        return "shell"


DEMO_BY_ROLE = {
    Role.STAFF: "staff",
    Role.APPROVER: "approver",
    Role.MODERATOR: "moderator",
    Role.REVIEWER: "admin",
    Role.ADMIN: "admin",
    Role.AUDITOR: "admin",
}


def emit(value: Any, *, as_json: bool, lines: Iterable[str]) -> None:
    """JSON when asked for, lines for people otherwise."""
    if as_json:
        click.echo(json.dumps(value, ensure_ascii=False, default=_plain))
        return
    for line in lines:
        click.echo(line)


def instant(text: str, key: str = "--at") -> datetime:
    """An instant with zone from ISO text; a bare wall time is read in Japan."""
    try:
        parsed = datetime.fromisoformat(text)
    except ValueError:
        raise BadInput(f"'{text}' is no instant; write for example 2026-12-08T10:00:00+09:00", key=key) from None
    return parsed if parsed.tzinfo else parsed.replace(tzinfo=JAPAN)


def day_and_time(at: datetime | None) -> str:
    """2026年12月8日(火) 10:00, wall time in Japan."""
    if at is None:
        return "-"
    wall = at.astimezone(JAPAN)
    return f"{wall.year}年{wall.month}月{wall.day}日({_WEEKDAYS[wall.weekday()]}) {wall:%H:%M}"


def one_line(text: str, width: int = 60) -> str:
    """A safe single line: control characters shown, not obeyed."""
    shown = "".join(char if char.isprintable() else "␣" for char in text)
    return shown if len(shown) <= width else shown[: width - 1] + "…"


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        return value.isoformat()
    return str(value)

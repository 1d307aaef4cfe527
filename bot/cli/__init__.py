"""The ``kouhou`` command: parse, build, call one use case, print. Exit codes: 0 done, 1 our error, 2 usage."""

from __future__ import annotations

import sys
from importlib import import_module
from typing import Final

import click

from bot import logs
from bot.domain.errors import KouhouError

COMMANDS: Final = {
    "run": "service",
    "check": "service",
    "stop": "service",
    "resume": "service",
    "sandbox": "service",
    "simulate": "simulate",
    "post": "posts",
    "cases": "cases",
    "costs": "costs",
    "probe": "sending",
    "look": "sending",
    "webhooks": "sending",
    "screen": "screening",
    "evaluate": "screening",
    "accounts": "accounts",
    "cite": "accounts",
    "db": "database",
    "user": "people",
    "token": "people",
    "audit": "audit",
    "bench": "bench",
    "policy": "reports",
    "report": "reports",
    "rescreen": "reports",
}
"""Command and the module that holds it; a module is loaded when its command is called, so that each starts quickly."""


class Commands(click.Group):
    """All commands, without loading what the one at hand does not need."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module = import_module(f"bot.cli.{COMMANDS[cmd_name]}")
        found: click.Command = getattr(module, cmd_name)
        return found


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.version_option(package_name="kouhou", prog_name="kouhou")
def cli() -> None:
    """Runs an agency's official X accounts and Facebook Pages, and keeps their reply threads safe.

    Machines read --json; a terminal gets words. Shell completion: eval "$(_KOUHOU_COMPLETE=bash_source kouhou)"
    """
    logs.set_up()


def main(words: list[str] | None = None) -> None:
    """Entry point; what goes wrong on purpose is told in a sentence, without a traceback. ``words`` stand for argv."""
    try:
        code = cli.main(args=words, standalone_mode=False)
        if isinstance(code, int) and code:  # click hands Exit(1) back as a value
            sys.exit(code)
    except click.Abort:
        sys.exit(130)
    except click.ClickException as exc:
        exc.show()
        sys.exit(2)
    except KouhouError as exc:
        click.echo(f"kouhou: {logs.scrub(str(exc))}", err=True)
        sys.exit(1)
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(1)

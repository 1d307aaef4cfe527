"""The ``kouhou`` command: parse, build, call one use case, print. Exit codes: 0 done, 1 our error, 2 usage."""

from __future__ import annotations

import sys

import click

from bot import logs
from bot.cli.accounts import accounts, cite
from bot.cli.audit import audit
from bot.cli.bench import bench
from bot.cli.cases import cases
from bot.cli.costs import costs
from bot.cli.database import db
from bot.cli.people import token, user
from bot.cli.posts import post
from bot.cli.screening import evaluate, screen
from bot.cli.service import check, resume, run, sandbox, stop
from bot.domain.errors import KouhouError


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.version_option(package_name="kouhou", prog_name="kouhou")
def cli() -> None:
    """Runs an agency's official X accounts and Facebook Pages, and keeps their reply threads safe.

    Machines read --json; a terminal gets words. Shell completion: eval "$(_KOUHOU_COMPLETE=bash_source kouhou)"
    """
    logs.set_up()


for command in (
    run,
    check,
    stop,
    resume,
    sandbox,
    post,
    cases,
    costs,
    screen,
    evaluate,
    accounts,
    cite,
    db,
    user,
    token,
    audit,
    bench,
):
    cli.add_command(command)


def main(words: list[str] | None = None) -> None:
    """Entry point; what goes wrong on purpose is told in a sentence, without a traceback. ``words`` stand for argv."""
    try:
        cli.main(args=words, standalone_mode=False)
    except click.exceptions.Exit as exc:
        sys.exit(exc.exit_code)
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

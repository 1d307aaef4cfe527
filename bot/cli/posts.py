"""kouhou post: the queue from the shell."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

from bot import settings
from bot.bootstrap import App, present
from bot.cli.shared import acting, as_option, day_and_time, emit, instant, json_option, one_line, opened
from bot.domain.errors import BadInput
from bot.domain.people import Role
from bot.domain.posts import Content, Lane, Media, Post, PostState, valid_approvers
from bot.roster.load import load
from bot.store import attempts, audit, posts, queue
from bot.usecases import approve as approvals
from bot.usecases import compose, exporting, importing, linting, reconcile, withdraw


@click.group()
def post() -> None:
    """Queue, check, approve and hold posts."""


@post.command()
@click.option("--account", required=True, help="Roster id or handle, e.g. IMMI_TOKYO.")
@click.option("--text", required=True, help="The words; - reads them from standard input.")
@click.option("--at", "due_at", default="", help="Slot, e.g. 2026-12-08T10:00+09:00; without it the next free one.")
@click.option("--reason", default="", help="Why it must go out outside counter hours.")
@click.option("--link", default="")
@click.option("--lang", default="ja", show_default=True)
@click.option("--media", "pictures", multiple=True, metavar="FILE=ALT", help="A picture with its alternative text.")
@click.option("--disaster", is_flag=True, help="Disaster lane: may be reviewed afterwards where the office says so.")
@click.option("--draft", "keep_draft", is_flag=True, help="Keep it as a draft, do not submit it.")
@as_option
@json_option
def add(
    account: str,
    text: str,
    due_at: str,
    reason: str,
    link: str,
    lang: str,
    pictures: tuple[str, ...],
    disaster: bool,
    keep_draft: bool,
    login: str,
    as_json: bool,
) -> None:
    """Adds a post and submits it for approval."""
    words = sys.stdin.read().rstrip("\n") if text == "-" else text
    with opened() as app:
        by, now = acting(app, login, Role.STAFF), app.parts.clock()
        content = Content(words, link, tuple(_picture(app, each) for each in pictures), lang)
        lane = Lane.DISASTER if disaster else Lane.ROUTINE
        wish = compose.Wish(account, content, instant(due_at) if due_at else None, reason, lane)
        done = compose.draft(app.parts, wish, by=by, now=now)
        if not keep_draft:
            done = compose.submit(app.parts, done.id, by=by, now=now)
        _show_one(app, done, as_json=as_json)


@post.command(name="import")
@click.argument("file", type=click.Path(dir_okay=False))
@click.option("--dry-run", is_flag=True, help="Only says what it would do.")
@click.option("--submit", is_flag=True, help="Submits every row for approval; otherwise they become drafts.")
@as_option
@json_option
def import_(file: str, dry_run: bool, submit: bool, login: str, as_json: bool) -> None:
    """Imports CSV, JSONL or iCalendar. One bad row and nothing is stored; every error names its line and key."""
    with opened() as app:
        by, now = acting(app, login, Role.STAFF), app.parts.clock()
        plan = importing.read(app.parts, Path(file), by=by, now=now)
        if plan.problems:
            lines = [str(problem) for problem in plan.problems]
            if as_json:
                emit({"stored": 0, "rows": len(plan.rows), "problems": lines}, as_json=True, lines=())
            for line in lines:
                click.echo(line, err=True)
            raise BadInput(f"{len(lines)} problems; nothing was stored.", file=file)
        stored = [] if dry_run else importing.store(app.parts, plan, by=by, now=now, submit=submit)
        said = f"{len(plan.rows)} rows are good; nothing was stored." if dry_run else f"{len(stored)} posts stored."
        emit({"stored": len(stored), "ids": stored, "problems": []}, as_json=as_json, lines=[said])


@post.command()
@click.argument("file", type=click.File("r", encoding="utf-8"), default="-")
@click.option("--lang", type=click.Choice(["ja", "en"]), default="ja", show_default=True, help="Of the messages.")
def lint(file: Any, lang: str) -> None:
    """JSONL in, one line of findings out per row, in the same order."""
    chosen = settings.environment()
    registry = load(chosen.accounts).registry
    for line in linting.lint_lines(registry, file, now=present(chosen), file=getattr(file, "name", "-"), lang=lang):
        click.echo(line)


@post.command(name="list")
@click.option("--state", "states", multiple=True, type=click.Choice([each.value for each in PostState]))
@click.option("--account", default="")
@click.option("--limit", default=50, show_default=True, type=click.IntRange(1, 10000))
@json_option
def list_(states: tuple[str, ...], account: str, limit: int, as_json: bool) -> None:
    """Lists posts in the order of their slots."""
    with opened() as app:
        wanted = [app.parts.account(account).id] if account else None
        with app.parts.store.read() as tx:
            found = posts.find(tx, states=[PostState(s) for s in states], accounts=wanted, limit=limit)
        lines = [_line(app, each) for each in found] or ["No posts."]
        emit([as_dict(app, each) for each in found], as_json=as_json, lines=lines)


@post.command()
@click.option("--as", "kind", type=click.Choice(sorted(exporting.KINDS)), default="jsonl", show_default=True)
@click.option("--state", "states", multiple=True, type=click.Choice([each.value for each in PostState]))
@click.option("--account", default="", help="Roster id or handle; without it every account.")
@click.option(
    "--out", type=click.File("w", encoding="utf-8", lazy=True), default="-", help="A file; - is the terminal."
)
def export(kind: str, states: tuple[str, ...], account: str, out: Any) -> None:
    """Writes the queue as CSV, JSONL or iCalendar; CSV and JSONL can be imported again."""
    with opened() as app, app.parts.store.read() as tx:
        accounts = (app.parts.account(account).id,) if account else None
        found = queue.every(tx, queue.Filter(tuple(PostState(each) for each in states), accounts))
        for piece in exporting.export(app.parts, found, kind, now=app.parts.clock()):
            out.write(piece)


@post.command()
@click.argument("post_id", type=int)
@json_option
def show(post_id: int, as_json: bool) -> None:
    """Shows one post with its revisions, attempts and story."""
    with opened() as app, app.parts.store.read() as tx:
        found = posts.get(tx, post_id)
        story = audit.about(tx, f"post:{post_id}")
        tried = attempts.of_post(tx, post_id)
        value = as_dict(app, found) | {
            "attempts": [
                {"number": a.number, "phase": a.phase, "outcome": a.outcome, "status": a.http_status, "code": a.code}
                for a in tried
            ],
            "events": [{"at": e.at, "actor": e.actor, "what": e.what} for e in story],
        }
        lines = [_line(app, found), "", found.revision.content.text, ""]
        lines += [f"  {day_and_time(e.at)}  {e.actor:12} {e.what}" for e in story]
        lines += [f"  attempt {a.number}: {a.outcome or a.phase} {a.http_status or ''} {a.code}" for a in tried]
        emit(value, as_json=as_json, lines=lines)


def _step(name: str, help_text: str, needs_reason: str = "") -> Any:
    """A command that takes one post a step further; ``needs_reason`` names its required option."""

    def run(post_id: int, login: str, as_json: bool, reason: str = "", at: str = "") -> None:
        with opened(practice_platforms=name in _CALLS) as app:
            now = app.parts.clock()
            by = acting(app, login, Role.APPROVER if name != "submit" else Role.STAFF)
            _show_one(app, _STEPS[name](app, post_id, by, now, reason, at), as_json=as_json)

    command = json_option(as_option(run))
    if needs_reason:
        command = click.option(f"--{needs_reason}", "reason", required=True)(command)
    if name == "release":
        command = click.option("--reason", default="", help="Only for a slot outside hours.")(command)
        command = click.option("--at", default="", help="A new slot; otherwise the next opening.")(command)
    return post.command(name=name, help=help_text)(click.argument("post_id", type=int)(command))


_CALLS = frozenset({"withdraw"})
_STEPS: dict[str, Any] = {
    "submit": lambda app, n, by, now, reason, at: compose.submit(app.parts, n, by=by, now=now),
    "approve": lambda app, n, by, now, reason, at: approvals.approve(app.parts, n, by=by, now=now),
    "return": lambda app, n, by, now, reason, at: approvals.give_back(app.parts, n, by=by, now=now, comment=reason),
    "reject": lambda app, n, by, now, reason, at: approvals.reject(app.parts, n, by=by, now=now, comment=reason),
    "hold": lambda app, n, by, now, reason, at: approvals.hold(app.parts, n, by=by, now=now, reason=reason),
    "release": lambda app, n, by, now, reason, at: approvals.release(
        app.parts, n, by=by, now=now, due_at=instant(at) if at else None, reason=reason
    ),
    "cancel": lambda app, n, by, now, reason, at: approvals.cancel(app.parts, n, by=by, now=now),
    "resend": lambda app, n, by, now, reason, at: reconcile.resend(app.parts, n, by=by, now=now, reason=reason),
    "give-up": lambda app, n, by, now, reason, at: reconcile.give_up(app.parts, n, by=by, now=now, reason=reason),
    "withdraw": lambda app, n, by, now, reason, at: withdraw.withdraw(app.parts, n, by=by, now=now, reason=reason),
}
_step("submit", "Submits a draft for approval.")
_step("approve", "Says yes to the revision as it stands.")
_step("return", "Returns a post to its author.", "comment")
_step("reject", "Rejects a post for good.", "comment")
_step("hold", "Takes a waiting post out of the queue.", "reason")
_step("release", "Puts a held post back into the queue.")
_step("cancel", "Cancels a post that has not gone out.")
_step("resend", "Sends a post again that was looked for and is not out there.", "reason")
_step("give-up", "Settles that a post is not out there and is not sent again.", "reason")
_step("withdraw", "Deletes a published post from its platform, with a reason (policy 5.3).", "reason")


def as_dict(app: App, found: Post) -> dict[str, Any]:
    """A post as JSON for machines."""
    slot = found.revision.slot
    return {
        "id": found.id,
        "account": app.parts.account(found.account).handle,
        "state": found.state,
        "due_at": slot.due_at,
        "publish_by": slot.publish_by,
        "reason": slot.reason,
        "text": found.revision.content.text,
        "digest": found.revision.digest,
        "revision": found.revision.number,
        "author": found.author,
        "approved_by": list(valid_approvers(found)),
        "hold": found.hold,
        "note": found.note,
        "platform_id": found.platform_id,
        "permalink": found.permalink,
        "published_at": found.published_at,
    }


def _show_one(app: App, found: Post, *, as_json: bool) -> None:
    emit(as_dict(app, found), as_json=as_json, lines=[_line(app, found)])


def _line(app: App, found: Post) -> str:
    why = f" ({found.hold.value})" if found.hold else ""
    handle = app.parts.account(found.account).handle
    when = day_and_time(found.revision.slot.due_at)
    return (
        f"{found.id:>6}  {found.state.value + why:22} {when}  {handle:24} {one_line(found.revision.content.text, 50)}"
    )


def _picture(app: App, given: str) -> Media:
    name, _, alt = given.partition("=")
    return importing.take_media(app.parts, Path(name), alt)

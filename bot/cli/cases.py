"""kouhou cases: the moderators' queue from the shell."""

from __future__ import annotations

from typing import Any

import click

from bot.bootstrap import App
from bot.cli.shared import acting, as_option, day_and_time, emit, json_option, one_line, opened
from bot.domain.cases import Case
from bot.domain.people import Role
from bot.store import cases as case_store
from bot.store import commands as command_store
from bot.store import replies
from bot.usecases import carry_out, decide
from moderation.cases import CaseState, Move
from moderation.categories import Category
from moderation.jsonl import finding_json, signal_json

_MOVES = [each.value for each in Move]


@click.group(name="cases")
def cases() -> None:
    """Flagged replies: list, show, decide, approve, undo."""


@cases.command(name="list")
@click.option("--state", "states", multiple=True, type=click.Choice([each.value for each in CaseState]))
@click.option(
    "--lane", type=click.IntRange(0, 3), default=None, help="0 life, 1 personal data, 2 false notice, 3 rest."
)
@click.option("--limit", default=50, show_default=True, type=click.IntRange(1, 10000))
@json_option
def list_(states: tuple[str, ...], lane: int | None, limit: int, as_json: bool) -> None:
    """Lists cases, most harm first, then the oldest."""
    wanted = [CaseState(each) for each in states] or [CaseState.OPEN, CaseState.CLAIMED, CaseState.PROPOSED]
    with opened() as app, app.parts.store.read() as tx:
        found = case_store.find(tx, states=wanted, lane=lane, limit=limit)
        emit(
            [_brief(app, each) for each in found],
            as_json=as_json,
            lines=[_line(each) for each in found] or ["No cases."],
        )


@cases.command()
@click.argument("case_id", type=int)
@as_option
@json_option
def show(case_id: int, login: str, as_json: bool) -> None:
    """Shows one case: reply, evidence, decisions, commands and what may be done next."""
    with opened() as app, app.parts.store.read() as tx:
        by = acting(app, login, Role.MODERATOR)
        case = case_store.get(tx, case_id)
        reply, verdict = replies.get(tx, case.reply), replies.verdict(tx, case.verdict)
        next_moves = decide.allowed(app.parts, tx, case, by=by, now=app.parts.clock())
        decisions, commands = case_store.decisions(tx, case_id), command_store.of_case(tx, case_id)
        value: dict[str, Any] = _brief(app, case) | {
            "text": reply.text,
            "author": {"handle": reply.author.handle, "name": reply.author.name},
            "findings": [finding_json(each) for each in verdict.findings],
            "signals": [signal_json(each) for each in verdict.signals],
            "decisions": [
                {"by": d.by, "move": d.move, "category": d.category, "policy": d.policy, "at": d.at} for d in decisions
            ],
            "commands": [{"id": c.id, "verb": c.verb, "state": c.state, "seen": dict(c.seen)} for c in commands],
            "allowed": [move.value for move in next_moves],
        }
        lines = [_line(case), "", f"@{one_line(reply.author.handle)} {one_line(reply.author.name)}"]
        lines += [one_line(reply.text or "(erased)", 400), ""]
        lines += [f"  {f.category.clause} {f.score:.2f} {f.detector}: {f.reason}" for f in verdict.findings]
        lines += [f"  signal {s.kind.value}: {s.reason}" for s in verdict.signals]
        lines += [f"  {day_and_time(d.at)} {d.by}: {d.move.value}" for d in decisions]
        lines += [f"  command {c.id} {c.verb.value}: {c.state.value}" for c in commands]
        lines += ["", "next: " + (", ".join(move.value for move in next_moves) or "nothing you may do")]
        emit(value, as_json=as_json, lines=lines)


@cases.command(name="decide")
@click.argument("case_id", type=int)
@click.argument("move", type=click.Choice(_MOVES))
@click.option("--category", type=click.IntRange(1, 9), default=None, help="The policy's category that it rests on.")
@click.option("--reason", default="")
@click.option("--why-not-less", default="", help="Why a lower step was not enough.")
@as_option
@json_option
def decide_(
    case_id: int, move: str, category: int | None, reason: str, why_not_less: str, login: str, as_json: bool
) -> None:
    """Makes one move on a case; a free case is claimed first."""
    grounds = decide.Grounds(Category(category) if category else None, reason, why_not_less)
    _move(case_id, Move(move), grounds, login, as_json=as_json)


@cases.command()
@click.argument("case_id", type=int)
@click.option("--reason", default="")
@as_option
@json_option
def approve(case_id: int, reason: str, login: str, as_json: bool) -> None:
    """The second person's yes to a proposed deletion or block."""
    _move(case_id, Move.APPROVE, decide.Grounds(reason=reason), login, as_json=as_json, role=Role.REVIEWER)


@cases.command()
@click.argument("case_id", type=int)
@click.option("--reason", required=True)
@as_option
@json_option
def undo(case_id: int, reason: str, login: str, as_json: bool) -> None:
    """Takes a hiding or a block back, at the platform too."""
    _move(case_id, Move.UNDO, decide.Grounds(reason=reason), login, as_json=as_json)


@cases.command()
@click.argument("command_id", type=int)
@as_option
@json_option
def confirm(command_id: int, login: str, as_json: bool) -> None:
    """Says that a block was made by hand in the app; the block list is read to prove it."""
    with opened(practice_platforms=True) as app:
        by = acting(app, login, Role.MODERATOR)
        done = carry_out.confirm_by_hand(app.parts, command_id, by=by, now=app.parts.clock())
        emit({"id": done.id, "state": done.state}, as_json=as_json, lines=[f"Command {done.id}: {done.state.value}"])


def _move(
    case_id: int, move: Move, grounds: decide.Grounds, login: str, *, as_json: bool, role: Role = Role.MODERATOR
) -> None:
    with opened() as app:
        by, now = acting(app, login, role), app.parts.clock()
        with app.parts.store.read() as tx:
            case = case_store.get(tx, case_id)
        if case.state is CaseState.OPEN and move is not Move.CLAIM:
            decide.decide(app.parts, case_id, Move.CLAIM, by=by, now=now)
        done = decide.decide(app.parts, case_id, move, by=by, now=now, grounds=grounds)
        emit(_brief(app, done), as_json=as_json, lines=[_line(done)])


def _brief(app: App, case: Case) -> dict[str, Any]:
    return {
        "id": case.id,
        "account": app.parts.account(case.account).handle,
        "office": case.office,
        "lane": case.lane,
        "state": case.state,
        "step": case.step.word,
        "labels": [int(label) for label in case.labels],
        "score": round(case.top_score, 3),
        "language": case.language,
        "policy": case.policy,
        "opened_at": case.opened_at,
        "holder": case.holder,
        "review_due": case.review_due,
    }


def _line(case: Case) -> str:
    labels = ",".join(str(int(label)) for label in case.labels) or "-"
    return (
        f"{case.id:>6}  lane {case.lane}  {case.state.value:10} {case.step.word:7} {labels:8} "
        f"{case.top_score:.2f} {case.language or '?':8} {case.account:16} {day_and_time(case.opened_at)}"
    )

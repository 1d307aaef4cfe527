"""kouhou cases: the moderators' queue from the shell."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from bot.bootstrap import App
from bot.cli.shared import acting, as_option, day_and_time, emit, json_option, one_line, opened, second_person
from bot.domain.cases import Case
from bot.domain.errors import BadInput, NotAllowed
from bot.domain.judging import Channel, Opinion
from bot.domain.people import Role
from bot.store import cases as case_store
from bot.usecases import appeals, carry_out, case_view, decide
from bot.usecases.case_file import export_case
from bot.usecases.try_again import try_again
from moderation.cases import REVIEWERS_ONLY, CaseState, Move
from moderation.categories import Category
from moderation.gloss import KnownWord
from moderation.jsonl import finding_json, signal_json
from moderation.ladder import Step, step_of

_MOVES = [each.value for each in Move]
_OF_THE_SECOND = REVIEWERS_ONLY | {Move.REOPEN}


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
    with opened() as app:
        by = acting(app, login, Role.MODERATOR)
        view = case_view.show(app.parts, case_id, by=by, now=app.parts.clock())
        emit(_brief(app, view.case) | _details(view), as_json=as_json, lines=_story(view))


def _details(view: case_view.CaseView) -> dict[str, Any]:
    reply, verdict = view.reply, view.verdict
    return {
        "text": reply.text,
        "author": {"handle": reply.author.handle, "name": reply.author.name},
        "post": view.answered.text if view.answered else None,
        "permalink": view.permalink,
        "findings": [finding_json(each) for each in verdict.findings],
        "known_words": [_known_word(each) for each in view.known],
        "signals": [signal_json(each) for each in verdict.signals],
        "clauses": {str(int(each)): view.clauses[each] for each in view.case.labels},
        "decisions": [
            {"by": d.by, "move": d.move, "category": d.category, "policy": d.policy, "at": d.at} for d in view.decisions
        ],
        "commands": [{"id": c.id, "verb": c.verb, "state": c.state, "seen": dict(c.seen)} for c in view.commands],
        "alarms": [{"id": each.id, "kind": each.kind, "settled": each.settled_at} for each in view.drifts],
        "concealed": view.concealed,
        "allowed": [move.value for move in view.allowed],
    }


def _known_word(word: KnownWord) -> dict[str, Any]:
    place = {"start": word.start, "end": word.end, "language": word.language}
    return place | {"ja": word.gloss.ja, "en": word.gloss.en}


def _story(view: case_view.CaseView) -> list[str]:
    reply, verdict = view.reply, view.verdict
    lines = [_line(view.case), "", f"@{one_line(reply.author.handle)} {one_line(reply.author.name)}"]
    lines += [one_line(reply.text or "(erased)", 400), ""]
    lines += [f"  {f.category.clause} {f.score:.2f} {f.detector}: {f.reason}" for f in verdict.findings]
    lines += [
        f"  word {one_line((reply.text or '')[each.start : each.end])}: {each.meaning('en')}"
        for each in view.known
        if each.meaning("en")
    ]
    lines += [f"  signal {s.kind.value}: {s.reason}" for s in verdict.signals]
    lines += [f"  {day_and_time(d.at)} {d.by}: {d.move.value}" for d in view.decisions]
    lines += [f"  command {c.id} {c.verb.value}: {c.state.value} {c.why}".rstrip() for c in view.commands]
    lines += [f"  alarm {each.id} {each.kind.value}" for each in view.drifts if each.settled_at is None]
    lines += ["  A proposal waits: put down your own view with 'kouhou cases look'."] if view.concealed else []
    return [*lines, "", "next: " + (", ".join(move.value for move in view.allowed) or "nothing you may do")]


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
    """Makes one move on a case; a free case is claimed first. The second person's moves are for practice mode only."""
    grounds = decide.Grounds(Category(category) if category else None, reason, why_not_less)
    _move(case_id, Move(move), grounds, login, as_json=as_json)


@cases.command()
@click.argument("case_id", type=int)
@click.option("--category", type=click.IntRange(0, 9), required=True, help="Your own view; 0: no violation.")
@click.option("--step", type=click.Choice([each.word for each in Step]), default="none", show_default=True)
@as_option
@json_option
def look(case_id: int, category: int, step: str, login: str, as_json: bool) -> None:
    """The second person's own view, put down before 'show' tells who proposed what and why (practice mode only)."""
    with opened() as app:
        by = second_person(app, login, Role.REVIEWER)
        view = Opinion(Category(category) if category else None, step_of(step))
        decide.look(app.parts, case_id, view, by=by, now=app.parts.clock())
        emit({"case": case_id, "looked": True}, as_json=as_json, lines=[f"Case {case_id}: your view is kept."])


@cases.command()
@click.argument("case_id", type=int)
@click.option("--reason", default="")
@as_option
@json_option
def approve(case_id: int, reason: str, login: str, as_json: bool) -> None:
    """The second person's yes to a proposed deletion or block, after 'look' (practice mode only)."""
    try:
        _move(case_id, Move.APPROVE, decide.Grounds(reason=reason), login, as_json=as_json, role=Role.REVIEWER)
    except NotAllowed as exc:
        hint = f" First: kouhou cases look {case_id}." if exc.word == "why-not.look-first" else ""
        raise NotAllowed(f"{exc}{hint}") from None


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


@cases.command()
@click.argument("command_id", type=int)
@as_option
@json_option
def again(command_id: int, login: str, as_json: bool) -> None:
    """Orders an act once more that the platform refused; 'show' lists the commands and why they failed."""
    with opened() as app:
        by = acting(app, login, Role.MODERATOR)
        new = try_again(app.parts, command_id, by=by, now=app.parts.clock())
        emit({"id": new.id, "state": new.state}, as_json=as_json, lines=[f"Command {new.id}: {new.state.value}"])


@cases.command()
@click.argument("case_id", type=int)
@click.argument("words")
@click.option("--channel", type=click.Choice([each.value for each in Channel]), default="staff", show_default=True)
@click.option("--language", default="", help="The author's language, for the notice text.")
@as_option
@json_option
def appeal(case_id: int, words: str, channel: str, language: str, login: str, as_json: bool) -> None:
    """Enters an objection as it came in; another person judges it."""
    with opened() as app:
        by, now = acting(app, login, Role.MODERATOR), app.parts.clock()
        kept = appeals.record(
            app.parts, case_id, channel=Channel(channel), words=words, language=language, by=by, now=now
        )
        emit({"id": kept.id, "case": case_id}, as_json=as_json, lines=[f"Objection {kept.id} on case {case_id}."])


@cases.command()
@click.argument("case_id", type=int)
@click.argument("outcome", type=click.Choice(["uphold", "reverse"]))
@click.option("--reason", required=True)
@as_option
@json_option
def judge(case_id: int, outcome: str, reason: str, login: str, as_json: bool) -> None:
    """Judges an objection as somebody who took no part, and prints texts for the office (practice mode only)."""
    with opened() as app:
        by, now = second_person(app, login, Role.REVIEWER), app.parts.clock()
        case, kept = appeals.judge(app.parts, case_id, reverse=outcome == "reverse", reason=reason, by=by, now=now)
        texts = appeals.notice(app.parts, case_id, kept.id)
        later = [] if texts else ["The notice texts appear on the case page once the platform shows it taken back."]
        lines = [_line(case), *(f"[{language}] {text}" for language, text in texts.items()), *later]
        emit(_brief(app, case) | {"notice": dict(texts)}, as_json=as_json, lines=lines)


@cases.command()
@click.argument("case_id", type=int)
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--purpose", required=True, help="For whom and on what legal ground; it is kept.")
@as_option
def export(case_id: int, file: Path, purpose: str, login: str) -> None:
    """One archive with hashes for police, counsel or a disclosure request; moderators appear under pseudonyms."""
    if file.exists():
        raise BadInput("This file exists; choose another name.", file=str(file))
    with opened() as app:
        by = acting(app, login, Role.REVIEWER)
        data = export_case(app.parts, case_id, purpose=purpose, by=by, now=app.parts.clock())
    file.write_bytes(data)
    click.echo(f"{file}: {len(data)} bytes")


def _move(
    case_id: int, move: Move, grounds: decide.Grounds, login: str, *, as_json: bool, role: Role = Role.MODERATOR
) -> None:
    with opened() as app:
        person = second_person if move in _OF_THE_SECOND else acting
        by, now = person(app, login, role), app.parts.clock()
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
        "proposed": case.proposed.word,
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

"""Policy as versions: draft, see on the archive what would change, a second person makes it live, take it back."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from difflib import unified_diff
from itertools import islice
from typing import Any, Final

from fastapi.responses import Response

from bot.console import rescreening
from bot.console.desk import typed_start
from bot.console.guard import Here, Number, Room, holders
from bot.console.show import go, page
from bot.console.visit import JAPAN, Visit
from bot.domain.cases import KeptReply
from bot.domain.judging import PolicyState, PolicyVersion, RescreenRun
from bot.domain.people import EVERYWHERE, Role
from bot.store import audit, policies, replies, rescreens
from bot.usecases import brake, rescreen_runs
from bot.usecases import policies as policy
from bot.usecases.rescreen import Span
from bot.usecases.rescreen_report import GROUPS, KINDS, silences
from moderation import criticism
from moderation.criticism import BAR
from moderation.draft_changes import Change, changes
from moderation.draft_sheet import read_sheet
from moderation.drafts import shipped_text

room = Room()
READERS: Final = holders(Role.ADMIN, Role.REVIEWER, Role.AUDITOR, Role.MODERATOR)
ADMINS: Final = holders(Role.ADMIN)
SECOND: Final = holders(Role.ADMIN, Role.REVIEWER)
MOST_LINES: Final = 400
SHOWN: Final = 5
"""Examples of each kind of change, by category."""


@room.page("/policies", READERS)
def listing(visit: Here) -> Response:
    """Versions, the newest first, and how the live one does beside the one before."""
    with visit.parts.store.read() as tx:
        found = [each for each in policies.find(tx) if each.state is not PolicyState.SHIPPED]
        live = policies.live(tx)
        watch = brake.watch(tx, live, now=visit.now) if live else None
        tripped = brake.tripped(tx, now=visit.now)
    version = visit.parts.screener().policy.version
    return page(
        visit,
        "cases/policies.html",
        versions=found,
        live=live,
        watch=watch,
        tripped=tripped,
        version=version,
        admin=_admin(visit),
    )


@room.page("/policies/{number}", READERS)
def one(visit: Here, number: Number) -> Response:
    version = visit.parts.screener().policy.version
    with visit.parts.store.read() as tx:
        found = policies.get(tx, number)
        base = policies.by_version(tx, found.base)
        run = rescreens.newest(tx, number)
        watch = brake.watch(tx, found, now=visit.now) if found.state is PolicyState.LIVE else None
    run_state = run.told(visit.now) if run else ""
    return page(
        visit,
        "cases/policy.html",
        policy=found,
        changes_told=_told(visit, found, base),
        stale=_stale(visit, found),
        lines=_differences(base.text if base else shipped_text(), found.text),
        run=run,
        watch=watch,
        run_state=run_state,
        examples={} if run_state == "running" else _examples(visit, found),
        tables={name: _rows(found.report, name) for name in GROUPS} if found.report else {},
        critics=criticism.words(found.report["criticism"].get("examples", ())) if found.report else [],
        bar=BAR,
        silences=silences(found.report),
        old_report=bool(found.report) and found.waits and found.report["base"] != version,
        accounts=[("", visit.words.plain("cases.any")), *((a.id, a.handle) for a in visit.parts.registry().accounts)],
        span=_span_shown(visit, run),
        admin=_admin(visit),
        second=visit.has(Role.ADMIN, Role.REVIEWER) and visit.by.login not in (found.made_by, found.proposed_by),
    )


@room.form("/policies/{number}/rescreen", ADMINS)
def rescreen(visit: Here, number: Number) -> Response:
    """Holds the archive against the draft in the background; the page shows how far it is."""
    form = visit.form
    span = Span(
        typed_start(form.get("since", ""), "since"),
        typed_start(form.get("until", ""), "until") + timedelta(days=1),
        form.get("account", ""),
    )
    rescreening.start(visit.parts, number, span, visit.by)
    return go(f"/policies/{number}")


@room.form("/policies/{number}/stop", ADMINS)
def stop(visit: Here, number: Number) -> Response:
    """Ends the walk at its next thousand; nothing is kept of it."""
    rescreen_runs.stop(visit.parts, number, by=visit.by, now=visit.now)
    return go(f"/policies/{number}")


@room.form("/policies/{number}/propose", ADMINS)
def propose(visit: Here, number: Number) -> Response:
    policy.propose(visit.parts, number, by=visit.by, now=visit.now)
    return go(f"/policies/{number}", done="policy-proposed")


@room.form("/policies/{number}/live", SECOND)
def make_live(visit: Here, number: Number) -> Response:
    policy.make_live(visit.parts, number, why=visit.form.get("why", ""), by=visit.by, now=visit.now)
    return go(f"/policies/{number}", done="policy-live")


@room.form("/policies/{number}/drop", ADMINS)
def drop(visit: Here, number: Number) -> Response:
    policy.drop(visit.parts, number, by=visit.by, now=visit.now)
    return go("/policies", done="policy-dropped")


@room.form("/policies/take-back", ADMINS)
def take_back(visit: Here) -> Response:
    """The brake by hand: the version before is in force again."""
    meant, reason = visit.form.get("policy", ""), visit.form.get("reason", "")
    number = int(meant) if meant.isdecimal() and len(meant) < 10 else 0
    policy.take_back(visit.parts, reason=reason, by=visit.by, now=visit.now, policy_id=number)
    return go("/policies", done="policy-taken-back")


def _told(visit: Visit, found: PolicyVersion, base: PolicyVersion | None) -> list[Change]:
    """What it changes: against the version in force while it may still become that, later against its own base."""
    before = policy.text_in_force(visit.parts) if found.waits else base.text if base else shipped_text()
    return changes(read_sheet(before), read_sheet(found.text))


def _stale(visit: Visit, found: PolicyVersion) -> str:
    """The version it was made from, when another one is in force by now and it may still go live."""
    return found.base if found.waits and found.base != visit.parts.screener().policy.version else ""


def _span_shown(visit: Visit, run: RescreenRun | None) -> tuple[str, str, str]:
    """(from, until, account) as the form begins: those of the last walk, else the last thirty days of all."""
    if run is None:
        return (visit.today - timedelta(days=30)).isoformat(), visit.today.isoformat(), ""
    since, until = (each.astimezone(JAPAN).date() for each in (run.since, run.until - timedelta(seconds=1)))
    return since.isoformat(), until.isoformat(), run.account


def _admin(visit: Visit) -> bool:
    return visit.by.may(Role.ADMIN, EVERYWHERE, visit.today)


def _differences(before: str, after: str) -> list[tuple[str, str]]:
    """Changed lines with a little around them: (``+``, ``-``, space or ``@``) and the line."""
    lines = islice(unified_diff(before.splitlines(), after.splitlines(), lineterm="", n=2), 2, MOST_LINES)
    return [(line[:1], line[1:] if line[:1] in "+- " else "…") for line in lines if line]


def _examples(visit: Visit, found: PolicyVersion) -> dict[str, list[tuple[str, KeptReply]]]:
    """Examples of each kind of change with their category, in words; that they were read is written down."""
    report = found.report
    wanted = {n for kind in KINDS for each in report[kind]["examples"].values() for n in each[:SHOWN]} if report else ()
    if not wanted:
        return {}
    allowed = visit.accounts(Role.ADMIN, Role.MODERATOR, Role.REVIEWER, Role.AUDITOR)
    with visit.parts.store.begin() as tx:
        said = replies.many(tx, sorted(wanted))
        if said:
            about = f"policy:{found.id}"
            audit.append(tx, visit.by, "policy.examples-read", about, at=visit.now, replies=sorted(said))
    shown = {n: reply for n, reply in said.items() if allowed is None or reply.account in allowed}
    return {
        kind: [
            (category, shown[number])
            for category, numbers in report[kind]["examples"].items()
            for number in numbers[:SHOWN]
            if number in shown
        ]
        for kind in KINDS
    }


def _rows(report: Mapping[str, Any], name: str) -> list[dict[str, Any]]:
    """A line for each category, language or account: flags before and after, and what changed, the most first."""
    lines = []
    for key, (looked_at, before, after) in report["groups"][name].items():
        changed = {kind: report[kind][f"by_{name}"].get(key, 0) for kind in KINDS}
        if before or after or any(changed.values()):
            lines.append({"key": key, "looked_at": looked_at, "before": before, "after": after, **changed})
    return sorted(lines, key=lambda line: (-sum(line[kind] for kind in KINDS), -line["after"], line["key"]))

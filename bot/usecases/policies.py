"""Policy as versions: drafted, held against the archive, made live by a second person, taken back when it runs wild.

Nothing acts on the past by itself: a new version judges what comes in from now on.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Final

import structlog

from bot.domain.errors import BadInput, Conflict, NotAllowed
from bot.domain.judging import PolicyState, PolicyVersion
from bot.domain.people import EVERYWHERE, SERVICE, Person, Role, require
from bot.store import archive, audit, policies, service
from bot.store.database import Tx
from bot.usecases.parts import Parts
from bot.usecases.policy_words import words_beside
from bot.usecases.rescreen_report import silences
from moderation.categories import Category
from moderation.draft_sheet import Sheet, read_sheet, write_sheet
from moderation.drafts import Draft, read_draft, shipped_version, text_of

log = structlog.get_logger()

ENOUGH: Final = 1000
WEEK: Final = timedelta(days=7)
BEFORE_ALL: Final = datetime(2000, 1, 1, tzinfo=UTC)
TELL = ("role:admin", "role:reviewer", "role:moderator")


def check(text: str) -> Draft:
    """The draft as read; BadInput names the key and what to write instead."""
    try:
        return read_draft(text)
    except ValueError as exc:
        raise BadInput(str(exc), key="policy").worded("draft-error.text", why=exc) from None


def text_in_force(parts: Parts) -> str:
    """Where a new draft begins: the text that is screened by, also where a file or a fall-back stands in for a version."""
    return text_of(parts.screener())


def written(text: str, sheet: Sheet) -> str:
    """The text with a form's values in it; BadInput where the text cannot be changed value by value."""
    try:
        made = write_sheet(text, sheet)
    except ValueError as exc:
        raise BadInput(str(exc), key="policy").worded("draft-error.text", why=exc) from None
    check(made)
    return made


def draft(parts: Parts, text: str, *, note: str, by: Person, now: datetime, instead_of: int = 0) -> PolicyVersion:
    """Keeps a draft under its hash. Conflict when exactly this text stands already; BadInput for what cannot be read.

    ``instead_of``: the draft that it was made from, which is put aside.
    """
    require(by, Role.ADMIN, EVERYWHERE, now.date())
    read = check(text)
    if not note.strip():
        raise BadInput("Write what changes and why; the second person reads it.", key="note").worded(
            "problem.policy-note"
        )
    if text == text_in_force(parts):
        raise BadInput("This is the policy in force; change something first.", key="policy").worded("draft-error.same")
    with parts.store.begin() as tx:
        made = policies.add(
            tx,
            version=read.policy.version,
            text=text,
            wordings=words_beside(text),
            base=parts.screener().policy.version,
            note=note.strip(),
            by=by.login,
            at=now,
        )
        audit.append(tx, by, "policy.drafted", f"policy:{made.id}", at=now, version=made.version, base=made.base)
        if instead_of and policies.get(tx, instead_of).state is PolicyState.DRAFT:
            policies.change(tx, instead_of, PolicyState.DROPPED, ended_by=by.login, ended_at=now, ended_why="redrafted")
            audit.append(tx, by, "policy.dropped", f"policy:{instead_of}", at=now, instead=made.version)
    return made


def draft_threshold(
    parts: Parts, category: Category, threshold: float, *, note: str, by: Person, now: datetime
) -> PolicyVersion:
    """A draft that differs from the text in force in one category's threshold; nothing is live by it."""
    text = text_in_force(parts)
    sheet = read_sheet(text)
    place = ("thresholds", "label", str(int(category)))
    changed = replace(sheet, values={**sheet.values, place: threshold})
    return draft(parts, written(text, changed), note=note, by=by, now=now)


def propose(parts: Parts, policy_id: int, *, by: Person, now: datetime) -> PolicyVersion:
    """Asks a second person; NotAllowed before a rescreen of enough replies has shown what would change today."""
    require(by, Role.ADMIN, EVERYWHERE, now.date())
    with parts.store.begin() as tx:
        found = _in_state(tx, policy_id, PolicyState.DRAFT)
        if not found.report:
            raise NotAllowed("Rescreen the archive under this draft first: nobody knows yet what would change.").worded(
                "problem.rescreen-first"
            )
        _check_report(parts, tx, found, now)
        proposed = policies.change(tx, policy_id, PolicyState.PROPOSED, proposed_by=by.login, proposed_at=now)
        audit.append(tx, by, "policy.proposed", f"policy:{policy_id}", at=now, version=found.version)
        service.tell(tx, ["role:admin", "role:reviewer"], "policy.proposed", f"policy:{policy_id}", at=now)
    return proposed


def make_live(parts: Parts, policy_id: int, *, why: str = "", by: Person, now: datetime) -> PolicyVersion:
    """A second person, neither author nor proposer, puts it in force for what comes in from now on.

    ``why``: asked for when the version flags more criticism than it may.
    """
    if not by.may(Role.REVIEWER, EVERYWHERE, now.date()):
        require(by, Role.ADMIN, EVERYWHERE, now.date())
    with parts.store.begin() as tx:
        found = _in_state(tx, policy_id, PolicyState.PROPOSED)
        if by.login in (found.made_by, found.proposed_by):
            raise NotAllowed("You drafted or proposed this yourself; a second person has to make it live.").worded(
                "problem.second-person"
            )
        check(found.text)
        if silences(found.report) and not why.strip():
            raise BadInput(
                "This version flags more criticism than it may; write why it goes live all the same.", key="why"
            ).worded("problem.policy-why")
        before = policies.live(tx)
        if before is not None:
            policies.change(tx, before.id, PolicyState.RETIRED, ended_by=by.login, ended_at=now, ended_why="replaced")
        live = policies.change(tx, policy_id, PolicyState.LIVE, live_by=by.login, live_at=now, live_why=why.strip())
        audit.append(
            tx,
            by,
            "policy.live",
            f"policy:{policy_id}",
            at=now,
            version=live.version,
            before=before.version if before else shipped_version(),
            criticism=found.report.get("criticism", {}).get("after", 0),
        )
        service.tell(tx, TELL, "policy.live", f"policy:{policy_id}", at=now)
    log.info("policy_live", policy=policy_id)
    return live


def drop(parts: Parts, policy_id: int, *, by: Person, now: datetime) -> PolicyVersion:
    """Puts a draft or a proposal aside."""
    require(by, Role.ADMIN, EVERYWHERE, now.date())
    with parts.store.begin() as tx:
        found = policies.get(tx, policy_id)
        if not found.waits:
            raise NotAllowed(
                f"Version {policy_id} is {found.state.value}; only a draft or a proposal is dropped."
            ).worded("problem.settled")
        dropped = policies.change(tx, policy_id, PolicyState.DROPPED, ended_by=by.login, ended_at=now)
        audit.append(tx, by, "policy.dropped", f"policy:{policy_id}", at=now, version=found.version)
    return dropped


def take_back(parts: Parts, *, reason: str, by: Person, now: datetime, policy_id: int = 0) -> str:
    """One admin may take the live version back at once. Returns the version that is in force again.

    ``policy_id``: the one that was meant; Conflict when another is in force by now.
    """
    require(by, Role.ADMIN, EVERYWHERE, now.date())
    if not reason.strip():
        raise BadInput("Write why it is taken back.", key="reason").worded("problem.policy-reason")
    with parts.store.begin() as tx:
        live = policies.live(tx)
        if policy_id and (live is None or live.id != policy_id):
            raise Conflict("Another version is in force by now; look again.").worded("problem.policy-gone")
        return take_back_in(tx, PolicyState.RETIRED, reason.strip(), by=by, now=now)


def take_back_in(tx: Tx, state: PolicyState, why: str, *, by: Person, now: datetime) -> str:
    """Ends the live version and puts its predecessor in force; NotAllowed while the shipped one is."""
    live = policies.live(tx)
    if live is None:
        raise NotAllowed("The policy that ships with the program is in force; there is nothing to take back.").worded(
            "problem.nothing-live"
        )
    policies.change(tx, live.id, state, ended_by=by.login, ended_at=now, ended_why=why)
    before = policies.replaced_by(tx, live)
    if before is not None:
        policies.change(tx, before.id, PolicyState.LIVE, ended_by="", ended_at=None, ended_why="")
    version = before.version if before else shipped_version()
    audit.append(tx, by, "policy.taken-back", f"policy:{live.id}", at=now, version=live.version, again=version)
    kind = "policy.braked" if state is PolicyState.BRAKED else "policy.taken-back"
    service.tell(tx, TELL, kind, f"policy:{live.id}", at=now, once=now.isoformat())
    log.warning("policy_taken_back", policy=live.id, state=state.value)
    return version


def remember(tx: Tx, version: str, text: str, *, now: datetime) -> None:
    """Keeps the text of a version that verdicts name for the first time, so that it can be shown as it was."""
    if policies.by_version(tx, version) is not None:
        return
    made = policies.add(
        tx,
        version=version,
        text=text,
        wordings=words_beside(text),
        base="",
        note="came with the program",
        by=SERVICE.login,
        at=now,
    )
    policies.change(tx, made.id, PolicyState.SHIPPED)


def _check_report(parts: Parts, tx: Tx, found: PolicyVersion, now: datetime) -> None:
    """A report speaks for a draft when it compares with the version in force and looked at enough."""
    report, at = found.report or {}, found.reported_at or now
    if report["base"] != parts.screener().policy.version:
        raise NotAllowed("Another version is in force by now; rescreen under this draft again.").worded(
            "problem.rescreen-stale"
        )
    kept = archive.count_between(tx, since=BEFORE_ALL, until=at, account="")
    begins, ends = (datetime.fromisoformat(report[name]) for name in ("since", "until"))
    whole_week = begins <= at - WEEK and ends >= at and not report["account"] and report["looked_at"] > 0
    if report["looked_at"] < min(kept, ENOUGH) and not whole_week:
        raise NotAllowed(f"Rescreen the last seven days or at least {ENOUGH:,} replies: this was too few.").worded(
            "problem.rescreen-too-few", enough=ENOUGH
        )


def _in_state(tx: Tx, policy_id: int, state: PolicyState) -> PolicyVersion:
    found = policies.get(tx, policy_id)
    if found.state is not state:
        raise NotAllowed(f"Version {policy_id} is {found.state.value}, not {state.value}; read it again.").worded(
            "problem.settled"
        )
    return found

"""Change the roster: one admin proposes, another approves, the file is written in one step, history stays."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import structlog

from bot.domain.errors import BadInput, KouhouError, NotAllowed
from bot.domain.errors import Conflict as SomebodyElse
from bot.domain.people import EVERYWHERE, SERVICE, Person, Role, require
from bot.roster import merge
from bot.roster.diff import RosterChange as Told
from bot.roster.diff import diff
from bot.roster.edit import Change, DropEntry, Edit, EditRefused, NewEntry, apply, written
from bot.roster.keeper import Keeper, Saved
from bot.roster.load import Loaded, parse, sha256
from bot.store import audit, roster_changes, service
from bot.store.roster_changes import ChangeState, RosterChange
from bot.usecases import follow_roster
from bot.usecases.parts import Parts

log = structlog.get_logger()


def propose(
    parts: Parts,
    keeper: Keeper,
    edits: Sequence[Change],
    *,
    by: Person,
    now: datetime,
    base: str | None = None,
    effective_at: datetime | None = None,
    note: str = "",
) -> RosterChange:
    """Stores edits made against the text ``base`` (today's by default). BadInput says what is wrong with them."""
    base_text = keeper.loaded.text if base is None else base
    try:
        text = apply(base_text, edits)
    except EditRefused as exc:
        raise BadInput(f"{exc}.", file=keeper.path.name).worded("problem.roster-edit", said=exc) from None
    stored = [_plain(edit) for edit in edits]
    return _propose(parts, keeper, base_text, text, stored, by=by, now=now, effective_at=effective_at, note=note)


def propose_text(
    parts: Parts, keeper: Keeper, text: str, *, by: Person, now: datetime, effective_at: datetime | None = None,
    note: str = "",
) -> RosterChange:  # fmt: skip
    """The same for a whole file that was edited elsewhere, against the file in force."""
    return _propose(parts, keeper, keeper.loaded.text, text, None, by=by, now=now, effective_at=effective_at, note=note)


def approve(parts: Parts, keeper: Keeper, change_id: int, *, by: Person, now: datetime) -> RosterChange:
    """The second admin's yes. Applied at once, or on its day; refused, and nothing lost, if the file has moved on."""
    require(by, Role.ADMIN, EVERYWHERE, now.date())
    with parts.store.begin() as tx:
        change = roster_changes.get(tx, change_id)
        if change.state is not ChangeState.PENDING:
            raise NotAllowed(f"Roster change {change_id} is {change.state.value}; it waits for nobody.").worded(
                "problem.settled"
            )
        if change.by == by.login:
            raise NotAllowed("You proposed this change; a second admin has to approve it.").worded(
                "problem.second-admin"
            )
        change = roster_changes.move(tx, change, ChangeState.APPROVED, decided_by=by.login, decided_at=now)
        audit.append(tx, by, "roster.approved", f"roster-change:{change_id}", at=now, touched=list(change.touched))
    if change.effective_at is not None and change.effective_at > now:
        return change
    return apply_change(parts, keeper, change, now=now)


def reject(parts: Parts, change_id: int, *, by: Person, now: datetime, reason: str) -> RosterChange:
    """Another admin says no, or the proposer takes it back."""
    require(by, Role.ADMIN, EVERYWHERE, now.date())
    if not reason.strip():
        raise BadInput("Write why; the other admin will read it.", key="reason").worded("problem.reason-missing")
    with parts.store.begin() as tx:
        change = roster_changes.get(tx, change_id)
        if change.state not in (ChangeState.PENDING, ChangeState.APPROVED):
            raise NotAllowed(f"Roster change {change_id} is {change.state.value} already.").worded("problem.settled")
        change = roster_changes.move(
            tx, change, ChangeState.REJECTED, decided_by=by.login, decided_at=now, note=reason.strip()
        )
        audit.append(tx, by, "roster.rejected", f"roster-change:{change_id}", at=now)
        service.tell(tx, [change.by], "roster.rejected", f"roster-change:{change_id}", at=now)
    return change


def apply_due(parts: Parts, keeper: Keeper, *, now: datetime) -> int:
    """Approved changes whose day has come. Returns how many were written."""
    with parts.store.read() as tx:
        waiting = roster_changes.find(tx, states=[ChangeState.APPROVED])
    due = [change for change in waiting if change.effective_at is None or change.effective_at <= now]
    return sum(apply_change(parts, keeper, change, now=now).state is ChangeState.APPLIED for change in due)


def apply_change(parts: Parts, keeper: Keeper, change: RosterChange, *, now: datetime) -> RosterChange:
    """Writes an approved change into the file, or records why it could not be."""
    try:
        saved = _write(keeper, change)
    except (merge.Conflict, EditRefused, KouhouError, OSError) as exc:
        return _refused(parts, change, str(exc), now)
    follow_roster.hold_changed(parts, now=now)  # at once: what waits must not go out under another entry
    with parts.store.begin() as tx:
        done = roster_changes.move(tx, change, ChangeState.APPLIED, applied_at=now, result_sha256=saved.loaded.sha256)
        audit.append(
            tx, SERVICE, "roster.applied", f"roster-change:{change.id}", at=now, before=change.base_sha256,
            after=saved.loaded.sha256, touched=list(change.touched), merged=saved.merged,
        )  # fmt: skip
    log.info("roster_changed", change=change.id, merged=saved.merged)
    return done


def _propose(
    parts: Parts,
    keeper: Keeper,
    base: str,
    text: str,
    edits: list[dict[str, Any]] | None,
    *,
    by: Person,
    now: datetime,
    effective_at: datetime | None,
    note: str,
) -> RosterChange:
    require(by, Role.ADMIN, EVERYWHERE, now.date())
    fresh = parse(text.encode("utf-8"), keeper.path.name)
    told = _told(parse(base.encode("utf-8"), keeper.path.name), fresh)
    if not told and text == base:
        raise BadInput("Nothing would change.", file=keeper.path.name).worded("problem.nothing-new")
    touched = sorted({f"{each.table}/{each.entry}/{each.key}" for each in told})
    with parts.store.begin() as tx:
        _refuse_twin(roster_changes.find(tx, states=[ChangeState.PENDING, ChangeState.APPROVED]), touched)
        change = roster_changes.add(
            tx, base_sha256=sha256(base.encode("utf-8")), base_text=base, edits=edits, new_text="" if edits else text,
            touched=touched, told_ja=[each.sentence("ja") for each in told],
            told_en=[each.sentence("en") for each in told], by=by.login, at=now, effective_at=effective_at,
            note=note.strip(),
        )  # fmt: skip
        audit.append(tx, by, "roster.proposed", f"roster-change:{change.id}", at=now, touched=touched)
        service.tell(tx, ["role:admin"], "roster.proposed", f"roster-change:{change.id}", at=now)
    return change


def _refuse_twin(waiting: Sequence[RosterChange], touched: Sequence[str]) -> None:
    """Two people changing the same thing at once would surprise one of them."""
    for each in waiting:
        if set(each.touched) & set(touched):
            raise SomebodyElse(
                f"Roster change {each.id} by {each.by} waits for the same entry; decide it first."
            ).worded("problem.roster-twin", number=each.id)


def _write(keeper: Keeper, change: RosterChange) -> Saved:
    if change.edits is None:
        return keeper.replace(change.new_text, base=change.base_text)
    return keeper.save([_edit(each) for each in change.edits], base=change.base_text)


def _refused(parts: Parts, change: RosterChange, why: str, now: datetime) -> RosterChange:
    with parts.store.begin() as tx:
        done = roster_changes.move(tx, change, ChangeState.REFUSED, note=why[:1000])
        audit.append(tx, SERVICE, "roster.refused", f"roster-change:{change.id}", at=now)
        people = [person for person in (change.by, change.decided_by) if person]
        service.tell(tx, people, "roster.refused", f"roster-change:{change.id}", at=now)
    log.warning("roster_change_refused", change=change.id)
    return done


def _told(before: Loaded, after: Loaded) -> tuple[Told, ...]:
    return diff(before.registry, after.registry)


def _plain(edit: Change) -> dict[str, Any]:
    """A change as JSON; values travel as TOML, which knows dates."""
    if isinstance(edit, Edit):
        value = None if edit.value is None else written(edit.value)
        return {"kind": "edit", "table": edit.table, "entry": edit.entry, "key": list(edit.key), "toml": value}
    if isinstance(edit, NewEntry):
        values = written(dict(edit.values))
        return {"kind": "new", "table": edit.table, "toml": values, "after": edit.after, "comment": edit.comment}
    return {"kind": "drop", "table": edit.table, "entry": edit.entry}


def _edit(stored: dict[str, Any]) -> Change:
    if stored["kind"] == "drop":
        return DropEntry(stored["table"], stored["entry"])
    value = None if stored["toml"] is None else tomllib.loads(f"value = {stored['toml']}")["value"]
    if stored["kind"] == "new":
        return NewEntry(stored["table"], value or {}, stored["after"], stored["comment"])
    return Edit(stored["table"], stored["entry"], tuple(stored["key"]), value)

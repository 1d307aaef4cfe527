"""The roster desk: offices and accounts with what is wrong about them, edits as proposals, comparison with a page."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from fastapi.responses import PlainTextResponse, Response

from bot.console.guard import Here, Number, Room, holders
from bot.console.roster_fields import Field, account_fields, office_fields, typed
from bot.console.show import JAPAN, NAV, go, page, sentence
from bot.console.visit import Visit
from bot.domain.accounts import Account, Office, digest_of
from bot.domain.errors import BadInput, KouhouError, NotFound
from bot.domain.people import Role
from bot.roster.compare import compare
from bot.roster.diff import hours_text
from bot.roster.edit import Edit
from bot.roster.lint import Facts, Level, LintFinding, lint
from bot.roster.rules import RULES, Rule
from bot.store import roster_changes
from bot.store.roster_changes import ChangeState
from bot.usecases import change_roster, truth_checks
from bot.usecases.truth_checks import Truth

room = Room()
READERS: Final = holders(*Role)
ADMINS: Final = holders(Role.ADMIN)
MOST_PAGE: Final = 2_000_000


def _waiting(visit: Visit) -> int:
    with visit.parts.store.read() as tx:
        return len(roster_changes.find(tx, states=[ChangeState.PENDING]))


NAV.append(("/roster", "roster.list", "", None))
NAV.append(("/roster/changes", "roster.changes", "admin", _waiting))
NAV.append(("/roster/compare", "roster.compare", "admin|auditor", None))


@dataclass(frozen=True, slots=True)
class LintGroup:
    """What one rule says, each sentence once with the entries that it is about."""

    rule: Rule
    error: bool
    messages: dict[str, list[LintFinding]]


@room.page("/roster", READERS)
def roster(visit: Here) -> Response:
    """Every office with its accounts, hours and open findings."""
    registry, language = visit.parts.registry(), visit.words.lang
    truths = _by_account(truth_checks.standing(visit.parts, now=visit.now))
    rows = [
        (office, hours_text(office.hours, "en" if language == "en" else "ja").split(", "), account)
        for office in registry.offices
        for account in registry.accounts_of(office.id) or (None,)
    ]
    refused = visit.app.keeper.refused
    return page(
        visit,
        "roster/list.html",
        rows=rows,
        truths=truths,
        counts=_counts(truths),
        refused=refused.lines()[:10] if refused else (),
        lint_count=len(lint(visit.app.keeper.loaded, Facts(today=visit.today))),
        active=len(registry.active()),
        total=len(registry.accounts),
    )


@room.page("/roster/lint", READERS)
def lint_page(visit: Here) -> Response:
    """What the lint says about the file, line by line."""
    found = lint(visit.app.keeper.loaded, Facts(today=visit.today))
    return page(visit, "roster/lint.html", groups=_grouped(found, visit.words.lang), file=visit.app.keeper.path.name)


@room.page("/roster/accounts/{account_id}", READERS)
def account_page(visit: Here, account_id: str) -> Response:
    """One account: what the roster says, what the platform said, who attested it."""
    account = _account(visit, account_id)
    with visit.parts.store.read() as tx:
        seen = roster_changes.observations(tx).get(account.id)
        attested = roster_changes.attestations(tx).get(account.id)
    truths = _by_account(truth_checks.standing(visit.parts, now=visit.now)).get(account.id, [])
    return page(
        visit,
        "roster/account.html",
        account=account,
        office=visit.parts.office(account),
        seen=seen,
        attested=attested,
        fresh=attested is not None and attested[2] == digest_of(account),
        truths=truths,
        fields=account_fields(account),
        may_edit=visit.has(Role.ADMIN),
        problem="",
        base=visit.app.keeper.loaded.sha256,
    )


@room.form("/roster/accounts/{account_id}", ADMINS)
def propose_account(visit: Here, account_id: str) -> Response:
    """Proposes the fields that were changed; a second admin approves."""
    account = _account(visit, account_id)
    return _propose(visit, "account", account.id, account_fields(account), f"/roster/accounts/{account.id}")


@room.form("/roster/accounts/{account_id}/attest", READERS)
def attest(visit: Here, account_id: str) -> Response:
    account = _account(visit, account_id)
    truth_checks.attest(visit.parts, account.id, by=visit.by, now=visit.now)
    return go(f"/roster/accounts/{account.id}", done="attested")


@room.page("/roster/offices/{office_id}", READERS)
def office_page(visit: Here, office_id: str) -> Response:
    """One office: names, hours with their source, approval steps."""
    office = _office(visit, office_id)
    return page(
        visit,
        "roster/office.html",
        office=office,
        hours=hours_text(office.hours, "en" if visit.words.lang == "en" else "ja"),
        accounts=visit.parts.registry().accounts_of(office.id),
        fields=office_fields(office),
        may_edit=visit.has(Role.ADMIN),
        problem="",
        base=visit.app.keeper.loaded.sha256,
    )


@room.form("/roster/offices/{office_id}", ADMINS)
def propose_office(visit: Here, office_id: str) -> Response:
    office = _office(visit, office_id)
    return _propose(visit, "office", office.id, office_fields(office), f"/roster/offices/{office.id}")


@room.page("/roster/changes", holders(Role.ADMIN, Role.AUDITOR))
def changes(visit: Here) -> Response:
    """Proposals that wait, and the history."""
    with visit.parts.store.read() as tx:
        found = roster_changes.find(tx)
    waiting = [each for each in found if each.state in (ChangeState.PENDING, ChangeState.APPROVED)]
    past = [each for each in found if each not in waiting]
    return page(visit, "roster/changes.html", waiting=waiting, past=past)


@room.form("/roster/changes/{number}/approve", ADMINS)
def approve(visit: Here, number: Number) -> Response:
    done = change_roster.approve(visit.parts, visit.app.keeper, number, by=visit.by, now=visit.now)
    return go("/roster/changes", done=f"roster-{done.state.value}")


@room.form("/roster/changes/{number}/reject", ADMINS)
def reject(visit: Here, number: Number) -> Response:
    change_roster.reject(visit.parts, number, by=visit.by, now=visit.now, reason=visit.form.get("reason", ""))
    return go("/roster/changes", done="roster-rejected")


@room.form("/roster/look", ADMINS)
def look(visit: Here) -> Response:
    """Asks the platforms now."""
    truth_checks.look(visit.parts, now=visit.now)
    truth_checks.find_look_alikes(visit.parts, now=visit.now)
    return go("/roster", done="looked")


@room.page("/roster/look-alikes", READERS)
def look_alikes(visit: Here) -> Response:
    """Accounts that write under ours and look like one of ours."""
    with visit.parts.store.read() as tx:
        found = roster_changes.look_alikes(tx)
    return page(visit, "roster/look_alikes.html", found=found)


@room.page("/roster/compare", holders(Role.ADMIN, Role.AUDITOR))
def compare_page(visit: Here) -> Response:
    return page(visit, "roster/compare.html", found=None, text="", problem="")


@room.form("/roster/compare", holders(Role.ADMIN, Role.AUDITOR))
def compare_now(visit: Here) -> Response:
    """A published policy page, pasted or uploaded, against the roster. Nothing is stored."""
    text = visit.form.get("text", "")
    for upload in visit.files.get("file", ()):
        text = upload.file.read(MOST_PAGE).decode("utf-8", "replace")
    if not text.strip():
        problem = visit.words.plain("roster.compare-empty")
        return page(visit, "roster/compare.html", 422, found=None, text="", problem=problem)
    found = compare(text[:MOST_PAGE], visit.parts.registry(), label=visit.words.plain("roster.the-page"))
    return page(visit, "roster/compare.html", found=found, text="", problem="")


@room.page("/roster/file", holders(Role.ADMIN, Role.AUDITOR))
def file(visit: Here) -> Response:
    """The file as it is in force, byte for byte."""
    return PlainTextResponse(visit.app.keeper.loaded.text)


def _propose(visit: Visit, table: str, entry: str, fields: tuple[Field, ...], back: str) -> Response:
    """Only what differs from today's value becomes an edit."""
    if visit.form.get("base") != visit.app.keeper.loaded.sha256:
        raise BadInput("The roster changed while you were editing; open the page again.").worded("problem.roster-moved")
    edits = [
        Edit(table, entry, field.key, typed(field, visit.form[field.name]))
        for field in fields
        if _changed(visit, field)
    ]
    try:
        change_roster.propose(
            visit.parts,
            visit.app.keeper,
            edits,
            by=visit.by,
            now=visit.now,
            effective_at=_day(visit.form.get("effective", "")),
            note=visit.form.get("note", ""),
        )
    except KouhouError as exc:
        return page(visit, "roster/refused.html", 422, problem=sentence(visit, exc), back=back)
    return go("/roster/changes", done="roster-proposed")


def _changed(visit: Visit, field: Field) -> bool:
    return field.name in visit.form and visit.form[field.name].strip() != field.value


def _day(text: str) -> datetime | None:
    if not text.strip():
        return None
    try:
        return datetime.fromisoformat(text.strip()).replace(tzinfo=JAPAN)
    except ValueError:
        raise BadInput("The day is written 2026-12-08.", key="effective").worded("problem.roster-day") from None


def _grouped(found: Sequence[LintFinding], language: str) -> list[LintGroup]:
    """Errors first, then in the order of the rules."""
    groups: dict[tuple[bool, str], dict[str, list[LintFinding]]] = defaultdict(lambda: defaultdict(list))
    for each in found:
        groups[each.level is not Level.ERROR, each.rule][each.told.best(language)].append(each)
    order = list(RULES)
    keys = sorted(groups, key=lambda key: (key[0], order.index(key[1])))
    return [LintGroup(RULES[rule], not mild, groups[mild, rule]) for mild, rule in keys]


def _by_account(truths: tuple[Truth, ...]) -> dict[str, list[Truth]]:
    found: dict[str, list[Truth]] = defaultdict(list)
    for truth in truths:
        found[truth.account].append(truth)
    return found


def _counts(truths: dict[str, list[Truth]]) -> dict[str, int]:
    everything = [truth for each in truths.values() for truth in each]
    kinds = {"idle": ("idle", "retire"), "owner": ("owner-missing", "owner-expired"), "token": ("token-refused",)}
    counted = {name: sum(each.kind in wanted for each in everything) for name, wanted in kinds.items()}
    return counted | {"alarm": sum(each.alarm for each in everything)}


def _account(visit: Visit, account_id: str) -> Account:
    return visit.parts.account(account_id[:100])


def _office(visit: Visit, office_id: str) -> Office:
    try:
        return visit.parts.registry().office(office_id[:100])
    except KeyError:
        raise NotFound("The roster has no such office.").worded("problem.no-office") from None

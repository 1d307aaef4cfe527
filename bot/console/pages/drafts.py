"""Draft a policy version: a form over the version in force, or its text. Nothing is kept before *Keep the draft*.

What was changed so far travels with the page as the draft's text, so that it works without scripts and two admins can
draft at the same time.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from fastapi.responses import Response
from markupsafe import Markup

from bot.console import policy_form
from bot.console.guard import Here, Room, holders
from bot.console.policy_form import Filled
from bot.console.show import go, page, sentence
from bot.console.visit import Visit
from bot.domain.errors import BadInput, KouhouError
from bot.domain.judging import PolicyState
from bot.domain.people import Role
from bot.store import policies
from bot.usecases import policies as policy
from bot.usecases.trying import tried
from moderation.draft_changes import changes
from moderation.draft_sheet import Sheet, read_sheet, write_sheet
from moderation.drafts import find_terms, group_files

room = Room()
ADMINS: Final = holders(Role.ADMIN)
MOST_FOUND: Final = 50
_ADDING: Final[Mapping[str, Callable[[Filled, Mapping[str, str]], Filled]]] = {
    "add": policy_form.add_terms,
    "add-language": policy_form.add_language,
}
_EMPTIED: Final = {"add": ("term",), "add-language": ("new-language", "new-category", "new-value")}
"""Fields that are empty again once what they held was put in."""


class Blank(dict[str, Any]):
    """A table for templates: what is not there is empty."""

    def __missing__(self, key: str) -> str:
        return ""


@dataclass(frozen=True, slots=True)
class Desk:
    """What one admin has before them: the draft's text so far, and what was typed around it."""

    text: str
    filled: Filled
    typed: Mapping[str, str]
    as_text: bool = False
    source: int = 0
    problem: Markup | None = None


@room.page("/policies/new", ADMINS)
def new(visit: Here) -> Response:
    """Begins with the version in force under a new name, or with a kept draft (``?from=3``)."""
    source, text, note = visit.number("from"), policy.text_in_force(visit.parts), ""
    if source:
        with visit.parts.store.read() as tx:
            found = policies.get(tx, source)
        text, note = found.text, found.note
        source = source if found.state is PolicyState.DRAFT else 0
    else:
        text = _renamed(text, f"{visit.today:%Y-%m}")
    return _show(visit, Desk(text, Filled(read_sheet(text)), {"note": note}, visit.query("as") == "text", source))


@room.form("/policies/new", ADMINS)
def work(visit: Here) -> Response:
    """One button of the form: each comes back with the same page, ``keep`` with the kept draft's."""
    form = dict(visit.form)
    text = form.get("text", "").replace("\r\n", "\n")
    source = int(form["from"]) if form.get("from", "").isdecimal() and len(form["from"]) < 10 else 0
    as_text, do = form.get("as") == "text", form.get("do", "show")
    try:
        policy.check(text)
        desk = Desk(text, Filled(read_sheet(text)), form, as_text, source)
        desk = desk if as_text else _filled(desk, form)
    except BadInput as exc:
        told = sentence(visit, exc)
        return _show(visit, Desk(text, Filled(Sheet({})), form, as_text=True, source=source, problem=told), 422)
    if do == "keep" and not desk.filled.errors:
        return _keep(visit, desk, form)
    desk = replace(desk, as_text=do == "text" or (as_text and do != "form"))
    return _show(visit, desk, 422 if desk.filled.errors else 200)


def _filled(desk: Desk, form: dict[str, str]) -> Desk:
    """The typed values in the text, and what the pressed button does."""
    filled = policy_form.fill(desk.filled.sheet, form)
    do = form.get("do", "show")
    if do in _ADDING:
        filled = _ADDING[do](filled, form)
        if not filled.errors:
            form |= dict.fromkeys(_EMPTIED[do], "")
    if form.get("take"):
        filled = policy_form.take_out(filled, form["take"])
    if form.get("undo"):
        filled = policy_form.undo(filled, form["undo"])
    if do == "keep" and not form.get("note", "").strip():
        filled = filled.wrong("note", "note")
    text = policy.written(desk.text, filled.sheet)
    return replace(desk, text=text, filled=filled, typed=form)


def _keep(visit: Visit, desk: Desk, form: Mapping[str, str]) -> Response:
    try:
        made = policy.draft(
            visit.parts, desk.text, note=form.get("note", ""), by=visit.by, now=visit.now, instead_of=desk.source
        )
    except KouhouError as exc:
        return _show(visit, replace(desk, problem=sentence(visit, exc)), 422)
    return go(f"/policies/{made.id}", done="policy-drafted")


def _show(visit: Visit, desk: Desk, status: int = 200) -> Response:
    sheet, typed = desk.filled.sheet, desk.typed
    live = read_sheet(policy.text_in_force(visit.parts))
    errors = {} if desk.as_text else _errors(visit, desk.filled)
    values: dict[str, Any] = {".".join(path): value for path, value in sheet.values.items()}
    return page(
        visit,
        "cases/policy_new.html",
        status,
        desk=desk,
        errors=Blank(errors),
        value=lambda name, other="": typed.get(name, "") if name in errors else values.get(name, other),
        note=typed.get("note", ""),
        typed=Blank(typed),
        live=Blank({".".join(path): value for path, value in live.values.items()}),
        numbers=policy_form.numbers(sheet),
        clauses=policy_form.clauses(sheet),
        sheet=sheet,
        out={(each.group, each.language, each.text) for each in sheet.without},
        changes=changes(live, sheet) if sheet.values else [],
        files=_groups_by_file(),
        nine=policy_form.NINE,
        tongues=policy_form.TERM_LANGUAGES,
        **_found(typed),
        **_tried(visit, desk),
    )


def _errors(visit: Visit, filled: Filled) -> dict[str, Markup]:
    """By field; each sentence names its field and says what to write."""
    names = {each.name: _name(visit, each) for each in policy_form.numbers(filled.sheet)}
    names |= {
        each.name: visit.words("draft.clause-of", number=each.category, language=_language(visit, each.language))
        for each in policy_form.clauses(filled.sheet)
    }
    names["new-value"] = visit.words("draft.by-language")
    return {
        name: visit.words(f"draft-error.{key}", field=names.get(name, ""), **facts)
        for name, (key, facts) in filled.errors.items()
    }


def _name(visit: Visit, number: policy_form.Number) -> Markup:
    category = visit.words(f"category.{number.category}") if number.category else Markup()
    if number.key == "hide":
        return visit.words("draft.hide", category=category)
    told = visit.words(f"draft.{number.key}")
    behind = Markup(" ") + _language(visit, number.language) if number.language else Markup()
    return Markup("{} {}{}").format(number.category, told, behind) if number.category else told


def _language(visit: Visit, tag: str) -> Markup:
    return visit.words.nearest("language", tag.replace("-", "."))


def _found(typed: Mapping[str, str]) -> dict[str, Any]:
    """Shipped terms that were searched for; nothing before somebody searched."""
    words, group, language = (typed.get(name, "").strip()[:100] for name in ("q", "find-group", "find-language"))
    if not (words or group or language):
        return {"searched": False, "found": [], "matches": 0}
    found = find_terms(words, group=group, language=language)
    return {"searched": True, "found": found[:MOST_FOUND], "matches": len(found)}


def _tried(visit: Visit, desk: Desk) -> dict[str, Any]:
    words = desk.typed.get("try", "").strip()
    if not words or desk.as_text or desk.problem:
        return {"tried": None, "try_problem": ""}
    try:
        return {"tried": tried(visit.parts, desk.text, words), "try_problem": ""}
    except BadInput as exc:
        return {"tried": None, "try_problem": sentence(visit, exc)}


def _groups_by_file() -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for group, file in group_files().items():
        found.setdefault(file, []).append(group)
    return dict(sorted(found.items()))


def _renamed(text: str, name: str) -> str:
    """Under a name that is not the present one: the month, with a number where that is taken."""
    sheet = read_sheet(text)
    names = (name, *(f"{name}-{number}" for number in range(2, 100)))
    fresh = next(each for each in names if each != sheet.values.get(("name",)))
    return write_sheet(text, replace(sheet, values={**sheet.values, ("name",): fresh}))

"""Reusable notices: choose one, fill its gaps, see every language beside the Japanese that prevails, use it."""

from __future__ import annotations

from dataclasses import replace

from fastapi.responses import Response

from bot.console import desk as shared
from bot.console import sheet as sheets
from bot.console.guard import Here, Number, Room
from bot.console.pages.compose import draw as draw_compose
from bot.console.show import go, page, sentence
from bot.console.visit import Visit
from bot.domain.errors import KouhouError
from bot.domain.people import Role
from bot.usecases import templates
from bot.usecases.preflight import EASY
from bot.usecases.templates import Template

room = Room()
shared.enter("/templates", "staff.templates", "staff|approver")


@room.page("/templates", shared.WRITERS)
def list_page(visit: Here) -> Response:
    urgent = visit.query("lane") == "disaster"
    found = templates.every(visit.parts, _offices(visit))
    return page(
        visit,
        "posts/templates.html",
        found=[each for each in found if not urgent or each.lane.value == "disaster"],
        locale=visit.words.locale,
        may_add=visit.has(Role.APPROVER),
        mine=visit.offices(Role.APPROVER),
    )


@room.page("/templates/new", shared.APPROVERS)
def new_page(visit: Here) -> Response:
    return _draw_new(visit)


@room.form("/templates/new", shared.APPROVERS)
def new_form(visit: Here) -> Response:
    form = {name: visit.form.get(name, "") for name in ("office", "name", "category", "ja", "en", "easy")}
    try:
        if form["office"] not in dict(_office_choices(visit)):
            form["office"] = ""
        templates.add(visit.parts, by=visit.by, now=visit.now, **form)
    except KeyError:
        return _draw_new(visit, visit.words("problem.other-office"))
    except KouhouError as exc:
        return _draw_new(visit, str(sentence(visit, exc)))
    return go("/templates", done="saved")


@room.form("/templates/own/{number}/retire", shared.APPROVERS)
def retire_form(visit: Here, number: Number) -> Response:
    templates.retire(visit.parts, number, by=visit.by, now=visit.now)
    return go("/templates", done="saved")


@room.page("/templates/{key}", shared.WRITERS)
def one_page(visit: Here, key: str) -> Response:
    return _draw(visit, templates.find(visit.parts, key, _offices(visit)), {})


@room.form("/templates/{key}", shared.WRITERS)
def one_form(visit: Here, key: str) -> Response:
    """Shows the filled text, or carries it into the composer; nothing is stored either way."""
    template = templates.find(visit.parts, key, _offices(visit))
    values = {name[6:]: words for name, words in visit.form.items() if name.startswith("field.")}
    if visit.form.get("do") != "use" or templates.missing(template, values, visit.parts.registry()):
        return _draw(visit, template, values)
    texts = templates.fill(template, values, visit.parts.registry())
    sheet = replace(sheets.blank(template.lane), text=texts["ja"])
    also = {"en": texts.get("en", ""), EASY: texts.get("easy", "")}
    sheet = replace(sheet, also={lang: words for lang, words in also.items() if words})
    if template.lane.value == "disaster":
        sheet = replace(sheet, at=shared.wall(visit.now))
    writable = [each.id for each in shared.accounts_written(visit)]
    return draw_compose(visit, replace(sheet, to=tuple(writable if len(writable) == 1 else ())))


def _draw(visit: Visit, chosen: Template, values: dict[str, str]) -> Response:
    """With the template's own example as long as nothing was typed."""
    registry = visit.parts.registry()
    lang = visit.words.lang
    return page(
        visit,
        "posts/template.html",
        chosen=chosen,
        values=values,
        texts=templates.fill(chosen, values or templates.samples(chosen), registry),
        missing=templates.missing(chosen, values, registry) if values else (),
        sampled=not values,
        locale=visit.words.locale,
        offices=[("", "–"), *((each.id, each.names.best(lang)) for each in registry.offices)],
    )


def _draw_new(visit: Visit, problem: str = "") -> Response:
    return page(
        visit,
        "posts/template_new.html",
        422 if problem else 200,
        problem=problem,
        typed=visit.form,
        offices=_office_choices(visit),
        categories=[(each, visit.words(f"category-of.{each}")) for each in templates.CATEGORIES],
    )


def _office_choices(visit: Visit) -> list[tuple[str, str]]:
    mine = visit.offices(Role.APPROVER)
    offices = visit.parts.registry().offices
    return [(each.id, each.names.best(visit.words.lang)) for each in offices if mine is None or each.id in mine]


def _offices(visit: Visit) -> tuple[str, ...] | None:
    return visit.offices(Role.STAFF, Role.APPROVER)

"""How good screening and deciding are, with intervals; blind items to judge; golden cases."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from fastapi.responses import Response

from bot.console import charts, shown
from bot.console import moderating as desk
from bot.console.guard import Here, Number, Room, holders
from bot.console.kept import kept
from bot.console.moderating import FIGURES, HANDS
from bot.console.show import go, page
from bot.console.visit import Visit
from bot.domain.errors import BadInput
from bot.domain.people import Role
from bot.usecases import golden, permit, policies, quality
from bot.usecases.quality import Proposal, Quality, Row
from moderation.categories import Category
from moderation.gloss import known_words

room = Room()
SPANS: Final = (30, 90, 365)


@room.page("/quality", holders(*FIGURES))
def overview(visit: Here) -> Response:
    days = _days(visit.query("days"))
    found = _measured(visit, days)
    with visit.parts.store.read() as tx:
        criticism = permit.latest(tx)
    return page(
        visit,
        "cases/quality.html",
        found=found,
        days=days,
        spans=SPANS,
        permit=criticism,
        by_category=_named(visit, found.by_category),
        by_both=_pairs(visit, found.by_both),
        proposals=_proposed(visit, days),
        to_judge=len(golden.waiting(visit.parts, by=visit.by, now=visit.now)) if _judges(visit) else 0,
        judges=_judges(visit),
        admin=visit.has(Role.ADMIN),
    )


@room.form("/quality/proposals", holders(Role.ADMIN))
def propose(visit: Here) -> Response:
    """A proposed threshold as a draft, by one press; the archive is held against it before anybody can go on."""
    category, days = desk.category_of(visit.form.get("category", "")), _days(visit.form.get("days", ""))
    found = next((each for each in _proposed(visit, days) if each.category is category), None)
    if found is None:
        raise BadInput("There is no such proposal any more; open the page again.").worded("problem.no-proposal")
    facts = {"now": found.now, "then": found.proposed, "cases": found.cases, "n": int(found.category)}
    note = visit.words.plain("quality.draft-note", f1_now=found.f1_now, f1_then=found.f1_then, **facts)
    made = policies.draft_threshold(visit.parts, found.category, found.proposed, note=note, by=visit.by, now=visit.now)
    return go(f"/policies/{made.id}", done="policy-drafted")


@room.page("/quality/precision.svg", holders(*FIGURES))
def precision(visit: Here) -> Response:
    rows = _named(visit, _measured(visit, _days(visit.query("days"))).by_category)
    shares = [(name, round(row.precision.value * 100)) for name, row in rows if row.precision.of]
    return charts.bars(visit.words.plain("quality.precision"), shares, lying=True)


@room.page("/quality/judge", HANDS)
def judge_next(visit: Here) -> Response:
    """One item at a time; nothing tells where it comes from."""
    found = golden.waiting(visit.parts, by=visit.by, now=visit.now, limit=20)
    item = found[0] if found else None
    shown.note(visit, "/quality/judge", [item.id] if item else (), "review")
    return page(
        visit,
        "cases/judge.html",
        item=item,
        glossary=desk.meanings(visit, item.text, known_words(item.text, item.language)) if item else [],
        left=len(found),
        steps=desk.steps(visit),
    )


@room.form("/quality/judge/{number}", HANDS)
def judge(visit: Here, number: Number) -> Response:
    golden.judge(visit.parts, number, desk.opinion_of(visit), by=visit.by, now=visit.now)
    return go("/quality/judge", done="judged")


@room.page("/quality/golden", holders(Role.REVIEWER))
def golden_form(visit: Here) -> Response:
    return page(visit, "cases/golden.html", views=desk.views(visit))


@room.form("/quality/golden", holders(Role.REVIEWER))
def add_golden(visit: Here) -> Response:
    """A case with a known answer, invented or cleared of everything personal."""
    form = visit.form
    category = desk.opinion_of(visit).category
    golden.add_golden(
        visit.parts, text=form.get("text", ""), post=form.get("post", ""), category=category,
        note="criticism" if form.get("criticism") else "", by=visit.by, now=visit.now,
    )  # fmt: skip
    return go("/quality/golden", done="golden-added")


def _measured(visit: Visit, days: int) -> Quality:
    since, offices = visit.now - timedelta(days=days), visit.offices(*FIGURES)
    return kept(
        visit,
        ("quality", days, offices),
        lambda: quality.measure(visit.parts, since=since, until=visit.now, offices=offices),
    )


def _proposed(visit: Visit, days: int) -> list[Proposal]:
    since = visit.now - timedelta(days=days)
    return kept(visit, ("proposals", days), lambda: quality.proposals(visit.parts, since=since, until=visit.now))


def _named(visit: Visit, rows: Sequence[Row]) -> list[tuple[str, Row]]:
    return [(f"{n} {visit.words.plain(f'category.{n}')}", row) for n, row in enumerate(rows, 1)]


def _pairs(visit: Visit, rows: Sequence[Row]) -> list[tuple[str, Row]]:
    """Rows of one category in one language, with both in words."""
    number = {each.slug: int(each) for each in Category}
    named = []
    for row in rows:
        slug, _, tag = row.name.partition("/")
        language = visit.words.nearest("language", tag.replace("-", "."))
        named.append((f"{number[slug]} {visit.words.plain(f'category.{number[slug]}')} {language.striptags()}", row))
    return named


def _days(text: str) -> int:
    return int(text) if text in {str(each) for each in SPANS} else 90


def _judges(visit: Visit) -> bool:
    return visit.has(Role.MODERATOR, Role.REVIEWER)

"""The source line for content of the agency's website: for a post, a leaflet or somebody who asks how to quote."""

from __future__ import annotations

from typing import Final

from fastapi.responses import Response

from bot.console.guard import SIGNED_IN, Here, Room
from bot.console.show import page
from bot.roster.cite import WORDINGS, NotCitable, Terms, cite, own_site

room = Room()
MOST: Final = 1000
"""Characters of an address or a title; longer ones are no citation."""


@room.page("/cite", SIGNED_IN)
def citation(visit: Here) -> Response:
    """Everything is asked by the address, so that a line can be made again from its link. Nothing is stored."""
    typed = visit.request.query_params
    asked = {name: typed.get(name, "").strip()[:MOST] for name in ("url", "title", "by")}
    language = visit.query("language") if visit.query("language") in WORDINGS else "ja"
    terms = Terms.PDL1 if visit.query("terms") == Terms.PDL1 else Terms.WEBSITE
    edited = visit.query("edited") == "1"
    made, problem = None, ""
    if asked["url"]:
        try:
            made = cite(**asked, language=language, edited=edited, terms=terms)
        except NotCitable:
            problem = _problem(edited, asked["title"])
    return page(
        visit, "roster/cite.html", 422 if problem else 200, asked=asked, language=language, languages=tuple(WORDINGS),
        terms=terms, all_terms=tuple(Terms), edited=edited, made=made, own=made is None or own_site(asked["url"]), problem=visit.words(problem) if problem else "",
    )  # fmt: skip


def _problem(edited: bool, title: str) -> str:
    return "cite.title-missing" if edited and not title else "cite.no-address"

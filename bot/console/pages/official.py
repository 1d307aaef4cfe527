"""The public trust pages: which accounts are official, in each language, for people and for machines."""

from __future__ import annotations

from typing import Final

from fastapi.responses import JSONResponse, Response

from bot.console.guard import ANYBODY, Here, Room
from bot.console.show import page
from bot.console.visit import Visit
from bot.domain.accounts import Platform
from bot.roster import export
from bot.roster.diff import diff
from bot.roster.export import FeedEntry
from bot.roster.load import parse
from bot.roster.verify import verify
from bot.store import roster_changes
from bot.store.roster_changes import ChangeState

room = Room()
NAMES: Final = {"ja": "日本語", "en": "English", "zh-Hans": "简体中文", "vi": "Tiếng Việt"}
"""Each language by its own name."""
PUBLIC: Final = {"Cache-Control": "public, max-age=300", "Access-Control-Allow-Origin": "*"}


@room.page("/official", ANYBODY)
def official(visit: Here) -> Response:
    """The account tables of the policy page, from the one roster, so that no two languages can disagree."""
    asked = visit.query("lang", visit.words.lang)
    language = asked if asked in NAMES else "ja"
    registry = visit.parts.registry()
    tables = [(platform, export.account_table(registry, platform, language)) for platform in Platform]
    return page(visit, "roster/official.html", tables=tables, language=language, languages=NAMES)


@room.page("/official.json", ANYBODY)
def official_json(visit: Here) -> Response:
    return JSONResponse(export.as_data(visit.parts.registry(), updated=visit.now), headers=PUBLIC)


@room.page("/official.atom", ANYBODY)
def official_feed(visit: Here) -> Response:
    """Every change of the list since this service keeps it."""
    base = str(visit.request.base_url).rstrip("/")
    author = next((each.names.ja for each in visit.parts.registry().offices if each.parent is None), "")
    feed = export.atom(_history(visit), feed_url=f"{base}/official.atom", page_url=f"{base}/official", author=author)
    return Response(feed, media_type="application/atom+xml", headers=PUBLIC)


@room.page("/official/verify", ANYBODY)
def verify_page(visit: Here) -> Response:
    """``?url=`` says official, retired, look-alike or unknown; JSON for machines that ask for it."""
    asked = visit.query("url")
    answer = verify(asked, visit.parts.registry()) if asked else None
    if answer is not None and "application/json" in visit.request.headers.get("accept", ""):
        return JSONResponse(answer.as_dict(), headers=PUBLIC)
    account = answer.account if answer else None
    office = visit.parts.office(account).names.best(visit.words.lang) if account else ""
    return page(visit, "roster/verify.html", asked=asked, answer=answer, account=account, office=office)


def _history(visit: Visit) -> list[FeedEntry]:
    with visit.parts.store.read() as tx:
        applied = roster_changes.find(tx, states=[ChangeState.APPLIED], limit=50)
    newer = visit.app.keeper.registry
    entries = []
    for change in applied:  # newest first: each base is what the next older one led to
        older = parse(change.base_text.encode("utf-8")).registry
        told = export.public_changes(diff(older, newer))
        if told and change.applied_at is not None:
            entries.append(FeedEntry(change.applied_at, newer.digest, told))
        newer = older
    return entries

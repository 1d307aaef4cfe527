"""Finding every reply on X: mentions, search by conversation, search for quotes; each with its own cursor.

A sweep reads newest first and pages backwards to ``since``. ``since`` moves only after the last page, so a crash
between two pages loses nothing. X shows posts late at times, so the newest minutes are always read again.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import groupby
from typing import Final

from bot.domain.accounts import Account
from bot.domain.errors import BadInput, Kind, Rejected
from bot.domain.ports import Clock, ReplyPage, SeenReply
from bot.platforms.calls import repeatable
from bot.platforms.cursors import Cursor, load
from bot.platforms.times import first_id_at, is_id, minted_at
from bot.platforms.x.client import Clients, Said
from bot.platforms.x.dialect import Dialect, asked, included, reply, rows

MENTIONS: Final = "mentions"
MENTIONS_REACH: Final = 800
QUERY_LIMIT: Final = 512
LATE: Final = timedelta(minutes=5)
SEARCH_REACH: Final = timedelta(days=7) - timedelta(minutes=5)
_OPERATORS: Final = {"conversations": "conversation_id:", "quotes": "quotes_of_tweet_id:"}


def sources(recent: Sequence[str]) -> tuple[str, ...]:
    """``mentions``, then ``conversations:<ids>`` and ``quotes:<ids>``, one per day of posting and 512 characters.

    Grouping by day keeps the names, and so their cursors, stable while posts come and old ones drop out.
    """
    ids = sorted({each for each in recent if is_id(each)}, key=int)
    days = [list(group) for _, group in groupby(ids, key=lambda each: minted_at(each).date())]
    named = (
        f"{word}:{','.join(chunk)}"
        for word, operator in _OPERATORS.items()
        for day in days
        for chunk in _chunks(day, operator)
    )
    return (MENTIONS, *named)


def query(source: str) -> str:
    """The search query of a source; at most 512 characters."""
    word, _, ids = source.partition(":")
    if word not in _OPERATORS or not all(map(is_id, ids.split(","))):
        raise BadInput("This is no sweep of X; take the names from sources().", key=source[:60])
    return " OR ".join(f"{_OPERATORS[word]}{each}" for each in ids.split(","))


@dataclass(frozen=True, slots=True)
class Sweeps:
    """Reads one page per call."""

    clients: Clients
    clock: Clock
    dialect: Dialect

    def page(self, account: Account, source: str, cursor: str) -> ReplyPage:
        at = load(cursor)
        read = self._mentions if source == MENTIONS else self._search
        with repeatable():
            try:
                return read(account, source, at)
            except Rejected as exc:
                if not at.page or exc.kind is not Kind.CONTENT:
                    raise
            return read(account, source, at.restarted())  # X has forgotten the page

    def _mentions(self, account: Account, source: str, at: Cursor) -> ReplyPage:
        params = {**asked(self.dialect), "max_results": "100"}
        if at.since:
            params["since_id"] = str(at.since)
        if at.page:
            params["pagination_token"] = at.page
        route = f"/2/users/{self.clients.own_id(account)}/mentions"
        said = self.clients.request(account, "GET", route, params=params)
        total = at.seen + len(rows(said.page))
        cut_off = bool(at.since) and not next_token(said) and total >= MENTIONS_REACH
        return self._turn(account, source, at, said, gap=cut_off)

    def _search(self, account: Account, source: str, at: Cursor) -> ReplyPage:
        """A ``since_id`` beyond the seven days of search is refused, so it is left out."""
        params = {**asked(self.dialect), "query": query(source), "max_results": "100", "sort_order": "recency"}
        reach = first_id_at(self.clock() - SEARCH_REACH)
        if at.since > reach:
            params["since_id"] = str(at.since)
        if at.page:
            params["next_token"] = at.page
        said = self.clients.request(account, "GET", "/2/tweets/search/recent", params=params)
        return self._turn(account, source, at, said, gap=0 < at.swept < reach and not next_token(said))

    def _turn(self, account: Account, source: str, at: Cursor, said: Said, *, gap: bool) -> ReplyPage:
        found = rows(said.page)
        top = max((int(row["id"]) for row in found if is_id(str(row.get("id", "")))), default=0)
        token = next_token(said)
        settled = first_id_at(self.clock() - LATE)
        after = at.turned(token, top, len(found)) if token else at.finished(top, settled)
        budgets = said.budgets(source.partition(":")[0])
        return ReplyPage(tuple(self._others(account, said)), after.dump(), bool(token), gap, budgets)

    def _others(self, account: Account, said: Said) -> Iterable[SeenReply]:
        """What others wrote; our own posts are no replies."""
        users, media = included(said.page, "users", "id"), included(said.page, "media", "media_key")
        own = self.clients.own_id(account)
        seen = (reply(row, users, media) for row in rows(said.page))
        return (each for each in seen if each.author_id != own and each.platform_id)


def next_token(said: Said) -> str:
    """The next page of a list answer; empty at the end."""
    meta = said.page.get("meta")
    return str(meta.get("next_token") or "") if isinstance(meta, dict) else ""


def _chunks(ids: Sequence[str], operator: str) -> Iterable[tuple[str, ...]]:
    """As many ids as fit into one query."""
    chunk: list[str] = []
    for each in ids:
        if chunk and len(" OR ".join(f"{operator}{one}" for one in (*chunk, each))) > QUERY_LIMIT:
            yield tuple(chunk)
            chunk = []
        chunk.append(each)
    if chunk:
        yield tuple(chunk)

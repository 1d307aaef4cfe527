"""Looking again at known replies: what stands, what it says now, what is gone."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from bot.domain.accounts import Account
from bot.domain.ports import Looked, SeenReply
from bot.platforms.calls import repeatable
from bot.platforms.x.client import Clients, Said
from bot.platforms.x.dialect import Dialect, Raw, asked, included, reply, rows, versions

AT_ONCE: Final = 100
_STILL_THERE: Final = ("internal", "hydration", "unavailable")


@dataclass(frozen=True, slots=True)
class LookDesk:
    """Asks in hundreds. Every edit of a post has an id of its own: the newest text is shown under the asked id."""

    clients: Clients
    dialect: Dialect

    def look(self, account: Account, ids: Sequence[str]) -> Looked:
        pages = self._ask(account, ids)
        shown = {each.platform_id: each for page in pages for each in _replies(page)}
        newest = _newest_of(pages, frozenset(ids))
        later = sorted({each for each in newest.values() if each not in shown})
        shown |= {each.platform_id: each for page in self._ask(account, later) for each in _replies(page)}
        present = tuple(replace(shown[newest[each]], platform_id=each) for each in ids if newest.get(each) in shown)
        gone = frozenset(each for page in pages for each in _gone(page.page))
        budgets = pages[-1].budgets("look") if pages else ()
        return Looked(present, tuple(each for each in ids if each in gone), budgets)

    def _ask(self, account: Account, ids: Sequence[str]) -> list[Said]:
        return [self._page(account, ids[start : start + AT_ONCE]) for start in range(0, len(ids), AT_ONCE)]

    def _page(self, account: Account, ids: Sequence[str]) -> Said:
        with repeatable():
            return self.clients.request(
                account, "GET", "/2/tweets", params={**asked(self.dialect), "ids": ",".join(ids)}
            )


def _replies(said: Said) -> Iterable[SeenReply]:
    users, media = included(said.page, "users", "id"), included(said.page, "media", "media_key")
    return (reply(row, users, media) for row in rows(said.page))


def _newest_of(pages: Iterable[Said], ids: frozenset[str]) -> dict[str, str]:
    """For each asked id that X shows, the id of its newest version."""
    newest: dict[str, str] = {}
    for row in (row for page in pages for row in rows(page.page)):
        chain = (str(row.get("id")), *versions(row))
        newest |= dict.fromkeys(ids.intersection(chain), max(chain, key=lambda each: (len(each), each)))
    return newest


def _gone(page: Raw) -> list[str]:
    """Deleted, protected and suspended posts alike; not those that X merely failed to fetch."""
    errors = page.get("errors")
    named = [each for each in errors if isinstance(each, dict)] if isinstance(errors, list) else []
    return [
        str(each.get("resource_id") or each.get("value"))
        for each in named
        if not any(word in str(each.get("type", "")) for word in _STILL_THERE)
    ]

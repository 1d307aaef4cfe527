"""Being told by X as things happen: one webhook of the app, and subscriptions to events of each account.

Replies, quotes and blocks are private events and want the account's OAuth 2.0 token at the moment of subscribing;
without one they are left to polling, and the answer says so.
"""

from __future__ import annotations

from typing import Any, Final

import structlog

from bot.domain.accounts import Account
from bot.domain.errors import AuthExpired, Rejected
from bot.domain.ports import Pushing
from bot.platforms.calls import repeatable
from bot.platforms.x.client import Clients

log = structlog.get_logger()

PUBLIC: Final = ("post.create", "post.delete", "profile.update.handle", "profile.update.screenname")
PRIVATE: Final = ("post.reply.create", "post.mention.create", "post.quote.create", "block.block", "block.unblock")
TAG: Final = "kouhou"


class ActivityDesk:
    """Looks up and makes webhooks and subscriptions; what stands already is not made twice."""

    def __init__(self, clients: Clients) -> None:
        self._clients = clients

    def pushing(self, account: Account, url: str, *, ask: bool) -> Pushing:
        with repeatable():
            hook = self._webhook(url, ask=ask)
            told = self._told(account, hook) if hook else set()
        wanted = [each for each in (*PUBLIC, *PRIVATE) if each not in told]
        if hook and ask:
            told |= {event for event in wanted if self._subscribed(account, event, hook)}
        missing = tuple(each for each in wanted if each not in told)
        return Pushing(tuple(sorted(told)), missing)

    def _webhook(self, url: str, *, ask: bool) -> str:
        """The id of the webhook that delivers to ``url``, empty when there is none or X gave it up."""
        found = self._clients.app_request("GET", "/2/webhooks").page.get("data")
        mine = next((each for each in _objects(found) if each.get("url") == url), None)
        if mine is None:
            made = self._clients.app_request("POST", "/2/webhooks", body={"url": url}).data if ask else {}
            return str(made.get("id") or "")
        ident = str(mine.get("id") or "")
        if mine.get("valid") is not False or not ask:
            return ident if mine.get("valid") is not False else ""
        again = self._clients.app_request("PUT", f"/2/webhooks/{ident}").data
        return ident if again.get("valid") is True else ""

    def _told(self, account: Account, hook: str) -> set[str]:
        own = self._clients.own_id(account)
        found = self._clients.app_request("GET", "/2/activity/subscriptions").page.get("data")
        return {
            str(each.get("event_type"))
            for each in _objects(found)
            if str(each.get("webhook_id")) == hook and str((each.get("filter") or {}).get("user_id")) == own
        }

    def _subscribed(self, account: Account, event: str, hook: str) -> bool:
        body = {
            "event_type": event,
            "filter": {"user_id": self._clients.own_id(account)},
            "tag": TAG,
            "webhook_id": hook,
        }
        try:
            if event in PRIVATE:
                self._clients.oauth2_request(account, "POST", "/2/activity/subscriptions", body=body)
            else:
                self._clients.app_request("POST", "/2/activity/subscriptions", body=body)
        except (AuthExpired, Rejected) as exc:
            log.info("event_not_subscribed", account=account.id, event_type=event, error=type(exc).__name__)
            return False
        return True


def _objects(data: object) -> list[dict[str, Any]]:
    return [each for each in data if isinstance(each, dict)] if isinstance(data, list) else []

"""Screen what was collected; a flagged reply, or one that needs a look, opens exactly one case."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import structlog

from bot.domain.accounts import Account
from bot.domain.cases import KeptReply
from bot.domain.people import SERVICE
from bot.store import audit, cases, posts, replies, service
from bot.store.database import Tx
from bot.usecases.parts import Parts
from bot.usecases.policies import remember
from moderation.cases import ENDED, CaseState, lane
from moderation.drafts import text_of
from moderation.flood import Repeats, shape, with_flood
from moderation.model import Action, Reply, Verdict

log = structlog.get_logger()

FLOOD_SPAN: Final = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Screened:
    """What one tick judged."""

    replies: int = 0
    cases: int = 0
    urgent: int = 0


def screen_replies(parts: Parts, *, now: datetime, limit: int = 256) -> Screened:
    """Judges the oldest unscreened replies under the live policy; idempotent, any number of processes may tick."""
    with parts.store.read() as tx:
        waiting = [reply for reply in replies.unscreened(tx, limit=limit) if reply.text is not None]
        texts = {reply.id: reply_to_screen(parts, tx, reply) for reply in waiting}
    screener = parts.screener()
    verdicts = screener.screen_many([texts[reply.id] for reply in waiting])
    if verdicts:
        with parts.store.begin() as tx:
            remember(tx, verdicts[0].policy, text_of(screener), now=now)
    opened = urgent = 0
    for reply, verdict in zip(waiting, verdicts, strict=True):
        with parts.store.begin() as tx:
            case_opened = _judge(parts, tx, reply, verdict, now)
        opened += case_opened
        urgent += case_opened and verdict.action is Action.URGENT
    if waiting:
        log.info("replies_screened", replies=len(waiting), cases=opened, urgent=urgent)
    return Screened(len(waiting), opened, urgent)


def _judge(parts: Parts, tx: Tx, reply: KeptReply, verdict: Verdict, now: datetime) -> bool:
    words = reply.text or ""
    begins = reply.written_at - FLOOD_SPAN
    calm, verdict = verdict, with_flood(verdict, words, Repeats(*replies.same_words(tx, words, since=begins)))
    if verdict is not calm:
        replies.judge_again(tx, words, since=begins)
    number = replies.add_verdict(tx, reply, verdict, at=now)
    existing = cases.of_reply(tx, reply.id)
    if verdict.action is Action.NONE and existing is None:
        return False
    kept = replies.verdict(tx, number)
    harm = lane(frozenset(verdict.labels), frozenset(signal.kind for signal in verdict.signals))
    if existing is not None:
        state = CaseState.OPEN if existing.state in ENDED and verdict.action is not Action.NONE else existing.state
        cases.refresh(tx, existing, kept, lane=harm, state=state, group_key=_group(tx, words))
        return False
    account = parts.account(reply.account)
    case = cases.open_case(tx, reply, kept, office=account.office, lane=harm, group_key=_group(tx, words), at=now)
    labels = [int(label) for label in verdict.labels]
    audit.append(
        tx,
        SERVICE,
        "case.opened",
        f"case:{case.id}",
        at=now,
        office=case.office,
        reply=reply.id,
        labels=labels,
        policy=verdict.policy,
        lane=harm,
    )
    if verdict.action is Action.URGENT:
        service.tell(tx, [f"office:{case.office}", "role:moderator"], "case.urgent", f"case:{case.id}", at=now)
    return True


def _group(tx: Tx, words: str) -> str:
    """Equal for replies that say the same thing; useless to anybody without the key."""
    same = shape(words)
    return tx.seal.fingerprint(same) if same else ""


def reply_to_screen(parts: Parts, tx: Tx, reply: KeptReply, *, post: str | None = None) -> Reply:
    """What the screener is shown of a kept reply; ``post`` where the caller knows its words already."""
    account = parts.account(reply.account)
    return Reply(
        text=reply.text or "",
        id=str(reply.id),
        lang="",
        platform=reply.platform,
        account=account.handle,
        kind=reply.kind,
        post=_post_text(tx, account, reply) if post is None else post,
        author=reply.author,
    )


def _post_text(tx: Tx, account: Account, reply: KeptReply) -> str:
    """The words of our post that the reply stands under, empty if it was not sent by this service."""
    for platform_id in dict.fromkeys((reply.conversation_id, reply.parent_id)):
        post = posts.by_platform_id(tx, account.id, platform_id) if platform_id else None
        if post is not None:
            return post.revision.content.text
    return ""

"""While a version is proposed, replies that come in are screened under it as well, and counted. Nothing else happens."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any, Final

from bot.domain.cases import KeptReply
from bot.domain.judging import PolicyState, PolicyVersion
from bot.store import archive, policies
from bot.store.database import Tx
from bot.usecases.parts import Parts
from bot.usecases.rescreen import Judged, as_judged, screen_rows
from bot.usecases.rescreen_report import KINDS, Labels, Report
from bot.usecases.screen_replies import reply_to_screen
from moderation.drafts import screener_under
from moderation.model import Official, Reply
from moderation.screen import Screener

AT_ONCE: Final = 256
Batch = list[tuple[KeptReply, Labels]]


def shadow(parts: Parts, *, now: datetime) -> int:
    """The job. Returns how many replies were counted; one that is screened late, after younger ones, is left out."""
    with parts.store.read() as tx:
        waiting = policies.find(tx, states=[PolicyState.PROPOSED], limit=3)
    return sum(_count_new(parts, version, now) for version in waiting)


def _count_new(parts: Parts, version: PolicyVersion, now: datetime) -> int:
    after = int(version.shadow.get("after", 0))
    with parts.store.read() as tx:
        batch = archive.between(
            tx, since=version.proposed_at or now, until=now + timedelta(seconds=1), account="", after_id=after,
            limit=AT_ONCE,
        )  # fmt: skip
        rows: list[Reply] = [reply_to_screen(parts, tx, reply) for reply, _ in batch]
    if not batch:
        return 0
    officials = tuple(parts.registry().officials())
    judged = screen_rows(_screener(version.text, officials, parts.screener().modelled), rows)
    with parts.store.begin() as tx:
        found = policies.get(tx, version.id)
        if found.state is not PolicyState.PROPOSED or found.shadow.get("after", 0) != after:
            return 0  # decided on meanwhile, or another process counted them
        policies.change(tx, version.id, found.state, shadow=_added(tx, found, batch, judged))
    return len(batch)


def _added(tx: Tx, version: PolicyVersion, batch: Batch, judged: list[Judged]) -> dict[str, Any]:
    """The counts so far and those of a batch; ``after`` is the last reply that was counted."""
    report = Report(version.version, version.base)
    for (reply, before), (labels, language) in zip(batch, judged, strict=True):
        report.count(reply, before, as_judged(tx, reply, before, labels), language)
    news = {name: getattr(report, name) for name in ("looked_at", "flags_before", "flags_after")}
    news |= {kind: getattr(report, kind).total for kind in KINDS}
    counts = {name: count + int(version.shadow.get(name, 0)) for name, count in news.items()}
    return counts | {"after": batch[-1][0].id}


@lru_cache(maxsize=2)
def _screener(text: str, officials: tuple[Official, ...], model: bool) -> Screener:
    return screener_under(text, officials, model=model)

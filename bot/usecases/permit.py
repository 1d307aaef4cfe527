"""How much criticism the version in force leaves alone: the agency's own examples, else those that ship.

Worked out beside the screener, which has the weights in memory, and kept as an event of the trail: pages read the newest
one, and the trail tells how the share went from version to version.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Final

from bot.domain.judging import Golden
from bot.domain.people import SERVICE
from bot.store import audit, judging
from bot.store.database import Tx
from bot.usecases.parts import Parts
from moderation import criticism
from moderation.evaluate import Share, wilson
from moderation.model import Reply
from moderation.screen import Screener

MEASURED: Final = "permit.measured"


@dataclass(frozen=True, slots=True)
class Permit:
    """``own`` is measured on golden cases that reviewers noted as criticism. Only while there are none, ``shipped`` is
    measured on rows that come with the program: the weights were chosen on rows like them, so it flatters and is never
    shown without saying what it is. A share over nothing has ``of`` 0. ``examples`` (how many, newest) tells one set
    of golden cases from another.
    """

    own: Share
    shipped: Share
    version: str
    examples: str
    at: datetime


def own(parts: Parts) -> Share:
    """Of the golden cases noted as criticism: those in which the present screener sees no category at all."""
    with parts.store.read() as tx:
        kept = _examples(tx)
    return _left_alone(parts.screener(), tuple((each.text, each.post) for each in kept)) if kept else wilson(0, 0)


def measure(parts: Parts, *, now: datetime) -> Permit:
    """The job's tick: measures a version, or a set of examples, that was not measured yet, and writes the event."""
    screener = parts.screener()
    with parts.store.read() as tx:
        before, kept = latest(tx), _examples(tx)
    examples = f"{len(kept)}/{max((each.id for each in kept), default=0)}"
    if before is not None and (before.version, before.examples) == (screener.policy.version, examples):
        return before
    share = own(parts)
    rows = 0 if share.of else len(criticism.rows())
    shipped = wilson(rows - len(criticism.flagged(screener)) if rows else 0, rows)
    shares = {"own": [share.hits, share.of], "shipped": [shipped.hits, shipped.of]}
    with parts.store.begin() as tx:
        subject = f"policy:{screener.policy.version}"
        audit.append(tx, SERVICE, MEASURED, subject, at=now, shares=shares, examples=examples)
    return Permit(share, shipped, screener.policy.version, examples, now)


def latest(tx: Tx) -> Permit | None:
    """As measured last; None before the first time."""
    event = audit.newest(tx, MEASURED)
    if event is None:
        return None
    shares, version = event.facts["shares"], event.subject.partition(":")[2]
    return Permit(wilson(*shares["own"]), wilson(*shares["shipped"]), version, event.facts["examples"], event.at)


def _examples(tx: Tx) -> list[Golden]:
    """What reviewers noted as criticism that is no violation."""
    return [each for each in judging.goldens(tx) if each.category is None and "criticism" in each.note]


@lru_cache(maxsize=1)
def _left_alone(screener: Screener, texts: tuple[tuple[str, str], ...]) -> Share:
    """Worked out once for a version and a set of examples."""
    verdicts = screener.screen_many([Reply(text=text, post=post) for text, post in texts])
    return wilson(sum(not each.labels for each in verdicts), len(verdicts))

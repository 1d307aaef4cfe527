"""How much criticism the version in force leaves alone: on the agency's own examples, else on the rows that ship.

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
from bot.store import audit, judging, policies
from bot.store.database import Tx
from bot.usecases.parts import Parts
from moderation import criticism
from moderation.evaluate import Share, wilson
from moderation.model import Reply
from moderation.screen import Screener

MEASURED: Final = "permit.measured"


@dataclass(frozen=True, slots=True)
class Permit:
    """``own`` is measured on golden cases that reviewers noted as criticism; over nothing (``of`` 0) until there are some.
    Only then ``shipped`` is given, of rows that come with the program: the weights were chosen on rows like them, so it
    flatters and is never shown without saying what it is.
    """

    own: Share
    shipped: Share
    at: datetime | None


def own(parts: Parts) -> Share:
    """Of the golden cases noted as criticism: those in which the present screener sees no category at all."""
    with parts.store.read() as tx:
        kept = _examples(tx)
    return _left_alone(parts.screener(), tuple((each.text, each.post) for each in kept)) if kept else wilson(0, 0)


def measure(parts: Parts, *, now: datetime) -> None:
    """The job's tick: writes an event for a version, or for examples, that were not measured yet."""
    with parts.store.read() as tx:
        kept, before = _examples(tx), audit.newest(tx, MEASURED)
    if not kept and before is None:
        return
    subject = f"policy:{parts.screener().policy.version}"
    examples = f"{len(kept)}/{max((each.id for each in kept), default=0)}"  # how many, newest
    if before is None or (before.subject, before.facts["examples"]) != (subject, examples):
        share = own(parts)
        with parts.store.begin() as tx:
            audit.append(tx, SERVICE, MEASURED, subject, at=now, left_alone=share.hits, of=share.of, examples=examples)


def latest(tx: Tx) -> Permit:
    """As measured last, or what is known of the rows that ship."""
    event = audit.newest(tx, MEASURED)
    share = wilson(event.facts["left_alone"], event.facts["of"]) if event else wilson(0, 0)
    return Permit(share, wilson(0, 0) if share.of else _shipped(tx), event.at if event else None)


def _shipped(tx: Tx) -> Share:
    """Of a version that was made live: as its rescreen found."""
    live = policies.live(tx)
    told = live.report.get("criticism", {}) if live else {}
    flagged, of = (told["after"], told["of"]) if told.get("of") else criticism.shipped()
    return wilson(of - flagged, of)


def _examples(tx: Tx) -> list[Golden]:
    """What reviewers noted as criticism that is no violation."""
    return [each for each in judging.goldens(tx) if each.category is None and "criticism" in each.note]


@lru_cache(maxsize=1)
def _left_alone(screener: Screener, texts: tuple[tuple[str, str], ...]) -> Share:
    """Worked out once for a version and a set of examples."""
    verdicts = screener.screen_many([Reply(text=text, post=post) for text, post in texts])
    return wilson(sum(not each.labels for each in verdicts), len(verdicts))

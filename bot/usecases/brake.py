"""The brake: a new policy version that suddenly flags or wrongs many more people is taken back by itself.

In the manner of Wikipedia's AbuseFilter (more than 2 hits and more than 5 % within 24 hours), made fit for screening:
the rate is held against the version before, so that a policy which rightly flags 8 % is not braked for it, and the
difference must be more than chance.
"""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from bot.domain.judging import PolicyState, PolicyVersion
from bot.domain.people import SERVICE
from bot.store import figures_of_policy as figures
from bot.store import policies
from bot.store.database import Tx
from bot.usecases.parts import Parts
from bot.usecases.policies import take_back_in
from moderation.drafts import shipped_version
from moderation.evaluate import Share, wilson

WATCH: Final = timedelta(hours=72)
"""How long a new version is watched: a weekend with few replies must not be its whole trial."""
BEFORE: Final = timedelta(days=14)
"""How far back the version before is looked at."""
ALARM: Final = timedelta(days=7)
"""How long the front page tells of a version that was taken back by itself."""
MORE_HITS: Final = 2
MORE_SHARE: Final = 0.05
TOO_MUCH: Final = 0.5


@dataclass(frozen=True, slots=True)
class Rates:
    """A version beside the one before: flags of replies screened, reversals of measures taken."""

    flags: Share
    flags_before: Share
    reversals: Share
    reversals_before: Share

    @property
    def why(self) -> str:
        """``flag-rate`` or ``reversal-rate`` when the brake falls, else empty."""
        if jumped(self.flags, self.flags_before):
            return "flag-rate"
        return "reversal-rate" if jumped(self.reversals, self.reversals_before) else ""


@dataclass(frozen=True, slots=True)
class Watch:
    """How a live version does, until when it is watched, and from how many hits of so many the brake would fall.

    None: not even if all of them were.
    """

    rates: Rates
    until: datetime
    flags_at: int | None
    reversals_at: int | None


def watch(tx: Tx, live: PolicyVersion, *, now: datetime) -> Watch:
    """What the page of a live version shows."""
    seen = rates(tx, live, now=now)
    return Watch(
        seen,
        (live.live_at or now) + WATCH,
        falls_at(seen.flags.of, seen.flags_before),
        falls_at(seen.reversals.of, seen.reversals_before),
    )


def falls_at(of: int, old: Share) -> int | None:
    """The fewest hits among ``of`` that are a jump."""
    fewest = bisect_left(range(of + 1), True, key=lambda hits: jumped(wilson(hits, of), old))
    return fewest if fewest <= of else None


def tripped(tx: Tx, *, now: datetime) -> PolicyVersion | None:
    """The version that the brake took back in the last seven days, unless a newer one went live since."""
    found = policies.find(tx, states=[PolicyState.BRAKED], limit=20)
    last = max(found, key=lambda each: each.ended_at or each.made_at, default=None)
    if last is None or last.ended_at is None or now - last.ended_at > ALARM:
        return None
    live = policies.live(tx)
    return None if live and live.live_at and live.live_at > last.ended_at else last


def jumped(new: Share, old: Share) -> bool:
    """More than 2 hits beyond what the old rate explains, more than 5 points above it, and not by chance: the two 95 %
    intervals lie apart. Where little is known of the old rate, more than half is too much whatever it was.
    """
    expected = old.value * new.of
    ceiling = max(old.value, min(old.high, TOO_MUCH))
    return new.hits > expected + MORE_HITS and new.value > old.value + MORE_SHARE and new.low > ceiling


def rates(tx: Tx, live: PolicyVersion, *, now: datetime) -> Rates:
    """What the live version has done since it went live, beside the version it replaced."""
    begin, before = live.live_at or now, _before(tx, live)
    flagged, screened = figures.screened(tx, live.version, since=begin, until=now)
    flagged_before, screened_before = figures.screened(tx, before, since=begin - BEFORE, until=begin)
    back, taken = figures.measures(tx, live.version, since=begin, until=now)
    back_before, taken_before = figures.measures(tx, before, since=begin - BEFORE, until=begin)
    return Rates(
        wilson(flagged, screened),
        wilson(flagged_before, screened_before),
        wilson(back, taken),
        wilson(back_before, taken_before),
    )


def _before(tx: Tx, live: PolicyVersion) -> str:
    """The version that it replaced; the one it was drafted from may have been replaced itself meanwhile."""
    replaced = policies.replaced_by(tx, live)
    if replaced is not None:
        return replaced.version
    base = policies.by_version(tx, live.base)
    return live.base if base is None or base.state is PolicyState.SHIPPED else shipped_version()


def brake(parts: Parts, *, now: datetime) -> str:
    """The job: takes a runaway version back and tells people. Returns why, empty when nothing was done."""
    with parts.store.begin() as tx:
        live = policies.live(tx)
        if live is None or live.live_at is None or now - live.live_at > WATCH:
            return ""
        why = rates(tx, live, now=now).why
        if why:
            take_back_in(tx, PolicyState.BRAKED, why, by=SERVICE, now=now)
        return why

"""The doctor's questions about sending: stuck calls, typed times, tokens, limits, money, mail."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final

from bot.domain.accounts import Platform
from bot.settings import Settings
from bot.store import attempts, health, looks, mailing
from bot.usecases.duty import day
from bot.usecases.finding import FAIL, OK, WARN, Check
from bot.usecases.lanes import APP_CREATES, EVERYBODY, MONEY, RESERVE, app_budget
from bot.usecases.parts import Parts
from bot.usecases.wall_times import disagreeing

STUCK: Final = timedelta(seconds=60)
UNMAILED: Final = timedelta(hours=1)
PROBED: Final = timedelta(hours=26)
"""A token that was not probed for longer is an unanswered question; the daily probe has had two hours to be late."""


def check_sending(parts: Parts, settings: Settings, *, now: datetime) -> Iterator[Check]:
    """Every finding about the way out."""
    yield from _stuck(parts, now)
    yield _walls(parts, now)
    yield from _tokens(parts, now)
    yield from _limits(parts, now)
    yield _looks(parts, now)
    yield _mail(parts, settings, now)


def _stuck(parts: Parts, now: datetime) -> Iterator[Check]:
    with parts.store.read() as tx:
        claims = attempts.claims(tx)
    old = [each for each in claims if each.until <= now or _sent_long_ago(each, now)]
    if old:
        names = ", ".join(str(each.post.id) for each in old[:10])
        message = f"Posts in flight for more than a minute: {names}."
        yield Check("posts-stuck", FAIL, message, "Restart the publisher; they are looked for, never resent.")


def _sent_long_ago(claim: attempts.Claim, now: datetime) -> bool:
    sent = claim.attempt.sent_at if claim.attempt else None
    return sent is not None and now - sent >= STUCK


def _walls(parts: Parts, now: datetime) -> Check:
    wrong = disagreeing(parts, now=now)
    if wrong:
        names = ", ".join(str(each) for each in wrong[:10])
        hint = "Set their times again; until then they are held. Check the machine's zone data."
        return Check("wall-times", FAIL, f"Typed time and stored instant disagree: posts {names}.", hint)
    return Check("wall-times", OK, "Typed times and instants agree for the next 100 posts.")


def _tokens(parts: Parts, now: datetime) -> Iterator[Check]:
    active = parts.registry().active()
    with parts.store.read() as tx:
        known = health.probes(tx)
    dead = [a.handle for a in active if a.id in known and known[a.id].dead]
    refused = [a.handle for a in active if a.id in known and not known[a.id].ok and not known[a.id].dead]
    unasked = [a.handle for a in active if a.id not in known or now - known[a.id].at > PROBED]
    if dead:
        hint = "Connect these accounts again (runbook: token); their posts are held."
        yield Check("tokens", FAIL, f"The token is refused: {', '.join(dead)}.", hint)
    if refused:
        hint = "Look at the platform's status page; posts are tried again inside their window."
        yield Check("tokens", WARN, f"Most tokens of a platform are refused: {', '.join(refused)}.", hint)
    if unasked:
        hint = "They are probed once a day while the service runs."
        yield Check("tokens", WARN, f"{len(unasked)} of {len(active)} tokens were not probed in the last day.", hint)
    if not (dead or refused or unasked):
        yield Check("tokens", OK, f"{len(active)} tokens work.")


def _limits(parts: Parts, now: datetime) -> Iterator[Check]:
    with parts.store.read() as tx:
        known = health.known(tx)
        app = app_budget(parts, tx, known, now=now)
    low = app.remaining <= app.limit * RESERVE
    said = f"{app.remaining:,} of {app.limit or APP_CREATES:,} creates on X are left today."
    hint = "Only disaster notices go out until the window turns." if low else ""
    yield Check("limits", WARN if low else OK, said, hint)
    spent = next((e.budget for e in known if (e.account, e.budget.name) == (EVERYBODY, MONEY)), None)
    if spent is None:
        return
    used = (spent.limit - spent.remaining) / 1000
    state = FAIL if spent.remaining <= 0 else WARN if spent.remaining <= spent.limit * RESERVE else OK
    hint = "" if state == OK else "See 'kouhou costs'; raise usd_per_month in the price table or post without links."
    yield Check("money", state, f"US$ {used:.2f} of {spent.limit / 1000:.2f} spent on X this month.", hint)


def _looks(parts: Parts, now: datetime) -> Check:
    """What forgetting deleted words within X's 24 hours costs, before the bill tells."""
    with parts.store.read() as tx:
        kept = looks.kept(tx, Platform.X.value)
    bound, limit = parts.prices.looks_per_day, parts.prices.usd_per_month
    daily = (min(kept, bound) if bound else kept) * parts.prices.on(day(now)).read
    said = f"At least {kept:,} kept X replies are asked about again, for about US$ {daily:.2f} a day."
    hint = "Set looks_per_day in the price table, keep words for less long, or agree on another way with X."
    if bound and kept > bound:
        return Check("looks", WARN, f"{said} Only {bound:,} a day are allowed: not all within 24 hours.", hint)
    return Check("looks", WARN if 0 < limit < daily * 30 else OK, said, hint if 0 < limit < daily * 30 else "")


def _mail(parts: Parts, settings: Settings, now: datetime) -> Check:
    if not settings.smtp_url:
        return Check("mail", OK, "No mail server is set; notices stay in the console.")
    with parts.store.read() as tx:
        waiting = [each for each in mailing.unmailed(tx) if UNMAILED < now - each.at < timedelta(days=1)]
    if waiting:
        hint = "Check KOUHOU_SMTP_URL and the log event mail_not_sent."
        return Check("mail", WARN, f"{len(waiting)} notices have waited for more than an hour.", hint)
    return Check("mail", OK, "Mail is leaving.")

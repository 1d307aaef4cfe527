"""The doctor: what is well, what is not, and what to do about it. Each finding has an id that never changes."""

from __future__ import annotations

import shutil
import stat
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any, Final
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from bot.domain.accounts import Registry, Status
from bot.domain.errors import KouhouError
from bot.domain.ports import Translator
from bot.domain.posts import PostState
from bot.settings import Settings
from bot.store import migrate, posts, replies, service
from bot.usecases import listening
from bot.usecases.check_sending import check_sending
from bot.usecases.finding import FAIL, OK, WARN, Check
from bot.usecases.parts import Parts
from moderation.embedding import EmbeddingError, EmbeddingModel
from moderation.model import Reply

__all__ = ["FAIL", "OK", "WARN", "Check", "as_dict", "check", "first_findings"]

ROOM_LEFT: Final = 500_000_000
SILENT: Final = timedelta(days=7)
"""A platform that pushed nothing for so long has probably forgotten us."""
"""Bytes that must be free on the disk of the database."""


def first_findings(read: Callable[[], Settings]) -> list[Check]:
    """What can be told before anything is built: the environment, the zone data."""
    try:
        settings = read()
    except KouhouError as exc:
        return [Check("settings", FAIL, str(exc), "Mend the environment; docs/settings.md lists every variable.")]
    mode = "practice platforms; nothing reaches the public" if settings.practice else "real platforms"
    return [Check("settings", OK, f"Read; {mode}."), _zone(), _home(settings)]


def check(
    parts: Parts, settings: Settings, *, refused: object | None, now: datetime, translator: Translator | None = None
) -> list[Check]:
    """Every finding about a service that could be built."""
    registry = parts.registry()
    return [
        _database(parts),
        _key(settings),
        _roster(registry, refused),
        *_hours(registry),
        *_secrets(registry, settings),
        _screening(parts),
        _second_opinion(settings),
        _translation(translator),
        *_heartbeats(parts, now),
        *_queue(parts),
        *check_sending(parts, settings, now=now),
        *_switches(parts),
        *_gaps(parts),
        _webhooks(parts, settings, now),
    ]


def as_dict(finding: Check) -> dict[str, Any]:
    return {"id": finding.id, "state": finding.state, "message": finding.message, "hint": finding.hint}


def _zone() -> Check:
    try:
        offset = datetime(2026, 7, 1, tzinfo=ZoneInfo("Asia/Tokyo")).utcoffset()
    except ZoneInfoNotFoundError:
        return Check("zone-data", FAIL, "Zone data for Asia/Tokyo are missing.", "Install the system's tzdata package.")
    good = offset == timedelta(hours=9)
    return Check("zone-data", OK if good else FAIL, f"Asia/Tokyo is UTC{offset}.", "" if good else "Reinstall tzdata.")


def _home(settings: Settings) -> Check:
    folder = settings.home if settings.home.exists() else settings.home.parent
    try:
        free = shutil.disk_usage(folder).free
    except OSError as exc:
        return Check("home", FAIL, f"{settings.home} cannot be used: {exc.strerror}.", "Set KOUHOU_HOME.")
    if free < ROOM_LEFT:
        return Check("home", FAIL, f"Only {free // 10**6} MB are free.", "Make room; without it nothing is sent.")
    return Check("home", OK, f"{free // 10**9} GB free.")


def _database(parts: Parts) -> Check:
    parts.store.ping()
    at, wanted = migrate.current(parts.store), migrate.newest()
    if at != wanted:
        return Check("database", FAIL, f"Schema {at or 'none'}, wanted {wanted}.", "Run 'kouhou db upgrade'.")
    return Check("database", OK, f"{parts.store.engine.dialect.name}, schema {at}.")


def _key(settings: Settings) -> Check:
    mode = stat.S_IMODE(settings.key_path.stat().st_mode)
    if mode & 0o077:
        return Check(
            "evidence-key", FAIL, "The evidence key can be read by others.", f"chmod 600 {settings.key_path.name}"
        )
    return Check("evidence-key", OK, "Present and private.", "")


def _roster(registry: Registry, refused: object | None) -> Check:
    if refused is not None:
        first = str(refused).splitlines()[0]
        return Check(
            "roster", FAIL, f"The file was refused, the last good roster is in force: {first}", "Mend that line."
        )
    active = len(registry.active())
    return Check("roster", OK, f"{len(registry.accounts)} accounts, {active} active, {len(registry.offices)} offices.")


def _hours(registry: Registry) -> Iterator[Check]:
    unknown = [office.id for office in registry.offices if not office.hours.known]
    if unknown:
        yield Check(
            "hours",
            WARN,
            f"Unknown counter hours: {', '.join(unknown)}.",
            "Their posts need a reason and a second approver; enter hours in accounts.toml when the office confirms.",
        )


def _secrets(registry: Registry, settings: Settings) -> Iterator[Check]:
    if settings.practice and not settings.secrets:
        yield Check("secrets", OK, "Practice mode makes its own.")
        return
    known = set(settings.secrets.get("x", {}).get("accounts", {})) | set(
        settings.secrets.get("facebook", {}).get("pages", {})
    )
    missing = [a.handle for a in registry.accounts if a.status is Status.ACTIVE and a.handle not in known]
    if missing:
        yield Check("secrets", FAIL, f"No token for: {', '.join(missing)}.", "Add them to the secrets file (0600).")
    else:
        yield Check("secrets", OK, f"Tokens for all {len(known)} accounts.")


def _screening(parts: Parts) -> Check:
    verdict = parts.screener().screen(Reply(text="テスト test"))
    return Check("screening", OK, f"Policy {verdict.policy} is loaded.")


def _second_opinion(settings: Settings) -> Check:
    """What is set up; whether it answers stands in the heartbeat of its job and in the log."""
    if settings.judge_url:
        host = urlsplit(settings.judge_url).hostname or ""
        return Check("second-opinion", OK, f"{host} is asked about new cases; it orders the queue and nothing else.")
    if settings.embedding_model is None:
        return Check("second-opinion", OK, "Nobody is asked; the queue is ordered by lane and age.")
    try:
        EmbeddingModel.load(settings.embedding_model)
    except EmbeddingError as exc:
        return Check("second-opinion", FAIL, f"{exc}.", "Mend or unset KOUHOU_EMBEDDING_MODEL.")
    return Check("second-opinion", OK, f"{settings.embedding_model.name} is asked about new cases, on this machine.")


def _translation(translator: Translator | None) -> Check:
    if translator is None:
        return Check("translation", OK, "Not set up; moderators read glosses of known words.")
    if not translator.answers():
        return Check(
            "translation", WARN, f"{translator.host} does not answer.", "Start it, or unset KOUHOU_TRANSLATE_URL."
        )
    return Check("translation", OK, f"{translator.host} answers; it gets a reply only when a moderator asks.")


def _webhooks(parts: Parts, settings: Settings, now: datetime) -> Check:
    """Pushes only make things faster: silence is worth a look, never a failure."""
    ages = {name: now - at for name, at in listening.newest(parts) if at is not None}
    told = "; ".join(f"{name} told us {age.total_seconds() / 60:.0f} min ago" for name, age in ages.items())
    if not settings.public_url and not settings.practice:
        hint = "Set KOUHOU_PUBLIC_URL and run 'kouhou webhooks --connect' to be told at once."
        return Check("webhooks", OK, told or "Nobody tells us; replies are found by polling.", hint)
    silent = [each.value for each in listening.PATHS if ages.get(each.value, SILENT) >= SILENT]
    if silent and not settings.practice:
        hint = "Run 'kouhou webhooks'; polling finds everything meanwhile."
        return Check("webhooks", WARN, f"Nothing in a week from {', '.join(silent)}.", hint)
    return Check("webhooks", OK, told or "Nothing was pushed yet.")


def _heartbeats(parts: Parts, now: datetime) -> Iterator[Check]:
    with parts.store.read() as tx:
        beats = service.heartbeats(tx)
    if not beats:
        yield Check("heartbeat", WARN, "No service is running on this database.", "Start it with 'kouhou run'.")
        return
    late = [b for b in beats if now - b.at > timedelta(seconds=3 * b.every_s + 5)]
    failing = [b for b in beats if b.note]
    for beat in late:
        yield Check("heartbeat", FAIL, f"Job {beat.job} was last done {now - beat.at} ago.", "Restart the service.")
    for beat in failing:
        yield Check("heartbeat", WARN, f"Job {beat.job} ended with {beat.note}.", "Look into the log of that job.")
    if not late and not failing:
        yield Check("heartbeat", OK, f"{len(beats)} jobs are ticking.")


def _queue(parts: Parts) -> Iterator[Check]:
    with parts.store.read() as tx:
        counts = posts.count_by_state(tx, states=[PostState.UNKNOWN, PostState.HELD])
    for state, hint in (
        (PostState.UNKNOWN, "They may be out there and are looked for; do not post them by hand."),
        (PostState.HELD, "Open the held list: move, release or cancel them."),
    ):
        if counts.get(state):
            yield Check(f"posts-{state.value}", WARN, f"{counts[state]} posts are {state.value}.", hint)


def _switches(parts: Parts) -> Iterator[Check]:
    with parts.store.read() as tx:
        on = service.stops(tx)
    for each in on:
        yield Check("stop", WARN, f"{each.scope} is stopped by {each.by}.", "Two people resume it: kouhou resume.")


def _gaps(parts: Parts) -> Iterator[Check]:
    with parts.store.read() as tx:
        gaps = replies.open_gaps(tx)
    if gaps:
        accounts = ", ".join(sorted({account for account, _, _ in gaps}))
        yield Check("reply-gap", WARN, f"Replies may have been missed on: {accounts}.", "See the runbook: reply gap.")

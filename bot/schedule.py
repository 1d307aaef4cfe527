"""The table of jobs. APScheduler runs it with a memory job store; all state is in the database."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import psutil
import structlog
from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.jobstores.base import JobLookupError
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.interval import IntervalTrigger

from bot.bootstrap import App
from bot.domain.errors import KouhouError
from bot.store import service
from bot.usecases import collect_push, drift, erase, golden, listening, permit, retention, tasks
from bot.usecases.approve import expire
from bot.usecases.brake import brake
from bot.usecases.carry_out import carry_out
from bot.usecases.change_roster import apply_due
from bot.usecases.clock_watch import sure_of_time
from bot.usecases.collect import close_gaps, collect, recheck
from bot.usecases.costs import watch_money
from bot.usecases.follow_roster import hold_changed
from bot.usecases.mail import send_mail
from bot.usecases.probe_tokens import probe_due
from bot.usecases.publish import publish_due
from bot.usecases.reconcile import reconcile, recover
from bot.usecases.remind import remind
from bot.usecases.screen_replies import screen_replies
from bot.usecases.second_opinion import ask_new
from bot.usecases.shadow import shadow
from bot.usecases.truth_checks import look_daily
from bot.usecases.verify_audit import keep_digest
from bot.usecases.wall_times import hold_disagreeing

log = structlog.get_logger()

ROLES: Final = ("console", "publisher", "listener", "screener")
BEAT_EVERY_S: Final = 5.0
"""A job says that it lives at most this often, however often it ticks: a commit a second would wear the disk."""


AGAIN_S: Final = 30.0
"""A rare job that failed is tried again after so long; a frequent one comes round by itself."""


@dataclass(frozen=True, slots=True)
class Job:
    """``every_s``: seconds between ticks. ``late_ok_s``: how late a tick may start before it is left out.

    ``wanted``: whether this service was set up for it.
    """

    id: str
    role: str
    every_s: float
    late_ok_s: int
    run: Callable[[App, str], object]
    wanted: Callable[[App], bool] = lambda app: True


def anchor_trail(app: App) -> object:
    """Yesterday's digest into a file of the home folder and into the log, which leaves the machine elsewhere."""
    kept = keep_digest(app.parts, app.settings.home, now=app.parts.clock())
    if kept is not None:
        log.info("audit_digest", day=kept.day.isoformat(), seq=kept.seq, hash=kept.hash)
    return kept


def follow_roster(app: App) -> int:
    """Takes up a changed file, and holds the posts of accounts that changed; a bad file leaves the last good roster."""
    refresh = app.keeper.refresh()
    if refresh.refused is not None:
        log.warning("roster_refused", problems=len(refresh.refused.problems))
    return hold_changed(app.parts, now=app.parts.clock())


def publish(app: App, me: str) -> object:
    """Sends what is due, as long as the clock can be believed."""
    if not sure_of_time(app.parts, app.watch, now=app.parts.clock()):
        return None
    return publish_due(app.parts, owner=me, clock=app.parts.clock)


def work_pushes(app: App) -> object:
    """What the platforms pushed since the last tick."""
    owners = collect_push.keys_of(app.settings.secrets).owners
    return collect_push.work(app.parts, owners=owners, now=app.parts.clock())


def ask_second(app: App) -> int:
    """A second opinion on new cases, from whoever the operator has set up."""
    return ask_new(app.parts, app.opinion, now=app.parts.clock()) if app.opinion else 0


def keep_listening(app: App) -> object:
    """Subscriptions lapse when the console was away for long; asking again is harmless."""
    return listening.listen(app.parts, app.settings.public_url, ask=True)


def can_be_told(app: App) -> bool:
    """The platforms deliver to https addresses only; the practice platforms to any."""
    address = app.settings.public_url
    return bool(address) if app.sandbox else address.startswith("https://")


def pace(app: App) -> float:
    """Practice platforms cost nothing, so every sweep is read at every tick."""
    return 0.0 if app.sandbox else 1.0


def console_address(app: App) -> str:
    """Where mails send people."""
    return app.settings.public_url or f"http://{app.settings.host}:{app.settings.port}"


SAMPLE_SEED: Final = 20200722
"""Of the weekly random sample; the policy came into force that day."""

JOBS: Final = (
    Job("publish", "publisher", 1, 5, publish),
    Job("push", "listener", 1, 10, lambda app, me: work_pushes(app)),
    Job("webhooks", "listener", 3600, 600, lambda app, me: keep_listening(app), can_be_told),
    Job("blocks", "listener", 300, 300, lambda app, me: drift.check_blocks(app.parts, now=app.parts.clock())),
    Job("forget", "screener", 3600, 1800, lambda app, me: erase.forget_gone(app.parts, now=app.parts.clock())),
    Job("retention", "screener", 86400, 3600, lambda app, me: retention.purge(app.parts, now=app.parts.clock())),
    Job("brake", "screener", 60, 60, lambda app, me: brake(app.parts, now=app.parts.clock())),
    Job("shadow", "screener", 10, 60, lambda app, me: shadow(app.parts, now=app.parts.clock())),
    Job("desk-tasks", "screener", 3600, 1800, lambda app, me: tasks.remind(app.parts, now=app.parts.clock())),
    Job("permit", "screener", 3600, 1800, lambda app, me: permit.measure(app.parts, now=app.parts.clock())),
    Job(
        "samples",
        "screener",
        3600,
        1800,
        lambda app, me: golden.draw(app.parts, now=app.parts.clock(), seed=SAMPLE_SEED),
    ),
    Job("recover", "publisher", 30, 30, lambda app, me: recover(app.parts, now=app.parts.clock(), is_dead=is_dead)),
    Job("reconcile", "publisher", 5, 30, lambda app, me: reconcile(app.parts, now=app.parts.clock())),
    Job("expire", "publisher", 30, 60, lambda app, me: expire(app.parts, now=app.parts.clock())),
    Job("wall-times", "publisher", 3600, 600, lambda app, me: hold_disagreeing(app.parts, now=app.parts.clock())),
    Job("tokens", "publisher", 300, 300, lambda app, me: probe_due(app.parts, now=app.parts.clock())),
    Job("money", "publisher", 300, 300, lambda app, me: watch_money(app.parts, now=app.parts.clock())),
    Job("remind", "publisher", 60, 120, lambda app, me: remind(app.parts, now=app.parts.clock())),
    Job(
        "mail",
        "publisher",
        30,
        60,
        lambda app, me: send_mail(app.parts, app.mailer, console=console_address(app), now=app.parts.clock()),
    ),
    Job("collect", "listener", 60, 60, lambda app, me: collect(app.parts, now=app.parts.clock(), pace=pace(app))),
    Job("gaps", "listener", 900, 300, lambda app, me: close_gaps(app.parts, now=app.parts.clock())),
    Job("recheck", "listener", 3600, 600, lambda app, me: recheck(app.parts, now=app.parts.clock())),
    Job("screen", "screener", 1, 10, lambda app, me: screen_replies(app.parts, now=app.parts.clock())),
    Job("second-opinion", "screener", 5, 30, lambda app, me: ask_second(app), lambda app: app.opinion is not None),
    Job("carry-out", "screener", 1, 10, lambda app, me: carry_out(app.parts, owner=me, clock=app.parts.clock)),
    Job("audit-digest", "publisher", 3600, 600, lambda app, me: anchor_trail(app)),
    Job("roster", "publisher", 2, 10, lambda app, me: follow_roster(app)),
    Job("roster-changes", "publisher", 30, 60, lambda app, me: apply_due(app.parts, app.keeper, now=app.parts.clock())),
    Job("truth", "listener", 3600, 600, lambda app, me: look_daily(app.parts, now=app.parts.clock())),
)

PRACTICE_EVERY_S: Final = {"collect": 3.0, "recheck": 60.0}
"""Practice platforms cost nothing and know no limits worth sparing; people watching should not wait."""


class Service:
    """Runs the jobs of some roles until it is told to stop; nothing is left half-done within five seconds."""

    def __init__(self, app: App, roles: frozenset[str]) -> None:
        self.app = app
        self.process = process_name()
        self.jobs = [job for job in JOBS if job.role in roles and job.wanted(app)]
        self._beaten: dict[str, float] = {}
        self._stopping = threading.Event()
        self._scheduler = BackgroundScheduler(
            executors={"default": ThreadPoolExecutor(max(1, len(self.jobs)))},
            job_defaults={"coalesce": True, "max_instances": 1},
        )

    def start(self) -> None:
        """Recovers what an earlier life left behind, then starts ticking."""
        recover(self.app.parts, now=self.app.parts.clock(), is_dead=is_dead)
        for job in self.jobs:
            every = PRACTICE_EVERY_S.get(job.id, job.every_s) if self.app.sandbox else job.every_s
            self._scheduler.add_job(
                self._tick,
                IntervalTrigger(seconds=every),
                args=[job, every],
                id=job.id,
                misfire_grace_time=job.late_ok_s,
                next_run_time=datetime.now().astimezone(),
            )
        self._scheduler.start()
        log.info("service_started", process=self.process, jobs=[job.id for job in self.jobs])

    def stop(self) -> None:
        """No new tick starts; running ones get up to five seconds. A call that is cut off is found by recovery."""
        self._stopping.set()
        self._scheduler.pause()
        finisher = threading.Thread(target=self._scheduler.shutdown, kwargs={"wait": True}, daemon=True)
        finisher.start()
        finisher.join(timeout=4.5)
        with self.app.parts.store.begin() as tx:
            service.forget_process(tx, self.process)
        log.info("service_stopped", process=self.process)

    def _tick(self, job: Job, every_s: float) -> None:
        if self._stopping.is_set():
            return
        note = ""
        with structlog.contextvars.bound_contextvars(job=job.id):
            try:
                job.run(self.app, self.process)
            except KouhouError as exc:
                note = type(exc).__name__
                log.warning("tick_failed", error=note)
            except Exception as exc:
                note = type(exc).__name__
                log.exception("tick_broke")
        if self._stopping.is_set():  # what is cut off says no more that it lives: the process is forgotten by now
            return
        if note and every_s > AGAIN_S:
            self._soon(job)
        self._beat(job, every_s, note)

    def _soon(self, job: Job) -> None:
        """What failed by chance should not stay undone, nor look ill, for an hour or a day."""
        with contextlib.suppress(JobLookupError):  # stopped meanwhile
            self._scheduler.modify_job(job.id, next_run_time=datetime.now().astimezone() + timedelta(seconds=AGAIN_S))

    def _beat(self, job: Job, every_s: float, note: str) -> None:
        if not note and time.monotonic() - self._beaten.get(job.id, -BEAT_EVERY_S) < BEAT_EVERY_S:
            return
        self._beaten[job.id] = time.monotonic()
        with self.app.parts.store.begin() as tx:
            service.beat(
                tx, job.id, self.process, at=self.app.parts.clock(), every_s=max(every_s, BEAT_EVERY_S), note=note
            )


def process_name() -> str:
    """Host, process number and when the process began: enough to tell later whether it still lives."""
    return f"{socket.gethostname()}:{os.getpid()}:{psutil.Process().create_time():.0f}"


def is_dead(owner: str) -> bool:
    """Whether a process of this machine that held a claim is gone; other machines are judged by their lease."""
    host, _, rest = owner.rpartition(":")[0].rpartition(":")
    began = owner.rpartition(":")[2]
    if host != socket.gethostname() or not rest.isdigit():
        return False
    try:
        return f"{psutil.Process(int(rest)).create_time():.0f}" != began
    except psutil.Error:
        return True


def wait_for_stop(seconds: float | None) -> None:
    """Returns on SIGTERM, on Ctrl-C, or after ``seconds``."""
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    stop.wait(seconds)


def lateness(beats: list[service.Heartbeat], now: datetime) -> list[service.Heartbeat]:
    """Jobs whose last finished tick is older than three of their periods."""
    return [each for each in beats if now - each.at > timedelta(seconds=3 * each.every_s + 5)]

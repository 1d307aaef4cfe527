"""The one place that knows which concrete parts are used: settings in, a working service out."""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from zoneinfo import ZoneInfo

import structlog

from bot.domain import hours
from bot.domain.accounts import Platform as PlatformName
from bot.domain.accounts import Registry
from bot.domain.errors import BadInput
from bot.domain.opinions import SecondOpinion
from bot.domain.ports import Clock, Mailer, Platform, Translator
from bot.platforms import Dialect, Facebook, FacebookApp, FacebookPage, X, XAccount, XApp
from bot.platforms.judge import Judge
from bot.platforms.libretranslate import LibreTranslate
from bot.platforms.smtp import Smtp
from bot.roster.keeper import Keeper
from bot.settings import Settings
from bot.store import audit, migrate, policies
from bot.store.database import Store
from bot.store.seal import Seal, new_key
from bot.usecases.clock_watch import ClockWatch
from bot.usecases.parts import Parts, Shelf
from bot.usecases.price_table import load_prices
from bot.usecases.second_opinion import LocalOpinion
from moderation.drafts import screener_under
from moderation.embedding import EmbeddingError, EmbeddingModel
from moderation.screen import Screener, load_screener

if TYPE_CHECKING:
    from bot.sandbox import Sandbox

log = structlog.get_logger()

PRACTICE_SEED: Final = 20200722


@dataclass(frozen=True, slots=True)
class App:
    """The service with everything that has to be closed again."""

    settings: Settings
    parts: Parts
    keeper: Keeper
    sandbox: Sandbox | None = None
    mailer: Mailer | None = None
    opinion: SecondOpinion | None = None
    translator: Translator | None = None
    watch: ClockWatch = field(default_factory=lambda: ClockWatch(time.monotonic))

    def close(self) -> None:
        for part in (*self.parts.platforms.values(), self.opinion, self.translator):
            close = getattr(part, "close", None)
            if close is not None:
                close()
        if self.sandbox is not None:
            self.sandbox.stop()
        self.parts.store.close()


def build(settings: Settings, *, practice_platforms: bool = True, clock: Clock | None = None) -> App:
    """The whole service. ``practice_platforms`` False leaves them out, for commands that call no platform.

    ``clock``: time for a rehearsal; otherwise the settings say which clock it is.
    """
    settings.home.mkdir(parents=True, exist_ok=True, mode=0o700)
    keeper = Keeper(settings.accounts)
    store = open_store(settings)
    clock = clock or make_clock(settings, keeper.registry, store)
    watch = ClockWatch(_steady_clock(settings))
    sandbox, settings = _practice(settings, keeper.registry, clock) if practice_platforms else (None, settings)
    parts = Parts(
        store=store,
        registry=lambda: keeper.registry,
        platforms=_platforms(settings, clock),
        screener=ScreenerCache(lambda: keeper.registry, settings.policy, store),
        shelf=Shelf(settings.home / "media"),
        clock=clock,
        prices=load_prices(settings.prices),
    )
    mailer = Smtp(settings.smtp_url, settings.mail_from) if settings.smtp_url else None
    opinion, translate = second_opinion(settings, clock), translator(settings, clock)
    return App(settings, parts, keeper, sandbox, mailer, opinion, translate, watch)


def second_opinion(settings: Settings, clock: Clock) -> SecondOpinion | None:
    """Whoever is asked about new cases; None unless the operator has set one up. BadInput for a model that is none."""
    if settings.judge_url:
        key = _secret(settings.secrets.get("judge", {}), "key")
        return Judge(settings.judge_url, settings.judge_model, clock=clock, key=key)
    if settings.embedding_model is None:
        return None
    try:
        return LocalOpinion(EmbeddingModel.load(settings.embedding_model))
    except EmbeddingError as exc:
        raise BadInput(f"{exc}.", key="KOUHOU_EMBEDDING_MODEL") from None


def translator(settings: Settings, clock: Clock) -> Translator | None:
    """Whoever translates a reply when a person asks for it; None unless the operator has set one up."""
    if not settings.translate_url:
        return None
    return LibreTranslate(
        settings.translate_url, clock=clock, key=_secret(settings.secrets.get("translate", {}), "key")
    )


def open_store(settings: Settings) -> Store:
    """The database with its evidence key; SQLite is brought to the newest schema, PostgreSQL only checked."""
    with _one_at_a_time(settings.home):
        store = Store(settings.database_url, Seal(evidence_key(settings.key_path)))
        if settings.database_url.startswith("sqlite"):
            migrate.upgrade(store)
            return store
    if migrate.current(store) != migrate.newest():
        raise BadInput("The database has an older schema; run 'kouhou db upgrade' first.", key="KOUHOU_DATABASE_URL")
    return store


@contextmanager
def _one_at_a_time(home: Path) -> Iterator[None]:
    """A service and a command that start together in a new home must not both make its database and key."""
    with (home / "opening.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)  # given back when the file is closed, also by a crash
        yield


def evidence_key(path: Path) -> bytes:
    """The 32-byte key that seals people's words; made at first use, readable by the service only."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(new_key())
    key = path.read_bytes()
    if len(key) != 32:
        raise BadInput("This is no evidence key: it must hold exactly 32 bytes.", file=str(path))
    return key


class ScreenerCache:
    """The screener for the roster and the policy version in force; built at first use and again when either changes.

    Without a ``store``, or while no version was made live there, the policy that ships is in force; ``model`` False
    screens by rules alone.
    """

    def __init__(
        self, registry: Callable[[], Registry], policy: Path | None, store: Store | None = None, *, model: bool = True
    ) -> None:
        self._registry, self._policy, self._store, self._model = registry, policy, store, model
        self._known: tuple[Registry, str] | None = None  # a digest takes milliseconds, and pages ask for it
        self._built: tuple[tuple[str, str], Screener] | None = None

    def __call__(self) -> Screener:
        registry, text = self._registry(), self._live_text()
        if self._known is None or self._known[0] is not registry:
            self._known = (registry, registry.digest)
        key = (self._known[1], text)
        if self._built is None or self._built[0] != key:
            self._built = (key, self._build(registry, text))
        return self._built[1]

    def _live_text(self) -> str:
        if self._store is not None:
            with self._store.read() as tx:
                live = policies.live(tx)
            if live is not None:
                return live.text
        return self._policy.read_text(encoding="utf-8") if self._policy else ""

    def _build(self, registry: Registry, text: str) -> Screener:
        if text:
            try:
                return screener_under(text, registry.officials(), model=self._model)
            except ValueError as exc:  # screening never stops: what ships is in force until a person mends it
                log.exception("policy_unreadable", error=type(exc).__name__)
        return load_screener(registry.officials(), model=self._model or None)


def make_clock(settings: Settings, registry: Registry, store: Store) -> Clock:
    """The real clock; or one that starts at KOUHOU_CLOCK; or, in practice, one on which the offices are open.

    A practice clock never runs backwards over a restart: it goes on from the newest event of the audit chain.
    """
    if settings.clock_start is not None:
        return _running_from(settings.clock_start)
    if settings.practice and not settings.x_base_url and not settings.facebook_base_url:
        with store.read() as tx:
            known = audit.latest(tx, limit=1)
        newest = known[0].at if known else datetime.now(UTC)
        return _running_from(practice_start(registry, max(newest, datetime.now(UTC))))
    return lambda: datetime.now(UTC)


def plain_clock(settings: Settings) -> Clock:
    """The clock of commands that open no database: from KOUHOU_CLOCK on, or the machine's."""
    return _running_from(settings.clock_start or datetime.now(UTC))


def present(settings: Settings) -> datetime:
    """One look at that clock, for commands that need no more."""
    return plain_clock(settings)()


def _steady_clock(settings: Settings) -> Callable[[], float]:
    """Seconds that never jump. Beside the real clock they count the machine's sleep, as the wall does."""
    shifted = settings.clock_start is not None or (settings.practice and not settings.x_base_url)
    if shifted or not hasattr(time, "CLOCK_BOOTTIME"):
        return time.monotonic
    return lambda: time.clock_gettime(time.CLOCK_BOOTTIME)


def practice_start(registry: Registry, now: datetime) -> datetime:
    """An instant from ``now`` on at which some office with known hours is well inside its counter hours."""
    office = next(office for office in registry.offices if office.hours.known)
    start = now
    while True:
        opening = hours.next_open(office, start)
        if opening is None:
            return now
        closing = hours.closing_time(office, opening)
        if closing is not None and closing - opening >= timedelta(hours=2):
            return opening + (timedelta(minutes=30) if opening > now else timedelta())
        start = (closing or opening) + timedelta(minutes=1)


def _running_from(start: datetime) -> Clock:
    began = time.monotonic()
    first = start.astimezone(UTC)
    return lambda: first + timedelta(seconds=time.monotonic() - began)


def wall(clock: Clock, zone: str = "Asia/Tokyo") -> datetime:
    return clock().astimezone(ZoneInfo(zone))


def _platforms(settings: Settings, clock: Clock) -> Mapping[str, Platform]:
    x, facebook = settings.secrets.get("x", {}), settings.secrets.get("facebook", {})
    return {
        PlatformName.X.value: X(
            XApp(_secret(x, "consumer_key"), _secret(x, "consumer_secret"), _secret(x, "bearer_token")),
            {
                handle: XAccount(
                    _secret(tokens, "access_token"),
                    _secret(tokens, "access_token_secret"),
                    _secret(tokens, "oauth2_token"),
                )
                for handle, tokens in x.get("accounts", {}).items()
            },
            clock=clock,
            base_url=settings.x_base_url,
            dialect=Dialect(settings.x_dialect),
        ),
        PlatformName.FACEBOOK.value: Facebook(
            FacebookApp(
                _secret(facebook, "app_id"), _secret(facebook, "app_secret"), _secret(facebook, "verify_token")
            ),
            {
                handle: FacebookPage(_secret(page, "page_id"), _secret(page, "page_token"))
                for handle, page in facebook.get("pages", {}).items()
            },
            clock=clock,
            base_url=settings.facebook_base_url,
            version=settings.facebook_version,
        ),
    }


def _secret(table: Mapping[str, Any], key: str) -> str:
    value = table.get(key, "")
    if not isinstance(value, str):
        raise BadInput("This secret must be a text in quotes.", file="secrets", key=key)
    return value


def _practice(settings: Settings, registry: Registry, clock: Clock) -> tuple[Sandbox | None, Settings]:
    """Starts the practice platforms when no other address was given, with tokens for every account of the roster."""
    if settings.x_base_url and settings.facebook_base_url:
        return None, settings
    sandbox = practice_platforms(registry, clock)
    urls = sandbox.start()
    secrets = {**sandbox.secrets(), **settings.secrets}
    log.info("practice_platforms_started", url=urls.root)
    return sandbox, replace(
        settings,
        secrets=secrets,
        x_base_url=settings.x_base_url or urls.x,
        facebook_base_url=settings.facebook_base_url or urls.facebook,
    )


def practice_platforms(registry: Registry, clock: Clock, *, crowd: bool = True) -> Sandbox:
    """Both platforms with every account of the roster; ``crowd``: with people who answer by themselves."""
    from bot import sandbox as practice  # a web server of its own: loaded only where it is wanted

    accounts: list[practice.XAccount | practice.FacebookPage] = []
    for account in registry.accounts:
        name = registry.office_of(account).names.ja
        kind = practice.XAccount if account.platform is PlatformName.X else practice.FacebookPage
        accounts.append(kind.invent(account.handle, name))
    roomy = {route: {"user": 100_000, "app": 100_000} for route in ("mentions", "search", "tweets")}
    knobs = practice.Knobs(rate_limits=roomy)  # practice polls every few seconds, so that people need not wait
    people = practice.Crowd(PRACTICE_SEED) if crowd else None
    return practice.Sandbox(clock, PRACTICE_SEED, accounts, knobs=knobs, crowd=people)

"""The environment, read once. Every setting says its unit and what happens without it."""

from __future__ import annotations

import os
import stat
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from bot.domain.errors import BadInput

REAL_X: Final = "https://api.x.com"
REAL_FACEBOOK: Final = "https://graph.facebook.com"
_REAL_HOSTS: Final = frozenset({"api.x.com", "api.twitter.com", "graph.facebook.com"})


@dataclass(frozen=True, slots=True)
class Settings:
    """What the operator chose. Secrets are a plain mapping, hidden from every printout."""

    home: Path  # database, evidence key, pictures
    database_url: str
    accounts: Path  # the roster
    secrets: Mapping[str, Any] = field(default_factory=dict, repr=False)
    clock_start: datetime | None = None  # the service's clock starts there; never with real platforms
    x_base_url: str = ""  # empty: the practice platforms are started inside the service
    facebook_base_url: str = ""
    facebook_version: str = "v26.0"
    x_dialect: str = "tweet"  # the words that are sent; both are read
    host: str = "127.0.0.1"
    port: int = 8400
    public_url: str = ""  # https address of the console; empty: http://host:port
    policy: Path | None = None  # policy file; empty: the one that ships
    terms: Path | None = None  # folder with ja.toml, en.toml, easy.toml: terms of the console; empty: the shipped ones
    key_file: Path | None = None  # evidence key, 0600; empty: kouhou.key in home
    prices: Path | None = None  # price table with its rate and monthly limit; empty: the one that ships
    smtp_url: str = field(default="", repr=False)  # smtp://user:password@host:port; empty: no mail leaves
    mail_from: str = ""
    oidc_issuer: str = ""
    oidc_client_id: str = ""
    oidc_client_secret: str = field(default="", repr=False)
    judge_url: str = ""  # an OpenAI-compatible endpoint; empty: no second opinion
    judge_model: str = ""
    translate_url: str = ""  # a LibreTranslate server; empty: nothing is translated by machine
    embedding_model: Path | None = None  # a model file on this machine for the same purpose

    @property
    def practice(self) -> bool:
        """Practice platforms instead of the real ones: nothing can reach the public."""
        return not _is_real(self.x_base_url) and not _is_real(self.facebook_base_url)

    @property
    def key_path(self) -> Path:
        return self.key_file or self.home / "kouhou.key"


def read_settings(environment: Mapping[str, str]) -> Settings:
    """Settings from ``KOUHOU_*``. Raises BadInput naming the variable or the line of the secrets file."""
    home = Path(environment.get("KOUHOU_HOME") or "var").absolute()
    secrets = _secrets(environment)
    settings = Settings(
        home=home,
        database_url=environment.get("KOUHOU_DATABASE_URL") or f"sqlite:///{home / 'kouhou.db'}",
        accounts=Path(environment.get("KOUHOU_ACCOUNTS") or "accounts.toml").absolute(),
        secrets=secrets,
        clock_start=_instant(environment, "KOUHOU_CLOCK"),
        x_base_url=_url(environment, "KOUHOU_X_BASE_URL") or (REAL_X if "x" in secrets else ""),
        facebook_base_url=_url(environment, "KOUHOU_FACEBOOK_BASE_URL")
        or (REAL_FACEBOOK if "facebook" in secrets else ""),
        facebook_version=environment.get("KOUHOU_FACEBOOK_VERSION") or "v26.0",
        x_dialect=_one_of(environment, "KOUHOU_X_DIALECT", ("tweet", "post")),
        host=environment.get("KOUHOU_HOST") or "127.0.0.1",
        port=_number(environment, "KOUHOU_PORT", 8400, least=0, most=65535),
        public_url=_url(environment, "KOUHOU_PUBLIC_URL"),
        policy=_path(environment, "KOUHOU_POLICY"),
        terms=_path(environment, "KOUHOU_TERMS"),
        key_file=_path(environment, "KOUHOU_KEY_FILE"),
        prices=_path(environment, "KOUHOU_PRICES"),
        smtp_url=environment.get("KOUHOU_SMTP_URL") or "",
        mail_from=environment.get("KOUHOU_MAIL_FROM") or "",
        oidc_issuer=_url(environment, "KOUHOU_OIDC_ISSUER"),
        oidc_client_id=environment.get("KOUHOU_OIDC_CLIENT_ID") or "",
        oidc_client_secret=environment.get("KOUHOU_OIDC_CLIENT_SECRET") or "",
        judge_url=_url(environment, "KOUHOU_JUDGE_URL"),
        judge_model=environment.get("KOUHOU_JUDGE_MODEL") or "",
        translate_url=_url(environment, "KOUHOU_TRANSLATE_URL"),
        embedding_model=_path(environment, "KOUHOU_EMBEDDING_MODEL"),
    )
    if settings.clock_start is not None and not settings.practice:
        raise BadInput("A shifted clock is refused while a platform is the real one; unset it.", key="KOUHOU_CLOCK")
    return settings


def _is_real(url: str) -> bool:
    return (urlsplit(url).hostname or "") in _REAL_HOSTS


def _secrets(environment: Mapping[str, str]) -> dict[str, Any]:
    named = environment.get("KOUHOU_SECRETS")
    folder = environment.get("CREDENTIALS_DIRECTORY")
    path = Path(named) if named else Path(folder) / "kouhou-secrets.toml" if folder else None
    if path is None or (not named and not path.exists()):
        return {}
    try:
        mode = path.stat().st_mode
        text = path.read_text(encoding="utf-8")
    except OSError as exc:
        raise BadInput(f"The secrets file cannot be read: {exc.strerror}.", file=str(path)) from None
    if not folder and stat.S_IMODE(mode) & 0o077:
        raise BadInput("The secrets file can be read by others; run: chmod 600", file=str(path))
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as exc:
        line = getattr(exc, "lineno", None)
        raise BadInput("This is not valid TOML; the value itself is not shown.", file=str(path), line=line) from None


def _instant(environment: Mapping[str, str], name: str) -> datetime | None:
    text = environment.get(name)
    if not text:
        return None
    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        raise BadInput(f"'{text}' is no instant; write for example 2026-12-03T09:55:00+09:00", key=name) from None
    if instant.tzinfo is None:
        raise BadInput("The instant needs its zone; write for example 2026-12-03T09:55:00+09:00", key=name)
    return instant


def _url(environment: Mapping[str, str], name: str) -> str:
    text = (environment.get(name) or "").rstrip("/")
    if text and urlsplit(text).scheme not in ("http", "https"):
        raise BadInput(f"'{text}' is no address; it starts with http:// or https://", key=name)
    return text


def _path(environment: Mapping[str, str], name: str) -> Path | None:
    text = environment.get(name)
    return Path(text).absolute() if text else None


def _number(environment: Mapping[str, str], name: str, default: int, *, least: int, most: int) -> int:
    text = environment.get(name)
    if not text:
        return default
    if not text.isdigit() or not least <= int(text) <= most:
        raise BadInput(f"'{text}' is no whole number from {least} to {most}.", key=name)
    return int(text)


def _one_of(environment: Mapping[str, str], name: str, choices: tuple[str, ...]) -> str:
    text = environment.get(name) or choices[0]
    if text not in choices:
        raise BadInput(f"'{text}' is not one of: {', '.join(choices)}.", key=name)
    return text


def environment() -> Settings:
    """The settings of this process."""
    return read_settings(os.environ)

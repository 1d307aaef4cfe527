"""structlog, set up once: JSON when the output is no terminal, constant events, ids only, secrets scrubbed."""

from __future__ import annotations

import logging
import re
import sys
from collections.abc import MutableMapping
from typing import Any, Final

import structlog

_SECRET: Final = re.compile(
    r"(access_token|appsecret_proof|client_secret|oauth_[a-z_]+|Authorization|Bearer)([=:\s\"']+)[^\s&\"',}]+",
    re.IGNORECASE,
)
_NOISY: Final = ("tweepy", "facebook", "urllib3", "requests_oauthlib", "oauthlib", "uvicorn.access")
"""Libraries whose debug lines print headers, bodies or addresses with tokens in them."""


def set_up(*, json_lines: bool | None = None, least: int = logging.INFO) -> None:
    """Configures structlog and the standard library's logging to write to standard error, from level ``least`` on."""
    as_json = not sys.stderr.isatty() if json_lines is None else json_lines
    renderer: Any = (
        structlog.processors.JSONRenderer(ensure_ascii=False)
        if as_json
        else structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    )
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            _scrub,
            renderer,
        ],
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        wrapper_class=structlog.make_filtering_bound_logger(least),
        cache_logger_on_first_use=False,
    )
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr, format="%(message)s", force=True)
    logging.getLogger("apscheduler").setLevel(logging.ERROR)  # a tick left out because the last one runs on is no news
    for name in _NOISY:
        logging.getLogger(name).setLevel(logging.WARNING)


def scrub(text: str) -> str:
    """The text with everything that looks like a credential blotted out."""
    return _SECRET.sub(r"\1\2[hidden]", text)


def _scrub(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    return {key: scrub(value) if isinstance(value, str) else value for key, value in event.items()}

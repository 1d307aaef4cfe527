"""Short words for lint tests: ``findings("IMMI_TOKYO", "…")`` on Tuesday 1 December 2026, 10:00 in Japan."""

from __future__ import annotations

from datetime import datetime
from functools import cache
from zoneinfo import ZoneInfo

from bot.domain.accounts import Registry
from bot.domain.lint import lint
from bot.domain.lint.model import Around, Finding, Notice, Picture
from bot.roster.load import load
from bot.usecases.linting import surroundings
from tests.house import ROSTER

JAPAN = ZoneInfo("Asia/Tokyo")
TUE_10_JST = datetime(2026, 12, 1, 10, 0, tzinfo=JAPAN)


@cache
def registry() -> Registry:
    return load(ROSTER).registry


@cache
def around() -> Around:
    return surroundings(registry(), TUE_10_JST)


def notice(
    text: str,
    handle: str = "IMMI_TOKYO",
    *,
    at: datetime | str | None = TUE_10_JST,
    media: tuple[Picture, ...] = (),
    lang: str = "ja",
    reason: str = "",
    id: str = "n",
) -> Notice:
    account = registry().by_handle(handle)
    assert account is not None
    slot = datetime.fromisoformat(at).astimezone(JAPAN) if isinstance(at, str) else at
    return Notice(id, account, registry().office_of(account), text, around(), slot, media, lang, reason)


def findings(rule: str, made: Notice) -> list[Finding]:
    """What one rule says about the notice, in the order of the text."""
    return [each for each in lint(made) if each.rule == rule]


def seen(rule: str, made: Notice) -> list[str]:
    """The places that one rule points at, as text."""
    return [made.text[each.start : each.end] for each in findings(rule, made)]


def mended(made: Notice, rule: str) -> str:
    """The text after every fix of one rule was taken, the last place first."""
    text = made.text
    for each in reversed(findings(rule, made)):
        if each.fix is not None:
            text = text[: each.start] + each.fix + text[each.end :]
    return text

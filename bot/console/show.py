"""How values are shown: days with their weekday, other people's words made harmless, chips, templates."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from fastapi.responses import HTMLResponse, RedirectResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from markupsafe import Markup, escape

from bot.console.visit import Visit
from bot.console.words import LOCALES, ruby

_HERE: Final = Path(__file__).parent
_WEEKDAYS_JA: Final = "月火水木金土日"
JAPAN: Final = ZoneInfo("Asia/Tokyo")
SHOWN_AT_MOST: Final = 2000
"""Characters of somebody's words on a page; the rest is counted, not shown."""

Badge = Callable[[Visit], int]
NAV: list[tuple[str, str, str, Badge | None]] = []
"""(address, word, roles joined by ``|``, counter): desks add their entries when their module is loaded."""

_environment: Final = Environment(
    loader=FileSystemLoader(_HERE / "templates"),
    autoescape=select_autoescape(default=True),
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


def page(visit: Visit, template: str, status: int = 200, **values: Any) -> HTMLResponse:
    """Renders ``templates/<template>`` with the visit and everything in ``values``."""
    html = _environment.get_template(template).render(
        visit=visit,
        t=visit.words,
        nav=_nav(visit),
        locales=LOCALES,
        day=lambda at: show_day(at, visit.words.locale),
        moment=lambda at: show_moment(at, visit.words.locale),
        ago=lambda at: show_ago(visit, at),
        **values,
    )
    return HTMLResponse(html, status)


def go(path: str, **query: str) -> RedirectResponse:
    """See other: what was sent is done, a reload does not send it again."""
    return RedirectResponse(path + (f"?{urlencode(query)}" if query else ""), status_code=303)


def show_day(at: datetime | date | None, locale: str) -> str:
    """2026年12月8日(火), or Tue 8 December 2026; the office's wall calendar."""
    if at is None:
        return "–"
    day = at.astimezone(JAPAN).date() if isinstance(at, datetime) else at
    if locale == "en":
        return f"{day:%a} {day.day} {day:%B %Y}"
    return f"{day.year}年{day.month}月{day.day}日({_WEEKDAYS_JA[day.weekday()]})"


def show_moment(at: datetime | None, locale: str) -> Markup:
    """The day with its time, machine-readable for everybody's tools."""
    if at is None:
        return Markup("–")
    wall = at.astimezone(JAPAN)
    words = f"{show_day(at, locale)} {wall:%H:%M}"
    return Markup('<time datetime="{}">{}</time>').format(wall.isoformat(timespec="minutes"), words)


def show_ago(visit: Visit, at: datetime | None) -> Markup:
    """How long ago, or how soon, in the largest unit that fits."""
    if at is None:
        return Markup("–")
    seconds = int((visit.now - at).total_seconds())
    direction = "ago" if seconds >= 0 else "in"
    for unit, size in (("days", 86400), ("hours", 3600), ("minutes", 60)):
        if abs(seconds) >= size:
            return visit.words(f"time.{direction}.{unit}", n=abs(seconds) // size)
    return visit.words("time.now")


def safe_words(text: str | None, most: int = SHOWN_AT_MOST) -> Markup:
    """Somebody's words without power: escaped, controls made visible, direction isolated, length bounded."""
    if text is None:
        return Markup('<em class="erased">—</em>')
    shown = "".join(_visible(char) for char in text[:most])
    rest = Markup("<span class='cut'>… +{}</span>").format(len(text) - most) if len(text) > most else Markup()
    return Markup('<bdi class="words">{}{}</bdi>').format(shown, rest)


def _visible(char: str) -> str:
    """Controls, invisible and direction-changing characters as a mark with their number; line breaks stay."""
    if char == "\n" or (char.isprintable() and not unicodedata.category(char).startswith("C")):
        return char
    if "\ud800" <= char <= "\udfff":
        return "�"
    return f"⟨U+{ord(char):04X}⟩"


def _nav(visit: Visit) -> list[dict[str, Any]]:
    if visit.person is None or visit.must_change_password:
        return []
    held = {role.value for role in visit.person.roles(visit.today)}
    here = visit.request.url.path
    return [
        {
            "href": href,
            "word": word,
            "count": badge(visit) if badge else 0,
            "here": here == href or (href != "/" and here.startswith(href + "/")),
        }
        for href, word, roles, badge in NAV
        if not roles or held & set(roles.split("|"))
    ]


def _ruby_escaped(text: object) -> Markup:
    return ruby(escape(str(text)))


_FILTERS: Final[Mapping[str, Callable[..., Any]]] = {"words": safe_words, "ruby": _ruby_escaped}
_environment.filters.update(_FILTERS)

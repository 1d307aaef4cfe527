"""How values are shown: days with their weekday, other people's words made harmless, chips, templates."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from fastapi.responses import HTMLResponse, RedirectResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template, select_autoescape
from markupsafe import Markup, escape

from bot.console.diff import marks
from bot.console.shell import NAV, NOTES, known, shell_of
from bot.console.visit import Visit
from bot.console.words import LOCALES, Words, ruby, unread
from bot.domain.accounts import Platform
from bot.domain.errors import KouhouError
from bot.domain.people import EVERYWHERE
from bot.domain.posts import Post, PostState
from bot.usecases import outcomes, publish, restore, wall_times

__all__ = ["NAV", "NOTES", "go", "page", "safe_words", "sentence", "show_ago", "show_day", "show_moment"]

_HERE: Final = Path(__file__).parent
_WEEKDAYS_JA: Final = "月火水木金土日"
JAPAN: Final = ZoneInfo("Asia/Tokyo")
SHOWN_AT_MOST: Final = 2000
"""Characters of somebody's words on a page; the rest is counted, not shown."""
_AS_TYPED: Final = {ord("\n"): None, 0x3000: None}
"""Not printable in Python's eyes, yet everyday: line breaks, and the wide space of Japanese notices."""

_NOTES: Final = {
    publish.NOT_APPROVED: "not-approved",
    publish.MISSING_PICTURE: "missing-picture",
    outcomes.CHANGED: "other-words",
    wall_times.NOTE: "wall-time",
    restore.NOTE: "restored",
}
"""What the service itself writes beside a post."""

ENVIRONMENT: Final = Environment(
    loader=FileSystemLoader(_HERE / "templates"),
    autoescape=select_autoescape(default=True),
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


def page(visit: Visit, template: str | Template, status: int = 200, **values: Any) -> HTMLResponse:
    """Renders ``templates/<template>`` with the visit, what every page shows, and everything in ``values``."""
    locale = visit.words.locale
    html = ENVIRONMENT.get_template(template).render(
        visit=visit,
        t=visit.words,
        shell=shell_of(visit),
        locales=LOCALES,
        day=lambda at: show_day(at, locale),
        moment=lambda at: show_moment(at, locale),
        ago=lambda at: show_ago(visit, at),
        office_name=lambda office: office_name(visit, office),
        account_name=lambda account: account_name(visit, account),
        known=lambda path, query="": known(visit, path, query),
        address=lambda **changes: address(visit, **changes),
        noted=lambda post: note_of(visit.words, post),
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
    shown = text[:most]
    if not shown.translate(_AS_TYPED).isprintable():
        shown = "".join(visible(char) for char in shown)
    rest = Markup("<span class='cut'>… +{}</span>").format(len(text) - most) if len(text) > most else Markup()
    return Markup('<bdi class="words">') + shown + rest + Markup("</bdi>")  # adding escapes what is no markup


def outside(link: str) -> str:
    """A link to the web as it is, anything else (``javascript:``, ``data:``) as nothing."""
    return link if link.startswith(("https://", "http://")) else ""


def visible(char: str) -> str:
    """Controls, invisible and direction-changing characters as a mark with their number; line breaks stay."""
    if ord(char) in _AS_TYPED or char.isprintable():
        return char
    if "\ud800" <= char <= "\udfff":
        return "�"
    return f"⟨U+{ord(char):04X}⟩"


def sentence(visit: Visit, problem: Exception) -> Markup:
    """What a use case says, in the reader's language when the catalogue has it."""
    if isinstance(problem, KouhouError) and problem.word and visit.words.has(problem.word):
        facts = {name: _TOLD.get(name, _as_it_is)(visit, fact) for name, fact in problem.facts.items()}
        return visit.words(problem.word, **facts)
    return escape(str(problem))


def subject_name(visit: Visit, subject: str) -> Markup:
    """``case:5`` in the reader's words."""
    kind, _, number = subject.partition(":")
    return visit.words(f"subject.{kind}", n=number)


def office_name(visit: Visit, office_id: str) -> str:
    """The office's name in the reader's language; its id when the roster does not know it any more."""
    if office_id == EVERYWHERE:
        return visit.words.plain("office.everywhere")
    office = next((each for each in visit.parts.registry().offices if each.id == office_id), None)
    return office.names.best(visit.words.lang) if office else office_id


def account_name(visit: Visit, account_id: str) -> str:
    """``@IMMI_TOKYO`` for X, the page's name for Facebook; the id when the roster does not know it any more."""
    account = next((each for each in visit.parts.registry().accounts if each.id == account_id), None)
    if account is None:
        return account_id
    return f"@{account.handle}" if account.platform is Platform.X else account.handle


def note_of(words: Words, post: Post) -> Markup:
    """What stands beside a post: a person's words as they are, the service's own ones in the reader's language."""
    if post.note in _NOTES:
        return words(f"post-note.{_NOTES[post.note]}")
    kind, _, said = post.note.partition(": ")
    if post.state is PostState.FAILED and words.has(f"failed.{kind}"):
        return words(f"failed.{kind}") + Markup(' <small lang="en">{}</small>').format(safe_words(said))
    return safe_words(post.note)


def address(visit: Visit, **changes: object) -> str:
    """The address of the page with some of its query changed; an empty value leaves the name out."""
    query = {**visit.request.query_params, **{name: str(value) for name, value in changes.items()}}
    kept = {name: value for name, value in query.items() if value != ""}
    return visit.request.url.path + (f"?{urlencode(kept)}" if kept else "")


def _as_it_is(_visit: Visit, fact: object) -> object:
    return fact


_TOLD: Final[Mapping[str, Callable[[Visit, Any], object]]] = {
    "subject": subject_name,
    "office": office_name,
    "account": account_name,
    "role": lambda visit, role: visit.words(f"role.{role}"),
    "steps": lambda visit, steps: Markup(" / ").join(visit.words(f"step.{each}") for each in steps),
}
"""Facts of an error that are codes of the house; the others are shown as they are."""


def _ruby_escaped(text: object) -> Markup:
    return ruby(escape(str(text)))


@cache
def _asset(name: str) -> str:
    """The address of a static file, with a mark that changes when the file does."""
    digest = hashlib.sha256((_HERE / "static" / name).read_bytes()).hexdigest()[:8]
    return f"/static/{name}?v={digest}"


_FILTERS: Final[Mapping[str, Callable[..., Any]]] = {
    "words": safe_words,
    "ruby": _ruby_escaped,
    "unread": unread,
    "outside": outside,
}
ENVIRONMENT.filters.update(_FILTERS)
ENVIRONMENT.globals.update(asset=_asset, marks=marks)

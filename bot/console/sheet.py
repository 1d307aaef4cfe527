"""The compose form as it stands: everything that was typed travels with it, so nothing is stored before a yes."""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final

from bot.console import desk as shared
from bot.console.visit import Visit
from bot.domain.accounts import Account
from bot.domain.errors import BadInput, NotFound
from bot.domain.posts import Content, Lane, Media, Post
from bot.usecases import importing
from bot.usecases.compose import Wish
from bot.usecases.parts import Parts
from bot.usecases.preflight import EASY

LANGUAGES: Final = ("ja", "en", EASY, "zh-Hans", "vi", "ko", "pt-BR", "es", "tl", "ne", "id", "th", "my")
MOST_PICTURES: Final = 4
_TOKEN: Final = re.compile(r"[A-Za-z0-9_-]{16,64}")
_SHA: Final = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Sheet:
    """``own`` is wording by platform or account id, ``also`` by language; ``send`` are translations posted as well."""

    notice: str
    to: tuple[str, ...] = ()
    text: str = ""
    lang: str = "ja"
    link: str = ""
    at: str = ""
    reason: str = ""
    lane: Lane = Lane.ROUTINE
    own: Mapping[str, str] = field(default_factory=dict)
    also: Mapping[str, str] = field(default_factory=dict)
    send: tuple[str, ...] = ()
    media: tuple[Media, ...] = ()

    def field_of(self, account: Account, lang: str = "") -> str:
        """Which field of the form holds the words that this account posts."""
        if lang and lang != self.lang:
            return f"also.{lang}"
        keys = (account.id, account.platform.value)
        return next((f"own.{key}" for key in keys if self.own.get(key, "").strip()), "text")

    def words(self, name: str) -> str:
        """What stands in a field."""
        kind, _, key = name.partition(".")
        return {"own": self.own, "also": self.also}.get(kind, {}).get(key, "") if key else self.text

    def with_words(self, name: str, words: str) -> Sheet:
        kind, _, key = name.partition(".")
        if not key:
            return replace(self, text=words)
        return replace(self, own={**self.own, key: words}) if kind == "own" else self._translated(key, words)

    def _translated(self, lang: str, words: str) -> Sheet:
        return replace(self, also={**self.also, lang: words})

    def languages(self) -> tuple[str, ...]:
        """The main one and every translation that is to be posted and has words."""
        return (self.lang, *(lang for lang in self.send if lang != self.lang and self.also.get(lang, "").strip()))


def blank(lane: Lane = Lane.ROUTINE) -> Sheet:
    """A new form with its own token."""
    return Sheet(secrets.token_urlsafe(18), lane=lane)


def of_form(visit: Visit) -> Sheet:
    """What was typed, whatever it is: nothing is refused here, only bounded."""
    form = visit.form
    token = form.get("notice", "")
    return Sheet(
        notice=token if _TOKEN.fullmatch(token) else secrets.token_urlsafe(18),
        to=tuple(dict.fromkeys(visit.lists.get("to", ()))),
        text=_lines(form.get("text", "")),
        lang=form.get("lang", "ja") if form.get("lang") in LANGUAGES else "ja",
        link=form.get("link", "").strip(),
        at=form.get("at", "").strip(),
        reason=form.get("reason", "").strip(),
        lane=Lane.DISASTER if form.get("lane") == Lane.DISASTER else Lane.ROUTINE,
        own={key[4:]: _lines(value) for key, value in form.items() if key.startswith("own.")},
        also={key[5:]: _lines(value) for key, value in form.items() if key.startswith("also.")},
        send=tuple(lang for lang in visit.lists.get("send", ()) if lang in LANGUAGES),
        media=_media(visit),
    )


def of_post(post: Post, *, copy: bool = False) -> Sheet:
    """A post's words in the form again; a copy has no time and no author yet."""
    content, slot = post.revision.content, post.revision.slot
    sheet = Sheet(secrets.token_urlsafe(18), (post.account,), content.text, content.lang, content.link)
    sheet = replace(sheet, media=content.media, lane=post.lane)
    return sheet if copy else replace(sheet, at=shared.wall(slot.due_at), reason=slot.reason)


def with_uploads(visit: Visit, sheet: Sheet) -> Sheet:
    """Puts freshly chosen files on the shelf; BadInput for what no platform takes."""
    media = list(sheet.media)
    for name, data in shared.uploads(visit, "picture", importing.MOST_PICTURE + 1):
        if len(media) >= MOST_PICTURES:
            raise BadInput(f"At most {MOST_PICTURES} pictures fit into a post.", key="media").worded(
                "problem.many-pictures", most=MOST_PICTURES
            )
        media.append(importing.shelve(visit.parts, name, data, ""))
    return replace(sheet, media=tuple(media))


def arranged(sheet: Sheet, order: str) -> Sheet:
    """``remove:1`` takes the second picture away, ``up:1`` puts it before the first."""
    verb, _, place = order.partition(":")
    media, index = list(sheet.media), int(place) if place.isdigit() and len(place) < 3 else -1
    if not 0 <= index < len(media):
        return sheet
    item = media.pop(index)
    if verb == "up":
        media.insert(max(0, index - 1), item)
    return replace(sheet, media=tuple(media))


def mended(sheet: Sheet, order: str) -> Sheet:
    """A finding's fix, if the words are still those that it was made for."""
    try:
        asked = json.loads(order)
        name, start, end = str(asked["field"]), int(asked["start"]), int(asked["end"])
        was, now = str(asked["was"]), str(asked["now"])
    except (ValueError, KeyError, TypeError):
        return sheet
    words = sheet.words(name)
    if start < 0 or words[start:end] != was:
        return sheet
    return sheet.with_words(name, words[:start] + now + words[end:])


def wishes(parts: Parts, sheet: Sheet, now: datetime) -> list[Wish]:
    """One wish for each account and language; BadInput for a time that is none."""
    due_at = shared.typed_instant(sheet.at)
    if sheet.lane is Lane.DISASTER:
        due_at = max(due_at or now, now)
    found = []
    for name in sheet.to:
        account = parts.account(name)
        for lang in sheet.languages():
            words = sheet.words(sheet.field_of(account, lang))
            content = Content(words, sheet.link, sheet.media, lang)
            found.append(Wish(account.id, content, due_at, sheet.reason, sheet.lane))
    return found


def _media(visit: Visit) -> tuple[Media, ...]:
    names, alts = visit.lists.get("media", ()), visit.lists.get("alt", ())
    found = []
    for place, packed in enumerate(names[:MOST_PICTURES]):
        sha256, mime, size, name = ([*packed.split("|", 3), "", "", ""])[:4]
        if not _SHA.fullmatch(sha256) or not size.isdigit() or not _known(visit, sha256):
            continue
        alt = alts[place].strip() if place < len(alts) else ""
        found.append(Media(name[:200], sha256, mime[:40], alt, int(size[:12])))
    return tuple(found)


def _known(visit: Visit, sha256: str) -> bool:
    try:
        visit.parts.shelf.get(sha256)
    except NotFound:
        return False
    return True


def _lines(text: str) -> str:
    """Browsers send line ends as CR LF; posts have LF."""
    return text.replace("\r\n", "\n").replace("\r", "\n")

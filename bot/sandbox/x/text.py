"""What X does to a text: short links, mentions, language, escaping, entities."""

from __future__ import annotations

import hashlib
import html
import re
from collections.abc import Sequence

from bot.sandbox.wire import Json
from bot.sandbox.x.length import urls_in
from bot.sandbox.x.state import Link, XState

_MENTION = re.compile(r"(?<![A-Za-z0-9_@＠])[@＠]([A-Za-z0-9_]{1,15})(?![A-Za-z0-9_@])")
_HASHTAG = re.compile(r"(?<![\w&])[#＃](\w*[^\W\d_]\w*)")
CASHTAG = re.compile(r"(?<![\w$])\$([A-Za-z]{1,6}(?:[._][A-Za-z]{1,2})?)(?![\w$])")
_SCRIPTS = (
    ("ja", re.compile("[\u3040-\u30ff]")),
    ("ko", re.compile("[\uac00-\ud7af]")),
    ("th", re.compile("[\u0e00-\u0e7f]")),
    ("ne", re.compile("[\u0900-\u097f]")),
    ("zh", re.compile("[\u4e00-\u9fff]")),
    ("vi", re.compile("[\u1e00-\u1eff\u0103\u01a1\u01b0\u0111]")),
    ("en", re.compile("[A-Za-z]")),
)


def short_link(post_id: str, index: int) -> str:
    digest = hashlib.sha256(f"{post_id}/{index}".encode()).hexdigest()
    return f"https://t.co/{digest[:10]}"


def shorten(text: str, post_id: str) -> tuple[str, tuple[Link, ...]]:
    """The text with every URL replaced by its t.co link."""
    links: list[Link] = []
    pieces: list[str] = []
    end_of_last = 0
    for url, start, end in urls_in(text):
        links.append(Link(url, short_link(post_id, len(links))))
        pieces += [text[end_of_last:start], links[-1].short]
        end_of_last = end
    return "".join([*pieces, text[end_of_last:]]), tuple(links)


def mentioned_ids(state: XState, text: str) -> frozenset[str]:
    people = (state.by_handle(handle) for handle in _MENTION.findall(text))
    return frozenset(who.id for who in people if who)


def guess_language(text: str) -> str:
    return next((code for code, pattern in _SCRIPTS if pattern.search(text)), "und")


def escape(text: str) -> str:
    return html.escape(text, quote=False)


def entities(state: XState, shown: str, links: Sequence[Link]) -> Json:
    """Entities with offsets in code points of the delivered (escaped) text."""
    found: Json = {
        "urls": [item for link in links if (item := _url_entity(shown, link))],
        "mentions": [
            {"start": hit.start(), "end": hit.end(), "username": hit[1], **_known(state, hit[1])}
            for hit in _MENTION.finditer(shown)
        ],
        "hashtags": [{"start": hit.start(), "end": hit.end(), "tag": hit[1]} for hit in _HASHTAG.finditer(shown)],
        "cashtags": [{"start": hit.start(), "end": hit.end(), "tag": hit[1]} for hit in CASHTAG.finditer(shown)],
    }
    return {kind: items for kind, items in found.items() if items}


def _known(state: XState, handle: str) -> Json:
    person = state.by_handle(handle)
    return {"id": person.id} if person else {}


def _url_entity(shown: str, link: Link) -> Json | None:
    start = shown.find(link.short)
    if start < 0:
        return None
    expanded = link.written if "://" in link.written else f"http://{link.written}"
    entity = {
        "start": start,
        "end": start + len(link.short),
        "url": link.short,
        "expanded_url": expanded,
        "display_url": re.sub(r"^https?://(www\.)?", "", expanded)[:27],
    }
    return {**entity, "media_key": link.media_key} if link.media_key else entity

"""A post as its readers will see it: the exact words for the platform's text field, its links, what is folded away."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from bot.domain.accounts import Account, Platform
from bot.domain.length import Length, full_text, length_of, urls_in
from bot.domain.posts import Content, Media

FOLDS_AT: Final = {Platform.X: 280, Platform.FACEBOOK: 477}
"""Characters after which the platform hides the rest behind "show more"; Facebook's is an observation, not a promise."""
SHOWN_OF_LINK: Final = 30


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of the text; a link shows ``text`` and leads to ``href``."""

    text: str
    href: str = ""


@dataclass(frozen=True, slots=True)
class Rendered:
    """What goes out: ``text`` is what the platform gets, ``pieces`` how it shows it, ``card`` the host of a link card."""

    text: str
    pieces: tuple[Piece, ...]
    length: Length
    card: str
    media: tuple[Media, ...]
    folds: bool


def render(content: Content, account: Account) -> Rendered:
    """Pure: the same content on the same account always reads the same."""
    text = full_text(content, account.platform)
    links = urls_in(text)
    target = content.link or (links[-1] if links else "")
    folds = len(text) > FOLDS_AT[account.platform]
    pieces = tuple(_pieces(text, links, account.platform))
    return Rendered(
        text, pieces, length_of(content, account), "" if content.media else _host(target), content.media, folds
    )


def _pieces(text: str, links: tuple[str, ...], platform: Platform) -> list[Piece]:
    found, rest = [], text
    for link in links:
        before, _, rest = rest.partition(link)
        found += [Piece(before)] if before else []
        found.append(Piece(_shown(link) if platform is Platform.X else link, _full(link)))
    return [*found, Piece(rest)] if rest else found


def _shown(link: str) -> str:
    """X leaves out the scheme and cuts long addresses."""
    bare = link.partition("://")[2] or link
    return bare if len(bare) <= SHOWN_OF_LINK else bare[: SHOWN_OF_LINK - 1] + "…"


def _full(link: str) -> str:
    return link if "://" in link else f"https://{link}"


def _host(link: str) -> str:
    if not link:
        return ""
    try:
        return urlsplit(_full(link)).hostname or ""
    except ValueError:
        return ""

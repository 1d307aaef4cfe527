"""shortener, non-government-link and the shape of links: schemes, kana glued to them, links nobody meant."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Final

from bot.domain.accounts import Platform, Registry
from bot.domain.length import X_LONG_LIMIT, urls_in
from bot.domain.lint.hosts import Hosts, suffixes
from bot.domain.lint.model import Finding, Notice, Severity

MOST_LINKS: Final = 200
"""Further ones in one text are not read; no notice has them."""

_WITH_SCHEME: Final = re.compile(
    r"(?P<scheme>https?|hxxps?|ftp)://(?P<rest>(?:(?!https?://)[^\s<>\"「」『』【】。、…])*)", re.IGNORECASE
)
_ASCII_URL: Final = re.compile(r"[A-Za-z0-9\-._~:/?#\[\]@!$&'()*+,;=%\\]*")
_NO_SCHEME: Final = re.compile(
    r"(?<![A-Za-z0-9@._/:\-])(?P<host>(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,62})\.)+(?P<top>[A-Za-z]{2,24}))(?::[0-9]{1,5})?(?P<path>/[A-Za-z0-9\-._~:/?#\[\]@!$&'()*+,;=%]*)?(?![A-Za-z0-9@])"
)
_DOT: Final = re.compile(r"[A-Za-z0-9]\.[A-Za-z]{2}")
_TAIL: Final = ".,;:!?'\"*_~"
_SOCIAL: Final = {
    Platform.X: ("x.com", "twitter.com"),
    Platform.FACEBOOK: ("facebook.com", "fb.com"),
}
_KANA_OR_KANJI: Final = re.compile(r"[\u3041-\u30ff\u3400-\u9fff々]")


@dataclass(frozen=True, slots=True)
class Link:
    """A link as it stands in the text: ``host`` is lower case without user and port, ``scheme`` empty when not written."""

    start: int
    end: int
    scheme: str
    host: str
    path: str


def read_links(even: str, hosts: Hosts) -> tuple[Link, ...]:
    """Links with a scheme, and bare host names that people and X take for links."""
    if "." not in even and "://" not in even:
        return ()
    full = list(islice(_WITH_SCHEME.finditer(even), MOST_LINKS))
    found = [link for match in full if (link := _full(match))]
    taken = [(match.start(), match.end()) for match in full]
    for match in islice(_NO_SCHEME.finditer(even), MOST_LINKS):
        inside = any(start <= match.start() < end for start, end in taken)
        if not inside and _is_link(match, hosts):
            path = (match["path"] or "").rstrip(_TAIL)
            end = match.end("path") - len(match["path"]) + len(path) if path else match.end("host")
            found.append(Link(match.start(), end, "", match["host"].casefold(), path))
    return tuple(sorted(found, key=lambda link: link.start))


def links(notice: Notice) -> Iterator[Finding]:
    """Where each link leads and how it is written."""
    for link in notice.links:
        host = link.host
        if notice.around.hosts.shortens(host):
            yield Finding("shortener", Severity.ERROR, link.start, link.end, "shortener", {"host": host})
        elif not (notice.around.hosts.is_official(host) or _own_account(link, notice.around.registry)):
            yield Finding(
                "non-government-link", Severity.WARNING, link.start, link.end, "non-government-link", {"host": host}
            )
        elif link.scheme == "http":
            fix = "https" + notice.text[link.start + 4 : link.end]
            yield Finding("insecure-link", Severity.HINT, link.start, link.end, "insecure-link", {"host": host}, fix)
        if link.scheme and _KANA_OR_KANJI.match(notice.even, link.end):
            fix = notice.text[link.start : link.end] + " "
            yield Finding("glued-link", Severity.HINT, link.start, link.end, "glued-link", {"host": host}, fix)


def accidental_links(notice: Notice) -> Iterator[Finding]:
    """Words that X will turn into a link although nobody wrote one: file.py, end.Start."""
    if notice.account.platform is not Platform.X or len(notice.text) > X_LONG_LIMIT or not _loose_dot(notice):
        return
    at = 0
    for url in urls_in(notice.text.encode("utf-8", "replace").decode("utf-8")):
        place = notice.text.find(url, at)
        if place < 0:
            continue
        at = place + len(url)
        if "://" in url or any(link.start < at and place < link.end for link in notice.links):
            continue
        yield Finding("accidental-link", Severity.HINT, place, at, "accidental-link", {"host": url})


def _loose_dot(notice: Notice) -> bool:
    """Whether a full stop stands between letters outside every link; asking X's own rules takes milliseconds."""
    dots = islice(_DOT.finditer(notice.even), MOST_LINKS)
    return any(all(not link.start <= dot.start() < link.end for link in notice.links) for dot in dots)


def _full(match: re.Match[str]) -> Link | None:
    rest = match["rest"]
    ascii_part = _ASCII_URL.match(rest)
    address = ascii_part[0] if ascii_part else ""
    host = _host(address)
    if "." not in host or not re.fullmatch(r"[a-z0-9.-]*\.[a-z]{2,24}|[0-9.]+", host):
        address = re.split(r"[/?#]", rest)[0]  # a host in other letters, maybe made to look like ours
        host = _host(address)
    address = _trimmed(address)
    if not host:
        return None
    end = match.start("rest") + len(address)
    cut = re.search(r"[/?#\\]", address)
    return Link(match.start(), end, match["scheme"].casefold(), host, address[cut.start() :] if cut else "")


def _host(address: str) -> str:
    authority = re.split(r"[/?#\\]", address)[0].rpartition("@")[2]
    return re.sub(r":[0-9]*$", "", authority).strip(".").rstrip(_TAIL + ")]").casefold()


def _trimmed(address: str) -> str:
    """Without closing marks that belong to the sentence."""
    while address and (address[-1] in _TAIL or (address[-1] in ")]" and address.count("(") < address.count(")"))):
        address = address[:-1]
    return address


def _is_link(match: re.Match[str], hosts: Hosts) -> bool:
    host, path = match["host"].casefold(), match["path"]
    if hosts.shortens(host) or match["top"].casefold() not in hosts.domains:
        return bool(path and len(path) > 1)
    return not host.startswith(("e.g.", "i.e.", "a.m.", "p.m."))


def _own_account(link: Link, registry: Registry) -> bool:
    """x.com/IMMI_TOKYO/…: an account of the roster, by its first path segment."""
    first = link.path.strip("/").split("/")[0].split("?")[0].casefold()
    for platform, hosts in _SOCIAL.items():
        if any(suffix in hosts for suffix in suffixes(link.host)):
            return any(first == account.key for account in registry.accounts if account.platform is platform)
    return False

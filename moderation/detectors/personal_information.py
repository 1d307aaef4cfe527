"""Category 1: identifiers by shape, check digit and context; addresses and named facts about private persons."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from moderation import numbers
from moderation.categories import Category
from moderation.context import Context
from moderation.detectors.evidence import met, seen
from moderation.model import Finding, Signal, SignalKind
from moderation.numbers import Kind, Number
from moderation.text import pattern

_DIGIT: Final = re.compile("[0-9〇]")
URL: Final = pattern(r"(?:https?://|www\.)\S+|[a-z0-9.-]+\.(?:jp|com|net|org|example)/\S*")
EMAIL: Final = pattern(
    r"(?<![a-z0-9._%+\-])[a-z0-9._%+\-]{2,}\s?(?:@|\(at\)|\[at\]|\(あっと\)|☆|＠)\s?[a-z0-9\-]+(?:\.[a-z0-9\-]+)+"
)
_OFFICIAL_MAIL: Final = pattern(r"\.(?:go|lg)\.jp$|isa\.go\.jp|moj\.go\.jp")
_CONTEXT_OF: Final = {
    "mobile": ("call",), "telephone": ("call",), "mobile-incomplete": ("call",), "telephone-abroad": ("call",),
    "my-number": ("national-id", "card"), "twelve-digits": ("national-id", "card"), "vn-citizen-id": ("national-id",),
    "driving-licence": ("national-id",), "payment-card": ("bank", "card"), "id-nik": ("national-id",),
    "sixteen-digits": ("bank", "national-id", "card"), "cpf": ("national-id",), "th-citizen-id": ("national-id",),
}  # fmt: skip
ADDRESS: Final = pattern(
    r"(?:市|区|町|村|郡|島|丘|台|原|木|川|田|通|条|東|西|南|北|浜|橋|宿|谷|山)[^\s、。!?]{0,8}?[0-9〇一二三四五六七八九十]+(?:丁目|番地|番|の|-)[0-9〇一二三四五六七八九十]*"
    r"|[0-9]{2,4}号室|(?<![0-9])[0-9]+(?:丁目|番地|[号號](?:楼|樓|室|院)|[栋棟单單][0-9元]|동\s?[0-9]+호)"
    r"|(?<![a-z])[a-z]+-(?:ku|shi|cho|machi|gun|mura)\b[^.!?\n]{0,30}?[0-9]+-[0-9]+"
    r"|[路街道巷弄村][0-9]+[号號弄]|[동로길]\s?[0-9]+-[0-9]+"
    r"|[0-9]{1,3}-[0-9]{1,3}-[0-9]{1,4}(?:-[0-9]{2,4})?(?![0-9-])|〒\s?[0-9]{3}-?[0-9]{4}"
)
_NAME_LATIN: Final = re.compile(r"\b[A-ZÀ-Ỹ][\w'’-]+(?: [A-ZÀ-Ỹ][\w'’-]+){1,4}")
_PLATE: Final = pattern(r"[^\s0-9]{1,4}\s?[0-9]{3}\s?[ぁ-ん]\s?[0-9]{1,2}-[0-9]{2}")


def detect(context: Context) -> Iterator[Finding | Signal]:
    """Identifiers first, then addresses, mail, and a name joined with a private fact."""
    plain = context.plain.text
    if _DIGIT.search(plain):
        yield from _cards(context)
        yield from _numbers(context)
        yield from _addresses(context)
    if "@" in plain or "at)" in plain or "あっと" in plain:
        yield from _mail(context)
    yield from _named_fact(context)


def _cards(context: Context) -> Iterator[Finding | Signal]:
    for match in numbers.CARD.finditer(context.plain.text):
        compact = re.sub(r"[^a-z0-9]", "", match.group())
        if compact in numbers.CARD_SPECIMENS or compact in _compact(context.post.text):
            continue
        found = seen(Category.PERSONAL_INFORMATION, 0.95, "residence-card", context.plain, *match.span())
        yield found
        yield Signal(SignalKind.EXPOSED_NUMBER, 0.95, "personal-information", found.start, found.end, "residence-card")


def _numbers(context: Context) -> Iterator[Finding | Signal]:
    text = URL.sub(lambda match: " " * len(match.group()), context.plain.text)
    for number in numbers.find_numbers(text):
        if _is_public(context, number):
            continue
        for kind in numbers.kinds(number.digits):
            score = _score(context, kind, number)
            if score > 0.1:
                detail = {"kind": kind.name, "check": "passed" if kind.checked else "none"}
                found = seen(Category.PERSONAL_INFORMATION, score, kind.name, context.plain, number.start, number.end,
                             detail=detail)  # fmt: skip
                yield found
                if score >= 0.6:
                    yield Signal(SignalKind.EXPOSED_NUMBER, score, "personal-information", found.start, found.end,
                                 kind.name)  # fmt: skip
            break


def _is_public(context: Context, number: Number) -> bool:
    dialled = numbers.national(number.digits)
    return dialled in context.around.numbers or dialled.lstrip("+") in _compact(context.post.text)


def _score(context: Context, kind: Kind, number: Number) -> float:
    if kind.name == "free-line":
        return 0.0
    in_context = context.has(*_CONTEXT_OF.get(kind.name, ("national-id",)))
    score = 0.75 if kind.strong else 0.45 if kind.checked else 0.25
    score += 0.2 if in_context else 0.0
    score += 0.1 if number.gapped and kind.name != "mobile" else 0.0
    score -= 0.35 if context.has("public-line") and kind.name in {"telephone", "mobile", "telephone-abroad"} else 0.0
    score -= 0.4 if context.has("do-not-post", "specimen") else 0.0
    return min(0.95, score)


def _addresses(context: Context) -> Iterator[Finding]:
    for match in ADDRESS.finditer(context.plain.text):
        if match.group() in context.post.text:
            continue
        joined = context.has("residence") + context.has("honorific") + bool(_name(context))
        score = 0.25 + 0.2 * joined
        yield seen(Category.PERSONAL_INFORMATION, score, "home-address", context.plain, *match.span())
        return


def _mail(context: Context) -> Iterator[Finding]:
    for match in EMAIL.finditer(context.plain.text):
        if _OFFICIAL_MAIL.search(match.group()) or match.group() in context.around.numbers:
            continue
        score = 0.35 if context.has("lure", "goods", "contact") else 0.6
        yield seen(Category.PERSONAL_INFORMATION, score, "e-mail", context.plain, *match.span())


def _named_fact(context: Context) -> Iterator[Finding]:
    """A full name joined with school, work, illness or home; a common name alone is nothing."""
    facts = [group for group in ("belongs", "health", "residence") if context.has(group)]
    if not facts or not (context.has("honorific") or _name(context)):
        return
    hit = context.first(*facts)
    if hit:
        yield met(Category.PERSONAL_INFORMATION, 0.2 + 0.15 * len(facts), f"name-with-{facts[0]}", hit)


def _name(context: Context) -> bool:
    return _NAME_LATIN.search(context.reply.text) is not None


def _compact(text: str) -> str:
    return re.sub(r"[^a-z0-9]", "", text)

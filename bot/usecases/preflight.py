"""The lint's findings on what somebody writes, in the reader's language, and what of it stops a post."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from bot.domain.accounts import Platform
from bot.domain.errors import BadInput
from bot.domain.lint import lint
from bot.domain.lint.duplicates import AMONG_ACCOUNTS, Sent, near_duplicates
from bot.domain.lint.model import Around, Finding, Notice, Picture
from bot.domain.lint.words import say
from bot.domain.posts import Content, Post, PostState
from bot.store import queue
from bot.usecases import linting
from bot.usecases.compose import Wish
from bot.usecases.parts import Parts

WAITING_OR_OUT: Final = (
    PostState.SUBMITTED,
    PostState.APPROVED,
    PostState.SCHEDULED,
    PostState.PUBLISHING,
    PostState.PUBLISHED,
    PostState.UNKNOWN,
    PostState.HELD,
)
MOST_COMPARED: Final = 500
EASY: Final = "ja-x-easy"
"""Easy Japanese as a language tag of its own (BCP 47 private use)."""


@dataclass(frozen=True, slots=True)
class Said:
    """One finding: ``start``/``end`` are code points of the text; ``fix`` replaces them, None where nobody can know."""

    rule: str
    severity: str
    start: int
    end: int
    message: str
    reason: str = ""
    fix: str | None = None

    @property
    def stops(self) -> bool:
        return self.severity == "error"


class Preflight:
    """Everything that the notices of one form are held against, gathered once."""

    def __init__(self, parts: Parts, *, now: datetime, lang: str = "ja", without: int | None = None) -> None:
        self._parts, self._lang = parts, lang
        self._around: Around = linting.surroundings(parts.registry(), now)
        self._now, self._without = now, without

    def findings(self, wishes: Sequence[tuple[Wish, datetime | None]]) -> list[tuple[Said, ...]]:
        """What speaks against each wish in its slot, in the order of its text; repeats of what waits or went out too."""
        notices = [self.notice(wish, due_at) for wish, due_at in wishes]
        written = any(notice.text.strip() for notice in notices)
        again = near_duplicates(notices, self._around.names, self._recent()) if written else {}
        found = []
        for place, notice in enumerate(notices):
            said = [_said(each, self._lang) for each in lint(notice)] if notice.text.strip() else []
            repeat = again.get(place)
            if repeat is not None and repeat.facts["other"]:  # twins of the same form are told together
                said.append(_said(repeat, self._lang))
            found.append(tuple(said))
        return found

    def twins(self, wishes: Sequence[Wish]) -> tuple[str, ...]:
        """The X accounts among ``wishes`` that would say the same, or nearly so: ids, in the order of the roster."""
        notices = [self.notice(wish, None) for wish in wishes]
        notices = [each for each in notices if each.account.platform is Platform.X]
        found = near_duplicates(notices, self._around.names)
        alike = {notices[place].account.id for place, each in found.items() if each.reason == "other-account"}
        return tuple(each.id for each in self._parts.registry().accounts if each.id in alike)

    def _recent(self) -> list[Sent]:
        """What went out or waits within thirty days either side."""
        registry = self._parts.registry()
        platforms = {each.id: each.platform for each in registry.accounts}
        wanted = queue.Filter(WAITING_OR_OUT, None, self._now - AMONG_ACCOUNTS, self._now + AMONG_ACCOUNTS)
        with self._parts.store.read() as tx:
            found = queue.words_around(tx, wanted, most=MOST_COMPARED)
        return [
            Sent(str(number), account, platforms[account], text, at)
            for number, account, text, at in found
            if number != self._without and account in platforms
        ]

    def notice(self, wish: Wish, due_at: datetime | None) -> Notice:
        account = self._parts.account(wish.account)
        content = wish.content
        pictures = tuple(Picture(each.name, each.alt) for each in content.media)
        office = self._parts.office(account)
        return Notice("", account, office, _text(content), self._around, due_at, pictures, content.lang, wish.reason)


def refuse_repeat(parts: Parts, post: Post, *, now: datetime, lang: str = "ja") -> None:
    """Raises BadInput when another X account says nearly the same, or this one said exactly this within a week."""
    wish = Wish(post.account, post.revision.content)
    preflight = Preflight(parts, now=now, lang=lang, without=post.id)
    [found] = preflight.findings([(wish, post.revision.slot.due_at)])
    for said in found:
        if said.rule == "near-duplicate" and (said.stops or said.reason == "other-account"):
            raise BadInput(said.message, key="text").worded("problem.repeat", message=said.message)


def _text(content: Content) -> str:
    """The author's own words first, so that a finding's place is a place in the form; then the link."""
    return content.text if not content.link or content.link in content.text else f"{content.text}\n{content.link}"


def _said(found: Finding, lang: str) -> Said:
    return Said(found.rule, found.severity.value, found.start, found.end, say(found, lang), found.reason, found.fix)

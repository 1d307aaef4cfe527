"""What the failure tests share: a platform that lets something happen in the middle of a call, and pictures."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from sqlalchemy import text

from bot.domain.ports import Platform
from bot.domain.posts import Content, Media, Post, PostState
from bot.store import service
from bot.usecases.parts import Parts
from tests.house import House

PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010806000000 1f15c4890000000a49444154789c6360000000020001"
    "e221bc330000000049454e44ae426082".replace(" ", "")
)


class Tapped:
    """The real platform; ``before`` and ``after`` run around its create, as if by chance in that very moment."""

    def __init__(
        self, inner: Platform, *, before: Callable[[], object] | None = None, after: Callable[[], object] | None = None
    ) -> None:
        self._inner, self._before, self._after = inner, before, after
        self.name = inner.name

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)

    def publish(self, *args: Any) -> Any:
        if self._before:
            self._before()
        receipt = self._inner.publish(*args)
        if self._after:
            self._after()
        return receipt


def tapped(house: House, **hooks: Callable[[], object]) -> Parts:
    """The house's parts with hooks around every create on X."""
    x = house.parts.platforms["x"]
    return replace(house.parts, platforms={**house.parts.platforms, "x": Tapped(x, **hooks)})


def picture(house: House, words: str = "窓口の案内図をご覧ください。", alt: str = "案内図") -> Content:
    """A text with one picture that is on the shelf."""
    return Content(words, media=(Media("map.png", house.parts.shelf.put(PNG), "image/png", alt, len(PNG)),))


def told(house: House, *people: str) -> list[str]:
    """Kinds of the notices of these people, oldest first."""
    with house.store.read() as tx:
        return [each.kind for each in reversed(service.notices(tx, people, limit=500))]


def sql(house: House, statement: str, **facts: object) -> None:
    """A change that no code of ours makes: a hand in the database."""
    with house.store.begin() as tx:
        tx.session.execute(text(statement), facts)


def seen_ids(house: House, account: str = "IMMI_TOKYO") -> list[str]:
    """What stands on the account, as the platform knows it."""
    return [each.id for each in house.sandbox.people.posts(account) if not each.deleted]


def is_out_once(house: House, post: Post) -> bool:
    """Published, once, under the id that the platform gave."""
    found = house.post(post)
    handle = house.parts.account(found.account).handle
    out = found.state is PostState.PUBLISHED and found.platform_id in seen_ids(house, handle)
    return out and house.created(handle) == 1

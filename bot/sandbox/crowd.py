"""The crowd of practice mode: invented people who answer every post of the agency within seconds.

What it says is invented for practice. It covers thanks, questions, sharp criticism, each of the nine
prohibited behaviours, and a cry for help, so that every lane of the service has something to do.
"""

from __future__ import annotations

import heapq
import tomllib
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from importlib.resources import files
from random import Random

from bot.sandbox.alter import altered_copy, imitating_handle
from bot.sandbox.people import People, Seen

ALTERED, IMITATION = "altered", "imitation"
GENTLE = ("thanks", "question", "criticism")


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that somebody says; `kind` is a gentle one, `crisis`, or the slug of a prohibited behaviour."""

    lang: str
    kind: str
    text: str
    name: str = ""
    handle: str = ""


@dataclass(frozen=True, slots=True, order=True)
class Plan:
    """One reply to come; `below` answers the visitor before instead of the post."""

    due: datetime
    order: int
    post: Seen = field(compare=False)
    line: Line = field(compare=False)
    manner: str = field(compare=False)  # reply, quote, below


@cache
def lines() -> tuple[Line, ...]:
    """All lines of the crowd, read once."""
    text = files(__package__).joinpath("crowd_lines.toml").read_text(encoding="utf-8")
    data = tomllib.loads(text)
    return tuple(
        Line(lang, kind, line if isinstance(line, str) else line["text"], *_author(line))
        for lang, kinds in data["lines"].items()
        for kind, texts in kinds.items()
        for line in texts
    )


def _author(line: str | dict[str, str]) -> tuple[str, str]:
    return ("", "") if isinstance(line, str) else (line.get("name", ""), line.get("handle", ""))


@cache
def _names() -> dict[str, list[str]]:
    text = files(__package__).joinpath("crowd_lines.toml").read_text(encoding="utf-8")
    return {lang: list(names) for lang, names in tomllib.loads(text)["names"].items()}


class Crowd:
    """Deterministic from `seed` and the order of posts; never more than `most` replies to one post."""

    def __init__(self, seed: int, *, least: int = 5, most: int = 9, within_s: float = 20.0) -> None:
        if not 0 <= least <= most:
            raise ValueError("The crowd needs 0 <= least <= most.")
        self._seed, self._least, self._most, self._within_s = seed, least, most, within_s
        self.reset()

    def reset(self) -> None:
        self._known: set[str] = set()
        self._size = -1
        self._plans: list[Plan] = []
        self._latest: dict[str, str] = {}  # post id -> id of the last visitor's words below it
        self._decks: dict[str, list[Line]] = {}

    def tick(self, people: People, now: datetime) -> int:
        """Plan answers to new posts and say what is due; returns how much was said."""
        if people.size() != self._size:
            self._notice(people, now)
        said = 0
        while self._plans and self._plans[0].due <= now:
            said += self._say(people, heapq.heappop(self._plans))
        self._size = people.size()
        return said

    def _notice(self, people: People, now: datetime) -> None:
        for post in people.posts():
            if post.id not in self._known and post.published and not post.deleted and not post.parent_id:
                self._known.add(post.id)
                self._plan(post, now)

    def _plan(self, post: Seen, now: datetime) -> None:
        number = len(self._known)
        rng = Random(f"{self._seed}/{number}")
        for order in range(rng.randint(self._least, self._most)):
            due = now + timedelta(seconds=1.0 + rng.random() * self._within_s)
            manner = rng.choices(("reply", "quote", "below"), (8, 1 if post.platform == "x" else 0, 1))[0]
            heapq.heappush(self._plans, Plan(due, number * 1000 + order, post, self._draw(rng, order), manner))

    def _draw(self, rng: Random, order: int) -> Line:
        """Gentle and other lines by turns; a deck is used up before any line comes again."""
        side = "other" if order % 2 else "gentle"
        if not self._decks.get(side):
            deck = [line for line in lines() if (line.kind in GENTLE) == (side == "gentle")]
            rng.shuffle(deck)
            self._decks[side] = deck
        return self._decks[side].pop()

    def _say(self, people: People, plan: Plan) -> int:
        words = self._words(people, plan)
        if words is None:
            return 0
        text, name, handle = words
        post = plan.post
        if people.is_blocked(post.account, handle, name):
            return 0
        target = self._latest.get(post.id, post.id) if plan.manner == "below" else post.id
        try:
            if post.platform == "facebook":
                ident = people.comment(target, text, name=name)
            elif plan.manner == "quote":
                ident = people.quote(post.id, text, handle=handle, name=name)
            else:
                ident = people.reply(target, text, handle=handle, name=name)
        except KeyError:  # the post or the words below it are gone
            return 0
        if plan.manner != "quote":
            self._latest[post.id] = ident
        return 1

    def _words(self, people: People, plan: Plan) -> tuple[str, str, str] | None:
        """Text, name, handle; None when this line does not suit this post."""
        line, post = plan.line, plan.post
        rng = Random(f"{self._seed}/{plan.order}/{line.text}")
        names = _names()[line.lang]
        name = line.name or rng.choice(names)
        handle = line.handle or f"renshu_{line.lang.replace('-', '').lower()}_{names.index(name) + 1}"
        text = line.text.replace("{account}", post.account)
        if line.kind == ALTERED:
            changed = altered_copy(post.text, rng)
            return (text.replace("{copy}", changed), name, handle[:15]) if changed else None
        if line.kind == IMITATION:
            return text, people.name_of(post.account), imitating_handle(post.account, rng)
        return text, name, handle[:15]

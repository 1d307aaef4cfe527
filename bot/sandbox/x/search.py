"""Recent search: seven days, a small query language, no protected authors, no reposts."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

from bot.sandbox.ids import first_id_at
from bot.sandbox.wire import Answer, Call
from bot.sandbox.world import World
from bot.sandbox.x.auth import Caller, need_scopes
from bot.sandbox.x.errors import invalid
from bot.sandbox.x.read import moment, post_page, visible
from bot.sandbox.x.state import XPost

REACH = timedelta(days=7)  # older posts are out of reach
LEFT, RIGHT = "(", ")"
Match = Callable[[XPost], bool]
_TOKEN = re.compile(r'\s*(?:(\()|(\))|(-?[\w.]+:"[^"]*"|-?"[^"]*"|[^\s()]+))')


def search(world: World, call: Call, caller: Caller) -> Answer:
    need_scopes(caller, "tweet.read", "users.read")
    query = call.param("query")
    if not 1 <= len(query) <= world.knobs.search_query_limit:
        limit = world.knobs.search_query_limit
        raise invalid(f"`query` must hold 1 to {limit} characters", query=[query[:80]])
    if call.param("sort_order") not in ("", "recency", "relevancy"):
        raise invalid("`sort_order` is recency or relevancy", sort_order=[call.param("sort_order")])
    _refuse_old_bounds(world, call)
    match = Query(world, query).parse()
    edge = world.now() - REACH
    hits = world.x.standing(lambda post: post.created_at >= edge and _open(world, post) and match(post))
    return post_page(world, call, visible(world, hits), least=10, default=10)


def _open(world: World, post: XPost) -> bool:
    author = world.x.people[post.author_id]
    return not author.protected and not author.suspended


def _refuse_old_bounds(world: World, call: Call) -> None:
    edge = world.now() - REACH
    since = call.param("since_id")
    too_old = since.isdigit() and int(since) < first_id_at(edge)
    if too_old and world.knobs.search_refuses_old_since_id:
        raise invalid("'since_id' must be a tweet id created after the last 7 days", since_id=[since])
    if call.param("start_time") and moment(call, "start_time") < edge:
        raise invalid("'start_time' must be within the last 7 days", start_time=[call.param("start_time")])


def _never(post: XPost) -> bool:
    return False


class Query:
    """X's query: AND by blank, OR, parentheses, minus, `operator:value`, plain words."""

    def __init__(self, world: World, text: str) -> None:
        self._world = world
        self._tokens = [next(filter(None, hit.groups())) for hit in _TOKEN.finditer(text)]
        self._at = 0

    def parse(self) -> Match:
        match = self._any()
        if self._at < len(self._tokens):
            raise invalid(f"There is an error in the query at [{self._tokens[self._at]}]", query=[])
        return match

    def _peek(self) -> str:
        return self._tokens[self._at] if self._at < len(self._tokens) else ""

    def _any(self) -> Match:
        choices = [self._all()]
        while self._peek() == "OR":
            self._at += 1
            choices.append(self._all())
        return lambda post: any(choice(post) for choice in choices)

    def _all(self) -> Match:
        parts: list[Match] = []
        while self._peek() not in ("", "OR", ")"):
            parts.append(self._one())
        if not parts:
            raise invalid("There is an error in the query: a term is missing", query=[])
        return lambda post: all(part(post) for part in parts)

    def _one(self) -> Match:
        word = self._peek()
        self._at += 1
        if word == "-" and self._peek() == LEFT:
            group = self._one()
            return lambda post: not group(post)
        if word == LEFT:
            inner = self._any()
            if self._peek() != RIGHT:
                raise invalid("There is an error in the query: a parenthesis is open", query=[])
            self._at += 1
            return inner
        if word.startswith("-") and len(word) > 1:
            wanted = self._term(word[1:])
            return lambda post: not wanted(post)
        return self._term(word)

    def _term(self, token: str) -> Match:
        name, colon, value = token.partition(":")
        if not colon or "://" in token:
            word = token.strip('"').lower()
            return lambda post: word in post.text.lower()
        return self._operator(name, value.strip('"'))

    def _operator(self, name: str, value: str) -> Match:
        state = self._world.x
        person = state.by_handle(value) or state.people.get(value)
        ident = person.id if person else "nobody"
        operators: dict[str, Match] = {
            "conversation_id": lambda post: post.conversation_id == value,
            "in_reply_to_tweet_id": lambda post: post.parent_id == value,
            "in_reply_to_status_id": lambda post: post.parent_id == value,
            "quotes_of_tweet_id": lambda post: post.quoted_id == value,
            "from": lambda post: post.author_id == ident,
            "to": lambda post: self._author_of(post.parent_id) == ident,
            "lang": lambda post: post.lang == value,
            "is": self._kind(value),
            "has": self._having(value),
        }
        if name not in operators:
            raise invalid(f"Reference to invalid operator '{name}'", query=[name])
        return operators[name]

    def _author_of(self, ident: str) -> str:
        post = self._world.x.posts.get(ident)
        return post.author_id if post else ""

    def _kind(self, value: str) -> Match:
        kinds: dict[str, Match] = {
            "reply": lambda post: bool(post.parent_id),
            "quote": lambda post: bool(post.quoted_id),
            "retweet": _never,
            "verified": lambda post: self._world.x.people[post.author_id].account is not None,
        }
        return kinds.get(value, _never)

    def _having(self, value: str) -> Match:
        kinds: dict[str, Match] = {
            "links": lambda post: bool(post.links),
            "media": lambda post: bool(post.media_keys),
            "images": lambda post: bool(post.media_keys),
            "mentions": lambda post: bool(post.mentioned),
        }
        return kinds.get(value, _never)

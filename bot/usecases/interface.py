"""What the agency's other systems do through the HTTP API. Their posts are submitted, never approved, by machines."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime

from bot.domain.accounts import Account
from bot.domain.errors import Conflict, NotAllowed, NotFound
from bot.domain.people import EVERYWHERE
from bot.domain.posts import Post, PostState
from bot.store import figures, posts, tokens
from bot.store.database import Tx
from bot.store.tokens import Answer
from bot.usecases import approve, compose
from bot.usecases.audit_search import between
from bot.usecases.compose import Wish
from bot.usecases.parts import Parts
from bot.usecases.tokens import Caller

Render = Callable[[Tx, Post], str]
"""A post as the answer's JSON."""


@dataclass(frozen=True, slots=True)
class Write:
    """One write under its idempotency key; ``asked`` is the digest of method, path and body."""

    caller: Caller
    key: str
    asked: str


class OtherRequest(Conflict):
    """The idempotency key was used for another request before."""


def digest_of(method: str, path: str, body: bytes) -> str:
    """What makes two requests the same."""
    return hashlib.sha256(f"{method} {path}\n".encode() + body).hexdigest()


def accounts_of(parts: Parts, caller: Caller) -> list[Account]:
    """The accounts of the token's offices."""
    offices = caller.token.offices
    return [each for each in parts.registry().accounts if EVERYWHERE in offices or each.office in offices]


def read_posts(
    parts: Parts,
    caller: Caller,
    *,
    states: list[PostState],
    account: str,
    since: datetime | None,
    until: datetime | None,
    page: int,
    limit: int,
    render: Callable[[Tx, Post], object],
) -> list[object]:
    """Posts of the token's offices by slot, ``limit`` a page; an account elsewhere is NotFound."""
    ids = [each.id for each in accounts_of(parts, caller)]
    if account:
        ids = [_own_account(parts, caller, account).id]
    with parts.store.read() as tx:
        found = posts.find(
            tx, states=states, accounts=ids, since=since, until=until, limit=limit, offset=(page - 1) * limit
        )
        return [render(tx, post) for post in found]


def read_post(parts: Parts, caller: Caller, post_id: int, render: Callable[[Tx, Post], object]) -> object:
    """One post; those of other offices do not exist for this token."""
    with parts.store.read() as tx:
        return render(tx, _own_post(parts, tx, caller, post_id))


def queue_post(parts: Parts, write: Write, wish: Wish, *, now: datetime, render: Render) -> Answer:
    """Submits a post as the token's actor. The same key and request give the same answer and no second post."""

    def work(tx: Tx) -> str:
        [number] = compose.draft_all(parts, tx, [wish], by=write.caller.person, now=now, submit=True)
        return render(tx, posts.get(tx, number))

    _own_account(parts, write.caller, wish.account)
    return _once(parts, write, 201, work, now)


def cancel_post(parts: Parts, write: Write, post_id: int, *, now: datetime, render: Render) -> Answer:
    """Takes back a post that this token wrote; doing it twice is the same as once."""
    known = _known(parts, write)
    if known is not None:
        return known
    with parts.store.read() as tx:
        post = _own_post(parts, tx, write.caller, post_id)
    if post.author != write.caller.person.login:
        raise NotAllowed("A token takes back only the posts that it wrote.")
    if post.state is not PostState.CANCELLED:
        approve.cancel(parts, post_id, by=write.caller.person, now=now)
    return _once(parts, write, 200, lambda tx: render(tx, posts.get(tx, post_id)), now)


def read_figures(parts: Parts, caller: Caller, *, first: date, last: date) -> tuple[dict[str, int], dict[str, int]]:
    """(posts that went out by account, cases opened by present state), both days included, in Japan."""
    since, until = between(first, last)
    if since is None or until is None:
        return {}, {}
    own = None if EVERYWHERE in caller.token.offices else caller.token.offices
    ids = None if own is None else [each.id for each in accounts_of(parts, caller)]
    with parts.store.read() as tx:
        sent = figures.published(tx, accounts=ids, since=since, until=until)
        return sent, figures.cases_by_end(tx, offices=own, since=since, until=until)


def _once(parts: Parts, write: Write, status: int, work: Callable[[Tx], str], now: datetime) -> Answer:
    """The work and its kept answer in one transaction; who comes second gets the first one's answer."""
    known = _known(parts, write)
    if known is not None:
        return known
    try:
        with parts.store.begin() as tx:
            body = work(tx)
            if not tokens.keep_answer(tx, write.caller.token.id, write.key, write.asked, status, body, at=now):
                raise _SecondError  # noqa: TRY301  undoes what the transaction did
            return Answer(write.asked, status, body)
    except _SecondError:
        first = _known(parts, write)
        if first is None:
            raise Conflict("The same key is being used right now; ask again.") from None
        return first


class _SecondError(Exception):
    """Somebody else was first with this key; what was done in this transaction is undone."""


def _known(parts: Parts, write: Write) -> Answer | None:
    with parts.store.read() as tx:
        found = tokens.answer(tx, write.caller.token.id, write.key)
    if found is not None and found.asked != write.asked:
        raise OtherRequest("This idempotency key was used for another request; choose a new one.")
    return found


def _own_account(parts: Parts, caller: Caller, name: str) -> Account:
    account = parts.account(name)
    if account not in accounts_of(parts, caller):
        raise NotFound(f"The roster has no account '{name}' in the token's offices.")
    return account


def _own_post(parts: Parts, tx: Tx, caller: Caller, post_id: int) -> Post:
    post = posts.get(tx, post_id)
    if post.account not in {each.id for each in accounts_of(parts, caller)}:
        raise NotFound(f"There is no post {post_id}.")
    return post

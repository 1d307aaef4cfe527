"""What every call to a platform shares: reads may be repeated, some verbs may find nothing left to do."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from bot.domain.accounts import Account, Means
from bot.domain.errors import Kind, NotSent, PlatformError, Rejected, Unclear


@contextmanager
def repeatable() -> Iterator[None]:
    """For reads and for uploads, which stay invisible until used: an unclear end may simply be tried again."""
    failure: NotSent | None = None
    try:
        yield
    except Unclear as exc:
        failure = NotSent(
            "The platform did not answer properly; it is tried again by itself.",
            status=exc.status,
            code=exc.code,
            trace=exc.trace,
        )
    if failure:
        raise failure


@contextmanager
def already_gone_is_done() -> Iterator[None]:
    """For verbs whose goal is reached when the object is not there any more."""
    try:
        yield
    except Rejected as exc:
        if exc.kind is not Kind.GONE:
            raise


def require(account: Account, verb: str, means: Means) -> None:
    """Refuses before any call what the roster says this account cannot do by call."""
    if means is Means.API:
        return
    by_hand = " A moderator does it by hand in the app." if means is Means.ASSISTED else ""
    raise Rejected(f"{account.handle} has no call to {verb} here.{by_hand}", kind=Kind.PLAN, code=f"no-{verb}")


def told(error: PlatformError) -> str:
    """A constant word for logs: the error's class, never its text."""
    return type(error).__name__

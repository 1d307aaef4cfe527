"""What X's answers mean for the caller: a table of statuses and problem words, nothing else.

Never the status alone: a proxy's HTML page with a 4xx says nothing about what X did.
Problem types are compared by their last path segment, for their host has changed once.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, Final

from bot.domain.errors import AuthExpired, Kind, PlatformError, RateLimited, Rejected, Unclear
from bot.platforms.times import from_epoch
from bot.platforms.transport import Answer, parsed

SENTENCES: Final[dict[Kind, str]] = {
    Kind.CONTENT: "X refused the content; the author has to change it.",
    Kind.DUPLICATE: "X says that this account has posted the same words already; look at its timeline.",
    Kind.PERMISSION: "X does not let this account do that; check the app's permissions and the reply's thread.",
    Kind.PLAN: "The X plan or its rules do not include this call; the capability should be off in the roster.",
    Kind.POLICY: "X has suspended or restricted something here; pause the account and look at it in the app.",
    Kind.CREDIT: "The X credit or monthly quota is used up; top it up before anything else is sent.",
    Kind.GONE: "X does not have this object any more.",
}

WORDS: Final[tuple[tuple[str, Kind], ...]] = (
    ("credits-depleted", Kind.CREDIT),
    ("usage-capped", Kind.CREDIT),
    ("duplicate content", Kind.DUPLICATE),
    ("have not been mentioned or otherwise engaged", Kind.PLAN),  # summon rule of 2026-02-23
    ("client-not-enrolled", Kind.PLAN),
    ("client-forbidden", Kind.PLAN),
    ("user-suspended", Kind.POLICY),
)
"""First match wins; looked for in types, reasons, titles and details, in small letters."""

OLD_CODES: Final[dict[int, Kind]] = {
    187: Kind.DUPLICATE,
    453: Kind.PLAN,
    64: Kind.POLICY,
    326: Kind.POLICY,
    186: Kind.CONTENT,
    34: Kind.GONE,
    144: Kind.GONE,
}
"""Numbers of the retired v1.1 interface that are still met; 88 is the rate limit."""

_BY_STATUS: Final[dict[int, Kind]] = {402: Kind.CREDIT, 403: Kind.PERMISSION, 404: Kind.GONE}
_MAYBE_EXECUTED: Final = frozenset({408, 425, 499})
_BUCKETS: Final = ("x-rate-limit", "x-app-limit-24hour", "x-user-limit-24hour")


def outcome_of(answer: Answer) -> PlatformError:
    """The error for an answer that is no success; Unclear for whatever is not in the tables."""
    problem = problem_in(answer.body)
    facts: dict[str, Any] = {"status": answer.status, "code": _code(problem), "trace": answer.trace}
    if answer.status == 429 and _says_limit(answer, problem):
        return _limited(answer, problem, facts)
    if problem is None or answer.status not in range(400, 500) or answer.status in _MAYBE_EXECUTED:
        return Unclear("X did not say whether it took the call; look before sending again.", **facts)
    if answer.status == 401:
        return AuthExpired("X does not accept this account's token; its owner has to connect it again.", **facts)
    if 88 in _numbers(problem):
        return _limited(answer, problem, facts)
    kind = _kind(problem) or _BY_STATUS.get(answer.status, Kind.CONTENT)
    return Rejected(SENTENCES[kind], kind=kind, **facts)


def problem_in(body: bytes) -> Mapping[str, Any] | None:
    """The problem object of an answer; None for HTML, lists, strings and objects that name no problem."""
    problem = parsed(body)
    if not isinstance(problem, dict) or not problem.keys() & {"title", "detail", "type", "errors", "error"}:
        return None
    return problem


def reset_of(headers: Mapping[str, str]) -> datetime | None:
    """When an exhausted bucket fills again; None without a readable header."""
    empty = [b for b in _BUCKETS if headers.get(f"{b}-remaining", "").strip() == "0"]
    times = (from_epoch(headers.get(f"{bucket}-reset")) for bucket in (empty or _BUCKETS[:1]))
    return max((each for each in times if each), default=None)


def _limited(answer: Answer, problem: Mapping[str, Any] | None, facts: dict[str, Any]) -> PlatformError:
    if problem and _kind(problem) is Kind.CREDIT:
        return Rejected(SENTENCES[Kind.CREDIT], kind=Kind.CREDIT, **facts)
    sentence = "X takes no more calls of this kind for now; it is tried again later by itself."
    return RateLimited(sentence, retry_at=reset_of(answer.headers), **facts)


def _says_limit(answer: Answer, problem: Mapping[str, Any] | None) -> bool:
    """A bare 429 is load shedding by X; one with a foreign page and no header may come from a proxy."""
    return bool(problem) or not answer.body.strip() or any(f"{b}-remaining" in answer.headers for b in _BUCKETS)


def _kind(problem: Mapping[str, Any]) -> Kind | None:
    words = " ".join(_texts(problem)).lower()
    found = next((kind for word, kind in WORDS if word in words), None)
    return found or next((OLD_CODES[n] for n in _numbers(problem) if n in OLD_CODES), None)


def _code(problem: Mapping[str, Any] | None) -> str:
    """A short code for the record: the problem type's last segment, else the old number."""
    if problem is None:
        return ""
    for part in _parts(problem):
        tail = str(part.get("type", "")).rstrip("/").rpartition("/")[2]
        if tail not in {"", "about:blank", "blank"}:
            return tail[:60]
    return next((str(number) for number in _numbers(problem)), "")


def _parts(problem: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    yield problem
    errors = problem.get("errors")
    yield from (each for each in (errors if isinstance(errors, list) else ()) if isinstance(each, dict))
    if isinstance(problem.get("error"), dict):
        yield problem["error"]


def _texts(problem: Mapping[str, Any]) -> Iterator[str]:
    for part in _parts(problem):
        yield from (str(part.get(key, "")) for key in ("type", "reason", "title", "detail", "message"))


def _numbers(problem: Mapping[str, Any]) -> tuple[int, ...]:
    return tuple(part["code"] for part in _parts(problem) if isinstance(part.get("code"), int))

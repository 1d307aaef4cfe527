"""What Graph's error codes mean for the caller. Decided by code and subcode, never by the HTTP status.

``is_transient`` is only a hint: it never turns "may have happened" into "did not happen".
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from bot.domain.errors import AuthExpired, Kind, PlatformError, RateLimited, Rejected, Unclear
from bot.platforms.facebook.budget import regain_at
from bot.platforms.transport import Answer, parsed

UNKNOWN: Final = frozenset({1, 2, 1363047, 1609010})
LIMITS: Final = frozenset({4, 17, 32, 613, *range(80000, 80015)})  # 80001: what a Page token meets
PUBLISHING_LIMIT: Final = 341
PUBLISHING_PAUSE: Final = timedelta(hours=3)
TOKEN: Final = frozenset({102, 104, 190, 2500})

KINDS: Final[dict[int, Kind]] = {
    3: Kind.PERMISSION,
    10: Kind.PERMISSION,
    **dict.fromkeys(range(200, 300), Kind.PERMISSION),
    100: Kind.CONTENT,
    803: Kind.GONE,  # one of several ids does not exist
    368: Kind.POLICY,
    506: Kind.DUPLICATE,
    1366051: Kind.DUPLICATE,
    1404078: Kind.POLICY,  # Page Publishing Authorisation is missing
    1609005: Kind.CONTENT,
    2635: Kind.VERSION,
}
SUBCODES: Final[dict[tuple[int, int], Kind]] = {
    (100, 33): Kind.GONE,
    (368, 1404082): Kind.DUPLICATE,
}

TOKEN_SENTENCES: Final[dict[int, str]] = {
    458: "The app was removed from the Page; connect the Page again.",
    459: "Facebook wants the person behind the token to pass a checkpoint; sign in there, then connect the Page again.",
    460: "The password behind the Page token was changed; connect the Page again.",
    463: "The Page token has expired; connect the Page again.",
    464: "The account behind the Page token is not confirmed; confirm it, then connect the Page again.",
    467: "The Page token is not valid any more; connect the Page again.",
    492: "The person behind the token has lost their role on the Page; let the deputy connect the Page.",
}
SENTENCES: Final[dict[Kind, str]] = {
    Kind.CONTENT: "Facebook refused the content or its link; the author has to change it.",
    Kind.DUPLICATE: "Facebook says that this equals an earlier post; look at the Page.",
    Kind.PERMISSION: "The Page token lacks a permission or the person behind it a task; an operator grants it.",
    Kind.POLICY: "Facebook blocks this Page or app for now; pause the Page and look at it in the app.",
    Kind.GONE: "Facebook does not have this object any more, or not for this Page.",
    Kind.VERSION: "This Graph version is retired; set a newer one in the settings.",
}
_LONG_WORD: Final = re.compile(r"[\w|.%-]{24,}", re.ASCII)


@dataclass(frozen=True, slots=True)
class GraphError:
    """The ``error`` object of an answer."""

    code: int
    subcode: int = 0
    trace: str = ""
    transient: bool = False
    told: str = ""

    @property
    def name(self) -> str:
        return f"{self.code}:{self.subcode}" if self.subcode else str(self.code)


def outcome_of(answer: Answer, now: datetime) -> PlatformError:
    """The error for an answer that is no success; Unclear for whatever is not in the tables."""
    error = error_in(answer.body)
    if error is None:
        return unclear(answer)
    facts: dict[str, Any] = {"status": answer.status, "code": error.name, "trace": error.trace or answer.trace}
    if error.code in TOKEN:
        return AuthExpired(_said(TOKEN_SENTENCES.get(error.subcode, TOKEN_SENTENCES[467]), error), **facts)
    if error.code in LIMITS:
        sentence = "Facebook takes no more calls for this Page for now; it is tried again later by itself."
        return RateLimited(sentence, retry_at=regain_at(answer.headers, now), **facts)
    if error.code == PUBLISHING_LIMIT:
        sentence = "Facebook lets this Page publish no more for some hours; tell the authors who wait."
        return RateLimited(sentence, retry_at=now + PUBLISHING_PAUSE, **facts)
    kind = _kind(error, answer.status)
    if kind is None:
        return unclear(answer, **facts)
    return Rejected(_said(SENTENCES[kind], error), kind=kind, **facts)


def unclear(answer: Answer, **facts: Any) -> Unclear:
    """For every answer that proves neither success nor refusal."""
    sentence = "Facebook did not say whether it took the call; look before sending again."
    return Unclear(sentence, **{"status": answer.status, "trace": answer.trace, **facts})


def error_in(body: bytes) -> GraphError | None:
    """The parsed error; None for HTML, a missing ``error`` or one without a number."""
    try:
        error = parsed(body)["error"]
        return GraphError(
            code=int(error["code"]),
            subcode=int(error.get("error_subcode") or 0),
            trace=str(error.get("fbtrace_id") or "")[:80],
            transient=error.get("is_transient") is True,
            told=str(error.get("error_user_msg") or ""),
        )
    except (ValueError, KeyError, TypeError, AttributeError):
        return None


def is_error(body: Mapping[str, Any]) -> bool:
    return bool(body.get("error"))


def _kind(error: GraphError, status: int) -> Kind | None:
    """None means that it may have happened; an unlisted code of a plain 4xx is a refusal."""
    if error.code in UNKNOWN:
        return None
    known = SUBCODES.get((error.code, error.subcode)) or KINDS.get(error.code)
    if known or error.transient or status not in range(400, 500):
        return known
    return Kind.CONTENT


def _said(sentence: str, error: GraphError) -> str:
    """Facebook's own words for staff are worth showing, short and without anything that looks like a token."""
    told = _LONG_WORD.sub("…", " ".join(error.told.split()))[:200]
    return f"{sentence} Facebook says: {told}" if told else sentence

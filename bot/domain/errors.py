"""What can go wrong, named for what the caller does next.

KouhouError                    a sentence for a person; exit code 1
├── BadInput                   a file, line and key to mend
├── NotAllowed                 this person may not do this
├── Conflict                   somebody else was first: read again
├── NotFound                   there is no such thing
└── PlatformError              a call to X or Facebook did not end in a receipt
    ├── Rejected               sending again cannot help; ``kind`` says whose turn it is
    ├── AuthExpired            a person renews the token; the account pauses
    ├── NotSent                surely not taken: send again inside the window
    ├── RateLimited            surely not taken: send again at ``retry_at``
    └── Unclear                it may be out there: look first, never resend blindly
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any, Self


class KouhouError(Exception):
    """Base of everything this service says on purpose; its text is a sentence that says what to do.

    ``word`` is the sentence's key in the console's catalogues and ``facts`` fill it; empty when it has none there.
    """

    word: str = ""
    facts: Mapping[str, Any] = {}

    def worded(self, word: str, **facts: Any) -> Self:
        """The same error with its catalogue key: ``raise NotAllowed("…").worded("problem.too-many", minutes=5)``."""
        self.word, self.facts = word, facts
        return self


class BadInput(KouhouError):
    """A file or a form cannot be taken; names the place to mend."""

    def __init__(self, message: str, *, file: str = "", line: int | None = None, key: str = "") -> None:
        where = ":".join(str(part) for part in (file, line) if part not in ("", None))
        super().__init__(": ".join(part for part in (where, key, message) if part))
        self.message, self.file, self.line, self.key = message, file, line, key


class NotAllowed(KouhouError):
    """The person, the role or the state does not permit this step."""


class Conflict(KouhouError):
    """Somebody changed it in the meantime; read it again before deciding."""


class NotFound(KouhouError):
    """Nothing has this name or number."""


class Kind(StrEnum):
    """Whose turn it is after a refusal."""

    CONTENT = "content"  # the author rewrites
    DUPLICATE = "duplicate"  # a twin exists: reconcile if we were unsure, else a person looks
    PERMISSION = "permission"  # an operator grants a right
    PLAN = "plan"  # the platform's plan lacks the call: the capability goes off
    POLICY = "policy"  # the platform froze something: pause the account, a person looks
    CREDIT = "credit"  # the platform's credit is used up: stop every account on it
    GONE = "gone"  # the object is not there; for hide and delete that means done
    VERSION = "version"  # the platform retired the API version


def missing(what: str, number: object) -> NotFound:
    """There is no ``what`` (a noun of the catalogue's ``subject`` table, ``roster-change``) of this number."""
    return NotFound(f"There is no {what.replace('-', ' ')} {number}.").worded(
        "problem.no-such", subject=f"{what}:{number}"
    )


def overtaken(what: str, number: object) -> Conflict:
    """Somebody else changed ``what`` (a noun as above) of this number since it was read."""
    noun = what.replace("-", " ").capitalize()
    return Conflict(f"{noun} {number} was changed by somebody else in the meantime; read it again.").worded(
        "problem.meanwhile", subject=f"{what}:{number}"
    )


class PlatformError(KouhouError):
    """A call to a platform did not end in a receipt.

    ``status`` is the HTTP status (0 when there was no answer), ``code`` the platform's own code,
    ``trace`` the platform's request id; none of them ever holds a token or anybody's words.
    """

    def __init__(self, message: str = "", *, status: int = 0, code: str = "", trace: str = "") -> None:
        super().__init__(message or (self.__doc__ or "").strip().splitlines()[0])
        self.status, self.code, self.trace = status, code, trace


class Rejected(PlatformError):
    """The platform refused; sending the same again cannot help."""

    word = "problem.platform-rejected"

    def __init__(
        self, message: str = "", *, kind: Kind = Kind.CONTENT, status: int = 0, code: str = "", trace: str = ""
    ) -> None:
        super().__init__(message, status=status, code=code, trace=trace)
        self.kind = kind


class AuthExpired(PlatformError):
    """The account's token is not accepted any more; its owner has to connect it again."""

    word = "problem.platform-token"


class NotSent(PlatformError):
    """The call surely never reached the platform; it may be sent again."""

    word = "problem.platform-away"


class RateLimited(PlatformError):
    """The platform did not execute the call; ``retry_at`` (aware UTC) is the earliest next try, None if unsaid."""

    word = "problem.platform-limit"

    def __init__(
        self, message: str = "", *, retry_at: datetime | None = None, status: int = 0, code: str = "", trace: str = ""
    ) -> None:
        super().__init__(message, status=status, code=code, trace=trace)
        self.retry_at = retry_at


class Unclear(PlatformError):
    """The call may have been executed; look at the platform before anything else happens."""

    word = "problem.platform-unclear"

"""Translate one reply for one person who asks: never by itself, never many, and nothing of the answer is kept.

What is sent holds no identifier. The trail says who had how many characters of which case sent where, never the words.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bot.domain.errors import NotAllowed, NotFound
from bot.domain.people import Person
from bot.domain.ports import Translator
from bot.store import audit, cases, replies
from bot.usecases import decide, exposure
from bot.usecases.identifiers import without_identifiers
from bot.usecases.parts import Parts
from moderation.language import Language


@dataclass(frozen=True, slots=True)
class Translation:
    """``text`` is None when no answer came, and empty when the service cannot translate this."""

    text: str | None
    host: str


def translate(
    parts: Parts, translator: Translator | None, case_id: int, *, to: str, by: Person, now: datetime
) -> Translation:
    """The reply of a case in ``ja`` or ``en``, for a moderator or reviewer of its office.

    NotFound where no service is set up; NotAllowed for others, and for words that are erased or not yet screened anew.
    The trail is written before the words leave, so it may name a request that the service then did not get.
    """
    if translator is None:
        raise NotFound("No translation service is set up.").worded("problem.no-translator")
    with parts.store.begin() as tx:
        case = cases.get(tx, case_id)
        exposure.may_read(parts, case, by, now)
        if not decide.moderator(parts, by, case.office, now).duties:
            raise NotAllowed("This case belongs to another office; ask an admin.").worded("problem.other-office")
        verdict = replies.verdict(tx, case.verdict)
        words = without_identifiers(replies.get(tx, case.reply), verdict)
        if not words:
            raise NotAllowed(
                "There is nothing to translate: the words are erased, or not screened anew after an edit."
            ).worded("problem.nothing-to-translate")
        source = Language(verdict.language, verdict.language_doubt).told
        facts = {"characters": len(words), "from": source, "to": to, "host": translator.host}
        audit.append(tx, by, "case.translation", f"case:{case_id}", at=now, office=case.office, **facts)
    return Translation(translator.translate(words, source, to), translator.host)

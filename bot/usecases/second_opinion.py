"""Ask for a second opinion on new cases, where one is set up. It orders the queue inside a lane and does nothing else.

What is sent holds no identifier: names of accounts, and every place that the screening found to be personal data,
are blotted out; the author is never told. What is said can neither act, nor label, nor move a case to another lane.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

import structlog

from bot.domain.cases import Case
from bot.domain.opinions import KEEP, Nudge, Opinion, Question, SecondOpinion
from bot.domain.people import SERVICE
from bot.store import audit, opinions, replies
from bot.store.database import Tx
from bot.usecases.identifiers import without_identifiers
from bot.usecases.parts import Parts
from bot.usecases.screen_replies import reply_to_screen
from moderation.categories import Category
from moderation.embedding import EmbeddingModel

log = structlog.get_logger()

AT_ONCE: Final = 20
"""Questions of one tick; the rest waits for the next."""
SURE: Final = 0.8
CALM: Final = 0.05
_CLAUSES: Final = tuple(f"{each.clause} {each.slug}" for each in Category)


class LocalOpinion:
    """A model on this machine, given by path: raises what it is sure of, lowers what it knows and finds harmless."""

    name = "local"
    well = True

    def __init__(self, model: EmbeddingModel) -> None:
        self._model = model

    def ask(self, question: Question) -> Opinion:
        scores = self._model.scores(question.reply)
        category = max(scores, key=lambda each: scores[each])
        if scores[category] >= SURE:
            return Opinion(Nudge.RAISE, int(category))
        known = any(score > 0 for score in scores.values())
        return Opinion(Nudge.LOWER) if known and scores[category] <= CALM else KEEP


def ask_new(parts: Parts, opinion: SecondOpinion, *, now: datetime) -> int:
    """Asks about cases that nobody has asked about yet. Returns how many answers were kept.

    While the other side does not answer, nothing is written, so that the question is asked again later.
    """
    with parts.store.read() as tx:
        waiting = opinions.unasked(tx, limit=AT_ONCE)
        questions = [(case, _question(parts, tx, case)) for case in waiting]
    kept = 0
    for case, question in questions:
        said = opinion.ask(question) if question.reply else KEEP
        if not opinion.well:
            log.info("second_opinion_unanswered", case=case.id)
            break
        kept += _keep(parts, case, said, opinion.name, now)
    return kept


def _keep(parts: Parts, case: Case, said: Opinion, who: str, now: datetime) -> bool:
    word = said.nudge.name.lower() + (f"/{said.category}" if said.category else "")
    with parts.store.begin() as tx:
        if not opinions.record(tx, case, word, place=-int(said.nudge)):
            return False
        facts = {"nudge": said.nudge.name.lower(), "category": said.category, "by": who}
        audit.append(tx, SERVICE, "case.second-opinion", f"case:{case.id}", at=now, office=case.office, **facts)
    return True


def _question(parts: Parts, tx: Tx, case: Case) -> Question:
    """The reply without identifiers; empty once its words were erased."""
    reply = replies.get(tx, case.reply)
    words = without_identifiers(reply, replies.verdict(tx, case.verdict))
    return Question(words, reply_to_screen(parts, tx, reply).post, _CLAUSES) if words else Question("")

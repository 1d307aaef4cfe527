"""What the pages of the moderator desk share: who may open them, and the choices of their lists in words."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from bot.console.guard import holders
from bot.console.show import NAV
from bot.console.visit import Visit
from bot.domain.cases import Case
from bot.domain.errors import BadInput
from bot.domain.judging import Opinion
from bot.domain.people import Role
from bot.store import cases
from bot.usecases import tasks, wordings
from moderation.cases import CaseState, Move
from moderation.categories import Category
from moderation.gloss import KnownWord
from moderation.ladder import Step

READERS: Final = (Role.MODERATOR, Role.REVIEWER, Role.AUDITOR)
FIGURES: Final = (*READERS, Role.ADMIN)
"""Who sees how good the desk is: admins draft thresholds from it. Nobody's words stand among the figures."""
DESK: Final = holders(*READERS)
HANDS: Final = holders(Role.MODERATOR, Role.REVIEWER)
WORKING: Final = (CaseState.OPEN, CaseState.CLAIMED, CaseState.PROPOSED, CaseState.APPEALED)
LANGUAGES: Final = ("ja", "en", "zh-Hans", "zh-Hant", "vi", "ko", "pt-BR", "es", "th", "id", "tl", "ne", "und")
WITH_GROUNDS: Final = (Move.HIDE, Move.PROPOSE_DELETE, Move.PROPOSE_BLOCK, Move.DELETE_NOW)
WITH_REASON: Final = (Move.REFUSE, Move.UNDO, Move.REVIEW, Move.REOPEN)
DANGER: Final = (Move.DELETE_NOW, Move.PROPOSE_DELETE, Move.PROPOSE_BLOCK)
HARSH: Final = frozenset({Category.DEFAMATION, Category.ILLEGAL_OR_INDECENT})
KEYS: Final = {Move.CLAIM: "c", Move.HIDE: "a", Move.APPROVE: "a", Move.DISMISS: "d", Move.UNDO: "u"}

NO_VIOLATION: Final = "0"

Choices = list[tuple[str, str]]


def _open_cases(visit: Visit) -> int:
    with visit.parts.store.read() as tx:
        counts = cases.count_by_lane(tx, states=WORKING, offices=visit.offices(*READERS))
    return sum(counts.values())


def tasks_due(visit: Visit) -> tasks.Tasks:
    """What waits for somebody in the offices of this person."""
    with visit.parts.store.read() as tx:
        return tasks.due(tx, offices=visit.offices(*READERS), now=visit.now)


_ALL: Final = "moderator|reviewer|auditor"
NAV += [
    ("/cases", "cases.queue", _ALL, _open_cases),
    ("/reviews", "cases.to.reviews", _ALL, lambda visit: tasks_due(visit).total),
    ("/groups", "cases.to.groups", "moderator|reviewer", None),
    ("/appeals", "cases.to.appeals", _ALL, None),
    ("/quality", "cases.to.quality", f"{_ALL}|admin", None),
    ("/policies", "cases.to.policies", f"{_ALL}|admin", None),
    ("/reports", "cases.to.reports", f"{_ALL}|admin", None),
    ("/erasure", "erasure.title", "reviewer|admin", None),
]
"""In the order of a moderator's day."""


def is_harsh(case: Case) -> bool:
    """Whether the words may weigh on who reads them, told from the case alone."""
    return bool(HARSH & set(case.labels)) or case.lane == 0


def meanings(visit: Visit, text: str, known: Iterable[KnownWord], *, signs: bool = False) -> list[tuple[str, str]]:
    """Known words as they stand in somebody's text, with what they mean to the reader, who knows their own language.

    ``signs``: emoji too, which in evidence may mean more than they show.
    """
    found = [(text[each.start : each.end], each.meaning(visit.words.lang)) for each in known if signs or each.is_word]
    return [(word, meaning) for word, meaning in found if meaning]


def category_of(text: str) -> Category | None:
    """The category of a form field; None for an empty or foreign one."""
    return Category(int(text)) if text in {str(int(each)) for each in Category} else None


def whole_number(text: str, name: str) -> int:
    """A number that a form sends; BadInput for anything else."""
    if not (text.isascii() and text.isdecimal()) or len(text) > 9:
        raise BadInput("The form does not name what it is about; open the page again.", key=name).worded(
            "problem.number"
        )
    return int(text)


def any_of(visit: Visit, choices: Iterable[tuple[str, str]]) -> Choices:
    """Choices of a filter, with the one that filters nothing first."""
    return [("", visit.words.plain("cases.any")), *choices]


def categories(visit: Visit) -> Choices:
    return [(str(int(each)), f"{int(each)} {visit.words.plain(f'category.{int(each)}')}") for each in Category]


def views(visit: Visit) -> Choices:
    """Choices for an own view: nothing is chosen at first."""
    return [
        ("", visit.words.plain("cases.choose")),
        (NO_VIOLATION, visit.words.plain("cases.no-violation")),
        *categories(visit),
    ]


def steps(visit: Visit) -> Choices:
    return [(step.word, visit.words.plain(f"step.{step.word}")) for step in Step]


def coded(visit: Visit, table: str, codes: Iterable[str]) -> Choices:
    """Codes with their words from one table of the catalogue."""
    return [(code, visit.words.plain(f"{table}.{code}")) for code in codes]


def offices(visit: Visit, allowed: Iterable[str] | None) -> Choices:
    """The offices of the roster that this person may look at."""
    wanted = None if allowed is None else set(allowed)
    known = [each for each in visit.parts.registry().offices if wanted is None or each.id in wanted]
    return [(each.id, each.names.best(visit.words.lang)) for each in known]


def opinion_of(visit: Visit) -> Opinion:
    """Somebody's own view from a form; nothing counts as a view until it was chosen."""
    if visit.form.get("category") != NO_VIOLATION and category_of(visit.form.get("category", "")) is None:
        raise BadInput("Choose what you think yourself.", key="category").worded("problem.own-view")
    step = visit.form.get("step", "")
    known = {each.word: each for each in Step}
    return Opinion(category_of(visit.form.get("category", "")), known.get(step, Step.NONE))


def notes(visit: Visit) -> Choices:
    """Templates of reasons, each in the reader's language; the empty one first."""
    known = [(note.id, wordings.nearest(note.texts, visit.words.lang)) for note in wordings.notes()]
    return [("", visit.words.plain("cases.no-note")), *known]


def reason_of(visit: Visit) -> str:
    """What was typed, behind the template that was chosen."""
    chosen = next((note for note in wordings.notes() if note.id == visit.form.get("note")), None)
    said = wordings.nearest(chosen.texts, visit.words.lang) if chosen else ""
    return "\n".join(each for each in (said, visit.form.get("reason", "").strip()) if each)

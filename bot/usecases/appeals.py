"""Objections: recorded by staff however they came, judged by another person, reversed at the platform, told by the
office. The bot itself answers nobody.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.domain.accounts import Office
from bot.domain.cases import Case
from bot.domain.errors import BadInput, NotFound, missing
from bot.domain.judging import Appeal, Channel
from bot.domain.people import Person
from bot.store import audit, cases, commands, judging, service
from bot.store.database import Tx
from bot.usecases import wordings
from bot.usecases.decide import Grounds, decide_in
from bot.usecases.parts import Parts
from moderation.cases import Move

MOST_WORDS = 10_000
"""Characters of an objection; a longer letter is summed up by who enters it."""


def record(
    parts: Parts, case_id: int, *, channel: Channel, words: str, by: Person, now: datetime, language: str = ""
) -> Appeal:
    """Enters an objection as it came in; the case waits for another person. BadInput without words."""
    if not words.strip():
        raise BadInput("Write down what the person objects to, in their words.", key="words").worded(
            "problem.objection-words"
        )
    if len(words) > MOST_WORDS:
        raise BadInput(f"At most {MOST_WORDS} characters; sum the rest up.", key="words").worded(
            "problem.too-many-characters", most=MOST_WORDS
        )
    with parts.store.begin() as tx:
        case = decide_in(parts, tx, case_id, Move.APPEAL, by=by, now=now)
        found = judging.add_appeal(
            tx, case_id, channel=channel, words=words.strip(), language=language or case.language, by=by.login, at=now
        )
        audit.append(
            tx, by, "appeal.recorded", f"case:{case_id}", at=now, office=case.office, appeal=found.id, channel=channel
        )
        told = [f"office:{case.office}", "role:reviewer"]
        service.tell(tx, told, "appeal.recorded", f"case:{case_id}", at=now, once=str(found.id))
    return found


def judge(
    parts: Parts, case_id: int, *, reverse: bool, reason: str, by: Person, now: datetime, answer: str = ""
) -> tuple[Case, Appeal]:
    """Another person than those who decided upholds or reverses; a reversal is carried out and read back like any act.

    ``answer`` is what the office wants to be told, beside the notice texts. NotAllowed for the first deciders.
    """
    move = Move.REVERSE if reverse else Move.UPHOLD
    with parts.store.begin() as tx:
        waiting = open_appeal(tx, case_id)
        case = decide_in(parts, tx, case_id, move, by=by, now=now, grounds=Grounds(reason=reason))
        outcome = "reversed" if reverse else "upheld"
        settled = judging.settle_appeal(tx, waiting.id, outcome, by=by.login, answer=answer.strip(), at=now)
        audit.append(tx, by, f"appeal.{outcome}", f"case:{case_id}", at=now, office=case.office, appeal=waiting.id)
        told = [f"office:{case.office}", waiting.entered_by]
        service.tell(tx, told, f"appeal.{outcome}", f"case:{case_id}", at=now, once=str(waiting.id))
    return case, settled


def open_appeal(tx: Tx, case_id: int) -> Appeal:
    """The objection that waits for a judgement; NotFound if there is none."""
    waiting = [each for each in judging.appeals_of(tx, case_id) if not each.outcome]
    if not waiting:
        raise NotFound(f"Case {case_id} has no objection that waits; record it first.").worded("problem.no-objection")
    return waiting[-1]


def reversal_done(tx: Tx, case_id: int) -> bool:
    """Whether the platform stands as the reversal says: every act on the case was carried out and proved."""
    return all(command.ended for command in commands.of_case(tx, case_id))


def notice(parts: Parts, case_id: int, appeal_id: int, *, language: str = "") -> Mapping[str, str]:
    """Texts that the office may use by its own means, by language: the author's, Japanese and easy Japanese.

    Empty until a reversal was carried out: nobody is told that their comment is shown while it is not.
    """
    with parts.store.read() as tx:
        case = cases.get(tx, case_id)
        found = next((each for each in judging.appeals_of(tx, case_id) if each.id == appeal_id), None)
        made = cases.decisions(tx, case_id)
        done = reversal_done(tx, case_id)
    if found is None:
        raise missing("objection", appeal_id)
    if found.outcome == "reversed" and not done:
        return {}
    office = parts.registry().office(case.office)
    clause = next((each.category.clause for each in reversed(made) if each.category), "7")
    kind, at = found.outcome or "received", found.judged_at or found.at
    spoken = language or found.language or case.language
    texts = wordings.notice(kind, spoken, {"clause": clause})
    facts = {each: {"office": _name(office, each), "date": _day(at, office.zone, each)} for each in texts}
    return {each: _filled(text, facts[each]) for each, text in texts.items()}


def _filled(text: str, facts: Mapping[str, str]) -> str:
    for name, value in facts.items():
        text = text.replace("{" + name + "}", value)
    return text


def _name(office: Office, language: str) -> str:
    names = dict(office.names.pairs)
    main = "ja" if language == wordings.PLAIN_JAPANESE else language
    return names.get(main) or (names.get("ja") if main.startswith(("ja", "zh")) else names.get("en")) or office.id


def _day(at: datetime, zone: str, language: str) -> str:
    day = at.astimezone(ZoneInfo(zone))
    if language.startswith(("ja", "zh")):
        return f"{day.year}年{day.month}月{day.day}日"
    return f"{day.year}년 {day.month}월 {day.day}일" if language == "ko" else f"{day:%Y-%m-%d}"

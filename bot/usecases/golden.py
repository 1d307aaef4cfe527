"""Blind reviews: golden cases, random samples of what nobody flagged, second looks; nobody can tell which is which."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from typing import Final

from bot.domain.errors import BadInput, NotAllowed
from bot.domain.judging import Golden, Judgement, Opinion, ReviewItem, ReviewKind
from bot.domain.people import EVERYWHERE, SERVICE, Person, Role, require
from bot.store import audit, cases, judging, quality, replies
from bot.store.database import Tx
from bot.usecases.decide import WHY_NOT
from bot.usecases.parts import Parts
from bot.usecases.screen_replies import reply_to_screen
from moderation.cases import CaseState, lane
from moderation.categories import Category
from moderation.ladder import Step
from moderation.model import Reply

SAMPLE_A_WEEK: Final = 100
"""Unflagged replies drawn each week: at a true miss rate of 2 % the interval is about 0.6 to 7 %."""
SECOND_SHARE: Final = 0.05
LEAST_SECONDS: Final = 5
_JUDGES: Final = (Role.MODERATOR, Role.REVIEWER)


@dataclass(frozen=True, slots=True)
class Blind:
    """What a reviewer is shown of an item: words and our post, nothing about where it comes from."""

    id: int
    text: str
    post: str
    language: str


def draw(parts: Parts, *, now: datetime, seed: int, size: int = SAMPLE_A_WEEK) -> int:
    """The weekly job: a random sample of last week's unflagged replies, golden cases and second looks among them.

    The same ``seed`` over the same archive draws the same sample; a week is drawn once. Returns the items made.
    """
    since, batch = now - timedelta(days=7), f"week-{now:%G-%V}"
    chance = random.Random(f"{seed}:{batch}")
    with parts.store.begin() as tx:
        if judging.has_batch(tx, batch):
            return 0
        made = _samples(tx, chance, batch, since, now, size)
        made += _seconds(tx, chance, batch, since, now)
        made += _goldens(tx, chance, batch, now)
        audit.append(tx, SERVICE, "review.drawn", batch, at=now, items=made, seed=seed)
    return made


def add_golden(
    parts: Parts, *, text: str, post: str, category: Category | None, by: Person, now: datetime, note: str = ""
) -> Golden:
    """A case with a known answer, written for this purpose or cleared of everything personal."""
    require(by, Role.REVIEWER, EVERYWHERE, now.date())
    if not text.strip():
        raise BadInput("Write the words of the golden case.", key="text").worded("problem.golden-words")
    language = parts.screener().screen(Reply(text=text, post=post)).language
    with parts.store.begin() as tx:
        made = judging.add_golden(
            tx, text=text, post=post, language=language, category=category, note=note, by=by.login, at=now
        )
        audit.append(tx, by, "golden.added", f"golden:{made.id}", at=now, category=int(category or 0))
    return made


def waiting(parts: Parts, *, by: Person, now: datetime, limit: int = 20) -> list[Blind]:
    """What this person may judge: of their offices, nothing they decided themselves, nothing they judged before."""
    _require_judge(by, now)
    with parts.store.read() as tx:
        items = judging.open_items(tx, by.login, limit=limit * 50)
        mine = (each for each in items if each.batch != judging.PROPOSAL and not _took_part(tx, each, by))
        near = (each for each in mine if _is_near(parts, tx, each, by, now))
        return [_blind(parts, tx, each) for each in islice(near, limit)]


def judge(parts: Parts, item_id: int, opinion: Opinion, *, by: Person, now: datetime) -> Judgement:
    """One person's view, once. A violation that screening missed opens a case."""
    _require_judge(by, now)
    with parts.store.begin() as tx:
        item = judging.item(tx, item_id)
        if item.batch == judging.PROPOSAL or _took_part(tx, item, by):
            raise NotAllowed("You took part in this decision; another person has to judge it.").worded(
                "why-not.own-decision"
            )
        if not _is_near(parts, tx, item, by, now):
            raise NotAllowed(WHY_NOT["no-right"]).worded("why-not.no-right")
        given = judging.judge(tx, item_id, by.login, opinion, blind=True, at=now)
        if item.kind is not ReviewKind.GOLDEN:
            judging.close_item(tx, item_id, at=now)
        audit.append(tx, by, "review.judged", f"review:{item_id}", at=now, category=int(opinion.category or 0))
        if item.kind is ReviewKind.SAMPLE and opinion.category is not None and item.reply is not None:
            _open_missed(parts, tx, item.reply, opinion.category, by, now)
    return given


def _samples(tx: Tx, chance: random.Random, batch: str, since: datetime, now: datetime, size: int) -> int:
    everything = quality.unflagged_ids(tx, since=since, until=now)
    drawn = sorted(chance.sample(everything, min(size, len(everything))))
    spoken = quality.languages(tx, drawn)
    weight = len(everything) / len(drawn) if drawn else 1.0
    for each in drawn:
        language = spoken.get(each, "")
        judging.add_item(tx, ReviewKind.SAMPLE, at=now, reply=each, language=language, batch=batch, stands_for=weight)
    return len(drawn)


def _seconds(tx: Tx, chance: random.Random, batch: str, since: datetime, now: datetime) -> int:
    decided = quality.finished_cases(tx, since=since, until=now)
    size = min(len(decided), max(LEAST_SECONDS, round(len(decided) * SECOND_SHARE)))
    for case in cases.many(tx, sorted(chance.sample(decided, size))):
        judging.add_item(
            tx, ReviewKind.SECOND, at=now, case=case.id, reply=case.reply, language=case.language, batch=batch
        )
    return size


def _goldens(tx: Tx, chance: random.Random, batch: str, now: datetime) -> int:
    known = judging.goldens(tx)
    drawn = chance.sample(known, min(5, len(known)))
    for each in drawn:
        judging.add_item(tx, ReviewKind.GOLDEN, at=now, golden=each.id, language=each.language, batch=batch)
    return len(drawn)


def _blind(parts: Parts, tx: Tx, item: ReviewItem) -> Blind:
    if item.golden is not None:
        known = judging.golden(tx, item.golden)
        return Blind(item.id, known.text, known.post, item.language)
    shown = reply_to_screen(parts, tx, replies.get(tx, item.reply or 0))
    return Blind(item.id, shown.text, shown.post, item.language)


def _took_part(tx: Tx, item: ReviewItem, by: Person) -> bool:
    return item.case is not None and any(each.by == by.login for each in cases.decisions(tx, item.case))


def _is_near(parts: Parts, tx: Tx, item: ReviewItem, by: Person, now: datetime) -> bool:
    """Whether the words were said to one of the person's offices; golden ones belong to everybody."""
    if item.golden is not None:
        return True
    office = parts.office(parts.account(replies.get(tx, item.reply or 0).account))
    return any(by.may(role, office.id, parts.today(office, now)) for role in _JUDGES)


def _require_judge(by: Person, now: datetime) -> None:
    if not any(by.offices(role, now.date()) for role in _JUDGES):
        require(by, Role.MODERATOR, EVERYWHERE, now.date())


def _open_missed(parts: Parts, tx: Tx, reply_id: int, category: Category, by: Person, now: datetime) -> None:
    """What a sample shows is decided like anything else, by another person's claim."""
    verdict = replies.latest_verdict(tx, reply_id)
    if verdict is None or cases.of_reply(tx, reply_id) is not None:
        return
    reply = replies.get(tx, reply_id)
    office = parts.account(reply.account).office
    harm = lane(frozenset({category}), frozenset())
    opened = cases.open_case(tx, reply, verdict, office=office, lane=harm, group_key="", at=now)
    case = cases.change(tx, opened, CaseState.OPEN, labels=str(int(category)), step=Step.NONE.word)
    audit.append(
        tx,
        by,
        "case.opened",
        f"case:{case.id}",
        at=now,
        office=office,
        reply=reply_id,
        labels=[int(category)],
        missed=True,
    )

"""What the desk must not forget: urgent deletions to review, blocks to look at again, acts that could not be done."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from bot.domain.cases import Case, Command, Drift
from bot.domain.errors import BadInput, NotAllowed
from bot.domain.people import SERVICE, Person, Role, require
from bot.store import audit, cases, commands, service
from bot.store.database import Tx
from bot.usecases.decide import BLOCK_REVIEW
from bot.usecases.parts import Parts
from moderation.cases import CaseState
from moderation.ladder import Step

HANDS_FOR: Final = timedelta(days=1)
"""A block by hand that nobody was seen doing for so long is told like one that failed."""


@dataclass(frozen=True, slots=True)
class Tasks:
    """Everything that waits for somebody, for one view of the desk."""

    reviews: tuple[Case, ...]  # break-glass acts, oldest first
    blocks: tuple[Case, ...]  # blocks to keep or lift, longest due first
    drifts: tuple[Drift, ...]
    proposals: tuple[Case, ...]
    appeals: tuple[Case, ...]
    acts: tuple[Command, ...] = ()  # decided, but the platform does not stand so

    @property
    def total(self) -> int:
        lists = (self.reviews, self.blocks, self.drifts, self.proposals, self.appeals, self.acts)
        return sum(map(len, lists))


def due(tx: Tx, *, offices: Sequence[str] | None, now: datetime) -> Tasks:
    """The tasks of these offices (None: all)."""
    return Tasks(
        reviews=tuple(cases.reviews_due(tx, offices)),
        blocks=tuple(cases.due_block_reviews(tx, until=now, offices=offices)),
        drifts=tuple(commands.open_drifts(tx, offices)),
        proposals=tuple(cases.find(tx, states=[CaseState.PROPOSED], offices=offices, limit=200)),
        appeals=tuple(cases.find(tx, states=[CaseState.APPEALED], offices=offices, limit=200)),
        acts=tuple(commands.unfinished(tx, by_hand_since=now - HANDS_FOR, offices=offices)),
    )


def remind(parts: Parts, *, now: datetime) -> int:
    """The daily job: tells each office once a day what is due. Returns how many reminders that were."""
    day = now.date().isoformat()
    with parts.store.begin() as tx:
        blocks = cases.due_block_reviews(tx, until=now)
        reviews = cases.reviews_due(tx)
        acts = commands.unfinished(tx, by_hand_since=now - HANDS_FOR)
        for case in blocks:
            told = [f"office:{case.office}", "role:reviewer"]
            service.tell(tx, told, "block.review-due", f"case:{case.id}", at=now, once=day)
        for case in reviews:
            told = [f"office:{case.office}", "role:reviewer"]
            service.tell(tx, told, "case.review-due", f"case:{case.id}", at=now, once=day)
        for act in acts:
            told = [f"office:{cases.get(tx, act.case).office}", "role:moderator"]
            service.tell(tx, told, f"command.{act.state.value}", f"case:{act.case}", at=now, once=day)
        counts: dict[str, Any] = {"blocks": len(blocks), "reviews": len(reviews), "acts": len(acts)}
        if any(counts.values()):
            audit.append(tx, SERVICE, "tasks.reminded", "desk", at=now, **counts)
    return sum(counts.values())


def keep_block(parts: Parts, case_id: int, *, reason: str, by: Person, now: datetime) -> Case:
    """A reviewer who did not approve the block keeps it until the next review date; lifting it is an undo."""
    if not reason.strip():
        raise BadInput("Write why the block is still needed.", key="reason").worded("problem.reason-missing")
    with parts.store.begin() as tx:
        case = cases.get(tx, case_id)
        require(by, Role.REVIEWER, case.office, parts.today(parts.registry().office(case.office), now))
        if case.step is not Step.BLOCK or case.block_review_at is None or case.block_review_at > now:
            raise NotAllowed("There is no block to review on this case today.").worded("why-not.no-review-due")
        if by.login in {each.by for each in cases.decisions(tx, case_id) if each.step is not Step.NONE}:
            raise NotAllowed("You took part in this decision; another person has to judge it.").worded(
                "why-not.own-decision"
            )
        kept = cases.change(tx, case, case.state, block_review_at=now + BLOCK_REVIEW)
        audit.append(tx, by, "block.kept", f"case:{case_id}", at=now, office=case.office)
        cases.note(tx, case, by=by.login, reason=reason.strip(), at=now)
    return kept

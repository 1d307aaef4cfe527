"""The law of the desk: whoever does whatever in whatever order, nobody is blocked or deleted by one person alone."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import count
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.accounts import Capabilities, Means
from bot.domain.cases import Case, Command, Verb
from bot.domain.errors import KouhouError
from bot.domain.judging import Channel, Opinion, ReviewItem
from bot.domain.people import Grant, Person, Role
from bot.domain.ports import SeenReply
from bot.platforms.recorder import Recorder
from bot.roster.load import load
from bot.sandbox import SettableClock
from bot.store import cases, commands, judging
from bot.store.database import Store, Tx
from bot.store.seal import Seal
from bot.usecases import appeals, carry_out, decide, drift, groups, tasks
from bot.usecases.collect import keep_all
from bot.usecases.decide import Grounds
from bot.usecases.parts import Parts, Shelf
from bot.usecases.screen_replies import screen_replies
from bot.usecases.try_again import try_again
from moderation.cases import Move
from moderation.categories import Category
from moderation.ladder import Step
from moderation.screen import load_screener
from tests.house import ROSTER, WED_10_JST

BOTH = (Grant(Role.MODERATOR), Grant(Role.REVIEWER))
PEOPLE = (
    Person("ai", "", BOTH),
    Person("bo", "", BOTH),
    Person("chi", "", (Grant(Role.MODERATOR),)),
    Person("dai", "", (Grant(Role.REVIEWER),)),
    Person("eri", "", (Grant(Role.ADMIN), Grant(Role.STAFF), Grant(Role.APPROVER))),
)
FULL = Grounds(Category.ADVERTISING, "理由", "足りない")
NUMBERS = count(1)


@dataclass
class Play:
    """One case on an account that blocks by call, with a memory for a platform."""

    parts: Parts
    recorder: Recorder
    clock: SettableClock
    case: Case

    def acts(self) -> dict[str, Callable[[Person], object]]:
        """Everything that a person could call, forged or not."""
        number, now = self.case.id, self.clock()
        moved = {
            f"decide {move.value}": (
                lambda by, move=move: decide.decide(self.parts, number, move, by=by, now=now, grounds=FULL)
            )
            for move in Move
        }
        together = {
            f"group {move.value}": (
                lambda by, move=move: groups.decide_group(self.parts, [number], move, by=by, now=now, grounds=FULL)
            )
            for move in groups.TOGETHER
        }
        view = Opinion(Category.ADVERTISING, Step.BLOCK)
        others: dict[str, Callable[[Person], object]] = {
            "look": lambda by: decide.look(self.parts, number, view, by=by, now=now),
            "look together": lambda by: groups.look_group(self.parts, [number], view, by=by, now=now),
            "object": lambda by: appeals.record(
                self.parts, number, channel=Channel.LETTER, words="違います", by=by, now=now
            ),
            "uphold": lambda by: appeals.judge(self.parts, number, reverse=False, reason="理由", by=by, now=now),
            "reverse": lambda by: appeals.judge(self.parts, number, reverse=True, reason="理由", by=by, now=now),
            "keep block": lambda by: tasks.keep_block(self.parts, number, reason="理由", by=by, now=now),
            "confirm": lambda by: [
                carry_out.confirm_by_hand(self.parts, each.id, by=by, now=now) for each in self.commands()
            ],
            "try again": lambda by: [try_again(self.parts, each.id, by=by, now=now) for each in self.commands()],
            "hide again": lambda by: drift.hide_again(self.parts, 1, by=by, now=now),
            "wait": lambda by: self.clock.advance(timedelta(minutes=11).total_seconds()),
            "carry out": lambda by: carry_out.carry_out(self.parts, owner="t:1:1", clock=self.clock),
        }
        return {**moved, **together, **others}

    def blocked(self) -> bool:
        """Whether this case's author is; a lawful block of an earlier play may be carried out during this one."""
        return any(author == str(500 + self.case.reply) for _, author in self.recorder.blocked)

    def commands(self) -> list[Command]:
        with self.parts.store.read() as tx:
            return commands.of_case(tx, self.case.id)

    def holds(self) -> None:
        """The law, checked after every act."""
        with self.parts.store.read() as tx:
            made = cases.decisions(tx, self.case.id)
            case = cases.get(tx, self.case.id)
        severe = [each for each in self.commands() if each.verb in (Verb.BLOCK, Verb.DELETE)]
        if not severe and case.step < Step.DELETE:
            assert not self.blocked()
            return
        proposals = [each for each in made if each.move in (Move.PROPOSE_BLOCK, Move.PROPOSE_DELETE)]
        approvals = [each for each in made if each.move is Move.APPROVE]
        assert proposals
        assert approvals
        for approval in approvals:
            before = [each for each in proposals if each.id < approval.id][-1]
            assert before.by != approval.by
            assert any(
                by.login == approval.by and by.may(Role.REVIEWER, case.office, case.opened_at.date()) for by in PEOPLE
            )
            with self.parts.store.read() as tx:
                seconds = judging.judgements(tx, [each.id for each in _seconds(tx, self.case.id)])
            assert any(view.by == approval.by and before.at <= view.at <= approval.at for view in seconds)


def _seconds(tx: Tx, case_id: int) -> list[ReviewItem]:
    last = judging.newest_second(tx, case_id)
    return [judging.item(tx, number) for number in range(1, last.id + 1)] if last else []


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Parts, Recorder, SettableClock]]:
    folder: Path = tmp_path_factory.mktemp("two")
    store = Store(f"sqlite:///{folder / 'k.db'}", Seal(b"a key for tests, thirty-two long"))
    store.create_all()
    clock = SettableClock(WED_10_JST)
    registry = load(ROSTER).registry
    able = Capabilities(hide=Means.API, delete=Means.API, block=Means.API)
    registry = replace(registry, accounts=tuple(replace(each, capabilities=able) for each in registry.accounts))
    screener = load_screener(registry.officials(), model=None)
    recorder = Recorder(clock)
    parts = Parts(store, lambda: registry, {"x": recorder}, lambda: screener, Shelf(folder / "m"), clock)
    yield parts, recorder, clock
    store.close()


def new_play(stage: tuple[Parts, Recorder, SettableClock]) -> Play:
    parts, recorder, clock = stage
    recorder.blocked.clear()
    account = parts.account("IMMI_TOKYO")
    number = next(NUMBERS)
    words = f"副業で月収100万円!LINE登録 https://example.com/{number}"
    said = SeenReply(str(9000 + number), "1", "1", words, clock(), str(500 + number), "v", "v")
    recorder.said[said.platform_id] = said
    with parts.store.begin() as tx:
        keep_all(parts, tx, account, (said,), clock())
    screen_replies(parts, now=clock())
    with parts.store.read() as tx:
        (case,) = [each for each in cases.find(tx, limit=100_000) if each.reply == number]
    return Play(parts, recorder, clock, case)


STEPS = st.lists(st.tuples(st.integers(0, 200), st.integers(0, len(PEOPLE) - 1)), min_size=1, max_size=14)
LIKELY = ("decide claim", "decide propose-block", "look", "decide approve", "carry out", "decide undo", "decide hide")
LIKELY_STEPS = st.lists(st.tuples(st.sampled_from(LIKELY), st.integers(0, len(PEOPLE) - 1)), max_size=14)


@given(steps=STEPS)
def test_no_order_of_calls_blocks_with_one_person(
    stage: tuple[Parts, Recorder, SettableClock], steps: list[tuple[int, int]]
) -> None:
    play = new_play(stage)
    for which, who in steps:
        acts = play.acts()
        name = sorted(acts)[which % len(acts)]
        _try(acts[name], PEOPLE[who])
        play.holds()


@given(steps=LIKELY_STEPS)
def test_no_likely_order_of_calls_blocks_with_one_person(
    stage: tuple[Parts, Recorder, SettableClock], steps: list[tuple[str, int]]
) -> None:
    play = new_play(stage)
    for name, who in steps:
        _try(play.acts()[name], PEOPLE[who])
        play.holds()


@pytest.mark.parametrize("person", PEOPLE, ids=lambda each: each.login)
def test_one_person_trying_everything_three_times_blocks_nobody(
    stage: tuple[Parts, Recorder, SettableClock], person: Person
) -> None:
    play = new_play(stage)
    for _ in range(3):
        for name in ("decide claim", "decide propose-block", *sorted(play.acts())):
            _try(play.acts()[name], person)
    assert not play.blocked()
    assert not [each for each in play.commands() if each.verb is Verb.BLOCK]


def test_two_people_do_block(stage: tuple[Parts, Recorder, SettableClock]) -> None:
    """The law would hold in a house where nothing works; this one works."""
    play = new_play(stage)
    for name, who in (("decide claim", 0), ("decide propose-block", 0), ("look", 1), ("decide approve", 1)):
        play.acts()[name](PEOPLE[who])
    play.acts()["carry out"](PEOPLE[1])
    play.holds()
    assert play.blocked()


def _try(act: Callable[[Person], object], person: Person) -> None:
    try:
        act(person)
    except KouhouError:
        return

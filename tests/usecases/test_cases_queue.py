"""The queue: harm, then age; each filter alone and together; what it finds is what a plain look through all finds."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import insert

from bot.domain.cases import Case
from bot.store import cases
from bot.store.cases import Wanted
from bot.store.database import Store
from bot.store.seal import Seal
from bot.store.tables.cases import CaseLabelRow, CaseRow
from bot.store.tables.replies import ReplyRow, VerdictRow
from moderation.cases import CaseState
from moderation.categories import Category
from tests.house import WED_10_JST

OFFICES, LANGUAGES, PLATFORMS = ("tokyo", "osaka", "kobe"), ("ja", "vi", "en"), ("x", "facebook")
STATES = (CaseState.OPEN, CaseState.CLAIMED, CaseState.CLOSED)


def fill(store: Store, number: int = 240) -> None:
    """Cases of every kind, by a fixed seed; two categories on some."""
    chance = Random(11)
    rows: list[dict[str, Any]] = [
        {
            "id": each,
            "reply": each,
            "verdict": each,
            "account": "x-tokyo",
            "office": chance.choice(OFFICES),
            "platform": chance.choice(PLATFORMS),
            "lane": chance.randrange(4),
            "state": chance.choice(STATES).value,
            "labels": ",".join(str(label) for label in sorted(chance.sample(range(1, 10), chance.randrange(3)))),
            "top_score": chance.random(),
            "language": chance.choice(LANGUAGES),
            "policy": "p",
            "group_key": str(chance.randrange(20)),
            "opened_at": WED_10_JST + timedelta(minutes=chance.randrange(1000)),
        }
        for each in range(1, number + 1)
    ]
    with store.begin() as tx:
        for row in rows:
            facts: dict[str, Any] = {
                "platform": row["platform"],
                "account": "a",
                "written_at": WED_10_JST,
                "collected_at": WED_10_JST,
            }
            tx.session.add(ReplyRow(id=row["id"], platform_id=str(row["id"]), **facts))
        tx.session.flush()
        for row in rows:
            judged: dict[str, Any] = {"policy": "p", "action": "review", "labels": "", "at": WED_10_JST}
            tx.session.add(VerdictRow(id=row["id"], reply=row["id"], **judged))
        tx.session.flush()
        tx.session.execute(insert(CaseRow), rows)
        filed = [
            {
                "case": row["id"],
                "category": int(label),
                "state": row["state"],
                "lane": row["lane"],
                "opened_at": row["opened_at"],
            }
            for row in rows
            for label in str(row["labels"]).split(",")
            if label
        ]
        tx.session.execute(insert(CaseLabelRow), filed)


@pytest.fixture
def filled(store: Store) -> Store:
    fill(store)
    return store


@pytest.fixture(scope="module")
def once(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    made = Store(f"sqlite:///{tmp_path_factory.mktemp('queue') / 'k.db'}", Seal(b"a key for tests, thirty-two long"))
    made.create_all()
    fill(made)
    yield made
    made.close()


def plain(store: Store, fits: Callable[[Case], bool]) -> list[int]:
    """The same by looking through everything."""
    with store.read() as tx:
        everything = cases.many(tx, range(1, 1000))
    chosen = sorted((case for case in everything if fits(case)), key=lambda c: (c.lane, c.opened_at, c.id))
    return [case.id for case in chosen]


def found(store: Store, wanted: Wanted, limit: int = 1000, offset: int = 0) -> list[int]:
    with store.read() as tx:
        return [case.id for case in cases.queue(tx, wanted, limit=limit, offset=offset)]


WANTED = st.builds(
    Wanted,
    states=st.lists(st.sampled_from(STATES), unique=True).map(tuple),
    offices=st.none() | st.lists(st.sampled_from(OFFICES), min_size=1, unique=True).map(tuple),
    lane=st.none() | st.integers(0, 3),
    category=st.none() | st.sampled_from(Category),
    language=st.sampled_from(("", *LANGUAGES)),
    languages=st.lists(st.sampled_from((*LANGUAGES, "und")), max_size=3, unique=True).map(tuple),
    platform=st.sampled_from(("", *PLATFORMS)),
    min_score=st.sampled_from((0.0, 0.3, 0.9)),
)


def fits(wanted: Wanted) -> Callable[[Case], bool]:
    return lambda case: (
        (not wanted.states or case.state in wanted.states)
        and (wanted.offices is None or case.office in wanted.offices)
        and wanted.lane in (None, case.lane)
        and (wanted.category is None or wanted.category in case.labels)
        and wanted.language in ("", case.language)
        and (not wanted.languages or case.language in wanted.languages)
        and wanted.platform in ("", case.platform)
        and case.top_score >= wanted.min_score
    )


@given(WANTED)
def test_every_filter_finds_what_a_look_through_all_finds(once: Store, wanted: Wanted) -> None:
    assert found(once, wanted) == plain(once, fits(wanted))
    with once.read() as tx:
        assert cases.count(tx, wanted) == len(found(once, wanted))


@given(WANTED, st.integers(1, 30), st.integers(0, 60))
def test_pages_follow_one_another_without_hole_or_overlap(once: Store, wanted: Wanted, limit: int, offset: int) -> None:
    assert found(once, wanted, limit, offset) == found(once, wanted)[offset : offset + limit]


@given(WANTED, st.integers(1, 240), st.integers(1, 60))
def test_what_stands_around_a_case_is_what_the_queue_shows_around_it(
    once: Store, wanted: Wanted, number: int, limit: int
) -> None:
    with once.read() as tx:
        here = cases.get(tx, number)
        behind = [each.id for each in cases.beyond(tx, wanted, here, limit=limit)]
        before = [each.id for each in cases.beyond(tx, wanted, here, back=True, limit=limit)]
    order = plain(once, lambda case: case.id == number or fits(wanted)(case))
    at = order.index(number)
    assert behind == order[at + 1 : at + 1 + limit]
    assert before == order[:at][::-1][:limit]


def test_the_same_on_both_databases(filled: Store) -> None:
    read = Wanted(languages=("ja", "vi", "und"))
    for wanted in (Wanted((CaseState.OPEN,)), Wanted(category=Category.ADVERTISING), Wanted(offices=("kobe",)), read):
        assert found(filled, wanted) == plain(filled, fits(wanted))
        with filled.read() as tx:
            (third,) = cases.queue(tx, wanted, limit=1, offset=2)
            assert [each.id for each in cases.beyond(tx, wanted, third)] == found(filled, wanted)[3:53]
            assert [each.id for each in cases.beyond(tx, wanted, third, back=True)] == found(filled, wanted)[1::-1]


def test_a_case_that_moves_moves_in_its_categories_too(filled: Store) -> None:
    with filled.begin() as tx:
        case = next(each for each in cases.find(tx, states=[CaseState.OPEN], limit=500) if each.labels)
        cases.change(tx, case, CaseState.CLOSED)
    category = case.labels[0]
    assert case.id not in found(filled, Wanted((CaseState.OPEN,), category=category))
    assert case.id in found(filled, Wanted((CaseState.CLOSED,), category=category))


def test_counting_stops_where_a_page_needs_no_more(filled: Store) -> None:
    with filled.read() as tx:
        assert cases.count(tx, Wanted(), most=100) == 100
        assert cases.count(tx, Wanted()) == 240

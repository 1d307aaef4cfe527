"""Races: many hands reach for the same post, and the database is full or locked. Nothing is sent twice, nothing lost."""

from __future__ import annotations

import multiprocessing
import sqlite3
import threading
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, timedelta
from pathlib import Path

import pytest
from sqlalchemy import event, text

from bot.domain.errors import KouhouError
from bot.domain.posts import Content, PostState
from bot.store import attempts, posts
from bot.store.database import Store
from bot.store.seal import Seal
from bot.store.tables.posts import PostRow, RevisionRow
from bot.usecases import approve, compose, reconcile
from bot.usecases.publish import publish_due
from tests.conftest import KEY
from tests.house import STAFF, WED_10_JST, House
from tests.usecases.stage import is_out_once, tapped

NOW = WED_10_JST.astimezone(UTC)
ROWS = 160


def fill(store: Store, *, accounts: int, rows: int = ROWS) -> None:
    with store.begin() as tx:
        for number in range(1, rows + 1):
            tx.session.add(
                PostRow(
                    id=number, account=f"a{number % accounts}", office="tokyo", author="staff", state="scheduled",
                    due_at=NOW, due_wall="", publish_by=NOW + timedelta(minutes=30), content_digest="",
                    created_at=NOW, updated_at=NOW,
                )
            )  # fmt: skip
            tx.session.add(
                RevisionRow(
                    post=number, number=1, digest=str(number), author="staff", at=NOW, text="お知らせ", due_at=NOW,
                    publish_by=NOW + timedelta(minutes=30),
                )
            )  # fmt: skip


def claim_all(store: Store, owner: str) -> list[tuple[int, int]]:
    """(post, fence) of everything this racer got; each is finished at once so that the account is free again."""
    got = []
    misses = 0
    while misses < 3:
        with store.begin() as tx:
            post = attempts.claim(tx, now=NOW, owner=owner)
            if post is not None:
                flying = [each for each in attempts.claims(tx) if each.post.account == post.account]
                assert len(flying) == 1, "one post in flight for each account"
        if post is None:
            misses += 1
            continue
        got.append((post.id, post.fence))
        with store.begin() as tx:
            posts.change(tx, posts.get(tx, post.id), PostState.PUBLISHED, at=NOW)
    return got


def claim_in_a_process(url: str) -> list[tuple[int, int]]:
    store = Store(url, Seal(KEY))
    try:
        return claim_all(store, f"process-{multiprocessing.current_process().pid}")
    finally:
        store.close()


@pytest.mark.parametrize("accounts", [1, 21, ROWS])
def test_f5_eight_threads_race_and_each_post_is_claimed_once(store: Store, accounts: int) -> None:
    fill(store, accounts=accounts)
    with ThreadPoolExecutor(8) as pool:
        racers = [pool.submit(claim_all, store, f"t{number}") for number in range(8)]
        claimed = Counter(each for racer in racers for each in racer.result())
    left = claim_all(store, "late")  # a racer may give up while another one holds the account
    claimed.update(left)
    assert set(claimed.values()) == {1}, "no double"
    assert {number for number, _ in claimed} == set(range(1, ROWS + 1)), "none lost"
    assert {fence for _, fence in claimed} == {1}


def test_f5_processes_race_and_each_post_is_claimed_once(store: Store) -> None:
    fill(store, accounts=40)
    url = store.engine.url.render_as_string(hide_password=False)
    with multiprocessing.get_context("spawn").Pool(2) as pool:
        claimed = Counter(each for part in pool.map(claim_in_a_process, [url] * 2) for each in part)
    claimed.update(claim_all(store, "late"))
    assert set(claimed.values()) == {1}
    assert len(claimed) == ROWS


def test_f5_eight_publishers_tick_at_once_and_each_post_goes_out_once(house: House) -> None:
    handles = [a.handle for a in house.registry.active() if house.registry.office_of(a).hours.known][:6]
    queued = [house.scheduled(handle, f"{handle} のお知らせ") for handle in handles]
    with ThreadPoolExecutor(8) as pool:
        ticks = [pool.submit(publish_due, house.parts, owner=f"p:{n}:1", clock=house.clock) for n in range(8)]
        assert sum(each.result().published for each in ticks) == len(queued)
    assert all(is_out_once(house, post) for post in queued)


def test_a_call_that_hangs_delays_no_other_account(house: House) -> None:
    house.scheduled("IMMI_OSAKA", "大阪のお知らせ")
    waiting = [house.scheduled("IMMI_NAGOYA", "名古屋のお知らせ"), house.scheduled("IMMI_TOKYO", "東京のお知らせ")]
    house.sandbox.fault("hang_before", platform="x", route="create", account="IMMI_OSAKA", seconds=2)
    with ThreadPoolExecutor(1) as pool:
        tick = pool.submit(house.publish)
        end = time.monotonic() + 20
        while house.created() + house.created("IMMI_NAGOYA") < 2 and time.monotonic() < end:
            time.sleep(0.01)
        assert not tick.done(), "the hanging call is still waited for"
        assert tick.result().unknown == 1
    assert all(is_out_once(house, post) for post in waiting)


@pytest.mark.parametrize("what", ["cancel", "edit"])
def test_f8_at_the_last_second_the_old_words_are_never_sent_unless_it_says_too_late(house: House, what: str) -> None:
    """Every round the person and the publisher start together; whoever wins, both tell the truth."""
    wins = Counter[str]()
    for number in range(8):
        post = house.scheduled(text=f"締切 {number}", at=house.now + timedelta(seconds=1))
        gate = threading.Barrier(2)

        def by_hand(post_id: int = post.id, gate: threading.Barrier = gate) -> bool:
            gate.wait()
            try:
                if what == "cancel":
                    approve.cancel(house.parts, post_id, by=STAFF, now=house.now)
                else:
                    compose.edit(house.parts, post_id, by=STAFF, now=house.now, content=Content("新しい文"))
            except KouhouError:
                return False
            return True

        def tick(gate: threading.Barrier = gate) -> None:
            gate.wait()
            publish_due(house.parts, owner="t:1:1", clock=house.clock)

        before = house.created()
        house.wait(seconds=1)
        with ThreadPoolExecutor(2) as pool:
            person, publisher = pool.submit(by_hand), pool.submit(tick)
            changed = person.result()
            publisher.result()
        state = house.state(post)
        assert (changed, state) in {
            (True, PostState.CANCELLED if what == "cancel" else PostState.SUBMITTED),
            (False, PostState.PUBLISHED),
        }
        assert house.created() - before == (state is PostState.PUBLISHED)
        wins[state.value] += 1
    assert sum(wins.values()) == 8


def test_f8_while_it_is_being_sent_nobody_can_take_it_back(house: House) -> None:
    post = house.scheduled()
    said: list[str] = []

    def too_late() -> None:
        try:
            approve.cancel(house.parts, post.id, by=STAFF, now=house.now)
        except KouhouError as exc:
            said.append(str(exc))

    publish_due(tapped(house, before=too_late), owner="t:1:1", clock=house.clock)
    assert said
    assert "Too late" in said[0]
    assert is_out_once(house, post)


# -- G17: the database is full or locked ---------------------------------------------------------------


def test_g17_a_full_disk_sends_nothing_and_loses_nothing(sqlite_house: House) -> None:
    """SQLite is told that it may not grow: exactly what a full disk says."""
    house = sqlite_house
    long = Content("長いお知らせです。" * 6000)
    post = house.scheduled("nagoya.nyukan.support", content=long)
    limit = {"pages": 0}

    def no_growth(connection: sqlite3.Connection, _record: object, _proxy: object) -> None:
        connection.execute(f"PRAGMA max_page_count = {limit['pages'] or 1073741823}")

    event.listen(house.store.engine, "checkout", no_growth)
    with house.store.read() as tx:
        limit["pages"] = int(tx.session.execute(text("PRAGMA page_count")).scalar_one())
    with pytest.raises(KouhouError, match="full"):
        house.publish()
    assert house.created("nagoya.nyukan.support") == 0
    limit["pages"] = 0
    house.wait(seconds=61)
    reconcile.recover(house.parts, now=house.now)
    house.publish()
    assert is_out_once(house, post)


def test_g17_a_database_that_is_locked_for_a_while_delays_and_changes_nothing(house: House) -> None:
    post = house.scheduled()
    locked, free = threading.Event(), threading.Event()

    def hold_the_lock() -> None:
        with house.store.begin() as tx:
            if tx.is_postgres:
                tx.session.execute(text("LOCK TABLE attempt, post IN ACCESS EXCLUSIVE MODE"))
            locked.set()
            free.wait(10)

    with ThreadPoolExecutor(2) as pool:
        holder = pool.submit(hold_the_lock)
        locked.wait(10)
        publisher = pool.submit(house.publish)
        assert house.created() == 0
        threading.Timer(1.0, free.set).start()
        holder.result()
        assert publisher.result().published == 1
    assert is_out_once(house, post)


def test_g17_a_database_that_goes_away_after_the_call_loses_nothing(house: House, tmp_path: Path) -> None:
    """The outcome cannot be written: the attempt stays open, becomes unknown and is found."""
    post = house.scheduled(text="書けなかった結果")

    class Gone(RuntimeError):
        """The connection to the database is lost."""

    def gone() -> None:
        def refuse(*_: object) -> None:
            raise Gone

        event.listen(house.store.engine, "begin", refuse)
        listening.append(refuse)

    listening: list[Callable[..., object]] = []
    with pytest.raises(Gone):
        publish_due(tapped(house, after=gone), owner="t:1:1", clock=house.clock)
    event.remove(house.store.engine, "begin", listening[0])
    assert house.state(post) is PostState.PUBLISHING
    house.wait(seconds=61)
    reconcile.recover(house.parts, now=house.now)
    house.reconcile()
    assert is_out_once(house, post)

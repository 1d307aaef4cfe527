"""The trail proves itself: whatever is changed, cut, moved or forked is found and named."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from bot.domain.errors import BadInput, NotAllowed
from bot.domain.people import Grant, Person, Role
from bot.store import audit
from bot.store.audit import Filter
from bot.store.backup import backup
from bot.store.database import Store
from bot.store.seal import Seal
from bot.usecases import audit_search
from bot.usecases.audit_search import between, retention_of
from bot.usecases.parts import Parts
from bot.usecases.verify_audit import Digest, digest_of_day, keep_digest, read_anchors, verify
from tests.conftest import KEY
from tests.house import WED_10_JST, House

CLERK = Person("hana", "広報 花", (Grant(Role.STAFF, "tokyo"), Grant(Role.APPROVER, "osaka")), address="192.0.2.7")
AUDITOR = Person("kansa", "監査", (Grant(Role.AUDITOR),), address="192.0.2.8")
LOCAL_AUDITOR = Person("sub", "支局", (Grant(Role.AUDITOR, "tokyo"),))
EVENTS = 30


def write(parts: Parts, number: int = EVENTS) -> None:
    """Thirty posts edited, one an hour, across two days in Japan."""
    with parts.store.begin() as tx:
        first = audit.head(tx)[0]
        for step in range(first, first + number):
            at = WED_10_JST + timedelta(hours=step)
            office = "tokyo" if step % 2 else "osaka"
            audit.append(tx, CLERK, "post.edited", f"post:{step}", at=at, office=office, revision=step)


def run(store: Store, *statements: str) -> None:
    """What somebody with the database's password could do past this service."""
    with store.begin() as tx:
        for statement in statements:
            tx.session.execute(text(statement))


Tamper = tuple[str, tuple[str, ...], int]
TAMPERED: list[Tamper] = [
    ("words", ("UPDATE audit SET body = replace(body, 'post.edited', 'post.viewed') WHERE seq = 7",), 7),
    ("actor column", ("UPDATE audit SET actor = 'somebody' WHERE seq = 8",), 8),
    ("what column", ("UPDATE audit SET what = 'post.viewed' WHERE seq = 9",), 9),
    ("subject column", ("UPDATE audit SET subject = 'post:999' WHERE seq = 10",), 10),
    ("office column", ("UPDATE audit SET office = 'kobe' WHERE seq = 11",), 11),
    ("time column", ("UPDATE audit SET at = (SELECT at FROM audit WHERE seq = 1) WHERE seq = 12",), 12),
    ("hash", ("UPDATE audit SET hash = repeat_zero WHERE seq = 13".replace("repeat_zero", f"'{'0' * 64}'"),), 13),
    ("one taken out", ("DELETE FROM audit WHERE seq = 14",), 14),
    ("first taken out", ("DELETE FROM audit WHERE seq = 1",), 1),
    ("end cut off", ("DELETE FROM audit WHERE seq > 25",), 26),
    ("everything taken out", ("DELETE FROM audit",), 1),
    (
        "two exchanged",
        (
            "UPDATE audit SET seq = 1000 WHERE seq = 5",
            "UPDATE audit SET seq = 5 WHERE seq = 6",
            "UPDATE audit SET seq = 6 WHERE seq = 1000",
        ),
        5,
    ),
    ("forked", ("UPDATE audit SET previous = (SELECT previous FROM audit WHERE seq = 19) WHERE seq = 20",), 20),
    (
        "one added",
        (
            "INSERT INTO audit SELECT 31, at, actor, what, subject, office, body, previous, hash FROM audit "  # noqa: ISC004
            "WHERE seq = 30",
        ),
        31,
    ),
]


def test_an_untouched_chain_is_whole(house: House) -> None:
    write(house.parts)
    proof = verify(house.parts)
    assert (proof.whole, proof.events, proof.broken_at) == (True, EVENTS, None)


@pytest.mark.parametrize(("statements", "broken_at"), [case[1:] for case in TAMPERED], ids=[c[0] for c in TAMPERED])
def test_what_was_done_past_the_service_is_found_and_named(
    house: House, statements: tuple[str, ...], broken_at: int
) -> None:
    write(house.parts)
    run(house.store, *statements)
    proof = verify(house.parts)
    assert (proof.whole, proof.broken_at) == (False, broken_at)
    assert proof.why


def test_strange_but_honest_events_hold(house: House) -> None:
    """Quotes, backslashes, Japanese and a wall time with another zone in the searchable columns are no tampering."""
    odd = Person('quo"te\\', address="::1")
    with house.store.begin() as tx:
        for subject in ('a"b', "back\\slash", "投稿:1", 'x","what":"y', ""):
            audit.append(tx, odd, "post.edited", subject, at=WED_10_JST, office="東京", note='","roles":["admin"]')
    assert verify(house.parts).whole


def test_a_chain_that_was_written_anew_is_found_by_its_anchor(sqlite_house: House, tmp_path: Path) -> None:
    """Who owns the database can hash everything again; what was anchored elsewhere still tells."""
    write(sqlite_house.parts)
    anchor = digest_of_day(sqlite_house.parts, date(2026, 12, 2))
    run(sqlite_house.store, "DELETE FROM audit", "DELETE FROM audit_head")
    write(sqlite_house.parts, EVENTS - 1)
    with sqlite_house.store.begin() as tx:
        audit.append(tx, AUDITOR, "post.edited", "post:other", at=WED_10_JST)
    assert verify(sqlite_house.parts).whole
    honest = verify(sqlite_house.parts, anchors=[Digest(date(2026, 12, 2), 3, "f" * 64)])
    assert (honest.whole, honest.broken_at) == (False, 3)
    assert verify(sqlite_house.parts, anchors=[anchor]).whole, "the same events give the same links"
    beyond = verify(sqlite_house.parts, anchors=[Digest(date(2026, 12, 9), 99, "f" * 64)])
    assert (beyond.whole, beyond.broken_at) == (False, EVENTS + 1)


def test_two_copies_that_went_on_apart_are_told_apart_by_the_anchor(sqlite_house: House, tmp_path: Path) -> None:
    write(sqlite_house.parts, 10)
    copy = tmp_path / "copy.db"
    backup(sqlite_house.store, copy)
    write(sqlite_house.parts, 5)
    other = Store(f"sqlite:///{copy}", Seal(KEY))
    with other.begin() as tx:
        for step in range(5):
            audit.append(tx, AUDITOR, "post.edited", f"post:{step}", at=WED_10_JST + timedelta(hours=20 + step))
    anchor = digest_of_day(sqlite_house.parts, date(2026, 12, 5))
    forked = verify(_with(sqlite_house.parts, other), anchors=[anchor])
    assert (forked.whole, forked.broken_at) == (False, 15)
    other.close()


def test_a_days_digest_is_its_last_event_in_japan(house: House) -> None:
    write(house.parts)
    digest = digest_of_day(house.parts, date(2026, 12, 2))
    assert digest.seq == 14, "10:00 to 23:00 are fourteen hours"
    assert digest_of_day(house.parts, date(2026, 12, 1)) == Digest(date(2026, 12, 1), 0, audit.GENESIS)


def test_the_daily_line_is_kept_once_and_read_back(sqlite_house: House, tmp_path: Path) -> None:
    write(sqlite_house.parts)
    now = WED_10_JST + timedelta(days=1)
    kept = keep_digest(sqlite_house.parts, tmp_path, now=now)
    assert kept is not None
    assert keep_digest(sqlite_house.parts, tmp_path, now=now) is None
    path = tmp_path / "audit-digests.txt"
    path.write_text("somebody's note\n" + path.read_text(encoding="utf-8"), encoding="utf-8")
    assert read_anchors(path) == [kept]
    assert verify(sqlite_house.parts, anchors=read_anchors(path)).anchors == 1


@pytest.mark.parametrize("words", ["", "no digest here\n", "kouhou-audit 2026-12-02 seq=1 hash=short\n"])
def test_a_file_without_a_digest_is_refused_by_name(tmp_path: Path, words: str) -> None:
    path = tmp_path / "anchors.txt"
    path.write_text(words, encoding="utf-8")
    with pytest.raises(BadInput, match=r"anchors\.txt"):
        read_anchors(path)


def test_an_event_says_who_in_which_role_where_when_and_from_where(house: House) -> None:
    with house.store.begin() as tx:
        event = audit.append(tx, CLERK, "post.edited", "post:1", at=WED_10_JST, office="osaka", before="a1", after="b2")
    assert (event.actor, event.roles, event.office, event.address) == ("hana", ("approver",), "osaka", "192.0.2.7")
    assert event.facts == {"before": "a1", "after": "b2"}


def test_a_role_that_has_ended_is_not_written_down() -> None:
    over = Person("old", grants=(Grant(Role.ADMIN, "*", date(2026, 12, 1)), Grant(Role.STAFF, "*", date(2026, 12, 2))))
    store = Store("sqlite://", Seal(KEY))
    store.create_all()
    with store.begin() as tx:
        assert audit.append(tx, over, "post.edited", "post:1", at=WED_10_JST).roles == ("staff",)


@pytest.mark.parametrize(
    ("wanted", "numbers"),
    [
        (Filter(), list(range(30, 0, -1))),
        (Filter(actor="hana", office="tokyo"), list(range(30, 0, -2))),
        (Filter(actor="nobody"), []),
        (Filter(subject="post:2"), [30, 29, 28, 27, 26, 25, 24, 23, 22, 21, 3]),
        (Filter(what="post."), list(range(30, 0, -1))),
        (Filter(what="post_"), []),
        (Filter(what="%"), []),
        (Filter(since=WED_10_JST + timedelta(hours=28)), [30, 29]),
        (Filter(until=WED_10_JST + timedelta(hours=2)), [2, 1]),
    ],
)
def test_the_trail_is_searched_by_any_of_its_columns(house: House, wanted: Filter, numbers: list[int]) -> None:
    write(house.parts)
    found = audit_search.find(house.parts, wanted, by=AUDITOR, now=house.now, limit=40)
    assert [event.seq for event in found] == numbers


def test_pages_stay_put_while_events_arrive(house: House) -> None:
    write(house.parts)
    first = audit_search.find(house.parts, Filter(), by=AUDITOR, now=house.now, limit=10)
    write(house.parts, 5)
    second = audit_search.find(house.parts, Filter(), by=AUDITOR, now=house.now, before=first[-1].seq, limit=10)
    assert [event.seq for event in second] == list(range(20, 10, -1))


def test_who_searches_is_in_the_trail_and_who_may_not_finds_nothing(house: House) -> None:
    audit_search.find(house.parts, Filter(actor="hana"), by=AUDITOR, now=house.now)
    with house.store.read() as tx:
        [event] = audit.latest(tx, limit=1)
    assert (event.what, event.actor, event.facts["actor"]) == ("audit.read", "kansa", "hana")
    for person in (CLERK, LOCAL_AUDITOR):
        with pytest.raises(NotAllowed):
            audit_search.find(house.parts, Filter(), by=person, now=house.now)
        with pytest.raises(NotAllowed):
            audit_search.export(house.parts, Filter(), form="csv", masked=False, by=person, now=house.now)


def exported(house: House, form: str, *, masked: bool = False) -> str:
    since, until = between(date(2026, 12, 2), date(2026, 12, 2))
    wanted = Filter(since=since, until=until)
    return "".join(audit_search.export(house.parts, wanted, form=form, masked=masked, by=AUDITOR, now=house.now))


def test_an_export_holds_the_days_that_were_asked_for_with_their_class(house: House) -> None:
    write(house.parts)
    rows = [json.loads(line) for line in exported(house, "jsonl").splitlines()]
    edited = [row for row in rows if row["what"] == "post.edited"]
    assert [row["seq"] for row in edited] == list(range(1, 15))
    assert {row["retention"] for row in edited} == {"decision"}
    assert edited[0]["at"] == "2026-12-02T10:00:00+09:00"


def test_a_masked_export_names_nobody_but_tells_people_apart(sqlite_house: House) -> None:
    write(sqlite_house.parts, 3)
    with sqlite_house.store.begin() as tx:
        audit.append(tx, AUDITOR, "user.read", "user:hana", at=WED_10_JST, office="tokyo", login="hana")
    words = exported(sqlite_house, "jsonl", masked=True)
    rows = [json.loads(line) for line in words.splitlines()]
    assert [row["actor"] for row in rows[:4]] == ["職員1", "職員1", "職員1", "職員2"]
    assert rows[3]["subject"] == "user:職員1"
    assert not any(secret in words for secret in ("hana", "192.0.2", "kansa"))


def test_a_spreadsheet_gets_no_formula_and_reads_japanese(sqlite_house: House) -> None:
    with sqlite_house.store.begin() as tx:
        audit.append(tx, CLERK, "post.edited", "=cmd|' /C calc'!A0", at=WED_10_JST, office="東京")
    words = exported(sqlite_house, "csv")
    assert words.startswith("\ufeff")
    rows = list(csv.DictReader(io.StringIO(words.removeprefix("\ufeff"))))
    assert rows[0]["subject"].startswith("'=")
    assert rows[0]["office"] == "東京"


@pytest.mark.parametrize(
    ("what", "name"),
    [
        ("post.approved", "decision"),
        ("rights.confirmed", "decision"),
        ("user.read", "access"),
        ("user.added", "decision"),
        ("reply.read", "access"),
        ("case.read", "access"),
        ("case.hide", "decision"),
        ("reply.edited", "service"),
        ("session.opened", "access"),
        ("something.new", "decision"),
    ],
)
def test_each_kind_has_a_retention_class_and_the_longest_beginning_wins(what: str, name: str) -> None:
    assert retention_of(what) == name


def test_the_agencys_own_class_is_unknown_until_it_says_so() -> None:
    classes = audit_search.retention_classes()
    assert {each.agency for each in classes.values()} == {""}
    assert all(each.basis and each.least_years >= 1 for each in classes.values())
    assert set(audit_search.retention_kinds().values()) <= set(classes)


@pytest.mark.parametrize("order", [lambda a, b: (a, b), lambda a, b: (a, a)])
def test_two_days_include_both(order: Callable[[date, date], tuple[date, date]]) -> None:
    first, last = order(date(2026, 12, 2), date(2026, 12, 3))
    since, until = between(first, last)
    assert since is not None
    assert until is not None
    assert until - since == timedelta(days=(last - first).days + 1)


def test_days_in_the_wrong_order_are_refused() -> None:
    with pytest.raises(BadInput, match="before"):
        between(date(2026, 12, 3), date(2026, 12, 2))


def _with(parts: Parts, store: Store) -> Parts:

    return replace(parts, store=store)

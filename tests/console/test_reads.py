"""Whoever is shown somebody's words leaves an event: every address that renders a reply is walked, no list is kept."""

from __future__ import annotations

import io
import re
import zipfile
from datetime import timedelta
from typing import Final

import httpx
import pytest
from sqlalchemy import update

from bot.domain.judging import Channel
from bot.domain.people import Grant, Person, Role
from bot.store import audit, cases, replies
from bot.store.audit import Event
from bot.store.tables.people import SessionRow
from bot.usecases import appeals, golden, policies, rescreen_runs
from bot.usecases.rescreen import Span
from moderation.cases import Move
from tests.console.authorisation import doors
from tests.console.moderator_desk import BOSS, ConsoleDesk
from tests.console.rig import Visitor, enrol, visit_as
from tests.console.test_policies import CALM
from tests.house import House
from tests.usecases.desk import X

EVERYTHING: Final = Person("almighty", "全", tuple(Grant(role) for role in Role))
MARK: Final = "たぬきの森のひみつ"
SAYS_IT_WAS_READ: Final = {
    "case.read", "case.exported", "reply.read", "appeal.read", "review.read", "policy.examples-read",
}  # fmt: skip
SHOW_WORDS: Final = {
    "/appeals",
    "/cases",
    "/cases/{number}",
    "/erasure",
    "/groups",
    "/groups/{key}",
    "/policies/{number}",
    "/quality/judge",
}
"""What the walk has to find, so that it cannot pass by finding nothing."""


class Shown:
    """A house in which every page of the desk has words to show."""

    def __init__(self, desk: ConsoleDesk) -> None:
        self.desk = desk
        enrol(desk.house, EVERYTHING)
        self.visitor = visit_as(desk.app, EVERYTHING)
        post = desk.post_on(X)
        for each in range(4):
            desk.says(f"【副業】月収100万円!LINE登録 {MARK}", name=f"v{each}", post=post)
        unflagged = desk.says(f"ありがとうございます。{MARK}", name="guest", post=post)
        desk.collected()
        with desk.house.store.read() as tx:
            self.case = cases.find(tx, limit=1)[0]
            guest = replies.by_platform_id(tx, "x", unflagged)
        assert guest is not None
        self.guest = guest.id
        desk.does(self.case, Move.CLAIM, Move.HIDE)
        now = desk.house.now
        words = f"違います。{MARK}"
        appeals.record(desk.parts, self.case.id, channel=Channel.LETTER, words=words, by=EVERYTHING, now=now)
        golden.draw(desk.parts, now=desk.house.wait(minutes=5), seed=1)
        self.policy = policies.draft(desk.parts, CALM, note="試し", by=BOSS, now=now).id
        span = Span(now - timedelta(days=1), now + timedelta(days=1))
        run = rescreen_runs.begin(desk.parts, self.policy, span, by=BOSS, now=now)
        rescreen_runs.work(desk.parts, run, by=BOSS, workers=1)

    def come(self) -> Visitor:
        """Again after so long that an earlier reading no longer counts for this one; the day's end ends no session."""
        now = self.desk.house.wait(minutes=11)
        with self.desk.house.store.begin() as tx:
            tx.session.execute(update(SessionRow).values(seen_at=now, ends_at=now + timedelta(hours=1)))
        return self.visitor

    def fill(self, path: str) -> str:
        number = self.case.id if path.startswith("/cases/") else self.policy if path.startswith("/policies/") else 1
        known = {"number": str(number), "key": self.case.group_key, "post_id": "1", "rest": "x"}
        known |= {"account_id": "x-tokyo", "office_id": "tokyo", "login": EVERYTHING.login}
        address = re.sub(r"\{(\w+)(?::path)?\}", lambda place: known.get(place[1], "none"), path)
        return address + (f"?reply={self.guest}" if path == "/erasure" else "")

    def newest(self) -> int:
        with self.desk.house.store.read() as tx:
            return audit.head(tx)[0]

    def read_since(self, event: int) -> list[Event]:
        with self.desk.house.store.read() as tx:
            news = audit.search(tx, audit.Filter(actor=EVERYTHING.login), limit=20)
        return [each for each in news if each.seq > event and each.what in SAYS_IT_WAS_READ]


@pytest.fixture
def shown(sqlite_house: House) -> Shown:
    return Shown(ConsoleDesk(sqlite_house))


def test_every_page_that_shows_words_says_so_in_the_trail(shown: Shown) -> None:
    found, silent = set(), []
    for door in (each for each in doors() if each.method == "GET" and not each.is_for_machines):
        visitor, before = shown.come(), shown.newest()
        answer = visitor.get(shown.fill(door.path))
        if MARK not in answer.text:
            continue
        found.add(door.path)
        silent += [] if shown.read_since(before) else [door.path]
    assert silent == []
    assert found == SHOW_WORDS


def test_a_refused_form_and_a_case_file_show_words_too(shown: Shown) -> None:
    waiting = shown.case.id + 1
    forms = {
        f"/cases/{waiting}/hide": {"version": "1", "category": ""},
        f"/groups/{shown.case.group_key}/propose-block": {"ids": f"{waiting}:1", "category": "6"},
        f"/case-files/{shown.case.id}": {"purpose": "令和8年第1号の照会"},
    }
    for path, fields in forms.items():
        visitor, before = shown.come(), shown.newest()
        assert MARK in _words(visitor.post(path, fields)), path
        assert shown.read_since(before), path


def test_the_events_name_what_was_shown_and_hold_no_words(shown: Shown) -> None:
    before = shown.newest()
    for path in ("/cases", "/groups", "/appeals", f"/erasure?reply={shown.guest}", "/quality/judge"):
        shown.come().get(path)
    events = shown.read_since(before)
    assert [(each.what, each.subject) for each in reversed(events)] == [
        ("reply.read", "page:/cases"),
        ("reply.read", "page:/groups"),
        ("appeal.read", "page:/appeals"),
        ("reply.read", "page:/erasure"),
        ("review.read", "page:/quality/judge"),
    ]
    assert all(each.facts["shown"] for each in events)
    assert events[1].facts["shown"] == [shown.guest]
    assert MARK not in str(events)
    again = shown.newest()
    assert MARK in shown.visitor.get("/quality/judge").text
    assert shown.read_since(again) == []  # the same words within ten minutes are the same reading


def _words(answer: httpx.Response) -> str:
    if answer.headers["content-type"] != "application/zip":
        return answer.text
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        return "".join(archive.read(name).decode() for name in archive.namelist())

"""Pushes make it faster and never less complete: signed, once, in any order; what is lost is found by the next poll."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, urlsplit

import pytest
from sqlmodel import select

from bot.domain.accounts import Platform
from bot.domain.cases import CommandState, DriftKind
from bot.domain.errors import NotAllowed
from bot.domain.posts import PostState
from bot.sandbox.hooks import facebook_signature, x_signature
from bot.store import commands, pushes, replies, service
from bot.store.tables.replies import ReplyRow
from bot.usecases import collect_push, listening
from bot.usecases.collect_push import PushKeys, keys_of
from bot.usecases.listening import PATHS
from moderation.cases import Move
from tests.house import House
from tests.usecases.desk import ADVERT, CARD, FACEBOOK, Desk, X


class Receiver:
    """What the console's two addresses do, over real HTTP."""

    def __init__(self, desk: Desk) -> None:
        self.desk, self.keys = desk, keys_of(desk.house.sandbox.secrets())
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                path, query = urlsplit(self.path).path, dict(parse_qsl(urlsplit(self.path).query))
                self._answer(lambda: receiver.challenge(path, query))

            def do_POST(self) -> None:
                raw = self.rfile.read(int(self.headers["content-length"]))
                headers = {key.lower(): value for key, value in self.headers.items()}
                self._answer(lambda: receiver.take(self.path, raw, headers))

            def _answer(self, act: Callable[[], str]) -> None:
                try:
                    status, body = 200, act()
                except NotAllowed:
                    status, body = 403, "no"
                self.send_response(status)
                self.end_headers()
                self.wfile.write(body.encode())

            def log_message(self, format: str, *args: object) -> None:
                """Tests are quiet."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def challenge(self, path: str, query: dict[str, str]) -> str:
        if path == PATHS[Platform.X]:
            return json.dumps(collect_push.answer_x(self.keys, query.get("crc_token", "")))
        return collect_push.answer_facebook(self.keys, query)

    def take(self, path: str, raw: bytes, headers: dict[str, str]) -> str:
        receive = collect_push.receive_x if path == PATHS[Platform.X] else collect_push.receive_facebook
        return str(receive(self.desk.parts, raw, headers, keys=self.keys, now=self.desk.house.now))

    def settled(self, at_least: int) -> None:
        """Deliveries leave in the background."""
        end = time.monotonic() + 10
        while len(self.desk.house.sandbox.deliveries()) < at_least and time.monotonic() < end:
            time.sleep(0.01)
        time.sleep(0.05)

    def work(self) -> collect_push.Worked:
        return collect_push.work(self.desk.parts, owners=self.keys.owners, now=self.desk.house.now)


def receiving(house: House) -> Iterator[Receiver]:
    made = Receiver(Desk(house))
    house.sandbox.deliver_to("facebook", made.url + PATHS[Platform.FACEBOOK])  # entered in the app's dashboard
    listening.listen(made.desk.parts, made.url, ask=True)
    yield made
    made.server.shutdown()
    made.server.server_close()


@pytest.fixture
def receiver(house: House) -> Iterator[Receiver]:
    yield from receiving(house)


@pytest.fixture
def quick(sqlite_house: House) -> Iterator[Receiver]:
    yield from receiving(sqlite_house)


def kept(desk: Desk) -> set[str]:
    with desk.house.store.read() as tx:
        return set(tx.session.exec(select(ReplyRow.platform_id)))


def alarms(desk: Desk) -> list[DriftKind]:
    with desk.house.store.read() as tx:
        return [each.kind for each in commands.open_drifts(tx)]


@pytest.mark.parametrize("account", [X, FACEBOOK])
def test_an_exposed_number_is_a_case_before_any_poll(receiver: Receiver, account: str) -> None:
    desk = receiver.desk
    said = desk.says(CARD, account=account)
    receiver.settled(2)
    assert receiver.work().new == 1
    desk.house.screen()
    case = desk.case_of(said)
    assert case is not None
    assert case.lane == 1
    before = desk.reply_of(case)
    desk.collected()
    assert (desk.reply_of(case).text, desk.reply_of(case).version) == (before.text, 1)


def test_both_handshakes_are_answered_and_nothing_else(quick: Receiver) -> None:
    assert quick.desk.house.sandbox.verify_webhook("x", quick.url + PATHS[Platform.X])
    assert quick.desk.house.sandbox.verify_webhook("facebook", quick.url + PATHS[Platform.FACEBOOK])
    for query in ({}, {"hub.mode": "subscribe", "hub.verify_token": "guess", "hub.challenge": "1"}):
        with pytest.raises(NotAllowed):
            collect_push.answer_facebook(quick.keys, query)
    with pytest.raises(NotAllowed):
        collect_push.answer_x(quick.keys, "")
    with pytest.raises(NotAllowed):
        collect_push.answer_x(PushKeys(), "token")


def envelope(words: str = ADVERT) -> bytes:
    payload = {"id": "77", "text": words, "author_id": "5", "created_at": "2026-12-02T01:00:00.000Z"}
    payload |= {"conversation_id": "1", "in_reply_to_tweet_id": "1"}
    event = {"event_uuid": "-1", "event_type": "post.reply.create", "filter": {"user_id": "42"}, "payload": payload}
    return json.dumps({"data": event}).encode()


@pytest.mark.parametrize(
    ("secret", "header"),
    [
        ("shh", ""),
        ("shh", "sha256="),
        ("shh", "sha256=" + base64.b64encode(hmac.new(b"other", envelope(), hashlib.sha256).digest()).decode()),
        ("shh", "sha256=" + hmac.new(b"shh", envelope(), hashlib.sha256).hexdigest()),  # Facebook's way of writing
        ("", "sha256=" + base64.b64encode(hmac.new(b"", envelope(), hashlib.sha256).digest()).decode()),
    ],
)
def test_what_the_platform_did_not_sign_is_not_even_stored(quick: Receiver, secret: str, header: str) -> None:
    keys = PushKeys(consumer_secret=secret, app_secret=secret)
    desk = quick.desk
    for receive in (collect_push.receive_x, collect_push.receive_facebook):
        name = collect_push.X_SIGNATURE if receive is collect_push.receive_x else collect_push.FACEBOOK_SIGNATURE
        other = header if receive is collect_push.receive_x else header.replace("sha256=", "sha1=")
        with pytest.raises(NotAllowed):
            receive(desk.parts, envelope(), {name: other}, keys=keys, now=desk.house.now)
    with desk.house.store.read() as tx:
        assert pushes.waiting(tx, limit=10) == []


def test_a_signed_delivery_that_was_tampered_with_is_refused(quick: Receiver) -> None:
    keys, good = PushKeys(consumer_secret="shh"), envelope()
    headers = {collect_push.X_SIGNATURE: x_signature("shh", good)}
    now = quick.desk.house.now
    with pytest.raises(NotAllowed):
        collect_push.receive_x(quick.desk.parts, good.replace(b"77", b"78"), headers, keys=keys, now=now)
    assert collect_push.receive_x(quick.desk.parts, good, headers, keys=keys, now=now) == 1
    assert collect_push.receive_x(quick.desk.parts, good, headers, keys=keys, now=now) == 0  # played again


@pytest.mark.parametrize("raw", [b"", b"[]", b"null", b"{", b'{"data": 5}', b'{"object":"user"}', b"\xff\x00"])
def test_signed_nonsense_does_nothing(quick: Receiver, raw: bytes) -> None:
    keys = PushKeys(consumer_secret="shh", app_secret="shh")
    desk = quick.desk
    signed = {
        collect_push.X_SIGNATURE: x_signature("shh", raw),
        collect_push.FACEBOOK_SIGNATURE: facebook_signature("shh", raw),
    }
    assert collect_push.receive_x(desk.parts, raw, signed, keys=keys, now=desk.house.now) == 0
    assert collect_push.receive_facebook(desk.parts, raw, signed, keys=keys, now=desk.house.now) == 0


def test_everything_twice_is_kept_once(receiver: Receiver) -> None:
    desk = receiver.desk
    desk.house.sandbox.turn(hook_copies=3)
    post = desk.post_on(X)
    said = {desk.says(f"{each}番目", name=f"v{each}", post=post) for each in range(4)}
    receiver.settled(15)  # our own post comes back as well
    assert receiver.work().new == 4
    assert kept(desk) == said


def test_pushes_that_come_late_change_no_newer_words(quick: Receiver) -> None:
    desk = quick.desk
    said = desk.says("はじめの文", account=FACEBOOK)
    desk.house.sandbox.people.edit(said, "直した文")
    desk.collected()
    quick.settled(3)
    quick.work()
    with desk.house.store.read() as tx:
        reply = replies.by_platform_id(tx, "facebook", said)
    assert reply is not None
    assert (reply.text, reply.version) == ("直した文", 1)


@pytest.mark.parametrize(("loss", "copies", "delay"), [(0.0, 2, 0.0), (0.5, 1, 0.0), (1.0, 1, 0.0), (0.3, 2, 0.02)])
def test_no_reply_is_missed_after_the_next_poll_whatever_befalls_the_pushes(
    receiver: Receiver, loss: float, copies: int, delay: float
) -> None:
    desk = receiver.desk
    desk.house.sandbox.turn(hook_loss=loss, hook_copies=copies, hook_delay_s=delay)
    said: set[str] = set()
    posts = {account: desk.post_on(account) for account in (X, FACEBOOK)}
    for number in range(12):
        account = (X, FACEBOOK)[number % 2]
        said.add(desk.says(f"{number}番目の声", account=account, name=f"v{number}", post=posts[account]))
        if number % 4 == 3:
            receiver.settled(0)
            receiver.work()
    desk.house.sandbox.fault("error", platform="x", status=503, times=2)  # an outage of the poll as well
    desk.house.collect()
    desk.house.sandbox.clear_faults()
    desk.wait(minutes=2)
    desk.house.collect()
    assert kept(desk) == said
    receiver.settled(0)
    receiver.work()
    assert kept(desk) == said


def test_what_a_colleague_does_in_the_app_is_told_at_once(receiver: Receiver) -> None:
    desk = receiver.desk
    case = desk.case(account=FACEBOOK)
    desk.does(case, Move.CLAIM, Move.HIDE)
    desk.carries_out()
    receiver.work()
    assert alarms(desk) == []
    before = len(desk.house.sandbox.deliveries())
    desk.house.sandbox.people.hide_by_hand(desk.reply_of(case).platform_id, yes=False)
    receiver.settled(before + 1)
    receiver.work()
    assert alarms(desk) == [DriftKind.UNDONE]


@pytest.mark.parametrize("account", [X, FACEBOOK])
def test_a_block_in_the_app_is_seen_without_reading_the_list(receiver: Receiver, account: str) -> None:
    desk = receiver.desk
    case = desk.case(account=account)
    if account == X:
        desk.blocked(case)
        desk.carries_out()
    who = "tanuki_no_mori" if account == X else desk.reply_of(case).author_id
    receiver.settled(len(desk.house.sandbox.deliveries()))
    receiver.work()
    before = len(desk.house.sandbox.deliveries())
    desk.house.sandbox.people.block_by_hand(account, who)
    receiver.settled(before + 1)
    receiver.work()
    if account == X:
        assert desk.states(case)[-1] == ("block", CommandState.DONE)
    else:
        assert alarms(desk) == [DriftKind.BLOCKED_ELSEWHERE]


def test_a_changed_handle_is_an_alarm_for_the_admins(quick: Receiver) -> None:
    desk = quick.desk
    desk.house.sandbox.people.rename(X, "IMMI_T0KYO")
    quick.settled(1)
    quick.work()
    with desk.house.store.read() as tx:
        assert [each.kind for each in service.notices(tx, ["role:admin"])] == ["account.profile-changed"]


def test_worked_events_keep_no_words(quick: Receiver) -> None:
    desk = quick.desk
    desk.says(CARD)
    quick.settled(2)
    quick.work()
    from bot.store.tables.judging import PushRow

    with desk.house.store.read() as tx:
        rows = tx.session.exec(select(PushRow)).all()
    assert rows
    assert all(row.body is None and row.worked_at is not None for row in rows)


def test_asking_to_be_told_twice_makes_nothing_twice(quick: Receiver) -> None:
    before = dict(quick.desk.house.sandbox.world.x.subscriptions)

    standing = listening.listen(quick.desk.parts, quick.url, ask=True)

    assert quick.desk.house.sandbox.world.x.subscriptions == before
    assert all(each.told and not each.missing and not each.problem for each in standing)


def test_an_address_that_does_not_prove_itself_is_told_and_leaves_polling_alone(quick: Receiver) -> None:
    standing = listening.listen(quick.desk.parts, "http://127.0.0.1:9", ask=True)

    told = {each.account: each.problem for each in standing}
    assert {bool(problem) for account, problem in told.items() if account.startswith("x-")} == {True}
    assert not any(problem for account, problem in told.items() if not account.startswith("x-"))


def test_the_echo_of_a_post_whose_answer_was_lost_finds_it(receiver: Receiver) -> None:
    house = receiver.desk.house
    post = house.scheduled()
    house.sandbox.fault("reset_after", route="create")
    house.publish()
    assert house.post(post.id).state is PostState.UNKNOWN

    receiver.settled(1)
    receiver.work()

    assert house.post(post.id).state is PostState.PUBLISHED

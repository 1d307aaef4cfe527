"""A second opinion orders the queue inside a lane and does nothing else; nothing that tells a person apart leaves."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pytest

from bot.bootstrap import App, second_opinion
from bot.domain.cases import Case
from bot.domain.errors import BadInput
from bot.domain.opinions import SecondOpinion
from bot.schedule import Service
from bot.settings import Settings
from bot.store import audit, cases
from bot.usecases import check
from bot.usecases.identifiers import blot_out
from bot.usecases.second_opinion import LocalOpinion, ask_new
from moderation.categories import Category
from moderation.embedding import EmbeddingModel
from tests.console.rig import app_of
from tests.house import House

INSULTS = (
    "この職員は横領している犯罪者だ、早く死ね",
    "担当の鈴木一郎は無能な詐欺師だ、消えろ",
    "お前らは全員人間のクズだ、死ね",
)
NUMBER = (
    "AB12345678CD taro@mail.example ＠tanuki 担当の田中太郎 090-1234-5678 に電話しろ @IMMI_TOKYO https://bad.example/x"
)


class Endpoint(BaseHTTPRequestHandler):
    """A real local server: ``answer`` says what it thinks of a reply, None that it is out of order."""

    answer: ClassVar[Any] = staticmethod(lambda reply: ("keep", None))
    heard: ClassVar[list[dict[str, Any]]] = []

    def do_POST(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        type(self).heard.append(asked)
        said = type(self).answer(json.loads(asked["messages"][1]["content"])["reply"])
        self.send_response(200 if said else 500)
        self.end_headers()
        content = json.dumps({"priority": said[0], "category": said[1]}) if said else ""
        self.wfile.write(json.dumps({"choices": [{"message": {"content": content}}]}).encode())

    def log_message(self, format: str, *args: Any) -> None:
        pass


@pytest.fixture
def url() -> Iterator[str]:
    Endpoint.answer = staticmethod(lambda reply: ("keep", None))
    Endpoint.heard.clear()
    server = ThreadingHTTPServer(("127.0.0.1", 0), Endpoint)
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}/v1"
    server.shutdown()
    server.server_close()


def given_cases(house: House, *texts: str) -> list[Case]:
    """A case for each of these replies, a minute apart."""
    post = house.published()
    for number, text in enumerate(texts):
        house.sandbox.people.reply(post.platform_id, text, handle=f"somebody_{number}")
        house.collect()
        house.screen()
        house.wait(minutes=1)
    found = in_queue(house)
    assert len(found) == len(texts)
    return found


def in_queue(house: House, **wanted: Any) -> list[Case]:
    with house.store.read() as tx:
        return cases.find(tx, **wanted)


def judge(house: House, url: str) -> SecondOpinion:
    settings = Settings(home=house.folder, database_url="", accounts=house.folder, judge_url=url, judge_model="m")
    made = second_opinion(settings, house.clock)
    assert made is not None
    return made


def test_a_case_moves_inside_its_lane_and_nothing_else_of_it_changes(house: House, url: str) -> None:
    first, second, third = given_cases(house, *INSULTS)
    assert first.lane == second.lane == third.lane
    Endpoint.answer = staticmethod(
        lambda reply: ("raise", 2) if "クズ" in reply else ("lower", None) if "横領" in reply else ("keep", None)
    )
    assert ask_new(house.parts, judge(house, url), now=house.now) == 3
    after = in_queue(house)
    assert [each.id for each in after] == [third.id, second.id, first.id]
    assert in_queue(house, category=third.labels[0])[0].id == third.id
    for old, new in zip((third, second, first), after, strict=True):
        assert replace(new, place=0) == old  # state, lane, labels and version as they were
    with house.store.read() as tx:
        story = [event for event in audit.about(tx, f"case:{third.id}") if event.what == "case.second-opinion"]
    assert [event.facts for event in story] == [{"nudge": "raise", "category": 2, "by": "judge"}]


def test_nobody_is_asked_twice_until_the_words_change(sqlite_house: House, url: str) -> None:
    given_cases(sqlite_house, INSULTS[0])
    assert ask_new(sqlite_house.parts, judge(sqlite_house, url), now=sqlite_house.now) == 1
    assert ask_new(sqlite_house.parts, judge(sqlite_house, url), now=sqlite_house.now) == 0
    assert len(Endpoint.heard) == 1


def test_what_tells_a_person_apart_does_not_leave(sqlite_house: House, url: str) -> None:
    given_cases(sqlite_house, NUMBER)
    ask_new(sqlite_house.parts, judge(sqlite_house, url), now=sqlite_house.now)
    sent = json.dumps(Endpoint.heard, ensure_ascii=False)
    assert "▇" in sent
    for secret in ("090", "5678", "AB1", "taro", "tanuki", "IMMI_TOKYO", "bad.example", "somebody_0"):
        assert secret not in sent


def test_a_judge_that_does_not_answer_changes_nothing_and_is_asked_again(sqlite_house: House, url: str) -> None:
    before = given_cases(sqlite_house, *INSULTS)
    Endpoint.answer = staticmethod(lambda reply: None)
    assert ask_new(sqlite_house.parts, judge(sqlite_house, url), now=sqlite_house.now) == 0
    assert len(Endpoint.heard) == 1  # the first silence ends the tick
    assert in_queue(sqlite_house) == before
    Endpoint.answer = staticmethod(lambda reply: ("raise", None))
    assert ask_new(sqlite_house.parts, judge(sqlite_house, url), now=sqlite_house.now) == 3


def test_a_case_that_somebody_holds_is_left_alone(sqlite_house: House, url: str) -> None:
    [case] = given_cases(sqlite_house, INSULTS[0])
    with sqlite_house.store.begin() as tx:
        cases.change(tx, case, case.state, holder="rin")
    assert ask_new(sqlite_house.parts, judge(sqlite_house, url), now=sqlite_house.now) == 0
    assert Endpoint.heard == []


@pytest.fixture
def model(tmp_path: Path) -> Path:
    """Knows two words: one that speaks for category 2, one that speaks for none."""
    path, weights = tmp_path / "words.npz", np.zeros((2, 9), dtype=np.float32)
    weights[0, Category.DEFAMATION - 1] = 6.0
    tokens, vectors = np.array(["クズ", "横領"]), np.eye(2, dtype=np.float32)
    np.savez(path, tokens=tokens, vectors=vectors, weights=weights, bias=np.full(9, -4.0, dtype=np.float32))
    return path


def test_a_model_on_this_machine_gives_the_same_nudge(sqlite_house: House, model: Path) -> None:
    first, second, third = given_cases(sqlite_house, *INSULTS)
    opinion = LocalOpinion(EmbeddingModel.load(model))
    assert ask_new(sqlite_house.parts, opinion, now=sqlite_house.now) == 3
    assert [each.id for each in in_queue(sqlite_house)] == [third.id, second.id, first.id]


def test_the_job_runs_only_where_somebody_was_set_up(sqlite_house: House, model: Path) -> None:
    app = app_of(sqlite_house)
    asked = replace(app, opinion=LocalOpinion(EmbeddingModel.load(model)))
    assert "second-opinion" not in job_ids(app)
    assert "second-opinion" in job_ids(asked)


@pytest.mark.parametrize(
    ("changes", "state", "told"),
    [
        ({}, "ok", "Nobody is asked"),
        ({"judge_url": "https://judge.example/v1"}, "ok", "judge.example"),
        ({"embedding_model": Path("no-such-file.npz")}, "fail", "no-such-file.npz"),
    ],
)
def test_the_doctor_tells_who_is_asked(sqlite_house: House, changes: dict[str, Any], state: str, told: str) -> None:
    app = app_of(sqlite_house, key_file=sqlite_house.folder / "key", **changes)
    (sqlite_house.folder / "key").touch(mode=0o600)
    findings = check.check(app.parts, app.settings, refused=None, now=sqlite_house.now)
    found = next(each for each in findings if each.id == "second-opinion")
    assert found.state == state
    assert told in found.message


def test_a_model_that_is_none_is_refused_by_its_variable(sqlite_house: House) -> None:
    settings = replace(app_of(sqlite_house).settings, embedding_model=Path("no-such-file.npz"))
    with pytest.raises(BadInput, match="KOUHOU_EMBEDDING_MODEL"):
        second_opinion(settings, sqlite_house.clock)


@pytest.mark.parametrize(
    ("text", "spans", "shown"),
    [
        ("番号はUH12345678EAです", [(3, 15)], "番号は▇です"),
        ("a 090 b 080", [(2, 5), (8, 11)], "a ▇ b ▇"),
        ("重なる", [(0, 2), (1, 3)], "▇▇"),
        ("何もない", [], "何もない"),
    ],
)
def test_identifiers_never_leave(text: str, spans: list[tuple[int, int]], shown: str) -> None:
    assert blot_out(text, spans) == shown


def job_ids(app: App) -> set[str]:
    return {job.id for job in Service(app, frozenset({"screener"})).jobs}

"""The HTTP API: tokens of two admins, the same rules as the desks, one write per key, problems as documents."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from http import HTTPStatus
from typing import Any

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import GenerationMode
from schemathesis.checks import load_all_checks
from schemathesis.specs.openapi.checks import positive_data_acceptance

from bot.bootstrap import App
from bot.console.server import ConsoleServer
from bot.domain.errors import BadInput, Conflict, NotAllowed
from bot.domain.people import EVERYWHERE, Grant, Person, Role
from bot.domain.posts import PostState
from bot.store import audit, posts
from bot.usecases import approve, maintenance, tokens
from bot.usecases.tokens import Scope, Wish
from tests.console.rig import Visitor, app_of, enrol, visitor
from tests.house import ADMIN, APPROVER, SECOND, WED_10_JST, House

SECOND_ADMIN = Person("kanri2", "管理 二", (Grant(Role.ADMIN),))
load_all_checks()
UNTIL = date(2027, 6, 30)
EVERYTHING = tuple(Scope)


@pytest.fixture
def town(house: House) -> App:
    return _app(house)


@pytest.fixture
def app(sqlite_house: House) -> App:
    return _app(sqlite_house)


def _app(house: House) -> App:
    made = app_of(house)
    enrol(house, SECOND_ADMIN)
    return made


@dataclass
class System:
    """Another system of the agency with a token."""

    browser: Visitor
    secret: str
    number: int

    def get(self, path: str, **query: Any) -> httpx.Response:
        answer: httpx.Response = self.browser.client.get(f"/api/v1{path}", params=query, headers=self._headers())
        return answer

    def post(self, path: str, body: object = None, key: str = "key-00000001") -> httpx.Response:
        headers = self._headers() | ({"Idempotency-Key": key} if key else {})
        answer: httpx.Response = self.browser.client.post(f"/api/v1{path}", json=body, headers=headers)
        return answer

    def _headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.secret}"} if self.secret else {}


def wish(name: str = "weather", **more: Any) -> Wish:
    facts: dict[str, Any] = {"owner": ADMIN.login, "scopes": EVERYTHING, "offices": ("tokyo",), "until": UNTIL}
    return Wish(name, **(facts | more))


def system(app: App, *, address: str = "192.0.2.200", **more: Any) -> System:
    now = app.parts.clock()
    token = tokens.ask(app.parts, wish(**more), by=ADMIN, now=now)
    tokens.confirm(app.parts, token.id, by=SECOND_ADMIN, now=now)
    secret = tokens.fetch(app.parts, token.id, by=ADMIN, now=now).secret
    return System(visitor(app, address=address), secret, token.id)


POST = {
    "account": "IMMI_TOKYO",
    "text": "窓口は9時に開きます。",
    "publish_at": (WED_10_JST + timedelta(hours=1)).isoformat(),
}


# -- tokens ------------------------------------------------------------------------------------------


def test_a_token_needs_a_second_admin_and_shows_its_secret_once(town: App) -> None:
    now = town.parts.clock()
    token = tokens.ask(town.parts, wish(), by=ADMIN, now=now)
    with pytest.raises(Conflict):
        tokens.fetch(town.parts, token.id, by=ADMIN, now=now)
    with pytest.raises(NotAllowed, match="another admin"):
        tokens.confirm(town.parts, token.id, by=ADMIN, now=now)
    tokens.confirm(town.parts, token.id, by=SECOND_ADMIN, now=now)
    with pytest.raises(NotAllowed, match="who asked"):
        tokens.fetch(town.parts, token.id, by=SECOND_ADMIN, now=now)
    made = tokens.fetch(town.parts, token.id, by=ADMIN, now=now)
    with pytest.raises(Conflict):
        tokens.fetch(town.parts, token.id, by=ADMIN, now=now)
    assert made.secret not in repr(made)
    with town.parts.store.read() as tx:
        steps = [event.what for event in audit.about(tx, f"token:{token.id}")]
        stored = tx.session.connection().exec_driver_sql("SELECT * FROM api_token").all()
    assert steps == ["token.asked", "token.confirmed", "token.fetched"]
    assert made.secret not in str(stored)


@pytest.mark.parametrize("person", [APPROVER, Person("nobody")])
def test_only_admins_of_all_offices_give_tokens(app: App, person: Person) -> None:
    with pytest.raises(Exception, match=r"admins of all offices|no active user"):
        tokens.ask(app.parts, wish(), by=person, now=app.parts.clock())


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"name": "X"}, "name"),
        ({"scopes": ()}, "used for"),
        ({"offices": ()}, "offices"),
        ({"offices": ("atlantis",)}, "offices"),
        ({"until": date(2026, 12, 1)}, "last day"),
        ({"until": date(2028, 12, 1)}, "last day"),
        ({"per_minute": 0}, "6000"),
        ({"owner": "nobody"}, "nobody"),
    ],
)
def test_a_token_that_makes_no_sense_is_refused(app: App, changes: dict[str, Any], says: str) -> None:
    with pytest.raises(BadInput, match=says):
        tokens.ask(app.parts, wish(**changes), by=ADMIN, now=app.parts.clock())


@pytest.mark.parametrize("secret", ["", "kouhou_guess", "x" * 5000, "kouhou_\u00fc"])
def test_without_a_token_that_counts_nothing_is_told(app: App, secret: str) -> None:
    answer = visitor(app, address="192.0.2.210").client.get(
        "/api/v1/posts", headers={"Authorization": f"Bearer {secret}".encode()} if secret else {}
    )
    assert answer.status_code == 401
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["www-authenticate"] == "Bearer"


def test_a_revoked_or_ended_token_stops_at_once(app: App, sqlite_house: House) -> None:
    first, second = system(app), system(app, name="second")
    tokens.revoke(app.parts, first.number, by=ADMIN, now=app.parts.clock())
    assert first.get("/posts").status_code == 401
    assert second.get("/posts").status_code == 200
    sqlite_house.wait(days=211)
    assert second.get("/posts").status_code == 401


@pytest.mark.parametrize(
    ("scope", "path", "query", "status"),
    [
        (Scope.POSTS_READ, "/posts", {}, 200),
        (Scope.POSTS_READ, "/posts/1", {}, 404),
        (Scope.REGISTRY_READ, "/registry", {}, 200),
        (Scope.FIGURES_READ, "/figures", {"since": "2026-12-01", "until": "2026-12-31"}, 200),
    ],
)
def test_each_address_needs_its_scope(app: App, scope: Scope, path: str, query: dict[str, str], status: int) -> None:
    others = tuple(each for each in Scope if each is not scope)
    assert system(app, name="without", scopes=others).get(path, **query).status_code == 403
    assert system(app, name="with", scopes=(scope,)).get(path, **query).status_code == status


def test_a_token_without_the_scope_writes_nothing(app: App) -> None:
    others = tuple(each for each in Scope if each is not Scope.POSTS_WRITE)
    come = system(app, scopes=others)
    assert come.post("/posts", POST).status_code == 403
    assert come.post("/posts/1/cancel").status_code == 403


def test_a_hasty_system_is_told_when_to_come_back(app: App) -> None:
    come = system(app, per_minute=3)
    assert [come.get("/posts").status_code for _ in range(4)] == [200, 200, 200, 429]
    assert come.get("/posts").headers["retry-after"] == "60"


def test_ten_wrong_tokens_close_the_door_for_that_address(app: App) -> None:
    for _ in range(10):
        assert System(visitor(app, address="192.0.2.211"), "wrong", 0).get("/posts").status_code == 401
    good = system(app, address="192.0.2.211")
    closed = good.get("/posts")
    assert (closed.status_code, closed.headers["retry-after"]) == (429, "300")


# -- posts -------------------------------------------------------------------------------------------


def test_a_post_of_a_system_waits_for_people_like_anybodys(town: App) -> None:
    come = system(town)
    answer = come.post("/posts", POST)
    assert answer.status_code == 201, answer.text
    made = answer.json()
    assert (made["state"], made["by_api"], made["approvals"]) == ("submitted", True, 0)
    now = town.parts.clock()
    with town.parts.store.read() as tx:
        assert posts.get(tx, made["id"]).author == "api:weather"
        story = [(event.what, event.actor, event.address) for event in audit.about(tx, f"post:{made['id']}")]
    assert story == [
        ("post.drafted", "api:weather", "192.0.2.200"),
        ("post.submitted", "api:weather", "192.0.2.200"),
    ]
    approve.approve(town.parts, made["id"], by=APPROVER, now=now)
    assert come.get(f"/posts/{made['id']}").json()["state"] in ("scheduled", "submitted")


def test_there_is_no_way_around_an_approval(app: App, sqlite_house: House) -> None:
    """Who answers for the token cannot approve its posts, not by approving, not by releasing a held one."""
    owner = Person("both", "両方", (Grant(Role.ADMIN), Grant(Role.APPROVER)))
    enrol(sqlite_house, owner)
    number = system(app, owner="both").post("/posts", POST).json()["id"]
    now = app.parts.clock()
    with pytest.raises(NotAllowed, match="answer for the token"):
        approve.approve(app.parts, number, by=owner, now=now)
    approve.hold(app.parts, number, by=owner, now=now, reason="x")
    released = approve.release(app.parts, number, by=owner, now=now)
    assert released.state is PostState.SUBMITTED
    for person in (APPROVER, SECOND):
        if released.state is PostState.SUBMITTED:
            released = approve.approve(app.parts, number, by=person, now=now)
    assert released.state is PostState.SCHEDULED


def test_a_post_outside_hours_needs_its_reason_and_two_people(app: App) -> None:
    come = system(app)
    night = POST | {"publish_at": "2026-12-02T23:00:00+09:00"}
    assert come.post("/posts", night).status_code == 422
    made = come.post("/posts", night | {"reason": "地震のため"}, key="key-00000002").json()
    assert (made["outside_hours"], made["approvals_needed"]) == (True, 2)


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"account": "IMMI_OSAKA"}, 404),
        ({"account": "nobody"}, 404),
        ({"text": ""}, 422),
        ({"text": " \n"}, 422),
        ({"text": "あ" * 141}, 422),
        ({"text": "a\u0000b"}, 422),
        ({"publish_at": "2026-12-01T10:00:00+09:00"}, 422),
        ({"publish_at": "2026-12-02T11:00:00"}, 422),
        ({"publish_at": "9999-12-31T23:59:59+00:00"}, 422),
        ({"link": "javascript:alert(1)"}, 422),
        ({"state": "scheduled"}, 422),
        ({"lane": "disaster"}, 422),
    ],
)
def test_what_a_desk_would_refuse_is_refused_here(app: App, change: dict[str, str], status: int) -> None:
    answer = system(app).post("/posts", POST | change)
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")
    with app.parts.store.read() as tx:
        assert posts.find(tx) == []


def test_other_offices_do_not_exist_for_a_token(app: App, sqlite_house: House) -> None:
    sqlite_house.submitted("IMMI_OSAKA", "大阪のお知らせです。")
    number = sqlite_house.submitted("IMMI_TOKYO").id
    come = system(app)
    assert [each["id"] for each in come.get("/posts").json()["posts"]] == [number]
    assert come.get(f"/posts/{number - 1}").status_code == 404
    assert come.get("/posts", account="IMMI_OSAKA").status_code == 404
    everywhere = system(app, name="headquarters", offices=(EVERYWHERE,))
    assert len(everywhere.get("/posts").json()["posts"]) == 2


def test_the_same_key_and_request_give_the_same_answer_and_one_post(town: App) -> None:
    come = system(town)
    first = come.post("/posts", POST)
    again = come.post("/posts", POST)
    assert (again.status_code, again.json()) == (first.status_code, first.json())
    other = come.post("/posts", POST | {"text": "別のお知らせです。"})
    assert (other.status_code, other.json()["type"]) == (409, "urn:kouhou:problem:conflict")
    with town.parts.store.read() as tx:
        assert len(posts.find(tx)) == 1


def test_a_refused_write_leaves_its_key_free(app: App) -> None:
    come = system(app)
    assert come.post("/posts", POST | {"text": " "}).status_code == 422
    assert come.post("/posts", POST).status_code == 201


def test_the_same_key_of_two_systems_is_two_keys(app: App) -> None:
    one, two = system(app), system(app, name="second")
    assert one.post("/posts", POST).json()["id"] != two.post("/posts", POST | {"text": "別です。"}).json()["id"]


@pytest.mark.parametrize("key", ["", "short", "with space in it", "x" * 101, "日本語のキー日本語"])
def test_a_write_without_a_proper_key_is_refused(app: App, key: str) -> None:
    come = system(app)
    headers = {"Authorization": f"Bearer {come.secret}", "Idempotency-Key": key}
    sent = {name: value.encode() for name, value in headers.items() if value}
    assert come.browser.client.post("/api/v1/posts", json=POST, headers=sent).status_code == 422


def test_the_same_write_sent_eight_times_at_once_is_one_post(town: App) -> None:
    come = system(town)
    answers: list[httpx.Response] = []
    threads = [threading.Thread(target=lambda: answers.append(come.post("/posts", POST))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.json()["id"] for answer in answers}) == 1
    with town.parts.store.read() as tx:
        assert len(posts.find(tx)) == 1


def test_a_system_takes_back_its_own_post_and_nobody_elses(app: App, sqlite_house: House) -> None:
    come = system(app)
    number = come.post("/posts", POST).json()["id"]
    for key in ("cancel-0001", "cancel-0001", "cancel-0002"):
        answer = come.post(f"/posts/{number}/cancel", key=key)
        assert (answer.status_code, answer.json()["state"]) == (200, "cancelled")
    theirs = sqlite_house.submitted().id
    assert come.post(f"/posts/{theirs}/cancel", key="cancel-0003").status_code == 403
    assert sqlite_house.state(theirs) is PostState.SUBMITTED


def test_in_maintenance_systems_read_and_do_not_write(app: App) -> None:
    come = system(app)
    maintenance.announce(app.parts, starts_at=None, ends_at=None, note="", by=ADMIN, now=app.parts.clock())
    assert come.get("/posts").status_code == 200
    assert come.post("/posts", POST).status_code == 403


# -- registry, figures, documents --------------------------------------------------------------------


def test_the_registry_is_the_roster_in_force(app: App) -> None:
    told = system(app).get("/registry").json()
    roster = app.parts.registry()
    assert told["digest"] == roster.digest
    assert [each["id"] for each in told["accounts"]] == [each.id for each in roster.accounts]
    assert not any("owner" in each or "secret" in each for each in told["accounts"])


def test_figures_count_what_went_out_in_the_tokens_offices(app: App, sqlite_house: House) -> None:
    sqlite_house.published("IMMI_TOKYO")
    sqlite_house.published("IMMI_OSAKA", "大阪のお知らせです。")
    told = system(app).get("/figures", since="2026-12-02", until="2026-12-02").json()
    assert list(told["published"].values()) == [1]
    before = system(app, name="bb").get("/figures", since="2026-12-01", until="2026-12-01").json()
    assert before["published"] == {}
    assert system(app, name="cc").get("/figures", since="2026-12-02", until="2026-12-01").status_code == 422


def test_what_is_not_there_is_a_problem_too(app: App) -> None:
    come = system(app)
    missing, wrong = come.get("/nothing"), come.browser.client.delete("/api/v1/posts")
    assert (missing.status_code, wrong.status_code, wrong.headers["allow"]) == (404, 405, "GET, POST")
    for answer in (missing, wrong, come.get("/posts/0"), come.get("/posts", limit="many")):
        assert answer.headers["content-type"] == "application/problem+json"
        assert set(answer.json()) == {"type", "title", "status", "detail", "key"}
        assert answer.json()["status"] == answer.status_code


def test_a_huge_request_is_refused_unread(app: App) -> None:
    assert system(app).post("/posts", POST | {"text": "x" * 200_000}).status_code == 413


def test_the_description_is_open_and_tells_no_data(app: App) -> None:
    document = visitor(app).client.get("/api/v1/openapi.json").json()
    assert document["openapi"].startswith("3.1")
    assert set(document["paths"]) == {
        "/api/v1/posts",
        "/api/v1/posts/{post}",
        "/api/v1/posts/{post}/cancel",
        "/api/v1/registry",
        "/api/v1/figures",
    }
    writes = [op for path in document["paths"].values() for verb, op in path.items() if verb != "get"]
    assert all("Idempotency-Key" in [each["name"] for each in op["parameters"]] for op in writes)
    assert all(op["security"] for path in document["paths"].values() for op in path.values())


# -- machines that watch ------------------------------------------------------------------------------


def test_metrics_are_counts_for_this_machine_only(app: App, sqlite_house: House) -> None:
    sqlite_house.submitted(text="だれも読まない文です。")
    near = visitor(app, address="127.0.0.1").client.get("/metrics")
    assert near.status_code == 200
    assert 'kouhou_posts{state="submitted"} 1.0' in near.text
    assert "kouhou_up 0.0" in near.text
    assert "だれも" not in near.text
    assert visitor(app, address="192.0.2.9").client.get("/metrics").status_code == 403


def test_metrics_elsewhere_need_the_bearer_of_the_secrets(sqlite_house: House) -> None:
    app = app_of(sqlite_house, secrets={"metrics": {"token": "scrape-me"}})
    come = visitor(app, address="192.0.2.9").client
    assert come.get("/metrics").status_code == 403
    assert come.get("/metrics", headers={"Authorization": "Bearer wrong"}).status_code == 403
    assert come.get("/metrics", headers={"Authorization": "Bearer scrape-me"}).status_code == 200


# -- fuzzed from its own description ------------------------------------------------------------------


@pytest.fixture
def served(app: App) -> Iterator[tuple[str, str]]:
    """The console over HTTP, and the secret of a token that may do everything, fast."""
    come = system(app, offices=(EVERYWHERE,), per_minute=6000)
    server = ConsoleServer(app)
    yield server.start(), come.secret
    server.stop()


def test_a_filter_that_does_not_exist_is_refused(served: tuple[str, str]) -> None:
    url, secret = served
    answer = httpx.get(f"{url}/api/v1/posts?stat=held", headers={"Authorization": f"Bearer {secret}"})
    assert (answer.status_code, answer.json()["key"]) == (422, "stat")


@pytest.mark.parametrize("mode", list(GenerationMode), ids=lambda mode: mode.value)
def test_nothing_generated_from_the_description_breaks_it(served: tuple[str, str], mode: GenerationMode) -> None:
    """Valid and invalid requests: no server error, documented answers only, invalid ones refused, tokens demanded.

    Schemathesis' check that everything valid is taken is left out: a text may be well-formed and too long for X.
    """
    url, secret = served
    tried: Counter[str] = Counter()
    for found in schemathesis.openapi.from_url(f"{url}/api/v1/openapi.json").get_all_operations():
        operation: Any = getattr(found, "ok")()  # noqa: B009  a description that cannot be read raises here
        if mode is GenerationMode.NEGATIVE and not list(operation.iter_parameters()):
            continue  # nothing can be wrong about a request without parameters
        _fuzz(operation, mode, secret, tried)
    assert set(tried) >= {"POST /api/v1/posts", "GET /api/v1/posts", "GET /api/v1/figures"}
    assert min(tried.values()) >= 20


def _fuzz(operation: Any, mode: GenerationMode, secret: str, tried: Counter[str]) -> None:
    @settings(max_examples=30, phases=[Phase.generate], suppress_health_check=list(HealthCheck), database=None)
    @given(case=operation.as_strategy(generation_mode=mode))
    def one(case: Any) -> None:
        tried[operation.label] += 1
        answer = case.call(headers={"Authorization": f"Bearer {secret}"})
        if (
            answer.status_code != HTTPStatus.REQUEST_ENTITY_TOO_LARGE
        ):  # a refusal that Schemathesis does not know as one
            case.validate_response(answer, excluded_checks=[positive_data_acceptance])

    one()

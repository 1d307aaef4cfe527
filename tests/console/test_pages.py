"""The shell around every page, the home page, errors that say what to do, charts, static files."""

from __future__ import annotations

import gzip
import re
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

import bot
from bot.bootstrap import App
from bot.console import guard
from bot.console.charts import bars, series
from bot.console.guard import Room
from bot.domain.errors import BadInput, Conflict, KouhouError, NotAllowed, NotFound
from bot.domain.people import Grant, Person, Role
from bot.store import service
from tests.console.gallery import gallery
from tests.console.rig import app_of, enrol, visit_as, visitor
from tests.house import ADMIN, APPROVER, MODERATOR, STAFF, House

STATIC = Path(bot.__file__).parent / "console" / "static"
HOSTILE = '</p><script>alert("x")</script>\u202e'


def test_every_page_shows_the_practice_clock(app: App) -> None:
    for page in (visitor(app).get("/sign-in"), visit_as(app, STAFF).get("/"), visitor(app).get("/no-such-page")):
        assert "練習モード" in page.text
        assert "2026年12月2日(水) 10:00" in page.text


def test_with_the_real_platforms_there_is_no_practice_banner(sqlite_house: House) -> None:
    app = app_of(sqlite_house, x_base_url="https://api.x.com")
    assert "練習モード" not in visitor(app).get("/sign-in").text


def test_home_counts_what_waits_and_lists_what_went_out(app: App, sqlite_house: House) -> None:
    sqlite_house.published(text="窓口は9時に開きます。")
    sqlite_house.submitted("IMMI_OSAKA", "承認を待つ投稿です。")
    page = visit_as(app, ADMIN).get("/").text
    assert "窓口は9時に開きます。" in page
    assert "@IMMI_TOKYO" in page
    assert "東京出入国在留管理局" in page
    assert _tile(page, "承認待ち") == "1"
    assert _tile(page, "保留") == "0"


def test_home_shows_a_person_their_own_office_only(app: App, sqlite_house: House) -> None:
    sqlite_house.published("IMMI_TOKYO", "東京のお知らせです。")
    sqlite_house.published("IMMI_NAGOYA", "名古屋のお知らせです。")
    enrol(sqlite_house, Person("nagoya", "名古屋 一", (Grant(Role.STAFF, "nagoya"),)))
    page = visit_as(app, Person("nagoya")).get("/").text
    assert "名古屋のお知らせです。" in page
    assert "東京のお知らせです。" not in page


def test_notices_stand_together_by_kind_until_this_person_puts_them_away(app: App, sqlite_house: House) -> None:
    with sqlite_house.store.begin() as tx:
        for number in range(5):
            service.tell(tx, ["role:admin"], "case.urgent", f"case:{number}", at=sqlite_house.now)
    come = visit_as(app, ADMIN)
    assert "ほか2件" in come.get("/").text
    assert come.get("/notices").text.count("急ぎの事案があります") == 1

    newest = re.search(r'name="newest" value="(\d+)"', come.get("/notices").text)
    assert newest
    with sqlite_house.store.begin() as tx:
        service.tell(tx, ["role:admin"], "post.failed", "post:9", at=sqlite_house.now)
    come.post("/notices", {"newest": newest.group(1)})

    left = come.get("/notices").text
    assert "急ぎの事案があります" not in left
    assert "投稿に失敗" in left or "失敗" in left


@pytest.mark.parametrize("newest", ["", "-1", "９", "9" * 30])
def test_putting_away_nonsense_puts_nothing_away(app: App, sqlite_house: House, newest: str) -> None:
    with sqlite_house.store.begin() as tx:
        service.tell(tx, ["role:admin"], "case.urgent", "case:1", at=sqlite_house.now)
    come = visit_as(app, ADMIN)
    come.post("/notices", {"newest": newest})
    assert "急ぎの事案があります" in come.get("/notices").text


def test_hostile_words_do_nothing_on_a_page(app: App, sqlite_house: House) -> None:
    sqlite_house.published(text=f"お知らせ{HOSTILE}")
    with sqlite_house.store.begin() as tx:
        service.stop(tx, "all", reason=HOSTILE, by=ADMIN, at=sqlite_house.now)
        service.tell(tx, [ADMIN.login], f"x.{HOSTILE}", f"y:{HOSTILE}", at=sqlite_house.now)
    page = visit_as(app, ADMIN).get("/").text
    assert '<script>alert("x")' not in page
    assert page.count("&lt;script&gt;") >= 3
    assert "⟨U+202E⟩" in page


def test_a_stop_is_told_on_every_page(app: App, sqlite_house: House) -> None:
    with sqlite_house.store.begin() as tx:
        service.stop(tx, "account:x-tokyo", reason="乗っ取りの疑い", by=ADMIN, at=sqlite_house.now)
    page = visit_as(app, MODERATOR).get("/password").text
    assert '停止中:<bdi class="words">@IMMI_TOKYO</bdi>' in page
    assert "乗っ取りの疑い" in page
    assert "乗っ取りの疑い" not in visitor(app).get("/sign-in").text


@pytest.mark.parametrize(
    ("late_s", "status", "said"),
    [(0, 200, "1個の処理がすべて動いています"), (60, 503, "遅れている処理があります:投稿")],
)
def test_a_job_that_misses_three_beats_is_told_to_people_and_to_watchers(
    app: App, sqlite_house: House, late_s: int, status: int, said: str
) -> None:
    with sqlite_house.store.begin() as tx:
        service.beat(tx, "publish", "machine:1:1", at=sqlite_house.now, every_s=1)
    sqlite_house.wait(seconds=late_s)
    assert said in visit_as(app, STAFF).get("/").text
    assert visitor(app).get("/healthz").status_code == status


def test_without_any_job_the_service_is_not_well(app: App) -> None:
    assert visitor(app).get("/healthz").status_code == 503


ERRORS = [
    (BadInput("Name the day.", file="posts.csv", line=3), 422, "入力を直してください"),
    (NotAllowed("Ask an approver."), 403, "この操作はできません"),
    (Conflict("Taro was first."), 409, "先に変更した人がいます"),
    (NotFound("There is no post 7."), 404, "見つかりません"),
]


@pytest.mark.parametrize(("problem", "status", "heading"), ERRORS)
def test_an_error_has_a_heading_its_sentence_and_what_to_do(
    app: App, problem: KouhouError, status: int, heading: str
) -> None:
    answer = visit_as(app, STAFF, _room_that(problem)).get("/breaks")
    assert answer.status_code == status
    assert f"<h1>{heading}</h1>" in answer.text
    assert str(problem) in answer.text
    assert "次にすること" in answer.text


def test_an_error_with_a_catalogue_key_speaks_the_readers_language(app: App) -> None:
    problem = NotAllowed("Too many tries.").worded("problem.too-many-tries", minutes=7)
    come = visit_as(app, STAFF, _room_that(problem))
    come.client.cookies.set("kouhou_words", "easy")
    page = come.get("/breaks").text
    assert "7<ruby>分<rp>(</rp><rt>ふん</rt>" in page
    assert "Too many tries" not in page


def test_what_breaks_unforeseen_is_an_apology_without_the_words_that_broke_it(
    app: App, capfd: pytest.CaptureFixture[str]
) -> None:
    answer = visit_as(app, STAFF, _room_that(ValueError("card number AB12345678CD"))).get("/breaks")
    assert answer.status_code == 500
    assert "あなたのせいではありません" in answer.text
    assert answer.headers["x-frame-options"] == "DENY"
    said = capfd.readouterr()
    assert "page_broke" in said.out + said.err
    assert "AB12345678CD" not in answer.text + said.out + said.err


@pytest.mark.parametrize(
    "path", ["/no-such-page", "/numbers/0", "/numbers/x", "/numbers/99999999999999999999", "/a%00b"]
)
def test_addresses_that_lead_nowhere_are_not_found(app: App, path: str) -> None:
    room = Room()

    @room.page("/numbers/{number}", guard.SIGNED_IN)
    def numbers(visit: guard.Here, number: guard.Number) -> str:
        return str(number)

    come = visit_as(app, STAFF, room)
    assert come.get("/numbers/7").status_code == 200
    assert come.get(path).status_code == 404


def test_a_form_that_is_no_form_is_refused_in_words(app: App) -> None:
    headers = {"Content-Type": "multipart/form-data; boundary=x"}
    answer = visit_as(app, STAFF).client.post("/words", content=b"--x\r\nnonsense", headers=headers)
    assert answer.status_code in (400, 403)
    assert "<h1>" in answer.text


def test_the_menu_follows_the_roles_and_counts(app: App, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        "bot.console.shell.NAV",
        [
            ("/", "nav.home", "", None),
            ("/for-approvers", "home.to-approve", "approver|admin", lambda visit: 3),
            ("/for-moderators", "home.lanes", "moderator", None),
        ],
    )
    page = visit_as(app, APPROVER).get("/").text
    assert re.search(r'href="/for-approvers"><span>承認待ち</span>\s*<span class="count">3</span>', page)
    assert "/for-moderators" not in page
    assert '<a href="/" aria-current="page">' in page


def test_done_sentences_come_from_the_catalogue_only(app: App) -> None:
    come = visit_as(app, STAFF)
    assert "パスワードを変更しました。" in come.get("/", done="password").text
    assert "note good" not in come.get("/password", done="<b>You won</b>").text


def test_charts_are_pictures_with_a_name_and_run_nothing(app: App) -> None:
    for path in ("/charts/week.svg", "/charts/lanes.svg"):
        answer = visit_as(app, STAFF).get(path)
        assert answer.headers["content-type"] == "image/svg+xml"
        assert "script" not in answer.text
        assert ET.fromstring(answer.text).get("aria-label")
        assert answer.headers["content-security-policy"] == "default-src 'none'; style-src 'unsafe-inline'"


def test_charts_hold_hostile_labels_and_missing_values() -> None:
    drawn = ET.fromstring(bars('"><script>', [('<b onload="x">', 3), ("い", 0)], lying=True).body)
    assert drawn.get("aria-label") == '"><script>'
    assert any((each.text or "").startswith("<b onload") for each in drawn.iter())
    assert not [each for each in drawn.iter() if each.tag.endswith(("script", "}b"))]
    assert ET.fromstring(series("two", ["a", "b"], {"x": [1, None], "y": [0, 2]}).body).get("aria-label") == "two"
    assert ET.fromstring(bars("none", []).body).get("aria-label") == "none"


@pytest.mark.parametrize("locale", ["ja", "en", "easy"])
def test_every_building_block_takes_hostile_words(app: App, locale: str) -> None:
    come = visit_as(app, ADMIN, gallery())
    come.client.cookies.set("kouhou_words", locale)
    page = come.get("/gallery").text
    assert page.count("&lt;script&gt;") > 60
    assert "<script>" not in page
    assert "{{ 7*7 }}" in page
    assert 'href="javascript' not in page
    assert page.count('name="csrf"') == page.count('method="post"')


def test_static_files_are_few_small_and_served(app: App) -> None:
    scripts = sum(path.stat().st_size for path in STATIC.glob("**/*.js"))
    assert scripts < 30_000
    assert len(gzip.compress((STATIC / "kouhou.css").read_bytes())) < 10_000
    page = visitor(app).get("/sign-in").text
    for name in ("kouhou.css", "kouhou.js", "kouhou.svg"):
        address = page.split(f"/static/{name}?v=")[1][:8]
        assert visitor(app).get(f"/static/{name}?v={address}").status_code == 200


def test_no_page_carries_script_or_style_of_its_own() -> None:
    templates = [path.read_text(encoding="utf-8") for path in STATIC.parent.glob("templates/**/*.html")]
    assert templates
    for text in templates:
        assert "<style" not in text
        assert " style=" not in text
        assert " onclick=" not in text
        assert "<script>" not in text
        assert "|safe" not in text


def _room_that(problem: Exception) -> Room:
    room = Room()

    @room.page("/breaks", guard.SIGNED_IN)
    def breaks(visit: guard.Here) -> str:
        raise problem

    return room


def _tile(page: str, word: str) -> str:
    return (
        page.split(f'<span class="tile-word">{word}</span>')[1]
        .split('<b class="tile-number">')[1]
        .split("<", maxsplit=1)[0]
    )

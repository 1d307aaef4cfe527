"""Policy versions on the console: drafted, tried on the archive, agreed by two people, watched, taken back."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import timedelta
from html.parser import HTMLParser

import pytest
import structlog

from bot.domain.judging import PolicyState, RescreenRun, RunState
from bot.domain.people import SERVICE, Person
from bot.store import audit, policies, rescreens
from bot.usecases import rescreen_runs
from bot.usecases.policies import take_back_in
from bot.usecases.rescreen import Span
from moderation.drafts import shipped_text
from tests.console.moderator_desk import BOSS, ConsoleDesk
from tests.console.rig import AUDITOR, Visitor
from tests.house import MODERATOR, REVIEWER, STAFF, House
from tests.usecases.archive_of import fill
from tests.usecases.desk import ADVERT

CALM = shipped_text().replace('name = "2026-11"', 'name = "calm"').replace("\n6 = 0.52", "\n6 = 1.0")

AS_TEXT = {"as": "text", "do": "keep"}
DAYS = {"since": "2026-11-01", "until": "2026-12-31"}


@pytest.fixture
def desk(sqlite_house: House) -> ConsoleDesk:
    return ConsoleDesk(sqlite_house)


def drafted(admin: Visitor, text: str = CALM, note: str = "広告の検知をやめる") -> str:
    answer = admin.post("/policies/new", {**AS_TEXT, "text": text, "note": note})
    assert answer.status_code == 303, answer.text
    return answer.headers["location"].partition("?")[0]


def rescreened(desk: ConsoleDesk, visitor: Visitor, path: str) -> None:
    assert visitor.post(f"{path}/rescreen", DAYS).status_code == 303
    for _ in range(600):
        if "data-again" not in visitor.get(path).text:
            return
        time.sleep(0.05)
    raise AssertionError("the rescreen did not end")


def test_a_policy_change_is_seen_on_the_archive_and_agreed_by_two(desk: ConsoleDesk) -> None:
    fill(desk, 70)
    desk.wait(hours=1)
    admin = desk.visit(BOSS)
    path = drafted(admin)
    assert admin.post(f"{path}/propose").status_code == 403  # nobody knows yet what would change
    rescreened(desk, admin, path)
    shown = admin.get(path).text
    assert 'href="#freed"' in shown
    assert "副業" in shown  # an example in words
    assert "検知する値 0.52 → 1.0" in shown
    assert "付属の、許容すべき批判" in shown
    assert admin.post(f"{path}/propose").status_code == 303
    assert admin.post(f"{path}/live").status_code == 403
    assert desk.visit(REVIEWER).post(f"{path}/live").status_code == 303
    assert "calm+" in desk.visit(MODERATOR).get("/policies").text
    assert desk.parts.screener().policy.name == "calm"
    assert admin.post("/policies/take-back", {"reason": "多すぎる"}).status_code == 303
    assert desk.parts.screener().policy.name == "2026-11"


def test_a_version_that_silences_critics_asks_the_second_person_for_a_reason(desk: ConsoleDesk) -> None:
    desk.says("のんびり役所だ。もっと急いでほしい。")
    desk.collected()
    admin = desk.visit(BOSS)
    path = drafted(admin, CALM.replace("2 = 0.58", "2 = 0.05"), "批判も検知する")
    rescreened(desk, admin, path)
    admin.post(f"{path}/propose")
    second = desk.visit(REVIEWER)
    assert "今より多くの批判を検知します" in second.get(path).text
    assert "why" in fields_of(second.get(path).text, f"{path}/live")
    refused = second.post(f"{path}/live")
    assert refused.status_code == 422
    assert "有効にする理由を書いて" in refused.text
    assert second.post(f"{path}/live", {"why": "一週間だけ"}).status_code == 303
    assert "一週間だけ" in second.get(path).text


def test_a_draft_that_cannot_be_read_is_told_and_stays_in_the_form(desk: ConsoleDesk) -> None:
    answer = desk.visit(BOSS).post(
        "/policies/new", {**AS_TEXT, "text": CALM + "\n[surprise]\nx = 1\n", "note": "<b>試し</b>"}
    )
    assert answer.status_code == 422
    assert "surprise" in answer.text
    assert "&lt;b&gt;試し" in answer.text


@pytest.mark.parametrize(("person", "status"), [(MODERATOR, 403), (REVIEWER, 403), (AUDITOR, 403), (STAFF, 403)])
def test_only_admins_draft_a_policy(desk: ConsoleDesk, person: Person, status: int) -> None:
    assert desk.visit(person).post("/policies/new", {**AS_TEXT, "text": CALM, "note": "x"}).status_code == status


def begun(desk: ConsoleDesk, path: str) -> RescreenRun:
    """A walk that another process began and has not ended."""
    span = Span(desk.house.now - timedelta(days=30), desk.house.now)
    return rescreen_runs.begin(desk.parts, int(path.rpartition("/")[2]), span, by=BOSS, now=desk.house.now)


def test_a_rescreen_of_another_process_is_seen_and_stopped_from_here(desk: ConsoleDesk) -> None:
    fill(desk, 70)
    desk.wait(hours=1)
    admin = desk.visit(BOSS)
    path = drafted(admin)
    run = begun(desk, path)
    assert 'max="70"' in admin.get(path).text
    assert admin.post(f"{path}/rescreen", DAYS).status_code == 409
    assert admin.post(f"{path}/stop").status_code == 303
    assert "中止しています" in admin.get(path).text
    rescreen_runs.work(desk.parts, run, by=BOSS, model=False)
    with desk.house.store.read() as tx:
        assert rescreens.get(tx, run.id).state is RunState.DONE  # its only batch was under way already


def test_a_rescreen_whose_process_died_says_so_and_can_be_started_again(desk: ConsoleDesk) -> None:
    fill(desk, 70)
    desk.wait(hours=1)
    admin = desk.visit(BOSS)
    path = drafted(admin)
    lost = begun(desk, path)
    desk.wait(seconds=61)
    shown = admin.get(path).text
    assert "途切れました" in shown
    assert "data-again" not in shown
    rescreened(desk, admin, path)
    shown = admin.get(path).text
    assert "途切れました" not in shown
    assert fields_of(shown, f"{path}/rescreen") | DAYS == fields_of(shown, f"{path}/rescreen")  # as it was asked
    with desk.house.store.begin() as tx:
        assert rescreens.note(tx, lost.id, done=1, at=desk.house.now)  # the dead one, should it wake up, has to stop


def live_for(desk: ConsoleDesk, text: str) -> str:
    """The page of a version that two people made live."""
    admin = desk.visit(BOSS)
    path = drafted(admin, text)
    rescreened(desk, admin, path)
    admin.post(f"{path}/propose")
    assert desk.visit(REVIEWER).post(f"{path}/live").status_code == 303
    return path


def test_the_page_of_a_live_version_shows_the_watch_and_one_press_takes_it_back(desk: ConsoleDesk) -> None:
    desk.case(ADVERT)
    desk.wait(minutes=1)
    path = live_for(desk, CALM)
    admin = desk.visit(BOSS)
    shown = admin.get(path).text
    assert "見守り中" in shown
    assert "自動で戻る件数" in shown
    assert "/policies/take-back" not in desk.visit(MODERATOR).get(path).text
    fields = fields_of(shown, "/policies/take-back")
    assert "reason" in fields
    assert admin.post("/policies/take-back", {**fields, "reason": ""}).status_code == 422
    assert admin.post("/policies/take-back", {**fields, "reason": "多すぎる"}).status_code == 303
    assert "多すぎる" in admin.get(path).text
    assert admin.post("/policies/take-back", {**fields, "reason": "もう一度"}).status_code == 409


def test_a_version_that_was_braked_is_an_alarm_on_the_front_page(desk: ConsoleDesk) -> None:
    desk.case(ADVERT)
    path = live_for(desk, CALM)
    with desk.house.store.begin() as tx:
        take_back_in(tx, PolicyState.BRAKED, "flag-rate", by=SERVICE, now=desk.house.now)
    for person in (BOSS, REVIEWER, MODERATOR):
        home = desk.visit(person).get("/").text
        assert "検知の急増のため、自動で前の版に戻りました" in home
        assert f'href="{path}"' in home
    assert "自動で前の版" not in desk.visit(STAFF).get("/").text
    assert "検知の急増" in desk.visit(BOSS).get(path).text


# -- the form ------------------------------------------------------------------------------------


def fields_of(page: str, action: str = "/policies/new") -> dict[str, str]:
    """What a browser would send back of the form as it stands."""
    reader = _Fields(action)
    reader.feed(page)
    return reader.found


class _Fields(HTMLParser):
    """Inputs, text areas and lists of one form."""

    def __init__(self, action: str) -> None:
        super().__init__()
        self._action = action
        self.found: dict[str, str] = {}
        self._area = self._list = ""
        self._inside = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        has = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._inside = has.get("action") == self._action
        if not self._inside:
            return
        if tag == "input":
            self.found[has["name"]] = has.get("value", "")
        elif tag == "textarea":
            self._area, self.found[has["name"]] = has["name"], ""
        elif tag == "select":
            self._list = has["name"]
        elif tag == "option" and (self._list not in self.found or "selected" in has):
            self.found[self._list] = has.get("value", "")

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea":
            self.found[self._area] = self.found[self._area].removeprefix("\n")
            self._area = ""

    def handle_data(self, data: str) -> None:
        if self._area:
            self.found[self._area] += data


@dataclass
class Form:
    """An admin with the form open; every button sends all of it, as a browser does."""

    admin: Visitor
    page: str = ""
    status: int = 200
    kept: str = ""

    def open(self, query: str = "") -> Form:
        self.page = self.admin.get("/policies/new" + query).text
        return self

    def press(self, button: str, value: str, **typed: str) -> Form:
        """``typed`` by field; ``__`` stands for a dot."""
        told = {name.replace("__", "."): text for name, text in typed.items()}
        answer = self.admin.post("/policies/new", {**fields_of(self.page), **told, button: value})
        self.page, self.status = answer.text, answer.status_code
        self.kept = answer.headers.get("location", "").partition("?")[0]
        return self

    @property
    def changes(self) -> str:
        return self.page.partition('id="changes"')[2].partition("</ul>")[0]

    @property
    def text(self) -> str:
        return fields_of(self.page)["text"].replace("\r\n", "\n")


@pytest.fixture
def form(desk: ConsoleDesk) -> Form:
    return Form(desk.visit(BOSS)).open()


def test_a_draft_is_made_in_the_form_and_its_text_differs_by_exactly_that(desk: ConsoleDesk, form: Form) -> None:
    form.press("do", "show", thresholds__label__2="0.6")
    assert "検知する値 0.58 → 0.6" in form.changes
    form.press("do", "add", group="insult", language="ja", term="のろま、ぐず*")
    assert "「のろま」を加える(侮辱、日本語)" in form.changes
    form.press("do", "find", q="SCUM", **{"find-language": "en"})
    form.press("take", "insult|en|scum")
    assert "「scum」を外す" in form.changes
    form.press("do", "keep", note="試し")
    assert form.kept.startswith("/policies/"), form.page
    with desk.house.store.read() as tx:
        text = policies.get(tx, int(form.kept.rpartition("/")[2])).text
    new = [line for line in text.splitlines() if line and line not in shipped_text().splitlines()]
    assert new == [
        'name = "2026-12"',
        "2 = 0.6",
        "[terms.insult]",
        'ja = "のろま, ぐず*"',
        "[without.insult]",
        'en = "scum"',
    ]


def test_what_is_undone_leaves_the_text_as_it_was(form: Form) -> None:
    first = form.text
    form.press("do", "add", group="insult", language="ja", term="のろま")
    form.press("undo", "insult|ja|のろま")
    assert form.text == first
    form.press("take", "insult|en|scum").press("do", "add", group="insult", language="en", term="scum")
    assert form.text == first  # a term that was taken out comes back when it is added


def test_an_emptied_field_means_what_the_page_says(form: Form) -> None:
    form.press("do", "show", thresholds__urgent__7="", wording__ja__6="広告はお断りです。")
    assert "至急にする値 0.95 → なし" in form.changes
    assert "日本語の条文を書き換え" in form.changes
    form.press("do", "show", wording__ja__6="", thresholds__urgent__7="0.95")
    assert "条文" not in form.changes


def test_a_language_gets_a_limit_of_its_own(form: Form) -> None:
    form.press("do", "add-language", **{"new-language": "vi", "new-category": "2", "new-value": "0.7"})
    assert "誹謗中傷(ベトナム語):検知する値 全体の値 → 0.7" in form.changes
    assert fields_of(form.page)["thresholds.language.vi.2"] == "0.7"
    form.press("do", "show", thresholds__language__vi__2="")
    assert "ベトナム語):" not in form.changes


MISTAKES = [
    ({"thresholds.label.2": "1.5"}, "show", "2 検知する値:0.05から1までの数"),
    ({"thresholds.label.2": "abc"}, "keep", "2 検知する値:0.05から1までの数"),
    ({"thresholds.label.2": ""}, "show", "2 検知する値:空欄にできません"),
    ({"provisional_hide.1": "0.2"}, "show", "0.8から1までの数"),
    ({"name": ""}, "keep", "版の名前:1字から40字"),
    ({"note": " "}, "keep", "変更の内容と理由"),
    ({"clauses.1": ""}, "show", "条文 1(英語):条文を1字から"),
    ({"term": "のろま"}, "add", "組と言語を選んで"),
    ({"term": "、", "group": "insult"}, "add", "語句を書いて"),
    ({"term": "あ", "group": "insult"}, "add", "短すぎて"),
    ({"term": "無能", "group": "insult"}, "add", "もう入っています"),
    ({"new-language": "vi"}, "add-language", "言語と禁止行為を選んで"),
    ({"new-language": "vi", "new-category": "2", "new-value": "x"}, "add-language", "言語ごとのしきい値:0.05から"),
]


def test_every_mistake_names_its_field_and_what_to_write(form: Form) -> None:
    whole = form.page
    for typed, button, told in MISTAKES:
        form.page = whole
        form.press("do", button, **typed)
        assert (form.status, told in form.page) == (422, True), told
        again = fields_of(form.page)
        assert {name: again[name] for name in typed} == typed  # what was typed stays


def test_the_version_in_force_is_no_draft(form: Form) -> None:
    form.press("do", "keep", name="2026-11", note="何も変えない")
    assert form.status == 422
    assert "使用中の版と同じです" in form.page


def test_a_sentence_is_tried_under_both_versions_and_left_nowhere(desk: ConsoleDesk, form: Form) -> None:
    sentence = "のんびり役所だよね、まったく"
    form.press("do", "add", group="insult", language="ja", term="のんびり役所")
    with structlog.testing.capture_logs() as logs:
        form.press("do", "try", **{"try": sentence})
    assert "判定が変わります" in form.page
    assert sentence not in str(logs)
    with desk.house.store.read() as tx:
        assert not audit.search(tx, audit.Filter(), limit=50)
    form.press("undo", "insult|ja|のんびり役所")
    assert "判定は変わりません" in form.page  # the sentence stays and is tried again
    assert form.press("do", "try", **{"try": "あ" * 2001}).page.count("2000字まで") == 1


def test_the_text_is_one_switch_away_and_back(form: Form) -> None:
    form.press("do", "show", thresholds__label__2="0.6").press("do", "text")
    assert "<textarea" in form.page.partition('name="text"')[0][-200:]
    text = form.text.replace("2 = 0.6", "2 = 0.65")
    form.press("do", "form", text=text)
    assert "0.58 → 0.65" in form.changes


def test_a_kept_draft_is_changed_by_a_new_one_in_its_place(desk: ConsoleDesk, form: Form) -> None:
    first = form.press("do", "keep", note="試し", thresholds__label__2="0.6").kept
    form.open("?from=" + first.rpartition("/")[2])
    assert "0.58 → 0.6" in form.changes
    second = form.press("do", "keep", thresholds__label__2="0.61").kept
    assert second != first
    with desk.house.store.read() as tx:
        states = [each.state for each in policies.find(tx)]
    assert states == [PolicyState.DRAFT, PolicyState.DROPPED]

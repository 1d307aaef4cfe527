"""The queue and the case page: who may see them, what they show, that typed words stay and hostile ones have no power."""

from __future__ import annotations

import pytest

from bot.domain.judging import Channel
from bot.domain.people import Person
from bot.store import audit
from bot.usecases import appeals
from moderation.cases import CaseState, Move
from tests.console.moderator_desk import ELSEWHERE, ConsoleDesk
from tests.console.rig import AUDITOR
from tests.house import MODERATOR, REVIEWER, STAFF, House
from tests.usecases.desk import ADVERT, CARD, FACEBOOK, FORGED, JUDGE, OTHER

HOSTILE = (
    '</p><script>alert("x")</script><img src=x onerror=alert(1)>\u202egnp.exe\u2066\x00\x1b[31m\ufeff 090-1234-5678'
)


@pytest.fixture
def desk(sqlite_house: House) -> ConsoleDesk:
    return ConsoleDesk(sqlite_house)


# -- who -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("person", "status"), [(MODERATOR, 200), (REVIEWER, 200), (AUDITOR, 200), (STAFF, 403), (ELSEWHERE, 403)]
)
def test_a_case_opens_for_the_people_of_its_office_only(desk: ConsoleDesk, person: Person, status: int) -> None:
    case = desk.case(CARD)
    answer = desk.visit(person).get(f"/cases/{case.id}")
    assert answer.status_code == status
    assert ("090-1234-5678" in answer.text) is (status == 200)


def test_the_queue_of_another_office_does_not_show_the_case(desk: ConsoleDesk) -> None:
    case = desk.case(CARD)
    row = f'href="/cases/{case.id}"'
    assert row in desk.visit().get("/cases").text
    for query in ("", "?office=tokyo", "?category=1", "?lane=1"):
        assert row not in desk.visit(ELSEWHERE).get(f"/cases{query}").text


@pytest.mark.parametrize("move", ["claim", "look", "appeal", "judge", "confirm/1", "drift/1"])
def test_another_office_can_do_nothing_with_the_case(desk: ConsoleDesk, move: str) -> None:
    case = desk.case(CARD)
    fields = {"version": "1", "category": "1", "step": "hide", "channel": "letter", "words": "x", "outcome": "reverse"}
    answer = desk.visit(ELSEWHERE).post(f"/cases/{case.id}/{move}", fields | {"reason": "x"})
    assert answer.status_code in (403, 404)
    assert desk.state(case) is CaseState.OPEN


def test_an_auditor_reads_and_has_no_buttons(desk: ConsoleDesk) -> None:
    case = desk.case(CARD)
    assert "formaction" not in desk.visit(AUDITOR).get(f"/cases/{case.id}").text
    assert desk.visit(AUDITOR).post(f"/cases/{case.id}/claim", {"version": "1"}).status_code == 403


def test_every_opening_of_a_case_is_in_the_trail(desk: ConsoleDesk) -> None:
    case = desk.case(CARD)
    desk.visit().get(f"/cases/{case.id}")
    with desk.house.store.read() as tx:
        assert [(each.what, each.actor) for each in audit.about(tx, f"case:{case.id}")][-1] == ("case.read", "rin")


# -- what is shown -------------------------------------------------------------------------------


def test_the_evidence_is_marked_in_the_words_with_its_category(desk: ConsoleDesk) -> None:
    case = desk.case(CARD)
    shown = desk.visit().get(f"/cases/{case.id}").text
    assert '<mark>090-1234-5678<sup class="why">1 !</sup></mark>' in shown
    assert "7(1)" in shown


def test_a_forged_notice_stands_beside_the_real_one(desk: ConsoleDesk) -> None:
    desk.house.published("IMMI_TOKYO", "12月8日(火)は午後2時に窓口を閉めます。")
    case = desk.case("【東京入管】12月9日(水)は午後2時に窓口を閉めます。", name="IMM1_TOKYO")
    shown = desk.visit().get(f"/cases/{case.id}").text
    assert "<del>" in shown
    assert "<ins>" in shown
    assert "<b>IMMI_TOKYO</b>" in shown  # the real account beside the look-alike


def test_a_cry_for_help_says_once_what_to_do_and_suggests_no_offence(desk: ConsoleDesk) -> None:
    case = desk.case("もう疲れました。死にたい。消えたい。自殺します。")
    shown = desk.visit().get(f"/cases/{case.id}").text
    assert shown.count("助けを求めているかもしれません") == 1
    assert "119番" in shown
    assert 'class="button quiet" formaction="/cases/1/hide' in shown
    for move in ("dismiss", "hide"):
        answer = desk.sends(case, move, category="6")
        assert (answer.status_code, "だれに・何時に" in answer.text) == (422, True)
    assert desk.sends(case, "dismiss", reason="10:05 東京局 課長に電話").status_code == 303
    assert '<option value="" selected' in shown


def test_hostile_words_are_shown_and_have_no_power(desk: ConsoleDesk) -> None:
    case = desk.case(HOSTILE, account=FACEBOOK, name="<script>alert(2)</script>")
    for path in ("/cases", f"/cases/{case.id}"):
        shown = desk.visit().get(path).text
        assert "<script>alert" not in shown
        assert "<img src=x" not in shown
        assert not any(sign in shown for sign in "\u202e\u2066\x00\x1b\ufeff")
    assert "⟨U+202E⟩" in shown
    assert "&lt;script&gt;alert(2)" in shown


def test_a_hundred_thousand_characters_are_cut_behind_their_evidence(desk: ConsoleDesk) -> None:
    case = desk.case("窓口 " * 1500 + " 友達の電話は090-1234-5678です。" + "窓" * 100_000, account=FACEBOOK)
    shown = desk.visit().get(f"/cases/{case.id}").text
    assert len(shown) < 100_000
    assert "<mark>090-1234-5678" in shown
    assert "+96" in shown  # how many characters more there are


def test_harsh_words_are_blurred_until_somebody_wants_to_read_them(desk: ConsoleDesk) -> None:
    harsh, calm = desk.case("お前は死ね。殺すぞ。"), desk.case(ADVERT)
    assert 'class="quote said harsh" tabindex="0"' in desk.visit().get(f"/cases/{harsh.id}").text
    assert "harsh" not in desk.visit().get(f"/cases/{calm.id}").text


def test_known_words_are_explained_beside_the_evidence_and_below_the_reply(desk: ConsoleDesk) -> None:
    case = desk.case("Đồ óc lợn, làm thẻ giả. <b>090-1234-5678</b>", account=FACEBOOK)
    visitor = desk.visit()
    shown = visitor.get(f"/cases/{case.id}").text
    assert '<dt><bdi class="words">óc lợn</bdi></dt><dd>豚の脳(ばか)</dd>' in shown
    assert '<q><bdi class="words">óc lợn</bdi></q> <span class="meaning">= 豚の脳(ばか)</span>' in shown
    visitor.client.cookies.set("kouhou_words", "en")
    assert "pig-brained" in visitor.get(f"/cases/{case.id}").text


def test_a_japanese_reader_is_not_told_what_japanese_words_mean(desk: ConsoleDesk) -> None:
    case = desk.case(CARD)
    assert "言葉の意味" not in desk.visit().get(f"/cases/{case.id}").text


# -- moves ---------------------------------------------------------------------------------------


def test_a_card_number_is_hidden_within_a_minute_of_its_arrival(desk: ConsoleDesk) -> None:
    case = desk.case(CARD, account=FACEBOOK)
    assert desk.sends(case, "claim").status_code == 303
    assert desk.sends(case, "hide", category="1").status_code == 303
    desk.wait(seconds=10)
    assert desk.carries_out() == 1
    assert desk.hidden(case)
    assert "確認済み" in desk.visit().get(f"/cases/{case.id}").text


def test_what_was_typed_stays_when_a_ground_is_missing(desk: ConsoleDesk) -> None:
    case = desk.case(ADVERT)
    desk.sends(case, "claim")
    answer = desk.sends(case, "propose-block", category="6", reason="毎日<b>10</b>回")
    assert answer.status_code == 422
    assert "毎日&lt;b&gt;10&lt;/b&gt;回" in answer.text
    assert "軽い措置" in answer.text


def test_what_was_typed_stays_when_a_colleague_was_faster(desk: ConsoleDesk) -> None:
    case = desk.case(ADVERT)
    desk.does(case, Move.CLAIM)
    old = str(desk.now(case).version)
    desk.wait(minutes=11)
    desk.does(case, Move.CLAIM, Move.HIDE, by=OTHER)
    answer = desk.sends(case, "hide", version=old, category="9", reason="消えてはならない文")
    assert answer.status_code == 422
    assert "消えてはならない文" in answer.text
    assert "ほかの人が先に変更" in answer.text


def test_a_template_stands_before_what_was_typed(desk: ConsoleDesk) -> None:
    case = desk.case(CARD)
    desk.sends(case, "claim")
    desk.sends(case, "hide", category="1", note="exposed-number", reason="電話番号も")
    shown = desk.visit().get(f"/cases/{case.id}").text
    assert "個人を特定できる番号が読める状態にあります。\n電話番号も" in shown


@pytest.mark.parametrize("version", ["", "x", "9" * 30, "１"])
def test_a_form_without_its_version_does_nothing(desk: ConsoleDesk, version: str) -> None:
    case = desk.case(ADVERT)
    assert desk.sends(case, "claim", version=version).status_code == 422
    assert desk.state(case) is CaseState.OPEN


def test_the_second_person_sees_the_evidence_before_the_proposal(desk: ConsoleDesk) -> None:
    case = desk.case(ADVERT)
    desk.does(case, Move.CLAIM, Move.PROPOSE_BLOCK)
    second = desk.visit(REVIEWER)
    before = second.get(f"/cases/{case.id}").text
    assert "何度も書き込む" not in before
    assert "/approve" not in before
    assert second.post(f"/cases/{case.id}/look", {"category": "", "step": "none"}).status_code == 422
    assert second.post(f"/cases/{case.id}/look", {"category": "6", "step": "hide"}).status_code == 303
    after = second.get(f"/cases/{case.id}").text
    assert "何度も書き込む" in after
    assert desk.sends(case, "approve", REVIEWER).status_code == 303
    assert desk.state(case) is CaseState.ACTED


def test_an_objection_is_judged_by_somebody_else(desk: ConsoleDesk) -> None:
    case = desk.case(ADVERT, account=FACEBOOK)
    desk.does(case, Move.CLAIM, Move.HIDE, by=REVIEWER)
    desk.carries_out()
    sent = {"channel": "letter", "words": "広告ではない", "language": "vi"}
    assert desk.visit().post(f"/cases/{case.id}/appeal", sent).status_code == 303
    assert "広告ではない" in desk.visit().get("/appeals").text
    verdict = {"outcome": "reverse", "reason": "公的な窓口の案内だった"}
    assert desk.visit(REVIEWER).post(f"/cases/{case.id}/judge", verdict).status_code == 403
    assert desk.visit(JUDGE).post(f"/cases/{case.id}/judge", {"reason": "x"}).status_code == 422
    assert desk.visit(JUDGE).post(f"/cases/{case.id}/judge", verdict).status_code == 303
    desk.carries_out()
    assert not desk.hidden(case)
    shown = desk.visit().get(f"/cases/{case.id}").text
    assert 'lang="vi"' in shown  # the notice in the author's language, for the office to use


def test_objections_of_other_offices_are_not_listed(desk: ConsoleDesk) -> None:
    case = desk.case(ADVERT)
    desk.does(case, Move.CLAIM, Move.HIDE)
    appeals.record(desk.parts, case.id, channel=Channel.COUNTER, words="秘密の話", by=MODERATOR, now=desk.house.now)
    assert "秘密の話" in desk.visit().get("/appeals").text
    assert "秘密の話" not in desk.visit(ELSEWHERE).get("/appeals").text


def test_criticism_is_left_to_people(desk: ConsoleDesk) -> None:
    """What the desk shows of a flood of criticism is a case, never an act."""
    post = desk.post_on("IMMI_TOKYO")
    for each in range(12):
        desk.says("入管は無能だ。大臣は辞めろ。", name=f"v{each}", post=post)
    desk.collected()
    desk.says(FORGED, post=post)
    desk.collected()
    assert desk.carries_out() == 0
    assert not desk.house.sandbox.people.hidden()

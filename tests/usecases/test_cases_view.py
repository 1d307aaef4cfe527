"""The case page's facts: all of the evidence, the reasons why a button is missing, and nobody's opinion too early."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.domain.errors import NotAllowed
from bot.domain.people import Grant, Person, Role
from bot.store import audit, judging
from bot.usecases import case_view, exposure
from moderation.cases import Move
from moderation.categories import Category
from moderation.ladder import Step
from tests.house import MODERATOR, REVIEWER, House
from tests.usecases.desk import ADVERT, CARD, FACEBOOK, OTHER, Desk, X

FORGED_NOTICE = "名古屋局からのお知らせです。12月8日の窓口は9時から16時まで開いています。手数料は6,000円です。"


@pytest.fixture
def desk(house: House) -> Desk:
    return Desk(house)


@pytest.fixture
def quick(sqlite_house: House) -> Desk:
    return Desk(sqlite_house)


def seen(desk: Desk, case_id: int, by: Person = MODERATOR) -> case_view.CaseView:
    return case_view.show(desk.parts, case_id, by=by, now=desk.house.now)


def test_the_page_has_reply_post_thread_history_and_evidence(desk: Desk) -> None:
    first = desk.case(ADVERT)
    desk.says("ありがとうございます。", name="another")
    case = desk.case(f"{ADVERT} もう一度", name="tanuki_no_mori")
    view = seen(desk, case.id)
    assert view.reply.text == f"@{X} {ADVERT} もう一度" or (view.reply.text or "").endswith("もう一度")
    assert view.answered is not None
    assert view.answered.text == "窓口は9時に開きます。"
    assert len(view.thread) == 3
    assert [past.case.id for past in view.history if past.case] == [first.id]
    finding = next(each for each in view.verdict.findings if each.category is Category.ADVERTISING)
    assert (view.reply.text or "")[finding.start : finding.end]
    assert view.clauses[Category.ADVERTISING] == "広告や宣伝をすること。"
    assert view.permalink.endswith(view.reply.platform_id)


def test_every_missing_button_says_why(quick: Desk) -> None:
    case = quick.case()
    view = seen(quick, case.id)
    assert view.allowed == (Move.CLAIM, Move.DISMISS, Move.HIDE, Move.PROPOSE_BLOCK)
    assert view.moves[Move.UNDO] == "no-such-step"
    quick.does(case, Move.CLAIM)
    view = seen(quick, case.id)
    assert view.moves[Move.HIDE] is None
    assert view.moves[Move.PROPOSE_DELETE] == "platform-cannot"
    assert seen(quick, case.id, OTHER).moves[Move.HIDE] == "held-by-another"
    assert (view.means[Step.DELETE], view.means[Step.BLOCK]) == ("none", "assisted")


def test_the_proposal_is_kept_from_the_second_person_until_they_looked(desk: Desk) -> None:
    case = desk.case()
    desk.does(case, Move.CLAIM, Move.PROPOSE_BLOCK)
    before = seen(desk, case.id, REVIEWER)
    assert before.concealed
    assert before.case.proposed is Step.NONE
    assert [each.move for each in before.decisions] == [Move.CLAIM]
    assert before.moves[Move.APPROVE] == "look-first"
    assert not seen(desk, case.id, MODERATOR).concealed
    desk.looks(case)
    after = seen(desk, case.id, REVIEWER)
    assert (after.concealed, after.case.proposed) == (False, Step.BLOCK)
    assert after.decisions[-1].why_not_less == "何度も書き込む"
    assert after.moves[Move.APPROVE] is None
    assert after.views[0].blind


def test_a_forged_notice_is_shown_beside_ours(quick: Desk) -> None:
    post = quick.house.published(X, FORGED_NOTICE)
    said = quick.says(
        FORGED_NOTICE.replace("12月8日", "12月9日").replace("6,000", "60,000"), post=post.platform_id or ""
    )
    quick.collected()
    case = quick.case_of(said)
    assert case is not None
    changes = {(each.was, each.now) for each in seen(quick, case.id).changed}
    assert any("8" in was and "9" in now for was, now in changes)


def test_an_impostor_is_shown_beside_the_real_account(quick: Desk) -> None:
    case = quick.case("こちらの窓口へDMでカード番号を送ってください。", name="IMMl_TOKYO")
    view = seen(quick, case.id)
    assert view.look_alike is not None
    assert (view.look_alike.handle, view.look_alike.real.handle) == ("IMMl_TOKYO", X)


def test_an_edited_reply_shows_every_version_and_which_was_judged(desk: Desk) -> None:
    case = desk.case(ADVERT, account=FACEBOOK)
    desk.house.sandbox.people.edit(desk.reply_of(case).platform_id, f"{ADVERT} 追伸")
    from bot.usecases.collect import recheck

    recheck(desk.parts, now=desk.house.now)
    desk.house.screen()
    view = seen(desk, case.id)
    assert [(each.number, each.text, each.judged) for each in view.wordings] == [
        (1, ADVERT, False),
        (2, f"{ADVERT} 追伸", True),
    ]


def test_a_block_by_hand_says_where_to_go(quick: Desk) -> None:
    case = quick.case()
    quick.blocked(case)
    (hands,) = seen(quick, case.id).by_hand
    assert (hands.profile, hands.app_account) == ("https://x.com/tanuki_no_mori", X)


def test_reading_is_logged_once_and_only_for_the_office(desk: Desk) -> None:
    case = desk.case(CARD)
    seen(desk, case.id)
    seen(desk, case.id)
    nagoya = Person("nagoya", "", (Grant(Role.MODERATOR, "nagoya"),))
    with pytest.raises(NotAllowed, match="another office"):
        seen(desk, case.id, nagoya)
    desk.wait(minutes=11)
    seen(desk, case.id, OTHER)
    with desk.house.store.read() as tx:
        reads = [event.actor for event in audit.about(tx, f"case:{case.id}") if event.what == "case.read"]
        assert [by for by, _ in judging.reads_of(tx, case.id)] == [OTHER.login, MODERATOR.login]
    assert reads == [MODERATOR.login, OTHER.login]


def test_harsh_cases_count_against_the_daily_budget(quick: Desk) -> None:
    case = quick.case("偽造在留カード作ります。3万円。LINEで連絡")
    view = seen(quick, case.id)
    assert view.harsh
    assert (view.exposure.seen, view.exposure.left) == (1, exposure.HARSH_A_DAY - 1)
    with quick.house.store.read() as tx:
        later = exposure.of_person(tx, MODERATOR, now=quick.house.now + timedelta(hours=25))
    assert later.seen == 0


@pytest.mark.parametrize(
    ("locale", "words"),
    [
        ("en", "Advertising or publicity."),
        ("zh-Hans", "进行广告或宣传。"),
        ("ne", "広告や宣伝をすること。"),
        ("easy", "ものを売(う)るために宣伝(せんでん)すること。"),
    ],
)
def test_the_clause_is_told_in_the_moderators_language(quick: Desk, locale: str, words: str) -> None:
    case = quick.case()
    from dataclasses import replace

    assert seen(quick, case.id, replace(MODERATOR, locale=locale)).clauses[Category.ADVERTISING] == words

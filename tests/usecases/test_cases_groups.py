"""A flood is judged once, for those who were listed; whoever comes later is looked at anew."""

from __future__ import annotations

import pytest

from bot.domain.cases import CommandState
from bot.domain.errors import BadInput, NotAllowed
from bot.domain.judging import Opinion
from bot.store import audit, cases
from bot.usecases import groups, tasks
from bot.usecases.decide import Grounds
from moderation.cases import CaseState, Move
from moderation.categories import Category
from moderation.flood import shape
from tests.house import MODERATOR, REVIEWER, House
from tests.usecases.desk import ADVERT, FACEBOOK, JUDGE, OTHER, Desk, X

SAME = "入管は今すぐ謝れ 入管は今すぐ謝れ"
HIDE = Grounds(Category.OTHER_UNSUITABLE, "同じ文面の大量の書き込み")


@pytest.fixture
def desk(house: House) -> Desk:
    return Desk(house)


@pytest.fixture
def quick(sqlite_house: House) -> Desk:
    return Desk(sqlite_house)


def flooded(desk: Desk, number: int, words: str = SAME, names: str = "v") -> groups.Members:
    post = desk.post_on(X)
    for each in range(number):
        desk.says(words, name=f"{names}{each}", post=post)
    desk.house.collect()
    while desk.house.screen().replies:
        pass
    with desk.house.store.read() as tx:
        (found, *_) = groups.groups(tx, offices=None)
        return groups.members(tx, found.key, offices=None)


def test_a_flood_is_one_group_with_its_first_replies_too(desk: Desk) -> None:
    """The tenth equal reply shows the flood; the nine before it belong to it as well."""
    listed = flooded(desk, 12)
    assert (len(listed.ids), listed.authors) == (12, 12)
    assert all(SAME in each for each in listed.examples)


def test_one_decision_hides_the_listed_and_nobody_who_comes_later(desk: Desk) -> None:
    listed = flooded(desk, 12)
    flooded(desk, 2, names="later")
    done = groups.decide_group(desk.parts, listed.ids, Move.HIDE, by=MODERATOR, now=desk.house.now, grounds=HIDE)
    assert (set(done.done), done.refused) == (set(listed.ids), {})
    with desk.house.store.read() as tx:
        states = cases.count_by_state(tx)
        what = [event.what for event in audit.latest(tx, limit=1)]
    assert states == {CaseState.ACTED: 12, CaseState.OPEN: 2}
    assert what == ["group.hide"]
    assert desk.carries_out() == 12


def test_a_member_that_a_colleague_holds_is_left_alone(quick: Desk) -> None:
    listed = flooded(quick, 10)
    with quick.house.store.read() as tx:
        held = cases.get(tx, listed.ids[3])
    quick.does(held, Move.CLAIM, by=OTHER)
    done = groups.decide_group(quick.parts, listed.ids, Move.HIDE, by=MODERATOR, now=quick.house.now, grounds=HIDE)
    assert set(done.refused) == {held.id}
    assert "colleague" in str(done.refused[held.id])
    assert quick.now(held).holder == OTHER.login


def test_an_edited_member_leaves_its_group_and_is_not_hidden_with_it(quick: Desk) -> None:
    said = [quick.says(ADVERT, account=FACEBOOK, name=f"v{n}") for n in range(3)]
    quick.collected()
    members = [quick.case_of(each) for each in said]
    ids, key = [each.id for each in members if each], members[0].group_key if members[0] else ""
    quick.wait(minutes=5)
    quick.house.sandbox.people.edit(said[0], "入管の対応は遅すぎると思います。説明してほしいです。")
    quick.house.collect()
    act = {"by": MODERATOR, "now": quick.house.now, "grounds": Grounds(Category.ADVERTISING)}
    with pytest.raises(BadInput, match="one group"):
        groups.decide_group(quick.parts, ids, Move.HIDE, **act)  # type: ignore[arg-type]
    quick.house.screen()
    done = groups.decide_group(quick.parts, ids, Move.HIDE, key=key, **act)  # type: ignore[arg-type]
    assert (set(done.done), set(done.refused)) == (set(ids[1:]), {ids[0]})


@pytest.mark.parametrize(
    ("move", "error"), [(Move.DELETE_NOW, NotAllowed), (Move.REVIEW, NotAllowed), (Move.REVERSE, NotAllowed)]
)
def test_what_has_to_be_looked_at_alone_is_refused(quick: Desk, move: Move, error: type[Exception]) -> None:
    with pytest.raises(error, match="case by case"):
        groups.decide_group(quick.parts, [1], move, by=MODERATOR, now=quick.house.now)


def test_cases_of_different_groups_are_refused_whole(quick: Desk) -> None:
    first, second = quick.case(ADVERT), quick.case("偽造在留カード作ります。3万円。LINEで連絡", name="another")
    with pytest.raises(BadInput, match="one group"):
        groups.decide_group(
            quick.parts, [first.id, second.id], Move.HIDE, by=MODERATOR, now=quick.house.now, grounds=HIDE
        )
    for ids in ([], list(range(1, 1003))):
        with pytest.raises(BadInput):
            groups.decide_group(quick.parts, ids, Move.HIDE, by=MODERATOR, now=quick.house.now, grounds=HIDE)
    assert quick.state(first) is CaseState.OPEN


def test_grounds_that_are_missing_change_nobody(quick: Desk) -> None:
    listed = flooded(quick, 10)
    with pytest.raises(BadInput, match="grounds in words"):
        groups.decide_group(
            quick.parts,
            listed.ids,
            Move.HIDE,
            by=MODERATOR,
            now=quick.house.now,
            grounds=Grounds(Category.OTHER_UNSUITABLE),
        )
    with quick.house.store.read() as tx:
        assert cases.count_by_state(tx) == {CaseState.OPEN: 10}


def test_a_group_is_blocked_by_two_people_who_both_looked(quick: Desk) -> None:
    listed = flooded(quick, 10)
    grounds = Grounds(Category.OTHER_UNSUITABLE, "大量の書き込み", "隠しても続く")
    act = {"by": MODERATOR, "now": quick.house.now, "grounds": grounds}
    groups.decide_group(quick.parts, listed.ids, Move.PROPOSE_BLOCK, **act)  # type: ignore[arg-type]
    early = groups.decide_group(quick.parts, listed.ids, Move.APPROVE, by=REVIEWER, now=quick.house.now)
    assert len(early.refused) == 10
    view = Opinion(Category.OTHER_UNSUITABLE)
    groups.look_group(quick.parts, listed.ids, view, by=REVIEWER, now=quick.house.now)
    done = groups.decide_group(quick.parts, listed.ids, Move.APPROVE, by=REVIEWER, now=quick.house.now)
    assert len(done.done) == 10


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("@IMMI_TOKYO 入管は謝れ!", "入管は謝れ", True),
        ("ライン登録はこちら 111", "ライン登録はこちら 999!!", True),
        ("BUY NOW please", "buy  now, please.", True),
        ("窓口は何時からですか", "窓口は何時までですか", False),
        ("はい", "はい", None),
    ],
)
def test_what_counts_as_the_same_words(one: str, other: str, same: bool | None) -> None:
    if same is None:
        assert shape(one) == ""
    else:
        assert (shape(one) == shape(other)) is same


def test_the_desk_lists_what_must_not_be_forgotten(desk: Desk) -> None:
    case = desk.case()
    desk.blocked(case)
    desk.wait(days=89)
    assert tasks.remind(desk.parts, now=desk.house.now) == 1  # nobody was seen making the block in the app
    desk.wait(days=2)
    assert tasks.remind(desk.parts, now=desk.house.now) == 2
    with desk.house.store.read() as tx:
        assert [each.id for each in tasks.due(tx, offices=None, now=desk.house.now).blocks] == [case.id]
    with pytest.raises(NotAllowed, match="took part"):
        tasks.keep_block(desk.parts, case.id, reason="続いている", by=REVIEWER, now=desk.house.now)
    tasks.keep_block(desk.parts, case.id, reason="続いている", by=JUDGE, now=desk.house.now)
    with desk.house.store.read() as tx:
        assert not tasks.due(tx, offices=None, now=desk.house.now).blocks
    assert desk.states(case)[-1] == ("block", CommandState.BY_HAND)

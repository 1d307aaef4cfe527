"""A rule change is read, seen on the archive and agreed by two people before it judges anybody; a bad one is braked."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.bootstrap import ScreenerCache
from bot.domain.errors import BadInput, Conflict, NotAllowed
from bot.domain.judging import PolicyState, PolicyVersion
from bot.domain.people import Grant, Person, Role
from bot.store import audit, cases, policies, replies, service
from bot.usecases import brake, case_view, wordings
from bot.usecases import policies as policy
from bot.usecases.policy_words import clause_words
from bot.usecases.rescreen import Span, rescreen, rescreen_draft
from bot.usecases.rescreen_report import Report, silences
from bot.usecases.shadow import shadow
from moderation import criticism
from moderation.cases import CaseState, Move
from moderation.categories import Category
from moderation.drafts import shipped_text, shipped_version
from moderation.evaluate import wilson
from tests.house import MODERATOR, House
from tests.usecases.desk import ADVERT, Desk

BOSS = Person("boss", "政策 長", (Grant(Role.ADMIN),))
CHIEF = Person("chief", "主任 長", (Grant(Role.ADMIN),))
STRICT = shipped_text().replace('name = "2026-11"', 'name = "strict"') + '\n[terms.insult]\nja = "のんびり役所"\n'
NEVER = shipped_text().replace('name = "2026-11"', 'name = "calm"').replace("\n6 = 0.52", "\n6 = 1.0")


@pytest.fixture
def desk(house: House) -> Desk:
    return following(house)


@pytest.fixture
def quick(sqlite_house: House) -> Desk:
    return following(sqlite_house)


def following(house: House) -> Desk:
    """A desk whose screener follows the live version, by rules alone."""
    desk = Desk(house)
    screener = ScreenerCache(lambda: house.registry, None, house.store, model=False)
    house.parts = replace(house.parts, screener=screener)
    return desk


def span(desk: Desk) -> Span:
    return Span(desk.house.now - timedelta(days=30), desk.house.now + timedelta(seconds=1))


def drafted(desk: Desk, text: str) -> PolicyVersion:
    return policy.draft(desk.parts, text, note="試し", by=BOSS, now=desk.house.now)


def proposed(desk: Desk, text: str) -> PolicyVersion:
    version = drafted(desk, text)
    rescreen_draft(desk.parts, version.id, span(desk), by=BOSS, now=desk.house.now)
    return policy.propose(desk.parts, version.id, by=BOSS, now=desk.house.now)


def made_live(desk: Desk, text: str) -> PolicyVersion:
    return policy.make_live(desk.parts, proposed(desk, text).id, by=CHIEF, now=desk.house.now)


def seen(desk: Desk, text: str, **more: object) -> Report:
    return rescreen(desk.parts, text, span(desk), **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("not toml [", "not readable as TOML"),
        (shipped_text().replace("6 = 0.52", "6 = 52"), "not a number from 0 to 1"),
        (shipped_text() + '\n[terms.insluts]\nja = "あ"\n', "unknown group"),
        (shipped_text() + "\n[surprise]\nx = 1\n", "unknown table"),
        (shipped_text() + "\n[provisional_hide]\n2 = 0.9\n", "only categories 1 and 4"),
        (shipped_text() + "\n[wording.ja]\n1 = 5\n", "wording.ja"),
        (shipped_text().replace('name = "2026-11"\n', ""), "name"),
        ("x" * 200_001, "longer than"),
    ],
)
def test_a_draft_that_cannot_be_used_is_refused_with_its_key(quick: Desk, text: str, said: str) -> None:
    with pytest.raises(BadInput, match=said):
        drafted(quick, text)
    with quick.house.store.read() as tx:
        assert not policies.find(tx, states=[PolicyState.DRAFT])


def test_the_same_text_is_the_same_version(quick: Desk) -> None:
    first = drafted(quick, STRICT)
    with pytest.raises(Conflict, match="stands already"):
        drafted(quick, STRICT)
    assert first.version.startswith("strict+")
    assert first.base == shipped_version()


def test_rescreening_shows_what_would_change_and_changes_nothing(desk: Desk) -> None:
    mild = desk.says("のんびり役所だね", name="shimin")
    advert = desk.case(ADVERT)
    desk.says("ありがとうございます", name="guest")
    desk.collected()
    with desk.house.store.read() as tx:
        before = [replies.get(tx, each) for each in (1, 2, 3)]
        number = next(each.id for each in before if each.platform_id == mild)
    harsher, calmer = seen(desk, STRICT), seen(desk, NEVER)
    assert (harsher.looked_at, harsher.flagged.total, harsher.freed.total) == (3, 1, 0)
    assert harsher.flagged.examples == {"2": [number]}
    assert dict(harsher.flagged.by_account) == {"x-tokyo": 1}
    assert (calmer.freed.total, dict(calmer.freed.by_category)) == (1, {"6": 1})
    assert seen(desk, STRICT).as_dict() == harsher.as_dict()
    groups = harsher.as_dict()["groups"]  # looked at, flagged before, flagged under the draft
    assert groups["category"] == {"2": [3, 0, 1], "6": [3, 1, 1]}
    assert groups["account"] == {"x-tokyo": [3, 1, 2]}
    assert sum(each[0] for each in groups["language"].values()) == 3
    with desk.house.store.read() as tx:
        assert [replies.get(tx, each) for each in (1, 2, 3)] == before
    assert desk.state(advert) is CaseState.OPEN


def test_a_rescreen_tells_how_far_it_is_and_can_be_stopped(quick: Desk) -> None:
    quick.case(ADVERT)
    told: list[tuple[int, int]] = []
    report = seen(quick, STRICT, progress=lambda done, total: told.append((done, total)))
    assert (report.whole, told) == (True, [(0, 1), (1, 1)])
    assert seen(quick, STRICT, stopped=lambda: True).looked_at == 1


def test_two_processes_give_the_same_report(quick: Desk) -> None:
    from tests.usecases.archive_of import fill

    fill(quick, 5200)
    one, two = seen(quick, STRICT, workers=1), seen(quick, STRICT, workers=2)
    assert one.as_dict() == two.as_dict()
    assert one.looked_at == 5200


def test_a_report_on_too_little_or_against_another_version_opens_no_proposal(sqlite_house: House) -> None:
    desk = following(sqlite_house)
    desk.case(ADVERT)
    desk.wait(minutes=1)
    early, late = drafted(desk, STRICT), drafted(desk, f"{STRICT}\n# later\n")
    long_ago = Span(desk.house.now - timedelta(days=900), desk.house.now - timedelta(days=890))
    rescreen_draft(desk.parts, early.id, long_ago, by=BOSS, now=desk.house.now)
    with pytest.raises(NotAllowed, match="too few"):
        policy.propose(desk.parts, early.id, by=BOSS, now=desk.house.now)
    rescreen_draft(desk.parts, early.id, span(desk), by=BOSS, now=desk.house.now)
    rescreen_draft(desk.parts, late.id, span(desk), by=BOSS, now=desk.house.now)
    policy.propose(desk.parts, early.id, by=BOSS, now=desk.house.now)
    policy.make_live(desk.parts, early.id, by=CHIEF, now=desk.house.now)
    with pytest.raises(NotAllowed, match="Another version"):
        policy.propose(desk.parts, late.id, by=BOSS, now=desk.house.now)


def test_nothing_goes_live_without_a_report_and_a_second_person(desk: Desk) -> None:
    desk.case(ADVERT)
    version = drafted(desk, STRICT)
    with pytest.raises(NotAllowed, match="Rescreen the archive"):
        policy.propose(desk.parts, version.id, by=BOSS, now=desk.house.now)
    rescreen_draft(desk.parts, version.id, span(desk), by=BOSS, now=desk.house.now)
    with pytest.raises(NotAllowed, match="not proposed"):
        policy.make_live(desk.parts, version.id, by=CHIEF, now=desk.house.now)
    policy.propose(desk.parts, version.id, by=BOSS, now=desk.house.now)
    with pytest.raises(NotAllowed, match="second person"):
        policy.make_live(desk.parts, version.id, by=BOSS, now=desk.house.now)
    with pytest.raises(NotAllowed):
        policy.make_live(desk.parts, version.id, by=MODERATOR, now=desk.house.now)
    live = policy.make_live(desk.parts, version.id, by=CHIEF, now=desk.house.now)
    assert live.state is PolicyState.LIVE
    assert desk.parts.screener().policy.version == live.version


SILENCING = shipped_text().replace('name = "2026-11"', 'name = "silencing"').replace("\n2 = 0.58", "\n2 = 0.05")


def test_a_version_that_silences_critics_goes_live_only_with_a_written_reason(quick: Desk) -> None:
    version = proposed(quick, SILENCING)
    told = version.report["criticism"]
    assert told["after"] > 0.04 * told["of"]
    assert told["after"] > told["before"]
    assert set(told["examples"]) <= {row.reply.id for row in criticism.rows()}
    with pytest.raises(BadInput, match="criticism"):
        policy.make_live(quick.parts, version.id, by=CHIEF, now=quick.house.now)
    live = policy.make_live(quick.parts, version.id, why="一時的な措置", by=CHIEF, now=quick.house.now)
    assert live.live_why == "一時的な措置"
    with quick.house.store.read() as tx:
        (event,) = [each for each in audit.about(tx, f"policy:{version.id}") if each.what == "policy.live"]
    assert event.facts["criticism"] == told["after"]


@pytest.mark.parametrize(
    ("of", "before", "after", "asked"),
    [
        (1000, 10, 40, False),  # at the bar
        (1000, 10, 41, True),
        (1000, 45, 45, False),  # above it, but no worse than what is in force
        (1000, 50, 45, False),
        (0, 0, 0, False),  # no labelled rows are installed
    ],
)
def test_when_a_reason_is_asked_for(of: int, before: int, after: int, asked: bool) -> None:
    assert silences({"criticism": {"of": of, "before": before, "after": after}}) is asked


def test_a_new_version_judges_what_comes_in_and_not_what_was(desk: Desk) -> None:
    old = desk.says("のんびり役所だね", name="shimin")
    desk.collected()
    live = made_live(desk, STRICT)
    new = desk.says("やっぱりのんびり役所だ", name="shimin_b")
    desk.collected()
    assert desk.case_of(old) is None
    case = desk.case_of(new)
    assert case is not None
    assert case.policy == live.version


def test_an_old_case_shows_the_words_it_was_judged_by(quick: Desk) -> None:
    wording = '\n[wording.ja]\n6 = "広告はお断りです。"\n'
    live = made_live(quick, STRICT + wording)
    case = quick.case(ADVERT)
    made_live(quick, STRICT.replace("strict", "third"))
    view = case_view.show(quick.parts, case.id, by=MODERATOR, now=quick.house.now)
    assert case.policy == live.version
    assert view.clauses_exact
    assert view.clauses[case.labels[0]] == "広告はお断りです。"


def test_the_version_that_ships_is_remembered_with_its_text(quick: Desk) -> None:
    case = quick.case(ADVERT)
    with quick.house.store.read() as tx:
        kept = policies.by_version(tx, case.policy)
    assert kept is not None
    assert (kept.state, kept.text) == (PolicyState.SHIPPED, shipped_text())
    assert clause_words(kept, "ja") == (wordings.clauses("ja"), True)


def test_an_old_case_shows_its_own_clause_when_the_words_that_ship_change(quick: Desk) -> None:
    case = quick.case(ADVERT)
    with quick.house.store.read() as tx:
        kept = policies.by_version(tx, case.policy)
    assert kept is not None
    then = replace(kept, wordings={"ja": {str(number): f"条文{number}" for number in range(1, 10)}})
    assert clause_words(then, "ja")[0][Category.ADVERTISING] == "条文6"
    assert clause_words(replace(kept, wordings={}), "ja")[1] is False, "only today's words are known"


def test_what_comes_in_is_counted_under_a_proposal_and_not_acted_on(desk: Desk) -> None:
    desk.case(ADVERT)
    desk.wait(minutes=1)
    version = proposed(desk, STRICT)
    assert shadow(desk.parts, now=desk.house.now) == 0  # only what comes in from now on
    mild = desk.says("のんびり役所だね", name="shimin")
    desk.says("ありがとうございます", name="guest")
    desk.collected()
    assert shadow(desk.parts, now=desk.house.now) == 2
    assert shadow(desk.parts, now=desk.house.now) == 0
    desk.says("本当にのんびり役所", name="shimin_b")
    desk.collected()
    assert shadow(desk.parts, now=desk.house.now) == 1
    with desk.house.store.read() as tx:
        counted = dict(policies.get(tx, version.id).shadow)
    del counted["after"]
    assert counted == {"looked_at": 3, "flags_before": 0, "flags_after": 2, "flagged": 2, "freed": 0, "moved": 0}
    assert desk.case_of(mild) is None
    policy.make_live(desk.parts, version.id, by=CHIEF, now=desk.house.now)
    assert shadow(desk.parts, now=desk.house.now) == 0


def test_a_policy_file_of_the_operator_is_what_drafts_begin_with(quick: Desk, tmp_path: Path) -> None:
    file = tmp_path / "own.toml"
    file.write_text(STRICT, encoding="utf-8")
    screener = ScreenerCache(lambda: quick.house.registry, file, quick.house.store, model=False)
    quick.house.parts = replace(quick.house.parts, screener=screener)
    assert policy.text_in_force(quick.parts) == STRICT
    case = quick.case(ADVERT)
    with quick.house.store.read() as tx:
        kept = policies.by_version(tx, case.policy)
    assert kept is not None
    assert kept.text == STRICT


def test_one_admin_takes_the_live_version_back_at_once(quick: Desk) -> None:
    quick.case(ADVERT)
    first = made_live(quick, STRICT)
    quick.wait(minutes=1)
    made_live(quick, NEVER)
    assert policy.take_back(quick.parts, reason="誤り", by=BOSS, now=quick.house.now) == first.version
    assert quick.parts.screener().policy.version == first.version
    assert policy.take_back(quick.parts, reason="誤り", by=BOSS, now=quick.house.now) == shipped_version()
    with pytest.raises(NotAllowed, match="nothing to take back"):
        policy.take_back(quick.parts, reason="誤り", by=BOSS, now=quick.house.now)


def test_a_version_that_flags_far_more_is_taken_back_by_itself(desk: Desk) -> None:
    for number in range(12):
        desk.says(f"のんびり役所ですね {number}番", name=f"v{number}")
    desk.collected()
    made_live(desk, STRICT)
    assert brake.brake(desk.parts, now=desk.house.now) == ""
    for number in range(12):
        desk.says(f"のんびり役所でした {number}回", name=f"w{number}")
    desk.collected()
    desk.wait(minutes=1)
    assert brake.brake(desk.parts, now=desk.house.now) == "flag-rate"
    assert desk.parts.screener().policy.version == shipped_version()
    with desk.house.store.read() as tx:
        (braked,) = policies.find(tx, states=[PolicyState.BRAKED])
        told = [each.kind for each in service.notices(tx, ["role:admin"])]
        what = [event.what for event in audit.about(tx, f"policy:{braked.id}")]
        assert len(cases.find(tx, limit=100)) == 12  # what it opened stays for people to judge
        assert brake.tripped(tx, now=desk.house.now) == braked
        assert brake.tripped(tx, now=desk.house.now + timedelta(days=8)) is None
    assert "policy.braked" in told
    assert what[-1] == "policy.taken-back"
    assert brake.brake(desk.parts, now=desk.house.now) == ""


def test_a_version_whose_measures_are_taken_back_is_braked(quick: Desk) -> None:
    quick.case(ADVERT)
    for number in range(8):
        quick.says(f"ありがとう {number}番目", name=f"u{number}")
    quick.collected()
    quick.wait(minutes=1)
    made_live(quick, STRICT)
    for number in range(8):
        quick.says(f"ありがとうね {number}番目", name=f"t{number}")
    for number in range(4):
        case = quick.case(f"{ADVERT} {number}番", name=f"v{number}")
        quick.does(case, Move.CLAIM, Move.HIDE, Move.UNDO)
    quick.wait(minutes=1)
    with quick.house.store.read() as tx:
        live = policies.live(tx)
        assert live is not None
        assert brake.rates(tx, live, now=quick.house.now).reversals.hits == 4
    assert brake.brake(quick.parts, now=quick.house.now) == "reversal-rate"


@pytest.mark.parametrize(
    ("new", "old", "falls"),
    [
        ((2, 10), (0, 100), False),  # two hits are not enough
        ((8, 100), (80, 1000), False),  # a policy that rightly flags 8 % goes on flagging 8 %
        ((14, 100), (80, 1000), False),  # six points more, but a hundred replies may do that by chance
        ((140, 1000), (80, 1000), True),
        ((30, 100), (5, 1000), True),
        ((0, 1000), (80, 1000), False),
        ((5, 20), (0, 0), False),  # nothing is known of the rate before
        ((12, 12), (0, 0), True),  # but this is too much whatever it was
        ((4, 4), (0, 10), True),
    ],
)
def test_when_the_brake_falls(new: tuple[int, int], old: tuple[int, int], falls: bool) -> None:
    assert brake.jumped(wilson(*new), wilson(*old)) is falls


@pytest.mark.parametrize(("of", "old"), [(100, (80, 1000)), (1000, (80, 1000)), (100, (5, 1000)), (20, (0, 0))])
def test_where_the_brake_would_fall_is_the_first_jump(of: int, old: tuple[int, int]) -> None:
    before = wilson(*old)
    fewest = brake.falls_at(of, before)
    assert fewest is not None
    assert brake.jumped(wilson(fewest, of), before)
    assert not brake.jumped(wilson(fewest - 1, of), before)


def test_where_too_little_was_screened_the_brake_cannot_fall() -> None:
    assert brake.falls_at(0, wilson(80, 1000)) is None
    assert brake.falls_at(2, wilson(0, 1000)) is None


def test_a_version_is_held_against_the_one_it_replaced_not_the_one_it_was_drafted_from(quick: Desk) -> None:
    late = drafted(quick, STRICT.replace("strict", "late"))
    first = made_live(quick, STRICT)
    for number in range(3):
        quick.case(f"のんびり役所 {number}番", name=f"v{number}")
    quick.wait(minutes=1)
    rescreen_draft(quick.parts, late.id, span(quick), by=BOSS, now=quick.house.now)
    policy.propose(quick.parts, late.id, by=BOSS, now=quick.house.now)
    live = policy.make_live(quick.parts, late.id, by=CHIEF, now=quick.house.now)
    assert live.base != first.version
    with quick.house.store.read() as tx:
        assert brake.rates(tx, live, now=quick.house.now).flags_before.hits == 3


def test_a_press_meant_for_a_version_that_is_gone_takes_nothing_back(quick: Desk) -> None:
    quick.case(ADVERT)
    first = made_live(quick, STRICT)
    quick.wait(minutes=1)
    second = made_live(quick, NEVER)
    with pytest.raises(Conflict, match="Another version"):
        policy.take_back(quick.parts, reason="誤り", by=BOSS, now=quick.house.now, policy_id=first.id)
    assert quick.parts.screener().policy.version == second.version


@given(st.integers(0, 500), st.integers(1, 500), st.integers(0, 500), st.integers(1, 500))
def test_a_rate_that_did_not_rise_never_brakes(hits: int, of: int, old_hits: int, old_of: int) -> None:
    new, old = wilson(min(hits, of), of), wilson(min(old_hits, old_of), old_of)
    if new.value <= old.value:
        assert not brake.jumped(new, old)

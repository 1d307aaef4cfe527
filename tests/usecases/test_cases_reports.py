"""What the public may read and what a court may ask for: figures without persons, files with proof."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.errors import BadInput, NotAllowed
from bot.store import audit, cases
from bot.usecases import reports
from bot.usecases.case_file import export_case
from moderation.cases import Move
from tests.house import MODERATOR, REVIEWER, House
from tests.usecases.desk import ADVERT, Desk


@pytest.fixture
def desk(house: House) -> Desk:
    return Desk(house)


@pytest.fixture
def quick(sqlite_house: House) -> Desk:
    return Desk(sqlite_house)


def a_month(desk: Desk) -> reports.MonthReport:
    for each in range(9):
        desk.says(f"{ADVERT} その{each}", name=f"v{each}")
    desk.says("ありがとうございます", name="guest")
    desk.collected()
    with desk.house.store.read() as tx:
        found = cases.find(tx, limit=100)
    desk.wait(minutes=30)
    for case in found[:6]:
        desk.does(case, Move.CLAIM, Move.HIDE)
    desk.carries_out()
    for case in found[6:]:
        desk.does(case, Move.CLAIM, Move.DISMISS)
    return reports.month_report(desk.parts, "2026-12")


def test_the_month_is_told_from_the_record(desk: Desk) -> None:
    report = a_month(desk)
    assert (report.collected, report.screened, report.flagged) == (10, 10, 9)
    assert report.cases.rows["advertising"] == 9
    assert report.minutes_to_measure == 30.0
    assert report.measures == 6
    assert report.policies
    assert report.machine_share is not None
    assert (report.machine_share.hits, report.machine_share.of) == (0, 6)


def test_small_cells_are_hidden_and_cannot_be_had_by_subtraction(quick: Desk) -> None:
    report = a_month(quick)
    assert report.actions.rows == {"permitted": None, "hide": None, "delete": 0, "block": 0}
    assert report.actions.total == 9
    rows = list(csv.DictReader(io.StringIO(reports.to_csv(report))))
    told = {(row["table"], row["name"]): row["value"] for row in rows}
    assert told["actions", "permitted"] == "<5"
    assert told["replies", "collected"] == "10"
    assert json.loads(json.dumps(report.as_dict()))["actions"]["rows"]["permitted"] is None


def test_another_month_is_empty_and_nonsense_is_refused(quick: Desk) -> None:
    a_month(quick)
    assert reports.month_report(quick.parts, "2026-11").collected == 0
    assert reports.month_report(quick.parts, "2026-12", offices=["sapporo"]).collected == 0
    for nonsense in ("2026", "2026-13", "x", "2026-12-01"):
        with pytest.raises(BadInput, match="is no month"):
            reports.month_report(quick.parts, nonsense)


def test_a_month_begins_at_midnight_in_japan() -> None:
    since, until = reports.span_of("2026-12")
    assert (since.isoformat(), until.isoformat()) == ("2026-12-01T00:00:00+09:00", "2027-01-01T00:00:00+09:00")


@given(st.dictionaries(st.sampled_from("abcdefgh"), st.integers(0, 30), min_size=1))
def test_no_small_count_is_published_nor_can_it_be_computed(counts: dict[str, int]) -> None:
    shown, total = reports.suppressed(counts)
    assert all(count is None or count == 0 or count >= reports.SMALL for count in shown.values())
    hidden = [name for name, count in shown.items() if count is None]
    if total is not None:
        assert len(hidden) != 1
    assert all(shown[name] in (None, count) for name, count in counts.items())


def opened(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def test_a_case_file_holds_everything_and_every_hash_fits(desk: Desk) -> None:
    case = desk.case(ADVERT)
    desk.blocked(case)
    desk.carries_out()
    now = desk.house.now
    files = opened(export_case(desk.parts, case.id, purpose="警察照会 第7号", by=REVIEWER, now=now))
    lines = files["manifest.sha256"].decode().splitlines()
    assert {line.split("  ")[1] for line in lines} == set(files) - {"manifest.sha256"}
    for line in lines:
        digest, name = line.split("  ")
        assert hashlib.sha256(files[name]).hexdigest() == digest
    assert ADVERT in files["reply/version-1.txt"].decode()
    assert "窓口は9時に開きます。" in files["post.txt"].decode()
    assert json.loads(files["case.json"])["policy"] == case.policy
    assert [each["move"] for each in json.loads(files["decisions.json"])] == ["claim", "propose-block", "approve"]
    with desk.house.store.read() as tx:
        last = audit.about(tx, f"case:{case.id}")[-1]
    assert last.what == "case.exported"
    assert last.facts["manifest"] == hashlib.sha256(files["manifest.sha256"]).hexdigest()


def test_moderators_leave_the_house_under_pseudonyms_only(quick: Desk) -> None:
    case = quick.case(ADVERT)
    quick.blocked(case)
    made = {"purpose": "開示請求", "by": REVIEWER, "now": quick.house.now}
    files = opened(export_case(quick.parts, case.id, **made))  # type: ignore[arg-type]
    everything = b"".join(files.values())
    for person in (MODERATOR, REVIEWER):
        assert f'"{person.login}"'.encode() not in everything
        assert person.name.encode() not in everything
    names = {each["by"] for each in json.loads(files["decisions.json"])}
    assert len(names) == 2
    assert all(name.startswith("moderator-") for name in names)


def test_a_case_file_needs_a_purpose_and_a_reviewer(quick: Desk) -> None:
    case = quick.case(ADVERT)
    with pytest.raises(BadInput, match="legal ground"):
        export_case(quick.parts, case.id, purpose=" ", by=REVIEWER, now=quick.house.now)
    with pytest.raises(NotAllowed):
        export_case(quick.parts, case.id, purpose="照会", by=MODERATOR, now=quick.house.now)
    quick.does(case, Move.CLAIM, Move.PROPOSE_BLOCK)
    with pytest.raises(NotAllowed, match="own view"):
        export_case(quick.parts, case.id, purpose="照会", by=REVIEWER, now=quick.house.now)
    quick.looks(case)
    files = opened(export_case(quick.parts, case.id, purpose="照会", by=REVIEWER, now=quick.house.now))
    assert b"propose-block" in files["decisions.json"]

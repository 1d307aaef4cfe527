"""A roster is either right or refused, and each mistake is told with line, table and key."""

from __future__ import annotations

from datetime import date, time
from pathlib import Path

import pytest

from bot.domain.accounts import Certainty, Means, OfficeKind, Platform, Span, Status
from bot.roster.load import load, parse
from bot.roster.problems import RosterError
from tests.roster.rosters import SMALL, bent, registry

ROOT = Path(__file__).parents[2]


def refusal(text: str | bytes) -> tuple[str, ...]:
    raw = text.encode() if isinstance(text, str) else text
    with pytest.raises(RosterError) as refused:
        parse(raw)
    return refused.value.lines()


def line_of(part: str, text: str = SMALL) -> int:
    return text[: text.index(part)].count("\n") + 1


def test_the_shipped_roster_has_18_x_accounts_and_3_pages() -> None:
    shipped = load(ROOT / "accounts.toml").registry
    kinds = [each.kind for each in shipped.offices]
    assert [len(shipped.active(each)) for each in Platform] == [18, 3]
    assert [kinds.count(each) for each in OfficeKind] == [1, 8, 7, 2]
    assert all({"ja", "en", "zh-Hans", "vi"} <= dict(each.names.pairs).keys() for each in shipped.offices)
    assert all(each.owner and each.deputy and each.policy for each in shipped.accounts)


def test_the_shipped_roster_tells_its_doubts() -> None:
    shipped = load(ROOT / "accounts.toml").registry
    omura = shipped.account("x-omura")
    assert omura.handle == "IMMI_OMURA2"
    assert omura.disagreement is not None
    assert omura.disagreement.other == "IMMI_OMURA"
    assert {each.version: each.handle for each in omura.policy} == {"vi": "IMMI_OMURA", "zh-Hans": "IMMI_OMURA2"}
    assert [each.version for each in shipped.account("fb-fukuoka").policy] == ["zh-Hans"]
    unknown = [each.id for each in shipped.offices if each.hours.certainty is Certainty.UNKNOWN]
    assert unknown == ["isa", "narita", "haneda", "yokohama", "chubu", "kansai", "takamatsu", "naha"]
    doubtful = [each.id for each in shipped.offices if each.hours.alternatives]
    assert doubtful == ["sapporo", "osaka", "higashi", "omura"]


def test_every_value_arrives_where_it_belongs() -> None:
    known = registry()
    fukuoka = known.office("fukuoka")
    page = known.account("fb-fukuoka")
    assert fukuoka.hours.on(0) == (Span(time(9), time(12)), Span(time(13), time(16)))
    assert fukuoka.hours.on(5) == ()
    assert fukuoka.parent == "hq"
    assert page.status is Status.ACTIVE
    assert page.owner is not None
    assert page.owner.until == date(2027, 3, 31)
    assert (page.capabilities.delete, known.account("x-hq").capabilities.delete) == (Means.API, Means.NONE)
    assert page.policy[0].url == "https://www.agency.example/zh-cn/policy.html"


@pytest.mark.parametrize(
    ("old", "new", "place", "key", "told"),
    [
        ('"09:00-12:00"', '"25:00-26:00"', "25:00", "hours.weekdays", "no span of a day"),
        ('"09:00-12:00"', '"12:00-09:00"', "12:00-09", "hours.weekdays", "closes before it opens"),
        ('"13:00-16:00"', '"11:00-16:00"', "11:00", "hours.weekdays", "overlap"),
        ('"13:00-16:00"]', "13]", "13]", "hours.weekdays", "list of texts"),
        ('"sourced"', '"rumoured"', "rumoured", "hours.certainty", "is none of"),
        ('"sourced"', '"unknown"', 'hours.certainty = "unknown"\nhours.source', "hours.certainty", "yet times are given"),
        ('"sourced"', '"set-by-hand"', "hours.weekdays", "hours.signed_by", "are signed"),
        ('hours.source = "a leaflet"\n', "", "hours.weekdays", "hours.source", "name their source"),
        ('hours.certainty = "unknown"', 'hours.certainty = "sourced"\nhours.source = "x"', "hours.certainty", "hours.certainty", "no times"),
        ('handle = "HARBOUR_HQ"', 'handle = "@HARBOUR_HQ"', '"@', "handle", "no @"),
        ('handle = "HARBOUR_HQ"', 'handle = "SIXTEEN_LETTERS_"', '"SIXT', "handle", "1 to 15"),
        ('handle = "HARBOUR_HQ"', 'handel = "HARBOUR_HQ"', "handel", "handel", "did you mean handle?"),
        ('handle = "HARBOUR_HQ"', "handle = 7", "handle = 7", "handle", "must be text in quotes, not a number"),
        ('x.com/HARBOUR_HQ"', 'x.example/HARBOUR_HQ"', "x.example", "url", "does not lead to HARBOUR_HQ"),
        ('x.com/HARBOUR_HQ"', 'x.com/HARBOUR"', 'x.com/HARBOUR"', "url", "does not lead to HARBOUR_HQ"),
        ("https://x.com/HARBOUR_HQ", "http://x.com/HARBOUR_HQ", "http://x", "url", "https://"),
        ('office = "hq"', 'office = "hk"', '"hk"', "office", "there is no office hk"),
        ('parent = "hq"', 'parent = "hk"', '"hk"', "parent", "there is no office hk"),
        ('parent = "hq"', 'parent = "fukuoka"', 'parent = "f', "parent", "its own parent"),
        ('status = "active"', 'status = "actve"', "actve", "status", "planned, active, paused, retired"),
        ("until = 2027-03-31 }]", 'until = "soon" }]', "soon", "approvers[0].until", "must be a date"),
        ('id = "x-fukuoka"', 'id = "x-hq"', 'id = "x-hq"\nplatform = "x"\nhandle = "HARBOUR_FUK2"', "id", "stands already in line"),
        ('handle = "HARBOUR_FUK2"', 'handle = "harbour_hq"', '"harbour_hq"', "handle", "stands already in line"),
        ('listed.vi = "HARBOUR_HQ"', 'listed.th = "HARBOUR_HQ"', "listed.th", "listed.th", "no [[policy]] with version th"),
        ('name.vi = "Cục Cảng Fukuoka"\n', "", 'name.ja = "福岡', "name.vi", "is missing"),
        ('name.vi = "Cục', 'name.Vietnamese = "Cục', "name.Viet", "name.Vietnamese", "BCP 47"),
        ('short.en = "Fukuoka"', 'short.en = ""', 'short.en = ""', "short.en", "is empty"),
        ("can.delete", "can.reply", "can.reply", "can.reply", "never answers the public"),
        ('kind = "agency"', 'kind = "agency"\nzone = "Asia/Fukuoka"', "zone", "zone", "no time zone"),
        ('kind = "agency"', 'kind = "agency"\napproval_steps = 4', "approval_steps", "approval_steps", "from 1 to 3"),
        ('kind = "agency"', 'kind = "agency"\napproval_steps = true', "approval_steps", "approval_steps", "whole number"),
        ("schema = 1", "schema = 2", "schema = 2", "schema", "from 1 to 1"),
        ("092-000-0000", "call us", "phones = [", "phones[0].number", "digits and hyphens"),
    ],
)  # fmt: skip
def test_a_mistake_is_told_with_its_line_and_key(old: str, new: str, place: str, key: str, told: str) -> None:
    text = bent(old, new)
    start = f"accounts.toml:{line_of(place, text)}:"
    assert any(line.startswith(start) and f"{key}: " in line and told in line for line in refusal(text))


def test_the_sentence_reads_well() -> None:
    assert refusal(bent('"09:00-12:00"', '"25:00-26:00"')) == (
        'accounts.toml:37: [[office]] fukuoka: hours.weekdays: "25:00-26:00" is no span of a day; write "09:00-16:00"',
    )


def test_all_mistakes_are_told_at_once_in_the_order_of_the_file() -> None:
    text = bent('office = "hq"', 'office = "hk"', bent('"sourced"', '"rumoured"', bent('kind = "agency"', "kind = 3")))
    lines = refusal(text)
    assert len(lines) == 3
    assert [int(line.split(":")[1]) for line in lines] == sorted(int(line.split(":")[1]) for line in lines)


@pytest.mark.parametrize(
    ("raw", "told"),
    [
        (b"schema = 1\nx = \xff\n", "accounts.toml:2: is not UTF-8 here"),
        (b"\xef\xbb\xbfschema = 1\n", "without BOM"),
        (b"schema = \n", "accounts.toml:1: is no valid TOML"),
        (b"schema = 1\nschema = 1\n", "accounts.toml:2: is no valid TOML"),
        (b"x = " + b"9" * 5_000, "is no valid TOML"),
        (b"x = " + b"[" * 9_000, "is no valid TOML"),
        (b"\x00", "is no valid TOML"),
        (b"# " + b"a" * 2_000_001, "larger than"),
        (b"", "schema: must say schema = 1"),
        (b"schema = 1\n", "exactly one office has no parent"),
        (b"schema = 1\noffice = 3\n", "must be a list of tables"),
        (b'schema = 1\n["\\u001b[2Jx"]\n', "unknown key"),
    ],
)
def test_a_hostile_file_gets_a_sentence_and_no_power(raw: bytes, told: str) -> None:
    lines = refusal(raw)
    assert any(told in line for line in lines), lines
    assert all(line.isprintable() and len(line) < 400 for line in lines)


def test_a_missing_file_is_a_sentence_too(tmp_path: Path) -> None:
    with pytest.raises(RosterError, match=r"nowhere\.toml:1: cannot be read"):
        load(tmp_path / "nowhere.toml")


def test_only_comments_differ_so_the_meaning_is_the_same() -> None:
    one, other = parse(SMALL.encode()), parse(bent("# the end", "# the very end").encode())
    assert one.sha256 != other.sha256
    assert one.registry.digest == other.registry.digest

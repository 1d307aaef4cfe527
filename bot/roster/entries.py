"""One entry of the roster to one frozen value: offices, accounts, policy versions."""

from __future__ import annotations

import re
from collections.abc import Mapping
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from bot.domain.accounts import (
    LANGUAGES,
    Account,
    Badge,
    Capabilities,
    Certainty,
    Closure,
    Disagreement,
    DisasterRule,
    Fee,
    FormerHandle,
    Hours,
    Means,
    Office,
    OfficeKind,
    Opening,
    OtherHours,
    Phone,
    Platform,
    PolicySource,
    PolicyVersion,
    Span,
    Status,
)
from bot.roster.fields import TAG, Table, read_duty

ID = re.compile(r"[a-z][a-z0-9-]{0,30}")
HANDLES = {
    Platform.X: (re.compile(r"[A-Za-z0-9_]{1,15}"), "an X handle has 1 to 15 letters, digits or _, and no @"),
    Platform.FACEBOOK: (
        re.compile(r"[A-Za-z0-9.]{5,50}"),
        "a Page name has 5 to 50 letters, digits or full stops",
    ),
}
URL = re.compile(r"https://[^\s<>\"']{3,500}")
SHA = re.compile(r"[0-9a-f]{64}")
WEEK = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def read_policy(table: Table) -> PolicyVersion:
    policy = PolicyVersion(
        table.text("version", need=True, shape=TAG, write="write a language tag such as vi or zh-Hans"),
        table.text("url", need=True, shape=URL, write="write an address with https://"),
        table.day("in_force"),
        table.text("sha256", shape=SHA, write="write 64 hexadecimal digits"),
    )
    table.done()
    return policy


def read_office(table: Table) -> Office | None:
    kind = table.choice("kind", OfficeKind)
    office = Office(
        id=table.text("id", need=True, shape=ID, write="an id has small letters, digits and -"),
        kind=kind or OfficeKind.AGENCY,
        parent=table.text("parent") or None,
        names=table.names("name", LANGUAGES),
        short=table.names("short"),
        aliases=table.texts("aliases"),
        statistics_code=table.text("statistics_code") or None,
        hours=read_hours(table.table("hours")),
        zone=_zone(table),
        closures=table.rows("closures", _closure),
        openings=table.rows("openings", _opening),
        approval_steps=table.whole("approval_steps", 1, 1, 3),
        approvers=table.rows("approvers", read_duty),
        deputies=table.rows("deputies", read_duty),
        disaster=table.choice("disaster", DisasterRule, DisasterRule.SECOND_PERSON) or DisasterRule.SECOND_PERSON,
        phones=table.rows("phones", _phone),
        fees=table.rows("fees", _fee),
    )
    table.done()
    return office


def read_hours(table: Table) -> Hours:
    """The weekly pattern: ``weekdays`` for Monday to Friday, each day's own key above it."""
    hours = Hours(
        week=_week(table),
        certainty=table.choice("certainty", Certainty) or Certainty.UNKNOWN,
        source=table.text("source"),
        checked_on=table.day("checked_on"),
        signed_by=table.text("signed_by"),
        note=table.text("note"),
        alternatives=table.rows("alternatives", _other_hours),
    )
    table.done()
    _check_hours(table, hours)
    return hours


def _week(table: Table) -> tuple[tuple[Span, ...], ...]:
    weekdays = table.spans("weekdays")
    own = {day: table.spans(day) for day in WEEK}
    week = tuple(own[day] if day in table.data else (weekdays if number < 5 else ()) for number, day in enumerate(WEEK))
    return week if any(week) else ()


def _check_hours(table: Table, hours: Hours) -> None:
    if table.data.get("certainty") == Certainty.UNKNOWN and hours.week:
        table.wrong("certainty", "is unknown, yet times are given; give their source, or set-by-hand with signed_by")
    if hours.certainty is not Certainty.UNKNOWN and table.data.keys().isdisjoint(("weekdays", *WEEK)):
        table.wrong("certainty", f'is {hours.certainty}, yet no times are given; write weekdays = ["09:00-16:00"]')
    if hours.certainty is Certainty.SET_BY_HAND and not hours.signed_by:
        table.wrong("signed_by", "is missing: hours set by hand are signed with a staff id")
    if hours.certainty in (Certainty.CONFIRMED, Certainty.SOURCED, Certainty.UNCERTAIN) and not hours.source:
        table.wrong("source", f"is missing: hours that are {hours.certainty} name their source")


def _zone(table: Table) -> str:
    zone = table.text("zone") or "Asia/Tokyo"
    try:
        ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        table.wrong("zone", "is no time zone; write for example Asia/Tokyo")
        return "Asia/Tokyo"
    return zone


def _other_hours(table: Table) -> OtherHours:
    other = OtherHours(table.text("text", need=True), table.text("source", need=True))
    table.done()
    return other


def _closure(table: Table) -> Closure | None:
    first, last = table.day("first", need=True), table.day("last")
    reason = table.text("reason", need=True)
    table.done()
    if first and last and last < first:
        table.wrong("last", "is before first")
    return Closure(first, last or first, reason) if first else None


def _opening(table: Table) -> Opening | None:
    day, spans, reason = table.day("day", need=True), table.spans("hours"), table.text("reason", need=True)
    table.done()
    return Opening(day, spans, reason) if day else None


def _phone(table: Table) -> Phone:
    phone = Phone(
        table.text("number", need=True, shape=re.compile(r"[#+0-9][0-9 -]{1,19}"), write="write digits and hyphens"),
        table.text("label", need=True),
        table.text("hours"),
        table.text("source"),
    )
    table.done()
    return phone


def _fee(table: Table) -> Fee | None:
    what, yen = table.text("what", need=True), table.whole("yen", 0, 0, 10_000_000)
    since, source = table.day("since", need=True), table.text("source", need=True)
    table.done()
    return Fee(what, yen, since, source) if since else None


def read_capabilities(table: Table) -> Capabilities:
    """The ``can`` table of a platform."""
    capabilities = _can(table.table("can"), Capabilities())
    table.done()
    return capabilities


def _can(can: Table, default: Capabilities) -> Capabilities:
    capabilities = Capabilities(
        hide=can.choice("hide", Means, default.hide) or default.hide,
        delete=can.choice("delete", Means, default.delete) or default.delete,
        block=can.choice("block", Means, default.block) or default.block,
    )
    if "reply" in can.data:
        can.asked.add("reply")
        can.wrong("reply", "cannot be switched on: the bot never answers the public (policy 5.1); remove the line")
    can.done()
    return capabilities


def read_account(table: Table, defaults: Mapping[str, Capabilities]) -> Account:
    platform = table.choice("platform", Platform) or Platform.X
    shape, write = HANDLES[platform]
    account = Account(
        id=table.text("id", need=True, shape=ID, write="an id has small letters, digits and -"),
        platform=platform,
        handle=table.text("handle", need=True, shape=shape, write=write),
        url=table.text("url", need=True, shape=URL, write="write an address with https://"),
        office=table.text("office", need=True),
        status=table.choice("status", Status) or Status.PAUSED,
        owner=table.duty("owner"),
        deputy=table.duty("deputy"),
        platform_id=_platform_id(table),
        label=table.names("label"),
        unit=table.names("unit"),
        languages=table.texts("languages") or ("ja",),
        purpose=table.text("purpose"),
        policy=_listed(table),
        disagreement=_disagreement(table),
        capabilities=_can(table.table("can"), defaults[platform.value]),
        long_posts=table.flag("long_posts"),
        emergency=table.flag("emergency"),
        secret=table.text("secret"),
        badge=table.choice("badge", Badge, Badge.UNKNOWN) or Badge.UNKNOWN,
        badge_on=table.day("badge_on"),
        attested_on=table.day("attested_on"),
        attested_by=table.text("attested_by"),
        opened=table.day("opened"),
        retired=table.day("retired"),
        former=table.rows("former", _former),
        tags=table.texts("tags"),
        notes=table.text("notes"),
    )
    table.done()
    return account


def _platform_id(table: Table) -> str | None:
    written = table.text("platform_id", shape=re.compile(r"[1-9][0-9]{0,19}"), write="write the number in quotes")
    return written or None


def _listed(table: Table) -> tuple[PolicySource, ...]:
    """Addresses are filled in later, from the policy versions of the same file."""
    return tuple(PolicySource(version, "", handle) for version, handle in table.names("listed").pairs)


def _disagreement(table: Table) -> Disagreement | None:
    if table.raw("disagreement") is None:
        return None
    inner = table.table("disagreement")
    told = Disagreement(
        inner.text("taken", need=True),
        inner.text("why", need=True),
        inner.text("other", need=True),
        inner.text("other_source"),
    )
    inner.done()
    return told


def _former(table: Table) -> FormerHandle:
    former = FormerHandle(table.text("handle", need=True), table.day("until"))
    table.done()
    return former

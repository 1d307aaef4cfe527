"""Roster rules R1 to R14 as far as they need no network. What needs one is R2, R4 and the probe of R6.

R1, R9 and R10 never reach this point: ``load`` refuses such a file. They are listed so that the table is whole.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from itertools import combinations
from typing import Any

from confusable_homoglyphs import confusables

from bot.domain.accounts import Account, Certainty, Duty, Names, Registry, Status
from bot.roster.layout import Path
from bot.roster.load import Loaded
from bot.roster.rules import RULES

IDLE_WARN, IDLE_RETIRE, ATTEST_EVERY = timedelta(days=90), timedelta(days=365), timedelta(days=90)
SOON = timedelta(days=30)
SECRET = re.compile(r"[A-Za-z0-9_\-]{36,}|[0-9]{15,}-[A-Za-z0-9]{20,}|EAA[A-Za-z0-9]{20,}|AAAA[A-Za-z0-9%]{20,}")
"""Shapes of tokens; addresses, hashes of policy texts and plain words are taken out before."""


def _told(en: str, ja: str) -> Names:
    return Names.of({"en": en, "ja": ja})


DUTIES = {"owner": "担当者", "deputy": "副担当者"}
SAME_PERSON = _told("owner and deputy are the same person", "担当者と副担当者が同じ人です")
NO_SECRET = _told("no secret is named", "認証情報の名前がありません")
HOURS_UNKNOWN = _told(
    "hours unknown: each post needs an exception with a reason",
    "受付時間が分かりません。投稿のたびに時間外の理由が要ります",
)
HOURS_UNCERTAIN = _told(
    "hours uncertain: ask the office and confirm them", "受付時間が確かではありません。官署に確かめてください"
)
NO_LAST_DAY = _told("retired, but no day is given", "廃止されていますが、廃止の日がありません")
X_BEHIND = _told("an X account stands behind a Facebook Page", "XのアカウントがFacebookページより後ろに書かれています")
NEVER_ATTESTED = _told("never attested by its owner", "担当者がまだ一度も内容を確かめていません")


class Level(StrEnum):
    ERROR = "error"
    WARN = "warn"


@dataclass(frozen=True, slots=True)
class LintFinding:
    """One finding with its place in the file; ``hint`` says what to do."""

    rule: str
    level: Level
    line: int
    table: str
    entry: str
    key: str
    told: Names

    @property
    def message(self) -> str:
        """In English, for programs."""
        return self.told.best("en")

    @property
    def hint(self) -> Names:
        return RULES[self.rule].hint

    def text(self, file: str = "accounts.toml", language: str = "en") -> str:
        entry = f"[[{self.table}]] {self.entry}" if self.table else ""
        where = ": ".join(part for part in (f"{file}:{self.line}", entry, self.key) if part)
        return f"{where}: {self.level} {self.rule}: {self.told.best(language)}. {self.hint.best(language)}"

    def as_dict(self) -> dict[str, Any]:
        names = ("rule", "level", "line", "table", "entry", "key", "message")
        return {name: getattr(self, name) for name in names} | {"hint": dict(self.hint.pairs)}


@dataclass(frozen=True, slots=True)
class Facts:
    """What the lint is told from outside. None means: not known here, so the rule is not applied."""

    today: date
    staff: Collection[str] | None = None
    secrets: Collection[tuple[str, str]] | None = None  # (platform, secret name)
    last_post: Mapping[str, datetime] = field(default_factory=dict)  # account id -> last own post


def lint(loaded: Loaded, facts: Facts) -> tuple[LintFinding, ...]:
    """All findings in the order of the file."""
    found = [each for check in CHECKS for each in check(loaded, facts)]
    return tuple(sorted(found, key=lambda each: (each.line, each.rule)))


def people(loaded: Loaded, facts: Facts) -> Iterator[LintFinding]:
    """R5: an owner and a deputy, two people, both in office."""
    for place, account in _accounts(loaded.registry, Status.ACTIVE, Status.PAUSED):
        level = Level.ERROR if account.status is Status.ACTIVE else Level.WARN
        for key, duty in (("owner", account.owner), ("deputy", account.deputy)):
            for told, weight in _duty(duty, key, facts, level):
                yield _at(loaded, "R5", weight, (*place, key), account.id, told)
        if account.owner and account.deputy and account.owner.staff == account.deputy.staff:
            yield _at(loaded, "R5", level, (*place, "deputy"), account.id, SAME_PERSON)


def _duty(duty: Duty | None, key: str, facts: Facts, level: Level) -> Iterator[tuple[Names, Level]]:
    if duty is None:
        yield _told(f"there is no {key}", f"{DUTIES[key]}がいません"), level
        return
    if facts.staff is not None and duty.staff not in facts.staff:
        yield _told(f"{duty.staff} is not in the staff list", f"{duty.staff}は職員の一覧にいません"), level
    if not duty.holds_on(facts.today):
        yield _told(f"{duty.staff} left on {duty.until}", f"{duty.staff}の任期は{duty.until}に終わりました"), level
    elif duty.until and duty.until - facts.today <= SOON:
        yield _told(f"{duty.staff} leaves on {duty.until}", f"{duty.staff}の任期は{duty.until}に終わります"), Level.WARN


def approvers(loaded: Loaded, facts: Facts) -> Iterator[LintFinding]:
    """R5 for offices: enough approvers in office for each step, or a deputy in their place."""
    for number, office in enumerate(loaded.registry.offices):
        present = {each.staff for each in (*office.approvers, *office.deputies) if each.holds_on(facts.today)}
        if len(present) < office.approval_steps:
            told = _told(
                f"{office.approval_steps} approval steps, but {len(present)} approvers and deputies in office",
                f"承認は{office.approval_steps}段階ですが、在任の承認者と代行者は{len(present)}人です",
            )
            yield _at(loaded, "R5", Level.ERROR, ("office", number, "approvers"), office.id, told)


def secrets(loaded: Loaded, facts: Facts) -> Iterator[LintFinding]:
    """R6: an active account can sign in."""
    for place, account in _accounts(loaded.registry, Status.ACTIVE):
        if not account.secret:
            yield _at(loaded, "R6", Level.ERROR, (*place, "secret"), account.id, NO_SECRET)
        elif facts.secrets is not None and (account.platform.value, account.secret) not in facts.secrets:
            told = _told(
                f"the secrets file has no {account.platform} entry {account.secret}",
                f"認証情報のファイルの{account.platform}に{account.secret}がありません",
            )
            yield _at(loaded, "R6", Level.ERROR, (*place, "secret"), account.id, told)


def idle(loaded: Loaded, facts: Facts) -> Iterator[LintFinding]:
    """R7: silent accounts are noticed before somebody else notices them."""
    for place, account in _accounts(loaded.registry, Status.ACTIVE):
        last = facts.last_post.get(account.id)
        silent = facts.today - last.date() if last else timedelta(0)
        if silent > IDLE_RETIRE:
            told = _told(
                f"no own post for {silent.days} days: propose retirement",
                f"{silent.days}日間投稿がありません。廃止を提案してください",
            )
            yield _at(loaded, "R7", Level.WARN, (*place, "status"), account.id, told)
        elif silent > IDLE_WARN:
            told = _told(f"no own post for {silent.days} days", f"{silent.days}日間投稿がありません")
            yield _at(loaded, "R7", Level.WARN, (*place, "status"), account.id, told)


def leaked(loaded: Loaded, facts: Facts) -> Iterator[LintFinding]:
    """R8: no token in a file that many people read, comments included. Only its length is told, never the string."""
    for number, line in enumerate(loaded.text.splitlines(), start=1):
        found = None if line.startswith("sha256") else _secret_like(re.sub(r"https?://\S+", "", line))
        if found:
            told = _told(
                f"a string of {len(found)} characters looks like a token",
                f"{len(found)}文字の文字列がトークンのように見えます",
            )
            yield LintFinding("R8", Level.ERROR, number, *_entry_at(loaded, number), "", told)


def _secret_like(text: str) -> str | None:
    for found in SECRET.finditer(text):
        kinds = (str.isdigit, str.isupper, str.islower)
        if sum(any(map(kind, found[0])) for kind in kinds) >= 2:
            return found[0]
    return None


def hours(loaded: Loaded, facts: Facts) -> Iterator[LintFinding]:
    """R9, second half: unknown hours are allowed and their consequence is told; doubtful ones ask to be checked."""
    for number, office in enumerate(loaded.registry.offices):
        path = ("office", number, "hours", "certainty")
        if office.hours.certainty is Certainty.UNKNOWN and loaded.registry.accounts_of(office.id):
            yield _at(loaded, "R9", Level.WARN, path, office.id, HOURS_UNKNOWN)
        elif office.hours.certainty is Certainty.UNCERTAIN:
            yield _at(loaded, "R9", Level.WARN, path, office.id, HOURS_UNCERTAIN)


def retired(loaded: Loaded, facts: Facts) -> Iterator[LintFinding]:
    """R11: a retired account says since when, and one that is not retired has no such day in the past."""
    for number, account in enumerate(loaded.registry.accounts):
        if account.status is Status.RETIRED and account.retired is None:
            yield _at(loaded, "R11", Level.WARN, ("account", number, "retired"), account.id, NO_LAST_DAY)
        if account.status is Status.ACTIVE and account.retired and account.retired <= facts.today:
            told = _told(
                f"active, but retired on {account.retired}", f"運用中ですが、{account.retired}に廃止されています"
            )
            yield _at(loaded, "R11", Level.WARN, ("account", number, "status"), account.id, told)


def lookalikes(loaded: Loaded, facts: Facts) -> Iterator[LintFinding]:
    """R12: two handles of one platform that a reader could confuse, former ones included."""
    accounts = list(enumerate(loaded.registry.accounts))
    for (_, one), (number, other) in combinations(accounts, 2):
        if one.platform is other.platform and skeleton(one.handle) == skeleton(other.handle):
            told = _told(
                f"{other.handle} looks like {one.handle} ({one.id})",
                f"{other.handle}は{one.handle}({one.id})と見分けにくい名前です",
            )
            yield _at(loaded, "R12", Level.WARN, ("account", number, "handle"), other.id, told)


def order(loaded: Loaded, facts: Facts) -> Iterator[LintFinding]:
    """R13: a stable order, so that differences stay small: a parent before its children, X before Facebook."""
    seen: set[str] = set()
    for number, office in enumerate(loaded.registry.offices):
        seen.add(office.id)
        if office.parent and office.parent not in seen:
            told = _told(
                f"stands before its parent {office.parent}", f"上位の官署{office.parent}より前に書かれています"
            )
            yield _at(loaded, "R13", Level.WARN, ("office", number, "parent"), office.id, told)
    platforms = [each.platform.value for each in loaded.registry.accounts]
    for number, account in enumerate(loaded.registry.accounts):
        if account.platform.value == "x" and "facebook" in platforms[:number]:
            yield _at(loaded, "R13", Level.WARN, ("account", number, "platform"), account.id, X_BEHIND)


def attested(loaded: Loaded, facts: Facts) -> Iterator[LintFinding]:
    """R14: each quarter the owner confirms the entry."""
    for place, account in _accounts(loaded.registry, Status.ACTIVE, Status.PAUSED):
        path = (*place, "attested_on")
        if account.attested_on is None:
            yield _at(loaded, "R14", Level.WARN, path, account.id, NEVER_ATTESTED)
        elif facts.today - account.attested_on > ATTEST_EVERY:
            told = _told(
                f"last attested on {account.attested_on}, more than 90 days ago",
                f"最後に内容を確かめたのは{account.attested_on}で、90日を過ぎています",
            )
            yield _at(loaded, "R14", Level.WARN, path, account.id, told)


def skeleton(handle: str) -> str:
    """What a handle looks like: letter case, the usual digit and letter twins, and confusable scripts fold away."""
    latin = "".join(_latin(char) for char in handle if char not in "._")
    folded = latin.casefold().translate(str.maketrans("01i59", "ollsg"))
    return folded.replace("rn", "m").replace("vv", "w")


def _latin(char: str) -> str:
    if char.isascii():
        return char
    twins = confusables.is_confusable(char, preferred_aliases=[]) or []
    letters = (twin["c"] for found in twins for twin in found["homoglyphs"])
    return next((letter for letter in letters if letter.isascii()), char)


def _accounts(registry: Registry, *states: Status) -> Iterator[tuple[Path, Account]]:
    for number, account in enumerate(registry.accounts):
        if account.status in states:
            yield ("account", number), account


def _at(loaded: Loaded, rule: str, level: Level, path: Path, entry: str, told: Names) -> LintFinding:
    key = ".".join(map(str, path[2:]))
    return LintFinding(rule, level, loaded.layout.line_of(path), str(path[0]), entry, key, told)


def _entry_at(loaded: Loaded, line: int) -> tuple[str, str]:
    """Table and id of the entry that a line stands in."""
    block = next((each for each in reversed(loaded.layout.blocks) if each.line <= line), None)
    if block is None or len(block.path) < 2:
        return "", ""
    table, number = str(block.path[0]), int(block.path[1])
    names = {
        "office": [each.id for each in loaded.registry.offices],
        "account": [each.id for each in loaded.registry.accounts],
        "policy": [each.version for each in loaded.registry.policies],
    }
    return table, names[table][number] if table in names else ""


Check = Callable[[Loaded, Facts], Iterator[LintFinding]]
CHECKS: tuple[Check, ...] = (people, approvers, secrets, idle, leaked, hours, retired, lookalikes, order, attested)

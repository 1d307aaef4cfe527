"""Short words for what moderators and visitors do in a house, so that tests of the moderator desk read as stories."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache

from bot.domain.cases import Case, Command, CommandState, KeptReply
from bot.domain.judging import Opinion
from bot.domain.people import Grant, Person, Role
from bot.roster.load import load
from bot.store import cases, commands, people, replies
from bot.usecases import carry_out, decide
from bot.usecases.decide import Grounds
from bot.usecases.parts import Parts
from moderation.cases import CaseState, Move
from moderation.categories import Category
from moderation.screen import Screener, load_screener
from tests.house import MODERATOR, REVIEWER, ROSTER, House

X, FACEBOOK = "IMMI_TOKYO", "nagoya.nyukan.support"
CARD = "友達の在留カード番号はAB12345678CDです。電話は090-1234-5678"
"""Exposes a person: category 1."""
ADVERT = "【副業】誰でも月収100万円!今すぐLINE登録 https://example.com/money"
"""An advertisement: category 6."""
FORGED = "窓口は休みます。"

OTHER = Person("sora", "見守 そら", (Grant(Role.MODERATOR),))
JUDGE = Person("kei", "審査 けい", (Grant(Role.MODERATOR), Grant(Role.REVIEWER)))

GROUNDS: Mapping[Move, Grounds] = {
    Move.HIDE: Grounds(Category.ADVERTISING),
    Move.PROPOSE_DELETE: Grounds(Category.ADVERTISING, "広告", "隠すだけでは友達に見える"),
    Move.PROPOSE_BLOCK: Grounds(Category.ADVERTISING, "広告", "何度も書き込む"),
    Move.DELETE_NOW: Grounds(Category.PERSONAL_INFORMATION, "番号が見える", "隠しても本人の友達に見える"),
}


@cache
def _rules_only() -> Screener:
    return load_screener(load(ROSTER).registry.officials(), model=None)


@dataclass
class Desk:
    """A house whose screener goes by rules alone: fast, and not moved by newly trained weights."""

    house: House

    def __post_init__(self) -> None:
        self.house.parts = replace(self.house.parts, screener=_rules_only)
        with self.house.store.begin() as tx:
            for each in (MODERATOR, REVIEWER, OTHER, JUDGE):
                people.add(tx, each.login, name=each.name, at=self.house.now)

    @property
    def parts(self) -> Parts:
        return self.house.parts

    def wait(self, **length: float) -> None:
        self.house.wait(**length)

    # -- visitors --------------------------------------------------------------------------------

    def says(self, text: str, *, account: str = X, name: str = "tanuki_no_mori", post: str = "") -> str:
        """A visitor answers a post of ours; returns the platform's id of what they wrote."""
        parent = post or self.post_on(account)
        if account == FACEBOOK:
            return self.house.sandbox.people.comment(parent, text, name=name)
        return self.house.sandbox.people.reply(parent, text, handle=name, name=name)

    def post_on(self, account: str) -> str:
        """The platform id of our post there; published at first use."""
        own = [each for each in self.house.sandbox.people.posts(account) if not each.deleted]
        return own[-1].id if own else self.house.published(account).platform_id or ""

    def case(self, text: str = ADVERT, *, account: str = X, name: str = "tanuki_no_mori") -> Case:
        """The case about a reply that was written, collected and screened just now."""
        said = self.says(text, account=account, name=name)
        self.collected()
        found = self.case_of(said)
        assert found is not None, "the reply opened no case"
        return found

    def collected(self) -> None:
        self.house.collect()
        self.house.screen()

    def case_of(self, platform_id: str) -> Case | None:
        with self.house.store.read() as tx:
            for platform in ("x", "facebook"):
                reply = replies.by_platform_id(tx, platform, platform_id)
                if reply is not None:
                    return cases.of_reply(tx, reply.id)
        return None

    def reply_of(self, case: Case) -> KeptReply:
        with self.house.store.read() as tx:
            return replies.get(tx, case.reply)

    # -- moderators ------------------------------------------------------------------------------

    def does(self, case: Case, *moves: Move, by: Person = MODERATOR, grounds: Grounds | None = None) -> Case:
        """Moves in order, each with grounds that satisfy the rules."""
        for move in moves:
            given = grounds or GROUNDS.get(move, Grounds(reason="理由"))
            case = decide.decide(self.parts, case.id, move, by=by, now=self.house.now, grounds=given)
        return case

    def looks(self, case: Case, *, by: Person = REVIEWER, category: Category | None = Category.ADVERTISING) -> None:
        decide.look(self.parts, case.id, Opinion(category), by=by, now=self.house.now)

    def blocked(self, case: Case) -> Case:
        """Two people block the author."""
        self.does(case, Move.CLAIM, Move.PROPOSE_BLOCK)
        self.looks(case)
        return self.does(case, Move.APPROVE, by=REVIEWER)

    def now(self, case: Case) -> Case:
        with self.house.store.read() as tx:
            return cases.get(tx, case.id)

    def state(self, case: Case) -> CaseState:
        return self.now(case).state

    # -- carrying out ----------------------------------------------------------------------------

    def carries_out(self, at_most: int = 50) -> int:
        return carry_out.carry_out(self.parts, owner="test:1:1", clock=self.house.clock, at_most=at_most)

    def commands(self, case: Case) -> list[Command]:
        with self.house.store.read() as tx:
            return commands.of_case(tx, case.id)

    def states(self, case: Case) -> list[tuple[str, CommandState]]:
        return [(each.verb.value, each.state) for each in self.commands(case)]

    def hidden(self, case: Case) -> bool:
        return self.reply_of(case).platform_id in self.house.sandbox.people.hidden()

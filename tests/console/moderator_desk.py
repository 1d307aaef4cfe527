"""The moderators' desk behind the console: a house whose screener follows the live policy by rules alone."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import httpx

from bot.bootstrap import App, ScreenerCache
from bot.domain.cases import Case
from bot.domain.people import Grant, Person, Role
from tests.console.rig import Visitor, app_of, enrol, visit_as
from tests.house import MODERATOR
from tests.usecases.desk import JUDGE, OTHER, Desk

ELSEWHERE = Person("yoso", "よその 者", (Grant(Role.MODERATOR, "osaka"), Grant(Role.REVIEWER, "osaka")))
BOSS = Person("boss", "政策 長", (Grant(Role.ADMIN),))


@dataclass
class ConsoleDesk(Desk):
    """The desk of the use cases' tests with a console in front of it."""

    app: App = field(init=False)

    def __post_init__(self) -> None:
        house = self.house
        screener = ScreenerCache(lambda: house.registry, None, house.store, model=False)
        house.parts = replace(house.parts, screener=screener)
        self.app = app_of(house)
        for each in (OTHER, JUDGE, ELSEWHERE, BOSS):
            enrol(house, each)

    def visit(self, by: Person = MODERATOR) -> Visitor:
        return visit_as(self.app, by)

    def sends(self, case: Case, move: str, by: Person = MODERATOR, **fields: str) -> httpx.Response:
        """A move through the case page's form, with the version that the page shows now."""
        form = {"version": str(self.now(case).version), **fields}
        return self.visit(by).post(f"/cases/{case.id}/{move}", form)

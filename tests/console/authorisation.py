"""Every address of the console and who may use it, read from the routes themselves.

``python -m tests.console.authorisation`` writes the table of docs/authorisation.md anew; look at what changed before
you commit it, for this table is what a reviewer signs.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from starlette.routing import Mount, Route

from bot.console.app import rooms
from bot.domain.people import Role

TABLE: Final = Path(__file__).parent.parent.parent / "docs" / "authorisation.md"
HEAD: Final = """# Who may use which address

Made from the routes by `python -m tests.console.authorisation`; a test holds that nothing is missing and that every
role gets exactly this. Roles count in the offices for which they were given: an address that belongs to an object of an
office is refused to the same role of another office. `signed-in`: anybody with a session. `token …`: no session counts,
the caller shows a token, or the platform's signature.

| method | address | who |
|---|---|---|
"""


@dataclass(frozen=True, slots=True)
class Door:
    """One method of one address; ``who`` is what the route says."""

    method: str
    path: str
    who: str

    @property
    def roles(self) -> frozenset[Role]:
        """The roles that open it; all of them where a session is enough, none where a token is asked for."""
        if self.who in ("anybody", "signed-in"):
            return frozenset(Role)
        return frozenset(role for role in Role if role.value in self.who.split("|"))

    @property
    def is_for_machines(self) -> bool:
        return self.who.startswith("token")

    def __str__(self) -> str:
        return f"{self.method} {self.path}"


def doors() -> list[Door]:
    """All of them, by address."""
    found = []
    for room in rooms():
        for route in room.routes:
            assert isinstance(route, Route), route
            who = str((getattr(route, "openapi_extra", None) or {}).get("who", ""))
            found += [Door(method, route.path, who) for method in sorted(route.methods or ()) if method != "HEAD"]
    return sorted(found, key=lambda door: (door.path, door.method))


def unlisted(routes: list[object]) -> set[str]:
    """What the application serves besides the rooms and the static files."""
    known = {door.path for door in doors()} | {"/static"}
    return {route.path for route in routes if isinstance(route, Route | Mount)} - known


def table() -> str:
    rows = [f"| {door.method} | `{door.path}` | {door.who.replace('|', ', ')} |" for door in doors()]
    return HEAD + "\n".join(rows) + "\n"


if __name__ == "__main__":
    TABLE.write_text(table(), encoding="utf-8")

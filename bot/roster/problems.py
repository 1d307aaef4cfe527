"""What is wrong with a roster, each with its line, table and key; all of them at once, not only the first."""

from __future__ import annotations

from dataclasses import dataclass

from bot.domain.errors import KouhouError
from bot.roster.layout import Layout, Path


@dataclass(frozen=True, slots=True)
class Problem:
    """One mistake. ``table`` is written as in the file with the entry's id: ``[[office]] tokyo``."""

    line: int
    table: str
    key: str
    message: str

    def text(self, file: str) -> str:
        where = ": ".join(part for part in (f"{file}:{self.line}", self.table, self.key) if part)
        return f"{where}: {self.message}"


class RosterError(KouhouError):
    """The roster cannot be used. Correct the lines named below; until then the last good roster stays in force."""

    def __init__(self, file: str, problems: tuple[Problem, ...]) -> None:
        self.file = file
        self.problems = problems
        super().__init__("\n".join(self.lines()))
        self.worded("problem.roster-edit", said=str(self))

    def lines(self) -> tuple[str, ...]:
        """One sentence for each mistake, in the order of the file."""
        return tuple(each.text(self.file) for each in self.problems)


class Sink:
    """Collects mistakes while an entry is read on; at the end either none is left or the roster is refused."""

    def __init__(self, layout: Layout) -> None:
        self.layout = layout
        self.problems: list[Problem] = []

    def add(self, path: Path, table: str, key: str, message: str) -> None:
        self.problems.append(Problem(self.layout.line_of(path), table, key, message))

    def in_order(self) -> tuple[Problem, ...]:
        return tuple(sorted(self.problems, key=lambda each: each.line))

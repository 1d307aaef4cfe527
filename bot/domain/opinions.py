"""A second opinion on a reply: it may order the queue and nothing else."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import Final, Protocol


class Nudge(IntEnum):
    """Where inside its lane a case should stand."""

    LOWER = -1
    KEEP = 0
    RAISE = 1


@dataclass(frozen=True, slots=True)
class Question:
    """What a judge is shown: clauses, our post, and the reply with identifiers blotted out."""

    reply: str
    post: str = ""
    clauses: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Opinion:
    """``category`` is 1 to 9 or None; it is recorded, never turned into a label."""

    nudge: Nudge
    category: int | None = None


KEEP: Final = Opinion(Nudge.KEEP)


class SecondOpinion(Protocol):
    """Anything that can be asked; it never raises. ``well``: whether the last question was answered at all."""

    name: str
    well: bool

    def ask(self, question: Question) -> Opinion: ...

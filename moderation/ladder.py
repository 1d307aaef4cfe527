"""The ladder of steps against a reply or its author: none < hide < delete < block.

The policy's only named measure is "block and so on"; this ladder makes the least severe step the first.
"""

from __future__ import annotations

from enum import IntEnum


class Step(IntEnum):
    """One rung; a higher one needs a reason why the lower was not enough."""

    NONE = 0
    HIDE = 1
    DELETE = 2
    BLOCK = 3

    @property
    def word(self) -> str:
        return self.name.lower()

    @property
    def needs_second_person(self) -> bool:
        """Deleting cannot be undone and blocking silences a person: never by one person alone."""
        return self >= Step.DELETE

    @property
    def can_be_undone(self) -> bool:
        return self in (Step.HIDE, Step.BLOCK)

    @property
    def lower(self) -> tuple[Step, ...]:
        """Rungs between doing nothing and this one."""
        return tuple(step for step in Step if Step.NONE < step < self)


def step_of(word: str) -> Step:
    """The rung called ``word`` (``hide``); ValueError if there is none."""
    try:
        return Step[word.upper()]
    except KeyError:
        raise ValueError(f"'{word}' is no step; use none, hide, delete or block") from None

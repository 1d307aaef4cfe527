"""The nine prohibited behaviours of the SNS operating policy, section 7."""

from __future__ import annotations

from enum import IntEnum
from typing import Final


class Category(IntEnum):
    """One prohibited behaviour; the value is its number in section 7 of the policy."""

    PERSONAL_INFORMATION = 1
    DEFAMATION = 2
    IP_INFRINGEMENT = 3
    ILLEGAL_OR_INDECENT = 4
    IMPERSONATION = 5
    ADVERTISING = 6
    ALTERED_POST = 7
    UNRELATED = 8
    OTHER_UNSUITABLE = 9

    @property
    def clause(self) -> str:
        """Where the policy says it, e.g. ``7(1)``."""
        return f"7({self.value})"

    @property
    def slug(self) -> str:
        """Stable short name for files, URLs and metrics, e.g. ``personal-information``."""
        return self.name.lower().replace("_", "-")


VIEWPOINT_RISK: Final = frozenset({Category.DEFAMATION, Category.UNRELATED, Category.OTHER_UNSUITABLE})
"""Categories that could be turned against criticism: on their own they never act, not even provisionally."""

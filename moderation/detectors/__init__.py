"""The detectors in the order of the policy's clauses; to add one, write a file and put it into this tuple."""

from __future__ import annotations

from typing import Final

from moderation.context import Detector
from moderation.detectors import (
    advertising,
    altered_post,
    defamation,
    illegal_or_indecent,
    impersonation,
    ip_infringement,
    other_unsuitable,
    personal_information,
    signals,
    unrelated,
)

DETECTORS: Final[tuple[tuple[str, Detector], ...]] = (
    ("personal-information", personal_information.detect),
    ("defamation", defamation.detect),
    ("ip-infringement", ip_infringement.detect),
    ("illegal-or-indecent", illegal_or_indecent.detect),
    ("impersonation", impersonation.detect),
    ("advertising", advertising.detect),
    ("altered-post", altered_post.detect),
    ("unrelated", unrelated.detect),
    ("other-unsuitable", other_unsuitable.detect),
    ("signals", signals.detect),
)
"""Name and function; the name stands in every finding."""

"""Category 2: insults, dehumanising words, slurs, death wishes, accusations stated as fact."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from moderation.categories import Category
from moderation.context import Context
from moderation.detectors.evidence import met
from moderation.model import Finding

_STRENGTH: Final = (
    ("slur", 0.8, "slur"),
    ("dehumanise", 0.7, "dehumanising-word"),
    ("death-wish", 0.75, "death-wish"),
    ("insult", 0.65, "insult"),
)


def detect(context: Context) -> Iterator[Finding]:
    """Terms only; whether they are used or quoted to condemn is weighed by the counter-test and the model."""
    for group, score, reason in _STRENGTH:
        for hit in context.hits.get(group, ())[:3]:
            yield met(Category.DEFAMATION, score, reason, hit)
    out = context.first("send-home")
    if out and context.has("group", "insult", "dehumanise", "slur"):
        yield met(Category.DEFAMATION, 0.55, "told-to-leave", out)
    accused = context.first("accuse")
    if accused and not context.has("ask", "report"):
        yield met(Category.DEFAMATION, 0.4, "accusation", accused)

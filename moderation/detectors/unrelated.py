"""Category 8: nothing to do with the post, the office or immigration. The weakest evidence there is."""

from __future__ import annotations

from collections.abc import Iterator

from moderation.categories import Category
from moderation.context import Context
from moderation.detectors.evidence import whole
from moderation.model import Finding


def detect(context: Context) -> Iterator[Finding]:
    """Absence of every tie to the field; short replies and polite words never count."""
    if len(context.plain.text) < 12 or context.has("topic", "agency", "thank", "complain", "crisis", "ask"):
        return
    if context.relations["letter pairs of the post"] < 0.08:
        yield whole(Category.UNRELATED, 0.35, "no-tie-to-the-field", context.reply.text)

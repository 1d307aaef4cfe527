"""Category 7: the agency's post reproduced with some of its content changed."""

from __future__ import annotations

from collections.abc import Iterator

from moderation.alignment import Alignment, align
from moderation.categories import Category
from moderation.context import Context
from moderation.detectors.evidence import seen
from moderation.model import Finding


def detect(context: Context) -> Iterator[Finding]:
    """The post answered to is compared first, then the archive's nearest posts."""
    for found in _candidates(context):
        if found.covered >= 0.35 and found.changes:
            yield from _changes(context, found)
            return


def _candidates(context: Context) -> Iterator[Alignment]:
    yield context.aligned
    if context.around.archive is not None:
        for post in context.around.archive.near(context.plain.text):
            yield align(context.plain.text, post)


def _changes(context: Context, found: Alignment) -> Iterator[Finding]:
    shown = context.has("correction")
    for change in found.changes[:5]:
        score = min(0.95, change.weight * (0.55 + 0.45 * found.covered)) * (0.4 if shown else 1.0)
        yield seen(Category.ALTERED_POST, score, f"changed-{change.kind}", context.plain, change.start, change.end,
                   detail={"was": change.was, "now": change.now, "kind": change.told})  # fmt: skip

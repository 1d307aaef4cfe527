"""The documentation's own examples: each page's hits are flagged, its innocents are not."""

from __future__ import annotations

from pathlib import Path

import pytest

from moderation.categories import Category
from moderation.detectors import DETECTORS
from moderation.model import Author, Reply, SignalKind
from moderation.screen import load_screener
from tests.moderation.roster import OFFICIALS

PAGES = Path(__file__).parents[2] / "docs" / "detectors"
SCREENER = load_screener(OFFICIALS)


def rows(category: Category, heading: str) -> list[Reply]:
    """The table under a heading, as replies to the page's post."""
    page = (PAGES / f"{category.slug}.md").read_text(encoding="utf-8")
    post = next(line[2:] for line in page.splitlines() if line.startswith("> "))
    table = page.split(f"## {heading}\n")[1].split("\n\n")[0].splitlines()[2:]
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in table]
    return [Reply(text, post=post, author=Author(handle, name)) for text, handle, name in cells]


HITS = [(category, reply) for category in Category for reply in rows(category, "Hits")]
INNOCENTS = [(category, reply) for category in Category for reply in rows(category, "Innocents")]


def test_every_page_has_as_many_innocents_as_hits() -> None:
    assert len(HITS) == len(INNOCENTS) == 3 * len(Category)


def test_every_category_has_a_detector_with_its_name() -> None:
    assert {category.slug for category in Category} <= {name for name, _ in DETECTORS}


@pytest.mark.parametrize(("category", "reply"), HITS)
def test_hits_carry_the_label_with_evidence(category: Category, reply: Reply) -> None:
    verdict = SCREENER.screen(reply)

    assert category in verdict.labels
    assert any(finding.category == category for finding in verdict.findings)
    assert all(signal.kind is not SignalKind.DETECTOR_FAILED for signal in verdict.signals)


@pytest.mark.parametrize(("category", "reply"), INNOCENTS)
def test_innocents_carry_no_label(category: Category, reply: Reply) -> None:
    assert SCREENER.screen(reply).labels == ()

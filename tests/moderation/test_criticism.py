"""What the front page says of the rows that ship is what the version that ships does."""

from __future__ import annotations

from moderation import criticism
from moderation.screen import load_screener
from tests.moderation.roster import OFFICIALS


def test_the_figure_that_is_written_down_is_the_one_that_is_found() -> None:
    found = len(criticism.flagged(load_screener(OFFICIALS)))
    flagged, of = criticism.shipped()
    now = f'write {{"flagged": {found}, "of": {len(criticism.rows())}}} into moderation/policy/criticism.json'
    assert of == len(criticism.rows()), now
    assert abs(found - flagged) <= 0.005 * of, now  # half a point: a term more or less need not be written down

"""The floor that benchmarks are held against does what its name says."""

from __future__ import annotations

from moderation.floor import floor_pass, keyword_list


def test_the_floor_counts_terms() -> None:
    count = floor_pass()

    assert count("ｉｄｉｏｔｓ and idiots") >= 2
    assert count("") == 0


def test_a_keyword_list_meets_substrings_and_nothing_else() -> None:
    flags = keyword_list("insult")

    assert flags("what IDIOTS")
    assert not flags("i d i o t s")
    assert not flags("good morning")

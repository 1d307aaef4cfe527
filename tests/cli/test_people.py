"""Staff from the shell: which languages somebody reads is said with tags, and refused with the tags that there are."""

from __future__ import annotations

from tests.cli.conftest import Kouhou


def test_languages_of_a_person_are_set_and_listed(kouhou: Kouhou) -> None:
    kouhou("user", "add", "mai", "--role", "reviewer")
    assert kouhou("user", "reads", "mai", "ja", "vi").out == "mai reads ja vi.\n"
    assert {each["login"]: each["reads"] for each in kouhou("user", "list", "--json").json}["mai"] == ["ja", "vi"]
    refused = kouhou("user", "reads", "mai", "klingon")
    assert refused.code == 1
    assert "zh-Hans" in refused.err
    assert kouhou("user", "reads", "nobody", "ja").code == 1

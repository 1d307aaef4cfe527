"""The policy file: complete, checked, and its version names everything that decides a score."""

from __future__ import annotations

from pathlib import Path

import pytest

from moderation.categories import Category
from moderation.policy import DEFAULT_POLICY, PolicyError, load_policy

TEXT = DEFAULT_POLICY.read_text(encoding="utf-8")


def write(tmp_path: Path, content: str) -> Path:
    path = tmp_path / "policy.toml"
    path.write_text(content, encoding="utf-8")
    return path


def test_every_category_has_a_clause_and_a_threshold() -> None:
    policy = load_policy()

    assert set(policy.clauses) == set(Category) == set(policy.thresholds.label)


def test_nothing_is_hidden_before_a_person_looked() -> None:
    assert load_policy().hide_above == {}


def test_the_version_changes_with_file_and_parts(tmp_path: Path) -> None:
    versions = {
        load_policy().version,
        load_policy(parts=[b"lexicon"]).version,
        load_policy(write(tmp_path, TEXT + "\n# a word\n")).version,
    }

    assert len(versions) == 3
    assert load_policy().version == load_policy().version


def test_a_language_may_have_its_own_threshold(tmp_path: Path) -> None:
    policy = load_policy(write(tmp_path, TEXT + "\n[thresholds.language.th]\n2 = 0.7\n"))

    assert policy.thresholds.of(Category.DEFAMATION, "th") == 0.7
    assert policy.thresholds.of(Category.DEFAMATION, "ja") == policy.thresholds.label[Category.DEFAMATION]


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        (("9 = 0.47", ""), "thresholds.label: add an entry for category 9"),
        (("9 = 0.47", "9 = 1.5"), "thresholds.label.9: 1.5 is not a number from 0 to 1"),
        (("9 = 0.47", "10 = 0.5"), "'10' is not a category"),
        (("signal = 0.5", "signal = true"), "thresholds.signal"),
        (("# [provisional_hide] is absent", "[provisional_hide]\n2 = 0.9\n#"), "only categories 1 and 4"),
        (("[clauses]", "[clauses"), "not readable as TOML"),
    ],
)
def test_a_wrong_file_says_what_to_correct(tmp_path: Path, change: tuple[str, str], complaint: str) -> None:
    path = write(tmp_path, TEXT.replace(*change))

    with pytest.raises(PolicyError) as raised:
        load_policy(path)

    assert str(raised.value).startswith("policy.toml")
    assert complaint in str(raised.value)

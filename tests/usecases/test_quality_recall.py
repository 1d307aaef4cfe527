"""The estimate of recall finds what a simulated year put in, although the people who judge make mistakes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from random import Random

import pytest

from bot.domain.judging import Judgement, Opinion, ReviewItem, ReviewKind
from bot.store.quality import Decided
from bot.usecases.recall import Judged, Recall, Recalls
from moderation.categories import Category
from moderation.ladder import Step
from tests.house import WED_10_JST

FINDS = {
    ("ja", Category.DEFAMATION): 0.85, ("ja", Category.ADVERTISING): 0.95,
    ("vi", Category.DEFAMATION): 0.55, ("vi", Category.ADVERTISING): 0.80,
}  # fmt: skip
"""How many of the violations screening finds, by language and category: what the estimate has to find out."""
OVERLOOKS, IMAGINES = 0.05, 0.02
"""How often a person calls a violation permitted, and what is permitted a violation."""
YEARS = 40


@dataclass(frozen=True, slots=True)
class Written:
    """A simulated reply: what it truly is, and whether screening flagged it."""

    number: int
    language: str
    truth: Category | None
    flagged: bool


def written(chance: Random, number: int = 5_000) -> list[Written]:
    rows = []
    for each in range(number):
        language = chance.choices(("ja", "vi"), (0.7, 0.3))[0]
        truth = chance.choice((Category.DEFAMATION, Category.ADVERTISING)) if chance.random() < 0.08 else None
        rows.append(Written(each, language, truth, chance.random() < (FINDS[language, truth] if truth else 0.03)))
    return rows


def judged(chance: Random, truth: Category | None) -> Category | None:
    """What a person says who errs as often as said above."""
    if truth is None:
        return Category.DEFAMATION if chance.random() < IMAGINES else None
    return None if chance.random() < OVERLOOKS else truth


def decided(reply: Written, category: Category | None) -> Decided:
    return Decided(
        case=reply.number, reply=reply.number, account="x", office="o", language=reply.language,
        labels=(reply.truth or Category.DEFAMATION,), scores={}, step=Step.HIDE if category else Step.NONE,
        category=category, back=False, by="m", written_at=WED_10_JST, collected_at=WED_10_JST, first_seen_at=None,
        decided_at=WED_10_JST, flagged=reply.flagged,
    )  # fmt: skip


def year(seed: int, looked_at: int = 600) -> tuple[list[Written], list[Decided], Judged]:
    """Everything flagged is decided; of the rest a sample is judged, and what it shows is decided by somebody else."""
    chance = Random(seed)
    rows = written(chance)
    cases = [decided(each, judged(chance, each.truth)) for each in rows if each.flagged]
    unflagged = [each for each in rows if not each.flagged]
    weight, samples = len(unflagged) / looked_at, []
    for reply in chance.sample(unflagged, looked_at):
        item = ReviewItem(
            reply.number, ReviewKind.SAMPLE, reply.language, WED_10_JST, reply=reply.number, stands_for=weight
        )
        view = judged(chance, reply.truth)
        samples.append((item, [Judgement(1, item.id, "a", Opinion(view), blind=True, at=WED_10_JST)]))
        if view is not None:
            cases.append(decided(reply, judged(chance, reply.truth)))
    return rows, cases, samples


def parts(rows: list[Written], found: Recalls) -> Iterator[tuple[str, float, Recall]]:
    """(name, true recall, estimate) of the whole, of each category and of each language."""

    def true(of: list[Written]) -> float:
        return sum(each.flagged for each in of) / len(of)

    bad = [each for each in rows if each.truth]
    yield "all", true(bad), found.overall()
    for category in (Category.DEFAMATION, Category.ADVERTISING):
        yield category.slug, true([e for e in bad if e.truth is category]), found.of_category(category)
    for language in ("ja", "vi"):
        yield language, true([e for e in bad if e.language == language]), found.of_language(language)


def test_the_interval_holds_the_true_recall_of_the_whole_and_of_every_part() -> None:
    held: dict[str, list[bool]] = {}
    for seed in range(YEARS):
        rows, cases, samples = year(seed)
        for name, truth, recall in parts(rows, Recalls(cases, samples)):
            assert recall.low is not None
            assert recall.high is not None
            held.setdefault(name, []).append(recall.low <= truth <= recall.high)
    assert {name: sum(each) / YEARS >= 0.9 for name, each in held.items()} == dict.fromkeys(held, True), held
    assert len(held) == 5


def test_without_the_second_decision_a_few_imagined_violations_would_hide_the_truth() -> None:
    rows, cases, samples = year(1)
    believed = Recalls([each for each in cases if each.flagged], samples).overall()
    truth = next(parts(rows, Recalls(cases, samples)))[1]
    assert believed.high is not None
    assert believed.high < truth


def test_what_was_never_sampled_is_not_estimated() -> None:
    _rows, cases, samples = year(2)
    assert Recalls(cases, []).overall().value is None
    assert Recalls(cases, samples).of_language("my") == Recall(0, 0, 0)


@pytest.mark.parametrize("missed", [0, 3])
def test_nothing_missed_in_a_small_sample_is_no_proof_of_a_full_recall(missed: int) -> None:
    def item(number: int) -> ReviewItem:
        return ReviewItem(number, ReviewKind.SAMPLE, "ja", WED_10_JST, reply=number, stands_for=10.0)

    samples = [
        (item(n), [Judgement(n, n, "a", Opinion(Category.ADVERTISING if n < missed else None), blind=True, at=WED_10_JST)])
        for n in range(50)
    ]  # fmt: skip
    cases = [decided(Written(100 + n, "ja", Category.ADVERTISING, True), Category.ADVERTISING) for n in range(60)]
    recall = Recalls(cases, samples).overall()
    assert recall.value == (1.0 if not missed else round(60 / 90, 4))
    assert recall.low is not None
    assert recall.low < 0.7

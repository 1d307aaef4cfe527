"""The trained model: what callers may rely on, whatever its weights."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from moderation.categories import Category
from moderation.linear import LinearModel, ModelScores
from moderation.model import Author, Reply

POST = "The counters at Shinagawa will be crowded until 5 April. Numbered tickets are handed out until 4 p.m."
OFFER = Reply(
    text="Forged residence card, real hologram, 3 days, 40,000 yen, DM me on telegram", post=POST,
    author=Author("card_maker_jp", "Card Maker"), account="IMMI_TOKYO",
)  # fmt: skip
THANKS = Reply(
    text="Thank you, I will come before noon then. Is the ticket machine on the second floor?", post=POST,
    author=Author("mai_in_ota", "Mai"), account="IMMI_TOKYO",
)  # fmt: skip


@pytest.fixture(scope="module")
def model() -> LinearModel:
    return LinearModel.load()


def numbers(scores: ModelScores) -> list[float]:
    return [*scores.scores.values(), scores.crisis, scores.acceptable, scores.protected]


def test_an_offer_of_forged_cards_is_told_from_a_thank_you(model: LinearModel) -> None:
    offer, thanks = model.scores([OFFER, THANKS])
    assert offer.scores[Category.ILLEGAL_OR_INDECENT] > 0.5 > thanks.scores[Category.ILLEGAL_OR_INDECENT]
    assert thanks.acceptable > 0.5 > offer.acceptable


def test_every_category_has_a_probability(model: LinearModel) -> None:
    (scores,) = model.scores([OFFER])
    assert list(scores.scores) == list(Category)
    assert all(0.0 <= number <= 1.0 for number in numbers(scores))


def test_no_replies_give_no_scores(model: LinearModel) -> None:
    assert model.scores([]) == []


def test_a_reply_scores_the_same_alone_and_in_any_batch(model: LinearModel) -> None:
    many = [Reply(text=f"{THANKS.text} {i}", post=POST, author=THANKS.author) for i in range(300)]
    together = model.scores([*many, OFFER])
    assert len(together) == 301
    for index in (0, 131, 299):
        assert numbers(together[index]) == pytest.approx(numbers(model.scores([many[index]])[0]), abs=1e-4)
    assert numbers(together[300]) == pytest.approx(numbers(model.scores([OFFER])[0]), abs=1e-4)


def test_scoring_twice_gives_the_same_numbers(model: LinearModel) -> None:
    assert numbers(model.scores([OFFER])[0]) == numbers(LinearModel.load().scores([OFFER])[0])


def test_evidence_lies_where_the_offer_was_written(model: LinearModel) -> None:
    spans = model.spans(OFFER, Category.ILLEGAL_OR_INDECENT, most=2)
    assert 1 <= len(spans) <= 2
    assert any(start < len("Forged residence card") for start, _, _ in spans)


def test_evidence_counts_original_code_points_behind_invisible_and_wide_letters(model: LinearModel) -> None:
    hidden = Reply(text="\u200b" * 20 + "ｆｏｒｇｅｄ\u200b ｒｅｓｉｄｅｎｃｅ ｃａｒｄ")
    spans = model.spans(hidden, Category.ILLEGAL_OR_INDECENT)
    assert spans
    assert all(start >= 20 for start, _, _ in spans)


@pytest.mark.parametrize(
    "text",
    ["", " ", "\x00", "\x01\x01", "\ud800", "\u202e\u200b\ufeff", "a", "\U0010ffff", "😀" * 50, "กำ", "1", "\n" * 9],
)
def test_odd_texts_are_scored_like_any_other(model: LinearModel, text: str) -> None:
    (scores,) = model.scores([Reply(text=text, author=Author(text, text), post=text, account=text)])
    assert all(0.0 <= number <= 1.0 for number in numbers(scores))
    assert all(0 <= start < end <= len(text) for start, end, _ in model.spans(Reply(text=text), Category(1)))


def test_a_huge_text_is_read_in_part_and_its_end_counts(model: LinearModel) -> None:
    huge = Reply(text="thank you " * 20_000 + OFFER.text)
    (scores,) = model.scores([huge])
    assert all(0.0 <= number <= 1.0 for number in numbers(scores))
    spans = model.spans(huge, Category.ILLEGAL_OR_INDECENT)
    assert all(0 <= start < end <= len(huge.text) for start, end, _ in spans)


@settings(max_examples=60, deadline=None)
@given(text=st.text(max_size=200), post=st.text(max_size=80), handle=st.text(max_size=20))
def test_any_text_has_scores_and_spans_inside_it(text: str, post: str, handle: str) -> None:
    reply = Reply(text=text, post=post, author=Author(handle, handle), account=handle)
    (scores,) = MODEL.scores([reply])
    assert all(0.0 <= number <= 1.0 for number in numbers(scores))
    for start, end, weight in MODEL.spans(reply, Category.ADVERTISING):
        assert 0 <= start < end <= len(text)
        assert 0.0 < weight <= 1.0


MODEL = LinearModel.load()

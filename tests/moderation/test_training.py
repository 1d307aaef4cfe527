"""Training: the same rows give the same bytes, and the shipped weights belong to the rows in the tree."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import moderation.training
from moderation.categories import Category
from moderation.linear import OUTPUTS, LinearModel
from moderation.model import Author, Reply
from moderation.training.languages import foreign_sentences
from moderation.training.oof import recorded_for
from moderation.training.rows import Row, data_hash, parts, read_rows, row_files, targets

SHIPPED = Path(moderation.training.__file__).parents[1] / "models"
TRAIN_A_FEW = """
import sys
from pathlib import Path
from moderation.training.rows import read_rows, row_files
from moderation.training.train import train
train(read_rows(row_files())[::80], Path(sys.argv[1]))
"""


@pytest.fixture(scope="module")
def rows() -> list[Row]:
    return read_rows(row_files())


@pytest.fixture(scope="module")
def trained_twice(tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, bytes]]:
    """What two separate processes wrote; the second one was told to use other kernels and more threads."""
    outcomes = []
    for surroundings in ({}, {"OPENBLAS_NUM_THREADS": "2", "PYTHONHASHSEED": "7"}):
        folder = tmp_path_factory.mktemp("models")
        command = [sys.executable, "-c", TRAIN_A_FEW, str(folder)]
        subprocess.run(command, check=True, env={**os.environ, **surroundings})
        outcomes.append({path.name: path.read_bytes() for path in folder.iterdir()})
    return outcomes


def test_training_twice_writes_the_same_bytes(trained_twice: list[dict[str, bytes]]) -> None:
    once, again = trained_twice
    assert set(once) == {"linear.npz", "oof.npz", "validation.json", "card.md"}
    assert {name for name in once if once[name] != again[name]} == set()


def test_weights_of_a_few_rows_can_be_used(trained_twice: list[dict[str, bytes]], tmp_path: Path) -> None:
    (tmp_path / "few.npz").write_bytes(trained_twice[0]["linear.npz"])
    (scores,) = LinearModel.load(tmp_path / "few.npz").scores([Reply("Is the office open on Monday?")])
    assert 0.0 <= scores.acceptable <= 1.0


def test_the_shipped_weights_were_trained_on_the_rows_in_the_tree(rows: list[Row]) -> None:
    assert LinearModel.load().data_hash == data_hash(rows), "rows changed: run `make models`"


def test_every_row_has_a_recorded_out_of_fold_score(rows: list[Row]) -> None:
    assert None not in recorded_for(rows)


def test_out_of_fold_scores_are_worse_than_scores_of_rows_once_seen(rows: list[Row]) -> None:
    some = rows[::40]
    truth = targets(some)[:, : len(Category)].astype(float)
    seen = LinearModel.load().scores([row.reply for row in some])
    unseen = [scores for scores in recorded_for(some) if scores is not None]
    errors = [np.abs(np.array([list(s.scores.values()) for s in of]) - truth).mean() for of in (seen, unseen)]
    assert errors[0] < errors[1]


def test_rows_that_answer_the_same_post_stay_in_one_part(rows: list[Row]) -> None:
    part_of: dict[str, set[int]] = {}
    for row, part in zip(rows, parts(rows, 5, "outer "), strict=True):
        part_of.setdefault(row.reply.post.strip(), set()).add(int(part))
    assert all(len(found) == 1 for found in part_of.values())
    assert {part for found in part_of.values() for part in found} == {0, 1, 2, 3, 4}


def test_no_identifier_is_used_twice_and_no_text_is_empty(rows: list[Row]) -> None:
    assert len({row.reply.id for row in rows}) == len(rows)
    assert all(row.reply.text.strip() for row in rows)


def test_what_a_row_teaches() -> None:
    violation = Row(Reply("x"), frozenset({Category(4), Category(6)}), frozenset())
    complaint = Row(Reply("x"), frozenset(), frozenset({"complaint"}))
    cry = Row(Reply("x"), frozenset(), frozenset({"crisis"}))
    found = [
        [name for name, on in zip(OUTPUTS, row, strict=True) if on] for row in targets([violation, complaint, cry])
    ]
    assert found == [["illegal-or-indecent", "advertising"], ["acceptable", "protected"], ["crisis", "acceptable"]]


def test_a_broken_row_is_named_by_file_and_line(tmp_path: Path) -> None:
    (tmp_path / "xx.jsonl").write_text('\n{"id": "1"}\n', "utf-8")
    with pytest.raises(ValueError, match=r"xx\.jsonl, line 2: not a labelled row"):
        read_rows([tmp_path / "xx.jsonl"])


@pytest.mark.parametrize(
    ("text", "covered"),
    [
        ("番号札は何時から配りますか。朝早く並んだほうがいいですか", True),
        ("How early should we queue for the numbered tickets tomorrow?", True),
        ("请问明天几点开始发号码牌?需要提前多久排队?", True),
        ("Cho em hỏi mấy giờ bắt đầu phát số thứ tự ạ, em đi từ xa đến", True),
        ("번호표는 몇 시부터 나눠 주나요? 일찍 가야 할까요?", True),
        ("A que horas começam a entregar as senhas amanhã de manhã?", True),
        ("¿A qué hora empiezan a repartir los números mañana?", True),
        ("พรุ่งนี้เริ่มแจกบัตรคิวกี่โมงคะ ต้องไปก่อนกี่ชั่วโมง", True),
        ("Jam berapa nomor antrean mulai dibagikan besok pagi ya?", True),
        ("Anong oras po magsisimula ang pamimigay ng number bukas?", True),
        ("भोलि टोकन कति बजेदेखि बाँड्न सुरु हुन्छ होला?", True),
        ("👍👍", True),
        ("", True),
        ("ok 123", True),
        ("Сколько времени занимает продление визы в этом году?", False),
        ("كم من الوقت يستغرق تجديد الإقامة هذا العام؟", False),
        ("ဗီဇာသက်တမ်းတိုးဖို့ ဘယ်လောက်ကြာမလဲ", False),
        ("តើការបន្តទិដ្ឋាការត្រូវការពេលប៉ុន្មាន", False),
        ("எனது விசாவை புதுப்பிக்க எவ்வளவு காலம் ஆகும்", False),
        ("Nie wiem, czy muszę przynieść zdjęcia, proszę o szybką odpowiedź", False),
        ("Ich verstehe nicht, warum das Verfahren schon wieder so lange dauert, bitte antworten Sie", False),
    ],
)
def test_a_language_without_rows_is_said_to_be_uncovered(text: str, covered: bool) -> None:
    reply = Reply(text, author=Author("someone", "Someone"))
    assert LinearModel.load().scores([reply])[0].covered is covered


def test_foreign_sentences_are_in_languages_without_rows(rows: list[Row]) -> None:
    taught = {row.reply.lang for row in rows}
    assert taught.isdisjoint({language for language, _ in foreign_sentences()})
    assert len(foreign_sentences()) >= 100

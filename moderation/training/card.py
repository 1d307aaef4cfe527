"""Validation results and the model card, written from the same numbers."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np

from moderation.categories import Category
from moderation.linear_text import Array
from moderation.training.rows import PROTECTED, Row

_TEXT: Final = Path(__file__).with_name("card-text.md")


def write(folder: Path, rows: Sequence[Row], answers: Array, chances: Array) -> None:
    """``validation.json`` and ``card.md`` from the out-of-fold probabilities."""
    found = results(rows, answers, chances)
    (folder / "validation.json").write_text(json.dumps(found, indent=1, ensure_ascii=False) + "\n", "utf-8")
    (folder / "card.md").write_text(_TEXT.read_text("utf-8").rstrip() + "\n\n" + _tables(found), "utf-8")


def results(rows: Sequence[Row], answers: Array, chances: Array) -> dict[str, Any]:
    """The model alone, at the thresholds that give each category its best F1 out of fold."""
    cuts = [_best_cut(chances[:, j], answers[:, j]) for j in range(len(Category))]
    flagged = 1 - chances[:, 10]
    flag_cut = float(np.quantile(flagged[answers[:, 10]], 0.95)) if answers[:, 10].any() else 1.0
    labels = chances[:, : len(Category)] >= np.array(cuts)
    truth = answers[:, : len(Category)]
    bad = ~answers[:, 10]
    protected = np.array([bool(PROTECTED & row.tags) for row in rows]) & ~bad
    hidden = np.array(["obfuscated" in row.tags for row in rows]) & bad
    crisis_cut = _best_cut(chances[:, 9], answers[:, 9])
    languages = sorted({row.reply.lang for row in rows})
    of = np.array([row.reply.lang for row in rows])
    return {
        "rows": len(rows), "acceptable": int((~bad).sum()),
        "per_category": {
            category.slug: {"rows": int(truth[:, j].sum()), "f1": _f1(labels[:, j], truth[:, j]), "cut": round(cuts[j], 3)}
            for j, category in enumerate(Category)
        },
        "macro_f1": _mean([_f1(labels[:, j], truth[:, j]) for j in range(len(Category))]),
        "flag_recall_at_5_percent": _share(flagged > flag_cut, bad),
        "false_positives": _share(flagged > flag_cut, ~bad),
        "false_positives_protected": _share(flagged > flag_cut, protected),
        "flag_recall_obfuscated": _share(flagged > flag_cut, hidden),
        "crisis_recall": _share(chances[:, 9] >= crisis_cut, answers[:, 9]),
        "crisis_precision": _share(answers[:, 9], chances[:, 9] >= crisis_cut),
        "per_language": {
            lang: {
                "rows": int((of == lang).sum()), "flag_f1": _f1((flagged > flag_cut)[of == lang], bad[of == lang]),
                "recall": _share(flagged > flag_cut, bad & (of == lang)),
                "false_positives": _share(flagged > flag_cut, ~bad & (of == lang)),
            }
            for lang in languages
        },
        "sources": dict(sorted(Counter(row.reply.id.split("-")[0] for row in rows).items())),
    }  # fmt: skip


def _tables(found: dict[str, Any]) -> str:
    lines = [
        "## Results, cross-validated by post (the model alone, without rules)", "",
        f"{found['rows']} rows, {found['acceptable']} of them acceptable. Thresholds: per category the one of best F1;",
        "for the flag the one that 5 % of acceptable replies exceed.", "", "| measure | value |", "| --- | --- |",
    ]  # fmt: skip
    simple = (
        "macro_f1", "flag_recall_at_5_percent", "false_positives", "false_positives_protected",
        "flag_recall_obfuscated", "crisis_recall", "crisis_precision",
    )  # fmt: skip
    lines += [f"| {name.replace('_', ' ')} | {found[name]:.3f} |" for name in simple]
    lines += ["", "| category | rows | F1 | threshold |", "| --- | --- | --- | --- |"]
    lines += [f"| {k} | {v['rows']} | {v['f1']:.3f} | {v['cut']} |" for k, v in found["per_category"].items()]
    lines += ["", "| language | rows | flag F1 | recall | false positives |", "| --- | --- | --- | --- | --- |"]
    lines += [
        f"| {k} | {v['rows']} | {v['flag_f1']:.3f} | {v['recall']:.3f} | {v['false_positives']:.3f} |"
        for k, v in found["per_language"].items()
    ]
    return "\n".join(lines) + "\n"


def _best_cut(chance: Array, truth: Array) -> float:
    order = np.argsort(-chance, kind="stable")
    hits = np.cumsum(truth[order])
    score = 2 * hits / (np.arange(1, len(order) + 1) + max(int(truth.sum()), 1))
    return float(chance[order[int(np.argmax(score))]])


def _f1(guess: Array, truth: Array) -> float:
    both = int((guess & truth).sum())
    return round(2 * both / max(int(guess.sum() + truth.sum()), 1), 4)


def _share(of: Array, among: Array) -> float:
    return round(float(of[among].mean()), 4) if among.any() else 0.0


def _mean(values: Sequence[float]) -> float:
    return round(sum(values) / len(values), 4)

"""Rebuild every shipped weight from the rows in this folder: ``python -m moderation.training.train``.

Same rows, same bytes: one thread, fixed seeds, fixed kernels (see the package), no clock.
"""

from __future__ import annotations

import io
import sys
import zipfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Final

import numpy as np

from moderation.linear import chance
from moderation.linear_text import Array, FoldTable
from moderation.training import card, folding
from moderation.training.fit import fit_network, quantised
from moderation.training.languages import fit_languages
from moderation.training.lessons import Lessons, lessons
from moderation.training.rows import Row, data_hash, read_rows, row_files
from moderation.training.validate import calibration, honest_inputs, out_of_fold_logits

MODELS: Final = Path(__file__).parents[1] / "models"
_EPOCH: Final = (1980, 1, 1, 0, 0, 0)
Say = Callable[[str], object]


def main() -> None:
    """Train on every row file of this folder and write weights, out-of-fold scores, results and card."""
    rows = read_rows(row_files())
    train(rows, MODELS, say=lambda line: sys.stderr.write(line + "\n"))


def train(rows: Sequence[Row], folder: Path, say: Say = lambda _: None) -> None:
    """Train on the rows and write ``linear.npz``, ``oof.npz``, ``validation.json`` and ``card.md`` into the folder."""
    say(f"{len(rows)} rows")
    folds, taught = prepared(rows)
    answers = taught.answers[taught.whole]
    logits = out_of_fold_logits(taught, say)
    fitted = calibration(logits, answers)
    inputs, linear = honest_inputs(taught, np.ones(len(taught.whole), bool))
    say("writing")
    languages = fit_languages(rows, FoldTable(folds["surface_index"], folds["surface_pages"]))
    arrays = {**folds, **quantised(linear), **languages, **fit_network(inputs, taught.answers), **fitted}
    folder.mkdir(parents=True, exist_ok=True)
    write_npz(folder / "linear.npz", {**arrays, "data_hash": np.array(data_hash(rows))})
    chances = chance(logits * fitted["slope"] + fitted["shift"])
    write_npz(
        folder / "oof.npz", {"ids": np.array([row_key(row) for row in rows]), "scores": chances.astype(np.float16)}
    )
    card.write(folder, rows, answers, chances)


def prepared(rows: Sequence[Row]) -> tuple[dict[str, Array], Lessons]:
    """The folding tables as they ship, and all rows read through them."""
    folds = folding.tables()
    pair = tuple(FoldTable(folds[f"{view}_index"], folds[f"{view}_pages"]) for view in ("surface", "skeleton"))
    return folds, lessons(rows, (pair[0], pair[1]))


def row_key(row: Row) -> str:
    """What an out-of-fold score is filed under: it is void when the row changes."""
    return f"{row.reply.id}:{data_hash([row])[:12]}"


def write_npz(path: Path, arrays: Mapping[str, Array]) -> None:
    """A compressed ``.npz`` whose bytes depend on the arrays alone."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name in sorted(arrays):
            buffer = io.BytesIO()
            np.lib.format.write_array(buffer, np.asarray(arrays[name], order="C"), version=(1, 0), allow_pickle=False)
            entry = zipfile.ZipInfo(f"{name}.npy", _EPOCH)
            entry.compress_type, entry.external_attr, entry.create_system = zipfile.ZIP_DEFLATED, 0o644 << 16, 3
            archive.writestr(entry, buffer.getvalue())


if __name__ == "__main__":
    main()

"""Whether a reply is written in a language that the model was trained on; if not, its silence means nothing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np

from moderation.linear_context import NAMES, SCRIPTS, UNTAUGHT
from moderation.linear_text import Array, Field, Grams, starts_of_runs

ORDERS: Final = 3
BITS: Final = 14
SCALE: Final = 10.0
"""Mean n-gram vectors are short; a separator of cost 1 wants them longer."""
_LETTERS: Final = [NAMES.index(f"text-{script}") for script in SCRIPTS]
_UNTAUGHT: Final = [NAMES.index(name) for name in UNTAUGHT]
_FEW: Final = 12
_SURE: Final = 0.3


def covered(margins: Array, context: Array) -> Array:
    """Whether the best language margin is clear and most letters belong to a trained script.

    With fewer than twelve letters the language is anyone's guess, and the script alone decides.
    """
    share = context[:, _LETTERS].sum(1)
    letters = share * np.expm1(context[:, NAMES.index("length")])
    known_script = context[:, _UNTAUGHT].sum(1) <= 0.5 * share
    result: Array = known_script & ((margins.max(1) >= _SURE) | (letters < _FEW))
    return result


def language_margins(hashed: Sequence[Grams], rows: int, weights: Array, scales: Array) -> Array:
    """One margin per trained language and reply, from the short n-grams of its text."""
    total = np.zeros((rows, weights.shape[1]))
    for grams in hashed[:ORDERS]:
        hashes, owner = grams.of(Field.TEXT)
        first = starts_of_runs(owner)
        if len(first):
            counts = np.diff(np.append(first, len(owner)))
            sums = np.add.reduceat(weights.take(buckets(hashes), 0), first, axis=0, dtype=np.int32)
            total[owner.take(first)] += sums / counts[:, None]
    margins: Array = total * SCALE * scales[0] + scales[1]
    return margins


def buckets(hashes: Array) -> Array:
    """The bucket of each hash in the small table of languages."""
    return hashes >> np.uint32(32 - BITS)

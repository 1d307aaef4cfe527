"""What a bag of n-grams cannot see: how the reply relates to its post, its numbers, its script and its disguise."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np

from moderation.linear_text import EDGE, Array, Field, Grams, Letters, runs, starts_of_runs
from moderation.model import Reply

SCRIPTS: Final = ("latin", "hiragana", "katakana", "han", "hangul", "thai", "devanagari", "greek-cyrillic", "other")
SIGNS: Final = {
    "question": "?", "exclamation": "!", "quote": '"“”「」『』«»‘’', "at": "@", "hash": "#", "currency": "¥$€฿₫",
    "colon": ":", "slash": "/", "arrow": "→➡←=", "bracket": "()", "star": "*•●○■◆★☆", "stop": "…・.。",
    "comma": ",、", "tilde": "~〜", "underscore": "_", "emoji": "", "digit": "0123456789",
}  # fmt: skip
WRITING: Final = ("invisible", "full-width", "half-width-kana", "combining", "styled", "line-break", "capital")
UNTAUGHT: Final = ("text-greek-cyrillic", "text-other")
"""Scripts without a single training row; in a covered reply they are a disguise at most."""
_OVERLAPS: Final = (2, 4)
_SEED: Final = 5
_LIMIT: Final = 0x20000

NAMES: Final[tuple[str, ...]] = (
    "length", "post-length", "length-ratio",
    *(f"text-{s}" for s in SCRIPTS), *(f"post-{s}" for s in SCRIPTS), "same-script",
    *(f"sign-{s}" for s in SIGNS), *(f"writing-{s}" for s in WRITING),
    *(f"copied-{n}-{of}" for n in _OVERLAPS for of in ("text", "post")),
    "run-text", "run-post", "run", "runs", "distinct-4",
    "numbers", "numbers-new", "numbers-copied", "new-share", "numbers-post", "number-longest", "shape-longest",
    "distinct-1", "top-letter", "doubled", "isolated", "separated", "skeleton", "leet", "mixed-script",
    "handle-length", "name-length", "handle-digits", "handle-underscores", "handle-account", "account-handle",
    "quote-post", "facebook",
)  # fmt: skip


def context(replies: Sequence[Reply], raw: Letters, surface: Letters, bare: Letters, hashed: Sequence[Grams]) -> Array:
    """One row of numbers for each reply, columns as in :data:`NAMES`.

    ``raw`` and ``surface`` hold all fields, ``bare`` the skeletons of the texts, ``hashed`` the surface n-grams.
    """
    n = len(replies)
    text, post = surface.of(0, n), surface.of(n, 2 * n)
    length = _count(text.codes != EDGE, text, n)
    post_length = _count(post.codes != EDGE, post, n)
    logs = np.log1p(length), np.log1p(post_length)
    kinds, post_kinds = _kinds(text, n), _kinds(post, n)
    scripts = kinds[:, : len(SCRIPTS)] / np.maximum(length, 1)[:, None]
    post_scripts = post_kinds[:, : len(SCRIPTS)] / np.maximum(post_length, 1)[:, None]
    columns = [
        *logs, np.clip(logs[0] - logs[1], -3, 3), *scripts.T, *post_scripts.T, (scripts * post_scripts).sum(1),
        *np.log1p(kinds[:, len(SCRIPTS) : -1]).T, *_writing(raw.of(0, n), n),
        *_overlap(hashed, length, post_length, n), *_numbers(surface.of(0, 2 * n), bare, n),
        *_habits(text, bare, length, n), *_author(surface, hashed[2], n),
        np.array([reply.kind == "quote" for reply in replies], float),
        np.array([reply.platform == "facebook" for reply in replies], float),
    ]  # fmt: skip
    return np.stack(columns, 1).astype(np.float32)


def _count(mask: Array, letters: Letters, n: int) -> Array:
    return np.bincount(letters.owner[mask], minlength=n)


def _between(codes: Array, *ranges: tuple[int, int]) -> Array:
    found = np.zeros(len(codes), bool)
    for first, last in ranges:
        found |= (codes >= first) & (codes <= last)
    return found


def _kind_table() -> Array:
    other = len(SCRIPTS) + len(SIGNS)
    table = np.full(_LIMIT, other, np.uint8)
    blocks = {
        "latin": [(97, 122), (0xC0, 0x24F), (0x1E00, 0x1EFF)], "hiragana": [(0x3041, 0x309F)],
        "katakana": [(0x30A0, 0x30FF)], "han": [(0x4E00, 0x9FFF), (0x3400, 0x4DBF)],
        "hangul": [(0xAC00, 0xD7A3), (0x3131, 0x318E)], "thai": [(0xE00, 0xE7F)], "devanagari": [(0x900, 0x97F)],
        "greek-cyrillic": [(0x370, 0x58F)],
        "other": [(0x590, 0x8FF), (0x980, 0xDFF), (0xE80, 0x10FF), (0x1200, 0x1CFF)],
    }  # fmt: skip
    for script, ranges in blocks.items():
        for first, last in ranges:
            table[first : last + 1] = SCRIPTS.index(script)
    for place, signs in enumerate(SIGNS.values(), len(SCRIPTS)):
        table[[ord(sign) for sign in signs]] = place
    for first, last in ((0x1F300, 0x1FAFF), (0x2600, 0x2604), (0x2607, 0x27BF)):
        table[first : last + 1] = len(SCRIPTS) + list(SIGNS).index("emoji")
    return table


def _writing_table() -> Array:
    table = np.full(_LIMIT, len(WRITING), np.uint8)
    ranges = (
        (0, 0x200B, 0x200F), (0, 0x2060, 0x2064), (0, 0xFEFF, 0xFEFF), (0, 0xAD, 0xAD), (1, 0xFF10, 0xFF5A),
        (2, 0xFF66, 0xFF9F), (3, 0x300, 0x36F), (4, 0x1D400, 0x1D7FF), (4, 0x1F100, 0x1F1FF), (5, 10, 10), (6, 65, 90),
    )  # fmt: skip
    for kind, first, last in ranges:
        table[first : last + 1] = kind
    return table


_KIND: Final = _kind_table()
_WRITING: Final = _writing_table()


def _table_counts(table: Array, width: int, letters: Letters, n: int) -> Array:
    kinds = table.take(letters.codes, mode="clip")
    return np.bincount(letters.owner * np.uint32(width) + kinds, minlength=n * width)[: n * width].reshape(n, width)


def _kinds(letters: Letters, n: int) -> Array:
    return _table_counts(_KIND, len(SCRIPTS) + len(SIGNS) + 1, letters, n)


def _writing(raw: Letters, n: int) -> list[Array]:
    counts = _table_counts(_WRITING, len(WRITING) + 1, raw, n)
    total = np.maximum(counts.sum(1) - 2, 1)
    shares = {"full-width", "half-width-kana", "capital"}
    return [counts[:, i] / total if kind in shares else np.log1p(counts[:, i]) for i, kind in enumerate(WRITING)]


def _keys(owner: Array, hashes: Array) -> Array:
    return (owner.astype(np.uint64) << np.uint64(32)) | hashes


def _found(keys: Array, among: Array) -> tuple[Array, Array]:
    """Which keys are in the sorted array, and where (only meaningful where found)."""
    if not len(among):
        return np.zeros(len(keys), bool), np.zeros(len(keys), np.int64)
    place = np.minimum(np.searchsorted(among, keys), len(among) - 1)
    return among.take(place) == keys, place


def _overlap(hashed: Sequence[Grams], length: Array, post_length: Array, n: int) -> list[Array]:
    columns: list[Array] = []
    runs_of_four: list[Array] = []
    for order in _OVERLAPS:
        hashes, owner = hashed[order - 1].of(Field.TEXT)
        post_hashes, post_owner = hashed[order - 1].of(Field.POST)
        among = _distinct_keys(post_owner, post_hashes)
        hit, place = _found(_keys(owner, hashes), among)
        covered = np.zeros(len(among), bool)
        covered[place[hit]] = True
        of_post = (among >> np.uint64(32)).astype(np.int64)
        columns.append(np.bincount(owner[hit], minlength=n) / np.maximum(np.bincount(owner, minlength=n), 1))
        columns.append(np.bincount(of_post[covered], minlength=n) / np.maximum(np.bincount(of_post, minlength=n), 1))
        if order == max(_OVERLAPS):
            runs_of_four = [*_runs(hit, owner, length, post_length, n), _distinct(owner, hashes, n)]
    return columns + runs_of_four


def _runs(hit: Array, owner: Array, length: Array, post_length: Array, n: int) -> list[Array]:
    breaks = np.ones(len(hit), bool)
    breaks[1:] = (hit[1:] != hit[:-1]) | (owner[1:] != owner[:-1])
    starts = np.flatnonzero(breaks)
    lengths = np.diff(np.append(starts, len(hit))) * hit[starts]
    longest = _longest(owner.take(starts), lengths, n, 1 << 30)
    copied = np.bincount(owner[starts][hit[starts]], minlength=n)
    return [
        longest / np.maximum(length, 1), longest / np.maximum(post_length, 1), np.log1p(longest), np.log1p(copied),
    ]  # fmt: skip


def _distinct_keys(owner: Array, hashes: Array) -> Array:
    keys = np.sort(_keys(owner, hashes))
    return keys.take(starts_of_runs(keys))


def _distinct(owner: Array, hashes: Array, n: int) -> Array:
    each = (_distinct_keys(owner, hashes) >> np.uint64(32)).astype(np.int64)
    return np.bincount(each, minlength=n) / np.maximum(np.bincount(owner, minlength=n), 1)


def _digit_runs(letters: Letters) -> tuple[Letters, Array, Array]:
    """First and last index of each run of digits, in letters without the commas that stand between digits."""
    codes = letters.codes
    digit = _between(codes, (48, 57))
    comma = np.zeros(len(codes), bool)
    comma[1:-1] = (codes[1:-1] == 44) & digit[:-2] & digit[2:]
    if comma.any():
        letters, digit = letters.kept(~comma), digit.compress(~comma)
    start, end = digit.copy(), digit.copy()
    start[1:] &= ~digit[:-1]
    end[:-1] &= ~digit[1:]
    return letters, start.nonzero()[0], end.nonzero()[0]


def _longest(owner: Array, lengths: Array, n: int, most: int) -> Array:
    """The largest of the lengths of each owner (owners ascend), but not more than ``most``."""
    longest = np.zeros(n)
    first = starts_of_runs(owner)
    if len(first):
        longest[owner.take(first)] = np.maximum.reduceat(lengths, first)
    return np.minimum(longest, most)


def _numbers(both: Letters, bare: Letters, n: int) -> list[Array]:
    """``both`` holds the texts, then the posts."""
    letters, first, last = _digit_runs(both)
    owner = letters.owner.take(first)
    hashes, lengths = runs(letters.codes, first, last, _SEED), last - first + 1
    texts = int(np.searchsorted(owner, n))
    of_text = owner[:texts]
    hit, _ = _found(_keys(of_text, hashes[:texts]), np.sort(_keys(owner[texts:] - np.uint32(n), hashes[texts:])))
    total, new = np.bincount(of_text, minlength=n), np.bincount(of_text[~hit], minlength=n)
    shapes, shape_first, shape_last = _digit_runs(bare)
    return [
        np.log1p(total), np.log1p(new), np.log1p(total - new), new / np.maximum(total, 1),
        np.log1p(np.bincount(owner[texts:] - np.uint32(n), minlength=n)), _longest(of_text, lengths[:texts], n, 16),
        _longest(shapes.owner.take(shape_first), shape_last - shape_first + 1, n, 20),
    ]  # fmt: skip


def _habits(text: Letters, bare: Letters, length: Array, n: int) -> list[Array]:
    codes, total = text.codes, np.maximum(length, 1)
    keys = np.sort(text.owner.astype(np.uint64) << np.uint64(32) | codes)
    first = starts_of_runs(keys)
    of = (keys[first] >> np.uint64(32)).astype(np.int64)
    top = _longest(of, np.diff(np.append(first, len(keys))), n, 1 << 30)
    doubled = np.append(False, (codes[1:] == codes[:-1]) & (codes[1:] != EDGE))
    latin, digit = _between(codes, (97, 122), (0xC0, 0x24F), (0x1E00, 0x1EFF)), _between(codes, (48, 57))
    sign = ~(latin | digit | (codes == EDGE)) & (codes < 0x3000)
    inner = np.zeros((3, len(codes)), bool)
    inner[0, 1:-1] = ~sign[1:-1] & (codes[1:-1] != EDGE) & sign[:-2] & sign[2:]
    joined = ~sign & (codes != EDGE)
    inner[1, 1:-1] = sign[1:-1] & (codes[1:-1] != 32) & joined[:-2] & joined[2:]
    inner[2, 1:-1] = (digit | (codes == 64) | (codes == 36) | (codes == 33))[1:-1] & latin[:-2] & latin[2:]
    other = _between(codes, (0x370, 0x58F))
    mixed = np.append(False, (other[1:] & latin[:-1]) | (latin[1:] & other[:-1]))
    return [
        np.bincount(of, minlength=n) / total, top / total, _count(doubled, text, n) / total,
        _count(inner[0], text, n) / total, _count(inner[1], text, n) / total,
        np.bincount(bare.owner, minlength=n) / total, np.log1p(_count(inner[2], text, n)),
        np.log1p(_count(mixed, text, n)),
    ]  # fmt: skip


def _author(surface: Letters, thirds: Grams, n: int) -> list[Array]:
    handle, name = surface.of(2 * n, 3 * n), surface.of(3 * n, 4 * n)
    keys = {field: _keys(*reversed(thirds.of(field))) for field in (Field.HANDLE, Field.ACCOUNT)}
    shares = []
    for one, other in ((Field.HANDLE, Field.ACCOUNT), (Field.ACCOUNT, Field.HANDLE)):
        owner = thirds.of(one)[1]
        hit, _ = _found(keys[one], np.sort(keys[other]))
        shares.append(np.bincount(owner[hit], minlength=n) / np.maximum(np.bincount(owner, minlength=n), 1))
    return [
        _count(handle.codes != EDGE, handle, n) / 10, _count(name.codes != EDGE, name, n) / 10,
        _count(_between(handle.codes, (48, 57)), handle, n) / 5, _count(handle.codes == 95, handle, n), *shares,
    ]  # fmt: skip

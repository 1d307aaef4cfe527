"""Screening speed on one core, beside what others would use and beside the floor."""

from __future__ import annotations

import json
import time
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from bot import settings
from bot.cli.bench.shared import best_of, percentile, resident_mb
from bot.roster.load import load
from moderation.jsonl import reply_of
from moderation.model import Reply
from moderation.screen import load_screener

_OWN = Path(__file__).parents[3] / "moderation" / "training" / "own"
_MOST = 2000


def measure(file: Path | None) -> dict[str, Any]:
    """Replies a second, microseconds at p50 and p99, megabytes; each peer over the same replies in the same run."""
    replies = shipped_rows(file)
    before = resident_mb()
    screener = load_screener(load(settings.environment().accounts).registry.officials())
    screener.screen_many(replies[:200])
    memory = resident_mb() - before
    single = [_one(screener.screen, reply) for reply in replies]
    ours = len(replies) / best_of(lambda: screener.screen_many(replies))
    busy = min(_busy(lambda: screener.screen_many(replies)) for _ in range(3))
    peers = {name: len(replies) / best_of(run) for name, run in _peers(replies)}
    return {
        "replies": len(replies),
        "replies_per_s": round(ours),
        "replies_per_processor_s": round(len(replies) / busy),
        "p50_ms": round(percentile(single, 0.50) * 1e3, 3),
        "p99_ms": round(percentile(single, 0.99) * 1e3, 3),
        "memory_mb": round(memory, 1),
        "peers": {
            name: {"replies_per_s": round(speed), "times_ours": round(speed / ours, 2)} for name, speed in peers.items()
        },
    }


def lines(found: dict[str, Any]) -> Iterable[str]:
    yield f"screening, whole verdict, batch {found['replies_per_s']:8,} /s  (must 3,000, aim 20,000)"
    yield f"  by processor time             {found['replies_per_processor_s']:8,} /s  (what a core does that nobody shares)"
    yield f"  one verdict p50 / p99         {found['p50_ms']:.2f} / {found['p99_ms']:.2f} ms  (must 3, aim 0.5)"
    yield f"  engine, data and models       {found['memory_mb']:8.1f} MB  (must 150, aim 60)"
    for name, peer in found["peers"].items():
        yield f"  {name:30}{peer['replies_per_s']:8,} /s  {peer['times_ours']:8.2f} times ours"


def shipped_rows(file: Path | None = None) -> list[Reply]:
    """Up to two thousand labelled rows in all languages, or those of a file."""
    files = [file] if file else sorted(_OWN.glob("*.jsonl"))
    rows = [json.loads(line) for path in files for line in path.read_text(encoding="utf-8").splitlines() if line]
    return [reply_of(row) for row in rows[:: max(1, len(rows) // _MOST)]][:_MOST]


def _one(screen: Callable[[Reply], object], reply: Reply) -> float:
    began = time.perf_counter()
    screen(reply)
    return time.perf_counter() - began


def _busy(work: Callable[[], object]) -> float:
    """Seconds of processor time."""
    began = time.process_time()
    work()
    return time.process_time() - began


def _peers(replies: Sequence[Reply]) -> Iterable[tuple[str, Callable[[], object]]]:
    """The floor, a plain keyword list, a plain n-gram model, and Presidio where it is installed."""
    texts = [reply.text for reply in replies]
    yield "floor: NFKC + one automaton", _floor(texts)
    yield "plain keyword list (re)", _keywords(texts)
    with suppress(ImportError):
        yield "scikit-learn n-grams + LR", _plain_model(replies)
    with suppress(ImportError):  # not pinned: pip install presidio-analyzer beside it to see it here
        yield "presidio-analyzer patterns (en)", _presidio(texts)


def _terms() -> list[str]:
    from moderation.lexicon import lexicon_files, read_terms

    return sorted({term.text for path in lexicon_files() for term in read_terms(path) if term.text})


def _floor(texts: Sequence[str]) -> Callable[[], object]:
    from ahocorasick_rs import AhoCorasick

    automaton = AhoCorasick(_terms())
    return lambda: [automaton.find_matches_as_indexes(unicodedata.normalize("NFKC", text).casefold()) for text in texts]


def _keywords(texts: Sequence[str]) -> Callable[[], object]:
    import re

    pattern = re.compile("|".join(re.escape(term) for term in _terms()))
    return lambda: [pattern.findall(text) for text in texts]


def _plain_model(replies: Sequence[Reply]) -> Callable[[], object]:
    import numpy as np
    from sklearn.feature_extraction.text import HashingVectorizer
    from sklearn.linear_model import SGDClassifier
    from sklearn.multiclass import OneVsRestClassifier

    texts = [f"{reply.text}\n{reply.author.handle}\n{reply.author.name}" for reply in replies]
    vectors = HashingVectorizer(analyzer="char", ngram_range=(1, 5), n_features=2**18)
    labels = np.random.default_rng(1).integers(0, 2, (len(texts), 9))
    model = OneVsRestClassifier(SGDClassifier(loss="log_loss", max_iter=5, tol=None, random_state=1))
    model.fit(vectors.transform(texts), labels)
    return lambda: model.predict_proba(vectors.transform(texts))


def _presidio(texts: Sequence[str]) -> Callable[[], object]:
    from presidio_analyzer import predefined_recognizers as known

    names = ("EmailRecognizer", "CreditCardRecognizer", "IpRecognizer", "IbanRecognizer", "PhoneRecognizer")
    recognizers = [getattr(known, name)() for name in names]
    some = texts[:300]

    def run() -> object:
        return [
            recognizer.analyze(text, recognizer.supported_entities, None) for text in some for recognizer in recognizers
        ] * (len(texts) // len(some))

    return run

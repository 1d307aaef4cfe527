"""Prove the audit chain: every link from the first to the head, and the head against the newest row."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from bot.store import audit
from bot.store.database import Store
from bot.usecases.parts import Parts


@dataclass(frozen=True, slots=True)
class Proof:
    """``broken_at`` is the number of the first event that does not hold, None when the chain is whole."""

    events: int
    whole: bool
    head: str
    broken_at: int | None = None
    why: str = ""


def verify(parts: Parts) -> Proof:
    """Finds changed, missing, reordered, forked and cut-off events."""
    return verify_store(parts.store)


def verify_store(store: Store) -> Proof:
    """The same for a database without a service around it."""
    previous, count = audit.GENESIS, 0
    with store.read() as tx:
        head_seq, head_hash = audit.head(tx)
        for seq, body, stored_previous, link in audit.raw_lines(tx):
            count += 1
            if seq != count:
                return Proof(count, False, head_hash, count, "this event is missing")
            if stored_previous != previous:
                return Proof(count, False, head_hash, seq, "it does not follow from the event before it")
            if hashlib.sha256(f"{previous}\n{body}".encode("utf-8", "surrogatepass")).hexdigest() != link:
                return Proof(count, False, head_hash, seq, "its words were changed after it was written")
            previous = link
    if (count, previous) != (head_seq, head_hash):
        return Proof(count, False, head_hash, min(count, head_seq) + 1, "the end of the chain was cut off or added to")
    return Proof(count, True, previous)

"""People's words at rest: sealed with a key that is kept outside the database."""

from __future__ import annotations

import hashlib
import hmac
import os
from dataclasses import dataclass, field

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from bot.domain.errors import KouhouError

_NONCE = 12


@dataclass(frozen=True, slots=True)
class Seal:
    """AES-256-GCM over UTF-8, and a keyed fingerprint for "the same words again"; ``key`` is 32 bytes."""

    key: bytes = field(repr=False)

    def close(self, words: str) -> bytes:
        """Nonce and ciphertext of ``words``; lone surrogates survive the round trip."""
        nonce = os.urandom(_NONCE)
        return nonce + AESGCM(self.key).encrypt(nonce, words.encode("utf-8", "surrogatepass"), None)

    def open(self, sealed: bytes) -> str:
        """The words back; raises KouhouError when the key is not the one that sealed them."""
        try:
            words = AESGCM(self.key).decrypt(sealed[:_NONCE], sealed[_NONCE:], None)
        except InvalidTag:
            raise KouhouError(
                "The evidence key does not fit this database; restore the key file that belongs to it."
            ).worded("problem.evidence-key") from None
        return words.decode("utf-8", "surrogatepass")

    def fingerprint(self, words: str) -> str:
        """HMAC-SHA256, hex, under a key derived for this purpose: equal words, equal print; useless without the key."""
        return hmac.new(self._print_key(), words.encode("utf-8", "surrogatepass"), hashlib.sha256).hexdigest()

    def _print_key(self) -> bytes:
        return HKDF(SHA256(), 32, salt=None, info=b"kouhou fingerprint").derive(self.key)


def new_key() -> bytes:
    """A fresh random 32-byte key."""
    return os.urandom(32)

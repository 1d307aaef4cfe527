"""Passkeys (WebAuthn) as a second factor: the device proves that it is there; its private key never leaves it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

import webauthn
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from bot.domain.errors import NotAllowed
from bot.domain.people import Person
from bot.store import audit, people
from bot.store import second_factor as kept
from bot.usecases.parts import Parts
from bot.usecases.second_factor import CHALLENGE_LIVES, ISSUER, as_json, fresh_recovery, waiting_person
from bot.usecases.throttle import count_failure, refuse_hasty


@dataclass(frozen=True, slots=True)
class Site:
    """Where the console is seen: ``https://console.example``. Passkeys are bound to its host."""

    origin: str

    @property
    def host(self) -> str:
        return urlsplit(self.origin).hostname or ""


def start_registration(parts: Parts, site: Site, *, by: Person, session: int, now: datetime) -> str:
    """The options for ``navigator.credentials.create`` as JSON."""
    with parts.store.begin() as tx:
        options = webauthn.generate_registration_options(
            rp_id=site.host,
            rp_name=ISSUER,
            user_name=by.login,
            user_id=str(by.id).encode(),
            user_display_name=by.name or by.login,
            exclude_credentials=[_descriptor(each.credential) for each in kept.passkeys(tx, by.id)],
            authenticator_selection=AuthenticatorSelectionCriteria(
                resident_key=ResidentKeyRequirement.PREFERRED, user_verification=UserVerificationRequirement.PREFERRED
            ),
        )
        people.set_challenge(tx, session, bytes_to_base64url(options.challenge), until=now + CHALLENGE_LIVES)
    return webauthn.options_to_json(options)


def register(parts: Parts, site: Site, answer: str, *, name: str, by: Person, session: int, now: datetime) -> list[str]:
    """Takes a new passkey into use. Returns recovery codes when it is the person's first factor, else an empty list."""
    credential = as_json(answer)
    with parts.store.begin() as tx:
        challenge = people.take_challenge(tx, session, now=now)
    if not challenge:
        raise _refused()
    try:
        proof = webauthn.verify_registration_response(
            credential=credential,
            expected_challenge=base64url_to_bytes(challenge),
            expected_rp_id=site.host,
            expected_origin=site.origin,
        )
    except (WebAuthnException, ValueError, KeyError, TypeError):
        raise _refused() from None
    with parts.store.begin() as tx:
        known = people.login_of(tx, by.login)
        kept.add_passkey(
            tx,
            by.id,
            credential=bytes_to_base64url(proof.credential_id),
            public_key=proof.credential_public_key,
            count=proof.sign_count,
            name=name.strip() or "passkey",
            at=now,
        )
        people.prove_second_factor(tx, session)
        audit.append(tx, by, "user.passkey-added", f"user:{by.login}", at=now)
        return [] if known and known.has_factor else fresh_recovery(tx, by.id)


def start_proof(parts: Parts, site: Site, session: int, *, address: str, now: datetime) -> str:
    """The options for ``navigator.credentials.get`` as JSON, for the person who waits in this session."""
    person = waiting_person(parts, session, address)
    with parts.store.begin() as tx:
        options = webauthn.generate_authentication_options(
            rp_id=site.host, allow_credentials=[_descriptor(each.credential) for each in kept.passkeys(tx, person.id)]
        )
        people.set_challenge(tx, session, bytes_to_base64url(options.challenge), until=now + CHALLENGE_LIVES)
    return webauthn.options_to_json(options)


def prove(parts: Parts, site: Site, answer: str, session: int, *, address: str, now: datetime) -> Person:
    """The second step of sign-in with a passkey. Raises NotAllowed when it is not this person's or not fresh."""
    person = waiting_person(parts, session, address)
    refuse_hasty(parts, f"factor:{person.id}")
    credential = as_json(answer)
    with parts.store.begin() as tx:
        challenge = people.take_challenge(tx, session, now=now)
        mine = {each.credential: each for each in kept.passkeys(tx, person.id)}
    passkey = mine.get(str(credential.get("id", "")))
    try:
        proof = (
            passkey
            and challenge
            and webauthn.verify_authentication_response(
                credential=credential,
                expected_challenge=base64url_to_bytes(challenge),
                expected_rp_id=site.host,
                expected_origin=site.origin,
                credential_public_key=passkey.public_key,
                credential_current_sign_count=passkey.sign_count,
            )
        )
    except (WebAuthnException, ValueError, KeyError, TypeError):
        proof = None
    if passkey is None or not proof:
        count_failure(parts, f"factor:{person.id}")
        with parts.store.begin() as tx:
            audit.append(tx, person, "session.second-factor-refused", f"user:{person.login}", at=now)
        raise _refused() from None
    with parts.store.begin() as tx:
        kept.use_passkey(tx, passkey.id, count=proof.new_sign_count, at=now)
        people.prove_second_factor(tx, session)
        audit.append(tx, person, "session.second-factor", f"user:{person.login}", at=now, means="passkey")
    return person


def _descriptor(credential: str) -> PublicKeyCredentialDescriptor:
    return PublicKeyCredentialDescriptor(id=base64url_to_bytes(credential))


def _refused() -> NotAllowed:
    return NotAllowed("The passkey did not fit or the time was over; try again.").worded("problem.passkey")

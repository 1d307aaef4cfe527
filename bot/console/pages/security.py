"""One's own second factor, and the second step of sign-in."""

from __future__ import annotations

import base64
import io

import qrcode
import qrcode.image.svg
from fastapi.responses import Response

import bot.console.first  # noqa: F401  what comes before every page is known once this room is
from bot.console.guard import ANYBODY, SIGNED_IN, GoFirst, Here, Number, Room
from bot.console.show import NAV, go, page, sentence
from bot.console.visit import Visit
from bot.domain.errors import KouhouError, NotAllowed
from bot.store import people
from bot.store import second_factor as kept
from bot.usecases import passkeys, second_factor
from bot.usecases.passkeys import Site

room = Room()
NAV.append(("/security", "people.nav-security", "", None))


@room.page("/second-factor", ANYBODY)
def second_step_page(visit: Here) -> Response:
    return _second_step(visit) if _waits(visit) else go("/")


@room.form("/second-factor", ANYBODY)
def second_step(visit: Here) -> Response:
    _demand_waiting(visit)
    try:
        second_factor.pass_code(
            visit.parts, visit.session, visit.form.get("code", ""), address=_address(visit), now=visit.now
        )
    except KouhouError as exc:
        return _second_step(visit, problem=sentence(visit, exc), status=403)
    return go("/")


@room.form("/second-factor/passkey", ANYBODY)
def second_step_passkey(visit: Here) -> Response:
    """The same page with what the browser needs to ask the device."""
    _demand_waiting(visit)
    options = passkeys.start_proof(visit.parts, site_of(visit), visit.session, address=_address(visit), now=visit.now)
    return _second_step(visit, options=options)


@room.form("/second-factor/passkey/prove", ANYBODY)
def second_step_proof(visit: Here) -> Response:
    _demand_waiting(visit)
    try:
        passkeys.prove(
            visit.parts,
            site_of(visit),
            visit.form.get("answer", ""),
            visit.session,
            address=_address(visit),
            now=visit.now,
        )
    except KouhouError as exc:
        return _second_step(visit, problem=sentence(visit, exc), status=403)
    return go("/")


@room.page("/security", SIGNED_IN)
def security(visit: Here) -> Response:
    with visit.parts.store.read() as tx:
        known = people.login_of(tx, visit.by.login)
        devices = kept.passkeys(tx, visit.by.id)
        codes = kept.recovery_left(tx, visit.by.id)
    due = not visit.app.settings.practice and known is not None and not known.has_factor
    return page(
        visit,
        "people/security.html",
        account=known,
        devices=devices,
        codes=codes,
        due=due,
        can_passkey=_can_passkey(visit),
    )


@room.form("/security/totp", SIGNED_IN)
def start_totp(visit: Here) -> Response:
    second_factor.start_totp(visit.parts, by=visit.by, now=visit.now)
    return go("/security/totp")


@room.page("/security/totp", SIGNED_IN)
def totp_page(visit: Here) -> Response:
    return _totp(visit)


@room.form("/security/totp/confirm", SIGNED_IN)
def confirm_totp(visit: Here) -> Response:
    try:
        codes = second_factor.confirm_totp(
            visit.parts, visit.form.get("code", ""), by=visit.by, session=visit.session, now=visit.now
        )
    except KouhouError as exc:
        return _totp(visit, problem=sentence(visit, exc), status=422)
    return page(visit, "people/recovery.html", codes=codes)


@room.form("/security/totp/remove", SIGNED_IN)
def remove_totp(visit: Here) -> Response:
    second_factor.remove_totp(visit.parts, by=visit.by, password=visit.form.get("password", ""), now=visit.now)
    return go("/security", done="factor-removed")


@room.form("/security/recovery", SIGNED_IN)
def recovery(visit: Here) -> Response:
    codes = second_factor.new_recovery_codes(
        visit.parts, by=visit.by, password=visit.form.get("password", ""), now=visit.now
    )
    return page(visit, "people/recovery.html", codes=codes)


@room.form("/security/passkeys", SIGNED_IN)
def start_passkey(visit: Here) -> Response:
    options = passkeys.start_registration(
        visit.parts, site_of(visit), by=visit.by, session=visit.session, now=visit.now
    )
    return page(visit, "people/passkey.html", options=options)


@room.form("/security/passkeys/add", SIGNED_IN)
def add_passkey(visit: Here) -> Response:
    codes = passkeys.register(
        visit.parts,
        site_of(visit),
        visit.form.get("answer", ""),
        name=visit.form.get("name", ""),
        by=visit.by,
        session=visit.session,
        now=visit.now,
    )
    return page(visit, "people/recovery.html", codes=codes) if codes else go("/security", done="passkey-added")


@room.form("/security/passkeys/{number}/remove", SIGNED_IN)
def remove_passkey(visit: Here, number: Number) -> Response:
    second_factor.remove_passkey(
        visit.parts, number, by=visit.by, password=visit.form.get("password", ""), now=visit.now
    )
    return go("/security", done="factor-removed")


def site_of(visit: Visit) -> Site:
    """Where the browser sees this console: the operator's word, else the address that was asked for."""
    seen = visit.app.settings.public_url or f"{visit.request.url.scheme}://{visit.request.headers.get('host', '')}"
    return Site(seen)


def _can_passkey(visit: Visit) -> bool:
    """Browsers know passkeys for names over https, and for localhost; never for a bare number."""
    site = site_of(visit)
    return site.host == "localhost" or (site.origin.startswith("https:") and not site.host.replace(".", "").isdigit())


def _waits(visit: Visit) -> bool:
    return visit.person is None and visit.session > 0


def _demand_waiting(visit: Visit) -> None:
    if visit.person is not None:
        raise GoFirst("/")
    if not visit.session:
        raise NotAllowed("Sign in first.").worded("problem.sign-in-first")


def _second_step(visit: Visit, *, problem: object = "", options: str = "", status: int = 200) -> Response:
    with visit.parts.store.read() as tx:
        session = people.session_by_id(tx, visit.session)
        devices = kept.passkeys(tx, session.user) if session else []
    return page(visit, "people/second_factor.html", status, problem=problem, options=options, has_passkey=bool(devices))


def _totp(visit: Visit, *, problem: object = "", status: int = 200) -> Response:
    waiting = second_factor.waiting_totp(visit.parts, by=visit.by)
    if waiting is None:
        return go("/security")
    return page(
        visit, "people/totp.html", status, secret=waiting.secret, picture=_picture(waiting.uri), problem=problem
    )


def _picture(uri: str) -> str:
    """The address as a QR code: SVG in a ``data:`` address, drawn here, seen by nobody else."""
    out = io.BytesIO()
    qrcode.make(uri, image_factory=qrcode.image.svg.SvgPathFillImage, box_size=12).save(out)
    return "data:image/svg+xml;base64," + base64.b64encode(out.getvalue()).decode()


def _address(visit: Visit) -> str:
    return visit.request.client.host if visit.request.client else ""

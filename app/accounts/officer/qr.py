"""The QR code for an authenticator app."""

import io

import segno
from flask import Response

from app.accounts import totp
from app.accounts.models import StaffSession
from app.accounts.service import second_factor
from app.accounts.vault import vault
from app.kernel.errors import NotFound
from app.organisation import queries as organisation


def _secret(session: StaffSession) -> str:
    return vault().totp_secret(session.user_id, second_factor.seed_in_waiting(session))


def readable_secret(session: StaffSession) -> str:
    """The same secret for typing it by hand."""
    return totp.grouped(_secret(session))


def picture(session: StaffSession | None) -> Response:
    """The secret that this session offers, as SVG.

    Raises NotFound without a session, and once there is a second factor.
    """
    if session is None or session.user.totp_seed is not None:
        raise NotFound
    address = totp.address_for_app(
        _secret(session),
        username=session.user.username,
        issuer=organisation.agency().name or "Lắng Nghe",
    )
    buffer = io.BytesIO()
    segno.make(address, error="m").save(
        buffer,
        kind="svg",
        scale=6,
        border=4,
        light="#fff",
        xmldecl=False,
        svgclass=None,
        lineclass=None,
    )
    return Response(
        buffer.getvalue(), mimetype="image/svg+xml", headers={"Cache-Control": "no-store"}
    )

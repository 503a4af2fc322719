"""Both halves of a passkey's ceremony at the web's end: the options go to the browser's script, the
challenge into its cookie, and what comes back is redeemed once.
"""

from urllib.parse import urlsplit

from flask import Response, json, request, session
from flask_babel import gettext as _

from app.accounts.models import PasskeyUse, User
from app.accounts.service import passkeys
from app.accounts.vault import vault
from app.extensions import db
from app.kernel.forms import BaseForm

_CHALLENGE = "passkey"


def possible() -> bool:
    """Can a browser use passkeys at the address where it is?"""
    host = vault().passkey_host
    return host is not None and urlsplit(request.host_url).hostname == host


def options(use: PasskeyUse, user: User | None) -> Response:
    """Begin one: the options for the script."""
    token, found = passkeys.begin(use, user, address=request.remote_addr or "")
    session[_CHALLENGE] = token
    return Response(found, mimetype="application/json")


def said(form: BaseForm) -> tuple[Response, int]:
    """What is wrong with the form, for the script."""
    words = [error for errors in form.errors.values() for error in errors]
    body = json.dumps({"message": " ".join(map(str, words))})
    return Response(body, mimetype="application/json"), 422


def challenge(use: PasskeyUse, user: User | None) -> bytes:
    """What the key has to have signed; it counts once, whatever comes of it.

    Raises FieldError when there is none or it is too old.
    """
    try:
        return passkeys.redeem(session.pop(_CHALLENGE, None), use, user)
    finally:
        db.session.commit()


def needs_script(form: BaseForm) -> bool:
    """Was the form sent without the script that asks the key? Then the form says so."""
    if form["credential"].data:
        return False
    form["credential"].errors = [_("Khóa truy cập cần JavaScript và một trình duyệt mới.")]
    return True

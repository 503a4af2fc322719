"""Browsers in which an account signed in before: a signed cookie of its own, so that other people's
wrong passwords never keep the owner waiting.

It opens nothing: whoever holds it only has tries of their own. Several people share a computer of
the office, so that it names several accounts.
"""

import secrets

from flask import Response, current_app, request
from itsdangerous import BadData, URLSafeTimedSerializer

from app.accounts.models import User
from app.accounts.service.signing_in import normal_username
from app.accounts.vault import vault

#: Days after the last sign-in for which a browser is known.
DAYS = 365
#: Accounts that one browser is known for; the one that signed in longest ago goes.
_MOST = 8


def _name() -> str:
    return "__Secure-may" if current_app.config["SESSION_COOKIE_SECURE"] else "may"


def _signer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(vault().secret_key, salt="known-device")


def _account(username: str) -> str:
    # Whoever reads the cookie learns no name.
    return vault().hash_token("device", normal_username(username))[:16]


def _known() -> dict[str, str]:
    try:
        found = _signer().loads(request.cookies.get(_name(), ""), max_age=DAYS * 86_400)
    except BadData:
        return {}
    return dict(found)


def of(username: str) -> str | None:
    """The secret of this browser for this account; None where it has not signed in here before."""
    return _known().get(_account(username))


def remember(response: Response, user: User) -> Response:
    """Know this browser from now on: the password was right."""
    account = _account(user.username)
    others = [(name, secret) for name, secret in _known().items() if name != account]
    known = dict([*others[-(_MOST - 1) :], (account, secrets.token_urlsafe(12))])
    response.set_cookie(
        _name(),
        str(_signer().dumps(known)),
        max_age=DAYS * 86_400,
        path="/can-bo/dang-nhap",
        httponly=True,
        samesite="Strict",
        secure=current_app.config["SESSION_COOKIE_SECURE"],
    )
    return response

"""The cookie's half of a session: our secret and the time last seen, nothing else; the row decides.

Flask's signed cookie carries both. Reading pages write nothing to the database: idleness is told by
the signed time, which moves on at most once a minute. A visitor without a cookie costs no look at
the session and no statement.
"""

import datetime as dt

from flask import Request, current_app, g, request, session
from flask_login import AnonymousUserMixin

from app.access import P, Role
from app.accounts import queries
from app.accounts.models import StaffSession, User
from app.accounts.policy import is_alive, is_signed_in
from app.accounts.vault import vault
from app.kernel.clock import now

_TOKEN, _SEEN = "staff", "seen"
#: Seconds between two times seen.
_REFRESH = 60


class Nobody(AnonymousUserMixin):  # type: ignore[misc]
    """A visitor who is not signed in."""

    id = None
    full_name = ""
    unit_id = None
    roles: frozenset[Role] = frozenset()

    def has(self, permission: P) -> bool:  # noqa: ARG002  (nobody is asked like somebody)
        """Nobody holds nothing."""
        return False


def begin(token: str) -> None:
    """Put a new secret into the cookie and drop everything that was there before, whoever had put
    it there.
    """
    session.clear()
    session[_TOKEN] = token
    session[_SEEN] = int(now().timestamp())
    _forget_request()


def forget() -> None:
    """Empty the cookie."""
    session.clear()
    _forget_request()


def current() -> StaffSession | None:
    """The running session of this request, also one that still lacks its second factor."""
    if "staff_session" not in g:
        g.staff_session = _load()
    found: StaffSession | None = g.staff_session
    return found


def half_way() -> StaffSession | None:
    """The running session that has only its password so far."""
    found = current()
    return (
        found
        if found is not None and not is_signed_in(found, found.user, demo=vault().demo)
        else None
    )


def load_user(_request: Request) -> User | None:
    """Flask-Login asks who this is: the person of a complete session."""
    found = current()
    return (
        found.user
        if found is not None and is_signed_in(found, found.user, demo=vault().demo)
        else None
    )


def _load() -> StaffSession | None:
    if current_app.config["SESSION_COOKIE_NAME"] not in request.cookies and not session.modified:
        return None
    token, seen = session.get(_TOKEN), session.get(_SEEN)
    if not isinstance(token, str) or not isinstance(seen, int):
        return None
    moment = now()
    found = queries.session_with_token(token)
    if found is None or not is_alive(found, moment, seen=dt.datetime.fromtimestamp(seen, dt.UTC)):
        session.pop(_TOKEN)
        session.pop(_SEEN)
        return None
    if moment.timestamp() - seen >= _REFRESH:
        session[_SEEN] = int(moment.timestamp())
    return found


def _forget_request() -> None:
    # What this request found out so far, and the CSRF token made for the session that is gone.
    for name in ("staff_session", "_login_user", "csrf_token"):
        g.pop(name, None)

"""Which submissions this browser has opened with code and PIN, or with a link from a mail: one
secret for each, in its cookie.

The row behind the secret decides, not the cookie: closing a submission ends every copy of the
cookie at once. Another device that opened it with the PIN or a link of its own stays open: closing
is about the computer at which somebody sits.
"""

from flask import current_app, session

from app.submissions import queries, service
from app.submissions.models import Submission

#: More than this many at once are not kept; the oldest goes.
MOST = 10
_KEY = "unlocked"


def grant(submission: Submission) -> None:
    """Open this submission for this browser, in place of an earlier opening of the same one."""
    revoke(submission)
    held = _held()
    service.close([_hash(secret) for secret in held[: 1 - MOST]])
    secret = service.open_for_browser(submission, secret_key=_secret_key())
    session[_KEY] = [*held[1 - MOST :], secret]


def revoke(submission: Submission) -> None:
    """Close it again, on a computer that others use too, and wherever its cookie was copied to."""
    closed = service.close([_hash(secret) for secret in _held()], submission)
    session[_KEY] = [secret for secret in _held() if _hash(secret) not in closed]


def find(code: str) -> Submission | None:
    """The submission of this code when this browser has opened it;

    None when not, and when there is no such code. One statement, none without an opening.
    """
    held = _held()
    return queries.opened(code, [_hash(secret) for secret in held]) if held else None


def _held() -> list[str]:
    return [secret for secret in session.get(_KEY, []) if isinstance(secret, str)]


def _hash(secret: str) -> str:
    return service.opening_hash(secret, secret_key=_secret_key())


def _secret_key() -> str:
    return str(current_app.secret_key)

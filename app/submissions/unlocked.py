"""Which submissions this browser has opened with code and PIN, or with a link from a mail: a short
list in its cookie.

Only ids and times stand there, signed; nothing of the submission itself.
"""

from flask import session

from app.kernel.clock import now
from app.submissions import queries
from app.submissions.models import Submission

#: Hours for which a submission stays open in the browser that opened it.
HOURS = 2
#: More than this many at once are not kept; the oldest goes.
MOST = 10
_KEY = "unlocked"


def grant(submission: Submission) -> None:
    """Open this submission for this browser."""
    rows = [row for row in _running() if row[0] != submission.id][-(MOST - 1) :]
    session[_KEY] = [*rows, [submission.id, int(now().timestamp()) + HOURS * 3600]]


def revoke(submission: Submission) -> None:
    """Close it again, on a computer that others use too."""
    session[_KEY] = [row for row in _running() if row[0] != submission.id]


def find(code: str) -> Submission | None:
    """The submission of this code when this browser has opened it;

    None when not, and when there is no such code.
    """
    submission = queries.by_code(code)
    if submission is None or submission.erased_at is not None:
        return None
    return submission if any(row[0] == submission.id for row in _running()) else None


def _running() -> list[list[int]]:
    moment = int(now().timestamp())
    return [list(row) for row in session.get(_KEY, []) if row[1] > moment]

"""Which complaints and denunciations this person has opened in this browser: for a quarter of an
hour, and written down.

Only ids and times stand in the signed cookie; it ends with the session, and another person's
opening does not count.
"""

from flask import session

from app.accounts.models import User
from app.kernel.clock import now
from app.questions.models import Question

#: Minutes for which a restricted question stays open.
MINUTES = 15
#: More than this many at once are not kept; the oldest goes.
MOST = 10
_KEY = "restricted"


def grant(question: Question, user: User) -> None:
    """Open this question for this person."""
    rows = [row for row in _running(user) if row[0] != question.id][-(MOST - 1) :]
    session[_KEY] = [*rows, [question.id, user.id, int(now().timestamp()) + MINUTES * 60]]


def is_open(question: Question, user: User) -> bool:
    """Has this person opened it within the last quarter of an hour?"""
    return any(row[0] == question.id for row in _running(user))


def _running(user: User) -> list[list[int]]:
    moment = int(now().timestamp())
    return [list(row) for row in session.get(_KEY, []) if row[1] == user.id and row[2] > moment]

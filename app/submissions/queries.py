"""Reading submissions."""

import sqlalchemy as sa

from app.extensions import db
from app.submissions.codes import normal_code
from app.submissions.models import Submission


def by_code(code: str) -> Submission | None:
    """The submission with this tracking code, however it is typed, or None."""
    return db.session.scalar(sa.select(Submission).where(Submission.code == normal_code(code)))


def is_known(idempotency_key: str) -> bool:
    """Has the form with this key been taken in already?"""
    return (
        db.session.scalar(
            sa.select(Submission.id).where(Submission.idempotency_key == idempotency_key)
        )
        is not None
    )

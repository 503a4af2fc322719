"""Reading submissions."""

from collections.abc import Sequence

import sqlalchemy as sa

from app.extensions import db
from app.kernel.clock import now
from app.submissions.codes import normal_code
from app.submissions.models import Submission, SubmissionToken
from app.submissions.states import TokenPurpose


def by_code(code: str) -> Submission | None:
    """The submission with this tracking code, however it is typed, or None."""
    return db.session.scalar(sa.select(Submission).where(Submission.code == normal_code(code)))


def opened(code: str, hashes: Sequence[str]) -> Submission | None:
    """The submission of this code when one of these openings is of it and still runs, else None;
    never one that was erased.
    """
    opening = sa.exists().where(
        SubmissionToken.submission_id == Submission.id,
        SubmissionToken.purpose == TokenPurpose.OPEN,
        SubmissionToken.token_hash.in_(hashes),
        SubmissionToken.expires_at > now(),
    )
    return db.session.scalar(
        sa.select(Submission).where(
            Submission.code == normal_code(code), Submission.erased_at.is_(None), opening
        )
    )


def is_known(idempotency_key: str) -> bool:
    """Has the form with this key been taken in already?"""
    return (
        db.session.scalar(
            sa.select(Submission.id).where(Submission.idempotency_key == idempotency_key)
        )
        is not None
    )

"""What the office reads: consultations in their stages, and one with all that happened to it."""

import sqlalchemy as sa

from app.consultations.models.comment import Comment
from app.consultations.models.consultation import Consultation, ConsultationLog
from app.extensions import db
from app.kernel.errors import NotFound
from app.submissions.models import Submission


def by_id(consultation_id: int) -> Consultation:
    """The consultation. Raises NotFound."""
    found = db.session.get(Consultation, consultation_id)
    if found is None:
        raise NotFound
    return found


def by_slug(slug: str) -> Consultation:
    """The consultation at this address. Raises NotFound."""
    found: Consultation | None = db.session.scalar(
        sa.select(Consultation).where(Consultation.slug == slug)
    )
    if found is None:
        raise NotFound
    return found


def by_code(code: str) -> Consultation:
    """The consultation with this code, such as LYK-2026-07. Raises NotFound."""
    found: Consultation | None = db.session.scalar(
        sa.select(Consultation).where(Consultation.code == code.strip().upper())
    )
    if found is None:
        raise NotFound
    return found


def log_of(consultation: Consultation, *, public_only: bool = False) -> list[ConsultationLog]:
    """What happened, oldest first."""
    query = (
        sa.select(ConsultationLog)
        .where(ConsultationLog.consultation_id == consultation.id)
        .order_by(ConsultationLog.id)
    )
    return list(db.session.scalars(query.where(ConsultationLog.public) if public_only else query))


def comment_by_code(code: str) -> Comment:
    """The comment with this tracking code. Raises NotFound."""
    query = (
        sa.select(Comment)
        .join(Submission, Submission.id == Comment.submission_id)
        .where(Submission.code == code.upper())
    )
    found: Comment | None = db.session.scalar(query)
    if found is None:
        raise NotFound
    return found


def comment_by_submission(submission_id: int) -> Comment:
    """The comment made from this submission. Raises NotFound."""
    found: Comment | None = db.session.scalar(
        sa.select(Comment).where(Comment.submission_id == submission_id)
    )
    if found is None:
        raise NotFound
    return found

"""What the office reads: consultations in their stages, and one with all that happened to it."""

import sqlalchemy as sa

from app.consultations.models import Consultation, ConsultationLog
from app.extensions import db
from app.kernel.errors import NotFound


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

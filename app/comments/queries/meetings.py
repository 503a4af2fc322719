"""Village meetings as their minutes counted them: beside the comments, never mixed with them."""

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from app.comments.models import Comment, VillageMeeting
from app.extensions import db
from app.kernel.errors import NotFound


@dataclass(frozen=True, slots=True)
class MeetingTotals:
    """People at all meetings together. Who was silent is in `present` and in nothing else."""

    meetings: int
    present: int
    agree: int
    disagree: int


def of_consultation(consultation_id: int) -> list[VillageMeeting]:
    """The meetings, in the order in which they were held."""
    query = sa.select(VillageMeeting).where(VillageMeeting.consultation_id == consultation_id)
    return list(db.session.scalars(query.order_by(VillageMeeting.held_on, VillageMeeting.id)))


def totals(found: Sequence[VillageMeeting]) -> MeetingTotals:
    """What they add up to."""
    return MeetingTotals(
        len(found),
        sum(row.present for row in found),
        sum(row.agree for row in found),
        sum(row.disagree for row in found),
    )


def one(consultation_id: int, meeting_id: int) -> VillageMeeting:
    """A meeting of this consultation. Raises NotFound."""
    found = db.session.get(VillageMeeting, meeting_id)
    if found is None or found.consultation_id != consultation_id:
        raise NotFound
    return found


def statements(meeting_id: int) -> list[Comment]:
    """What was said there, in the order of the minutes."""
    return list(
        db.session.scalars(
            sa.select(Comment).where(Comment.meeting_id == meeting_id).order_by(Comment.id)
        )
    )

"""Replies as the office lists them."""

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from app.consultations.models.comment import Comment
from app.consultations.models.consultation import Consultation
from app.consultations.models.results import Point, Reply
from app.consultations.queries.points import in_file
from app.consultations.states import Decision, ReplyStage
from app.extensions import db
from app.kernel.paging import Page, keyset, page_of
from app.organisation.models import Unit
from app.submissions.models import Submission

PAGE_SIZE = 50


@dataclass(frozen=True, slots=True)
class ReplyRow:
    """One reply with what it answers."""

    id: int
    revision: int
    stage: ReplyStage
    decision: Decision | None
    text: str
    unit: str | None
    drafted_by: int | None
    points: int
    #: Its first point: how the reply is addressed.
    code: str
    number: int
    first: str
    issued: bool

    @property
    def seen(self) -> str:
        """«id:revision», as forms send it back."""
        return f"{self.id}:{self.revision}"


def page(
    consultation: Consultation,
    *,
    stage: ReplyStage | None = None,
    unit_id: int | None = None,
    after: str | None = None,
    before: str | None = None,
) -> Page[ReplyRow]:
    """One page of replies, oldest first. One statement."""
    answered = (
        sa.select(Point.reply_id, sa.func.min(Point.id).label("first"), sa.func.count().label("n"))
        .join(Comment, Comment.id == Point.comment_id)
        .where(Point.consultation_id == consultation.id, Point.reply_id.is_not(None), *in_file())
        .group_by(Point.reply_id)
        .subquery()
    )
    query: sa.Select[Any] = (
        sa.select(
            Reply.id,
            Reply.revision,
            Reply.stage,
            Reply.decision,
            Reply.text,
            Unit.name,
            Reply.drafted_by,
            answered.c.n,
            Submission.code,
            Point.number,
            Point.text,
            Point.issued_number.is_not(None),
        )
        .join(answered, answered.c.reply_id == Reply.id)
        .join(Point, Point.id == answered.c.first)
        .join(Comment, Comment.id == Point.comment_id)
        .join(Submission, Submission.id == Comment.submission_id)
        .outerjoin(Unit, Unit.id == Reply.unit_id)
        .where(Reply.consultation_id == consultation.id)
    )
    if stage is not None:
        query = query.where(Reply.stage == stage)
    if unit_id is not None:
        query = query.where(Reply.unit_id == unit_id)
    query, backwards = keyset(
        query, columns=(Reply.id,), descending=False, size=PAGE_SIZE, after=after, before=before
    )
    rows = [ReplyRow(*row) for row in db.session.execute(query)]
    return page_of(
        rows,
        size=PAGE_SIZE,
        key=lambda row: (row.id,),
        backwards=backwards,
        after=after,
        before=before,
    )

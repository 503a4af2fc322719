"""Replies as the office lists them."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from app.comments.answers import Decision, PublicReply
from app.comments.models import Comment
from app.consultations.models import Consultation
from app.extensions import db
from app.kernel.paging import Page, keyset, page_of
from app.organisation.models import Unit
from app.results.models import Point, Reply
from app.results.queries.points import in_file
from app.results.states import ReplyStage
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


def answers_of(ids: Collection[int]) -> dict[int, list[PublicReply]]:
    """Final replies by comment, in the order of its points. One statement."""
    columns: tuple[Any, ...] = (
        Point.comment_id,
        Point.number,
        Reply.decision,
        Reply.html,
        Reply.changed_where,
        Point.text,
    )
    query = (
        sa.select(*columns)
        .join(Reply, sa.and_(Reply.id == Point.reply_id, Reply.stage == ReplyStage.FINAL))
        .where(Point.comment_id.in_(list(ids)))
        .order_by(Point.comment_id, Point.number)
    )
    found: dict[int, list[PublicReply]] = {}
    for comment_id, *reply in db.session.execute(query):
        found.setdefault(comment_id, []).append(PublicReply(*reply))
    return found

"""What comments tell the rooms below them: how to resolve a reference, who may fetch a file, what
was said about clauses, works and places.
"""

from collections.abc import Collection
from typing import Any

import sqlalchemy as sa
from flask import Flask

from app.access.actors import Actor
from app.comments import policy
from app.comments.models import Comment, SurveyQuestion
from app.comments.queries import places, staff
from app.comments.queries.gate import public_comments
from app.comments.states import TargetKind
from app.consultations import policy as consultation_policy
from app.consultations import voices
from app.extensions import db
from app.files import gate
from app.kernel import links
from app.kernel.links import Resolved
from app.submissions.models import Submission


def resolve_comment(comment_id: int) -> Resolved | None:
    """A comment as staff link to it."""
    found = db.session.get(Comment, comment_id)
    if found is None:
        return None
    return Resolved(found.submission.code, None, f"/can-bo/gop-y/{found.submission.code}")


def may_read_sent(actor: Actor, submission: Submission) -> bool:
    """May this person read the comment that was made from this submission, and fetch what was
    attached?
    """
    comment = staff.comment_by_submission(submission.id)
    return policy.may_read_comment(actor, comment) and policy.sees_contacts(actor)


def may_fetch_office(row_id: int, actor: Actor | None) -> gate.Access:
    """Minutes of meetings: with names in them, so only for those who reach senders."""
    if actor is None or not (consultation_policy.may_read(actor) and policy.sees_contacts(actor)):
        return gate.Access.NONE
    return gate.Access.PRIVATE


# What was said
# --------------------------------------------------------------------------------------------------
def _about_clauses(consultation_id: int) -> tuple[sa.ColumnElement[bool], ...]:
    return Comment.consultation_id == consultation_id, Comment.target_kind == TargetKind.CLAUSE


def _on_clauses(consultation_id: int) -> sa.Subquery:
    return (
        public_comments(Comment.clause_anchor, sa.func.count().label("n"))
        .where(*_about_clauses(consultation_id))
        .group_by(Comment.clause_anchor)
        .subquery()
    )


def _pointing_at_clauses(consultation_id: int) -> dict[str, int]:
    query = (
        sa.select(Comment.clause_anchor, sa.func.count())
        .where(*_about_clauses(consultation_id))
        .group_by(Comment.clause_anchor)
    )
    return {str(anchor): number for anchor, number in db.session.execute(query)}


def _on_work(work_id: Any) -> sa.ScalarSelect[int]:
    counted = public_comments(sa.func.count(Comment.id)).where(Comment.project_id == work_id)
    return counted.correlate(work_id.class_).scalar_subquery()


def _questions(consultation_id: int) -> sa.Select[Any]:
    columns: tuple[Any, ...] = (SurveyQuestion.text, SurveyQuestion.id, SurveyQuestion.position)
    return sa.select(*columns).where(SurveyQuestion.consultation_id == consultation_id)


def _used_works(ids: Collection[int]) -> set[int]:
    query = sa.select(Comment.project_id).where(Comment.project_id.in_(list(ids))).distinct()
    return {number for number in db.session.scalars(query) if number is not None}


def init_app(app: Flask) -> None:
    """Register all of it."""
    links.register("comment", resolve_comment)
    gate.register("village_meeting", may_fetch_office)
    voices.fill(voices.Voices(_on_clauses, _pointing_at_clauses, _on_work, places.pins, _questions))
    voices.works_are_used_by(_used_works)

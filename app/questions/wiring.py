"""What questions tell the features below them: how to resolve a reference, who may fetch a file,
which deadlines move.
"""

from collections.abc import Iterator

from flask import Flask
from flask_babel import gettext as _

from app.access.actors import Actor
from app.extensions import db
from app.files import gate
from app.kernel import fulltext, links
from app.kernel.links import Ref, Resolved
from app.questions import policy
from app.questions.models import Question
from app.questions.queries import public, staff
from app.questions.service import keeping, publishing
from app.questions.service.keeping import moved_deadlines
from app.submissions.models import Submission
from app.workdays.calendar import Calendar
from app.workdays.events import MovedDeadline, register_deadlines


def resolve_question(question_id: int) -> Resolved | None:
    """A question as others link to it."""
    question = db.session.get(Question, question_id)
    if question is None:
        return None
    submission = question.submission
    public_url = f"/hoi-dap/{submission.code}" if public.public_one(submission.code) else None
    title = (
        submission.code
        if policy.is_restricted(question)
        else f"{submission.code} · {submission.public_title or submission.title}"
    )
    return Resolved(title, public_url, f"/can-bo/hoi-dap/{submission.code}")


def may_read_sent(actor: Actor, submission: Submission) -> bool:
    """May this person read the question that was made from this submission?"""
    return policy.may_read(actor, staff.by_submission_id(submission.id))


def may_fetch_answer(owner_id: int, actor: Actor | None) -> gate.Access:
    """What an officer attached to an answer: public with the answer, and staff's before."""
    question = db.session.get(Question, owner_id)
    if question is None:
        return gate.Access.NONE
    if public.public_one(question.submission.code) is not None:
        return gate.Access.PUBLIC
    return (
        gate.Access.PRIVATE
        if actor is not None and policy.may_read(actor, question)
        else gate.Access.NONE
    )


def may_fetch_draft(owner_id: int, actor: Actor | None) -> gate.Access:
    """What an officer attached to an answer that is not yet approved: staff's, whatever is public
    of an older one.
    """
    question = db.session.get(Question, owner_id)
    allowed = question is not None and actor is not None and policy.may_read(actor, question)
    return gate.Access.PRIVATE if allowed else gate.Access.NONE


def preview_deadlines(calendar: Calendar) -> list[MovedDeadline]:
    """Which open questions a changed calendar would move."""
    return [
        MovedDeadline(question.submission.code, Ref("question", question.id), old, new)
        for question, old, new in moved_deadlines(calendar)
    ]


def public_documents() -> Iterator[tuple[Ref, str, str]]:
    """Everything that belongs into the full-text index, for a rebuild."""
    for question in db.session.scalars(public.public(Question).order_by(Question.id)):
        yield Ref("question", question.id), *publishing.document_of(question)


def init_app(app: Flask) -> None:
    """Register all of it."""
    links.register("question", resolve_question)
    gate.register("answer", may_fetch_answer)
    gate.register("draft", may_fetch_draft)
    register_deadlines(_("Hỏi – đáp"), preview_deadlines, keeping.recompute_deadlines)
    fulltext.register_source("question", public_documents)

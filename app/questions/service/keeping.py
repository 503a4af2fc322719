"""What time and readers do to questions: deadlines when the calendar changes, closing, erasing,
reports, small counters.
"""

import datetime as dt

import sqlalchemy as sa
from flask_babel import gettext as _
from sqlalchemy.dialects import postgresql, sqlite

from app.access import P
from app.access.actors import SYSTEM, Actor
from app.audit import service as audit
from app.extensions import db
from app.kernel.clock import now, today
from app.kernel.errors import FieldError, Forbidden
from app.kernel.events import emit
from app.kernel.links import Ref
from app.kernel.text import clean, clean_line
from app.questions.events import ContentReported
from app.questions.models import (
    IS_OPEN,
    IS_SPAM,
    IS_TO_CLOSE,
    IS_UNVERIFIED,
    ContentReport,
    Presence,
    Question,
)
from app.questions.service.answering import close
from app.questions.service.core import pauses, set_due
from app.questions.service.publishing import erase
from app.questions.states import Classification, Visibility
from app.submissions.models import Submission
from app.submissions.service import CONFIRM_DAYS
from app.workdays import queries as workdays
from app.workdays.calendar import Calendar
from app.workdays.clock import due_date

#: Days after the answer until a question closes by itself.
CLOSE_DAYS = 10
SPAM_DAYS = 30
#: Days in which a report of wrong content is answered (Law 104/2016/QH13, Article 22).
REPORT_DAYS = 15
_BATCH = 100


def close_old() -> int:
    """Close what was answered ten days ago; returns how many."""
    limit = now() - dt.timedelta(days=CLOSE_DAYS)
    query = sa.select(Question).where(IS_TO_CLOSE, Question.answered_at < limit).limit(_BATCH)
    questions = db.session.scalars(query).all()
    for question in questions:
        close(question, actor=SYSTEM)
    return len(questions)


def erase_expired() -> int:
    """Erase what was never confirmed after seven days, and spam after thirty; returns how many."""
    moment = now()
    # What is only held has a known sender: nobody throws it away unseen.
    unconfirmed = (
        IS_UNVERIFIED,
        Question.created_at < moment - dt.timedelta(days=CONFIRM_DAYS),
        Question.submission.has(Submission.confirmed_at.is_(None)),
    )
    spam = (IS_SPAM, Question.spam_at < moment - dt.timedelta(days=SPAM_DAYS))
    questions = [
        row
        for rule in (unconfirmed, spam)
        for row in db.session.scalars(sa.select(Question).where(*rule).limit(_BATCH))
    ]
    for question in questions:
        erase(question, actor=SYSTEM, reason=_("Hết thời hạn lưu."))
    return len(questions)


def moved_deadlines(calendar: Calendar) -> list[tuple[Question, dt.date | None, dt.date | None]]:
    """The open questions whose due date would differ under this calendar: (question, now, then)."""
    ordinary = (
        Question.classification == Classification.ORDINARY,
        Question.visibility != Visibility.ERASED,
    )
    # One query for each partial index: SQLite reads the whole table for «one or the other».
    waiting = [
        row
        for rule in (IS_OPEN, IS_UNVERIFIED)
        for row in db.session.scalars(sa.select(Question).where(rule, *ordinary))
    ]
    found = []
    for question in sorted(waiting, key=lambda row: (row.sort_on, row.id)):
        then = due_date(
            calendar,
            received_on=question.received_on,
            working_days=question.working_days,
            pauses=pauses(question),
            extra_days=question.extra_days,
        )
        if then != question.due_on:
            found.append((question, question.due_on, then))
    return found


def recompute_deadlines(calendar: Calendar) -> int:
    """Bring every open due date in line with the calendar; what is closed keeps its history.

    Returns how many moved.
    """
    moved = moved_deadlines(calendar)
    for question, _before, _after in moved:
        set_due(question, calendar)
    db.session.flush()
    return len(moved)


def mark_helpful(question: Question, *, yes: bool) -> None:
    """Count an answer to «Có giúp được bạn không?». No revision: two readers at once must not
    refuse each other.

    Nor does the page count as changed.
    """
    column = Question.helpful_yes if yes else Question.helpful_no
    counted = {column: column + 1, Question.updated_at: Question.updated_at}
    db.session.execute(sa.update(Question).where(Question.id == question.id).values(counted))


def report_content(
    question: Question, *, body: str, contact: str, crowded: bool = False
) -> ContentReport:
    """A reader says that a published answer is wrong.

    `crowded`: many came from the same place, so that it waits in the list without a mail of its
    own. Raises FieldError.
    """
    body = clean(body)
    if not 10 <= len(body) <= 2000:
        raise FieldError("body", _("Hãy viết từ 10 đến 2.000 ký tự để chúng tôi biết chỗ nào sai."))
    report = ContentReport(
        question_id=question.id,
        body=body,
        contact=clean_line(contact)[:254],
        due_on=workdays.calendar().calendar_term(today(), REPORT_DAYS),
    )
    db.session.add(report)
    db.session.flush()
    if not crowded:
        emit(ContentReported(question, report))
    return report


def handle_report(report: ContentReport, *, actor: Actor, outcome: str) -> None:
    """Say what was done about a report."""
    if not actor.has(P.QUESTION_MODERATE):
        raise Forbidden(_("Bạn không có quyền xử lý báo sai."))
    outcome = clean(outcome)
    if not outcome:
        raise FieldError("outcome", _("Hãy ghi đã xử lý thế nào."))
    report.outcome, report.handled_by, report.handled_at = outcome[:1000], actor.id, now()
    db.session.flush()
    about = Ref("question", report.question_id)
    audit.record(
        "question:report_handled",
        actor_id=actor.id,
        actor=actor.full_name,
        about=about,
        data={"report": report.id},
    )


def note_presence(question: Question, actor: Actor) -> None:
    """This person has the question open now."""
    assert actor.id is not None
    moment = now()
    # One statement: the same person may have it open in two windows.
    dialect = sqlite if db.session.get_bind().dialect.name == "sqlite" else postgresql
    insert = dialect.insert(Presence).values(question_id=question.id, user_id=actor.id, at=moment)
    db.session.execute(
        insert.on_conflict_do_update(index_elements=["question_id", "user_id"], set_={"at": moment})
    )

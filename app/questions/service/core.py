"""The one writer of a question's stage, and what every change shares: the log row, the clock, the
revision check.
"""

import datetime as dt
from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from app.access.actors import Actor
from app.audit.moving import Mover
from app.extensions import db
from app.kernel.clock import today
from app.kernel.events import emit
from app.kernel.links import Ref
from app.questions import policy
from app.questions.events import QuestionMoved
from app.questions.models import Question, QuestionLog, QuestionPause
from app.questions.states import FLOW, OPEN_STAGES, Classification, Stage, Visibility
from app.workdays import queries as workdays
from app.workdays.calendar import Calendar
from app.workdays.clock import Pause, due_date

#: Working days for an answer where the topic says nothing.
DEFAULT_DAYS = 10
#: Where questions without a due date stand in the queue: last.
FAR_AWAY = dt.date(9999, 1, 1)
NOTE_MAX = 2000


def approved_files(question: Question) -> Ref:
    """The owner of what is attached to the approved answer: citizens may fetch it."""
    return Ref("answer", question.id)


def draft_files(question: Question) -> Ref:
    """The owner of what is attached to the draft: nobody outside may fetch it, not even where an
    older answer is public.
    """
    return Ref("draft", question.id)


mover: Mover[Question] = Mover("question", FLOW, QuestionLog, policy.may_ever)
ref, guard, write_log, record = mover.ref, mover.guard, mover.write_log, mover.record


def move(
    question: Question,
    name: str,
    *,
    actor: Actor,
    note: str = "",
    public_note: bool = False,
    target: Stage | None = None,
    details: Mapping[str, Any] | None = None,
) -> Question:
    """Take one step of the workflow: the only place where a question's stage changes.

    Services call `guard` with the revision that the officer saw before they change anything, then
    this. `target` is given only where the table says «where it was». Raises Forbidden when a person
    may not, Refused when the table has no such move.
    """

    def change(before: Stage) -> None:
        # Before anybody is told, since mails name the new date.
        if question.stage is not before:
            set_due(question)

    mover.step(
        question,
        name,
        actor=actor,
        target=target,
        change=change,
        note=note,
        public_note=public_note,
    )
    emit(QuestionMoved(question, name, actor, note, details or {}))
    return question


def pauses(question: Question) -> list[Pause]:
    """The days on which the clock stood still."""
    rows = db.session.scalars(
        sa.select(QuestionPause)
        .where(QuestionPause.question_id == question.id)
        .order_by(QuestionPause.id)
    )
    return [Pause(row.started_on, row.ended_on, row.reason) for row in rows]


def set_due(
    question: Question, calendar: Calendar | None = None, *, known_pauses: list[Pause] | None = None
) -> None:
    """Compute the due date again from events and the calendar."""
    waits = (
        question.stage in OPEN_STAGES | {Stage.UNVERIFIED}
        and question.visibility is not Visibility.ERASED
    )
    if not waits or question.classification is not Classification.ORDINARY:
        question.due_on, question.sort_on = None, FAR_AWAY
        return
    question.due_on = due_date(
        calendar or workdays.calendar(),
        received_on=question.received_on,
        working_days=question.working_days,
        pauses=pauses(question) if known_pauses is None else known_pauses,
        extra_days=question.extra_days,
    )
    question.sort_on = question.due_on or FAR_AWAY


def start_pause(question: Question, reason: str, reply_by: dt.date | None) -> None:
    """Stop the clock from today on."""
    db.session.add(
        QuestionPause(
            question_id=question.id, started_on=today(), reason=reason[:500], reply_by=reply_by
        )
    )
    db.session.flush()


def end_pause(question: Question) -> None:
    """Let the clock run again: today counts."""
    db.session.execute(
        sa.update(QuestionPause)
        .where(QuestionPause.question_id == question.id, QuestionPause.ended_on.is_(None))
        .values(ended_on=today())
    )

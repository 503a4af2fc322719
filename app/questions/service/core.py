"""The one writer of a question's stage, and what every change shares: the log row, the clock, the
revision check.
"""

import datetime as dt
from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from flask_babel import gettext as _

from app.access.actors import CITIZEN, SYSTEM, Actor
from app.audit import service as audit
from app.extensions import db
from app.kernel.clock import now, today
from app.kernel.errors import Forbidden, Refused, Stale
from app.kernel.events import emit
from app.kernel.links import Ref
from app.kernel.text import clean
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


def ref(question: Question) -> Ref:
    """The reference by which other features know this question."""
    return Ref("question", question.id)


def approved_files(question: Question) -> Ref:
    """The owner of what is attached to the approved answer: citizens may fetch it."""
    return Ref("answer", question.id)


def draft_files(question: Question) -> Ref:
    """The owner of what is attached to the draft: nobody outside may fetch it, not even where an
    older answer is public.
    """
    return Ref("draft", question.id)


def check_revision(question: Question, seen_revision: int | None) -> None:
    """Raise Stale when somebody changed the question since the officer's page was made (None: not
    an officer's page).
    """
    if seen_revision is not None and question.revision != seen_revision:
        raise Stale(
            _(
                "Người khác vừa thay đổi câu hỏi này sau khi bạn mở trang. Hãy xem lại trạng thái "
                "mới rồi làm tiếp."
            )
        )


def write_log(
    question: Question,
    move: str,
    actor: Actor,
    *,
    from_stage: Stage | None,
    note: str = "",
    public: bool = False,
) -> None:
    """Add one row to the question's log."""
    db.session.add(
        QuestionLog(
            question_id=question.id,
            actor_id=actor.id,
            actor=actor.full_name,
            move=move,
            from_stage=from_stage,
            to_stage=question.stage,
            note=note[:NOTE_MAX],
            public=public,
        )
    )


def record(
    question: Question, move: str, actor: Actor, data: Mapping[str, Any] | None = None
) -> None:
    """Put an act of staff into the hash-chained record. Citizens' acts are in the log only."""
    if actor.id is not None:
        audit.record(
            f"question:{move}",
            actor_id=actor.id,
            actor=actor.full_name,
            about=ref(question),
            data=data,
        )


def guard(question: Question, name: str, *, actor: Actor, seen_revision: int | None) -> None:
    """Refuse before anything is changed: who, from which page, from which stage.

    Raises Forbidden when a person may not, Stale when the page was old, Refused when the table has
    no such move from here.
    """
    if actor not in (CITIZEN, SYSTEM) and not policy.may_ever(actor, question, name):
        raise Forbidden(_("Bạn không có quyền thực hiện bước này."))
    check_revision(question, seen_revision)
    FLOW.next(question.stage, name)


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
    guard(question, name, actor=actor, seen_revision=None)
    before = question.stage
    after = FLOW.next(before, name)
    question.stage = target or after
    if question.stage is not before:
        # Before anybody is told, since mails name the new date; and in one UPDATE with the stage.
        with db.session.no_autoflush:
            set_due(question)
    # A move that leaves every column alone must still raise the revision, so that a stale page is
    # noticed.
    question.updated_at = now()
    db.session.flush()
    write_log(question, name, actor, from_stage=before, note=note, public=public_note)
    record(question, name, actor, {"from": before.value, "to": question.stage.value})
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


def need_text(text: str, message: str) -> str:
    """The cleaned reason, or Refused when there is none."""
    text = clean(text)
    if not text:
        raise Refused(message)
    return text

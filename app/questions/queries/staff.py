"""What the office reads: the queue with its tabs, one question with all that happened to it."""

import datetime as dt
import enum
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import contains_eager

from app.access import P
from app.access.actors import Actor
from app.accounts.models import User
from app.extensions import db
from app.kernel.clock import local_date, now, today
from app.kernel.errors import NotFound
from app.kernel.paging import COUNT_CAP, Page, keyset, page_of
from app.organisation.models import Topic, Unit
from app.questions import policy
from app.questions.models import (
    IS_ANSWERED,
    IS_OPEN,
    IS_RESTRICTED,
    IS_SPAM,
    IS_UNVERIFIED,
    Answer,
    AnswerVersion,
    ContentReport,
    Presence,
    ProgressNote,
    Question,
    QuestionLog,
    QuestionMessage,
    QuestionPause,
    SecondPerson,
)
from app.questions.states import ANSWERED_STAGES, OPEN_STAGES, Classification, Stage, Visibility
from app.submissions.models import Submission
from app.workdays import queries as workdays
from app.workdays.clock import Clock, ClockState, Pause, read_clock

QUEUE_SIZE = 25
#: A colleague counts as present this long after the last sign of life.
PRESENT = dt.timedelta(minutes=2)


class Tab(enum.StrEnum):
    """The tabs of the queue; the values stand in addresses."""

    TODO = "can-xu-ly"
    OVERDUE = "qua-han"
    UNASSIGNED = "chua-phan-cong"
    MINE = "viec-cua-toi"
    APPROVAL = "cho-toi-duyet"
    UNCONFIRMED = "chua-xac-nhan"
    SPAM = "rac"
    ANSWERED = "da-tra-loi"
    RESTRICTED = "han-che"


TAB_LABELS = {
    Tab.TODO: _l("Cần xử lý"),
    Tab.OVERDUE: _l("Quá hạn"),
    Tab.UNASSIGNED: _l("Chưa phân công"),
    Tab.MINE: _l("Việc của tôi"),
    Tab.APPROVAL: _l("Chờ tôi duyệt"),
    Tab.UNCONFIRMED: _l("Chưa xác nhận, chờ xem"),
    Tab.SPAM: _l("Rác"),
    Tab.ANSWERED: _l("Đã trả lời"),
    Tab.RESTRICTED: _l("Khiếu nại, tố cáo"),
}


@dataclass(frozen=True, slots=True)
class QueueFilter:
    """What the officer filters by; kept in the address."""

    text: str = ""
    topic_id: int | None = None
    unit_id: int | None = None
    officer_id: int | None = None
    #: Due from today up to this day.
    due_until: dt.date | None = None


@dataclass(frozen=True, slots=True)
class QueueRow:
    """One row of the queue."""

    id: int
    revision: int
    code: str
    title: str
    name: str
    received_at: dt.datetime
    stage: Stage
    visibility: str
    classification: Classification
    topic: str | None
    unit: str | None
    officer: str | None
    concern: str | None
    spam_points: int
    #: It waits for a look because of the crowd that it came from.
    held: bool
    has_draft: bool
    sort_on: dt.date
    answered_at: dt.datetime | None
    clock: Clock


def tabs_for(actor: Actor) -> list[Tab]:
    """The tabs that this person needs, in order."""
    tabs = []
    if actor.has(P.QUESTION_READ) and not _only_complaints(actor):
        tabs += [Tab.TODO, Tab.OVERDUE]
        if actor.has(P.QUESTION_MODERATE):
            tabs.append(Tab.UNASSIGNED)
        if actor.has(P.QUESTION_ANSWER) or actor.has(P.QUESTION_MODERATE):
            tabs.append(Tab.MINE)
        if actor.has(P.QUESTION_APPROVE) or actor.has(P.QUESTION_HIDE):
            tabs.append(Tab.APPROVAL)
        if actor.has(P.QUESTION_MODERATE):
            tabs += [Tab.UNCONFIRMED, Tab.SPAM]
        tabs.append(Tab.ANSWERED)
    if actor.has(P.COMPLAINT_HANDLE):
        tabs.append(Tab.RESTRICTED)
    return tabs


def _only_complaints(actor: Actor) -> bool:
    others = (
        P.QUESTION_MODERATE,
        P.QUESTION_ANSWER,
        P.QUESTION_APPROVE,
        P.QUESTION_PUBLISH,
        P.AUDIT_READ,
    )
    return actor.has(P.COMPLAINT_HANDLE) and not any(actor.has(permission) for permission in others)


def in_tab(query: sa.Select[Any], tab: Tab, actor: Actor) -> sa.Select[Any]:
    """The query narrowed to what this person sees in a tab."""
    ordinary = Question.classification == Classification.ORDINARY
    # Nothing is left to do about what has been erased, whatever its stage was.
    query = query.where(Question.visibility != Visibility.ERASED)
    if tab is Tab.RESTRICTED:
        return query.where(IS_RESTRICTED, Question.stage.in_(OPEN_STAGES | {Stage.UNVERIFIED}))
    query = query.where(ordinary)
    if not policy.sees_everything(actor):
        query = query.where(Question.unit_id == actor.unit_id)
    return query.where(*_stage_rule(tab, actor))


def _stage_rule(tab: Tab, actor: Actor) -> list[Any]:
    match tab:
        case Tab.TODO:
            return [IS_OPEN]
        case Tab.OVERDUE:
            return [IS_OPEN, Question.sort_on < today()]
        case Tab.UNASSIGNED:
            return [IS_OPEN, Question.stage == Stage.RECEIVED]
        case Tab.MINE:
            return [
                IS_OPEN,
                sa.or_(
                    Question.officer_id == actor.id,
                    sa.and_(Question.officer_id.is_(None), Question.unit_id == actor.unit_id),
                ),
            ]
        case Tab.APPROVAL:
            waiting = sa.select(SecondPerson.question_id).where(
                SecondPerson.decided_at.is_(None), SecondPerson.asked_by != actor.id
            )
            in_review = (
                sa.select(Question.id)
                .where(IS_OPEN, Question.stage == Stage.IN_REVIEW)
                .correlate(None)
            )
            return [
                Question.id.in_(
                    waiting.union(in_review) if actor.has(P.QUESTION_APPROVE) else waiting
                )
            ]
        case Tab.UNCONFIRMED:
            return [IS_UNVERIFIED]
        case Tab.SPAM:
            return [IS_SPAM]
        case _:
            return [IS_ANSWERED]


def counts(actor: Actor) -> dict[Tab, int]:
    """How many in each tab, up to one more than COUNT_CAP; one statement."""
    tabs = tabs_for(actor)
    if not tabs:
        return {}
    parts = [
        sa.select(sa.func.count())
        .select_from(in_tab(sa.select(Question.id), tab, actor).limit(COUNT_CAP + 1).subquery())
        .scalar_subquery()
        for tab in tabs
    ]
    row = db.session.execute(sa.select(*parts)).one()
    return dict(zip(tabs, row, strict=True))


def queue(
    actor: Actor,
    tab: Tab,
    wanted: QueueFilter | None = None,
    *,
    after: str | None = None,
    before: str | None = None,
    size: int = QUEUE_SIZE,
) -> Page[QueueRow]:
    """One page of a tab: by due date, oldest first; answered ones newest first."""
    draft = sa.exists().where(Answer.question_id == Question.id)
    query: Any = (
        sa.select(Question, Topic.name, Unit.name, User.full_name, draft)
        .join(Question.submission)
        .options(contains_eager(Question.submission))
        .outerjoin(Topic, Topic.id == Question.topic_id)
        .outerjoin(Unit, Unit.id == Question.unit_id)
        .outerjoin(User, User.id == Question.officer_id)
    )
    query = filtered(in_tab(query, tab, actor), wanted or QueueFilter(), actor)
    newest_first = tab is Tab.ANSWERED
    columns = (
        (Question.answered_at, Question.id) if newest_first else (Question.sort_on, Question.id)
    )
    query, backwards = keyset(
        query, columns=columns, descending=newest_first, size=size, after=after, before=before
    )
    found = db.session.execute(query).all()
    pauses = _pauses_of([row[0].id for row in found])
    calendar = workdays.calendar()
    rows = [
        _queue_row(row, clock_of(row[0], calendar=calendar, pauses=pauses.get(row[0].id, [])))
        for row in found
    ]
    return page_of(
        rows,
        size=size,
        key=lambda row: (row.answered_at if newest_first else row.sort_on, row.id),
        backwards=backwards,
        after=after,
        before=before,
    )


def _queue_row(row: Sequence[Any], clock: Clock) -> QueueRow:
    question, topic, unit, officer, has_draft = row
    submission = question.submission
    return QueueRow(
        id=question.id,
        revision=question.revision,
        code=submission.code,
        title=submission.public_title or submission.title,
        name=submission.name,
        received_at=submission.received_at,
        stage=question.stage,
        visibility=question.visibility,
        classification=question.classification,
        topic=topic,
        unit=unit,
        officer=officer,
        concern=submission.concern,
        spam_points=submission.spam_points,
        held=question.is_held,
        has_draft=bool(has_draft),
        sort_on=question.sort_on,
        answered_at=question.answered_at,
        clock=clock,
    )


def filtered(query: sa.Select[Any], wanted: QueueFilter, actor: Actor) -> sa.Select[Any]:
    """The query, which has joined the submission, narrowed by what the officer filters by.

    Who may not see how to reach senders cannot guess it by filtering either.
    """
    for column, value in (
        (Question.topic_id, wanted.topic_id),
        (Question.unit_id, wanted.unit_id),
        (Question.officer_id, wanted.officer_id),
    ):
        if value is not None:
            query = query.where(column == value)
    if wanted.due_until is not None:
        query = query.where(Question.sort_on >= today(), Question.sort_on <= wanted.due_until)
    if wanted.text:
        pattern = (
            "%" + wanted.text.replace("\\", "\\\\").replace("%", r"\%").replace("_", r"\_") + "%"
        )
        fields: list[Any] = [Submission.code, Submission.title]
        if policy.sees_contacts(actor):
            fields += [Submission.name, Submission.phone, Submission.email]
        query = query.where(sa.or_(*(field.ilike(pattern, escape="\\") for field in fields)))
    return query


def _pauses_of(ids: Sequence[int]) -> dict[int, list[Pause]]:
    if not ids:
        return {}
    found: dict[int, list[Pause]] = {}
    for row in db.session.scalars(
        sa.select(QuestionPause)
        .where(QuestionPause.question_id.in_(ids))
        .order_by(QuestionPause.id)
    ):
        found.setdefault(row.question_id, []).append(
            Pause(row.started_on, row.ended_on, row.reason)
        )
    return found


def clock_of(
    question: Question, *, calendar: Any = None, pauses: list[Pause] | None = None
) -> Clock:
    """The question's clock now: running, paused, due soon, overdue or stopped."""
    stopped = (
        local_date(question.answered_at)
        if question.answered_at and question.stage in ANSWERED_STAGES
        else None
    )
    if stopped is None and question.stage not in OPEN_STAGES | {Stage.UNVERIFIED}:
        stopped = local_date(question.updated_at)
    if question.classification is not Classification.ORDINARY:
        return Clock(
            ClockState.STOPPED,
            due=None,
            days_left=0,
            days_used=0,
            late=False,
            label=_("Theo quy trình riêng"),
        )
    return read_clock(
        calendar or workdays.calendar(),
        today=today(),
        received_on=question.received_on,
        working_days=question.working_days,
        pauses=_pauses_of([question.id]).get(question.id, []) if pauses is None else pauses,
        extra_days=question.extra_days,
        stopped_on=stopped,
    )


def by_id(question_id: int) -> Question:
    """The question. Raises NotFound."""
    question = db.session.get(Question, question_id)
    if question is None:
        raise NotFound
    return question


def by_code(code: str) -> Question:
    """The question with this tracking code. Raises NotFound."""
    query = (
        sa.select(Question)
        .join(Submission, Submission.id == Question.submission_id)
        .where(Submission.code == code.upper())
    )
    question: Question | None = db.session.scalar(query)
    if question is None:
        raise NotFound
    return question


def by_submission_id(submission_id: int) -> Question:
    """The question made from this submission. Raises NotFound."""
    question: Question | None = db.session.scalar(
        sa.select(Question).where(Question.submission_id == submission_id)
    )
    if question is None:
        raise NotFound
    return question


def log_of(question: Question, *, public_only: bool = False) -> list[QuestionLog]:
    """What happened, oldest first."""
    query = (
        sa.select(QuestionLog)
        .where(QuestionLog.question_id == question.id)
        .order_by(QuestionLog.id)
    )
    if public_only:
        query = query.where(QuestionLog.public)
    return list(db.session.scalars(query))


def messages_of(question: Question) -> list[QuestionMessage]:
    """What the office asked and the citizen added, oldest first."""
    return list(
        db.session.scalars(
            sa.select(QuestionMessage)
            .where(QuestionMessage.question_id == question.id)
            .order_by(QuestionMessage.id)
        )
    )


def pauses_of(question: Question) -> list[QuestionPause]:
    """When and why the clock stood still, oldest first."""
    query = (
        sa.select(QuestionPause)
        .where(QuestionPause.question_id == question.id)
        .order_by(QuestionPause.id)
    )
    return list(db.session.scalars(query))


def versions_of(question: Question) -> list[AnswerVersion]:
    """Every approved answer, oldest first."""
    return list(
        db.session.scalars(
            sa.select(AnswerVersion)
            .where(AnswerVersion.question_id == question.id)
            .order_by(AnswerVersion.number)
        )
    )


def version_of(question: Question) -> AnswerVersion | None:
    """The approved answer that holds now."""
    return db.session.get(AnswerVersion, question.version_id) if question.version_id else None


def progress_of(question: Question) -> list[ProgressNote]:
    """Progress since the answer, oldest first."""
    return list(
        db.session.scalars(
            sa.select(ProgressNote)
            .where(ProgressNote.question_id == question.id)
            .order_by(ProgressNote.id)
        )
    )


def colleagues_present(question: Question, actor: Actor) -> list[str]:
    """Who else has this question open now."""
    query = (
        sa.select(User.full_name)
        .join(Presence, Presence.user_id == User.id)
        .where(
            Presence.question_id == question.id,
            Presence.user_id != actor.id,
            Presence.at > now() - PRESENT,
        )
        .order_by(User.full_name)
    )
    return list(db.session.scalars(query))


def open_reports(limit: int = 50) -> list[tuple[ContentReport, str, str]]:
    """Reports of wrong content that wait for an answer:

    (report, code, title), most urgent first.
    """
    query = (
        sa.select(ContentReport, Submission.code, Submission.public_title)
        .join(Question, Question.id == ContentReport.question_id)
        .join(Submission, Submission.id == Question.submission_id)
        .where(ContentReport.handled_at.is_(None))
        .order_by(ContentReport.due_on, ContentReport.id)
        .limit(limit)
    )
    return [(row[0], row[1], row[2] or "") for row in db.session.execute(query)]

"""A question, its answer while it is written, each approved answer for ever, and everything that
happened to it.
"""

import datetime as dt
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.extensions import db
from app.kernel.clock import now
from app.questions.states import (
    Act,
    Classification,
    Outcome,
    QuestionKind,
    RefusalReason,
    Stage,
    Visibility,
)
from app.submissions.models import BigId, Submission

_OPEN = sa.text("stage IN ('assigned', 'in_review', 'needs_info', 'received')")
_ANSWERED = sa.text("stage IN ('answered', 'closed')")
_TO_CLOSE = sa.text("stage = 'answered'")
_SPAM = sa.text("stage = 'spam' AND visibility <> 'erased'")
_UNVERIFIED = sa.text("stage = 'unverified' AND visibility <> 'erased'")
_RESTRICTED = sa.text("classification <> 'ordinary'")
_PUBLIC = sa.text("visibility = 'public'")
_SCHEDULED = sa.text("visibility = 'scheduled'")
_UNDECIDED = sa.text("decided_at IS NULL")

# The same for queries, written out: with parameters neither database would see that the partial
# indexes serve them.
IS_OPEN = sa.text("question.stage IN ('assigned', 'in_review', 'needs_info', 'received')")
IS_ANSWERED = sa.text("question.stage IN ('answered', 'closed')")
IS_TO_CLOSE = sa.text("question.stage = 'answered'")
IS_SPAM = sa.text("question.stage = 'spam' AND question.visibility <> 'erased'")
IS_UNVERIFIED = sa.text("question.stage = 'unverified' AND question.visibility <> 'erased'")
IS_RESTRICTED = sa.text("question.classification <> 'ordinary'")


class Question(db.Model):
    """One question on its way through the office."""

    __tablename__ = "question"
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    submission_id: Mapped[int] = mapped_column(sa.ForeignKey("submission.id"), unique=True)
    submission: Mapped[Submission] = relationship(lazy="joined", innerjoin=True)
    kind: Mapped[QuestionKind] = mapped_column(default=QuestionKind.QUESTION)
    classification: Mapped[Classification] = mapped_column(default=Classification.ORDINARY)
    stage: Mapped[Stage]
    #: The stage to return to when the citizen has replied.
    paused_from: Mapped[Stage | None]
    visibility: Mapped[Visibility] = mapped_column(default=Visibility.PRIVATE)
    topic_id: Mapped[int | None] = mapped_column(sa.ForeignKey("topic.id"))
    unit_id: Mapped[int | None] = mapped_column(sa.ForeignKey("unit.id"))
    officer_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user.id"))

    #: The day that the clock starts from (not counted itself), on a calendar in Hà Nội.
    received_on: Mapped[dt.date]
    #: Working days allowed for an answer.
    working_days: Mapped[int]
    #: Working days added by an extension.
    extra_days: Mapped[int] = mapped_column(default=0)
    extension_reason: Mapped[str | None] = mapped_column(sa.String(500))
    #: Cached from events and the calendar; None while paused or where no clock runs. Far away sorts
    #: last.
    due_on: Mapped[dt.date | None]
    #: due_on, or a far day where there is none: never NULL, so that the queue can page by it.
    sort_on: Mapped[dt.date]
    answered_at: Mapped[dt.datetime | None]
    #: Working days from receipt to the answer, pauses left out: what the public reads.
    took_days: Mapped[int | None]
    closed_at: Mapped[dt.datetime | None]

    #: The approved answer that citizens read.
    version_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("answer_version.id", use_alter=True)
    )
    publish_at: Mapped[dt.datetime | None]
    published_at: Mapped[dt.datetime | None]
    published_year: Mapped[int | None]
    hidden_at: Mapped[dt.datetime | None]
    hidden_reason: Mapped[str | None] = mapped_column(sa.String(500))
    merged_into_id: Mapped[int | None] = mapped_column(sa.ForeignKey("question.id"))
    refusal: Mapped[RefusalReason | None]
    refusal_text: Mapped[str | None] = mapped_column(sa.String(1000))
    #: The competent body: name, address, phone, url, reason.
    transfer: Mapped[dict[str, Any] | None] = mapped_column(sa.JSON)
    rating: Mapped[int | None]
    rating_text: Mapped[str | None] = mapped_column(sa.String(1000))
    helpful_yes: Mapped[int] = mapped_column(default=0)
    helpful_no: Mapped[int] = mapped_column(default=0)
    reopened_at: Mapped[dt.datetime | None]
    spam_at: Mapped[dt.datetime | None]
    created_at: Mapped[dt.datetime] = mapped_column(default=now)
    updated_at: Mapped[dt.datetime] = mapped_column(default=now, onupdate=now)
    revision: Mapped[int] = mapped_column(default=1)

    #: The database's half of the guard against two people at once; the form's seen_revision is the
    #: other.
    __mapper_args__ = {"version_id_col": revision}
    __table_args__ = (
        sa.CheckConstraint(
            "stage NOT IN ('answered', 'closed') OR version_id IS NOT NULL",
            name="answered_has_answer",
        ),
        sa.CheckConstraint(
            "visibility NOT IN ('public', 'scheduled') OR version_id IS NOT NULL",
            name="public_has_answer",
        ),
        sa.CheckConstraint(
            "visibility <> 'public' OR published_at IS NOT NULL", name="public_has_date"
        ),
        sa.CheckConstraint(
            "visibility <> 'public' OR classification = 'ordinary'", name="complaints_stay_private"
        ),
        sa.CheckConstraint(
            "visibility <> 'scheduled' OR publish_at IS NOT NULL", name="scheduled_has_date"
        ),
        sa.CheckConstraint(
            "stage <> 'needs_info' OR paused_from IS NOT NULL", name="paused_from_somewhere"
        ),
        sa.CheckConstraint(
            "stage <> 'duplicate' OR merged_into_id IS NOT NULL", name="merged_into_something"
        ),
        sa.CheckConstraint(
            "stage <> 'refused' OR refusal_text IS NOT NULL", name="refused_says_why"
        ),
        sa.CheckConstraint("stage <> 'assigned' OR unit_id IS NOT NULL", name="assigned_to_a_unit"),
        sa.CheckConstraint("extra_days BETWEEN 0 AND 10", name="extension_at_most_ten"),
        sa.CheckConstraint("rating IS NULL OR rating BETWEEN 1 AND 3", name="rating_known"),
        sa.CheckConstraint("working_days BETWEEN 1 AND 60", name="working_days_sane"),
        # The queue: what is open by due date, whole, of a unit, of an officer; the other tabs.
        sa.Index("ix_question_open", "sort_on", "id", sqlite_where=_OPEN, postgresql_where=_OPEN),
        sa.Index(
            "ix_question_open_unit",
            "unit_id",
            "sort_on",
            "id",
            sqlite_where=_OPEN,
            postgresql_where=_OPEN,
        ),
        sa.Index(
            "ix_question_open_officer",
            "officer_id",
            "sort_on",
            "id",
            sqlite_where=_OPEN,
            postgresql_where=_OPEN,
        ),
        sa.Index(
            "ix_question_unverified",
            "sort_on",
            "id",
            sqlite_where=_UNVERIFIED,
            postgresql_where=_UNVERIFIED,
        ),
        sa.Index("ix_question_spam", "sort_on", "id", sqlite_where=_SPAM, postgresql_where=_SPAM),
        sa.Index(
            "ix_question_restricted",
            "sort_on",
            "id",
            sqlite_where=_RESTRICTED,
            postgresql_where=_RESTRICTED,
        ),
        # The public list, whole and by topic, unit, year.
        sa.Index(
            "ix_question_public",
            "published_at",
            "id",
            sqlite_where=_PUBLIC,
            postgresql_where=_PUBLIC,
        ),
        sa.Index(
            "ix_question_public_topic",
            "topic_id",
            "published_at",
            "id",
            sqlite_where=_PUBLIC,
            postgresql_where=_PUBLIC,
        ),
        sa.Index(
            "ix_question_public_unit",
            "unit_id",
            "published_at",
            "id",
            sqlite_where=_PUBLIC,
            postgresql_where=_PUBLIC,
        ),
        sa.Index(
            "ix_question_scheduled",
            "publish_at",
            sqlite_where=_SCHEDULED,
            postgresql_where=_SCHEDULED,
        ),
        sa.Index("ix_question_merged_into", "merged_into_id"),
        sa.Index(
            "ix_question_to_close",
            "answered_at",
            sqlite_where=_TO_CLOSE,
            postgresql_where=_TO_CLOSE,
        ),
        sa.Index(
            "ix_question_answered",
            "answered_at",
            "id",
            sqlite_where=_ANSWERED,
            postgresql_where=_ANSWERED,
        ),
        sa.Index(
            "ix_question_unit_answered",
            "unit_id",
            "answered_at",
            "id",
            sqlite_where=_ANSWERED,
            postgresql_where=_ANSWERED,
        ),
    )

    @property
    def is_held(self) -> bool:
        """Does it wait for a look although its sender can be reached, because of the crowd that it
        came from?
        """
        return self.stage is Stage.UNVERIFIED and self.submission.confirmed_at is not None


class AnswerFields:
    """The slots of an answer (what officers in the field already write, in order)."""

    #: One or two plain sentences, first on the page.
    short: Mapped[str] = mapped_column(sa.String(300), default="")
    findings: Mapped[str] = mapped_column(sa.Text, default="")
    resolution: Mapped[str] = mapped_column(sa.Text, default="")
    #: [{"text": "Luật …, Điều 137", "url": "/van-ban/…" or ""}]
    legal_basis: Mapped[list[Any]] = mapped_column(sa.JSON, default=list)
    outcome: Mapped[Outcome | None]
    #: When it is promised to be done.
    promised_on: Mapped[dt.date | None]
    contact: Mapped[str] = mapped_column(sa.String(300), default="")
    #: Such as «Công văn số 211/TNMT ngày 09/3/2026».
    letter: Mapped[str] = mapped_column(sa.String(200), default="")


class Answer(AnswerFields, db.Model):
    """The answer while it is written. Citizens never read this row."""

    __tablename__ = "answer"
    question_id: Mapped[int] = mapped_column(sa.ForeignKey("question.id"), primary_key=True)
    author_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user.id"))
    updated_at: Mapped[dt.datetime] = mapped_column(default=now)
    #: Counts saves, so that the slower of two savers is told.
    revision: Mapped[int] = mapped_column(default=1)
    __mapper_args__ = {"version_id_col": revision}


class AnswerVersion(AnswerFields, db.Model):
    """An approved answer. Never changed and never deleted, only followed by another."""

    __tablename__ = "answer_version"
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    question_id: Mapped[int] = mapped_column(sa.ForeignKey("question.id"))
    number: Mapped[int]
    #: Sanitised HTML of the two long slots, made once.
    findings_html: Mapped[str] = mapped_column(sa.Text, default="")
    resolution_html: Mapped[str] = mapped_column(sa.Text, default="")
    author_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user.id"))
    approver_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user.id"))
    approver_name: Mapped[str] = mapped_column(sa.String(120))
    approved_at: Mapped[dt.datetime] = mapped_column(default=now)
    #: An office of one: the author approved, and it is recorded.
    self_approved: Mapped[bool] = mapped_column(default=False)
    __table_args__ = (sa.UniqueConstraint("question_id", "number"),)


class AnswerTemplate(db.Model):
    """«Mẫu trả lời»: text that officers begin an answer with.

    Its gaps, such as {ngày}, are filled or block the submission.
    """

    __tablename__ = "answer_template"
    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str] = mapped_column(sa.String(150))
    #: None: for every topic.
    topic_id: Mapped[int | None] = mapped_column(sa.ForeignKey("topic.id"))
    #: Whose template it is; None: of the whole office.
    unit_id: Mapped[int | None] = mapped_column(sa.ForeignKey("unit.id"))
    short: Mapped[str] = mapped_column(sa.String(300), default="")
    findings: Mapped[str] = mapped_column(sa.Text, default="")
    resolution: Mapped[str] = mapped_column(sa.Text, default="")
    contact: Mapped[str] = mapped_column(sa.String(300), default="")
    outcome: Mapped[Outcome | None]
    updated_by: Mapped[int | None] = mapped_column(sa.ForeignKey("user.id"))
    updated_at: Mapped[dt.datetime] = mapped_column(default=now, onupdate=now)
    revision: Mapped[int] = mapped_column(default=1)
    __mapper_args__ = {"version_id_col": revision}
    __table_args__ = (
        sa.CheckConstraint("title <> ''", name="named"),
        sa.Index(None, "unit_id", "title", "id"),
    )


class QuestionLog(db.Model):
    """One row for each thing that happened. Append only."""

    __tablename__ = "question_log"
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    question_id: Mapped[int] = mapped_column(sa.ForeignKey("question.id"))
    at: Mapped[dt.datetime] = mapped_column(default=now)
    actor_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user.id"))
    #: A name for staff; "citizen" or "system" otherwise.
    actor: Mapped[str] = mapped_column(sa.String(120))
    move: Mapped[str] = mapped_column(sa.String(32))
    from_stage: Mapped[Stage | None]
    to_stage: Mapped[Stage]
    #: For officers, or (public) for the citizen's timeline too.
    note: Mapped[str] = mapped_column(sa.String(2000), default="")
    public: Mapped[bool] = mapped_column(default=False)
    __table_args__ = (sa.Index("ix_question_log_question", "question_id", "id"),)


class QuestionPause(db.Model):
    """Days that do not count: from the day of asking up to, but not including, the day of the
    reply.
    """

    __tablename__ = "question_pause"
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    question_id: Mapped[int] = mapped_column(sa.ForeignKey("question.id"), index=True)
    started_on: Mapped[dt.date]
    ended_on: Mapped[dt.date | None]
    reason: Mapped[str] = mapped_column(sa.String(500))
    #: Until when the citizen is asked to reply.
    reply_by: Mapped[dt.date | None]


class QuestionMessage(db.Model):
    """The conversation with the citizen before the answer: what was asked, what was added."""

    __tablename__ = "question_message"
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    question_id: Mapped[int] = mapped_column(sa.ForeignKey("question.id"), index=True)
    at: Mapped[dt.datetime] = mapped_column(default=now)
    from_citizen: Mapped[bool]
    author_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user.id"))
    body: Mapped[str] = mapped_column(sa.Text)


class ProgressNote(db.Model):
    """A line that the public reads after the answer: what has been done since."""

    __tablename__ = "progress_note"
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    question_id: Mapped[int] = mapped_column(sa.ForeignKey("question.id"), index=True)
    at: Mapped[dt.datetime] = mapped_column(default=now)
    author_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user.id"))
    text: Mapped[str] = mapped_column(sa.String(500))
    done: Mapped[bool] = mapped_column(default=False)


class SecondPerson(db.Model):
    """An act that two people do: one asks for it, another confirms."""

    __tablename__ = "second_person"
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    question_id: Mapped[int] = mapped_column(sa.ForeignKey("question.id"), index=True)
    act: Mapped[Act]
    payload: Mapped[dict[str, Any]] = mapped_column(sa.JSON, default=dict)
    reason: Mapped[str] = mapped_column(sa.String(1000))
    asked_by: Mapped[int] = mapped_column(sa.ForeignKey("user.id"))
    asked_at: Mapped[dt.datetime] = mapped_column(default=now)
    #: Done at once by the first person; the second confirms within one working day.
    emergency: Mapped[bool] = mapped_column(default=False)
    confirm_by: Mapped[dt.date | None]
    decided_by: Mapped[int | None] = mapped_column(sa.ForeignKey("user.id"))
    decided_at: Mapped[dt.datetime | None]
    agreed: Mapped[bool | None]
    __table_args__ = (
        sa.CheckConstraint("decided_by IS NULL OR decided_by <> asked_by", name="two_people"),
        sa.Index(
            "uq_second_person_open",
            "question_id",
            unique=True,
            sqlite_where=_UNDECIDED,
            postgresql_where=_UNDECIDED,
        ),
    )


class BulkAction(db.Model):
    """What a bulk action changed, so that it can be undone for ten minutes."""

    __tablename__ = "bulk_action"
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    actor_id: Mapped[int] = mapped_column(sa.ForeignKey("user.id"))
    at: Mapped[dt.datetime] = mapped_column(default=now)
    move: Mapped[str] = mapped_column(sa.String(32))
    #: [{"id", "revision" after the change, and the values before it}]
    items: Mapped[list[Any]] = mapped_column(sa.JSON)
    undone_at: Mapped[dt.datetime | None]


class ContentReport(db.Model):
    """«Báo nội dung sai»: somebody says that a published answer is wrong; answered within fifteen
    days.
    """

    __tablename__ = "content_report"
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    question_id: Mapped[int] = mapped_column(sa.ForeignKey("question.id"), index=True)
    at: Mapped[dt.datetime] = mapped_column(default=now)
    body: Mapped[str] = mapped_column(sa.String(2000))
    contact: Mapped[str] = mapped_column(sa.String(254), default="")
    due_on: Mapped[dt.date]
    handled_by: Mapped[int | None] = mapped_column(sa.ForeignKey("user.id"))
    handled_at: Mapped[dt.datetime | None]
    outcome: Mapped[str] = mapped_column(sa.String(1000), default="")


class Presence(db.Model):
    """Who has a question open just now, so that two people do not write the same answer."""

    __tablename__ = "presence"
    question_id: Mapped[int] = mapped_column(sa.ForeignKey("question.id"), primary_key=True)
    user_id: Mapped[int] = mapped_column(sa.ForeignKey("user.id"), primary_key=True)
    at: Mapped[dt.datetime]

"""A comment on a draft, the meeting where it was said, the answers to guiding questions, and what
happened to it.
"""

import datetime as dt
import hashlib
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.comments.states import CommentStage, SenderKind, Stance, SurveyKind, TargetKind
from app.comments.wording import OURS
from app.consultations.states import Visibility
from app.extensions import db
from app.kernel.clock import now
from app.kernel.text import tokens
from app.submissions.models import BigId, Submission

_WAITING = sa.text("stage = 'received' AND visibility = 'private'")
_UNVERIFIED = sa.text("stage = 'unverified' AND visibility <> 'erased'")
_SPAM = sa.text("stage = 'spam' AND visibility <> 'erased'")
_PUBLIC = sa.text("visibility = 'public'")
#: Shorter texts («Tôi đồng ý với dự thảo») are the same without anybody copying.
SAME_TEXT_WORDS = 8

# The same for queries, written out: with parameters neither database would see that the partial
# indexes serve them.
IS_WAITING = sa.text("comment.stage = 'received' AND comment.visibility = 'private'")
IS_UNVERIFIED = sa.text("comment.stage = 'unverified' AND comment.visibility <> 'erased'")
IS_SPAM = sa.text("comment.stage = 'spam' AND comment.visibility <> 'erased'")
IS_PUBLIC = sa.text("comment.visibility = 'public'")


class VillageMeeting(db.Model):
    """A meeting that took place, entered from its minutes.

    The scan belongs to Ref("village_meeting", id).
    """

    __tablename__ = "village_meeting"
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    consultation_id: Mapped[int] = mapped_column(sa.ForeignKey("consultation.id"), index=True)
    held_on: Mapped[dt.date]
    place: Mapped[str] = mapped_column(sa.String(300))
    #: People; agree and disagree are what the minutes counted, and nobody's silence is added to
    #: either.
    present: Mapped[int]
    agree: Mapped[int] = mapped_column(default=0)
    disagree: Mapped[int] = mapped_column(default=0)
    note: Mapped[str] = mapped_column(sa.String(1000), default="")
    #: One per form: a double click finds the meeting that is already there.
    entry_key: Mapped[str | None] = mapped_column(sa.String(64), unique=True)
    entered_by: Mapped[int | None] = mapped_column(sa.ForeignKey("user.id"))
    created_at: Mapped[dt.datetime] = mapped_column(default=now)
    revision: Mapped[int] = mapped_column(default=1)
    __mapper_args__ = {"version_id_col": revision}
    __table_args__ = (
        sa.CheckConstraint(
            "present >= 0 AND agree >= 0 AND disagree >= 0", name="counts_not_negative"
        ),
        sa.CheckConstraint("agree + disagree <= present", name="counts_fit"),
    )


class Comment(db.Model):
    """One comment.

    A verified one that arrived in time is part of the file, whether or not it is ever shown.
    """

    __tablename__ = "comment"
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    submission_id: Mapped[int] = mapped_column(sa.ForeignKey("submission.id"), unique=True)
    submission: Mapped[Submission] = relationship(lazy="joined", innerjoin=True)
    consultation_id: Mapped[int] = mapped_column(sa.ForeignKey("consultation.id"))
    stage: Mapped[CommentStage]
    #: PRIVATE: nobody has decided yet; HIDDEN: kept back or taken down, with a reason.
    visibility: Mapped[Visibility] = mapped_column(default=Visibility.PRIVATE)
    #: Arrived after the last day: kept, marked, and left out of the counts.
    late: Mapped[bool] = mapped_column(default=False)
    target_kind: Mapped[TargetKind] = mapped_column(default=TargetKind.WHOLE)
    clause_anchor: Mapped[str | None] = mapped_column(sa.String(120))
    project_id: Mapped[int | None] = mapped_column(sa.ForeignKey("project_item.id"))
    #: WGS 84, degrees.
    longitude: Mapped[float | None]
    latitude: Mapped[float | None]
    #: An address or description of the place in words.
    place_text: Mapped[str] = mapped_column(sa.String(300), default="")
    stance: Mapped[Stance]
    #: «Đề nghị sửa thành»; the redacted one is shown.
    proposed_text: Mapped[str] = mapped_column(sa.Text, default="")
    public_proposed: Mapped[str] = mapped_column(sa.Text, default="")
    proposed_html: Mapped[str] = mapped_column(sa.Text, default="")
    sender_kind: Mapped[SenderKind] = mapped_column(default=SenderKind.RESIDENT)
    #: Tờ, thửa: never public.
    sheet: Mapped[str] = mapped_column(sa.String(20), default="")
    parcel: Mapped[str] = mapped_column(sa.String(60), default="")
    organisation_name: Mapped[str] = mapped_column(sa.String(200), default="")
    tax_code: Mapped[str] = mapped_column(sa.String(14), default="")
    #: Số công văn of an agency's or a company's letter.
    letter_number: Mapped[str] = mapped_column(sa.String(60), default="")
    meeting_id: Mapped[int | None] = mapped_column(sa.ForeignKey("village_meeting.id"), index=True)
    #: How many people stand behind it: 1, or the signatures under a letter. People and comments are
    #: counted apart.
    people: Mapped[int] = mapped_column(default=1)
    published_at: Mapped[dt.datetime | None]
    hidden_reason: Mapped[str] = mapped_column(sa.String(500), default="")
    spam_at: Mapped[dt.datetime | None]
    #: The same for texts that differ in nothing but marks, case and blanks: many senders, one text.
    #: Set by `set_text_key`.
    text_key: Mapped[str] = mapped_column(sa.String(32), default="")
    created_at: Mapped[dt.datetime] = mapped_column(default=now)
    updated_at: Mapped[dt.datetime] = mapped_column(default=now, onupdate=now)
    revision: Mapped[int] = mapped_column(default=1)
    __mapper_args__ = {"version_id_col": revision}
    __table_args__ = (
        sa.CheckConstraint(
            "visibility <> 'public' OR (published_at IS NOT NULL AND stage = 'received')",
            name="public_is_received",
        ),
        sa.CheckConstraint(
            "target_kind <> 'clause' OR clause_anchor IS NOT NULL", name="clause_named"
        ),
        sa.CheckConstraint(
            "target_kind <> 'project' OR project_id IS NOT NULL", name="project_named"
        ),
        sa.CheckConstraint("(longitude IS NULL) = (latitude IS NULL)", name="place_whole"),
        sa.CheckConstraint("people >= 1", name="somebody"),
        sa.Index(
            "ix_comment_waiting",
            "created_at",
            "id",
            sqlite_where=_WAITING,
            postgresql_where=_WAITING,
        ),
        sa.Index(
            "ix_comment_unverified",
            "created_at",
            "id",
            sqlite_where=_UNVERIFIED,
            postgresql_where=_UNVERIFIED,
        ),
        sa.Index("ix_comment_spam", "created_at", "id", sqlite_where=_SPAM, postgresql_where=_SPAM),
        sa.Index(
            "ix_comment_public",
            "consultation_id",
            "published_at",
            "id",
            sqlite_where=_PUBLIC,
            postgresql_where=_PUBLIC,
        ),
        sa.Index(None, "consultation_id", "id"),
        sa.Index(None, "project_id"),
        sa.Index(None, "text_key", "consultation_id"),
    )

    @property
    def is_held(self) -> bool:
        """Does it wait for a look although its sender can be reached, because of the crowd that it
        came from?
        """
        return self.stage is CommentStage.UNVERIFIED and self.submission.confirmed_at is not None


def text_key_of(text: str) -> str:
    """What equal texts have in common; empty for one of ours, and for one so short that many people
    write it by themselves.
    """
    if text in OURS:
        return ""
    words = tokens(text)
    return (
        hashlib.sha256(" ".join(words).encode()).hexdigest()[:32]
        if len(words) >= SAME_TEXT_WORDS
        else ""
    )


@sa.event.listens_for(Comment, "before_insert")
def set_text_key(mapper: Any, connection: Any, comment: Comment) -> None:
    """Whoever makes a comment need not think of it."""
    comment.text_key = text_key_of(comment.submission.body) if comment.submission else ""


class CommentBulk(db.Model):
    """What was done to many comments at once, so that it can be undone for ten minutes."""

    __tablename__ = "comment_bulk"
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    actor_id: Mapped[int] = mapped_column(sa.ForeignKey("user.id"), index=True)
    at: Mapped[dt.datetime] = mapped_column(default=now)
    move: Mapped[str] = mapped_column(sa.String(32))
    #: [{"id", "revision" after the change, and the values before it}]
    items: Mapped[list[Any]] = mapped_column(sa.JSON)
    undone_at: Mapped[dt.datetime | None]


class CommentLog(db.Model):
    """One row for each thing that happened to a comment. Append only."""

    __tablename__ = "comment_log"
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    comment_id: Mapped[int] = mapped_column(sa.ForeignKey("comment.id"))
    at: Mapped[dt.datetime] = mapped_column(default=now)
    actor_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user.id"))
    actor: Mapped[str] = mapped_column(sa.String(120))
    move: Mapped[str] = mapped_column(sa.String(32))
    from_stage: Mapped[CommentStage | None]
    to_stage: Mapped[CommentStage]
    note: Mapped[str] = mapped_column(sa.String(2000), default="")
    public: Mapped[bool] = mapped_column(default=False)
    __table_args__ = (sa.Index(None, "comment_id", "id"),)


class SurveyAnswer(db.Model):
    """What one sender answered to one guiding question."""

    __tablename__ = "survey_answer"
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    question_id: Mapped[int] = mapped_column(sa.ForeignKey("survey_question.id"))
    comment_id: Mapped[int] = mapped_column(sa.ForeignKey("comment.id"), index=True)
    #: Numbers of the options (ONE, MANY) or the step (SCALE, from 1).
    choices: Mapped[list[Any]] = mapped_column(sa.JSON, default=list)
    #: OPEN: as it came, and as it may be shown (None until an officer has looked).
    text: Mapped[str] = mapped_column(sa.Text, default="")
    public_text: Mapped[str | None] = mapped_column(sa.Text)
    __table_args__ = (sa.UniqueConstraint("question_id", "comment_id"),)


class SurveyQuestion(db.Model):
    """A guiding question («câu hỏi gợi ý»), at most ten of a consultation."""

    __tablename__ = "survey_question"
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    consultation_id: Mapped[int] = mapped_column(sa.ForeignKey("consultation.id"))
    position: Mapped[int] = mapped_column(default=0)
    kind: Mapped[SurveyKind]
    text: Mapped[str] = mapped_column(sa.String(500))
    hint: Mapped[str] = mapped_column(sa.String(500), default="")
    #: Labels in order; an answer names their numbers from 0. A scale has labels for its ends only.
    options: Mapped[list[Any]] = mapped_column(sa.JSON, default=list)
    #: Steps of a scale, 3 to 10.
    steps: Mapped[int] = mapped_column(default=5)
    __table_args__ = (
        sa.CheckConstraint("text <> ''", name="asks_something"),
        sa.CheckConstraint("steps BETWEEN 3 AND 10", name="steps_sane"),
        sa.Index(None, "consultation_id", "position", "id"),
    )

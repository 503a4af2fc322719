"""Who follows what by mail: double opt-in, one click off."""

import datetime as dt

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.extensions import db
from app.kernel.clock import now


class Subscription(db.Model):
    """One address that wants to hear of something: all new answers, those of one topic, one
    question; new consultations, or one.
    """

    __tablename__ = "subscription"
    id: Mapped[int] = mapped_column(
        sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True
    )
    email: Mapped[str] = mapped_column(sa.String(254))
    topic_id: Mapped[int | None] = mapped_column(sa.ForeignKey("topic.id"))
    question_id: Mapped[int | None] = mapped_column(sa.ForeignKey("question.id"))
    consultation_id: Mapped[int | None] = mapped_column(sa.ForeignKey("consultation.id"))
    #: «Mọi cuộc lấy ý kiến mới»: it then has nothing to do with answers.
    new_consultations: Mapped[bool] = mapped_column(default=False, server_default=sa.false())
    language: Mapped[str] = mapped_column(sa.String(2), default="vi")
    #: Of the link that confirms and, later, of the one that ends it; kept as a hash.
    confirm_hash: Mapped[str] = mapped_column(sa.String(64), unique=True)
    #: The address of the link that ends it is derived from the id with the installation's key:
    #: mails can repeat it.
    created_at: Mapped[dt.datetime] = mapped_column(default=now)
    confirmed_at: Mapped[dt.datetime | None]
    __table_args__ = (
        sa.CheckConstraint(
            "(topic_id IS NULL OR question_id IS NULL) AND (consultation_id IS NULL OR (topic_id "
            "IS NULL AND question_id IS NULL))"
            " AND (NOT new_consultations OR (topic_id IS NULL AND question_id IS NULL AND "
            "consultation_id IS NULL))",
            name="one_scope",
        ),
        sa.Index("ix_subscription_email", "email"),
        sa.Index(
            "ix_subscription_topic",
            "topic_id",
            sqlite_where=sa.text("confirmed_at IS NOT NULL"),
            postgresql_where=sa.text("confirmed_at IS NOT NULL"),
        ),
        sa.Index(
            "ix_subscription_question",
            "question_id",
            sqlite_where=sa.text("confirmed_at IS NOT NULL"),
            postgresql_where=sa.text("confirmed_at IS NOT NULL"),
        ),
        sa.Index(
            "ix_subscription_consultation",
            "consultation_id",
            "id",
            sqlite_where=sa.text("confirmed_at IS NOT NULL"),
            postgresql_where=sa.text("confirmed_at IS NOT NULL"),
        ),
    )

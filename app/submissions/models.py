"""Whatever a citizen sends: the text as it came, the text as it may be shown, who sent it and what
they allow.
"""

import datetime as dt
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.extensions import db
from app.kernel.clock import now
from app.submissions.states import Channel, Consent, NameDisplay, TokenPurpose

BigId = sa.BigInteger().with_variant(sa.Integer, "sqlite")


class Submission(db.Model):
    """One thing that somebody sent. Questions and comments each have one."""

    __tablename__ = "submission"
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    #: "question" or "comment": which feature handles it.
    kind: Mapped[str] = mapped_column(sa.String(16))
    #: What the citizen quotes, such as AS-2026-000123.
    code: Mapped[str] = mapped_column(sa.String(32), unique=True)
    pin_hash: Mapped[str] = mapped_column(sa.String(64))
    #: One per form: a retry or a double click finds the row that is already there.
    idempotency_key: Mapped[str] = mapped_column(sa.String(64), unique=True)
    channel: Mapped[Channel] = mapped_column(default=Channel.WEB)
    received_at: Mapped[dt.datetime] = mapped_column(default=now)
    language: Mapped[str] = mapped_column(sa.String(2), default="vi")
    title: Mapped[str] = mapped_column(sa.String(300))
    body: Mapped[str] = mapped_column(sa.Text)
    #: As it may be shown; None until an officer has looked (the original is never shown to the
    #: public).
    public_title: Mapped[str | None] = mapped_column(sa.String(300))
    public_body: Mapped[str | None] = mapped_column(sa.Text)
    #: public_body as sanitised paragraphs, made once at write time.
    public_html: Mapped[str | None] = mapped_column(sa.Text)
    redaction_reason: Mapped[str | None] = mapped_column(sa.String(300))
    redacted_at: Mapped[dt.datetime | None]
    redacted_by: Mapped[int | None] = mapped_column(sa.ForeignKey("user.id"))
    place_id: Mapped[int | None] = mapped_column(sa.ForeignKey("place.id"))
    #: Empty once erased.
    name: Mapped[str] = mapped_column(sa.String(120))
    phone: Mapped[str | None] = mapped_column(sa.String(20))
    email: Mapped[str | None] = mapped_column(sa.String(254))
    name_display: Mapped[NameDisplay] = mapped_column(default=NameDisplay.INITIALS)
    consent: Mapped[Consent] = mapped_column(default=Consent.PRIVATE)
    #: Which wording of the privacy notice was shown, and when it was accepted: consent must be
    #: provable.
    consent_text: Mapped[str] = mapped_column(sa.String(16))
    consent_at: Mapped[dt.datetime] = mapped_column(default=now)
    confirmed_at: Mapped[dt.datetime | None]
    #: Khiếu nại or tố cáo: restricted role, never public, never in a mail.
    restricted: Mapped[bool] = mapped_column(default=False)
    #: What the wording looked like to the detector: "complaint" or "denunciation". Advice, never a
    #: decision.
    concern: Mapped[str | None] = mapped_column(sa.String(16))
    spam_points: Mapped[int] = mapped_column(default=0)
    spam_reasons: Mapped[list[Any]] = mapped_column(sa.JSON, default=list)
    #: The officer who typed it in for somebody.
    entered_by: Mapped[int | None] = mapped_column(sa.ForeignKey("user.id"))
    erased_at: Mapped[dt.datetime | None]

    __table_args__ = (
        sa.CheckConstraint(
            "erased_at IS NOT NULL OR phone IS NOT NULL OR email IS NOT NULL OR channel <> 'web'",
            name="reachable",
        ),
        sa.CheckConstraint("kind IN ('question', 'comment')", name="kind_known"),
        sa.Index(None, "email", "received_at"),
    )


class SubmissionToken(db.Model):
    """A link in a mail, or one browser's opening: 128 bits, kept as a hash, for one purpose."""

    __tablename__ = "submission_token"
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    submission_id: Mapped[int] = mapped_column(
        sa.ForeignKey("submission.id", ondelete="CASCADE"), index=True
    )
    purpose: Mapped[TokenPurpose]
    token_hash: Mapped[str] = mapped_column(sa.String(64), unique=True)
    expires_at: Mapped[dt.datetime]
    used_at: Mapped[dt.datetime | None]
